import Cables
import Control
import Custody
import Octets
import Settings
import Transport

extension ControlDesk {
    /// Requests that change nothing, and `submit`, whose acceptance is its entry.
    private static let unaudited: Set<String> = [
        "submit", "status", "queue.list", "queue.shape", "cable.show", "cable.history", "cable.trace", "inbox.list",
        "inbox.read", "inbox.sections", "receipt.list", "receipt.export", "link.list", "link.show", "config.show",
        "watch", "check.disk", "check.certificates", "route.test", "suspense.list", "audit.verify", "audit.export",
        "metrics",
    ]

    /// An operator's action is recorded before it takes effect, and what is refused to anybody is too.
    func audited(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) -> ControlReply {
        var reply = reply
        let loop = loop
        let user = caller.uid
        if !Self.unaudited.contains(request.verb) {
            let words = [request.verb.replacing(".", with: " ")] + request.words
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

    /// `audit.verify`: the whole audit against the chain and every head that was signed.
    func auditVerify(_ request: ControlRequest, _ reply: ControlReply) {
        withTrail(reply) { trail, book, station, last in
            let report = try trail.verify(through: last) { head, proof in
                book.signer(of: .auditHead, content: head.encoded, proof: proof) == station && head.station == station
            }
            return AuditDocument(
                station: station.description, entries: report.entries, heads: report.heads, provedFrom: report.from,
                through: report.through, value: report.value.description, findings: report.findings)
        } then: { (document: AuditDocument) in
            reply.document(document)
        }
    }

    /// `audit.export`: one object for each thing that happened.
    func auditExport(_ request: ControlRequest, _ reply: ControlReply) {
        withTrail(reply) { trail, _, _, last in
            var lines: [(UInt64, AuditTrail.Line)] = []
            _ = try trail.read(through: last) { sequence, line in
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

    private func withTrail<Found: Sendable>(
        _ reply: ControlReply,
        _ work: @escaping @Sendable (AuditTrail, SignatureBook, RoutingIndicator, UInt64) throws -> Found,
        then: @escaping @Sendable (Found) -> Void
    ) {
        guard let (trail, book) = audit else { return }
        let station = facts.settings.station
        loop.view { custody, _ in
            custody.nextSequence - 1
        } then: { [self] last in
            offQueue { [self] in
                do {
                    then(try work(trail, book, station, last))
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }
}

private struct AuditLines: Sendable {
    var lines: [(UInt64, AuditTrail.Line)]
}
