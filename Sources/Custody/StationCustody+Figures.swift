package import Cables

/// One link for whoever measures.
package struct LinkFigures: Sendable {
    /// What is being sent, and how far.
    package struct Transfer: Sendable {
        package var identity: CableIdentity
        package var place: RecordPlace
        package var precedence: Precedence
        /// Octets.
        package var sent: UInt32
        package var length: UInt32
    }

    package var item: LinkItem
    package var counts: LinkCounts
    /// Milliseconds of age of what waits, by precedence: of the first that was accepted and what is under way.
    package var oldest: [Precedence: Int64]
    package var transfer: Transfer?
}

/// What a look at the links and counters gives: it costs the same however much waits.
package struct StationFigures: Sendable {
    package var counts: TrafficCounts
    package var links: [LinkFigures]
    /// Cables that are kept, ended ones too.
    package var kept: Int
    /// Octets of the journal that are answered for.
    package var liveOctets: UInt64
    /// FLASH and NIACT cables on desks here that nobody has acknowledged, and those of them past their time.
    package var unacknowledged: (waiting: Int, late: Int)
}

/// What only a walk over everything that is kept can tell.
package struct ServiceSurvey: Sendable {
    /// Late deliveries that are named; the others are counted.
    package static let namedMax = 20

    package struct Late: Sendable {
        package var identity: CableIdentity
        package var place: RecordPlace
        package var precedence: Precedence
        package var post: String
        /// Milliseconds since the acceptance.
        package var age: Int64
        package var why: String
    }

    package struct Due: Sendable {
        package var identity: CableIdentity
        package var place: RecordPlace
        package var post: String
        package var office: String
        /// Milliseconds since 1970.
        package var due: Int64
        package var isAwaited: Bool
    }

    /// Deliveries past their speed of service, and deliveries that are held, by precedence.
    package var overdue: [Precedence: Int] = [:]
    package var held: [Precedence: Int] = [:]
    /// The highest precedence first, then the oldest.
    package var late: [Late] = []
    /// Replies that are due, and those of them past their time; the first to be due first.
    package var suspenses = 0
    package var overdueSuspenses = 0
    package var due: [Due] = []
}

extension StationCustody {
    package func figures(at now: Instant) -> StationFigures {
        StationFigures(
            counts: traffic,
            links: shownLinks.map { link in
                LinkFigures(
                    item: linkItem(link, at: now), counts: links[link].counts, oldest: oldestAges(link, at: now),
                    transfer: transfer(on: link))
            }, kept: entries.count, liveOctets: liveOctets, unacknowledged: unacknowledged(at: now))
    }

    private func oldestAges(_ link: Int, at now: Instant) -> [Precedence: Int64] {
        var oldest: [Precedence: Int64] = [:]
        func look(_ index: UInt32) {
            let transmission = transmissions[index]
            guard !transmission.isService, let slot = slot(ofSequence: transmission.number.sequence) else { return }
            let age = max(0, Int64(clamping: now.boot) - entries[slot].born)
            oldest[transmission.precedence] = max(oldest[transmission.precedence] ?? 0, age)
        }
        for precedence in Precedence.allCases {
            if let first = links[link].queue.first(precedence) { look(first) }
        }
        for index in links[link].inFlight[links[link].inFlightHead...] where index != CustodyDelivery.none {
            look(index)
        }
        for index in held.keys where Int(transmissions[index].link) == link { look(index) }
        return oldest
    }

    private func transfer(on link: Int) -> LinkFigures.Transfer? {
        guard let index = links[link].current, transmissions.holds(index), !transmissions[index].isService,
            let slot = slot(ofSequence: transmissions[index].number.sequence)
        else { return nil }
        return LinkFigures.Transfer(
            identity: entries[slot].identity, place: entries[slot].place, precedence: transmissions[index].precedence,
            sent: transmissions[index].sent, length: entries[slot].length)
    }

    /// Walks over everything: whoever asks, asks seldom where much is kept.
    package func survey(at now: Instant) -> ServiceSurvey {
        var survey = ServiceSurvey()
        var late: [(precedence: Precedence, age: Int64, slot: UInt32, position: Int)] = []
        for slot in 0..<entries.high where entries.holds(slot) {
            let age = Int64(clamping: now.boot) - entries[slot].born
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                guard !delivery.state.isEnded else { continue }
                if delivery.state == .held { survey.held[delivery.precedence, default: 0] += 1 }
                let isOpen = delivery.state == .queued || delivery.state == .held || entries[slot].isOrigin
                guard isOpen, age > delivery.precedence.speedOfServiceSeconds * 1_000 else { continue }
                survey.overdue[delivery.precedence, default: 0] += 1
                if let last = late.last, late.count == ServiceSurvey.namedMax,
                    (delivery.precedence, age) <= (last.precedence, last.age)
                {
                    continue
                }
                if late.count == ServiceSurvey.namedMax { late.removeLast() }
                let place = late.firstIndex { (delivery.precedence, age) > ($0.precedence, $0.age) } ?? late.count
                late.insert((delivery.precedence, age, slot, position), at: place)
            }
        }
        survey.late = late.map { item in
            let report = report(item.slot, item.position)
            return ServiceSurvey.Late(
                identity: entries[item.slot].identity, place: entries[item.slot].place, precedence: item.precedence,
                post: report.post, age: item.age, why: report.why)
        }
        countSuspenses(&survey, at: now)
        return survey
    }

    private func countSuspenses(_ survey: inout ServiceSurvey, at now: Instant) {
        var first: [(key: SuspenseKey, suspense: Suspense)] = []
        for (key, suspense) in desk.suspenses where !suspense.isEnded {
            survey.suspenses += 1
            if suspense.isOverdue(at: now.wall) { survey.overdueSuspenses += 1 }
            if let last = first.last, first.count == ServiceSurvey.namedMax,
                (suspense.due, key) >= (last.suspense.due, last.key)
            {
                continue
            }
            if first.count == ServiceSurvey.namedMax { first.removeLast() }
            let place = first.firstIndex { (suspense.due, key) < ($0.suspense.due, $0.key) } ?? first.count
            first.insert((key, suspense), at: place)
        }
        survey.due = first.compactMap { key, suspense in
            guard let slot = slot(ofSequence: key.sequence), let item = item(slot, key.index, suspense) else {
                return nil
            }
            return ServiceSurvey.Due(
                identity: item.identity, place: item.place, post: item.post, office: item.office, due: suspense.due,
                isAwaited: item.isOrigin)
        }
    }
}
