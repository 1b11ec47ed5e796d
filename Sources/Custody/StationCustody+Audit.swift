package import Cables

/// The newest head of this station's own audit, and of each neighbour's.
package struct AuditLedger: Sendable {
    struct Kept: Sendable {
        var head: AuditHead
        var proof: BatchProof
        /// The newest record of it, and the segment that this stands in.
        var sequence = UInt64.max
        var segment: UInt32 = 0
    }

    var own: Kept?
    var peers: [RoutingIndicator: Kept] = [:]

    /// What a segment alone holds, for it to be written again.
    func standing(in segment: UInt32) -> [AuditRecord] {
        var records: [AuditRecord] = []
        if let own, own.segment == segment { records.append(.head(own.head, own.proof)) }
        for kept in peers.values where kept.segment == segment { records.append(.peerHead(kept.head, kept.proof)) }
        return records
    }
}

extension StationCustody {
    /// An operator steers the station: recorded before it takes effect.
    package mutating func operated(_ action: OperatorAction, at now: Instant, _ actions: inout Actions) {
        record(.audit(.operated(action)), at: now, &actions)
    }

    /// Things were refused, each kind counted.
    package mutating func refused(_ refusals: [AuditedRefusal], at now: Instant, _ actions: inout Actions) {
        for refusal in refusals { record(.audit(.refused(refusal)), at: now, &actions) }
    }

    /// The loop has signed how far the audit has come: to be kept in the same commit as what it covers.
    package mutating func keepAuditHead(
        _ head: AuditHead, _ proof: BatchProof, at now: Instant, _ actions: inout Actions
    ) {
        record(.audit(.head(head, proof)), at: now, &actions)
    }

    /// A neighbour says how far its audit has come, and has signed it. One that contradicts what it signed before has
    /// altered its journal, or was put back from an older copy: the operator must know.
    package mutating func took(peerHead head: AuditHead, _ proof: BatchProof, at now: Instant, _ actions: inout Actions)
    {
        guard head.network == settings.network, linkOrdinal(head.station) != nil else { return }
        if let known = audit.peers[head.station]?.head {
            guard known != head else { return }
            if known.epoch == head.epoch, known.through == head.through || known.through > head.through {
                let why =
                    known.through == head.through
                    ? "it signs another value for the same records" : "it has gone back before what it signed"
                actions.now.append(
                    .event(
                        StationEvent(
                            .alarm, "audit.contradiction",
                            [
                                ("peer", head.station.description), ("through", "\(head.through)"),
                                ("known", "\(known.through)"), ("why", why),
                            ])))
                // What was signed first is the evidence: it stays.
                return
            }
        }
        record(.audit(.peerHead(head, proof)), at: now, &actions)
    }

    /// The newest head of this station's own, as recorded; it may not be synced yet.
    package var auditHead: (head: AuditHead, proof: BatchProof)? { audit.own.map { ($0.head, $0.proof) } }

    /// Whether a signed head that is on the disk covers all that the audit says of records up to this one. What no head
    /// covers is needed to find the chain's value again at a start.
    package func isAudited(through sequence: UInt64) -> Bool {
        guard let own = audit.own else { return true }
        return own.head.through >= sequence && own.sequence <= persistedThrough
    }

    /// What is held of a neighbour's audit.
    package func auditHead(of peer: RoutingIndicator) -> (head: AuditHead, proof: BatchProof)? {
        audit.peers[peer].map { ($0.head, $0.proof) }
    }

    /// What the audit says of the records that have no place yet, in order.
    package func newEntries(_ take: (_ sequence: UInt64, AuditEntry) -> Void) {
        forEachUnplaced { sequence, digest in
            if let entry = AuditEntry(digest) { take(sequence, entry) }
        }
    }

    mutating func fold(_ record: AuditRecord) {
        switch record {
        case .operated, .refused: break
        case .head(let head, let proof): audit.own = AuditLedger.Kept(head: head, proof: proof)
        case .peerHead(let head, let proof): audit.peers[head.station] = AuditLedger.Kept(head: head, proof: proof)
        }
    }

    mutating func placed(_ record: AuditRecord, sequence: UInt64, in segment: UInt32) {
        switch record {
        case .operated, .refused: break
        case .head:
            audit.own?.segment = segment
            audit.own?.sequence = sequence
        case .peerHead(let head, _): audit.peers[head.station]?.segment = segment
        }
    }
}
