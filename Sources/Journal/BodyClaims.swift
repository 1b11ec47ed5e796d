import Synchronization

/// Holds on to a body that is being received, or whose cable is about to be recorded: it is not removed meanwhile.
///
/// Whoever lets go of the last claim must have said before that the body is needed, or does not need it.
package final class BodyClaim: Sendable {
    private let claims: BodyClaims
    private let name: String

    fileprivate init(_ claims: BodyClaims, _ name: String) {
        self.claims = claims
        self.name = name
    }

    deinit { claims.release(name) }
}

/// Which bodies are claimed, and the one place where bodies are decided to go. Safe from any thread.
///
/// Two locks: a removal holds `removing` from its decision to its end, so that a claim comes before it or after it; and
/// letting go takes `counts` only, so that whoever is asked by a removal whether a body is needed never waits for it.
final class BodyClaims: Sendable {
    private struct Counts {
        var claims: [String: Int] = [:]
        /// Bodies let go of, which nobody may need.
        var released: Set<String> = []
    }

    private let counts = Mutex(Counts())
    private let removing = Mutex<Void>(())

    func claim(_ name: String) -> BodyClaim {
        removing.withLock { _ in counts.withLock { $0.claims[name, default: 0] += 1 } }
        return BodyClaim(self, name)
    }

    fileprivate func release(_ name: String) {
        counts.withLock { counts in
            guard let count = counts.claims[name] else { return }
            counts.claims[name] = count > 1 ? count - 1 : nil
            if count == 1 { counts.released.insert(name) }
        }
    }

    func takeReleased() -> Set<String> {
        counts.withLock { counts in
            defer { counts.released = [] }
            return counts.released
        }
    }

    /// - Returns: whether it was removed.
    func remove(
        _ name: String, unless isNeeded: () -> Bool, _ remove: () throws(StorageFault) -> Void
    ) throws(StorageFault) -> Bool {
        try removing.withLock { (_) throws(StorageFault) -> Bool in
            guard counts.withLock({ $0.claims[name] == nil }), !isNeeded() else { return false }
            try remove()
            return true
        }
    }
}
