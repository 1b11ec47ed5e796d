package import Cables
package import Custody
package import Octets

/// A cable offered to the next station: the envelope of this hop and the signed block. It may only narrow the block.
package struct CableOffer: Equatable, Sendable {
    package var channel: UInt64
    package var number: CustodyNumber
    /// ZFD: it may have been sent before.
    package var suspectedDuplicate: Bool
    package var ageMilliseconds: UInt64
    /// Stations that had custody, the originator first and the offering one last.
    package var trace: [RoutingIndicator]
    /// The cable's age in milliseconds when each of them passed it on; empty where one did not say (rule 19).
    package var ages: [UInt64] = []
    /// Deliveries of the block that go this way.
    package var part: [UInt16]
    /// Those of them that have moved (rule 22).
    package var moved: [MovedMark] = []
    package var blockOctets: [UInt8]
    package var proof: BatchProof
    /// Whole, where it fits one chunk; else nil, and the receiver says from which octet it wants it.
    package var body: [UInt8]?

    package init(
        channel: UInt64, number: CustodyNumber, suspectedDuplicate: Bool, ageMilliseconds: UInt64,
        trace: [RoutingIndicator], part: [UInt16], blockOctets: [UInt8], proof: BatchProof, body: [UInt8]?
    ) {
        self.channel = channel
        self.number = number
        self.suspectedDuplicate = suspectedDuplicate
        self.ageMilliseconds = ageMilliseconds
        self.trace = trace
        self.part = part
        self.blockOctets = blockOctets
        self.proof = proof
        self.body = body
    }

    func write(to writer: inout OctetWriter) {
        writer.varint(channel)
        writer.number(number)
        writer.bool(suspectedDuplicate)
        writer.varint(ageMilliseconds)
        writer.list(trace) { $0.indicator($1) }
        writer.list(ages) { $0.varint($1) }
        writer.list(part) { $0.u16($1) }
        writer.bytes(blockOctets)
        proof.write(to: &writer)
        writer.u8((body == nil ? 0 : Self.hasBody) | (moved.isEmpty ? 0 : Self.hasMoved))
        if !moved.isEmpty {
            writer.list(moved) { writer, mark in
                writer.u16(mark.index)
                writer.indicator(mark.station)
            }
        }
        if let body { writer.raw(body) }
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        channel = try reader.varint()
        number = try reader.number()
        suspectedDuplicate = try reader.bool()
        ageMilliseconds = min(try reader.varint(), Age.most)
        trace = try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in try reader.indicator() }
        ages = try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in
            min(try reader.varint(), Age.most)
        }
        part = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in try reader.u16() }
        blockOctets = try reader.bytes(bound: 1 << 20)
        proof = try BatchProof(from: &reader)
        let traits = try reader.u8()
        guard traits <= Self.hasBody | Self.hasMoved else {
            throw .unknownValue(offset: reader.offset - 1, value: UInt64(traits))
        }
        if traits & Self.hasMoved != 0 {
            moved = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in
                MovedMark(index: try reader.u16(), station: try reader.indicator())
            }
        }
        body = traits & Self.hasBody != 0 ? reader.rest() : nil
    }

    private static let hasBody: UInt8 = 1
    private static let hasMoved: UInt8 = 2
}

/// A receipt or notice offered to the next station.
package struct ServiceOffer: Equatable, Sendable {
    package var channel: UInt64
    package var number: CustodyNumber
    package var suspectedDuplicate: Bool
    package var ageMilliseconds: UInt64
    package var trace: [RoutingIndicator]
    package var messageOctets: [UInt8]
    package var proof: BatchProof

    package init(
        channel: UInt64, number: CustodyNumber, suspectedDuplicate: Bool, ageMilliseconds: UInt64,
        trace: [RoutingIndicator], messageOctets: [UInt8], proof: BatchProof
    ) {
        self.channel = channel
        self.number = number
        self.suspectedDuplicate = suspectedDuplicate
        self.ageMilliseconds = ageMilliseconds
        self.trace = trace
        self.messageOctets = messageOctets
        self.proof = proof
    }

    func write(to writer: inout OctetWriter) {
        writer.varint(channel)
        writer.number(number)
        writer.bool(suspectedDuplicate)
        writer.varint(ageMilliseconds)
        writer.list(trace) { $0.indicator($1) }
        writer.bytes(messageOctets)
        proof.write(to: &writer)
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        channel = try reader.varint()
        number = try reader.number()
        suspectedDuplicate = try reader.bool()
        ageMilliseconds = min(try reader.varint(), Age.most)
        trace = try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in try reader.indicator() }
        messageOctets = try reader.bytes(bound: 1 << 14)
        proof = try BatchProof(from: &reader)
    }
}

/// Octets of a body that is sent in parts.
package struct Chunk: Equatable, Sendable {
    package var channel: UInt64
    package var offset: UInt64
    package var last: Bool
    package var octets: [UInt8]

    package init(channel: UInt64, offset: UInt64, last: Bool, octets: [UInt8]) {
        self.channel = channel
        self.offset = offset
        self.last = last
        self.octets = octets
    }
}

/// Custody of what was offered on these channels is taken: synced, and signed for.
package struct CustodyNote: Equatable, Sendable {
    package static let rangesMax = 4_096

    package var channels: [ClosedRange<UInt64>]
    package var proof: BatchProof

    package init(channels: [ClosedRange<UInt64>], proof: BatchProof) {
        self.channels = channels
        self.proof = proof
    }

    /// What the note signs.
    package static func statement(
        network: String, taker: RoutingIndicator, giver: RoutingIndicator, giverStart: UInt64,
        channels: [UInt64], marks: [Digest]
    ) -> [UInt8] {
        CustodyStatement(
            network: network, taker: taker, giver: giver, giverStart: giverStart, channels: channels, marks: marks
        ).encoded
    }
}
