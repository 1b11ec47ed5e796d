import Cables
import Control
import Custody
import Octets

extension AuditRow {
    /// What a line of the audit tells: several things, where one record states several.
    ///
    /// - Parameter identity: the cable that a custody was of.
    static func rows(
        _ sequence: UInt64, _ line: AuditTrail.Line, identity: (UInt64) -> String?
    ) -> [AuditRow] {
        switch line {
        case .head(let head, _):
            var row = AuditRow(record: sequence, at: nil, event: "signed")
            row.value = head.value.description
            return [row]
        case .entry(let entry):
            let at = Timestamp(milliseconds: entry.at).description
            return rows(of: entry.fact, identity: identity) { AuditRow(record: sequence, at: at, event: $0) }
        }
    }

    private static func rows(
        of fact: AuditEntry.Fact, identity: (UInt64) -> String?, _ row: (String) -> AuditRow
    ) -> [AuditRow] {
        switch fact {
        case .started(let start):
            var started = row("started")
            started.id = CableIdentity.text(ofStart: start)
            return [started]
        case .accepted(let accepted): return rows(of: accepted, row)
        case .passed(let passed):
            return passed.items.map { item in
                var one = row(item.part == 0 ? "custodyPassed" : "receiptPassed")
                one.id = identity(item.sequence)
                one.link = passed.peer.description
                one.channel = item.channel
                return one
            }
        case .answered(let answer):
            var one = row(ServiceMessage.Kind(rawValue: answer.kind)?.word ?? "service")
            one.id = answer.identity.description
            one.post = answer.post
            one.station = answer.station.description
            one.link = answer.peer.description
            return [one]
        case .ended(let end):
            var one = row("undeliverable")
            one.id = end.identity.description
            one.post = end.post
            one.reason = end.reason
            return [one]
        case .read(let arrival, let user):
            var one = row("read")
            one.arrival = arrival
            one.user = user
            return [one]
        case .offeredAgain(let peer, let sequences):
            return sequences.map { sequence in
                var one = row("offeredAgain")
                one.id = identity(sequence)
                one.link = peer.description
                return one
            }
        case .operated(let action):
            var one = row("operated")
            one.user = action.user
            one.words = action.words
            one.reason = action.reason.isEmpty ? nil : action.reason
            return [one]
        case .refused(let refusal):
            var one = row("refused")
            switch refusal.source {
            case .user(let user): one.user = user
            case .peer(let peer): one.link = peer.description
            }
            one.code = refusal.code
            one.count = refusal.count
            return [one]
        }
    }

    private static func rows(of accepted: AuditEntry.Accepted, _ row: (String) -> AuditRow) -> [AuditRow] {
        var first = row("accepted")
        first.id = accepted.identity.description
        first.user = accepted.user
        first.link = accepted.peer?.description
        return [first]
            + accepted.desks.map { desk in
                var one = row(desk.arrival == 0 ? "duplicate" : "delivered")
                one.id = accepted.identity.description
                one.post = desk.post
                one.office = desk.office
                one.arrival = desk.arrival == 0 ? nil : desk.arrival
                return one
            }
    }
}

extension ServiceMessage.Kind {
    /// As audit, history and `watch` call it.
    var word: String {
        switch self {
        case .receipt: "receipt"
        case .notice: "notice"
        case .inquiry: "inquiry"
        case .noReceipt: "noReceipt"
        case .hasReceipt: "hasReceipt"
        case .tracer: "tracer"
        case .traceReport: "traceReport"
        case .rerun: "rerunAsked"
        case .acknowledgment: "acknowledgment"
        case .held: "held"
        case .cancelled: "cancelled"
        case .moved: "moved"
        case .cancelOrder: "cancelOrder"
        case .raiseOrder: "raiseOrder"
        }
    }
}
