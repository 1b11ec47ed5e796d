/// How often durations of each size occurred: counts between fixed bounds, so that memory is the same whatever happens.
package struct DurationCounts: Sendable, Equatable {
    /// Microseconds, ascending: a duration counts below the first bound that it does not exceed.
    package let bounds: [UInt64]
    /// By bound; the last is of what exceeds them all.
    package private(set) var counts: [UInt64]
    /// Microseconds.
    package private(set) var sum: UInt64 = 0

    package init(bounds: [UInt64]) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    package mutating func add(microseconds: UInt64) {
        var place = 0
        while place < bounds.count, microseconds > bounds[place] { place += 1 }
        counts[place] += 1
        sum &+= microseconds
    }

    package var total: UInt64 { counts.reduce(0, +) }
}
