/// What was handed to one neighbour and may have to be offered again: each custody, with the start and channel number
/// under which the neighbour took it (rules 9 and 10).
package struct PassedMemory: Sendable {
    package struct Item: Sendable {
        package var start: UInt64
        package var channel: UInt64
        package var number: CustodyNumber
    }

    /// The neighbour's journal that took them; nil: nothing was passed yet.
    package private(set) var epoch: JournalEpoch?
    package private(set) var items: [Item] = []

    package init() {}

    package mutating func note(_ item: Item, epoch: JournalEpoch) {
        self.epoch = epoch
        items.append(item)
    }

    /// Forgets what need not be offered again, whatever the neighbour remembers.
    package mutating func forget(_ isOver: (CustodyNumber) -> Bool) { items.removeAll { isOver($0.number) } }

    /// What the neighbour does not remember having taken, in the order in which it was passed; it is not kept here any
    /// longer.
    package mutating func missing(in memory: NeighbourMemory, own epoch: JournalEpoch) -> [CustodyNumber] {
        defer { self.epoch = memory.epoch }
        guard !items.isEmpty else { return [] }
        let knowsAll = self.epoch == memory.epoch && memory.rememberedEpoch == epoch
        var missing: [CustodyNumber] = []
        items.removeAll { item in
            let isKnown =
                knowsAll
                && memory.remembered.contains { $0.start == item.start && $0.channels.contains(item.channel) }
            if !isKnown { missing.append(item.number) }
            return !isKnown
        }
        return missing
    }
}

/// What a neighbour's hello says of its journal, and of what it remembers of this station's.
package struct NeighbourMemory: Sendable {
    package var start: UInt64
    package var epoch: JournalEpoch
    /// This station's journal as the neighbour remembers it; nil: nothing of it.
    package var rememberedEpoch: JournalEpoch?
    package var remembered: [(start: UInt64, channels: ChannelRanges)]

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
