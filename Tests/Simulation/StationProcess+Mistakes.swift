import Cables
import Custody

/// Mistakes made on purpose in what a station records.
extension StationProcess {
    /// Before it is signed: the station itself states what is not so.
    func misstate(_ records: inout [JournalRecord], _ mutation: Mutation) {
        for index in records.indices {
            switch records[index] {
            case .stated(var statement) where mutation == .tracerTellsTales && statement.message.kind == .traceReport:
                for step in statement.message.steps.indices where statement.message.steps[step].outcome == .passed {
                    statement.message.steps[step].outcome = .delivered
                }
                records[index] = .stated(statement)
            case .accepted(var acceptance) where mutation == .rerunUnnamed && acceptance.block.rerunOf != nil:
                acceptance.block.rerunOf = nil
                acceptance.blockOctets = acceptance.block.encoded
                records[index] = .accepted(acceptance)
            case .started, .certificate, .accepted, .passed, .service, .undeliverable, .read, .reoffered, .carried,
                .carriedService, .standing, .audit, .stated, .desk, .changed, .orders, .words, .link:
                continue
            }
        }
    }

    func mistake(_ records: inout [JournalRecord]) {
        for index in records.indices {
            guard case .changed(var changed) = records[index] else { continue }
            switch changed.change {
            case .raised where station.mutation == .raiseTakenForCancel: changed.change = .cancelled
            case .cancelling where station.mutation == .cancelledTooEarly: changed.change = .cancelled
            case .held, .released, .cancelling, .cancelled, .raised, .moved: continue
            }
            records[index] = .changed(changed)
        }
    }

    /// Of what is carried forward a part is left out.
    func forget(_ records: inout [JournalRecord]) {
        for index in records.indices {
            switch records[index] {
            case .carried(var carried) where station.mutation == .carryForgetsPassed:
                for place in carried.state.deliveries.indices where carried.state.deliveries[place].state == .inTransit
                {
                    carried.state.deliveries[place].state = .queued
                    carried.state.deliveries[place].link = nil
                }
                records[index] = .carried(carried)
            case .standing(var standing) where station.mutation == .carryForgetsMarks:
                standing.marks.removeAll()
                records[index] = .standing(standing)
            case .started, .certificate, .accepted, .passed, .service, .undeliverable, .read, .reoffered, .carried,
                .carriedService, .standing, .audit, .stated, .desk, .changed, .orders, .words, .link:
                break
            }
        }
    }

    func reuseNumber(_ records: inout [JournalRecord]) {
        for index in records.indices {
            guard case .accepted(var acceptance) = records[index], let arrival = acceptance.desks.first?.arrival,
                arrival > 1
            else { continue }
            acceptance.desks[0].arrival = arrival - 1
            records[index] = .accepted(acceptance)
            hasReusedNumber = true
            return
        }
    }
}
