package import Cables
package import Octets

/// The network's own traffic about one delivery: a receipt or a notice on its way to the cable's originator, a question
/// of the addressee's station to it, or the answer.
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
    }

    package static let octetsMax = 1 << 14
    private static let version: UInt8 = 1

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
    /// The station that asked, where this is an answer.
    package var asker: RoutingIndicator?

    package init(
        kind: Kind, network: String, identity: CableIdentity, contentHash: Digest, post: String,
        station: RoutingIndicator, office: String, at: Int64, precedence: Precedence, reason: String
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
    }

    package var leafKind: LeafKind {
        switch kind {
        case .receipt: .receipt
        case .notice: .notice
        case .inquiry, .noReceipt, .hasReceipt: .inquiry
        }
    }

    /// Where it goes.
    package var destination: RoutingIndicator {
        switch kind {
        case .receipt, .notice, .inquiry: identity.station
        case .noReceipt, .hasReceipt: asker ?? identity.station
        }
    }

    /// It says what became of a delivery.
    package var isOutcome: Bool {
        switch kind {
        case .receipt, .notice: true
        case .inquiry, .noReceipt, .hasReceipt: false
        }
    }

    private static func isAnswer(_ kind: Kind) -> Bool {
        switch kind {
        case .receipt, .notice, .inquiry: false
        case .noReceipt, .hasReceipt: true
        }
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter(reserving: 192)
        writer.u8(Self.version)
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
        if Self.isAnswer(kind) { writer.indicator(asker ?? identity.station) }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        try reader.expect(version: Self.version)
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
        asker = Self.isAnswer(kind) ? try reader.indicator() : nil
        try reader.finish()
    }
}
