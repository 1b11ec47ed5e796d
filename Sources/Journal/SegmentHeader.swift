import CChecksum

/// The first octets of a segment file.
///
///     "CABLEJNL" | version u32 | segment u32 | epoch 16 octets | first sequence u64 | size u64 | crc32c u32
///     | closed segment u32 | closed end u32 | crc32c u32
///
/// Little-endian. Every version keeps the first 52 octets, so that a newer one can be told from a damaged one.
package struct SegmentHeader: Equatable, Sendable {
    package static let octetCount = 64
    package static let version: UInt32 = 1
    private static let magic = Array("CABLEJNL".utf8)

    package var segment: UInt32
    package var epochHigh: UInt64
    package var epochLow: UInt64
    /// The sequence of the first record, whether or not those before it exist.
    package var firstSequence: UInt64
    /// Octets of the whole file.
    package var size: UInt64
    /// An earlier segment that ends before its file does.
    package var closing: Closing?

    /// A segment ends at the last good offset: what stands behind it counts as not written (rules 7 and 9).
    package struct Closing: Equatable, Sendable {
        package var segment: UInt32
        package var end: UInt32

        package init(segment: UInt32, end: UInt32) {
            self.segment = segment
            self.end = end
        }
    }

    package enum Fault: Error, Equatable, Sendable {
        case notASegment
        /// Written by a newer routerd: it must not be touched by this one.
        case newerVersion(UInt32)
        case damaged
    }

    package init(
        segment: UInt32, epochHigh: UInt64, epochLow: UInt64, firstSequence: UInt64, size: UInt64,
        closing: Closing? = nil
    ) {
        self.segment = segment
        self.epochHigh = epochHigh
        self.epochLow = epochLow
        self.firstSequence = firstSequence
        self.size = size
        self.closing = closing
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
        add(Self.checksum(octets, 48))
        guard let closing else {
            add(UInt32(0))
            add(UInt64(0))
            return octets
        }
        add(closing.segment)
        add(closing.end)
        add(Self.checksum(octets, 60))
        return octets
    }

    package init(decoding octets: [UInt8]) throws(Fault) {
        guard octets.count >= Self.octetCount, Array(octets[..<8]) == Self.magic else { throw .notASegment }
        func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
            octets.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
        }
        // The checksum comes first: a flipped version must not keep a station from starting.
        guard Self.checksum(octets, 48) == number(48, UInt32.self) else { throw .damaged }
        let version = number(8, UInt32.self)
        guard version <= Self.version else { throw .newerVersion(version) }
        segment = number(12, UInt32.self)
        epochHigh = number(16, UInt64.self)
        epochLow = number(24, UInt64.self)
        firstSequence = number(32, UInt64.self)
        size = number(40, UInt64.self)
        let closes = number(52, UInt32.self)
        guard closes != 0 || number(56, UInt64.self) != 0 else { return }
        guard Self.checksum(octets, 60) == number(60, UInt32.self) else { throw .damaged }
        closing = Closing(segment: closes, end: number(56, UInt32.self))
    }

    private static func checksum(_ octets: [UInt8], _ count: Int) -> UInt32 {
        octets.withUnsafeBytes { cable_crc32c(0, $0.baseAddress, count) }
    }
}

/// Octets of segment files: of the first and of the largest; each next is twice as large as the one before.
package struct SegmentSizes: Equatable, Sendable {
    package var least: Int
    package var most: Int

    package static let standard = SegmentSizes(least: 4 << 20, most: 64 << 20)

    /// - Parameter least: at least the span of the largest record that will be written, and a header.
    package init(least: Int, most: Int) {
        self.least = least
        self.most = most
    }

    package func size(of segment: UInt32) -> Int { min(most, least << Int(min(segment > 0 ? segment - 1 : 0, 8))) }
}

/// Names of segment files.
package enum SegmentName {
    /// Far more segments than disks hold, and room to count on from any of them.
    package static let numberMax: UInt32 = 1 << 31

    package static func of(_ segment: UInt32) -> String {
        let digits = String(segment)
        return "segment-\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits).journal"
    }

    /// The name of the digest beside a segment.
    package static func digest(of segment: UInt32) -> String {
        "\(of(segment).dropLast("journal".count))digest"
    }

    /// The number in a name; nil where no segment would be called so.
    package static func number(of name: String) -> UInt32? {
        guard name.hasPrefix("segment-"), name.hasSuffix(".journal"),
            let number = UInt32(name.dropFirst("segment-".count).dropLast(".journal".count)), number > 0,
            number <= numberMax,
            of(number) == name
        else { return nil }
        return number
    }

    /// The number in the name of a digest.
    static func number(ofDigest name: String) -> UInt32? {
        guard name.hasSuffix(".digest") else { return nil }
        return number(of: "\(name.dropLast("digest".count))journal")
    }
}
