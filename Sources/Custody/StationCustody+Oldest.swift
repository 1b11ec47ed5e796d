package import Cables

/// What waits of one precedence.
package struct OldestQueued: Sendable, Equatable {
    package var count = 0
    package var late = 0
    package var ageMilliseconds: Int64 = 0

    package init() {}
}

extension StationCustody {
    /// Cables in custody here, or that await a receipt here, by their highest open precedence, in pieces. Makes no texts:
    /// it is asked every second while somebody looks.
    ///
    /// - Parameters:
    ///   - first: from 0, then what the call before has given.
    ///   - most: places looked at.
    /// - Returns: where to go on, or nil at the end.
    package func oldestQueued(
        from first: UInt32, most: Int, at now: Instant, into found: inout [Precedence: OldestQueued]
    ) -> UInt32? {
        let end = first < entries.high && Int(entries.high - first) > most ? first + UInt32(most) : entries.high
        for slot in first..<max(first, end) where entries.holds(slot) {
            var highest: Precedence?
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                guard !delivery.state.isEnded, delivery.state != .inTransit || entries[slot].isOrigin else { continue }
                highest = max(highest ?? delivery.precedence, delivery.precedence)
            }
            guard let highest else { continue }
            let age = max(0, Int64(clamping: now.boot) - entries[slot].born)
            var row = found[highest] ?? OldestQueued()
            row.count += 1
            if age > highest.speedOfServiceSeconds * 1_000 { row.late += 1 }
            row.ageMilliseconds = max(row.ageMilliseconds, age)
            found[highest] = row
        }
        return end < entries.high ? end : nil
    }
}
