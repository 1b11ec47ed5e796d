/// Why octets could not be read as the fields that were expected.
package enum OctetFault: Error, Equatable, Sendable {
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
package struct OctetReader: Sendable {
    private let octets: [UInt8]
    private let end: Int
    package private(set) var offset: Int

    package init(_ octets: [UInt8]) {
        self.octets = octets
        offset = 0
        end = octets.count
    }

    package init(_ slice: ArraySlice<UInt8>) { self.init(Array(slice)) }

    package var remaining: Int { end - offset }

    package mutating func u8() throws(OctetFault) -> UInt8 {
        try need(1)
        defer { offset += 1 }
        return octets[offset]
    }

    package mutating func bool() throws(OctetFault) -> Bool {
        let value = try u8()
        guard value < 2 else { throw .unknownValue(offset: offset - 1, value: UInt64(value)) }
        return value == 1
    }

    package mutating func u16() throws(OctetFault) -> UInt16 { try fixed() }
    package mutating func u32() throws(OctetFault) -> UInt32 { try fixed() }
    package mutating func u64() throws(OctetFault) -> UInt64 { try fixed() }

    package mutating func varint() throws(OctetFault) -> UInt64 {
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
    package mutating func count(bound: Int) throws(OctetFault) -> Int {
        let start = offset
        let value = try varint()
        guard value <= UInt64(bound) else { throw .aboveBound(offset: start, value: value, bound: bound) }
        return Int(value)
    }

    package mutating func bytes(bound: Int = 1 << 20) throws(OctetFault) -> [UInt8] {
        let length = try count(bound: bound)
        return try raw(length)
    }

    package mutating func string(bound: Int = 1 << 16) throws(OctetFault) -> String {
        let start = offset
        let length = try count(bound: bound)
        try need(length)
        defer { offset += length }
        guard let text = String(validating: octets[offset..<(offset + length)], as: UTF8.self) else {
            throw .notText(offset: start)
        }
        return text
    }

    package mutating func optional<Value>(
        _ read: (inout OctetReader) throws(OctetFault) -> Value
    ) throws(OctetFault) -> Value? {
        try bool() ? try read(&self) : nil
    }

    package mutating func list<Element>(
        bound: Int, _ read: (inout OctetReader) throws(OctetFault) -> Element
    ) throws(OctetFault) -> [Element] {
        let length = try count(bound: bound)
        var values: [Element] = []
        values.reserveCapacity(min(length, 64))
        for _ in 0..<length { values.append(try read(&self)) }
        return values
    }

    package mutating func raw(_ length: Int) throws(OctetFault) -> [UInt8] {
        try need(length)
        defer { offset += length }
        return Array(octets[offset..<(offset + length)])
    }

    /// Everything that is left.
    package mutating func rest() -> [UInt8] {
        defer { offset = end }
        return Array(octets[offset..<end])
    }

    /// Fails unless every octet has been read.
    package func finish() throws(OctetFault) {
        guard remaining == 0 else { throw .trailing(offset: offset, count: remaining) }
    }

    private func need(_ length: Int) throws(OctetFault) {
        guard length <= end - offset else { throw .truncated(offset: offset, wanted: length) }
    }

    private mutating func fixed<Number: FixedWidthInteger>() throws(OctetFault) -> Number {
        let length = MemoryLayout<Number>.size
        try need(length)
        defer { offset += length }
        return octets.withUnsafeBytes { Number(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }
}
