/// What was handed to one neighbour and may have to be offered again: each custody, of a cable or of a service message,
/// with the start and channel number under which the neighbour took it (rules 9 and 10). 24 octets each.
package struct PassedMemory: Sendable {
    private struct Item: Sendable {
        var number: CustodyNumber
        /// Which of `starts` in the upper 16 bits, the channel number below.
        var taken: UInt64
        /// Where a restart finds it.
        var segment: UInt32
    }

    private static let channelBits: UInt64 = 48
    /// A start that is not listed any more: what was taken under it counts as forgotten.
    private static let unlisted: UInt64 = 0xffff
    private static let unplaced = UInt32.max

    /// The neighbour's journal that took them; nil: nothing was passed yet.
    package private(set) var epoch: JournalEpoch?
    private var items: [Item] = []
    private var starts: [UInt64] = []
    /// Items from here on have no place in the journal yet.
    private var firstUnplaced = 0
    /// Where the next look for what need not be remembered begins.
    private var cursor = 0

    package init() {}

    package var count: Int { items.count }

    package mutating func note(_ number: CustodyNumber, start: UInt64, channel: UInt64, epoch: JournalEpoch) {
        self.epoch = epoch
        items.append(
            Item(
                number: number, taken: index(of: start) << Self.channelBits | channel & (1 << Self.channelBits - 1),
                segment: Self.unplaced))
    }

    private mutating func index(of start: UInt64) -> UInt64 {
        if let known = starts.lastIndex(of: start) { return UInt64(known) }
        guard starts.count < Int(Self.unlisted) else { return Self.unlisted }
        starts.append(start)
        return UInt64(starts.count - 1)
    }

    /// The record that said so has its place. Records are placed in the order in which they were noted.
    package mutating func placed(_ numbers: some Sequence<CustodyNumber>, in segment: UInt32) {
        for number in numbers {
            // What was offered again in the same turn is not here any more.
            guard firstUnplaced < items.count, items[firstUnplaced].number == number else { continue }
            items[firstUnplaced].segment = segment
            firstUnplaced += 1
        }
    }

    /// What the neighbour does not remember having taken, by number; it is not kept here any longer.
    package mutating func missing(in memory: NeighbourMemory, own epoch: JournalEpoch) -> [CustodyNumber] {
        defer { self.epoch = memory.epoch }
        guard !items.isEmpty else { return [] }
        let knowsAll = self.epoch == memory.epoch && memory.rememberedEpoch == epoch
        let remembered = starts.map { start in memory.remembered.first { $0.start == start }?.channels }
        var missing: [CustodyNumber] = []
        keep(0..<items.count) { item in
            let start = Int(item.taken >> Self.channelBits)
            let isKnown =
                knowsAll && start < remembered.count
                && remembered[start]?.contains(item.taken & (1 << Self.channelBits - 1)) ?? false
            if !isKnown { missing.append(item.number) }
            return isKnown
        }
        guard !missing.isEmpty else { return [] }
        // What was offered again, and taken again, is known by its newest channel.
        var forgotten = Set(missing)
        for item in items { forgotten.remove(item.number) }
        return forgotten.sorted()
    }

    /// Looks at a number of items, beginning where the last look ended, and forgets what need not be offered again,
    /// whatever the neighbour remembers.
    package mutating func forget(most: Int, _ isOver: (CustodyNumber) -> Bool) {
        if cursor >= items.count { cursor = 0 }
        let part = cursor..<min(items.count, cursor + most)
        let before = items.count
        keep(part) { !isOver($0.number) }
        cursor = part.upperBound - (before - items.count)
    }

    /// Takes out what only segments up to this one say, so that it can be said again.
    package mutating func take(through segment: UInt32) -> [(number: CustodyNumber, start: UInt64, channel: UInt64)] {
        var found: [(number: CustodyNumber, start: UInt64, channel: UInt64)] = []
        let starts = starts
        keep(0..<items.count) { item in
            guard item.segment <= segment else { return true }
            let start = Int(item.taken >> Self.channelBits)
            found.append(
                (
                    item.number, start < starts.count ? starts[start] : 0,
                    item.taken & (1 << Self.channelBits - 1)
                ))
            return false
        }
        return found
    }

    private mutating func keep(_ part: Range<Int>, _ isKept: (Item) -> Bool) {
        var next = part.lowerBound
        var placed = 0
        for index in part where isKept(items[index]) {
            if index < firstUnplaced { placed += 1 }
            items[next] = items[index]
            next += 1
        }
        let gone = min(part.upperBound, max(part.lowerBound, firstUnplaced)) - part.lowerBound - placed
        firstUnplaced -= gone
        items.removeSubrange(next..<part.upperBound)
    }
}

/// What a neighbour's hello says of its journal, and of what it remembers of this station's.
package struct NeighbourMemory: Sendable {
    package var start: UInt64
    package var epoch: JournalEpoch
    /// This station's journal as the neighbour remembers it; nil: nothing of it.
    package var rememberedEpoch: JournalEpoch?
    package var remembered: [(start: UInt64, channels: ChannelRanges)]
    /// The lowest channel number that its next offer may bear.
    package var nextChannel: UInt64 = 1
    /// What its orders keep from the link, and what it was told of those here when it was greeted.
    package var notice = LinkNotice()
    package var told = LinkNotice()

    package init(
        start: UInt64, epoch: JournalEpoch, rememberedEpoch: JournalEpoch?,
        remembered: [(start: UInt64, channels: ChannelRanges)]
    ) {
        self.start = start
        self.epoch = epoch
        self.rememberedEpoch = rememberedEpoch
        self.remembered = remembered
    }
}
