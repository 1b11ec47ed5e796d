package import Cables
package import Octets

/// What passed since the start, for whoever measures. Nothing is decided by it, and a replay counts nothing.
package struct TrafficCounts: Sendable {
    /// Seconds: the speeds of service and what lies between them.
    private static let serviceBounds: [UInt64] = [1, 10, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 86_400].map {
        $0 * 1_000_000
    }

    package struct ByPrecedence: Sendable {
        /// Cables that users handed in.
        package var accepted: UInt64 = 0
        /// Cables of other stations whose custody a neighbour took.
        package var relayed: UInt64 = 0
        /// Entries of desks here, without copies for SIPDIS.
        package var delivered: UInt64 = 0
        /// Deliveries of cables that originated here, which ended undelivered.
        package var undeliverable: UInt64 = 0
        /// From the acceptance at the originator to the desk here.
        package var toDesk = DurationCounts(bounds: TrafficCounts.serviceBounds)
        /// From the acceptance here to the receipt here.
        package var toReceipt = DurationCounts(bounds: TrafficCounts.serviceBounds)

        package init() {}
    }

    private var all = [ByPrecedence](repeating: ByPrecedence(), count: Precedence.allCases.count)

    package init() {}

    package subscript(precedence: Precedence) -> ByPrecedence {
        _read { yield all[Int(precedence.rawValue)] }
        _modify { yield &all[Int(precedence.rawValue)] }
    }
}

/// The same of one link.
package struct LinkCounts: Sendable {
    /// Milliseconds between an offer and the neighbour's note.
    private static let custodyBounds: [UInt64] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
    ].map { $0 * 1_000 }

    /// Cables whose custody the neighbour took, and cables that it gave, by rank of the precedence.
    package var handedOn = [UInt64](repeating: 0, count: Precedence.allCases.count)
    package var received = [UInt64](repeating: 0, count: Precedence.allCases.count)
    /// Transfers that a higher precedence interrupted.
    package var preemptions: UInt64 = 0
    /// Offers that the neighbour refused.
    package var refused: UInt64 = 0
    package var custody = DurationCounts(bounds: LinkCounts.custodyBounds)

    package init() {}
}
