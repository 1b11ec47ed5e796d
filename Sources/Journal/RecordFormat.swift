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
    /// Octets of the largest payload; the smallest has one, so that zeros are never a record.
    package static let payloadMax = 1 << 20
    package static let alignment = 8
    /// Octets that the smallest record takes.
    package static let spanMin = 24

    package struct Header: Equatable, Sendable {
        package var length: Int
        package var checksum: UInt32
        package var sequence: UInt64

        package var hasLegalLength: Bool { length > 0 && length <= RecordFormat.payloadMax }
    }

    /// Octets that a payload takes in a segment.
    package static func span(_ length: Int) -> Int { (headerOctets + length + alignment - 1) & ~(alignment - 1) }

    /// The buffer must hold `headerOctets` from `offset` on.
    package static func header(in octets: UnsafeRawBufferPointer, at offset: Int) -> Header {
        Header(
            length: Int(UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: offset, as: UInt32.self))),
            checksum: UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)),
            sequence: UInt64(littleEndian: octets.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }

    package static func checksum(segment: UInt32, sequence: UInt64, payload: UnsafeRawBufferPointer) -> UInt32 {
        var head = (
            (UInt64(segment) << 32 | UInt64(payload.count)).littleEndian, sequence.littleEndian
        )
        let first = withUnsafeBytes(of: &head) { cable_crc32c(0, $0.baseAddress, $0.count) }
        return cable_crc32c(first, payload.baseAddress, payload.count)
    }

    /// Writes header, payload and padding; the buffer must hold `span(payload.count)` octets from `offset` on.
    package static func write(
        _ payload: UnsafeRawBufferPointer, segment: UInt32, sequence: UInt64,
        to octets: UnsafeMutableRawBufferPointer, at offset: Int
    ) {
        precondition(payload.count > 0 && payload.count <= payloadMax, "a record has 1 to \(payloadMax) octets")
        let checksum = checksum(segment: segment, sequence: sequence, payload: payload)
        octets.storeBytes(of: UInt32(payload.count).littleEndian, toByteOffset: offset, as: UInt32.self)
        octets.storeBytes(of: checksum.littleEndian, toByteOffset: offset + 4, as: UInt32.self)
        octets.storeBytes(of: sequence.littleEndian, toByteOffset: offset + 8, as: UInt64.self)
        let start = offset + headerOctets
        let end = offset + span(payload.count)
        octets[start..<(start + payload.count)].copyBytes(from: payload)
        for place in (start + payload.count)..<end { octets[place] = 0 }
    }
}
