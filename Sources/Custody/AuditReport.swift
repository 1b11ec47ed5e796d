package import Octets

/// What a look at the whole audit comes to: the chain is followed from its first line, and held against each head that
/// was signed.
package struct AuditReport: Sendable {
    package enum Line: Sendable {
        case entry(AuditEntry)
        case head(AuditHead, BatchProof)
    }

    package private(set) var entries = 0
    package private(set) var heads = 0
    /// Entries from this record on are proved by the chain.
    package private(set) var from: UInt64 = 0
    package var findings: [String] = []
    /// The chain's value at each head that was signed.
    package private(set) var values: [UInt64: Digest] = [:]
    private let hash: AuditChain.Hash
    private var chain = AuditChain.beginning
    private var lastHead: UInt64 = 0

    package init(hash: @escaping AuditChain.Hash) { self.hash = hash }

    package var through: UInt64 { chain.through }
    package var value: Digest { chain.value }

    /// Takes the next line of the audit.
    ///
    /// - Parameter isSigned: whether this station's signature holds over a head.
    package mutating func take(_ sequence: UInt64, _ line: Line, _ isSigned: (AuditHead, BatchProof) -> Bool) {
        switch line {
        case .entry(let entry):
            entries += 1
            chain.add(sequence, entry, hash: hash)
        case .head(let head, let proof):
            heads += 1
            guard isSigned(head, proof) else {
                findings.append("record \(sequence): the signature over the audit's head does not hold")
                return
            }
            // An older one may stand later, where its segment was given up.
            guard head.through > lastHead else { return }
            hold(head)
            lastHead = head.through
            values[head.through] = head.value
        }
    }

    private mutating func hold(_ head: AuditHead) {
        guard chain.through != head.through || chain.value != head.value else { return }
        if values.isEmpty {
            // An earlier release kept no audit, or its oldest part is no longer kept.
            from = head.through + 1
        } else {
            findings.append(
                "records \(lastHead + 1) to \(head.through): an entry was changed, removed, put in or moved")
        }
        // From what was signed on the rest can still be proved.
        chain = AuditChain(head)
    }

    /// Holds the audit against the newest head that a neighbour has of it.
    package mutating func compare(with head: AuditHead, heldBy peer: String) {
        if head.through > chain.through {
            findings.append(
                "\(peer) holds a signed head of record \(head.through), and the audit ends at \(chain.through): "
                    + "its end was cut off")
        } else if let value = values[head.through] {
            guard value != head.value else { return }
            findings.append(
                "\(peer) holds another value for record \(head.through): the audit was made anew before it")
        } else {
            findings.append(
                "\(peer) holds a signed head of record \(head.through), and the audit has none there: "
                    + "it was made anew")
        }
    }
}
