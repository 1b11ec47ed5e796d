import Cables
import Control
import Custody

extension StationLoop {
    /// What a turn tells those who watch, when its records are synced; nothing where nobody does.
    func happenings(_ records: [JournalRecord], _ effects: [Effect]) -> [Release] {
        guard let feed = log.feed, feed.isWatched else { return [] }
        var told = records.flatMap { rows(of: $0) }
        for case .event(let event) in effects {
            if let row = WatchRow(event, at: StationClock.now.wall) { told.append(row) }
        }
        return told.isEmpty ? [] : [.happened(told)]
    }

    private func rows(of record: JournalRecord) -> [WatchRow] {
        switch record {
        case .started(let started): return [WatchRow(at: started.at, event: "started")]
        case .accepted(let acceptance): return rows(of: acceptance)
        case .passed(let passed):
            guard !passed.isSaidAgain else { return [] }
            return passed.items.filter { $0.number.part == 0 }.map { item in
                var row = WatchRow(at: passed.at, event: "custodyPassed")
                row.link = passed.peer.description
                name(&row, item.number)
                return row
            }
        case .service(let service):
            // What is only on its way to another station is no news here.
            guard service.message.isOutcome, service.message.identity.station == hello.station else { return [] }
            var row = WatchRow(at: service.at, event: service.message.kind.word)
            row.link = service.offered.peer.description
            describe(&row, service.message)
            return [row]
        case .undeliverable(let end):
            var row = WatchRow(at: end.at, event: "undeliverable")
            describe(&row, end.message)
            return [row]
        case .reoffered(let again):
            return again.items.map { item in
                var row = WatchRow(at: again.at, event: "offeredAgain")
                row.link = again.peer.description
                name(&row, item.number)
                return row
            }
        case .changed(let changed): return [row(of: changed)]
        case .audit(.operated(let action)):
            var row = WatchRow(at: action.at, event: "operated")
            row.user = action.user
            row.detail = action.words.joined(separator: " ")
            return [row]
        case .audit(.refused(let refusal)):
            var row = WatchRow(at: refusal.at, event: "refused")
            switch refusal.source {
            case .user(let user): row.user = user
            case .peer(let peer): row.link = peer.description
            }
            row.detail = refusal.count > 1 ? "\(refusal.code), \(refusal.count) times" : refusal.code
            return [row]
        // The order for a link is told as the operation that it is.
        case .link, .certificate, .read, .carried, .carriedService, .standing, .orders, .words, .audit(.head),
            .audit(.peerHead),
            .stated, .desk:
            return []
        }
    }

    private func rows(of acceptance: Acceptance) -> [WatchRow] {
        let block = acceptance.block
        let parts = block.deliveries.enumerated().filter { acceptance.part.contains(UInt16($0.offset)) }.map(\.element)
        let deliveries = parts.isEmpty ? block.deliveries : parts
        var first = WatchRow(at: acceptance.at, event: "accepted")
        first.id = block.identity.description
        first.precedence = deliveries.map(\.precedence).max()?.word
        first.detail = "for \(deliveries.map(\.post).joined(separator: ", "))"
        switch acceptance.source {
        case .submitted(let user, _): first.user = user
        case .arrived(let offered): first.link = offered.peer.description
        }
        return [first]
            + acceptance.desks.map { desk in
                var row = WatchRow(at: acceptance.at, event: desk.isDuplicate ? "duplicate" : "delivered")
                row.id = first.id
                row.office = desk.office
                let delivery =
                    block.deliveries.indices.contains(Int(desk.index)) ? block.deliveries[Int(desk.index)] : nil
                row.post = delivery?.post
                row.precedence = delivery?.precedence.word
                return row
            }
    }

    private func row(of changed: JournalRecord.Changed) -> WatchRow {
        var row = WatchRow(at: changed.at, event: changed.change.word)
        name(&row, changed.number)
        if let slot = custody.slot(of: changed.number) { row.post = custody.post(of: slot, delivery: changed.index) }
        switch changed.change {
        case .raised(let precedence): row.precedence = precedence.word
        case .moved(let station): row.station = station.description
        case .held(let why): row.detail = why.sentence
        case .released, .cancelling, .cancelled: break
        }
        row.user = changed.user
        if !changed.reason.isEmpty { row.detail = changed.reason }
        return row
    }

    private func name(_ row: inout WatchRow, _ number: CustodyNumber) {
        row.id = custody.slot(of: number).map { custody.identity(of: $0).description }
    }

    private func describe(_ row: inout WatchRow, _ message: ServiceMessage) {
        row.id = message.identity.description
        row.post = message.post
        row.office = message.office.isEmpty ? nil : message.office
        row.station = message.station.description
        row.precedence = message.precedence.word
        row.detail = message.reason.isEmpty ? nil : message.reason
        switch message.kind {
        case .receipt: row.state = "delivered"
        case .notice: row.state = "undeliverable"
        case .acknowledgment: row.state = "acknowledged"
        case .cancelled: row.state = "cancelled"
        case .held: row.state = "held"
        case .inquiry, .noReceipt, .hasReceipt, .tracer, .traceReport, .rerun, .moved, .cancelOrder, .raiseOrder: break
        }
    }
}
