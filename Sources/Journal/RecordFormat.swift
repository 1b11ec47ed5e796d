import CChecksum

/// Where a record stands: the segment's number and the octet of its header in it.
package struct RecordLocation: Hashable, Sendable {
    package let segment: UInt32
    package let offset: UInt32

    package init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
    }
}

/// The framing of records in a segment (journal format 1).
///
///     length u32 | crc32c u32 | sequence u64 | payload | zeros up to a multiple of 8
///
/// Little-endian. The checksum covers the segment's number, length, sequence and payload, so that neither octets of
/// another segment nor a shifted copy can pass for a record.
package enum RecordFormat {
    package static let headerOctets = 16
    package static let payloadMax = 1 << 20
    package static let alignment = 8

    package struct Header: Equatable, Sendable {
        package var length: Int
        package var checksum: UInt32
        package var sequence: UInt64

        /// Cheap tests before the checksum: could this be a header at all?
        package func isPlausible(after last: UInt64) -> Bool {
            length > 0 && length <= RecordFormat.payloadMax && sequence > last && sequence - last < 1 << 32
        }
    }

    /// Octets that a payload takes in a segment.
    package static func span(_ length: Int) -> Int { (headerOctets + length + alignment - 1) & ~(alignment - 1) }

    package static func header(in octets: UnsafeRawBufferPointer, at offset: Int) -> Header {
        Header(
            length: Int(UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: offset, as: UInt32.self))),
            checksum: UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)),
            sequence: UInt64(littleEndian: octets.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }

    /// The header at the start of a read; of length 0 when there are too few octets for one.
    package static func header(of octets: [UInt8]) -> Header {
        guard octets.count >= headerOctets else { return Header(length: 0, checksum: 0, sequence: 0) }
        return octets.withUnsafeBytes { header(in: $0, at: 0) }
    }

    package static func checksum(segment: UInt32, sequence: UInt64, payload: UnsafeRawBufferPointer) -> UInt32 {
        var head = (
            UInt64(segment).littleEndian << 32 | UInt64(payload.count).littleEndian, sequence.littleEndian
        )
        let first = withUnsafeBytes(of: &head) { cable_crc32c(0, $0.baseAddress, $0.count) }
        return cable_crc32c(first, payload.baseAddress, payload.count)
    }

    /// Appends header, payload and padding.
    package static func append(
        _ payload: UnsafeRawBufferPointer, segment: UInt32, sequence: UInt64, to octets: inout [UInt8]
    ) {
        precondition(payload.count > 0 && payload.count <= payloadMax, "a record has 1 to \(payloadMax) octets")
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { octets.append(contentsOf: $0) }
        let checksum = checksum(segment: segment, sequence: sequence, payload: payload)
        withUnsafeBytes(of: checksum.littleEndian) { octets.append(contentsOf: $0) }
        withUnsafeBytes(of: sequence.littleEndian) { octets.append(contentsOf: $0) }
        octets.append(contentsOf: payload)
        let padding = span(payload.count) - headerOctets - payload.count
        for _ in 0..<padding { octets.append(0) }
    }
}

/// The first octets of a segment file.
///
///     "CABLEJNL" | version u32 | segment u32 | epoch 16 octets | first sequence u64 | size u64 | crc32c u32 | zeros
package struct SegmentHeader: Equatable, Sendable {
    package static let octetCount = 64
    package static let version: UInt32 = 1
    private static let magic = Array("CABLEJNL".utf8)

    package var segment: UInt32
    package var epochHigh: UInt64
    package var epochLow: UInt64
    package var firstSequence: UInt64
    package var size: UInt64

    package enum Fault: Error, Equatable, Sendable {
        case notASegment
        /// Written by a newer routerd: it must not be touched by this one.
        case newerVersion(UInt32)
        case damaged
    }

    package var encoded: [UInt8] {
        var octets = Self.magic
        func add<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { octets.append(contentsOf: $0) }
        }
        add(Self.version)
        add(segment)
        add(epochHigh)
        add(epochLow)
        add(firstSequence)
        add(size)
        let checksum = octets.withUnsafeBytes { cable_crc32c(0, $0.baseAddress, $0.count) }
        add(checksum)
        octets.append(contentsOf: [UInt8](repeating: 0, count: Self.octetCount - octets.count))
        return octets
    }

    package init(segment: UInt32, epochHigh: UInt64, epochLow: UInt64, firstSequence: UInt64, size: UInt64) {
        self.segment = segment
        self.epochHigh = epochHigh
        self.epochLow = epochLow
        self.firstSequence = firstSequence
        self.size = size
    }

    package init(decoding octets: [UInt8]) throws(Fault) {
        guard octets.count >= Self.octetCount, Array(octets[..<8]) == Self.magic else { throw .notASegment }
        func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
            octets.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
        }
        let version = number(8, UInt32.self)
        guard version <= Self.version else { throw .newerVersion(version) }
        let checksum = octets.withUnsafeBytes { cable_crc32c(0, $0.baseAddress, 48) }
        guard checksum == number(48, UInt32.self) else { throw .damaged }
        segment = number(12, UInt32.self)
        epochHigh = number(16, UInt64.self)
        epochLow = number(24, UInt64.self)
        firstSequence = number(32, UInt64.self)
        size = number(40, UInt64.self)
    }
}
