import Cables

/// What is rare about an entry of the inbox, kept beside it.
package struct DeskFacts: Equatable, Sendable {
    package struct Reader: Equatable, Sendable {
        package var user: UInt32
        package var at: Int64
    }

    /// Readers of one entry that are remembered at most, besides the first.
    package static let readersMax = 16

    package var duties: DeskDuties = []
    package var acknowledgedAt: Int64?
    package var acknowledgedBy: UInt32 = 0
    package var archivedAt: Int64?
    package var forwardedTo: String?
    /// The arrival number of the entry that it became there.
    package var forwardedArrival: UInt64 = 0
    package var forwardReason: String?
    /// Its office's program has it.
    package var isHandedOver = false
    /// How often somebody was called to acknowledge it.
    package var calls: UInt32 = 0
    /// Who read it after the first.
    package var readers: [Reader] = []

    package init(duties: DeskDuties = []) { self.duties = duties }

    package var awaitsAcknowledgment: Bool {
        duties.contains(.acknowledgment) && acknowledgedAt == nil && forwardedTo == nil
    }

    package var awaitsHook: Bool { duties.contains(.hook) && !isHandedOver && forwardedTo == nil }
}

/// Replies that are due, replies that came, and what is rare about entries of the inbox.
struct DeskBook: Sendable {
    var facts: [UInt64: DeskFacts] = [:]
    var suspenses: [SuspenseKey: Suspense] = [:]
    /// By acceptance of the cable that is answered.
    var replies: [UInt64: [ReplyLink]] = [:]
    /// Entries that somebody or something still waits for.
    var awaitingAcknowledgment: Set<UInt64> = []
    var awaitingHook: Set<UInt64> = []
    /// Cables whose slug named no office.
    var unknownSlugs: UInt64 = 0
    /// What was handed to the loop since the start and is not said to be done.
    var underWay: Set<DeskMatter> = []

    /// Replies to one cable that are remembered at most.
    static let repliesMax = 256

    mutating func change(_ arrival: UInt64, _ change: (inout DeskFacts) -> Void) {
        change(&facts[arrival, default: DeskFacts()])
        settle(arrival)
    }

    /// What was known of an entry at another time; nil: nothing.
    mutating func restore(_ before: DeskFacts?, _ arrival: UInt64) {
        facts[arrival] = before
        settle(arrival)
    }

    private mutating func settle(_ arrival: UInt64) {
        let facts = facts[arrival] ?? DeskFacts()
        if facts.awaitsAcknowledgment {
            awaitingAcknowledgment.insert(arrival)
        } else {
            awaitingAcknowledgment.remove(arrival)
        }
        if facts.awaitsHook { awaitingHook.insert(arrival) } else { awaitingHook.remove(arrival) }
    }

    mutating func open(_ key: SuspenseKey, post: String, openedAt: Int64, due: Int64) {
        guard suspenses[key] == nil else { return }
        var suspense = Suspense(openedAt: openedAt, due: due)
        suspense.answer = replies[key.sequence]?.first { $0.post == post }
        suspenses[key] = suspense
    }

    /// A reply to the delivery came; once, however often its record is folded.
    mutating func answer(_ key: SuspenseKey, _ link: ReplyLink) {
        var known = replies[key.sequence] ?? []
        guard known.count < Self.repliesMax, !known.contains(where: { $0.reply == link.reply && $0.post == link.post })
        else { return }
        known.append(link)
        replies[key.sequence] = known
        if suspenses[key]?.answer == nil { suspenses[key]?.answer = link }
    }

    mutating func forget(sequence: UInt64, indices: [UInt16]) {
        replies[sequence] = nil
        guard !suspenses.isEmpty else { return }
        for index in indices { suspenses[SuspenseKey(sequence: sequence, index: index)] = nil }
    }

    mutating func forget(arrival: UInt64) {
        facts[arrival] = nil
        awaitingAcknowledgment.remove(arrival)
        awaitingHook.remove(arrival)
    }
}
