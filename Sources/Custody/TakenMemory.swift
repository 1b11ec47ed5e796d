package import Cables

/// A list of ascending, disjoint ranges of channel numbers.
package struct ChannelRanges: Equatable, Sendable {
    package private(set) var ranges: [ClosedRange<UInt64>] = []

    package init() {}

    package init(_ ranges: [ClosedRange<UInt64>]) {
        for range in ranges { insert(range) }
    }

    /// From numbers in ascending order, without repetition.
    package init(ascending numbers: [UInt64]) {
        for number in numbers {
            if let last = ranges.last, number == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
    }

    package mutating func insert(_ number: UInt64) {
        if let last = ranges.last, number == last.upperBound &+ 1 {
            ranges[ranges.count - 1] = last.lowerBound...number
            return
        }
        insert(number...number)
    }

    package mutating func insert(_ range: ClosedRange<UInt64>) {
        var low = range.lowerBound
        var high = range.upperBound
        var kept: [ClosedRange<UInt64>] = []
        kept.reserveCapacity(ranges.count + 1)
        for other in ranges {
            let touches =
                other.lowerBound <= (high == .max ? high : high + 1)
                && low <= (other.upperBound == .max ? .max : other.upperBound + 1)
            if touches {
                low = min(low, other.lowerBound)
                high = max(high, other.upperBound)
            } else {
                kept.append(other)
            }
        }
        let place = kept.firstIndex { $0.lowerBound > high } ?? kept.count
        kept.insert(low...high, at: place)
        ranges = kept
    }

    package func contains(_ number: UInt64) -> Bool {
        ranges.contains { $0.contains(number) }
    }

    /// Forgets the oldest ranges above a bound.
    package mutating func keep(newest bound: Int) {
        if ranges.count > bound { ranges.removeFirst(ranges.count - bound) }
    }
}

/// What a station remembers having taken from one neighbour.
///
/// By custody number, so that a repeated offer is only acknowledged again (rule 5); by start and channel number, so
/// that a neighbour learns from the hello what a damaged tail has forgotten (rule 9). Forgetting too early costs a
/// second custody, never a cable: the desk tells duplicates by identity and content.
package struct TakenMemory: Sendable {
    /// Custody numbers remembered per neighbour. More than any neighbour has under way at once.
    package static let numbersMax = 65_536
    /// Starts of a neighbour that are remembered.
    package static let startsMax = 64
    /// Ranges remembered per start.
    package static let rangesMax = 256

    package private(set) var epoch: JournalEpoch?
    /// Each number with what stood behind it. A neighbour whose disk was put back from a backup gives numbers a second
    /// time, to other things; and deliveries of one cable may come in two offers of one number.
    private var numbers: Set<Numbered> = []
    private var order: [Numbered] = []
    private var oldest = 0
    /// By start, oldest first.
    package private(set) var starts: [(start: UInt64, channels: ChannelRanges)] = []

    package init() {}

    /// A cable or message as it was taken, in 32 bits: enough to tell two apart that bear one number.
    package struct Taken: Hashable, Sendable {
        private var bits: UInt32

        /// - Parameter part: deliveries of the cable that were taken.
        package init(_ identity: CableIdentity, _ content: ContentMark, part: some Sequence<UInt16>) {
            self.init(identity, content.high)
            for index in part { mix(UInt64(index)) }
        }

        package init(_ message: ServiceMessage) {
            self.init(message.identity, ContentMark(message.contentHash).high)
            mix(UInt64(message.kind.rawValue))
            mix(message.station.packed)
            for octet in message.post.utf8 { mix(UInt64(octet)) }
        }

        private init(_ identity: CableIdentity, _ content: UInt64) {
            bits = 0x811c_9dc5
            mix(identity.station.packed)
            mix(identity.start)
            mix(identity.number)
            mix(content)
        }

        private mutating func mix(_ word: UInt64) {
            let mixed = (UInt64(bits) << 32 | UInt64(bits) ^ word) &* 0x9e37_79b9_7f4a_7c15 ^ word
            bits = UInt32(truncatingIfNeeded: (mixed ^ mixed >> 29) &* 0xbf58_476d_1ce4_e5b9 >> 32)
        }
    }

    private struct Numbered: Hashable {
        var number: UInt64
        var taken: Taken
    }

    package func knows(_ offered: CustodySource.Offered, _ taken: Taken) -> Bool {
        offered.epoch == epoch && numbers.contains(Numbered(number: offered.number.raw, taken: taken))
    }

    package mutating func take(_ offered: CustodySource.Offered, _ taken: Taken) {
        if offered.epoch != epoch {
            epoch = offered.epoch
            numbers.removeAll()
            order.removeAll()
            oldest = 0
            starts.removeAll()
        }
        note(start: offered.start, channel: offered.channel)
        let numbered = Numbered(number: offered.number.raw, taken: taken)
        guard numbers.insert(numbered).inserted else { return }
        if order.count < Self.numbersMax {
            order.append(numbered)
        } else {
            numbers.remove(order[oldest])
            order[oldest] = numbered
            oldest = (oldest + 1) % Self.numbersMax
        }
    }

    /// What was known when an older segment went (`Standing`): added to what newer records say.
    mutating func restore(_ standing: Standing.Taken) {
        if let epoch, epoch != standing.epoch { return }
        epoch = standing.epoch
        for item in standing.starts {
            if let known = starts.firstIndex(where: { $0.start == item.start }) {
                for range in item.channels.ranges { starts[known].channels.insert(range) }
                starts[known].channels.keep(newest: Self.rangesMax)
            } else if starts.count < Self.startsMax {
                starts.append((item.start, item.channels))
            }
        }
    }

    /// A repeated offer arrived under another channel number.
    package mutating func note(start: UInt64, channel: UInt64) {
        if starts.last?.start == start {
            starts[starts.count - 1].channels.insert(channel)
            starts[starts.count - 1].channels.keep(newest: Self.rangesMax)
        } else if let known = starts.firstIndex(where: { $0.start == start }) {
            starts[known].channels.insert(channel)
        } else {
            starts.append((start, ChannelRanges([channel...channel])))
            if starts.count > Self.startsMax { starts.removeFirst() }
        }
    }
}
