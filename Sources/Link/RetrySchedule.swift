/// How long a station waits before it dials a neighbour again: doubling, bounded, with jitter.
package struct RetrySchedule: Sendable {
    /// Milliseconds before the second attempt; the third waits twice as long.
    package var delayMin: UInt64
    /// Milliseconds at most. Too high: traffic waits after a link is back, unless the neighbour dials first.
    package var delayMax: UInt64
    package private(set) var attempts = 0

    package init(delayMin: UInt64, delayMax: UInt64) {
        self.delayMin = delayMin
        self.delayMax = delayMax
    }

    /// Milliseconds until the next attempt, between half and the whole of the doubled delay.
    ///
    /// - Parameter random: 64 random bits.
    package mutating func next(random: UInt64) -> UInt64 {
        let doublings = min(attempts, 20)
        attempts += 1
        let whole = min(delayMax, delayMin << UInt64(doublings))
        let half = whole / 2
        return half + random % max(1, whole - half + 1)
    }

    /// A session opened: the next loss is dialled again at once.
    package mutating func reset() { attempts = 0 }
}
