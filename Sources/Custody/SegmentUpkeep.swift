import Octets

/// Decides what is done for the segments of a journal, one thing at a time: what gets a digest, which is cleaned, what of
/// it is written again next, and when it may go.
///
/// Whoever asks does what is said, and says so when it is on the disk; where it fails, it asks again. Everything here is
/// forgotten at a start: a segment that was being cleaned is looked at anew.
package struct SegmentUpkeep: Sendable {
    package struct Limits: Sendable {
        /// Sealed segments without a digest that may wait for a quiet moment; more are not left to a start.
        package var waitingMax = 4
        /// Ticks between two looks for cables whose time is over.
        package var retireTicks = 10
        /// Things written again in one event.
        package var carriedMax = 64
        /// Octets that the journal may have beyond twice what is needed, before its oldest segment is cleaned.
        package var slackOctets: UInt64 = 64 << 20
        /// Segments cleaned in one tick at most.
        package var cleanedMax = 4
        /// Ticks for which a cleaned segment stays: somebody may just be reading in it.
        package var farewellTicks = 10

        package init() {}
    }

    /// What the journal has, as of now.
    package struct Look: Sendable {
        /// Segments that take no more records, oldest first, with their octets.
        package var sealed: [(segment: UInt32, octets: UInt64)]
        /// There is little room on the disk.
        package var isShort: Bool
        /// The last sequence in the oldest of them; nil: it is not known, and the segment must stay.
        package var oldestEnd: UInt64?

        package init(sealed: [(segment: UInt32, octets: UInt64)], isShort: Bool, oldestEnd: UInt64?) {
            self.sealed = sealed
            self.isShort = isShort
            self.oldestEnd = oldestEnd
        }
    }

    package enum Work: Sendable {
        /// To be written again; then ask again.
        case carry([StationCustody.Remainder])
        /// Nothing in the segment is kept by it alone but marks and the like: `StationCustody.leave`, then `left`.
        case leave(UInt32)
        /// The oldest segment goes; then `removed`.
        case remove(UInt32)
    }

    private enum Cleaning {
        case nothing
        /// - before: what was to be carried first, last time.
        case segment(UInt32, before: CustodyNumber?)
    }

    private let limits: Limits
    /// Sealed segments that have a digest, or can have none.
    private var settled: Set<UInt32> = []
    /// Cleaned segments on their way out, oldest first.
    private var leaving: [(segment: UInt32, tick: Int)] = []
    private var cleaning = Cleaning.nothing
    private var cleaned = 0
    private var ticks = 0
    private var lastRecords: UInt64 = 0
    /// Content that nothing needed at the last look.
    private var unneeded: [ContentMark] = []

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Time goes on.
    package mutating func tick() {
        ticks += 1
        cleaned = 0
    }

    /// A look for cables whose time is over is due in this tick.
    package var retires: Bool { ticks % limits.retireTicks == 0 }

    // MARK: Digests

    /// The segment that is to get a digest now.
    ///
    /// - Parameter records: written to the journal so far: where there are no new ones, the moment is quiet.
    package mutating func digest(sealed: [UInt32], records: UInt64) -> UInt32? {
        let isQuiet = records == lastRecords
        lastRecords = records
        let waiting = sealed.filter { !settled.contains($0) }
        guard let next = waiting.first, isQuiet || waiting.count > limits.waitingMax else { return nil }
        settled.insert(next)
        return next
    }

    // MARK: Bodies

    /// Files of bodies to be asked for and removed: of content that nothing needed at the last look, since somebody may
    /// just have been reading it then; and those that were received for nothing.
    ///
    /// - Parameter marks: content that nothing needs as of this look.
    package mutating func bodies(
        unneeded marks: [ContentMark], released: Set<String>, list: () throws -> [String]
    ) rethrows -> [(name: String, mark: ContentMark)] {
        let before = Set(unneeded)
        unneeded = marks
        guard !before.isEmpty || !released.isEmpty else { return [] }
        return try list().compactMap { name in
            guard let mark = Digest(hexadecimal: name).map({ ContentMark($0) }) else { return nil }
            return released.contains(name) || before.contains(mark) ? (name, mark) : nil
        }
    }

    // MARK: Cleaning

    /// What is to be done now; nil: nothing in this tick.
    package mutating func next(_ look: Look, _ custody: borrowing StationCustody) -> Work? {
        if let first = leaving.first, ticks - first.tick >= limits.farewellTicks {
            if !custody.remainder(of: first.segment, most: 1).isEmpty {
                // Something came to stand in it after all. Those behind it wait: only the oldest may go.
                leaving.removeAll()
            } else if let end = look.oldestEnd, custody.isAudited(through: end) {
                return .remove(first.segment)
            }
        }
        while true {
            switch cleaning {
            case .segment(let segment, let before):
                let rest = custody.remainder(of: segment, most: limits.carriedMax)
                guard let first = rest.first else { return .leave(segment) }
                guard first.number != before else {
                    // What cannot be carried stays, and its segment with it.
                    cleaning = .nothing
                    return nil
                }
                cleaning = .segment(segment, before: first.number)
                return .carry(rest)
            case .nothing:
                guard cleaned < limits.cleanedMax, let oldest = oldest(look, custody) else { return nil }
                cleaning = .segment(oldest, before: nil)
            }
        }
    }

    /// The oldest segment, where it is worth cleaning.
    private func oldest(_ look: Look, _ custody: borrowing StationCustody) -> UInt32? {
        let sealed = look.sealed.filter { $0.segment > leaving.last?.segment ?? 0 }
        guard let oldest = sealed.first?.segment else { return nil }
        let held = sealed.reduce(0) { $0 + $1.octets }
        let live = custody.liveOctets
        let isWorthIt =
            custody.remainder(of: oldest, most: 1).isEmpty || held > 2 * live + limits.slackOctets
            || look.isShort && held > live
        return isWorthIt ? oldest : nil
    }

    /// What only the segment held is written again, and on the disk.
    package mutating func left(_ segment: UInt32) {
        cleaning = .nothing
        cleaned += 1
        leaving.append((segment, ticks))
    }

    /// The oldest segment is gone.
    package mutating func removed(_ segment: UInt32) {
        leaving.removeAll { $0.segment <= segment }
        settled.remove(segment)
    }

    /// What was to be done is not done: it is decided on anew.
    package mutating func failed() { cleaning = .nothing }
}
