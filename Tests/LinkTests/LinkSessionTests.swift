import Cables
import Custody
import Link
import Octets
import Testing

/// Two stations A and B with a wire that a test carries by hand.
private struct End: ~Copyable {
    var session: LinkSession

    init(_ own: String, _ peer: String, _ limits: LinkLimits = LinkLimits(), network: String = "N") {
        session = LinkSession(
            link: 0, session: 1, own: Self.hello(own, network: network), peer: RoutingIndicator(peer)!,
            introduced: .zero, limits: limits, memory: nil, now: 0)
    }

    static func hello(_ station: String, network: String = "N") -> Hello {
        Hello(
            network: network, station: RoutingIndicator(station)!, start: 77, epoch: JournalEpoch(high: 1, low: 2),
            networkVersion: 3, networkHash: .zero, window: 1_000_000, nextChannel: 1, rememberedEpoch: nil,
            remembered: [])
    }

    mutating func take(_ octets: [UInt8], at now: UInt64 = 1) -> [LinkAction] {
        octets.withUnsafeBytes { session.append($0, now: now) }
        var all: [LinkAction] = []
        while let actions = session.next(now: now) { all += actions }
        return all
    }

    mutating func take(_ frame: Frame, at now: UInt64 = 1) -> [LinkAction] { take(frame.encoded, at: now) }

    mutating func frames() -> [Frame] {
        var decoder = FrameDecoder()
        let octets = session.takeOutput()
        octets.withUnsafeBytes { decoder.append($0) }
        var found: [Frame] = []
        while let next = try? decoder.next() { found.append(next.frame) }
        return found
    }

    /// Both sides have greeted, and the loop knows.
    static func open(_ limits: LinkLimits = LinkLimits()) -> End {
        var end = End("RUAA", "RUBB", limits)
        _ = end.take(.hello(hello("RUBB")))
        end.session.loopNowKnows()
        _ = end.session.takeOutput()
        return end
    }
}

extension [LinkAction] {
    fileprivate var ending: String? {
        for case .end(let code, _, _) in self { return code }
        return nil
    }
}

private let proof = BatchProof(
    fingerprint: Digest(1, 2, 3, 4), start: 5, batch: 6, index: 1, count: 3, path: [], signature: [7])

private func block(_ length: UInt64, hash: Digest = Digest(5, 5, 5, 5)) -> SignedBlock {
    SignedBlock(
        network: "N", identity: CableIdentity("RUBB-00000001-7")!, contentHash: hash, length: length, from: "HQ",
        mrn: nil, dateTimeGroup: nil, classification: .unclassified, captions: [], acceptedAt: 1, lifeSeconds: 9,
        deliveries: [
            SignedBlock.Delivery(
                post: "POST", station: RoutingIndicator("RUAA")!, role: .action, precedence: .routine, niact: false)
        ])
}

private func offer(_ channel: UInt64, _ length: UInt64, body: [UInt8]? = nil, part: [UInt16] = [0]) -> Frame {
    .offerCable(
        CableOffer(
            channel: channel, number: CustodyNumber(sequence: channel), suspectedDuplicate: false, ageMilliseconds: 0,
            trace: [RoutingIndicator("RUBB")!], part: part, blockOctets: block(length).encoded, proof: proof,
            body: body))
}

@Suite("A session")
struct LinkSessionTests {
    @Test("It opens with the neighbour's hello, of this network and this station only")
    func greeting() {
        var good = End("RUAA", "RUBB")
        guard case .opened? = good.take(.hello(End.hello("RUBB"))).first else {
            Issue.record("not opened")
            return
        }
        var network = End("RUAA", "RUBB")
        #expect(network.take(.hello(End.hello("RUBB", network: "M"))).ending == "WRONG_NETWORK")
        var station = End("RUAA", "RUBB")
        #expect(station.take(.hello(End.hello("RUCC"))).ending == "WRONG_STATION")
        var order = End("RUAA", "RUBB")
        #expect(order.take(.ping(nonce: 1)).ending == "FRAME_OUT_OF_ORDER")
    }

    @Test("Nothing behind the hello is taken before the loop knows of the session, and then all of it")
    func waitsForTheLoop() {
        var end = End("RUAA", "RUBB")
        _ = end.session.takeOutput()
        #expect(end.take(Frame.hello(End.hello("RUBB")).encoded + Frame.ping(nonce: 4).encoded).count == 1)
        #expect(end.frames().isEmpty)
        #expect(end.session.grant(unsent: 0) == nil)
        end.session.loopNowKnows()
        _ = end.session.next(now: 2)
        #expect(end.frames() == [.pong(nonce: 4)])
    }

    @Test("A neighbour that sends more than its window is closed, and hears why")
    func window() {
        var limits = LinkLimits()
        limits.windowOctets = 1_000
        var end = End.open(limits)
        let chunk = Frame.chunk(
            Chunk(channel: 1, offset: 0, last: false, octets: [UInt8](repeating: 1, count: 1 << 20)))
        // Chunks that nobody asked for count, and are given back; an offer's octets are held until it is answered.
        let offer = offer(1, 1 << 20, body: [UInt8](repeating: 1, count: 1 << 20))
        var ending: String?
        for _ in 0..<5 where ending == nil { ending = end.take(offer).ending }
        #expect(ending == "WINDOW_VIOLATED")
        #expect(end.take(chunk).isEmpty)
    }

    @Test("A silent neighbour is asked once, then given up; any octet counts, not only whole frames")
    func silence() {
        var end = End.open()
        #expect(end.session.ticked(unsent: 0, now: 9_999).isEmpty)
        #expect(end.frames().isEmpty)
        _ = end.session.ticked(unsent: 0, now: 10_001)
        #expect(end.frames() == [.ping(nonce: 1)])
        _ = end.session.ticked(unsent: 0, now: 11_000)
        #expect(end.frames().isEmpty)
        _ = end.take([0, 0, 1, 0], at: 11_500)
        for second in 2...20 as ClosedRange<UInt64> { _ = end.take([7], at: 10_000 * second) }
        #expect(end.session.ticked(unsent: 0, now: 201_000).ending == nil)
        #expect(end.session.ticked(unsent: 0, now: 230_000).ending == "NEIGHBOUR_SILENT")
    }

    @Test("A body in parts: it begins with the offset, is taken in order, and its hash is compared before custody")
    func body() {
        var end = End.open()
        guard case .judgeCable(let cable)? = end.take(offer(3, 6)).first else {
            Issue.record("no question for the signature")
            return
        }
        guard case .beginBody? = end.session.judged(cable, signer: end.session.peer, bodyHash: nil).first else {
            Issue.record("no place for the body")
            return
        }
        end.session.bodyBegins(channel: 3, at: 0)
        #expect(end.frames() == [.resume(channel: 3, offset: 0)])
        let first = end.take(.chunk(Chunk(channel: 3, offset: 0, last: false, octets: [1, 2, 3, 4])))
        guard case .appendBody(3, [1, 2, 3, 4])? = first.first else {
            Issue.record("the octets are not kept")
            return
        }
        guard case .finishBody(3)? = end.take(.chunk(Chunk(channel: 3, offset: 4, last: true, octets: [5, 6]))).last
        else {
            Issue.record("the body is not finished")
            return
        }
        let wrong = end.session.bodyEnds(channel: 3, hash: .zero, body: .inline([]))
        guard case .refusedHere(3, "CONTENT_HASH", _)? = wrong.first else {
            Issue.record("altered octets were taken")
            return
        }
    }

    @Test("A chunk out of order ends the session, and the body's place is given up")
    func chunkOutOfOrder() {
        var end = End.open()
        guard case .judgeCable(let cable)? = end.take(offer(3, 6)).first else { return }
        _ = end.session.judged(cable, signer: end.session.peer, bodyHash: nil)
        let actions = end.take(.chunk(Chunk(channel: 3, offset: 2, last: false, octets: [1])))
        #expect(actions.ending == "FRAME_OUT_OF_ORDER")
        guard case .dropBody(3, keeps: true)? = actions.first else {
            Issue.record("the body is kept")
            return
        }
    }

    @Test("A body goes on where it stopped; what a hasty neighbour sends again is passed over (rule 18)")
    func resume() {
        var end = End.open()
        guard case .judgeCable(let cable)? = end.take(offer(3, 6)).first else { return }
        _ = end.session.judged(cable, signer: end.session.peer, bodyHash: nil)
        end.session.bodyBegins(channel: 3, at: 4)
        #expect(end.frames() == [.resume(channel: 3, offset: 4)])
        #expect(end.take(.chunk(Chunk(channel: 3, offset: 0, last: false, octets: [1, 2, 3]))).isEmpty)
        let actions = end.take(.chunk(Chunk(channel: 3, offset: 3, last: true, octets: [4, 5, 6])))
        guard case .appendBody(3, [5, 6])? = actions.first, case .finishBody(3)? = actions.last else {
            Issue.record("the overlap is not passed over")
            return
        }
        let wrong = end.session.bodyEnds(channel: 3, hash: .zero, body: .inline([]))
        guard case .refusedHere(3, Frame.offerAgain, _)? = wrong.first else {
            Issue.record("a wrong part is not offered again")
            return
        }
    }

    @Test("What does not fit its block, or whose signature does not hold, is refused")
    func refusals() {
        var end = End.open()
        guard case .refusedHere(1, "ENVELOPE", _)? = end.take(offer(1, 6, part: [1])).first else {
            Issue.record("a delivery that the block does not have")
            return
        }
        guard case .judgeCable(let cable)? = end.take(offer(2, 6)).first,
            case .refusedHere(2, "SIGNATURE", _)? = end.session.judged(cable, signer: nil, bodyHash: nil).first
        else {
            Issue.record("a forged cable")
            return
        }
        guard case .refusedHere(3, "TOO_LARGE", _)? = end.take(offer(3, 90 << 20)).first else {
            Issue.record("too large")
            return
        }
        let codes = end.frames().compactMap { frame in
            if case .refuse(_, let code, _) = frame { return code }
            return nil
        }
        #expect(codes == ["ENVELOPE", "SIGNATURE", "TOO_LARGE"])
    }

    @Test("A custody note for what was not offered, or not signed by the neighbour, ends the session")
    func notes() {
        var end = End.open()
        #expect(end.take(.custody(CustodyNote(channels: [1...1], proof: proof))).ending == "FORGED")
        var other = End.open()
        let slice = Slice(
            channel: 1, number: CustodyNumber(sequence: 1), precedence: .flash, ageMilliseconds: 0,
            suspectedDuplicate: false,
            content: .chunk(RecordPlace(segment: 0, offset: 0), offset: 0, count: 0, last: true),
            cost: 0)
        other.session.send(slice, chunk: [], offset: 0, last: true, now: 1)
        #expect(other.take(.custody(CustodyNote(channels: [1...1], proof: proof))).ending == "FORGED")
    }

    @Test(
        "Between two chunks of a body there are 256 octets of custody notes, or one note, and none is kept for long (rule 16)"
    )
    func notesBetweenChunks() {
        var end = End.open()
        func slice() -> Slice {
            Slice(
                channel: 1, number: CustodyNumber(sequence: 1), precedence: .routine, ageMilliseconds: 0,
                suspectedDuplicate: false,
                content: .chunk(RecordPlace(segment: 1, offset: 1), offset: 0, count: 500, last: false), cost: 532)
        }
        func notes(_ frames: [Frame]) -> Int { frames.count { if case .custody = $0 { true } else { false } } }
        let note = Frame.custody(CustodyNote(channels: [4...4], proof: proof))
        end.session.send(slice(), chunk: [UInt8](repeating: 1, count: 500), offset: 0, last: false, now: 2)
        for _ in 0..<20 { end.session.say(note) }
        let first = notes(end.frames())
        #expect(first > 0 && (first - 1) * note.encoded.count < 256 && first < 20)
        end.session.send(slice(), chunk: [UInt8](repeating: 1, count: 500), offset: 500, last: false, now: 3)
        #expect(notes(end.frames()) == first)
        end.session.send(slice(), chunk: [UInt8](repeating: 1, count: 500), offset: 1_000, last: true, now: 4)
        #expect(notes(end.frames()) == 20 - 2 * first)
    }
}
