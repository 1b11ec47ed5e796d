/// How old a cable may be said to be. A neighbour states it and nobody signs it: what is above counts as this.
package enum Age {
    /// Milliseconds; 2,200 years.
    package static let most: UInt64 = 1 << 46

    /// For reckoning: never so large that a sum of it overflows.
    static func bounded(_ milliseconds: UInt64) -> Int64 { Int64(min(milliseconds, most)) }
}
