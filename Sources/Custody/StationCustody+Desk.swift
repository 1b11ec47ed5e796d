package import Cables
import Octets
import Routing

/// Why something cannot be done with an entry of the inbox, or with a suspense.
package struct DeskRefusal: Error, Sendable, Equatable {
    package var code: String
    package var message: String
    package var advice: String

    package init(code: String, message: String, advice: String) {
        self.code = code
        self.message = message
        self.advice = advice
    }
}

/// What people do with cables on their desks.
extension StationCustody {
    /// The entry of a cable that somebody means: in the office named, else the one addressed, else the first copy. What
    /// was forwarded is not meant where another is there.
    ///
    /// - Parameter readable: the offices whose entries count, as addresses are compared; nil: all.
    package func entry(
        of identity: CableIdentity, office: String?, among readable: Set<String>? = nil
    ) -> InboxItem? {
        let mine = inbox.entries.filter { entries[$0.slot].isArrival(of: identity) }
        let wanted = office.map { Routing.Network.normalised($0) }
        let there = mine.filter { entry in
            let office = Routing.Network.normalised(names[entry.office])
            return (wanted == nil || office == wanted) && readable?.contains(office) ?? true
        }
        let current = there.filter { desk.facts[$0.arrival]?.forwardedTo == nil }
        return (current.first { $0.isAddressed } ?? current.first ?? there.first).map { inboxItem($0) }
    }

    /// Somebody reads an entry: who, and when first, is recorded.
    package mutating func markRead(_ arrival: UInt64, user: UInt32, at now: Instant, _ actions: inout Actions) {
        guard let entry = inbox[arrival] else { return }
        if entry.readAt != nil {
            let others = desk.facts[arrival]?.readers ?? []
            guard entry.readBy != user, others.count < DeskFacts.readersMax,
                !others.contains(where: { $0.user == user })
            else { return }
        }
        record(.read(JournalRecord.ReadMark(arrival: arrival, user: user, at: now.wall)), at: now, &actions)
    }

    /// Somebody took action on a cable: the alarm ends, and the originator is told. Once; again it changes nothing.
    package mutating func acknowledge(
        _ arrival: UInt64, user: UInt32, at now: Instant, _ actions: inout Actions
    ) throws(DeskRefusal) {
        guard let entry = inbox[arrival] else { throw Self.gone }
        if let office = desk.facts[arrival]?.forwardedTo { throw forwarded(to: office) }
        guard desk.facts[arrival]?.acknowledgedAt == nil else { return }
        record(
            .desk(
                .acknowledged(
                    DeskRecord.Acknowledged(
                        number: entries[entry.slot].custodyNumber, index: entry.index, arrival: arrival, user: user,
                        at: now.wall, message: acknowledgment(entry, at: now), previous: entries[entry.slot].last))),
            at: now, &actions)
        guard entry.isAddressed, entries[entry.slot].identity.station == settings.station,
            let position = position(of: entry)
        else { return }
        let delivery = entries[entry.slot][delivery: position]
        actions.afterPersist.append(
            .outcome(
                Outcome(
                    identity: entries[entry.slot].identity, post: names[delivery.post], office: names[entry.office],
                    state: delivery.state, reason: "", at: now.wall)))
    }

    private func acknowledgment(_ entry: InboxEntry, at now: Instant) -> ServiceMessage? {
        let cable = entries[entry.slot]
        guard entry.isAddressed, cable.identity.station != settings.station, let position = position(of: entry) else {
            return nil
        }
        let delivery = cable[delivery: position]
        return ServiceMessage(
            kind: .acknowledgment, network: settings.network, identity: cable.identity,
            contentHash: Digest(cable.mark.high, cable.mark.low, 0, 0), post: names[delivery.post],
            station: settings.station, office: names[entry.office], at: now.wall, precedence: delivery.precedence,
            reason: "")
    }

    /// An entry goes to another office of its post, which is to act on it.
    ///
    /// - Returns: the arrival number of the entry there.
    package mutating func forward(
        _ arrival: UInt64, to name: String, user: UInt32, reason: String, at now: Instant, _ actions: inout Actions
    ) throws(DeskRefusal) -> UInt64 {
        guard let entry = inbox[arrival], let position = position(of: entry) else { throw Self.gone }
        if let office = desk.facts[arrival]?.forwardedTo { throw forwarded(to: office) }
        let delivery = entries[entry.slot][delivery: position]
        let post = names[delivery.post]
        guard let office = offices.office(named: name, of: post) else {
            throw DeskRefusal(
                code: "NO_SUCH_OFFICE", message: "\(post) has no office \(name)",
                advice: "its offices are \(offices.offices(of: post).joined(separator: ", "))")
        }
        guard office != names[entry.office] else {
            throw DeskRefusal(
                code: "ALREADY_THERE", message: "the cable lies in \(office)", advice: "name another office")
        }
        if offices.isSIPDIS(office, of: post), let caption = captions(of: entry.slot).first(where: Captions.narrows) {
            throw DeskRefusal(
                code: "NOT_CLEARED", message: "the cable is \(caption), and \(office) is the SIPDIS distribution",
                advice: "name an office of people who may have it")
        }
        let there = inbox.entries.last {
            $0.slot == entry.slot && $0.index == entry.index && names[$0.office] == office
        }
        var duties: DeskDuties = []
        if entry.isAddressed { duties.insert(.receipt) }
        if desk.facts[arrival]?.awaitsAcknowledgment ?? false { duties.insert(.acknowledgment) }
        if offices.isHooked(office, of: post), there == nil { duties.insert(.hook) }
        let newArrival = there == nil ? inbox.last + 1 : 0
        record(
            .desk(
                .forwarded(
                    DeskRecord.Forwarded(
                        number: entries[entry.slot].custodyNumber, index: entry.index, arrival: arrival,
                        newArrival: newArrival, office: office, duties: duties, user: user, reason: reason,
                        at: now.wall, previous: entries[entry.slot].last))), at: now, &actions)
        if newArrival > 0 {
            actions.afterPersist.append(
                .arrived(
                    identity: entries[entry.slot].identity, arrival: newArrival, post: post, office: office,
                    precedence: delivery.precedence))
        }
        tend(at: now, &actions)
        return newArrival > 0 ? newArrival : there?.arrival ?? arrival
    }

    /// Nothing more is to be done with an entry.
    package mutating func archive(
        _ arrival: UInt64, user: UInt32, at now: Instant, _ actions: inout Actions
    ) throws(DeskRefusal) {
        guard inbox[arrival] != nil else { throw Self.gone }
        if desk.facts[arrival]?.awaitsAcknowledgment ?? false {
            throw DeskRefusal(
                code: "NOT_ACKNOWLEDGED", message: "the cable waits for somebody to acknowledge it",
                advice: "acknowledge it first: routerctl inbox acknowledge ID")
        }
        guard desk.facts[arrival]?.archivedAt == nil else { return }
        record(
            .desk(.archived(DeskRecord.Archived(arrival: arrival, user: user, at: now.wall))), at: now, &actions)
    }

    private static let gone = DeskRefusal(
        code: "NOT_IN_INBOX", message: "the cable is no longer kept", advice: "see `routerctl inbox list`")

    private func forwarded(to office: String) -> DeskRefusal {
        DeskRefusal(
            code: "FORWARDED", message: "the cable was forwarded to \(office)",
            advice: "name that office: --office \(office)")
    }

    func position(of entry: InboxEntry) -> Int? {
        (0..<entries[entry.slot].deliveryCount).first { entries[entry.slot][delivery: $0].index == entry.index }
    }

    /// Whether its originator waits for a person to act.
    func isAcknowledgmentDue(_ delivery: CustodyDelivery) -> Bool {
        delivery.precedence >= .flash || delivery.niact
    }

    // MARK: What a delivery asks for

    func duties(
        of entry: OfficeEntry, in plan: OfficeDistribution, for delivery: SignedBlock.Delivery
    ) -> DeskDuties {
        var duties = entry.receipt
        if entry.kind == .addressed {
            if delivery.precedence >= .flash || delivery.niact { duties.insert(.acknowledgment) }
            if !plan.unknownSlugs.isEmpty { duties.insert(.unknownSlug) }
        }
        if offices.isHooked(entry.office, of: delivery.post) { duties.insert(.hook) }
        return duties
    }

    /// Only those who are to act owe a reply.
    func replyDue(
        _ due: ReplyInstructions.Due?, _ entry: OfficeEntry, _ delivery: SignedBlock.Delivery, at now: Instant
    ) -> Int64? {
        guard let due, entry.kind == .addressed, delivery.role == .action else { return nil }
        return settings.calendar.due(due, receivedAt: now.wall)
    }
}

extension OfficeEntry {
    var receipt: DeskDuties {
        switch kind {
        case .addressed: .receipt
        case .information, .sipdis: []
        }
    }

    func role(of delivery: SignedBlock.Delivery) -> DeskDelivery.Role {
        switch kind {
        case .addressed: delivery.role == .action ? .action : .info
        case .information: .info
        case .sipdis: .sipdis
        }
    }
}

extension CableHeader {
    var clues: (desks: DistributionClues, replyDue: ReplyInstructions.Due?) {
        (desk.distribution(captions: captions, slugs: slugs), desk.replyDue)
    }
}

extension CableArrival {
    func clues(captions: [String]) -> (desks: DistributionClues, replyDue: ReplyInstructions.Due?) {
        (desk.distribution(captions: captions, slugs: slugs), desk.replyDue)
    }
}
