package import Custody
package import Octets

/// What one station says to the next over a session (wire version 1).
///
/// Each frame is a length (u32, of kind and payload), a kind (u8) and a payload packed by `OctetWriter`.
package enum Frame: Equatable, Sendable {
    case hello(Hello)
    /// A certificate (DER) that signatures on this session refer to by fingerprint; once per session (rule 25).
    case certificate([UInt8])
    case offerCable(CableOffer)
    case offerService(ServiceOffer)
    /// The receiver wants the body of an offer from this octet on (rule 18).
    case resume(channel: UInt64, offset: UInt64)
    case chunk(Chunk)
    /// The sender of this frame has custody of what was offered on these channels, and signs for it.
    case custody(CustodyNote)
    /// Custody of an offer is not taken.
    case refuse(channel: UInt64, code: String, message: String)
    /// The sender of this frame can take so many more octets.
    case window(octets: UInt32)
    case ping(nonce: UInt64)
    case pong(nonce: UInt64)
    /// How far the sender's audit has come, signed (an `AuditHead`): the receiver keeps it, so that it cannot be taken back.
    case auditHead([UInt8], BatchProof)
    /// What does the receiver hold of the sender's audit?
    case auditAsk
    /// The answer: the newest head that the sender of `auditAsk` signed, as its neighbour keeps it.
    case auditHeld([UInt8], BatchProof?)
    /// What the sender's orders keep from the link.
    case linkNotice(LinkNotice)
    /// The sender has nothing under way, and begins nothing but what outranks the receiver's closing.
    case linkDrained
    /// The session ends, and why.
    case bye(code: String, message: String)

    /// Octets of kind and payload at most.
    package static let octetsMax = 2 << 20
    package static let headerOctets = 4
    package static let wireVersion: UInt8 = 2
    /// The code of a refusal after which the same is offered again at once, since what was kept of it was wrong.
    package static let offerAgain = StationCustody.offerAgain
    /// The octets of a body in one offer or chunk at most.
    package static let bodyMax = 1 << 20

    private enum Kind: UInt8 {
        case hello = 1
        case certificate = 2
        case offerCable = 3
        case offerService = 4
        case resume = 5
        case chunk = 6
        case custody = 7
        case refuse = 8
        case window = 9
        case ping = 10
        case pong = 11
        case bye = 12
        case linkNotice = 80
        case linkDrained = 81
        case auditHead = 90
        case auditAsk = 91
        case auditHeld = 92
    }

    /// Whether its octets count against the receiver's window; the session's own frames do not.
    package var countsAgainstWindow: Bool {
        switch self {
        case .offerCable, .offerService, .chunk: true
        case .hello, .certificate, .resume, .custody, .refuse, .window, .ping, .pong, .bye, .auditHead, .auditAsk,
            .auditHeld, .linkNotice, .linkDrained:
            false
        }
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter(reserving: 64)
        write(to: &writer)
        return writer.octets
    }

    package func write(to writer: inout OctetWriter) {
        writer.framed { payload in writePayload(to: &payload) }
    }

    private func writePayload(to payload: inout OctetWriter) {
        switch self {
        case .hello(let hello):
            payload.u8(Kind.hello.rawValue)
            hello.write(to: &payload)
        case .certificate(let der):
            payload.u8(Kind.certificate.rawValue)
            payload.bytes(der)
        case .offerCable(let offer):
            payload.u8(Kind.offerCable.rawValue)
            offer.write(to: &payload)
        case .offerService(let offer):
            payload.u8(Kind.offerService.rawValue)
            offer.write(to: &payload)
        case .resume(let channel, let offset):
            payload.u8(Kind.resume.rawValue)
            payload.varint(channel)
            payload.varint(offset)
        case .chunk(let chunk):
            payload.u8(Kind.chunk.rawValue)
            payload.varint(chunk.channel)
            payload.varint(chunk.offset)
            payload.bool(chunk.last)
            payload.raw(chunk.octets)
        case .custody(let note):
            payload.u8(Kind.custody.rawValue)
            payload.list(note.channels) { $0.channels($1) }
            note.proof.write(to: &payload)
        case .refuse(let channel, let code, let message):
            payload.u8(Kind.refuse.rawValue)
            payload.varint(channel)
            payload.string(code)
            payload.string(message)
        case .window(let octets):
            payload.u8(Kind.window.rawValue)
            payload.u32(octets)
        case .ping(let nonce):
            payload.u8(Kind.ping.rawValue)
            payload.u64(nonce)
        case .pong(let nonce):
            payload.u8(Kind.pong.rawValue)
            payload.u64(nonce)
        case .bye(let code, let message):
            payload.u8(Kind.bye.rawValue)
            payload.string(code)
            payload.string(message)
        case .linkNotice(let notice):
            payload.u8(Kind.linkNotice.rawValue)
            notice.write(to: &payload)
        case .linkDrained: payload.u8(Kind.linkDrained.rawValue)
        case .auditHead(let head, let proof):
            payload.u8(Kind.auditHead.rawValue)
            payload.bytes(head)
            proof.write(to: &payload)
        case .auditAsk: payload.u8(Kind.auditAsk.rawValue)
        case .auditHeld(let head, let proof):
            payload.u8(Kind.auditHeld.rawValue)
            payload.bytes(head)
            payload.optional(proof) { $1.write(to: &$0) }
        }
    }

    /// - Parameter octets: kind and payload of one frame, without the length.
    package init(decoding octets: [UInt8]) throws(OctetFault) { try self.init(from: OctetReader(octets)) }

    init(from octets: OctetReader) throws(OctetFault) {
        var reader = octets
        let raw = try reader.u8()
        guard let kind = Kind(rawValue: raw) else { throw .unknownValue(offset: 0, value: UInt64(raw)) }
        switch kind {
        case .hello: self = .hello(try Hello(from: &reader))
        case .certificate: self = .certificate(try reader.bytes(bound: 1 << 14))
        case .offerCable: self = .offerCable(try CableOffer(from: &reader))
        case .offerService: self = .offerService(try ServiceOffer(from: &reader))
        case .resume: self = .resume(channel: try reader.varint(), offset: try reader.varint())
        case .chunk:
            self = .chunk(
                Chunk(
                    channel: try reader.varint(), offset: try reader.varint(), last: try reader.bool(),
                    octets: reader.rest()))
        case .custody:
            self = .custody(
                CustodyNote(
                    channels: try reader.list(bound: CustodyNote.rangesMax) { reader throws(OctetFault) in
                        try reader.channels()
                    }, proof: try BatchProof(from: &reader)))
        case .refuse:
            self = .refuse(
                channel: try reader.varint(), code: try reader.string(bound: 64),
                message: try reader.string(bound: 1_024))
        case .window: self = .window(octets: try reader.u32())
        case .ping: self = .ping(nonce: try reader.u64())
        case .pong: self = .pong(nonce: try reader.u64())
        case .bye: self = .bye(code: try reader.string(bound: 64), message: try reader.string(bound: 1_024))
        case .linkNotice: self = .linkNotice(try LinkNotice(from: &reader))
        case .linkDrained: self = .linkDrained
        case .auditHead: self = .auditHead(try reader.bytes(bound: AuditHead.octetsMax), try BatchProof(from: &reader))
        case .auditAsk: self = .auditAsk
        case .auditHeld:
            self = .auditHeld(
                try reader.bytes(bound: AuditHead.octetsMax),
                try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) })
        }
        try reader.finish()
    }
}

extension OctetWriter {
    package mutating func channels(_ range: ClosedRange<UInt64>) {
        varint(range.lowerBound)
        varint(range.upperBound - range.lowerBound)
    }
}

extension OctetReader {
    package mutating func channels() throws(OctetFault) -> ClosedRange<UInt64> {
        let low = try varint()
        let start = offset
        let span = try varint()
        guard span <= UInt64.max - low else { throw .unknownValue(offset: start, value: span) }
        return low...(low + span)
    }
}
