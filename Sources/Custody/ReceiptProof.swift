package import Cables
package import Octets

/// What a station can show to anybody about a cable: the originator's signed block, and what addressees' stations signed
/// in answer, each with its way to a batch signature and its signer's certificate (rule 25).
///
/// Whoever holds the network's authority can check it without a station. It contains no text of the cable.
package struct ReceiptProof: Equatable, Sendable {
    /// Something that one station signed.
    package struct Statement: Equatable, Sendable {
        package var content: [UInt8]
        package var proof: BatchProof
        /// The signer's (DER).
        package var certificate: [UInt8]

        package init(content: [UInt8], proof: BatchProof, certificate: [UInt8]) {
            self.content = content
            self.proof = proof
            self.certificate = certificate
        }
    }

    /// Octets of a packed proof at most.
    package static let octetsMax = 64 << 20
    private static let version: UInt8 = 1
    private static let certificateOctetsMax = 1 << 16

    /// A `SignedBlock`.
    package var cable: Statement
    /// `ServiceMessage`s, in the order in which they came.
    package var answers: [Statement]

    package init(cable: Statement, answers: [Statement]) {
        self.cable = cable
        self.answers = answers
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter(reserving: 4_096)
        writer.u8(Self.version)
        Self.write(cable, to: &writer)
        writer.list(answers) { Self.write($1, to: &$0) }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        try reader.expect(version: Self.version)
        cable = try Self.statement(&reader)
        answers = try reader.list(bound: 2 * SignedBlock.deliveriesMax) { reader throws(OctetFault) in
            try Self.statement(&reader)
        }
        try reader.finish()
    }

    private static func write(_ statement: Statement, to writer: inout OctetWriter) {
        writer.bytes(statement.content)
        statement.proof.write(to: &writer)
        writer.bytes(statement.certificate)
    }

    private static func statement(_ reader: inout OctetReader) throws(OctetFault) -> Statement {
        Statement(
            content: try reader.bytes(bound: SignedBlock.octetsMax), proof: try BatchProof(from: &reader),
            certificate: try reader.bytes(bound: certificateOctetsMax))
    }
}

extension ReceiptProof {
    /// Whose signature holds over a statement.
    package struct Signer: Equatable, Sendable {
        package var network: String
        package var station: RoutingIndicator

        package init(network: String, station: RoutingIndicator) {
            self.network = network
            self.station = station
        }
    }

    /// Why a statement proves nothing.
    package enum Flaw: Error, Equatable, Sendable {
        case unreadable
        /// The signature, or the certificate behind it, as who checked it says.
        case unsigned(String)
        /// Signed by another station than the statement names, or by one that may not make it.
        case wrongSigner(RoutingIndicator, expected: RoutingIndicator)
        case otherNetwork(String)
        case otherCable
        /// The cable has no such delivery.
        case noSuchDelivery(post: String)

        package var sentence: String {
            switch self {
            case .unreadable: "it cannot be read: octets are missing or were changed"
            case .unsigned(let why): why
            case .wrongSigner(let signer, let expected): "\(signer) signed it, and only \(expected) could"
            case .otherNetwork(let name): "its signer belongs to network \(name)"
            case .otherCable: "it is about another cable"
            case .noSuchDelivery(let post): "the cable was not addressed to \(post)"
            }
        }
    }

    /// The block that the originator's station signed, once it is proved.
    ///
    /// - Parameter signer: the station whose signature holds over a statement, or why none does.
    package func block(
        signer: (LeafKind, Statement) -> Result<Signer, Flaw>
    ) -> Result<SignedBlock, Flaw> {
        let block: SignedBlock
        do throws(OctetFault) {
            block = try SignedBlock(decoding: cable.content)
        } catch {
            return .failure(.unreadable)
        }
        switch signer(.cable, cable) {
        case .failure(let flaw): return .failure(flaw)
        case .success(let signer):
            guard signer.network == block.network else { return .failure(.otherNetwork(signer.network)) }
            guard signer.station == block.identity.station else {
                return .failure(.wrongSigner(signer.station, expected: block.identity.station))
            }
            return .success(block)
        }
    }

    /// What one answer says of the cable, once it is proved.
    package static func message(
        _ answer: Statement, of block: SignedBlock, signer: (LeafKind, Statement) -> Result<Signer, Flaw>
    ) -> Result<ServiceMessage, Flaw> {
        let message: ServiceMessage
        do throws(OctetFault) {
            message = try ServiceMessage(decoding: answer.content)
        } catch {
            return .failure(.unreadable)
        }
        switch signer(message.leafKind, answer) {
        case .failure(let flaw): return .failure(flaw)
        case .success(let signer):
            guard signer.network == block.network else { return .failure(.otherNetwork(signer.network)) }
            guard signer.station == message.station else {
                return .failure(.wrongSigner(signer.station, expected: message.station))
            }
        }
        guard message.network == block.network, message.identity == block.identity,
            message.contentHash == block.contentHash
        else { return .failure(.otherCable) }
        guard block.deliveries.contains(where: { $0.post == message.post }) else {
            return .failure(.noSuchDelivery(post: message.post))
        }
        return .success(message)
    }
}
