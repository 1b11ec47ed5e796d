import Cables
import Control
import Custody
import Octets
import Routing
import Settings
import Transport

extension ControlDesk {
    /// Requests that change nothing, and `submit`, whose acceptance is its entry.
    private static let unaudited: Set<String> = [
        "submit", "status", "queue.list", "queue.shape", "queue.oldest", "names", "cable.show", "cable.history",
        "cable.trace",
        "inbox.list",
        "inbox.read", "inbox.sections", "receipt.list", "receipt.export", "link.list", "link.show", "config.show",
        "watch", "events", "check.disk", "check.certificates", "route.test", "suspense.list", "audit.verify",
        "audit.export",
        "metrics", "report", "hook.list", "check.acknowledgments", "check.suspense", "check.hooks",
    ]

    /// An operator's action is recorded before it takes effect, and what is refused to anybody is too.
    func audited(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) -> ControlReply {
        var reply = reply
        let loop = loop
        let user = caller.uid
        if !Self.unaudited.contains(request.verb) {
            let words = [request.spokenVerb] + request.words
            let reason = request["reason"] ?? ""
            loop.leave { custody, now, actions in
                custody.operated(
                    OperatorAction(user: user, words: words, reason: reason, at: now.wall), at: now, &actions)
            }
        } else if request.verb != "submit" {
            return reply
        }
        reply.onFailure = { failure in loop.refused(.user(user), failure.code) }
        return reply
    }

    /// `audit.verify`: the whole audit against the chain and every head that was signed, and against what a neighbour
    /// holds of it.
    func auditVerify(_ request: ControlRequest, _ reply: ControlReply) {
        let peer = request["peer"].flatMap { RoutingIndicator($0) }
        if let name = request["peer"], peer.map({ facts.routing.neighbours.contains($0) }) != true {
            return reply.failed(
                ControlFailure(
                    code: "NO_SUCH_LINK", message: "no link leads to \(name)",
                    advice: nearestLink(name).map { "did you mean \($0)?" } ?? "see `routerctl link list`",
                    exit: ExitStatus.data))
        }
        guard let peer else { return auditVerify(peer: nil, held: nil, reply) }
        audit?.keeper.askForAudit(peer) { [self] held in auditVerify(peer: peer, held: held, reply) }
    }

    private func nearestLink(_ name: String) -> String? {
        SpellingDistance.nearest(
            to: name.uppercased(), among: facts.routing.neighbours.map(\.description), most: 1
        ).first
    }

    private func auditVerify(
        peer: RoutingIndicator?, held: (head: AuditHead, proof: BatchProof)?, _ reply: ControlReply
    ) {
        withTrail(reply) { audit, station, last in
            func isOwn(_ head: AuditHead, _ proof: BatchProof) -> Bool {
                head.station == station
                    && audit.book.signer(of: .auditHead, content: head.encoded, proof: proof) == station
            }
            var report = try audit.trail.verify(through: last, isOwn)
            if let peer, let held {
                if isOwn(held.head, held.proof) {
                    report.compare(with: held.head, heldBy: peer.description)
                } else {
                    report.findings.append("what \(peer) holds is not signed by \(station)")
                }
            }
            return AuditDocument(
                station: station.description, entries: report.entries, heads: report.heads, provedFrom: report.from,
                through: report.through, value: report.value.description, findings: report.findings,
                peer: peer?.description, peerHolds: held?.head.through)
        } then: { (document: AuditDocument) in
            reply.document(document)
        }
    }

    /// `audit.export`: one object for each thing that happened.
    func auditExport(_ request: ControlRequest, _ reply: ControlReply) {
        withTrail(reply) { audit, _, last in
            var lines: [(UInt64, AuditTrail.Line)] = []
            _ = try audit.trail.read(through: last) { sequence, line in
                guard lines.count < Self.exportedMax else { return }
                lines.append((sequence, line))
            }
            return AuditLines(lines: lines)
        } then: { (found: AuditLines) in
            var identities: [UInt64: String] = [:]
            for case (let sequence, .entry(let entry)) in found.lines {
                if case .accepted(let accepted) = entry.fact { identities[sequence] = accepted.identity.description }
            }
            let known = identities
            let rows = found.lines.flatMap { sequence, line in AuditRow.rows(sequence, line) { known[$0] } }
            reply.rows(rows) { $0 }
        }
    }

    /// Lines that one export takes into memory at most.
    private static let exportedMax = 5_000_000

    func withTrail<Found: Sendable>(
        _ reply: ControlReply,
        _ work: @escaping @Sendable (Auditing, RoutingIndicator, UInt64) throws -> Found,
        then: @escaping @Sendable (Found) -> Void
    ) {
        guard let audit else { return }
        let station = facts.settings.station
        loop.view { custody, _ in
            custody.nextSequence - 1
        } then: { [self] last in
            offQueue { [self] in
                do {
                    then(try work(audit, station, last))
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }
}

/// What the desk needs to verify the audit.
struct Auditing: Sendable {
    var trail: AuditTrail
    var book: SignatureBook
    var keeper: LinkKeeper
}

private struct AuditLines: Sendable {
    var lines: [(UInt64, AuditTrail.Line)]
}
