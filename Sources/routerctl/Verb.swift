import Control

/// One option of a verb.
struct VerbOption: Sendable {
    var name: String
    /// The word that stands for its value in help; empty: it takes none.
    var value: String
    var meaning: String

    var takesValue: Bool { !value.isEmpty }
}

/// One verb: what it takes, what it says of itself, and what it does.
struct Verb: Sendable {
    var name: String
    var usage: String
    /// How many operands it takes.
    var operands: ClosedRange<Int>
    var options: [VerbOption]
    var summary: String
    /// Two worked examples: the command and what it does.
    var examples: [(command: String, does: String)]
    /// For programs: not in the overview, not offered.
    var isHidden = false
    var run: @Sendable (Invocation) throws(ControlFailure) -> Int32
}
