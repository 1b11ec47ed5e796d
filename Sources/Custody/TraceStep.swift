package import Cables
import Octets

/// What a station has on record of one delivery of a cable.
package struct TraceStep: Equatable, Sendable {
    package enum Outcome: UInt8, Sendable {
        /// No custody of it was ever taken, or it is no longer kept.
        case unknown = 0
        /// In custody, waiting for its link.
        case waiting
        case held
        /// The next station has custody.
        case passed
        case delivered
        case duplicate
        case undeliverable
    }

    /// Steps of one report at most: deliveries of one cable, each with the arrivals that it had.
    package static let stepsMax = 256

    package var outcome: Outcome
    package var post: String
    /// The neighbour that has custody.
    package var next: RoutingIndicator?
    /// Milliseconds since 1970 by the stating station's clock: since when it is so.
    package var since: Int64
    /// Why it is held, or waits.
    package var why: String

    package init(outcome: Outcome, post: String, next: RoutingIndicator?, since: Int64, why: String) {
        self.outcome = outcome
        self.post = post
        self.next = next
        self.since = since
        self.why = why
    }

    func write(to writer: inout OctetWriter) {
        writer.u8(outcome.rawValue)
        writer.string(post)
        writer.optional(next) { $0.indicator($1) }
        writer.u64(UInt64(bitPattern: since))
        writer.string(why)
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        let raw = try reader.u8()
        guard let outcome = Outcome(rawValue: raw) else {
            throw .unknownValue(offset: reader.offset - 1, value: UInt64(raw))
        }
        self.outcome = outcome
        post = try reader.string(bound: 1_024)
        next = try reader.optional { reader throws(OctetFault) in try reader.indicator() }
        since = Int64(bitPattern: try reader.u64())
        why = try reader.string(bound: 256)
    }
}
