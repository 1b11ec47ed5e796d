/// Packs numbers, strings and octet strings into one buffer, big-endian.
///
/// The wire, the journal and the control socket share this packing, so that a value is written one way only.
/// `OctetReader` reads the same fields in the same order.
public struct OctetWriter: Sendable {
    @usableFromInline var storage: [UInt8]

    /// What was packed so far.
    @inlinable public var octets: [UInt8] { storage }

    @inlinable public init(reserving capacity: Int = 256) {
        storage = []
        storage.reserveCapacity(capacity)
    }

    @inlinable public mutating func u8(_ value: UInt8) { storage.append(value) }

    @inlinable public mutating func bool(_ value: Bool) { storage.append(value ? 1 : 0) }

    @inlinable public mutating func u16(_ value: UInt16) { fixed(value) }
    @inlinable public mutating func u32(_ value: UInt32) { fixed(value) }
    @inlinable public mutating func u64(_ value: UInt64) { fixed(value) }

    /// A number in 1 to 10 octets of seven bits each, least significant first.
    @inlinable public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        storage.append(UInt8(rest))
    }

    @inlinable public mutating func count(_ value: Int) { varint(UInt64(value)) }

    /// A length (varint) and the octets.
    @inlinable public mutating func bytes(_ value: [UInt8]) {
        count(value.count)
        storage.append(contentsOf: value)
    }

    /// A length in octets (varint) and the UTF-8 text.
    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { text in
            count(text.count)
            storage.append(contentsOf: text)
        }
    }

    @inlinable public mutating func optional<Value>(_ value: Value?, _ write: (inout OctetWriter, Value) -> Void) {
        guard let value else { return bool(false) }
        bool(true)
        write(&self, value)
    }

    @inlinable public mutating func list<Element>(_ values: [Element], _ write: (inout OctetWriter, Element) -> Void) {
        count(values.count)
        for value in values { write(&self, value) }
    }

    /// The octets without a length: the reader must know how many there are.
    @inlinable public mutating func raw(_ value: [UInt8]) { storage.append(contentsOf: value) }

    @inlinable public mutating func raw(_ value: UnsafeRawBufferPointer) { storage.append(contentsOf: value) }

    @inlinable public mutating func raw(_ value: ArraySlice<UInt8>) { storage.append(contentsOf: value) }

    /// A length (u32) and the octets that `write` adds.
    @inlinable public mutating func framed(_ write: (inout OctetWriter) -> Void) {
        let start = storage.count
        u32(0)
        write(&self)
        let length = UInt32(storage.count - start - 4).bigEndian
        storage.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: UInt32.self) }
    }

    /// Empties the buffer and keeps its room.
    public mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

    @inlinable mutating func fixed<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value.bigEndian) { storage.append(contentsOf: $0) }
    }
}
