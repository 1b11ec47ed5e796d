import Cables
import Control
import Custody
import Octets
import Routing
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
        from last: RecordPlace, acceptance place: RecordPlace, number: CustodyNumber, _ reports: [DeliveryReport]
    ) throws -> [TraceRow] {
        let past = try CableHistory(archive: archive, station: facts.settings.station).past(
            from: last, acceptance: place, number: number)
        let acceptance = try archive.acceptance(place)
        let own = facts.settings.station.description
        var told: [TraceRow] = []
        var notes: [JournalRecord.Passed] = []
        for record in past.answers {
            switch try JournalRecord(decoding: record) {
            case .service(let service):
                let flaw = flaw(of: service)
                told += hops(of: service.message, flaw) + steps(of: service.message, flaw)
            case .passed(let passed): notes.append(passed)
            case .started, .certificate, .accepted, .undeliverable, .read, .reoffered, .carried, .carriedService,
                .standing, .changed, .orders, .words, .audit, .stated, .desk, .link:
                continue
            }
        }
        let rows = past.events.map { event in
            TraceRow(
                at: Timestamp(milliseconds: event.at).description, event: event.name, station: own, link: event.link,
                post: event.post, detail: event.detail, unverified: flaw(of: event, acceptance, notes))
        }
        let standing = reports.filter { !$0.state.isEnded }.map { report in
            TraceRow(
                at: Timestamp(milliseconds: report.since).description, event: "stands", station: own, link: nil,
                post: report.post, detail: report.why)
        }
        return rows + told + standing
    }

    /// An event stands in this station's own journal; what rests on another's word is held against its signature.
    private func flaw(
        of event: Carried.Event, _ acceptance: Acceptance, _ notes: [JournalRecord.Passed]
    ) -> String? {
        switch event.name {
        case "accepted":
            guard let proof = acceptance.proof else { return "the cable is not signed" }
            let origin = acceptance.block.identity.station
            return audit?.book.signer(of: .cable, content: acceptance.blockOctets, proof: proof) == origin
                ? nil : Self.notSigned(origin)
        case "custodyPassed":
            let note = notes.first { $0.at == event.at && $0.peer.description == event.link }
            guard let passed = note, let note = passed.note, let item = passed.items.first else {
                return "the neighbour's signed note is not kept any more; it held when it came"
            }
            return note.flaw(
                KeptNote.Offer(
                    network: facts.network.name, taker: passed.peer, giver: facts.settings.station,
                    giverStart: passed.start, channel: item.channel, mark: acceptance.block.contentHash)
            ) { audit?.book.signer(of: .custody, content: $0, proof: $1) }
        default: return nil
        }
    }

    private func flaw(of service: JournalRecord.ServiceCustody) -> String? {
        let message = service.message
        return audit?.book.signer(of: message.leafKind, content: message.encoded, proof: service.proof)
            == message.station ? nil : Self.notSigned(message.station)
    }

    private static func notSigned(_ station: RoutingIndicator) -> String {
        "the signature of \(station) does not hold, or its certificate is not good now"
    }

    /// The way that a receipt tells, in durations.
    private func hops(of message: ServiceMessage, _ flaw: String?) -> [TraceRow] {
        var before: UInt64 = 0
        return message.way.enumerated().map { index, hop in
            let isLast = index == message.way.count - 1
            var row = TraceRow(
                at: Timestamp(milliseconds: message.at).description, event: isLast ? "reached" : "passedBy",
                station: message.station.description, link: hop.station.description, post: message.post,
                detail: nil, unverified: flaw)
            row.ageSeconds = Double(hop.age) / 1_000
            if !isLast { row.dwellSeconds = Double(hop.age - min(hop.age, before)) / 1_000 }
            before = hop.age
            return row
        }
    }

    private func steps(of message: ServiceMessage, _ flaw: String?) -> [TraceRow] {
        message.steps.map { step in
            TraceRow(
                at: Timestamp(milliseconds: step.since == 0 ? message.at : step.since).description,
                event: word(of: step.outcome), station: message.station.description, link: step.next?.description,
                post: step.post.isEmpty ? nil : step.post, detail: step.why.isEmpty ? nil : step.why,
                unverified: flaw)
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
