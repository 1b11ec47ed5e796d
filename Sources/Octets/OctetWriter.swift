/// Packs numbers, strings and octet strings into one buffer, big-endian.
///
/// The wire, the journal and the control socket share this packing, so that a value is written one way only.
/// `OctetReader` reads the same fields in the same order.
package struct OctetWriter: Sendable {
    package private(set) var octets: [UInt8]

    package init(reserving capacity: Int = 256) {
        octets = []
        octets.reserveCapacity(capacity)
    }

    package mutating func u8(_ value: UInt8) { octets.append(value) }

    package mutating func bool(_ value: Bool) { octets.append(value ? 1 : 0) }

    package mutating func u16(_ value: UInt16) { fixed(value) }
    package mutating func u32(_ value: UInt32) { fixed(value) }
    package mutating func u64(_ value: UInt64) { fixed(value) }

    /// A number in 1 to 10 octets of seven bits each, least significant first.
    package mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        octets.append(UInt8(rest))
    }

    package mutating func count(_ value: Int) { varint(UInt64(value)) }

    /// A length (varint) and the octets.
    package mutating func bytes(_ value: [UInt8]) {
        count(value.count)
        octets.append(contentsOf: value)
    }

    /// A length in octets (varint) and the UTF-8 text.
    package mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { text in
            count(text.count)
            octets.append(contentsOf: text)
        }
    }

    package mutating func optional<Value>(_ value: Value?, _ write: (inout OctetWriter, Value) -> Void) {
        guard let value else { return bool(false) }
        bool(true)
        write(&self, value)
    }

    package mutating func list<Element>(_ values: [Element], _ write: (inout OctetWriter, Element) -> Void) {
        count(values.count)
        for value in values { write(&self, value) }
    }

    /// The octets without a length: the reader must know how many there are.
    package mutating func raw(_ value: [UInt8]) { octets.append(contentsOf: value) }

    package mutating func raw(_ value: UnsafeRawBufferPointer) { octets.append(contentsOf: value) }

    package mutating func raw(_ value: ArraySlice<UInt8>) { octets.append(contentsOf: value) }

    /// Empties the buffer and keeps its room.
    package mutating func removeAll() { octets.removeAll(keepingCapacity: true) }

    private mutating func fixed<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value.bigEndian) { octets.append(contentsOf: $0) }
    }
}
