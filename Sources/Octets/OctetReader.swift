/// Why octets could not be read as the fields that were expected.
public enum OctetFault: Error, Equatable, Sendable {
    /// The octets end inside a field. `wanted` octets were needed at `offset`.
    case truncated(offset: Int, wanted: Int)
    /// A number is longer than ten octets or does not fit.
    case overlongNumber(offset: Int)
    /// A count or length is above its bound.
    case aboveBound(offset: Int, value: UInt64, bound: Int)
    /// Octets that should be UTF-8 are not.
    case notText(offset: Int)
    /// A field holds a value that has no meaning.
    case unknownValue(offset: Int, value: UInt64)
    /// Octets follow the last field.
    case trailing(offset: Int, count: Int)
}

/// Reads what `OctetWriter` wrote, and trusts nothing: every length is checked against what is there.
public struct OctetReader: Sendable {
    @usableFromInline let octets: [UInt8]
    /// Where the fields begin and end in `octets`.
    @usableFromInline let base: Int
    @usableFromInline let end: Int
    @usableFromInline var place: Int

    @inlinable public init(_ octets: [UInt8]) {
        self.octets = octets
        base = 0
        place = 0
        end = octets.count
    }

    /// A part of the octets, which are shared and not copied.
    @inlinable public init(_ octets: [UInt8], in part: Range<Int>) {
        precondition(part.lowerBound >= 0 && part.upperBound <= octets.count, "the part lies within the octets")
        self.octets = octets
        base = part.lowerBound
        place = part.lowerBound
        end = part.upperBound
    }

    public init(_ slice: ArraySlice<UInt8>) { self.init(Array(slice)) }

    /// Octets read so far.
    @inlinable public var offset: Int { place - base }

    @inlinable public var remaining: Int { end - place }

    @inlinable public mutating func u8() throws(OctetFault) -> UInt8 {
        try need(1)
        defer { place += 1 }
        return octets[place]
    }

    @inlinable public mutating func bool() throws(OctetFault) -> Bool {
        let value = try u8()
        guard value < 2 else { throw .unknownValue(offset: offset - 1, value: UInt64(value)) }
        return value == 1
    }

    @inlinable public mutating func u16() throws(OctetFault) -> UInt16 { try fixed() }
    @inlinable public mutating func u32() throws(OctetFault) -> UInt32 { try fixed() }
    @inlinable public mutating func u64() throws(OctetFault) -> UInt64 { try fixed() }

    @inlinable public mutating func varint() throws(OctetFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        let start = offset
        while true {
            let octet = try u8()
            if shift == 63, octet > 1 { throw .overlongNumber(offset: start) }
            value |= UInt64(octet & 0x7f) << shift
            if octet & 0x80 == 0 { return value }
            shift += 7
            if shift > 63 { throw .overlongNumber(offset: start) }
        }
    }

    /// A count that the caller bounds.
    ///
    /// - Parameter bound: the highest legal count; more is an error, not a reservation of memory.
    @inlinable public mutating func count(bound: Int) throws(OctetFault) -> Int {
        let start = offset
        let value = try varint()
        guard value <= UInt64(bound) else { throw .aboveBound(offset: start, value: value, bound: bound) }
        return Int(value)
    }

    @inlinable public mutating func bytes(bound: Int = 1 << 20) throws(OctetFault) -> [UInt8] {
        let length = try count(bound: bound)
        return try raw(length)
    }

    public mutating func string(bound: Int = 1 << 16) throws(OctetFault) -> String {
        let start = offset
        let length = try count(bound: bound)
        try need(length)
        defer { place += length }
        let text = octets.withUnsafeBufferPointer { all -> String? in
            let part = UnsafeBufferPointer(rebasing: all[place..<(place + length)])
            var high: UInt8 = 0
            for octet in part { high |= octet }
            // ASCII needs no second look.
            return high < 0x80 ? String(decoding: part, as: UTF8.self) : String(validating: part, as: UTF8.self)
        }
        guard let text else { throw .notText(offset: start) }
        return text
    }

    @inlinable public mutating func optional<Value>(
        _ read: (inout OctetReader) throws(OctetFault) -> Value
    ) throws(OctetFault) -> Value? {
        try bool() ? try read(&self) : nil
    }

    @inlinable public mutating func list<Element>(
        bound: Int, _ read: (inout OctetReader) throws(OctetFault) -> Element
    ) throws(OctetFault) -> [Element] {
        let length = try count(bound: bound)
        var values: [Element] = []
        values.reserveCapacity(min(length, 64))
        for _ in 0..<length { values.append(try read(&self)) }
        return values
    }

    @inlinable public mutating func raw(_ length: Int) throws(OctetFault) -> [UInt8] {
        try need(length)
        defer { place += length }
        return Array(octets[place..<(place + length)])
    }

    /// Passes over octets that the caller does not need.
    @inlinable public mutating func skip(_ length: Int) throws(OctetFault) {
        try need(length)
        place += length
    }

    /// Everything that is left.
    @inlinable public mutating func rest() -> [UInt8] {
        defer { place = end }
        return Array(octets[place..<end])
    }

    /// Fails unless every octet has been read.
    @inlinable public func finish() throws(OctetFault) {
        guard remaining == 0 else { throw .trailing(offset: offset, count: remaining) }
    }

    @inlinable func need(_ length: Int) throws(OctetFault) {
        guard length <= end - place else { throw .truncated(offset: offset, wanted: length) }
    }

    @inlinable mutating func fixed<Number: FixedWidthInteger>() throws(OctetFault) -> Number {
        let length = MemoryLayout<Number>.size
        try need(length)
        defer { place += length }
        return octets.withUnsafeBytes { Number(bigEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self)) }
    }
}
