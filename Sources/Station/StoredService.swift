import Cables
import Custody

extension JournalRecord {
    /// The receipt or notice that a record holds, with its proof and the stations that had custody of it.
    ///
    /// - Parameters:
    ///   - desk: which desk of an acceptance; nil where the record is the message's own.
    ///   - station: this station, which states the receipts of its acceptances.
    /// - Returns: nil when the record holds none, or none that is signed.
    func service(
        desk: UInt16?, by station: RoutingIndicator
    ) -> (message: ServiceMessage, proof: BatchProof, trace: [RoutingIndicator])? {
        switch self {
        case .accepted(let acceptance):
            guard let desk, Int(desk) < acceptance.desks.count, let proof = acceptance.desks[Int(desk)].proof else {
                return nil
            }
            return (acceptance.receipt(for: acceptance.desks[Int(desk)], by: station), proof, [])
        case .service(let service): return (service.message, service.proof, service.trace)
        case .undeliverable(let end): return end.proof.map { (end.message, $0, []) }
        case .started, .certificate, .passed, .read: return nil
        }
    }
}
