package import Cables
package import Octets

/// What sending a cable needs of its stored acceptance; the rest of the record is passed over.
package struct StoredCable: Sendable {
    package var blockOctets: [UInt8]
    package var contentHash: Digest
    /// Nil only in a record that was never signed, which is never sent.
    package var proof: BatchProof?
    package var trace: [RoutingIndicator]
    package var ages: [UInt64] = []
    package var body: CableBody

    /// - Parameter record: a whole journal record.
    /// - Throws: also when it is no acceptance.
    package init(record: OctetReader) throws(OctetFault) {
        var reader = record
        try JournalRecord.expectAcceptance(&reader)
        _ = try CustodySource(from: &reader)
        blockOctets = try reader.bytes(bound: SignedBlock.octetsMax)
        contentHash = try SignedBlock.contentHash(in: blockOctets)
        proof = try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) }
        let around = try Acceptance.Circumference(from: &reader)
        (trace, ages) = (around.trace, around.ages)
        try reader.skip(2 * reader.count(bound: SignedBlock.deliveriesMax))
        try reader.skip(Acceptance.octetsBeforeDesks)
        for _ in 0..<(try reader.count(bound: Acceptance.desksMax)) { _ = try DeskDelivery(from: &reader) }
        body = try CableBody(from: &reader)
    }
}

/// A stored receipt that an acceptance states for one of its desks.
package struct StoredReceipt: Sendable {
    package var message: ServiceMessage
    /// Nil only in a record that was never signed, which is never sent.
    package var proof: BatchProof?

    /// - Parameters:
    ///   - record: a whole journal record.
    ///   - desk: which of the acceptance's desks.
    ///   - station: this station, which states the receipt.
    package init(record: OctetReader, desk: UInt16, station: RoutingIndicator) throws(OctetFault) {
        var reader = record
        try JournalRecord.expectAcceptance(&reader)
        _ = try CustodySource(from: &reader)
        let blockOctets = try reader.bytes(bound: SignedBlock.octetsMax)
        if try reader.bool() { try BatchProof.skip(in: &reader) }
        let around = try Acceptance.Circumference(from: &reader)
        try reader.skip(2 * reader.count(bound: SignedBlock.deliveriesMax))
        try reader.skip(Acceptance.octetsBeforeDesks)
        let count = try reader.count(bound: Acceptance.desksMax)
        guard desk < count else { throw .aboveBound(offset: reader.offset, value: UInt64(desk), bound: count) }
        for _ in 0..<desk { _ = try DeskDelivery(from: &reader) }
        let delivered = try DeskDelivery(from: &reader)
        let (network, identity, hash, delivery) = try SignedBlock.fields(in: blockOctets, delivery: delivered.index)
        message = ServiceMessage(
            kind: .receipt, network: network, identity: identity, contentHash: hash, post: delivery.post,
            station: station, office: delivered.office, at: delivered.at, precedence: delivery.precedence, reason: "",
            replyDue: delivered.replyDue)
        message.way = ServiceMessage.way(
            around.trace, around.ages, deliveredBy: station, age: around.ageMilliseconds)
        proof = delivered.proof
    }
}
