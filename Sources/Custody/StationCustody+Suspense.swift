package import Cables
import Routing

/// Something of which a person or a program is to be told, at least once: the loop says `told` when that is done.
package struct DeskTask: Sendable, Equatable {
    package var matter: DeskMatter
    package var identity: CableIdentity
    /// The acceptance: where it stands is known when it is written, and may change.
    package var number: CustodyNumber
    package var post: String
    package var office: String
    package var role: DeskDelivery.Role
    package var precedence: Precedence
    package var niact: Bool
    /// When the desk had it, and when a reply is due; milliseconds since 1970.
    package var receivedAt: Int64
    package var due: Int64?
}

/// One reply that is due, as it is listed.
package struct SuspenseItem: Sendable {
    package var identity: CableIdentity
    package var place: RecordPlace
    package var post: String
    package var office: String
    package var precedence: Precedence
    /// The cable originated here: this station waits for the reply.
    package var isOrigin: Bool
    package var suspense: Suspense
}

/// What is due: replies, acknowledgments, and what programs are to get.
extension StationCustody {
    /// Matters that the loop has in hand at once; more wait for their turn.
    private static let underWayMax = 4_096

    /// Looks for everything of which somebody is to be told now, and plans the next look.
    mutating func tend(at now: Instant, _ actions: inout Actions) {
        for arrival in desk.awaitingAcknowledgment.sorted() { attend(arrival, at: now, &actions) }
        for key in desk.suspenses.keys.sorted() { attend(key, at: now, &actions) }
        guard desk.underWay.count < Self.underWayMax else { return }
        for arrival in desk.awaitingHook.sorted() { attend(arrival, at: now, &actions) }
    }

    /// A cable reached desks of this station, or a receipt its originator.
    mutating func attend(_ slot: UInt32, _ delivered: [DeskDelivery], at now: Instant, _ actions: inout Actions) {
        for desk in delivered where !desk.isDuplicate {
            if !desk.duties.subtracting(.receipt).isEmpty { attend(desk.arrival, at: now, &actions) }
            guard desk.replyDue != nil else { continue }
            attend(SuspenseKey(sequence: entries[slot].sequence, index: desk.index), at: now, &actions)
        }
    }

    private mutating func attend(_ arrival: UInt64, at now: Instant, _ actions: inout Actions) {
        guard let entry = inbox[arrival], let facts = desk.facts[arrival] else { return }
        if facts.awaitsHook { begin(.hook(arrival: arrival), entry, at: now, &actions) }
        guard facts.awaitsAcknowledgment else { return }
        let patience = max(settings.acknowledgeMilliseconds, 1)
        let count = UInt32(clamping: max(0, now.wall - entry.at) / patience)
        if facts.calls <= count { begin(.call(arrival: arrival, count: count), entry, at: now, &actions) }
        wake(at: entry.at + Int64(count + 1) * patience, now, &actions)
    }

    mutating func attend(_ key: SuspenseKey, at now: Instant, _ actions: inout Actions) {
        guard let suspense = desk.suspenses[key], !suspense.isEnded, let slot = slot(ofSequence: key.sequence),
            let position = (0..<entries[slot].deliveryCount).first(where: {
                entries[slot][delivery: $0].index == key.index
            })
        else { return }
        let delivery = entries[slot][delivery: position]
        var stages: [DeskMatter.Stage] = []
        if delivery.station == settings.station { stages += [.halfTime, .dayBefore] }
        if entries[slot].isOrigin { stages.append(.overdue) }
        var due: DeskMatter.Stage?
        for stage in stages {
            guard let moment = suspense.moment(of: stage), !suspense.isTold(stage) else { continue }
            if moment > now.wall { wake(at: moment, now, &actions) } else { due = stage }
        }
        guard let due else { return }
        let matter = DeskMatter.reminder(sequence: key.sequence, index: key.index, stage: due)
        guard desk.underWay.insert(matter).inserted else { return }
        actions.afterPersist.append(
            .desk(
                DeskTask(
                    matter: matter, identity: entries[slot].identity, number: entries[slot].custodyNumber,
                    post: names[delivery.post], office: names[delivery.office],
                    role: delivery.role == .action ? .action : .info, precedence: delivery.precedence,
                    niact: delivery.niact, receivedAt: suspense.openedAt, due: suspense.due)))
    }

    private mutating func begin(
        _ matter: DeskMatter, _ entry: InboxEntry, at now: Instant, _ actions: inout Actions
    ) {
        guard desk.underWay.count < Self.underWayMax, let position = position(of: entry),
            desk.underWay.insert(matter).inserted
        else { return }
        let delivery = entries[entry.slot][delivery: position]
        let key = SuspenseKey(sequence: entries[entry.slot].sequence, index: entry.index)
        actions.afterPersist.append(
            .desk(
                DeskTask(
                    matter: matter, identity: entries[entry.slot].identity, number: entries[entry.slot].custodyNumber,
                    post: names[delivery.post], office: names[entry.office], role: entry.role,
                    precedence: delivery.precedence, niact: delivery.niact, receivedAt: entry.at,
                    due: entry.isAddressed ? desk.suspenses[key]?.due : nil)))
    }

    /// Wall time decides when people are told; a clock that steps is noticed at the next look.
    private func wake(at wall: Int64, _ now: Instant, _ actions: inout Actions) {
        actions.wake(at: now.boot + UInt64(clamping: max(0, wall - now.wall)) + 1)
    }

    /// Somebody was told, or a program has done its work.
    package mutating func told(_ matter: DeskMatter, at now: Instant, _ actions: inout Actions) {
        record(.desk(.told(DeskRecord.Told(matter: matter, at: now.wall))), at: now, &actions)
        guard desk.underWay.count < Self.underWayMax / 2, desk.awaitingHook.count > desk.underWay.count else { return }
        for arrival in desk.awaitingHook.sorted() { attend(arrival, at: now, &actions) }
    }

    /// The replies that a cable asks for are not waited for any more, of one post or of all.
    ///
    /// - Returns: how many were open.
    package mutating func closeSuspenses(
        of slot: UInt32, post: String?, user: UInt32, reason: String, at now: Instant, _ actions: inout Actions
    ) throws(DeskRefusal) -> Int {
        let all = suspenseItems(of: slot).filter { post == nil || $0.item.post == post }
        guard !all.isEmpty else {
            throw DeskRefusal(
                code: "NO_SUSPENSE", message: "no reply to \(entries[slot].identity) is due here",
                advice: "see `routerctl suspense list`")
        }
        let open = all.filter { !$0.item.suspense.isEnded }
        for due in open {
            record(
                .desk(
                    .suspenseClosed(
                        DeskRecord.SuspenseClosed(
                            number: entries[slot].custodyNumber, index: due.index, user: user, reason: reason,
                            at: now.wall, previous: entries[slot].last))), at: now, &actions)
        }
        return open.count
    }

    // MARK: Views

    /// Every reply that is or was due, here and elsewhere: what is due first, first.
    package func suspenseItems() -> [SuspenseItem] {
        desk.suspenses.compactMap { key, suspense -> (SuspenseKey, SuspenseItem)? in
            guard let slot = slot(ofSequence: key.sequence), let item = item(slot, key.index, suspense) else {
                return nil
            }
            return (key, item)
        }.sorted { ($0.1.suspense.due, $0.0) < ($1.1.suspense.due, $1.0) }.map(\.1)
    }

    private func suspenseItems(of slot: UInt32) -> [(index: UInt16, item: SuspenseItem)] {
        (0..<entries[slot].deliveryCount).compactMap { position in
            let index = entries[slot][delivery: position].index
            guard let suspense = desk.suspenses[SuspenseKey(sequence: entries[slot].sequence, index: index)],
                let item = item(slot, index, suspense)
            else { return nil }
            return (index, item)
        }
    }

    func item(_ slot: UInt32, _ index: UInt16, _ suspense: Suspense) -> SuspenseItem? {
        let position = (0..<entries[slot].deliveryCount).first { entries[slot][delivery: $0].index == index }
        guard let position else { return nil }
        let delivery = entries[slot][delivery: position]
        return SuspenseItem(
            identity: entries[slot].identity, place: entries[slot].place, post: names[delivery.post],
            office: names[delivery.office], precedence: delivery.precedence, isOrigin: entries[slot].isOrigin,
            suspense: suspense)
    }

    /// Replies to a cable, as they came, each with the time at which it was due.
    package func replies(to slot: UInt32) -> [(link: ReplyLink, due: Int64?)] {
        let dues = suspenseItems(of: slot)
        return (desk.replies[entries[slot].sequence] ?? []).map { link in
            (link, dues.first { $0.item.post == link.post }?.item.suspense.due)
        }
    }

    /// FLASH and NIACT cables on desks here that nobody has acknowledged, and those of them that are past their time.
    package func unacknowledged(at now: Instant) -> (waiting: Int, late: Int) {
        let late = desk.awaitingAcknowledgment.count {
            now.wall - (inbox[$0]?.at ?? now.wall) > settings.acknowledgeMilliseconds
        }
        return (desk.awaitingAcknowledgment.count, late)
    }

    /// Cables on desks here whose slug named no office.
    package var unknownSlugs: UInt64 { desk.unknownSlugs }
}
