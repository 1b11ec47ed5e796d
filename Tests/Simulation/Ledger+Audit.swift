import Cables
import Custody
import Journal
import Link
import Octets
import Routing

/// The audit of each station holds against everything that it signed, also over crashes (rule 25).
extension Ledger {
    /// An honest station whose disk is whole never contradicts what it signed.
    func contradicted(_ station: SimulatedStation, _ event: StationEvent) {
        let peer = event.values.first { $0.key == "peer" }?.value ?? ""
        guard let index = plan.network.stations.firstIndex(where: { $0.indicator.description == peer }),
            !books[index].wasDamaged
        else { return }
        world.breaks(.auditHolds, station: index, "S\(station.index) says: \(event.values.map(\.value))")
    }

    func checkAudit(_ station: SimulatedStation) {
        guard let process = station.running, !books[station.index].wasDamaged, !books[station.index].showedDamage
        else { return }
        var report = AuditReport { SimulatedHash.of($0) }
        func take(_ sequence: UInt64, _ digest: RecordDigest) {
            if case .audit(.head(let head, let proof)) = digest {
                report.take(sequence, .head(head, proof)) { head, proof in
                    process.signer(of: SimulatedSeals.leaf(.auditHead, head.encoded), proof) == station.name
                }
            } else if let entry = AuditEntry(digest) {
                report.take(sequence, .entry(entry)) { _, _ in true }
            }
        }
        // The daemon keeps what the audit needs of segments that are gone.
        for sequence in books[station.index].sequences {
            guard let kept = books[station.index].kept[sequence], isGone(station.index, kept) else { continue }
            take(sequence, kept.digest)
        }
        do {
            for segment in try process.journal.segments() where segment > books[station.index].goneThrough {
                _ = try process.journal.files.inspect(segment) { sequence, _, _, payload in
                    take(sequence, try RecordDigest(record: payload))
                }
            }
        } catch {
            return world.breaks(.auditHolds, station: station.index, "it cannot be read: \(error)")
        }
        counts.auditHeads += report.heads
        guard let first = report.findings.first else { return }
        world.breaks(.auditHolds, station: station.index, first)
    }
}

extension SessionDriver {
    private static let auditMilliseconds: UInt64 = 2_000

    func sendAuditHead() {
        guard auditSentAt.map({ boot - $0 >= Self.auditMilliseconds }) ?? true, let newest = process.auditHead else {
            return
        }
        auditSentAt = boot
        introduce(newest.proof)
        state.send(auditHead: newest.head, newest.proof)
    }

    func judge(_ head: AuditHead, _ proof: BatchProof) {
        guard process.signer(of: SimulatedSeals.leaf(.auditHead, head.encoded), proof) == peer else {
            return act(state.abort(code: "FORGED", text: "an audit's head is not signed by \(peer)"))
        }
        process.leave { custody, now, actions in custody.took(peerHead: head, proof, at: now, &actions) }
    }
}
