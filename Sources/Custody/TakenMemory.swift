import Cables

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
    private var numbers: Set<UInt64> = []
    private var order: [UInt64] = []
    private var oldest = 0
    /// By start, oldest first.
    package private(set) var starts: [(start: UInt64, channels: ChannelRanges)] = []

    package init() {}

    package func knows(_ offered: CustodySource.Offered) -> Bool {
        offered.epoch == epoch && numbers.contains(offered.number.raw)
    }

    package mutating func take(_ offered: CustodySource.Offered) {
        if offered.epoch != epoch {
            epoch = offered.epoch
            numbers.removeAll()
            order.removeAll()
            oldest = 0
            starts.removeAll()
        }
        note(start: offered.start, channel: offered.channel)
        guard numbers.insert(offered.number.raw).inserted else { return }
        if order.count < Self.numbersMax {
            order.append(offered.number.raw)
        } else {
            numbers.remove(order[oldest])
            order[oldest] = offered.number.raw
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
