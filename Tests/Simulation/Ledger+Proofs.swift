import Cables
import Custody
import Link
import Octets
import Routing

/// What is kept of others' words must prove what it is kept for.
extension Ledger {
    /// The note that is kept beside a passing of custody names each cable, under its channel and with its octets.
    func checkNote(_ station: SimulatedStation, _ passed: JournalRecord.Passed) {
        guard let note = passed.note else { return }
        for item in passed.items where item.number.isCable {
            guard case .accepted(let acceptance)? = books[station.index].kept[item.number.sequence]?.digest,
                let truth = truths[acceptance.mark]
            else { continue }
            let offer = KeptNote.Offer(
                network: plan.network.name, taker: passed.peer, giver: station.name, giverStart: passed.start,
                channel: item.channel, mark: SimulatedHash.of(truth.octets))
            let flaw = note.flaw(offer) { statement, proof in
                station.seals.verifies(proof, of: SimulatedSeals.leaf(.custody, statement), by: passed.peer)
                    ? passed.peer : nil
            }
            counts.notes += 1
            guard let flaw else { continue }
            return world.breaks(
                .proofsHold, station: station.index, "\(acceptance.identity) has passed to \(passed.peer): \(flaw)")
        }
    }
}
