package import Cables

extension JournalRecord {
    /// The receipt or notice that is the record's own, with its proof and the stations that had custody of it.
    ///
    /// Nil when the record holds none, or none that is signed. A receipt that an acceptance states is a
    /// `StoredReceipt`.
    package var ownService: (message: ServiceMessage, proof: BatchProof, trace: [RoutingIndicator])? {
        switch self {
        case .service(let service): (service.message, service.proof, service.trace)
        case .undeliverable(let end): end.proof.map { (end.message, $0, []) }
        case .carriedService(let carried): (carried.message, carried.proof, carried.trace)
        case .started, .certificate, .accepted, .passed, .read, .reoffered, .carried, .standing: nil
        }
    }
}
