import Cables
import Custody
import Link
import Octets
import Testing
import Transport

@testable import Station

/// Nothing is altered on the way unseen, and nobody speaks in another's name (rules 23 to 25): each attempt of a relay
/// that has gone over to the enemy is refused, with its name.
@Suite("A relay that cannot be trusted")
struct TamperingTests {
    private static let network = "TAMPER"

    /// Keys of an honest originator, of the relay, and of an honest addressee; and what the addressee's station checks with.
    private final class Stage {
        let origin: StationKey
        let relay: StationKey
        let addressee: StationKey
        let book: SignatureBook
        var signers: [RoutingIndicator: BatchSigner] = [:]

        init() throws {
            let authority = try NetworkAuthority(creating: network, labOnly: true, days: 2)
            func key(_ name: String) throws -> StationKey {
                let issued = try authority.issue(RoutingIndicator(name)!, days: 2)
                return try StationKey(certificatePEM: issued.certificatePEM, keyPEM: issued.keyPEM)
            }
            origin = try key("RUAA")
            relay = try key("RUBB")
            addressee = try key("RUCC")
            book = SignatureBook(
                network: network,
                authorities: try Authorities(certificatesPEM: authority.certificatePEM, revocationsPEM: nil))
            for key in [origin, relay, addressee] {
                _ = book.add(key.certificate)
                signers[key.indicator] = BatchSigner(network: network, key: key, start: 7)
            }
        }

        func sign(_ kind: LeafKind, _ content: [UInt8], by key: StationKey) throws -> BatchProof {
            // Beside another statement, as in real life: the path is not empty.
            try signers[key.indicator]!.sign([(kind, content), (.receipt, [1, 2, 3])])[0]
        }

        /// A session of the addressee's with the relay, open.
        func session() -> LinkSession {
            func hello(_ key: StationKey) -> Hello {
                Hello(
                    network: network, station: key.indicator, start: 9, epoch: JournalEpoch(high: 1, low: 2),
                    networkVersion: 0, networkHash: .zero, window: 1 << 20, nextChannel: 1,
                    rememberedEpoch: nil, remembered: [])
            }
            var session = LinkSession(
                link: 0, session: 1, own: hello(addressee), peer: relay.indicator,
                introduced: relay.certificate.fingerprint, limits: LinkLimits(), memory: nil, now: 0)
            feed(.hello(hello(relay)), &session)
            _ = session.next(now: 1)
            session.loopNowKnows()
            return session
        }

        private func feed(_ frame: Frame, _ session: inout LinkSession) {
            frame.encoded.withUnsafeBytes { session.append($0, now: 1) }
        }

        /// What becomes of a frame: `taken`, or the code of the refusal or of the end.
        func verdict(on frame: Frame) -> String {
            var session = session()
            feed(frame, &session)
            return judge(session.next(now: 1) ?? [], &session)
        }

        private func judge(_ actions: [LinkAction], _ session: inout LinkSession) -> String {
            for action in actions {
                switch action {
                case .judgeCable(let cable):
                    let signer = book.signer(of: .cable, content: cable.offer.blockOctets, proof: cable.offer.proof)
                    let hash = cable.offer.body.map { ContentHash.of($0) }
                    return judge(session.judged(cable, signer: signer, bodyHash: hash), &session)
                case .judgeService(let service):
                    let mark = BatchTree.leaf(
                        kind: service.message.leafKind.rawValue, content: service.offer.messageOctets)
                    let signer = book.signer(ofLeaf: mark, proof: service.offer.proof)
                    return judge(session.judged(service, signer: signer, mark: mark), &session)
                case .judgeAuditHead(let head, let proof):
                    let signer = book.signer(of: .auditHead, content: head.encoded, proof: proof)
                    return signer == session.peer ? "taken" : "FORGED"
                case .refusedHere(_, let code, _): return code
                case .end(let code, _, _): return code
                case .cable, .service: return "taken"
                default: continue
                }
            }
            return "nothing"
        }
    }

    private static let text = Array(
        "R 061011Z MAY 26\nFM CAPITAL\nTO NORTH\n\nSECRET\n\nSUBJECT: X\n\n1. (S) TEXT.\n".utf8)

    private static func block() -> SignedBlock {
        SignedBlock(
            network: network,
            identity: CableIdentity(station: RoutingIndicator("RUAA")!, start: 5, number: 1),
            contentHash: ContentHash.of(text), length: UInt64(text.count), from: "CAPITAL", mrn: "CAPITAL 1",
            dateTimeGroup: "061011Z MAY 26", classification: .secret, captions: ["NODIS"], acceptedAt: 1,
            lifeSeconds: 1_000,
            deliveries: [
                SignedBlock.Delivery(
                    post: "NORTH", station: RoutingIndicator("RUCC")!, role: .action, precedence: .routine, niact: false
                )
            ])
    }

    private static func offer(_ block: [UInt8], _ proof: BatchProof, part: [UInt16] = [0], body: [UInt8] = text)
        -> Frame
    {
        .offerCable(
            CableOffer(
                channel: 1, number: CustodyNumber(sequence: 3), suspectedDuplicate: false, ageMilliseconds: 5,
                trace: [RoutingIndicator("RUAA")!, RoutingIndicator("RUBB")!], part: part, blockOctets: block,
                proof: proof, body: body))
    }

    @Test("An honest cable is taken; every octet of block and text that is changed is seen")
    func octets() throws {
        let stage = try Stage()
        let block = Self.block().encoded
        let proof = try stage.sign(.cable, block, by: stage.origin)
        #expect(stage.verdict(on: Self.offer(block, proof)) == "taken")
        for index in block.indices {
            var altered = block
            altered[index] ^= 0x01
            #expect(stage.verdict(on: Self.offer(altered, proof)) != "taken", "octet \(index) of the block")
        }
        for index in Self.text.indices {
            var altered = Self.text
            altered[index] ^= 0x01
            #expect(stage.verdict(on: Self.offer(block, proof, body: altered)) == "CONTENT_HASH", "octet \(index)")
        }
        #expect(stage.verdict(on: Self.offer(block, proof, body: Array(Self.text.dropLast()))) == "CONTENT_HASH")
    }

    @Test("Lower classification, other precedence, another addressee or caption: the originator's signature breaks")
    func envelope() throws {
        let stage = try Stage()
        let honest = Self.block()
        let proof = try stage.sign(.cable, honest.encoded, by: stage.origin)
        var lower = honest
        lower.classification = .unclassified
        var raised = honest
        raised.deliveries[0].precedence = .flash
        var added = honest
        added.deliveries.append(added.deliveries[0])
        added.deliveries[1].post = "ENEMY"
        var moved = honest
        moved.deliveries[0].station = RoutingIndicator("RUBB")!
        var bare = honest
        bare.captions = []
        for (index, block) in [lower, raised, added, moved, bare].enumerated() {
            #expect(stage.verdict(on: Self.offer(block.encoded, proof)) == "SIGNATURE", "change \(index)")
            // Signed by the relay itself, it speaks in another's name: the core holds what its signer may not send.
            let own = try stage.sign(.cable, block.encoded, by: stage.relay)
            let signer = stage.book.signer(of: .cable, content: block.encoded, proof: own)
            #expect(signer != block.identity.station)
        }
        #expect(stage.verdict(on: Self.offer(honest.encoded, proof, part: [0, 1])) == "ENVELOPE")
        #expect(stage.verdict(on: Self.offer(honest.encoded, proof, part: [])) == "ENVELOPE")
    }

    @Test("A batch's signature vouches for nothing but what was in it, in its place and of its kind")
    func batches() throws {
        let stage = try Stage()
        let block = Self.block().encoded
        let proof = try stage.sign(.cable, block, by: stage.origin)
        for change in 0..<6 {
            var replayed = proof
            switch change {
            case 0: replayed.batch += 1
            case 1: replayed.index = 1
            case 2: replayed.count = 4
            case 3: replayed.start += 1
            case 4: replayed.path = []
            default: replayed.signature[8] ^= 0x01
            }
            #expect(stage.verdict(on: Self.offer(block, replayed)) == "SIGNATURE", "change \(change)")
        }
        // A receipt's path does not prove a cable.
        let receipt = try stage.sign(.receipt, block, by: stage.origin)
        #expect(stage.verdict(on: Self.offer(block, receipt)) == "SIGNATURE")
    }

    @Test("A receipt that is altered, or that the relay states for the addressee, is refused")
    func receipts() throws {
        let stage = try Stage()
        let block = Self.block()
        var message = ServiceMessage(
            kind: .receipt, network: Self.network, identity: block.identity, contentHash: block.contentHash,
            post: "NORTH", station: stage.addressee.indicator, office: "OPS", at: 1, precedence: .routine, reason: "")
        func offer(_ message: ServiceMessage, _ proof: BatchProof) -> Frame {
            .offerService(
                ServiceOffer(
                    channel: 2, number: CustodyNumber(sequence: 4), suspectedDuplicate: false, ageMilliseconds: 1,
                    trace: [], messageOctets: message.encoded, proof: proof))
        }
        let proof = try stage.sign(.receipt, message.encoded, by: stage.addressee)
        #expect(stage.verdict(on: offer(message, proof)) == "taken")
        let forged = try stage.sign(.receipt, message.encoded, by: stage.relay)
        #expect(stage.verdict(on: offer(message, forged)) == "SIGNATURE")
        message.office = "REGISTRY"
        #expect(stage.verdict(on: offer(message, proof)) == "SIGNATURE")
        message.kind = .notice
        #expect(stage.verdict(on: offer(message, proof)) == "SIGNATURE")
    }

    @Test("A custody note that is kept proves what was taken; each octet that is changed is seen, with the reason")
    func keptNotes() throws {
        let stage = try Stage()
        let statement = CustodyStatement(
            network: Self.network, taker: stage.relay.indicator, giver: stage.origin.indicator, giverStart: 7,
            channels: [4], marks: [ContentHash.of(Self.text)]
        ).encoded
        let proof = try stage.sign(.custody, statement, by: stage.relay)
        let offer = KeptNote.Offer(
            network: Self.network, taker: stage.relay.indicator, giver: stage.origin.indicator, giverStart: 7,
            channel: 4, mark: ContentHash.of(Self.text))
        func flaw(_ statement: [UInt8], _ proof: BatchProof) -> String? {
            KeptNote(statement: statement, proof: proof).flaw(offer) {
                stage.book.signer(of: .custody, content: $0, proof: $1)
            }
        }
        #expect(flaw(statement, proof) == nil)
        for index in statement.indices {
            var altered = statement
            altered[index] ^= 0x01
            #expect(flaw(altered, proof)?.isEmpty == false, "octet \(index)")
        }
        let forged = try stage.sign(.custody, statement, by: stage.origin)
        #expect(flaw(statement, forged)?.contains("signature of RUBB") == true)
        var other = proof
        other.batch += 1
        #expect(flaw(statement, other)?.contains("signature of RUBB") == true)
    }

    @Test("A head of another's audit, and a custody note for what was not offered, end the session")
    func notes() throws {
        let stage = try Stage()
        let head = AuditHead(
            network: Self.network, station: stage.relay.indicator, epoch: JournalEpoch(high: 1, low: 1), through: 9,
            value: Digest(1, 2, 3, 4))
        let proof = try stage.sign(.auditHead, head.encoded, by: stage.relay)
        #expect(stage.verdict(on: .auditHead(head.encoded, proof)) == "taken")
        var later = head
        later.through += 1
        #expect(stage.verdict(on: .auditHead(later.encoded, proof)) == "FORGED")
        var other = head
        other.station = stage.origin.indicator
        #expect(stage.verdict(on: .auditHead(other.encoded, proof)) == "FORGED")
        let note = CustodyNote(channels: [1...1], proof: proof)
        #expect(stage.verdict(on: .custody(note)) == "FORGED")
    }
}
