/// Random bits that one seed decides: the same seed gives the same run, octet for octet.
package struct SeededBits: Sendable {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 ^ 0x6a09_e667_f3bc_c908 }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// 0 up to, and without, `bound`; 0 where nothing is below it.
    package mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

    package mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True so many times in a hundred.
    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    package mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// Bits of their own, which no later change of the rest moves.
    package mutating func branch() -> SeededBits { SeededBits(next()) }
}
