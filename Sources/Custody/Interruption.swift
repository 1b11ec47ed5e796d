package import Cables

/// A transfer that something of higher precedence interrupted, or that went on afterwards (rule 17).
package struct Interruption: Sendable, Equatable {
    /// Octets of the body that had been sent.
    package var octet: UInt32
    /// What interrupted it; nil: it goes on.
    package var by: CableIdentity?
    package var precedence: Precedence?
    /// Milliseconds that it waited for the chunk under way.
    package var waited: UInt64
    package var peer: RoutingIndicator
    /// Milliseconds since 1970.
    package var at: Int64

    package var detail: String {
        guard let by, let precedence else { return "at octet \(octet)" }
        let hundredths = (waited + 5) / 10
        let fraction = hundredths % 100
        return
            "at octet \(octet) for \(precedence.word) \(by), waited \(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}

/// The last interruptions since the start: they are told in a cable's history, and are no facts that must outlive it.
package struct InterruptionBook: Sendable {
    private static let countMax = 4_096

    private var all: [(sequence: UInt64, interruption: Interruption)] = []

    mutating func add(_ interruption: Interruption, to sequence: UInt64) {
        if all.count >= Self.countMax { all.removeFirst(Self.countMax / 4) }
        all.append((sequence, interruption))
    }

    func of(_ sequence: UInt64) -> [Interruption] {
        all.filter { $0.sequence == sequence }.map(\.interruption)
    }
}
