package import Custody
package import Octets

/// What the core chose to send next, as frames.
extension LinkSession {
    /// Offers a cable.
    ///
    /// - Parameter body: whole, where it goes with the offer.
    /// - Returns: false when the cable was never signed, which is a mistake of this station's.
    package mutating func offer(_ slice: Slice, _ cable: StoredCable, deliveries: [UInt16], body: [UInt8]?, now: UInt64)
        -> Bool
    {
        clock = now
        guard let proof = cable.proof else { return false }
        use(cost: slice.cost)
        offered[slice.channel] = cable.contentHash
        var envelope = CableOffer(
            channel: slice.channel, number: slice.number, suspectedDuplicate: slice.suspectedDuplicate,
            ageMilliseconds: slice.ageMilliseconds, trace: cable.trace + [own.station], part: deliveries,
            blockOctets: cable.blockOctets, proof: proof, body: body)
        envelope.moved = slice.moved
        if cable.ages.count == cable.trace.count { envelope.ages = cable.ages + [slice.ageMilliseconds] }
        put(.offerCable(envelope))
        return true
    }

    /// Offers a receipt or notice.
    ///
    /// - Parameter mark: the leaf hash of the message, which the neighbour's note must name.
    package mutating func offer(_ slice: Slice, _ service: StoredService, _ octets: [UInt8], mark: Digest, now: UInt64)
    {
        clock = now
        use(cost: slice.cost)
        offered[slice.channel] = mark
        put(
            .offerService(
                ServiceOffer(
                    channel: slice.channel, number: slice.number, suspectedDuplicate: slice.suspectedDuplicate,
                    ageMilliseconds: slice.ageMilliseconds,
                    trace: service.trace.suffix(Acceptance.traceMax - 1) + [own.station],
                    messageOctets: octets, proof: service.proof)))
    }

    /// Sends a part of a body.
    package mutating func send(_ slice: Slice, chunk octets: [UInt8], offset: UInt32, last: Bool, now: UInt64) {
        clock = now
        use(cost: slice.cost)
        put(.chunk(Chunk(channel: slice.channel, offset: UInt64(offset), last: last, octets: octets)))
    }

    /// What was chosen cannot be read here and is not sent.
    package mutating func skip(_ slice: Slice) { use(cost: slice.cost) }

    /// This station's own mistake ends the session.
    package mutating func abort(code: String, text: String) -> [LinkAction] {
        guard state != .closed else { return [] }
        return fail(.ownFault(code: code, text: text))
    }
}
