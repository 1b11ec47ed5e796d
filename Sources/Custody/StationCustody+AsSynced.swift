import Cables

/// The state as it stood when all of it was synced: what may be shown while the journal takes no records (rule 6: a
/// query is telling too).
extension StationCustody {
    /// A record that is not synced yet is about to change an entry: what it was is kept until then.
    mutating func touch(_ slot: UInt32) {
        guard !isReplaying else { return }
        doubts.through = nextSequence
        if doubts.entries[slot] == nil { doubts.entries[slot] = entries[slot] }
    }

    mutating func touch(_ entry: InboxEntry) {
        guard !isReplaying else { return }
        doubts.through = nextSequence
        if doubts.inbox[entry.arrival] == nil { doubts.inbox[entry.arrival] = entry }
    }

    mutating func touch(facts arrival: UInt64) {
        guard !isReplaying else { return }
        doubts.through = nextSequence
        if !doubts.facts.keys.contains(arrival) { doubts.facts.updateValue(desk.facts[arrival], forKey: arrival) }
    }

    /// - Parameter key: of the reply that is waited for; the replies to its cable may change with it.
    mutating func touch(suspense key: SuspenseKey) {
        guard !isReplaying else { return }
        doubts.through = nextSequence
        if !doubts.suspenses.keys.contains(key) { doubts.suspenses.updateValue(desk.suspenses[key], forKey: key) }
        if !doubts.replies.keys.contains(key.sequence) {
            doubts.replies.updateValue(desk.replies[key.sequence], forKey: key.sequence)
        }
    }

    /// Looks at the state as of the last sync: what was accepted since is not there, what has changed since is as it was.
    package mutating func asSynced<Answer>(_ look: (borrowing StationCustody) -> Answer) -> Answer {
        let hidden = unsyncedSlots
        let (inbox, waiting) = (self.inbox, links.map(\.waiting))
        showWaiting()
        swapDoubts()
        showInbox(without: Set(hidden))
        swapDesks()
        for slot in hidden { hide(slot) }
        let answer = look(self)
        for slot in hidden.reversed() { reveal(slot) }
        swapDesks()
        swapDoubts()
        self.inbox = inbox
        for link in links.indices { links[link].waiting = waiting[link] }
        return answer
    }

    private var unsyncedSlots: [UInt32] {
        var slots: [UInt32] = []
        for item in unsynced {
            if case .cable(let slot) = item.work, entries.holds(slot), entries[slot].sequence > persistedThrough,
                !slots.contains(slot)
            {
                slots.append(slot)
            }
        }
        return slots
    }

    /// Swaps each entry in doubt with what it was, or back.
    private mutating func swapDoubts() {
        for slot in doubts.entries.keys where entries.holds(slot) {
            guard var before = doubts.entries[slot] else { continue }
            swap(&before, &entries[slot])
            doubts.entries[slot] = before
        }
    }

    /// Swaps what is in doubt of desks and replies with what it was, or back.
    private mutating func swapDesks() {
        for (arrival, before) in doubts.facts {
            doubts.facts.updateValue(desk.facts[arrival], forKey: arrival)
            desk.restore(before, arrival)
        }
        for (key, before) in doubts.suspenses {
            doubts.suspenses.updateValue(desk.suspenses[key], forKey: key)
            desk.suspenses[key] = before
        }
        for (sequence, before) in doubts.replies {
            doubts.replies.updateValue(desk.replies[sequence], forKey: sequence)
            desk.replies[sequence] = before
        }
    }

    /// What is in doubt as passed on waits for its link again; what carried it may carry another thing by now.
    private mutating func showWaiting() {
        for slot in doubts.entries.keys where entries.holds(slot) {
            guard var before = doubts.entries[slot] else { continue }
            var highest: [UInt16: Precedence] = [:]
            for position in 0..<min(before.deliveryCount, entries[slot].deliveryCount)
            where before[delivery: position].state == .queued && entries[slot][delivery: position].state == .inTransit {
                before[delivery: position].transmission = CustodyDelivery.none
                let link = entries[slot][delivery: position].link
                highest[link] = max(highest[link] ?? .routine, before[delivery: position].precedence)
            }
            doubts.entries[slot] = before
            for (link, precedence) in highest where link != CustodyDelivery.noLink {
                links[Int(link)].waiting[Int(precedence.rawValue)] += 1
            }
        }
    }

    private mutating func showInbox(without hidden: Set<UInt32>) {
        inbox.removeAll { hidden.contains($0.slot) }
        for (_, entry) in doubts.inbox where !hidden.contains(entry.slot) { inbox.add(entry) }
    }

    private mutating func hide(_ slot: UInt32) {
        byIdentity.remove(slot, key: CustodyEntry.key(entries[slot].identity))
        bySequence.remove(slot, key: entries[slot].sequence)
        entries.hide(slot)
    }

    private mutating func reveal(_ slot: UInt32) {
        entries.reveal(slot)
        byIdentity.insert(slot, key: CustodyEntry.key(entries[slot].identity)) {
            CustodyEntry.key(entries[$0].identity)
        }
        bySequence.insert(slot, key: entries[slot].sequence) { entries[$0].sequence }
    }
}

/// What records that are not synced yet have changed, as it was before.
struct Doubts: Sendable {
    /// Cleared buffers of more places than this are given back.
    private static let keptMax = 4_096

    var entries: [UInt32: CustodyEntry] = [:]
    var inbox: [UInt64: InboxEntry] = [:]
    /// Nil: there was nothing.
    var facts: [UInt64: DeskFacts?] = [:]
    var suspenses: [SuspenseKey: Suspense?] = [:]
    var replies: [UInt64: [ReplyLink]?] = [:]
    /// The newest of these records.
    var through: UInt64 = 0

    mutating func synced(through sequence: UInt64) {
        guard sequence >= through else { return }
        if !entries.isEmpty { entries.removeAll(keepingCapacity: entries.capacity < Self.keptMax) }
        if !inbox.isEmpty { inbox.removeAll(keepingCapacity: inbox.capacity < Self.keptMax) }
        if !facts.isEmpty { facts.removeAll(keepingCapacity: facts.capacity < Self.keptMax) }
        if !suspenses.isEmpty { suspenses.removeAll(keepingCapacity: suspenses.capacity < Self.keptMax) }
        if !replies.isEmpty { replies.removeAll(keepingCapacity: replies.capacity < Self.keptMax) }
    }

    /// The cable is kept no longer.
    mutating func forget(sequence: UInt64, indices: [UInt16]) {
        replies[sequence] = nil
        for index in indices where !suspenses.isEmpty {
            suspenses[SuspenseKey(sequence: sequence, index: index)] = nil
        }
    }
}
