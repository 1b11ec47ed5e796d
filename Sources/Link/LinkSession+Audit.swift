package import Custody
import Octets

/// What neighbours hold of one another's audits (rule 25).
extension LinkSession {
    /// Tells the neighbour how far this station's audit has come. Its certificate must have been introduced.
    package mutating func send(auditHead head: AuditHead, _ proof: BatchProof) {
        guard state == .open else { return }
        put(.auditHead(head.encoded, proof))
    }

    package mutating func askForAudit() {
        guard state == .open else { return }
        put(.auditAsk)
    }

    /// What is held of the neighbour's audit.
    package mutating func auditHeld(_ held: (head: AuditHead, proof: BatchProof)?) {
        guard state == .open else { return }
        put(.auditHeld(held?.head.encoded ?? [], held?.proof))
    }

    /// Milliseconds between two heads that are looked at: each costs a verification and a record.
    private static let auditMilliseconds: UInt64 = 1_000

    mutating func take(auditHead octets: [UInt8], _ proof: BatchProof, now: UInt64) -> [LinkAction] {
        if let last = auditHeadAt, now < last + Self.auditMilliseconds { return [] }
        auditHeadAt = now
        do throws(OctetFault) {
            let head = try AuditHead(decoding: octets)
            guard head.station == peer, head.network == own.network else {
                return fail(.forged("an audit's head names \(head.station) of \(head.network)"))
            }
            return [.judgeAuditHead(head, proof)]
        } catch {
            return fail(.malformedFrame(error))
        }
    }

    mutating func take(auditHeld octets: [UInt8], _ proof: BatchProof?) -> [LinkAction] {
        guard let proof else { return [.auditNotHeld] }
        do throws(OctetFault) {
            return [.auditHeld(try AuditHead(decoding: octets), proof)]
        } catch {
            return fail(.malformedFrame(error))
        }
    }
}
