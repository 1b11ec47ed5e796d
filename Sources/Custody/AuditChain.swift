package import Octets

/// The hash chain over the audit's entries, in the order of the journal.
///
///     next = SHA-256(0x02 | value | sequence u64 | entry)      the first value is 32 octets of zero
///
/// Whoever changes, removes, puts in or moves an entry must change every later value, and the newest are signed and held
/// by the neighbours.
package struct AuditChain: Equatable, Sendable {
    /// SHA-256.
    package typealias Hash = @Sendable ([UInt8]) -> Digest

    package private(set) var value: Digest
    /// The last record that it has come to.
    package private(set) var through: UInt64

    package static let beginning = AuditChain(value: Digest(0, 0, 0, 0), through: 0)

    package init(value: Digest, through: UInt64) {
        self.value = value
        self.through = through
    }

    package init(_ head: AuditHead) { self.init(value: head.value, through: head.through) }

    package mutating func add(_ sequence: UInt64, _ entry: AuditEntry, hash: Hash) {
        var writer = OctetWriter(reserving: 256)
        writer.u8(0x02)
        writer.digest(value)
        writer.u64(sequence)
        entry.write(to: &writer)
        value = hash(writer.octets)
        through = sequence
    }
}

/// Finds the chain's newest value again at a start: that of the newest head, and what came behind it.
package struct AuditRecovery: Sendable {
    /// Entries behind the newest head that are remembered: a head is written with nearly every commit.
    private static let entriesMax = 65_536

    private var head: AuditHead?
    private var behind: [(sequence: UInt64, entry: AuditEntry)] = []
    private var last: UInt64 = 0

    package init() {}

    package mutating func take(_ digest: RecordDigest, _ sequence: UInt64) {
        last = sequence
        if case .audit(.head(let found, _)) = digest {
            // An older one may stand later, where its segment was given up.
            guard found.through >= head?.through ?? 0 else { return }
            head = found
            behind.removeAll { $0.sequence <= found.through }
        } else if let entry = AuditEntry(digest) {
            // Also before the first head: where the segments before are gone, their head stands behind such entries.
            behind.append((sequence, entry))
            if behind.count > Self.entriesMax { behind.removeFirst(Self.entriesMax / 2) }
        }
    }

    /// Without any head the audit begins here: an earlier release kept none.
    package func chain(hash: AuditChain.Hash) -> AuditChain {
        guard let head else { return last == 0 ? .beginning : AuditChain(value: Digest(0, 0, 0, 0), through: last) }
        var chain = AuditChain(head)
        for (sequence, entry) in behind { chain.add(sequence, entry, hash: hash) }
        return chain
    }
}
