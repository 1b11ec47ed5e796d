package import Cables
package import Octets

/// What the audit needs on the disk beside the records that it is about.
package enum AuditRecord: Equatable, Sendable {
    case operated(OperatorAction)
    case refused(AuditedRefusal)
    /// How far the chain had come when a batch was signed, and the signature.
    case head(AuditHead, BatchProof)
    /// The same of a neighbour's chain: what it cannot take back.
    case peerHead(AuditHead, BatchProof)
}

/// An operator steered the station: who, with which words, and why.
package struct OperatorAction: Equatable, Sendable {
    /// Octets of the words and of the reason at most; more is cut off.
    package static let octetsMax = 4_096

    package var user: UInt32
    package var words: [String]
    package var reason: String
    /// Milliseconds since 1970.
    package var at: Int64

    package init(user: UInt32, words: [String], reason: String, at: Int64) {
        self.user = user
        self.words = words.prefix(64).map { Self.cut($0) }
        self.reason = Self.cut(reason)
        self.at = at
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= octetsMax ? text : String(decoding: text.utf8.prefix(octetsMax), as: UTF8.self)
    }

    func write(to writer: inout OctetWriter) {
        writer.u32(user)
        writer.list(words) { $0.string($1) }
        writer.string(reason)
        writer.u64(UInt64(bitPattern: at))
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        user = try reader.u32()
        words = try reader.list(bound: 64) { reader throws(OctetFault) in
            try reader.string(bound: 3 * OperatorAction.octetsMax)
        }
        reason = try reader.string(bound: 3 * Self.octetsMax)
        at = Int64(bitPattern: try reader.u64())
    }
}

/// Something was refused: a user's cable, or what a neighbour sent. Equal refusals that follow one another are counted.
package struct AuditedRefusal: Equatable, Sendable {
    package enum Source: Hashable, Sendable {
        case user(UInt32)
        case peer(RoutingIndicator)
    }

    package var source: Source
    /// A stable code, such as `FM_NOT_OURS`.
    package var code: String
    package var count: UInt64
    /// Milliseconds since 1970.
    package var at: Int64

    package init(source: Source, code: String, count: UInt64, at: Int64) {
        self.source = source
        self.code = code
        self.count = count
        self.at = at
    }

    func write(to writer: inout OctetWriter) {
        switch source {
        case .user(let user):
            writer.u8(1)
            writer.u32(user)
        case .peer(let peer):
            writer.u8(2)
            writer.indicator(peer)
        }
        writer.string(code)
        writer.varint(count)
        writer.u64(UInt64(bitPattern: at))
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        let kind = try reader.u8()
        switch kind {
        case 1: source = .user(try reader.u32())
        case 2: source = .peer(try reader.indicator())
        default: throw .unknownValue(offset: reader.offset - 1, value: UInt64(kind))
        }
        code = try reader.string(bound: 64)
        count = try reader.varint()
        at = Int64(bitPattern: try reader.u64())
    }
}

/// How far a station's audit had come: signed in its batches, so that neighbours hold what it cannot take back (rule 25).
package struct AuditHead: Equatable, Sendable {
    /// Octets of a packed head at most.
    package static let octetsMax = 1_024
    private static let version: UInt8 = 1

    package var network: String
    package var station: RoutingIndicator
    /// The journal that it is about.
    package var epoch: JournalEpoch
    /// The last record of the journal that the chain covers.
    package var through: UInt64
    /// The chain's value there.
    package var value: Digest

    package init(
        network: String, station: RoutingIndicator, epoch: JournalEpoch, through: UInt64, value: Digest
    ) {
        self.network = network
        self.station = station
        self.epoch = epoch
        self.through = through
        self.value = value
    }

    /// What is signed.
    package var encoded: [UInt8] {
        var writer = OctetWriter(reserving: 96)
        writer.u8(Self.version)
        writer.string(network)
        writer.indicator(station)
        writer.epoch(epoch)
        writer.u64(through)
        writer.digest(value)
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        try reader.expect(version: Self.version)
        network = try reader.string(bound: 256)
        station = try reader.indicator()
        epoch = try reader.epoch()
        through = try reader.u64()
        value = try reader.digest()
        try reader.finish()
    }
}

extension AuditRecord {
    func write(to writer: inout OctetWriter) {
        switch self {
        case .operated(let action):
            writer.u8(1)
            action.write(to: &writer)
        case .refused(let refusal):
            writer.u8(2)
            refusal.write(to: &writer)
        case .head(let head, let proof):
            writer.u8(3)
            writer.bytes(head.encoded)
            proof.write(to: &writer)
        case .peerHead(let head, let proof):
            writer.u8(4)
            writer.bytes(head.encoded)
            proof.write(to: &writer)
        }
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        let kind = try reader.u8()
        switch kind {
        case 1: self = .operated(try OperatorAction(from: &reader))
        case 2: self = .refused(try AuditedRefusal(from: &reader))
        case 3:
            self = .head(
                try AuditHead(decoding: try reader.bytes(bound: AuditHead.octetsMax)), try BatchProof(from: &reader))
        case 4:
            self = .peerHead(
                try AuditHead(decoding: try reader.bytes(bound: AuditHead.octetsMax)), try BatchProof(from: &reader))
        default: throw .unknownValue(offset: reader.offset - 1, value: UInt64(kind))
        }
    }
}
