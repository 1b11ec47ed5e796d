import Cables
import Octets
import Routing

/// The fold of what happens at desks, and of replies.
extension StationCustody {
    mutating func fold(_ mark: JournalRecord.ReadMark) {
        guard let entry = inbox[mark.arrival] else { return }
        touch(entry)
        guard entry.readAt != nil else { return inbox.markRead(mark.arrival, by: mark.user, at: mark.at) }
        touch(facts: mark.arrival)
        desk.change(mark.arrival) { facts in
            guard facts.readers.count < DeskFacts.readersMax else { return }
            facts.readers.append(DeskFacts.Reader(user: mark.user, at: mark.at))
        }
    }

    mutating func fold(_ record: DeskRecord, at now: Instant) {
        switch record {
        case .acknowledged(let given): fold(given, at: now)
        case .forwarded(let forwarded): fold(forwarded)
        case .archived(let archived):
            touch(facts: archived.arrival)
            desk.change(archived.arrival) { $0.archivedAt = archived.at }
        case .suspenseClosed(let closed):
            let key = SuspenseKey(sequence: closed.number.sequence, index: closed.index)
            guard desk.suspenses[key]?.isEnded == false else { return }
            touch(suspense: key)
            desk.suspenses[key]?.closing = Suspense.Closing(at: closed.at, user: closed.user, reason: closed.reason)
        case .told(let told): fold(told)
        case .facts(let facts): fold(facts)
        }
    }

    private mutating func fold(_ given: DeskRecord.Acknowledged, at now: Instant) {
        touch(facts: given.arrival)
        desk.change(given.arrival) { facts in
            guard facts.acknowledgedAt == nil else { return }
            facts.acknowledgedAt = given.at
            facts.acknowledgedBy = given.user
        }
        if let slot = slot(ofSequence: given.number.sequence), inbox[given.arrival]?.isAddressed ?? false,
            let position = (0..<entries[slot].deliveryCount).first(where: {
                entries[slot][delivery: $0].index == given.index
            }), entries[slot][delivery: position].state == .delivered
        {
            touch(slot)
            entries[slot][delivery: position].state = .acknowledged
            entries[slot][delivery: position].since = given.at
        }
        guard let message = given.message else { return }
        let number = CustodyNumber(sequence: nextSequence)
        keepService(
            number,
            PendingService(
                destination: message.destination, precedence: message.precedence, born: Int64(clamping: now.boot)))
        whenSynced(.service(number))
    }

    private mutating func fold(_ forwarded: DeskRecord.Forwarded) {
        guard let old = inbox[forwarded.arrival], let position = position(of: old) else { return }
        var arrival = forwarded.newArrival
        if arrival == 0 {
            guard
                let there = inbox.entries.last(where: {
                    $0.slot == old.slot && $0.index == old.index && names[$0.office] == forwarded.office
                })
            else { return }
            arrival = there.arrival
            touch(there)
            inbox.change(arrival) { entry in
                entry.role = old.role
                entry.isAddressed = entry.isAddressed || old.isAddressed
            }
        } else {
            inbox.add(
                InboxEntry(
                    arrival: arrival, slot: old.slot, index: old.index, office: names.number(of: forwarded.office),
                    role: old.role, suspectedDuplicate: old.suspectedDuplicate, at: forwarded.at, readAt: nil,
                    isAddressed: old.isAddressed))
        }
        isOpenNow(old.slot)
        touch(old)
        touch(old.slot)
        inbox.change(forwarded.arrival) { $0.isAddressed = false }
        touch(facts: forwarded.arrival)
        touch(facts: arrival)
        desk.change(forwarded.arrival) { facts in
            facts.forwardedTo = forwarded.office
            facts.forwardedArrival = arrival
            facts.forwardReason = forwarded.reason
        }
        desk.change(arrival) { $0.duties.formUnion(forwarded.duties.intersection([.acknowledgment, .hook])) }
        if old.isAddressed { entries[old.slot][delivery: position].office = names.number(of: forwarded.office) }
    }

    private mutating func fold(_ told: DeskRecord.Told) {
        desk.underWay.remove(told.matter)
        switch told.matter {
        case .hook(let arrival):
            guard inbox[arrival] != nil else { return }
            touch(facts: arrival)
            desk.change(arrival) { $0.isHandedOver = true }
        case .call(let arrival, let count):
            guard inbox[arrival] != nil else { return }
            touch(facts: arrival)
            desk.change(arrival) { $0.calls = max($0.calls, count + 1) }
        case .reminder(let sequence, let index, let stage):
            touch(suspense: SuspenseKey(sequence: sequence, index: index))
            desk.suspenses[SuspenseKey(sequence: sequence, index: index)]?.wasTold(stage)
        }
    }

    // MARK: Deliveries

    mutating func enterDuties(_ delivered: AcceptanceDigest.Desk, slot: UInt32) {
        let rare = delivered.duties.subtracting(.receipt)
        if !rare.isEmpty {
            touch(facts: delivered.arrival)
            desk.change(delivered.arrival) { $0.duties = rare }
        }
        if rare.contains(.unknownSlug) { desk.unknownSlugs += 1 }
        guard let due = delivered.replyDue else { return }
        let position = (0..<entries[slot].deliveryCount).first {
            entries[slot][delivery: $0].index == delivered.index
        }
        guard let position else { return }
        let key = SuspenseKey(sequence: entries[slot].sequence, index: delivered.index)
        touch(suspense: key)
        desk.open(key, post: names[entries[slot][delivery: position].post], openedAt: delivered.at, due: due)
    }

    /// At the originator: the receipt says when the reply is due.
    mutating func openSuspense(_ slot: UInt32, _ position: Int, _ message: ServiceMessage) {
        guard message.kind == .receipt, let due = message.replyDue else { return }
        let key = SuspenseKey(sequence: entries[slot].sequence, index: entries[slot][delivery: position].index)
        touch(suspense: key)
        desk.open(key, post: message.post, openedAt: message.at, due: due)
    }

    // MARK: Replies

    /// A reply came into custody where it was written, or reached a desk where it was waited for.
    mutating func link(_ reply: AcceptanceDigest.Reply, _ acceptance: AcceptanceDigest) {
        let isHere: Bool
        switch acceptance.source {
        case .submitted: isHere = true
        case .arrived: isHere = acceptance.desks.contains { !$0.isDuplicate }
        }
        guard isHere, let post = names.known(reply.from) else { return }
        let link = ReplyLink(
            reply: acceptance.identity, post: reply.from, acceptedAt: reply.acceptedAt, at: acceptance.at)
        for answered in reply.answers {
            for (slot, position) in places(of: answered, post: post) {
                let key = SuspenseKey(
                    sequence: entries[slot].sequence, index: entries[slot][delivery: position].index)
                touch(suspense: key)
                desk.answer(key, link)
            }
        }
    }

    /// Deliveries of a cable to a post: at its originator's station, and on the desk.
    private func places(of identity: CableIdentity, post: UInt32) -> [(slot: UInt32, position: Int)] {
        var found: [(slot: UInt32, position: Int)] = []
        _ = byIdentity.first(key: CustodyEntry.key(identity)) { slot in
            guard entries[slot].isArrival(of: identity) else { return false }
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                let isMine = delivery.station == settings.station && delivery.state.isOnDesk
                if delivery.post == post, isMine || entries[slot].isOrigin { found.append((slot, position)) }
            }
            return false
        }
        return found
    }

    // MARK: Places

    mutating func placed(_ record: DeskRecord, sequence: UInt64, place: RecordPlace) {
        if case .acknowledged(let given) = record, given.message != nil {
            services[CustodyNumber(sequence: sequence)]?.place = place
        }
        if let history = record.history, let slot = slot(ofSequence: history.number.sequence) {
            entries[slot].last = place
        }
    }

    // MARK: Keeping

    /// Whether somebody still has to look at an entry.
    func isOpen(_ entry: InboxEntry) -> Bool {
        guard let facts = desk.facts[entry.arrival] else { return entry.readAt == nil }
        if facts.awaitsAcknowledgment || facts.awaitsHook { return true }
        return entry.readAt == nil && facts.archivedAt == nil && facts.forwardedTo == nil && !facts.isHandedOver
    }

    func awaitsReply(_ slot: UInt32) -> Bool {
        guard !desk.suspenses.isEmpty else { return false }
        return (0..<entries[slot].deliveryCount).contains {
            let key = SuspenseKey(
                sequence: entries[slot].sequence, index: entries[slot][delivery: $0].index)
            return desk.suspenses[key].map { !$0.isEnded } ?? false
        }
    }

    /// The cables go: what is known of their desks and replies goes with them.
    mutating func forgetDesks(_ slots: [UInt32], _ gone: [InboxEntry]) {
        for slot in slots {
            let indices = (0..<entries[slot].deliveryCount).map { entries[slot][delivery: $0].index }
            desk.forget(sequence: entries[slot].sequence, indices: indices)
            doubts.forget(sequence: entries[slot].sequence, indices: indices)
        }
        for entry in gone {
            desk.forget(arrival: entry.arrival)
            doubts.facts[entry.arrival] = nil
        }
    }

    mutating func carryFacts(
        _ slot: UInt32, _ desks: [AcceptanceDigest.Desk], at now: Instant, _ actions: inout Actions
    ) {
        let sequence = entries[slot].sequence
        var carried: [CableFacts.Entry] = []
        var arrivals = desks.map(\.arrival)
        var next = 0
        while next < arrivals.count {
            let arrival = arrivals[next]
            next += 1
            guard let entry = inbox[arrival] else { continue }
            let facts = desk.facts[arrival]
            if let onward = facts?.forwardedArrival, onward > 0, !arrivals.contains(onward) { arrivals.append(onward) }
            guard facts != nil || entry.readAt != nil || next > desks.count else { continue }
            carried.append(
                CableFacts.Entry(
                    arrival: arrival, index: entry.index, office: names[entry.office], role: entry.role,
                    isSuspected: entry.suspectedDuplicate, isAddressed: entry.isAddressed, at: entry.at,
                    read: entry.readAt.map { DeskFacts.Reader(user: entry.readBy, at: $0) },
                    facts: facts ?? DeskFacts()))
        }
        let dues = (0..<entries[slot].deliveryCount).compactMap { position -> CableFacts.Due? in
            let index = entries[slot][delivery: position].index
            return desk.suspenses[SuspenseKey(sequence: sequence, index: index)].map {
                CableFacts.Due(index: index, suspense: $0)
            }
        }
        let facts = CableFacts(
            sequence: sequence, entries: carried, suspenses: dues, replies: desk.replies[sequence] ?? [])
        if !facts.isEmpty { record(.desk(.facts(facts)), at: now, &actions) }
    }

    private mutating func fold(_ facts: CableFacts) {
        guard let slot = slot(ofSequence: facts.sequence) else { return }
        for carried in facts.entries {
            inbox.add(
                InboxEntry(
                    arrival: carried.arrival, slot: slot, index: carried.index,
                    office: names.number(of: carried.office), role: carried.role,
                    suspectedDuplicate: carried.isSuspected, at: carried.at, readAt: carried.read?.at,
                    readBy: carried.read?.user ?? 0, isAddressed: carried.isAddressed))
            desk.change(carried.arrival) { $0 = carried.facts }
        }
        for due in facts.suspenses {
            desk.suspenses[SuspenseKey(sequence: facts.sequence, index: due.index)] = due.suspense
        }
        if !facts.replies.isEmpty { desk.replies[facts.sequence] = facts.replies }
    }
}
