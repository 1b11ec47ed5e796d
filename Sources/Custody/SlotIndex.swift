/// Finds slab indices by a 64-bit key, without holding the keys themselves.
///
/// Open addressing over 32-bit slots: 8 octets a value at the load that it keeps. Several values may share a key; the
/// caller tells them apart by looking at the slab.
package struct SlotIndex: ~Copyable {
    private static let empty = UInt32.max
    private static let gone = UInt32.max - 1

    private var slots: [UInt32]
    private var filled = 0
    package private(set) var count = 0

    package init() { slots = Array(repeating: Self.empty, count: 1_024) }

    /// - Parameter keyOf: the key of a value that is already in the index; asked when the index grows.
    package mutating func insert(_ value: UInt32, key: UInt64, keyOf: (UInt32) -> UInt64) {
        if (filled + 1) * 2 > slots.count { grow(keyOf) }
        place(value, key)
        count += 1
    }

    package mutating func remove(_ value: UInt32, key: UInt64) {
        var position = start(key)
        while slots[position] != Self.empty {
            if slots[position] == value {
                slots[position] = Self.gone
                count -= 1
                return
            }
            position = (position + 1) & (slots.count - 1)
        }
    }

    /// Calls `isMatch` with each value whose key may be `key` until it says yes.
    package func first(key: UInt64, where isMatch: (UInt32) -> Bool) -> UInt32? {
        var position = start(key)
        while slots[position] != Self.empty {
            let value = slots[position]
            if value != Self.gone, isMatch(value) { return value }
            position = (position + 1) & (slots.count - 1)
        }
        return nil
    }

    private func start(_ key: UInt64) -> Int {
        var mixed = key &* 0x9e37_79b9_7f4a_7c15
        mixed ^= mixed >> 32
        return Int(truncatingIfNeeded: mixed) & (slots.count - 1)
    }

    private mutating func place(_ value: UInt32, _ key: UInt64) {
        var position = start(key)
        while slots[position] < Self.gone { position = (position + 1) & (slots.count - 1) }
        if slots[position] == Self.empty { filled += 1 }
        slots[position] = value
    }

    private mutating func grow(_ keyOf: (UInt32) -> UInt64) {
        let old = slots
        slots = Array(repeating: Self.empty, count: max(1_024, count * 4).nextPowerOfTwo)
        filled = 0
        for value in old where value < Self.gone { place(value, keyOf(value)) }
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
