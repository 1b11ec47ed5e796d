package import Cables
package import Octets

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
        case .changed(let changed): changed.message.flatMap { message in changed.proof.map { (message, $0, []) } }
        case .stated(let statement): statement.proof.map { (statement.message, $0, []) }
        case .desk(let record): record.service
        case .started, .certificate, .accepted, .passed, .read, .reoffered, .carried, .standing, .audit, .orders,
            .words,
            .link:
            nil
        }
    }
}

/// What sending a receipt or notice needs of its stored record.
package struct StoredService: Sendable {
    package var message: ServiceMessage
    package var proof: BatchProof
    package var trace: [RoutingIndicator]

    /// Nil where the record was never signed, which is never sent.
    ///
    /// - Parameters:
    ///   - record: a whole journal record.
    ///   - desk: which of an acceptance's desks the receipt is for; nil: the record is the message's own.
    ///   - station: this station.
    package init?(record: OctetReader, desk: UInt16?, station: RoutingIndicator) throws(OctetFault) {
        if let desk {
            let receipt = try StoredReceipt(record: record, desk: desk, station: station)
            guard let proof = receipt.proof else { return nil }
            self.init(message: receipt.message, proof: proof, trace: [])
        } else {
            guard let (message, proof, trace) = try JournalRecord(decoding: record).ownService else { return nil }
            self.init(message: message, proof: proof, trace: trace)
        }
    }

    private init(message: ServiceMessage, proof: BatchProof, trace: [RoutingIndicator]) {
        self.message = message
        self.proof = proof
        self.trace = trace
    }
}
