/// The order in which traffic is handled, from lowest to highest (ACP 127 §150).
///
/// NIACT is an IMMEDIATE that must be acted on at night: it is a mark beside the precedence, not a rank of its own.
package enum Precedence: UInt8, Comparable, CaseIterable, Sendable {
    case routine = 0
    case priority
    case immediate
    case flash
    case emergencyCommand
    case critic

    package static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }

    /// The word as it is written after an address and shown on screens.
    package var word: String {
        switch self {
        case .routine: "ROUTINE"
        case .priority: "PRIORITY"
        case .immediate: "IMMEDIATE"
        case .flash: "FLASH"
        case .emergencyCommand: "ECP"
        case .critic: "CRITIC"
        }
    }

    package init?(word: String) {
        guard let match = Precedence.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }

    /// The prosign of format lines 2 and 5 (`ZZ` is the doubled `Z`).
    package var prosign: UInt8 {
        switch self {
        case .routine: UInt8(ascii: "R")
        case .priority: UInt8(ascii: "P")
        case .immediate: UInt8(ascii: "O")
        case .flash: UInt8(ascii: "Z")
        case .emergencyCommand: UInt8(ascii: "Y")
        case .critic: UInt8(ascii: "W")
        }
    }

    package init?(prosign: UInt8) {
        switch prosign {
        case UInt8(ascii: "R"): self = .routine
        case UInt8(ascii: "P"): self = .priority
        case UInt8(ascii: "O"): self = .immediate
        case UInt8(ascii: "Z"): self = .flash
        case UInt8(ascii: "Y"): self = .emergencyCommand
        case UInt8(ascii: "W"): self = .critic
        default: return nil
        }
    }
}
