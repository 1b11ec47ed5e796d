package import Cables

/// What else decides where a cable may go, and most cables share with many others: the captions that limit it, and the
/// stations that had custody of it before.
package struct Circumstances: Hashable, Sendable {
    /// In their fixed order.
    package var captions: [String]
    /// The originator first.
    package var trace: [RoutingIndicator]
    /// Seconds for each delivery of the block, where they differ.
    package var lives: [UInt32]

    package static let none = Circumstances(captions: [], trace: [], lives: [])
}

/// The circumstances of all cables, one octet in each entry: few sets are shared by many; what is above has its place by
/// custody number.
struct CircumstanceTable {
    private static let own: UInt8 = .max

    private var known: [Circumstances] = [.none]
    private var numbers: [Circumstances: UInt8] = [:]
    private var others: [UInt64: Circumstances] = [:]

    mutating func number(of circumstances: Circumstances, sequence: UInt64) -> UInt8 {
        if circumstances == .none { return 0 }
        if let number = numbers[circumstances] { return number }
        guard known.count < Int(Self.own) else {
            others[sequence] = circumstances
            return Self.own
        }
        let number = UInt8(known.count)
        known.append(circumstances)
        numbers[circumstances] = number
        return number
    }

    func circumstances(_ number: UInt8, sequence: UInt64) -> Circumstances {
        number == Self.own ? others[sequence] ?? .none : known[Int(number)]
    }

    mutating func forget(_ number: UInt8, sequence: UInt64) {
        if number == Self.own { others[sequence] = nil }
    }
}
