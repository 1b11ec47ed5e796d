import CChecksum
package import Octets

/// The digests of a sealed segment's records, in a file beside it: a start reads these instead of the records.
///
///     "CABLEDIG" | version u32 | segment u32 | epoch 16 octets | first, last sequence u64 | end u32 | count u32
///     | octets u64 | crc32c of these u32 | crc32c of the entries u32 | entries
///     entry: sequence and offset as steps from the one before (varint), length (varint), digest
///
/// Little-endian. It only repeats what the segment says: where it is missing, damaged or of another version, the segment
/// is read instead. What a digest holds is the owner's business.
package struct SegmentDigest: Sendable {
    package static let headerOctets = 72
    /// Octets of the entries of one segment at most: a segment's own largest size.
    package static let octetsMax = SegmentSizes.standard.most
    private static let version: UInt32 = 2
    private static let magic = Array("CABLEDIG".utf8)

    package let segment: UInt32
    let epochHigh: UInt64
    let epochLow: UInt64
    package private(set) var firstSequence: UInt64 = 0
    package private(set) var lastSequence: UInt64 = 0
    /// Behind the last record in the segment.
    package private(set) var end: UInt32 = 0
    package private(set) var count: UInt32 = 0
    /// Octets of entries in one piece; one that grew would be copied again and again.
    private static let pieceOctets = 64 << 10
    private var pieces: [[UInt8]] = []
    private var entries = OctetWriter(reserving: SegmentDigest.pieceOctets)
    private var lastOffset: UInt32 = 0

    package init(segment: UInt32, epoch: (high: UInt64, low: UInt64)) {
        self.segment = segment
        epochHigh = epoch.high
        epochLow = epoch.low
    }

    /// Adds the digest of the next record.
    ///
    /// - Parameter end: behind the record in the segment.
    package mutating func add(sequence: UInt64, offset: UInt32, end: UInt32, _ digest: [UInt8]) {
        precondition(count == 0 || sequence > lastSequence, "records come in order")
        if entries.octets.count + digest.count > Self.pieceOctets {
            pieces.append(entries.octets)
            entries = OctetWriter(reserving: Self.pieceOctets)
        }
        entries.varint(count == 0 ? 0 : sequence - lastSequence)
        entries.varint(UInt64(offset - lastOffset))
        entries.bytes(digest)
        if count == 0 { firstSequence = sequence }
        lastSequence = sequence
        lastOffset = offset
        self.end = end
        count += 1
    }

    /// The file's octets, in pieces: header, entries.
    package var encoded: [[UInt8]] {
        let body = pieces + [entries.octets]
        var octets = Self.magic
        octets.reserveCapacity(Self.headerOctets)
        func add<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { octets.append(contentsOf: $0) }
        }
        add(Self.version)
        add(segment)
        add(epochHigh)
        add(epochLow)
        add(firstSequence)
        add(lastSequence)
        add(end)
        add(count)
        add(UInt64(body.reduce(0) { $0 + $1.count }))
        add(Self.checksum(octets[...]))
        add(body.reduce(0) { Self.checksum($1[...], behind: $0) })
        return [octets] + body
    }

    /// The head of a digest file with another epoch; nil where it is no such head.
    static func head(_ octets: [UInt8], with epoch: (high: UInt64, low: UInt64)) -> [UInt8]? {
        guard octets.count == headerOctets, Array(octets[..<8]) == magic else { return nil }
        func put<Number: FixedWidthInteger>(_ number: Number, _ offset: Int, _ head: inout [UInt8]) {
            withUnsafeBytes(of: number.littleEndian) { head.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        var head = octets
        let known = head.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 64, as: UInt32.self)) }
        guard checksum(head[..<64]) == known else { return nil }
        put(epoch.high, 16, &head)
        put(epoch.low, 24, &head)
        put(checksum(head[..<64]), 64, &head)
        return head
    }

    private static func checksum(_ octets: ArraySlice<UInt8>, behind earlier: UInt32 = 0) -> UInt32 {
        octets.withUnsafeBytes { cable_crc32c(earlier, $0.baseAddress, $0.count) }
    }

    /// A digest file that was read: whole, or nothing.
    package struct Reading {
        package let segment: UInt32
        let epochHigh: UInt64
        let epochLow: UInt64
        package let firstSequence: UInt64
        package let lastSequence: UInt64
        package let end: UInt32
        package let count: UInt32
        private let octets: [UInt8]

        /// Nil for anything but the whole file as it was written, of this version.
        package init?(_ octets: [UInt8]) {
            guard octets.count >= headerOctets, Array(octets[..<8]) == magic else { return nil }
            func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
                octets.withUnsafeBytes {
                    Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
                }
            }
            guard checksum(octets[..<64]) == number(64, UInt32.self), number(8, UInt32.self) == version,
                number(56, UInt64.self) == UInt64(octets.count - headerOctets),
                checksum(octets[headerOctets...]) == number(68, UInt32.self)
            else { return nil }
            segment = number(12, UInt32.self)
            epochHigh = number(16, UInt64.self)
            epochLow = number(24, UInt64.self)
            firstSequence = number(32, UInt64.self)
            lastSequence = number(40, UInt64.self)
            end = number(48, UInt32.self)
            count = number(52, UInt32.self)
            self.octets = octets
        }

        /// Hands every digest on, in order.
        ///
        /// - Throws: what `take` throws, or a fault of entries that its own checksum vouched for.
        package func handOn(
            _ take: (_ sequence: UInt64, _ offset: UInt32, _ digest: OctetReader) throws -> Void
        ) throws {
            var reader = OctetReader(octets, in: headerOctets..<octets.count)
            var sequence = firstSequence
            var offset: UInt32 = 0
            for _ in 0..<count {
                sequence += try reader.varint()
                offset += UInt32(truncatingIfNeeded: try reader.varint())
                let length = try reader.count(bound: RecordFormat.payloadMax)
                let start = headerOctets + reader.offset
                try reader.skip(length)
                try take(sequence, offset, OctetReader(octets, in: start..<(start + length)))
            }
        }
    }
}
