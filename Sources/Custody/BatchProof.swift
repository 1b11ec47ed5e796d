package import Octets

/// What kind of statement a leaf of a signed batch is (rule 25). The kind is hashed with the content.
package enum LeafKind: UInt8, Sendable {
    case cable = 1
    case custody
    case receipt
    case notice
    case order
    case auditHead
    /// A question about a suspected duplicate, and its answer.
    case inquiry = 50
    /// A question what has become of a cable, and its answer.
    case tracer = 90
    case acknowledgment = 60
}

/// The way from one statement to the signed root of its batch (rule 25).
///
/// It carries everything but the content and the certificate: whoever holds both can verify the statement alone.
package struct BatchProof: Equatable, Sendable {
    /// A batch holds at most 65,536 leaves, so a path at most 16 nodes.
    package static let pathMax = 16

    /// SHA-256 of the signer's certificate (DER).
    package var fingerprint: Digest
    /// The signer's start (40 bits) and the batch's number within it.
    package var start: UInt64
    package var batch: UInt64
    package var index: UInt32
    package var count: UInt32
    package var path: [Digest]
    /// ECDSA P-256 over `signedText`, DER.
    package var signature: [UInt8]

    package init(
        fingerprint: Digest, start: UInt64, batch: UInt64, index: UInt32, count: UInt32, path: [Digest],
        signature: [UInt8]
    ) {
        self.fingerprint = fingerprint
        self.start = start
        self.batch = batch
        self.index = index
        self.count = count
        self.path = path
        self.signature = signature
    }

    /// The text whose signature vouches for a batch.
    package static func signedText(
        network: String, station: String, fingerprint: Digest, start: UInt64, batch: UInt64, count: UInt32,
        root: Digest
    ) -> [UInt8] {
        var writer = OctetWriter()
        writer.raw(Array("cable-router batch v1".utf8))
        writer.string(network)
        writer.string(station)
        writer.digest(fingerprint)
        writer.u64(start)
        writer.u64(batch)
        writer.u32(count)
        writer.digest(root)
        return writer.octets
    }

    package func write(to writer: inout OctetWriter) {
        writer.digest(fingerprint)
        writer.u64(start)
        writer.varint(batch)
        writer.u32(index)
        writer.u32(count)
        writer.list(path) { $0.digest($1) }
        writer.bytes(signature)
    }

    package init(from reader: inout OctetReader) throws(OctetFault) {
        fingerprint = try reader.digest()
        start = try reader.u64()
        batch = try reader.varint()
        index = try reader.u32()
        count = try reader.u32()
        path = try reader.list(bound: Self.pathMax) { reader throws(OctetFault) in try reader.digest() }
        signature = try reader.bytes(bound: 128)
    }

    static func skip(in reader: inout OctetReader) throws(OctetFault) {
        try reader.skip(Digest.octetCount + 8)
        _ = try reader.varint()
        try reader.skip(8)
        try reader.skip(Digest.octetCount * reader.count(bound: Self.pathMax))
        try reader.skip(reader.count(bound: 128))
    }
}
