import Cables
import Custody
import Journal
import Octets

/// Cables that addressees ask for once more, as `ControlDesk` sends them in the daemon.
extension StationProcess {
    func acceptance(_ place: RecordPlace) throws -> Acceptance {
        let record = try journal.read(RecordLocation(segment: place.segment, offset: place.offset))
        guard case .accepted(let acceptance) = try JournalRecord(decoding: try JournalRecord.acceptance(in: record))
        else { throw OctetFault.unknownValue(offset: 1, value: 0) }
        return acceptance
    }

    /// Reading takes a moment, in which the process may end.
    func rerun(_ place: RecordPlace, _ name: String, _ key: String) {
        guard station.mutation != .rerunForgotten else { return }
        after(1) { [unowned self] in
            do {
                let original = try acceptance(place)
                post { custody, now, actions in custody.rerun(original, post: name, key: key, at: now, &actions) }
            } catch {
                post { custody, _, _ in custody.rerunFailed(key) }
            }
        }
    }

    /// A cable whose post has come here is read for its desk.
    func bringHome(_ place: RecordPlace, _ homecoming: Homecoming) {
        guard station.mutation != .homecomingForgotten else { return }
        after(1) { [unowned self] in
            do {
                let original = try acceptance(place)
                let reading = try reading(of: original.body, depth: .whole)
                post { custody, now, actions in
                    custody.comeHome(homecoming, original, reading, at: now, &actions)
                }
            } catch {
                post { custody, _, _ in custody.homecomingFailed(homecoming) }
            }
        }
    }
}
