/// The address of a station: 4 to 8 capital letters, such as `RUEHC` (ACP 121; 5 FAH-2 H-231).
///
/// Held as its letters in one word, so that it costs no memory of its own and compares in one step.
package struct RoutingIndicator: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The letters from the most significant octet down, zeros behind them.
    package let packed: UInt64

    package static let lettersMin = 4
    package static let lettersMax = 8

    package init?(_ text: some StringProtocol) { self.init(letters: text.utf8) }

    package init?(letters: some Collection<UInt8>) {
        guard (Self.lettersMin...Self.lettersMax).contains(letters.count) else { return nil }
        var packed: UInt64 = 0
        for letter in letters {
            guard letter >= UInt8(ascii: "A"), letter <= UInt8(ascii: "Z") else { return nil }
            packed = packed << 8 | UInt64(letter)
        }
        self.packed = packed << UInt64((8 - letters.count) * 8)
    }

    /// Of letters that were looked at already.
    init(legal packed: UInt64) { self.packed = packed }

    /// Of an indicator that was kept in another form in memory.
    package init(kept packed: UInt64) { self.packed = packed }

    /// From the wire or the journal; nil unless it is the packing of a legal indicator.
    package init?(packed: UInt64) {
        var count = 0
        var ended = false
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            switch UInt8(truncatingIfNeeded: packed >> shift) {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                guard !ended else { return nil }
                count += 1
            case 0: ended = true
            default: return nil
            }
        }
        guard count >= Self.lettersMin else { return nil }
        self.packed = packed
    }

    package var letters: [UInt8] {
        stride(from: UInt64(56), through: 0, by: -8)
            .map { UInt8(truncatingIfNeeded: packed >> $0) }
            .filter { $0 != 0 }
    }

    package var description: String { String(decoding: letters, as: UTF8.self) }

    package static func < (a: RoutingIndicator, b: RoutingIndicator) -> Bool { a.packed < b.packed }
}
