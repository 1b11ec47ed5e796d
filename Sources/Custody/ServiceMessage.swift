package import Cables
package import Octets

/// The network's own traffic about one delivery: a receipt, a notice or an acknowledgment on its way to the cable's
/// originator, a question of the addressee's station to it, or the answer.
///
/// It is in custody hop by hop like a cable, causes no receipt, and never stands in an inbox (rule 16).
package struct ServiceMessage: Equatable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// The delivery reached its desk.
        case receipt = 1
        /// The delivery was not made by the station that signs, and why.
        case notice
        /// The stating station has delivered what may be a duplicate: has the originator a receipt (rule 11)?
        case inquiry = 50
        /// The originator has no receipt but what may stem from the delivery in question.
        case noReceipt
        /// The originator has one: the delivery was a duplicate.
        case hasReceipt
        /// The originator's station asks another what has become of the cable there.
        case tracer = 90
        /// The answer: what it has on record.
        case traceReport
        /// The addressee's station asks the originator's to send the cable once more: it came garbled or incomplete.
        case rerun
        /// A person at the post took action on the cable.
        case acknowledgment = 60
        /// The delivery is held by the station that signs, and why; it is not at its end.
        case held = 70
        /// The station that signs has ended the delivery, as the originator ordered (rule 21).
        case cancelled
        /// The post is at another station now, which `office` names (rule 22).
        case moved
        /// The originator's order to end a delivery: it follows the cable.
        case cancelOrder
        /// The originator's order to raise a delivery to the message's precedence.
        case raiseOrder

        /// An order goes after the cable; all else goes to the originator, but for answers.
        package var isOrder: Bool {
            switch self {
            case .cancelOrder, .raiseOrder: true
            case .receipt, .notice, .inquiry, .noReceipt, .hasReceipt, .held, .cancelled, .moved, .tracer, .traceReport,
                .rerun, .acknowledgment:
                false
            }
        }
    }

    package static let octetsMax = 1 << 14
    /// Milliseconds before and after 1970 that a time may name: 4,400 years.
    private static let timeMax: UInt64 = 1 << 47
    private static let version: UInt8 = 1
    /// Above the first version, as bits: the way that the cable took, and when a reply is due.
    private static let wayFlag: UInt8 = 1
    private static let replyDueFlag: UInt8 = 2

    package var kind: Kind
    package var network: String
    /// The cable that it is about; its station is where the message goes, but for answers.
    package var identity: CableIdentity
    package var contentHash: Digest
    package var post: String
    /// The station that states it, and signs.
    package var station: RoutingIndicator
    /// The desk that has the cable; empty in a notice.
    package var office: String
    /// Milliseconds since 1970 on the stating station's clock: information only. Question and answer name the delivery
    /// by it, so the answer repeats what was asked.
    package var at: Int64
    /// The cable's; a receipt keeps it.
    package var precedence: Precedence
    /// Why there was no delivery; empty in a receipt.
    package var reason: String
    /// The station that asked, where this is an answer; that of the addressee, where it is an order; of a tracer, the one
    /// that is asked.
    package var asker: RoutingIndicator?
    /// In a trace report: what the stating station has on record of the cable.
    package var steps: [TraceStep] = []
    /// In a receipt: the stations that had custody, the originator's first and the one that delivered last; empty where
    /// not all of them said.
    package var way: [Hop] = []
    /// In a receipt: when the reply that the cable asks for is due, by the calendar of the post; milliseconds since 1970 on
    /// the stating station's clock.
    package var replyDue: Int64?

    /// A station that had custody, and the cable's age in milliseconds when it passed it on, or delivered it (rule 19).
    package struct Hop: Equatable, Sendable {
        package var station: RoutingIndicator
        package var age: UInt64

        package init(station: RoutingIndicator, age: UInt64) {
            self.station = station
            self.age = age
        }
    }

    static func way(
        _ trace: [RoutingIndicator], _ ages: [UInt64], deliveredBy station: RoutingIndicator, age: UInt64
    ) -> [Hop] {
        guard !trace.isEmpty, trace.count == ages.count else { return [] }
        return zip(trace, ages).map { Hop(station: $0, age: $1) } + [Hop(station: station, age: age)]
    }

    package init(
        kind: Kind, network: String, identity: CableIdentity, contentHash: Digest, post: String,
        station: RoutingIndicator, office: String, at: Int64, precedence: Precedence, reason: String,
        replyDue: Int64? = nil
    ) {
        self.kind = kind
        self.network = network
        self.identity = identity
        self.contentHash = contentHash
        self.post = post
        self.station = station
        self.office = office
        self.at = at
        self.precedence = precedence
        self.reason = reason
        self.replyDue = replyDue
    }

    package var leafKind: LeafKind {
        switch kind {
        case .receipt: .receipt
        case .notice: .notice
        case .inquiry, .noReceipt, .hasReceipt: .inquiry
        case .tracer, .traceReport, .rerun: .tracer
        case .acknowledgment: .acknowledgment
        case .held, .cancelled, .moved: .notice
        case .cancelOrder, .raiseOrder: .order
        }
    }

    /// Where it goes.
    package var destination: RoutingIndicator {
        switch kind {
        case .receipt, .notice, .inquiry, .acknowledgment, .held, .cancelled, .moved, .rerun:
            identity.station
        case .noReceipt, .hasReceipt, .cancelOrder, .raiseOrder, .tracer, .traceReport: asker ?? identity.station
        }
    }

    /// It says what became of a delivery.
    package var isOutcome: Bool {
        switch kind {
        case .receipt, .notice, .cancelled, .acknowledgment: true
        case .inquiry, .noReceipt, .hasReceipt, .held, .moved, .cancelOrder, .raiseOrder, .tracer, .traceReport, .rerun:
            false
        }
    }

    /// The originator keeps it with the cable, proof and all.
    package var isKept: Bool { isOutcome || kind == .traceReport }

    private static func namesDestination(_ kind: Kind) -> Bool {
        switch kind {
        case .receipt, .notice, .inquiry, .acknowledgment, .held, .cancelled, .moved, .rerun: false
        case .noReceipt, .hasReceipt, .cancelOrder, .raiseOrder, .tracer, .traceReport: true
        }
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter(reserving: 192)
        writer.u8(Self.version + (way.isEmpty ? 0 : Self.wayFlag) + (replyDue == nil ? 0 : Self.replyDueFlag))
        writer.u8(kind.rawValue)
        writer.string(network)
        writer.identity(identity)
        writer.digest(contentHash)
        writer.string(post)
        writer.indicator(station)
        writer.string(office)
        writer.u64(UInt64(bitPattern: at))
        writer.u8(precedence.rawValue)
        writer.string(reason)
        if Self.namesDestination(kind) { writer.indicator(asker ?? identity.station) }
        if kind == .traceReport { writer.list(steps) { $1.write(to: &$0) } }
        if !way.isEmpty {
            writer.list(way) { writer, hop in
                writer.indicator(hop.station)
                writer.varint(hop.age)
            }
        }
        if let replyDue { writer.u64(UInt64(bitPattern: replyDue)) }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        let version = try reader.u8()
        guard version >= Self.version, version - Self.version <= Self.wayFlag | Self.replyDueFlag else {
            throw .unknownValue(offset: 0, value: UInt64(version))
        }
        let raw = try reader.u8()
        guard let kind = Kind(rawValue: raw) else { throw .unknownValue(offset: 1, value: UInt64(raw)) }
        self.kind = kind
        network = try reader.string(bound: 256)
        identity = try reader.identity()
        contentHash = try reader.digest()
        post = try reader.string(bound: 1_024)
        station = try reader.indicator()
        office = try reader.string(bound: 1_024)
        at = Int64(bitPattern: try reader.u64())
        precedence = try reader.precedence()
        reason = try reader.string(bound: 1_024)
        asker = Self.namesDestination(kind) ? try reader.indicator() : nil
        if kind == .traceReport {
            steps = try reader.list(bound: TraceStep.stepsMax) { reader throws(OctetFault) in
                try TraceStep(from: &reader)
            }
        }
        let flags = version - Self.version
        if flags & Self.wayFlag != 0 {
            way = try reader.list(bound: Acceptance.traceMax + 1) { reader throws(OctetFault) in
                Hop(station: try reader.indicator(), age: min(try reader.varint(), Age.most))
            }
        }
        if flags & Self.replyDueFlag != 0 {
            let due = Int64(bitPattern: try reader.u64())
            guard due.magnitude <= Self.timeMax else {
                throw .aboveBound(offset: reader.offset - 8, value: due.magnitude, bound: Int(Self.timeMax))
            }
            replyDue = due
        }
        try reader.finish()
    }
}
