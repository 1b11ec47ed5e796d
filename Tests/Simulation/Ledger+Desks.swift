import Cables
import Custody
import Journal
import Octets
import Routing

/// What people do at desks, and replies: what is true of them.
extension Ledger {
    /// A record about a desk is written.
    func checkDesk(_ station: SimulatedStation, _ record: DeskRecord) {}

    /// An acknowledgment is true where a person gave it, and the addressee's disk has it.
    func checkAcknowledgment(_ station: SimulatedStation, _ identity: CableIdentity, _ post: String) {
        checkReceipt(station, identity, post)
    }
}
