package import Cables
package import Octets

/// What a custody note signs: who took what from whom. `marks` are the content hash of each cable, or the leaf hash of
/// each receipt, in the order of the channels.
package struct CustodyStatement: Equatable, Sendable {
    /// Channels of one statement that are read at most.
    private static let channelsMax = 1 << 16

    package var network: String
    package var taker: RoutingIndicator
    package var giver: RoutingIndicator
    package var giverStart: UInt64
    package var channels: [UInt64]
    package var marks: [Digest]

    package init(
        network: String, taker: RoutingIndicator, giver: RoutingIndicator, giverStart: UInt64, channels: [UInt64],
        marks: [Digest]
    ) {
        self.network = network
        self.taker = taker
        self.giver = giver
        self.giverStart = giverStart
        self.channels = channels
        self.marks = marks
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter(reserving: 64 + marks.count * 40)
        writer.string(network)
        writer.indicator(taker)
        writer.indicator(giver)
        writer.u64(giverStart)
        writer.count(channels.count)
        for (channel, mark) in zip(channels, marks) {
            writer.varint(channel)
            writer.digest(mark)
        }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        network = try reader.string(bound: 256)
        taker = try reader.indicator()
        giver = try reader.indicator()
        giverStart = try reader.u64()
        channels = []
        marks = []
        for _ in 0..<(try reader.count(bound: Self.channelsMax)) {
            channels.append(try reader.varint())
            marks.append(try reader.digest())
        }
        try reader.finish()
    }
}

/// A neighbour's custody note as it is kept with the record that custody has passed: so that it can be proved later, on
/// disk and not in memory.
package struct KeptNote: Equatable, Sendable {
    /// A note for more than some 3,000 offers at once is not kept; what it says still holds.
    package static let octetsMax = 128 << 10

    /// What the neighbour signed.
    package var statement: [UInt8]
    package var proof: BatchProof

    package init(statement: [UInt8], proof: BatchProof) {
        self.statement = statement
        self.proof = proof
    }

    func write(to writer: inout OctetWriter) {
        writer.bytes(statement)
        proof.write(to: &writer)
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        statement = try reader.bytes(bound: Self.octetsMax)
        proof = try BatchProof(from: &reader)
    }

    /// The offer that a note is to prove the taking of.
    package struct Offer: Sendable {
        package var network: String
        package var taker: RoutingIndicator
        package var giver: RoutingIndicator
        package var giverStart: UInt64
        package var channel: UInt64
        package var mark: Digest

        package init(
            network: String, taker: RoutingIndicator, giver: RoutingIndicator, giverStart: UInt64, channel: UInt64,
            mark: Digest
        ) {
            self.network = network
            self.taker = taker
            self.giver = giver
            self.giverStart = giverStart
            self.channel = channel
            self.mark = mark
        }
    }

    /// Why the note does not prove that the offer was taken; nil: it does.
    ///
    /// - Parameter signer: whose signature stands under a statement, as far as the certificates are good.
    package func flaw(
        _ offer: Offer, signer: (_ statement: [UInt8], BatchProof) -> RoutingIndicator?
    ) -> String? {
        guard let said = Self.read(statement) else { return "the note cannot be read" }
        guard said.network == offer.network, said.giver == offer.giver, said.giverStart == offer.giverStart else {
            return "the note is for another station, or for an earlier start"
        }
        guard said.taker == offer.taker else { return "the note is of \(said.taker), not of \(offer.taker)" }
        guard let place = said.channels.firstIndex(of: offer.channel) else {
            return "the note does not name offer \(offer.channel)"
        }
        guard said.marks[place] == offer.mark else { return "the note is for other octets" }
        guard signer(statement, proof) == offer.taker else {
            return "the signature of \(offer.taker) does not hold, or its certificate is not good now"
        }
        return nil
    }

    private static func read(_ statement: [UInt8]) -> CustodyStatement? {
        do throws(OctetFault) { return try CustodyStatement(decoding: statement) } catch { return nil }
    }
}
