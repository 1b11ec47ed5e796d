import CChecksum

/// How far the oldest segments have been removed because nothing in them was needed any more: without it, a journal that
/// begins later would look like one that has lost its beginning.
///
///     "CABLEREM" | version u32 | segment u32 | epoch 16 octets | sequence u64 | crc32c u32
package struct RemovedSegments: Equatable, Sendable {
    static let octetCount = 44
    static let name = "removed"
    private static let version: UInt32 = 1
    private static let magic = Array("CABLEREM".utf8)

    /// Segments up to this one are gone.
    package var segment: UInt32
    package var epochHigh: UInt64
    package var epochLow: UInt64
    /// The last sequence that stood in them.
    package var sequence: UInt64

    var encoded: [UInt8] {
        var octets = Self.magic
        func add<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { octets.append(contentsOf: $0) }
        }
        add(Self.version)
        add(segment)
        add(epochHigh)
        add(epochLow)
        add(sequence)
        add(octets.withUnsafeBytes { cable_crc32c(0, $0.baseAddress, $0.count) })
        return octets
    }

    init(segment: UInt32, epoch: (high: UInt64, low: UInt64), sequence: UInt64) {
        self.segment = segment
        epochHigh = epoch.high
        epochLow = epoch.low
        self.sequence = sequence
    }

    /// Nil for anything but what was written: then a missing beginning is told as damage.
    init?(_ octets: [UInt8]) {
        guard octets.count == Self.octetCount, Array(octets[..<8]) == Self.magic else { return nil }
        func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
            octets.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
        }
        guard octets.withUnsafeBytes({ cable_crc32c(0, $0.baseAddress, 40) }) == number(40, UInt32.self),
            number(8, UInt32.self) == Self.version
        else { return nil }
        segment = number(12, UInt32.self)
        epochHigh = number(16, UInt64.self)
        epochLow = number(24, UInt64.self)
        sequence = number(32, UInt64.self)
    }
}

extension SegmentFiles {
    /// Removes the oldest segment, of which nothing is needed any more. What is removed was said to be gone before, on
    /// the disk: after a crash in between, the next start removes it.
    ///
    /// - Parameter sequence: the last one in it.
    package func removeOldest(
        _ segment: UInt32, lastSequence sequence: UInt64, epoch: (high: UInt64, low: UInt64)
    ) throws(StorageFault) {
        try write(RemovedSegments(segment: segment, epoch: epoch, sequence: sequence))
        try remove(segment)
    }
}
