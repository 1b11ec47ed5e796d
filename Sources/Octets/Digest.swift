/// A SHA-256 value, held in four words so that it costs no memory of its own.
///
/// Computed only by Transport; the pure modules carry and compare it.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    public static let octetCount = 32
    @usableFromInline let words: (UInt64, UInt64, UInt64, UInt64)

    /// Nil unless there are exactly 32 octets.
    public init?(_ octets: some Collection<UInt8>) {
        guard octets.count == Self.octetCount else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, octet) in octets.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(octet) }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// From `description`; nil for anything else.
    public init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Self.octetCount else { return nil }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let octet = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) else {
                return nil
            }
            octets.append(octet)
        }
        self.init(octets)
    }

    @inlinable public init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) { words = (a, b, c, d) }

    public static let zero = Digest(0, 0, 0, 0)

    public var octets: [UInt8] {
        var writer = OctetWriter(reserving: Self.octetCount)
        writer.digest(self)
        return writer.octets
    }

    /// The 32 octets, for the time of the call.
    @inlinable public func withOctets<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        let big = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return withUnsafeBytes(of: big) { octets in
            body(octets.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The first 128 bits: enough to tell contents apart in memory, where the whole stands on disk.
    @inlinable public var mark: (UInt64, UInt64) { (words.0, words.1) }

    /// Lower-case hexadecimal.
    public var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @inlinable public static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    @inlinable var parts: (UInt64, UInt64, UInt64, UInt64) { words }
}

extension OctetWriter {
    @inlinable public mutating func digest(_ value: Digest) {
        let parts = value.parts
        u64(parts.0)
        u64(parts.1)
        u64(parts.2)
        u64(parts.3)
    }
}

extension OctetReader {
    @inlinable public mutating func digest() throws(OctetFault) -> Digest {
        Digest(try u64(), try u64(), try u64(), try u64())
    }
}
