import Cables
import Custody
import Octets
import Transport

/// Carries the audit's chain on as records are made, and says what of it is to be signed: with every batch, so that
/// nothing in it can be taken back (rule 25).
struct AuditSealer {
    private var chain: AuditChain
    /// The last record that a signed head covers.
    private var sealedThrough: UInt64
    private let network: String
    private let station: RoutingIndicator

    init(chain: AuditChain, network: String, station: RoutingIndicator) {
        self.chain = chain
        sealedThrough = chain.through
        self.network = network
        self.station = station
    }

    /// Takes the entries of the records that were just made and have no place yet.
    mutating func take(_ custody: borrowing StationCustody) {
        custody.newEntries { chain.add($0, $1, hash: ContentHash.of) }
    }

    /// What is to be signed; nil when nothing is new.
    func head(epoch: JournalEpoch) -> AuditHead? {
        guard chain.through > sealedThrough else { return nil }
        return AuditHead(
            network: network, station: station, epoch: epoch, through: chain.through, value: chain.value)
    }

    /// The record of a signed head, for the same commit.
    mutating func keep(
        _ head: AuditHead, _ proof: BatchProof, in custody: inout StationCustody, at now: Instant
    ) -> [JournalRecord] {
        sealedThrough = head.through
        var actions = Actions()
        custody.keepAuditHead(head, proof, at: now, &actions)
        return actions.persist
    }
}
