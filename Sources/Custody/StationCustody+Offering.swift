import Cables
import Octets
import Routing

extension StationCustody {
    /// The code of a refusal after which the same is offered again at once: what the neighbour had kept of it was wrong.
    package static let offerAgain = "AGAIN"
    /// Codes of refusals that the addressee's own station does not take back: no time helps.
    private static let finalCodes: Set<String> = ["TOO_LARGE", "TOO_MANY_DESKS"]
    /// Milliseconds that a receipt, notice or order may live at least: a day.
    private static let serviceLifeMin: Int64 = 86_400_000
    /// Milliseconds for which a refused transmission is not offered again.
    private static let refusalPause: UInt64 = 60_000
    /// The same where the neighbour's disk refused a body, which may be over at once.
    private static let diskPause: UInt64 = 5_000

    // MARK: Sessions

    /// A session over the link is open and both sides have greeted.
    ///
    /// What the neighbour had taken and does not remember is offered again, marked (rules 9 and 10).
    package mutating func linkUp(
        _ link: Int, session: UInt64, neighbour: NeighbourMemory, at now: Instant, _ actions: inout Actions
    ) {
        if links[link].session != nil { takeBack(link) }
        links[link].peerStart = neighbour.start
        links[link].peerEpoch = neighbour.epoch
        offerAgain(links[link].passed.missing(in: neighbour, own: settings.epoch), link, at: now, &actions)
        links[link].session = session
        links[link].peerNextChannel = neighbour.nextChannel
        sessionBegan(link, session: session, neighbour, at: now, &actions)
        links[link].room = 0
        links[link].since = now.wall
        links[link].why = "session open"
        links[link].nextAt = nil
        let ordinal = UInt16(link)
        for sequence in refusedBy.keys where refusedBy[sequence]?.contains(ordinal) == true {
            refusedBy[sequence]?.remove(ordinal)
        }
        moveToAlternates(at: now, &actions)
        settle(at: now, &actions)
        for link in links.indices { fill(link, at: now, &actions) }
    }

    private mutating func offerAgain(
        _ numbers: [CustodyNumber], _ link: Int, at now: Instant, _ actions: inout Actions
    ) {
        var items: [JournalRecord.Passed.Item] = []
        for number in numbers {
            if let service = services[number] {
                guard service.passedAt != 0, mayBeOfferedAgain(number, at: now) else { continue }
                items.append(
                    JournalRecord.Passed.Item(number: number, deliveries: [], channel: 0, previous: .none))
                continue
            }
            guard number.isCable, let slot = slot(ofSequence: number.sequence) else { continue }
            let open = (0..<entries[slot].deliveryCount).filter {
                let delivery = entries[slot][delivery: $0]
                return delivery.state == .inTransit && delivery.link == UInt16(link) && !delivery.isAnswered
            }
            guard !open.isEmpty else { continue }
            items.append(
                JournalRecord.Passed.Item(
                    number: number, deliveries: open.map { entries[slot][delivery: $0].index }, channel: 0,
                    previous: entries[slot].last))
        }
        guard !items.isEmpty else { return }
        actions.now.append(
            .event(
                StationEvent(
                    .alarm, "custody.offeredAgain",
                    [("peer", links[link].peer.description), ("custodies", "\(items.count)")])))
        while !items.isEmpty {
            let part = Array(items.prefix(JournalRecord.Passed.fitting(items)))
            items.removeFirst(part.count)
            record(
                .reoffered(JournalRecord.Reoffered(peer: links[link].peer, at: now.wall, items: part)), at: now,
                &actions)
        }
    }

    /// The session ended: what was under way waits again, at its old place (rule 14).
    package mutating func linkDown(
        _ link: Int, session: UInt64, why: String, nextAt: Int64?, at now: Instant, _ actions: inout Actions
    ) {
        guard links[link].session == session else { return }
        takeBack(link)
        links[link].session = nil
        links[link].downSince = now.boot
        links[link].room = 0
        links[link].since = now.wall
        links[link].why = why
        links[link].nextAt = nextAt
        sessionEnded(link, &actions)
        moveToAlternates(at: now, &actions)
        planAlternates(at: now, &actions)
        for link in links.indices { fill(link, at: now, &actions) }
    }

    /// A dial failed or is planned: nothing moves, but the operator sees why.
    package mutating func linkWaits(_ link: Int, why: String, nextAt: Int64?, at now: Instant) {
        guard links[link].session == nil else { return }
        if links[link].since == 0 { links[link].since = now.wall }
        links[link].why = why
        links[link].nextAt = nextAt
    }

    private mutating func takeBack(_ link: Int) {
        links[link].current = nil
        links[link].interrupted.removeAll()
        links[link].overtaking.removeAll()
        for index in links[link].takeBackInFlight() {
            let inQueue = transmissions[index].state == .sending
            // All its octets have left: the neighbour may have taken it.
            if transmissions[index].state == .offered { transmissions[index].isInDoubt = true }
            transmissions[index].state = .ready
            transmissions[index].sent = 0
            transmissions[index].channel = 0
            transmissions[index].countAttempt()
            if !inQueue { links[link].queue.putBack(index, &transmissions) }
        }
    }

    // MARK: Answers of the neighbour

    /// The neighbour wants the body of an offer from this octet on (rule 18).
    package mutating func resume(
        _ link: Int, session: UInt64, channel: UInt64, offset: UInt64, at now: Instant, _ actions: inout Actions
    ) {
        guard links[link].session == session, let index = links[link].transmission(onChannel: channel),
            !transmissions[index].isService
        else { return }
        let length = entries[slot(carriedBy: index)].length
        guard offset <= UInt64(length) else { return }
        switch transmissions[index].state {
        case .asking:
            transmissions[index].state = .sending
            transmissions[index].sent = UInt32(offset)
            links[link].queue.putBack(index, &transmissions)
        case .sending:
            // It began without asking, and the neighbour has more of it than that.
            transmissions[index].sent = max(transmissions[index].sent, UInt32(offset))
        case .ready, .offered, .held: return
        }
        fill(link, at: now, &actions)
    }

    /// The neighbour has custody of the offers on these channels: it synced them and signed for it.
    ///
    /// - Parameter note: its words, which are kept where a cable is among them.
    package mutating func custodyNoted(
        _ link: Int, session: UInt64, channels: [ClosedRange<UInt64>], _ note: KeptNote? = nil, at now: Instant,
        _ actions: inout Actions
    ) {
        guard links[link].session == session else { return }
        var items: [JournalRecord.Passed.Item] = []
        for range in channels {
            let low = max(range.lowerBound, links[link].firstInFlight)
            let high = min(range.upperBound, links[link].nextChannel - 1)
            guard low <= high else { continue }
            for channel in low...high {
                guard let index = links[link].transmission(onChannel: channel) else { continue }
                items.append(end(index, channel: channel, on: link, at: now))
            }
        }
        while !items.isEmpty {
            let count = JournalRecord.Passed.fitting(items)
            pass(Array(items[..<count]), note, link, at: now, &actions)
            items.removeFirst(count)
        }
        lessUnderWay(link, &actions)
        fill(link, at: now, &actions)
    }

    private mutating func end(
        _ index: UInt32, channel: UInt64, on link: Int, at now: Instant
    ) -> JournalRecord.Passed.Item {
        let transmission = transmissions[index]
        var item = JournalRecord.Passed.Item(
            number: transmission.number, deliveries: [], channel: channel, previous: .none)
        if !transmission.isService {
            let slot = slot(carriedBy: index)
            countPassing(index, of: slot, channel: channel, at: now)
            item.deliveries = part(of: slot, on: index)
            // Also of those that a receipt has ended meanwhile: the place is given to another transmission.
            for position in 0..<entries[slot].deliveryCount
            where entries[slot][delivery: position].transmission == index {
                entries[slot][delivery: position].transmission = CustodyDelivery.none
            }
            item.previous = entries[slot].last
            links[link].waiting[Int(transmission.precedence.rawValue)] -= 1
        }
        if transmission.isService { services[transmission.number]?.transmission = CustodyDelivery.none }
        if transmission.state == .sending { links[link].queue.remove(index, &transmissions) }
        forget(index, on: link)
        links[link].endInFlight(channel: channel)
        transmissions.release(index)
        return item
    }

    private mutating func countPassing(_ index: UInt32, of slot: UInt32, channel: UInt64, at now: Instant) {
        let (link, precedence) = (Int(transmissions[index].link), transmissions[index].precedence)
        links[link].counts.handedOn[Int(precedence.rawValue)] += 1
        links[link].counts.custody.add(
            microseconds: links[link].milliseconds(sinceOfferOn: channel, at: now.boot) * 1_000)
        if !entries[slot].isOrigin { traffic[precedence].relayed += 1 }
    }

    private mutating func pass(
        _ items: [JournalRecord.Passed.Item], _ note: KeptNote?, _ link: Int, at now: Instant,
        _ actions: inout Actions
    ) {
        let isKept = items.contains { $0.number.isCable } && (note?.statement.count ?? 0) <= KeptNote.octetsMax
        record(
            .passed(
                JournalRecord.Passed(
                    peer: links[link].peer, peerEpoch: links[link].peerEpoch, start: settings.start, at: now.wall,
                    items: items, note: isKept ? note : nil)), at: now, &actions)
    }

    /// The neighbour does not take an offer: custody stays here, and it is offered again after a while.
    package mutating func refused(
        _ link: Int, session: UInt64, channel: UInt64, code: String, message: String, at now: Instant,
        _ actions: inout Actions
    ) {
        guard links[link].session == session, let index = links[link].transmission(onChannel: channel) else { return }
        if transmissions[index].state == .sending { links[link].queue.remove(index, &transmissions) }
        forget(index, on: link)
        links[link].endInFlight(channel: channel)
        links[link].counts.refused += 1
        transmissions[index].sent = 0
        transmissions[index].countAttempt()
        guard code != Self.offerAgain else {
            transmissions[index].state = .ready
            links[link].queue.putBack(index, &transmissions)
            return fill(link, at: now, &actions)
        }
        transmissions[index].state = .held
        let notBefore = now.boot + (code == "DISK" ? Self.diskPause : Self.refusalPause)
        held[index] = notBefore
        actions.wake(at: notBefore)
        if !transmissions[index].isService {
            let slot = slot(carriedBy: index)
            for position in 0..<entries[slot].deliveryCount
            where entries[slot][delivery: position].transmission == index {
                entries[slot][delivery: position].why = .refused
            }
            alarm(
                "cable.refusedByNeighbour", entries[slot].identity, "code",
                "\(code) \(links[link].peer): \(message)", &actions)
            if code == "NOT_CLEARED" { turnFromRefuser(index, of: slot, at: now, &actions) }
            if Self.finalCodes.contains(code) { endRefused(index, of: slot, code, by: link, at: now, &actions) }
        }
        lessUnderWay(link, &actions)
        fill(link, at: now, &actions)
    }

    /// The neighbour's gate is the stricter one (rule 27): another link may have the cable.
    private mutating func turnFromRefuser(
        _ index: UInt32, of slot: UInt32, at now: Instant, _ actions: inout Actions
    ) {
        refusedBy[entries[slot].sequence, default: []].insert(transmissions[index].link)
        let refused = Int(transmissions[index].link)
        reassign(index, at: now, &actions)
        for link in links.indices where link != refused { fill(link, at: now, &actions) }
    }

    /// What the addressee's station itself will not take is hopeless: its originator hears so at once.
    private mutating func endRefused(
        _ index: UInt32, of slot: UInt32, _ code: String, by link: Int, at now: Instant, _ actions: inout Actions
    ) {
        let peer = links[link].peer
        for position in 0..<entries[slot].deliveryCount
        where entries[slot][delivery: position].transmission == index
            && entries[slot][delivery: position].station == peer
        {
            end(slot, position, "\(peer) does not take it (\(code))", at: now, &actions)
        }
    }

    // MARK: Time

    /// A moment named by `wakeAt` has come, or passed.
    package mutating func woke(at now: Instant, _ actions: inout Actions) {
        for index in held.keys.sorted() {
            guard let notBefore = held[index], notBefore <= now.boot else {
                if let notBefore = held[index] { actions.wake(at: notBefore) }
                continue
            }
            held[index] = nil
            transmissions[index].state = .ready
            let link = Int(transmissions[index].link)
            links[link].queue.putBack(index, &transmissions)
        }
        endRestraints(at: now, &actions)
        moveToAlternates(at: now, &actions)
        planAlternates(at: now, &actions)
        tend(at: now, &actions)
        // All of them first: what ranks highest may be the last that was refused.
        for link in links.indices { fill(link, at: now, &actions) }
    }

    /// Ends the deliveries whose life is over, with a notice to the originator (rule 20), and what the stations say to
    /// one another of such as nobody knows any more (rule 16).
    package mutating func endOverdueLives(at now: Instant, _ actions: inout Actions) {
        endOverdueServices(at: now, &actions)
        for slot in 0..<entries.high where entries.holds(slot) {
            let age = Int64(clamping: now.boot) - entries[slot].born
            // Most cables live on: only those with lives of their own are looked at closely.
            if entries[slot].circumstances == 0, age <= Int64(entries[slot].lifeSeconds) * 1_000 { continue }
            for position in 0..<entries[slot].deliveryCount
            where age > Int64(lifeSeconds(of: slot, entries[slot][delivery: position].index)) * 1_000 {
                endLife(slot, position, at: now, &actions)
            }
        }
    }

    /// Longer than the duplicate window nobody keeps what a service message is about. No record says so: it follows from
    /// its age, also after a restart.
    private mutating func endOverdueServices(at now: Instant, _ actions: inout Actions) {
        let life = max(settings.duplicateWindowMilliseconds, Self.serviceLifeMin)
        let over = services.filter {
            $0.value.passedAt == 0 && Int64(clamping: now.boot) - $0.value.born > life
        }.keys.sorted()
        for number in over {
            if let index = services[number]?.transmission, index != CustodyDelivery.none {
                let link = Int(transmissions[index].link)
                switch transmissions[index].state {
                case .ready: links[link].queue.remove(index, &transmissions)
                case .held: held[index] = nil
                case .asking, .sending, .offered: continue
                }
                transmissions.release(index)
            }
            actions.now.append(
                .event(
                    StationEvent(
                        .warning, "service.lifeEnded",
                        [("station", services[number]?.destination.description ?? "")])))
            dropService(number)
        }
    }

    /// The originator's station offers again, marked, what is without a receipt three times the speed of service after
    /// acceptance, and then at twice the age each time: whoever had custody may have lost its disk (rule 10).
    package mutating func offerOverdueAgain(at now: Instant, _ actions: inout Actions) {
        beginReruns(&actions)
        beginHomecomings(&actions)
        var overdue = [[CustodyNumber]](repeating: [], count: links.count)
        for slot in 0..<entries.high where entries.holds(slot) && entries[slot].isOrigin {
            let age = Int64(clamping: now.boot) - entries[slot].born
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                guard delivery.state == .inTransit, delivery.link != CustodyDelivery.noLink else { continue }
                let patience = delivery.precedence.speedOfServiceSeconds * 3_000
                guard age > patience << Int64(min(entries[slot].reoffers, 16)) else { continue }
                let number = CustodyNumber(sequence: entries[slot].sequence, anew: min(entries[slot].reoffers, 30) + 1)
                if overdue[Int(delivery.link)].last != number { overdue[Int(delivery.link)].append(number) }
            }
        }
        for link in links.indices where !overdue[link].isEmpty {
            offerAgain(overdue[link], link, at: now, &actions)
        }
    }

    private mutating func endLife(_ slot: UInt32, _ position: Int, at now: Instant, _ actions: inout Actions) {
        let life = lifeSeconds(of: slot, entries[slot][delivery: position].index)
        end(slot, position, "its life of \(life) s is over", at: now, &actions)
    }

    /// Ends a delivery that is here and not under way, with a notice to its originator.
    private mutating func end(
        _ slot: UInt32, _ position: Int, _ why: String, at now: Instant, _ actions: inout Actions
    ) {
        let delivery = entries[slot][delivery: position]
        guard delivery.state == .queued || delivery.state == .held else { return }
        // Custody with an open offer is not ended here: the neighbour may have taken it already.
        if delivery.transmission != CustodyDelivery.none, transmissions.holds(delivery.transmission) {
            let transmission = transmissions[delivery.transmission]
            guard transmission.state == .ready || transmission.state == .held else { return }
            take([position], of: slot, off: delivery.transmission)
        }
        actions.now.append(
            .event(
                StationEvent(
                    .warning, "delivery.undeliverable", [("id", entries[slot].identity.description), ("why", why)])))
        if entries[slot].isOrigin { traffic[delivery.precedence].undeliverable += 1 }
        record(
            .undeliverable(
                JournalRecord.Undeliverable(
                    number: entries[slot].custodyNumber, index: delivery.index,
                    message: notice(slot, delivery, why, at: now), at: now.wall, previous: entries[slot].last)),
            at: now, &actions)
    }

    func lifeSeconds(of slot: UInt32, _ index: UInt16) -> UInt32 {
        guard entries[slot].circumstances != 0 else { return entries[slot].lifeSeconds }
        let lives = circumstances.circumstances(entries[slot].circumstances, sequence: entries[slot].sequence).lives
        return Int(index) < lives.count ? lives[Int(index)] : entries[slot].lifeSeconds
    }

    /// The memory holds half of the content hash, which is what the originator compares.
    private func notice(
        _ slot: UInt32, _ delivery: CustodyDelivery, _ why: String, at now: Instant
    ) -> ServiceMessage {
        ServiceMessage(
            kind: .notice, network: settings.network, identity: entries[slot].identity,
            contentHash: Digest(entries[slot].mark.high, entries[slot].mark.low, 0, 0), post: names[delivery.post],
            station: settings.station, office: "", at: now.wall,
            precedence: delivery.precedence, reason: "not delivered by \(settings.station): \(why)")
    }

    mutating func drop(_ index: UInt32) {
        let link = Int(transmissions[index].link)
        if transmissions[index].state == .ready { links[link].queue.remove(index, &transmissions) }
        forget(index, on: link)
        links[link].waiting[Int(transmissions[index].precedence.rawValue)] -= 1
        held[index] = nil
        transmissions.release(index)
    }
}
