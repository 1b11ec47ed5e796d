package import Cables
package import Octets

/// What the originating station signs about a cable, and what every station on the way holds it against (rule 23).
///
/// The envelope of a hop may only narrow it: fewer deliveries, never others.
package struct SignedBlock: Equatable, Sendable {
    package struct Delivery: Equatable, Sendable {
        package enum Role: UInt8, Sendable {
            case action = 0
            case info
        }

        package var post: String
        package var station: RoutingIndicator
        package var role: Role
        package var precedence: Precedence
        package var niact: Bool

        package init(post: String, station: RoutingIndicator, role: Role, precedence: Precedence, niact: Bool) {
            self.post = post
            self.station = station
            self.role = role
            self.precedence = precedence
            self.niact = niact
        }
    }

    /// Deliveries of one cable after expansion of collectives.
    package static let deliveriesMax = 4_096
    package static let octetsMax = 1 << 20
    /// Cables that one reply answers at most.
    package static let answersMax = 64
    private static let version: UInt8 = 1
    /// Above the first version, as bits: a life for each delivery, answers behind the rest.
    private static let livesFlag: UInt8 = 1
    private static let answersFlag: UInt8 = 2
    private static let rerunFlag: UInt8 = 4
    private static let correctsFlag: UInt8 = 8

    package var network: String
    package var identity: CableIdentity
    package var contentHash: Digest
    /// Octets of the cable.
    package var length: UInt64
    /// The plain-language address after FM.
    package var from: String
    package var mrn: String?
    /// The date-time group as written.
    package var dateTimeGroup: String?
    /// As gated: the stricter of transport line and text; nil when the cable names none.
    package var classification: Classification?
    package var captions: [String]
    /// Milliseconds since 1970 on the originator's clock: information only.
    package var acceptedAt: Int64
    /// Seconds that the cable may live, counted in ages and dwells (rule 20).
    package var lifeSeconds: UInt32
    package var deliveries: [Delivery]
    /// Seconds for each delivery, in order, where they differ; `lifeSeconds` is then the longest.
    package var lives: [UInt32]
    /// The cables that this one replies to, as its originator's station knows them.
    package var answers: [CableIdentity]
    /// The cable that this one repeats for an addressee who asked for a rerun (ZFG): it is delivered whatever came before.
    package var rerunOf: CableIdentity?
    /// The cable of the same originator that this one corrects.
    package var corrects: CableIdentity?

    package init(
        network: String, identity: CableIdentity, contentHash: Digest, length: UInt64, from: String, mrn: String?,
        dateTimeGroup: String?, classification: Classification?, captions: [String], acceptedAt: Int64,
        lifeSeconds: UInt32, deliveries: [Delivery], lives: [UInt32] = [], answers: [CableIdentity] = []
    ) {
        self.network = network
        self.identity = identity
        self.contentHash = contentHash
        self.length = length
        self.from = from
        self.mrn = mrn
        self.dateTimeGroup = dateTimeGroup
        self.classification = classification
        self.captions = captions
        self.acceptedAt = acceptedAt
        self.lifeSeconds = lifeSeconds
        self.deliveries = deliveries
        self.lives = lives
        self.answers = answers
    }

    /// The octets that the leaf of the batch signature covers.
    package var encoded: [UInt8] {
        var writer = OctetWriter(reserving: 256 + deliveries.count * 48)
        writer.u8(
            Self.version + (lives.isEmpty ? 0 : Self.livesFlag) + (answers.isEmpty ? 0 : Self.answersFlag)
                + (rerunOf == nil ? 0 : Self.rerunFlag) + (corrects == nil ? 0 : Self.correctsFlag))
        writer.string(network)
        writer.identity(identity)
        writer.digest(contentHash)
        writer.varint(length)
        writer.string(from)
        writer.optional(mrn) { $0.string($1) }
        writer.optional(dateTimeGroup) { $0.string($1) }
        writer.optional(classification) { $0.u8($1.rawValue) }
        writer.list(captions) { $0.string($1) }
        writer.u64(UInt64(bitPattern: acceptedAt))
        writer.u32(lifeSeconds)
        writer.list(deliveries) { writer, delivery in
            writer.string(delivery.post)
            writer.indicator(delivery.station)
            writer.u8(delivery.role.rawValue)
            writer.u8(delivery.precedence.rawValue)
            writer.bool(delivery.niact)
        }
        if !lives.isEmpty { writer.list(lives) { $0.u32($1) } }
        if !answers.isEmpty { writer.list(answers) { $0.identity($1) } }
        if let rerunOf { writer.identity(rerunOf) }
        if let corrects { writer.identity(corrects) }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        let version = try Self.version(&reader)
        network = try reader.string(bound: 256)
        identity = try reader.identity()
        contentHash = try reader.digest()
        length = try reader.varint()
        from = try reader.string(bound: 1_024)
        mrn = try reader.optional { reader throws(OctetFault) in try reader.string(bound: 256) }
        dateTimeGroup = try reader.optional { reader throws(OctetFault) in try reader.string(bound: 256) }
        classification = try reader.optional { reader throws(OctetFault) in try reader.classification() }
        captions = try reader.list(bound: 256) { reader throws(OctetFault) in try reader.string(bound: 1_024) }
        acceptedAt = Int64(bitPattern: try reader.u64())
        lifeSeconds = try reader.u32()
        deliveries = try reader.list(bound: Self.deliveriesMax) { reader throws(OctetFault) in
            try Delivery(from: &reader)
        }
        lives = []
        if version & Self.livesFlag != 0 {
            lives = try reader.list(bound: Self.deliveriesMax) { reader throws(OctetFault) in try reader.u32() }
            guard lives.count == deliveries.count else {
                throw .aboveBound(offset: reader.offset, value: UInt64(lives.count), bound: deliveries.count)
            }
        }
        answers = []
        if version & Self.answersFlag != 0 {
            answers = try reader.list(bound: Self.answersMax) { reader throws(OctetFault) in try reader.identity() }
        }
        rerunOf = version & Self.rerunFlag != 0 ? try reader.identity() : nil
        corrects = version & Self.correctsFlag != 0 ? try reader.identity() : nil
        try reader.finish()
    }

    /// What stands behind the first version's fields.
    private static func version(_ reader: inout OctetReader) throws(OctetFault) -> UInt8 {
        let value = try reader.u8()
        guard value >= version, value - version <= livesFlag | answersFlag | rerunFlag | correctsFlag else {
            throw .unknownValue(offset: reader.offset - 1, value: UInt64(value))
        }
        return value - version
    }

    /// The content hash alone, of a block that was read before.
    static func contentHash(in octets: [UInt8]) throws(OctetFault) -> Digest {
        var reader = OctetReader(octets)
        _ = try version(&reader)
        try reader.skipText()
        _ = try reader.identity()
        return try reader.digest()
    }

    /// What a receipt for one delivery repeats, of a block that was read before.
    static func fields(
        in octets: [UInt8], delivery index: UInt16
    ) throws(OctetFault) -> (network: String, identity: CableIdentity, contentHash: Digest, delivery: Delivery) {
        var reader = OctetReader(octets)
        _ = try version(&reader)
        let network = try reader.string(bound: 256)
        let identity = try reader.identity()
        let contentHash = try reader.digest()
        _ = try reader.varint()
        try reader.skipText()
        if try reader.bool() { try reader.skipText() }
        if try reader.bool() { try reader.skipText() }
        if try reader.bool() { try reader.skip(1) }
        for _ in 0..<(try reader.count(bound: 256)) { try reader.skipText() }
        try reader.skip(12)
        let count = try reader.count(bound: Self.deliveriesMax)
        guard index < count else { throw .aboveBound(offset: reader.offset, value: UInt64(index), bound: count) }
        for _ in 0..<index {
            try reader.skipText()
            try reader.skip(11)
        }
        return (network, identity, contentHash, try Delivery(from: &reader))
    }
}

extension SignedBlock.Delivery {
    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        post = try reader.string(bound: 1_024)
        station = try reader.indicator()
        role = try reader.role()
        precedence = try reader.precedence()
        niact = try reader.bool()
    }
}

extension OctetReader {
    /// Passes over a text or octet string with its length.
    mutating func skipText() throws(OctetFault) { try skip(count(bound: remaining)) }
}
