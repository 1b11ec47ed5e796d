import Cables
import Control
import Custody
import Octets
import Settings

extension ControlDesk {
    /// `cable.trace ID`: the cable's whole way, as far as this station was told, each statement verified anew. With `ask`,
    /// the stations that have it, or had it, are asked first; their answers come in time.
    func cableTrace(_ request: ControlRequest, _ reply: ControlReply) {
        let asks = request["ask"] != nil
        find(request["id"] ?? "", reply) { custody, slot in
            (
                custody.place(of: slot), custody.lastPlace(of: slot), custody.custodyNumber(of: slot),
                custody.reports(of: slot)
            )
        } then: { [self] place, last, number, reports in
            offQueue { [self] in
                do {
                    let acceptance = try archive.acceptance(place)
                    if asks { try ask(acceptance.block) }
                    let rows = try traced(from: last, acceptance: place, number: number, reports)
                    reply.rows(rows) { $0 }
                } catch let failure as ControlFailure {
                    reply.failed(failure)
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }

    private func ask(_ block: SignedBlock) throws(ControlFailure) {
        guard block.identity.station == facts.settings.station else {
            throw ControlFailure(
                code: "NOT_OURS", message: "\(block.identity) originated at \(block.identity.station)",
                advice: "only the originator's station may ask others: trace it there", exit: ExitStatus.data)
        }
        loop.post { custody, now, actions in _ = custody.trace(block, at: now, &actions) }
    }

    private func traced(
        from last: RecordPlace, acceptance: RecordPlace, number: CustodyNumber, _ reports: [DeliveryReport]
    ) throws -> [TraceRow] {
        let past = try CableHistory(archive: archive, station: facts.settings.station).past(
            from: last, acceptance: acceptance, number: number)
        let own = facts.settings.station.description
        var rows = past.events.map {
            TraceRow(
                at: Timestamp(milliseconds: $0.at).description, event: $0.name, station: own, link: $0.link,
                post: $0.post, detail: $0.detail, verified: true)
        }
        for record in past.answers {
            guard case .service(let service) = try JournalRecord(decoding: record) else { continue }
            let message = service.message
            let verified =
                audit?.book.signer(of: message.leafKind, content: message.encoded, proof: service.proof)
                == message.station
            rows += hops(of: message, verified)
            rows += steps(of: message, verified)
        }
        for report in reports where !report.state.isEnded {
            rows.append(
                TraceRow(
                    at: Timestamp(milliseconds: report.since).description, event: "stands", station: own, link: nil,
                    post: report.post, detail: report.why, verified: true))
        }
        return rows
    }

    /// The way that a receipt tells, in durations.
    private func hops(of message: ServiceMessage, _ verified: Bool) -> [TraceRow] {
        var before: UInt64 = 0
        return message.way.enumerated().map { index, hop in
            let isLast = index == message.way.count - 1
            var row = TraceRow(
                at: Timestamp(milliseconds: message.at).description, event: isLast ? "reached" : "passedBy",
                station: message.station.description, link: hop.station.description, post: message.post,
                detail: nil, verified: verified)
            row.ageSeconds = Double(hop.age) / 1_000
            if !isLast { row.dwellSeconds = Double(hop.age - min(hop.age, before)) / 1_000 }
            before = hop.age
            return row
        }
    }

    private func steps(of message: ServiceMessage, _ verified: Bool) -> [TraceRow] {
        message.steps.map { step in
            TraceRow(
                at: Timestamp(milliseconds: step.since == 0 ? message.at : step.since).description,
                event: word(of: step.outcome), station: message.station.description, link: step.next?.description,
                post: step.post.isEmpty ? nil : step.post, detail: step.why.isEmpty ? nil : step.why,
                verified: verified)
        }
    }

    private func word(of outcome: TraceStep.Outcome) -> String {
        switch outcome {
        case .unknown: "unknown"
        case .waiting: "waiting"
        case .held: "held"
        case .passed: "custodyPassed"
        case .delivered: "delivered"
        case .duplicate: "duplicate"
        case .undeliverable: "undeliverable"
        }
    }
}
