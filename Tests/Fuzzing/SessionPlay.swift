import Cables
import Custody
import Link
import Octets

/// One session between two stations as a list of operations plays it: the neighbour's octets, legal frames in any order,
/// the loop's answers, time.
struct SessionPlay: ~Copyable {
    private var session: LinkSession
    private var now: UInt64 = 0
    private var channel: UInt64 = 0
    private var ends = 0
    private var bodies: Set<UInt64> = []
    private var unsent = 0

    private static let peer = RoutingIndicator("RUBB")!

    init() {
        session = LinkSession(
            link: 0, session: 1, own: Self.hello("RUAA"), peer: Self.peer, introduced: .zero, limits: LinkLimits(),
            memory: nil, now: 0)
    }

    private static func hello(_ name: String) -> Hello {
        Hello(
            network: "N", station: RoutingIndicator(name)!, start: 1, epoch: JournalEpoch(high: 1, low: 2),
            networkVersion: 1, networkHash: .zero, window: 1 << 20, nextChannel: 1, rememberedEpoch: nil,
            remembered: [])
    }

    private static let proof = BatchProof(
        fingerprint: .zero, start: 0, batch: 0, index: 0, count: 1, path: [], signature: [1])

    private static func block(_ length: UInt64) -> SignedBlock {
        SignedBlock(
            network: "N", identity: CableIdentity("RUBB-00000001-7")!, contentHash: .zero, length: length, from: "HQ",
            mrn: nil, dateTimeGroup: nil, classification: .unclassified, captions: [], acceptedAt: 1, lifeSeconds: 9,
            deliveries: [
                SignedBlock.Delivery(
                    post: "P", station: RoutingIndicator("RUAA")!, role: .action, precedence: .routine, niact: false)
            ])
    }

    private func slice(_ cost: Int) -> Slice {
        Slice(
            channel: channel, number: CustodyNumber(sequence: channel), precedence: .routine, ageMilliseconds: 0,
            suspectedDuplicate: false,
            content: .chunk(RecordPlace(segment: 0, offset: 0), offset: 0, count: 0, last: true),
            cost: cost)
    }

    mutating func act(_ operation: UInt8, _ octets: [UInt8]) {
        let number = octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        now += UInt64(operation >> 4) * 500
        switch operation & 0x0f {
        case 0: take(octets)
        case 1: take(Frame.hello(Self.hello("RUBB")).encoded)
        case 2:
            session.loopNowKnows()
            run()
        case 3:
            take(
                Frame.offerCable(
                    CableOffer(
                        channel: number % 8, number: CustodyNumber(sequence: 1), suspectedDuplicate: false,
                        ageMilliseconds: 0, trace: [], part: [0], blockOctets: Self.block(number % 5_000).encoded,
                        proof: Self.proof, body: number % 3 == 0 ? octets : nil)
                ).encoded)
        case 4:
            take(
                Frame.chunk(
                    Chunk(channel: number % 8, offset: number % 5_000, last: number % 2 == 0, octets: octets)
                ).encoded)
        case 5: take(Frame.custody(CustodyNote(channels: [number % 8...number % 8 + 1], proof: Self.proof)).encoded)
        case 6: take(Frame.window(octets: UInt32(truncatingIfNeeded: number)).encoded)
        case 7: take(Frame.pong(nonce: number % 300).encoded)
        case 8: take(Frame.ping(nonce: number).encoded)
        case 9:
            channel += 1
            session.send(slice(octets.count), chunk: octets, offset: 0, last: true, now: now)
        case 10:
            if let room = session.grant(unsent: unsent) { precondition(room.octets >= 0 && room.chunkOctets >= 256) }
        case 11:
            unsent = Int(number % 400_000)
            perform(session.ticked(unsent: unsent, now: now))
        case 12: session.say(.refuse(channel: number % 8, code: "X", message: ""))
        case 13: for body in bodies.sorted() { perform(session.bodyFailed(channel: body, code: "DISK", why: "")) }
        case 14: take(Frame.resume(channel: number % 8, offset: number).encoded)
        default: take(Frame.refuse(channel: number % 8, code: "Y", message: "").encoded)
        }
        _ = session.takeOutput()
    }

    mutating func end() {
        perform(session.close(code: "END", text: "the play is over"))
        perform(session.lost())
        precondition(ends == 1, "a session ends once: \(ends)")
        precondition(bodies.isEmpty, "every body's place is given up")
    }

    private mutating func take(_ octets: [UInt8]) {
        octets.withUnsafeBytes { session.append($0, now: now) }
        run()
    }

    private mutating func run() {
        while let actions = session.next(now: now) { perform(actions) }
    }

    private mutating func perform(_ actions: [LinkAction]) {
        for action in actions {
            switch action {
            case .judgeCable(let cable):
                perform(
                    session.judged(cable, signer: cable.offer.channel == 7 ? nil : Self.peer, bodyHash: .zero))
            case .judgeService(let service): perform(session.judged(service, signer: Self.peer, mark: .zero))
            case .judgeNote(let note): perform(session.judged(note, isGenuine: true, now: now))
            case .beginBody(let cable):
                precondition(bodies.insert(cable.offer.channel).inserted, "a body begins once")
                session.bodyBegins(channel: cable.offer.channel, at: cable.block.length / 2)
            case .finishBody(let channel):
                bodies.remove(channel)
                perform(
                    session.bodyEnds(
                        channel: channel, hash: channel == 6 ? Digest(1, 0, 0, 0) : .zero, body: .inline([])))
            case .dropBody(let channel, _): bodies.remove(channel)
            case .end: ends += 1
            case .opened, .certificate, .appendBody, .cable, .service, .resume, .custodyPassed, .refused, .refusedHere,
                .windowOpened, .judgeAuditHead, .auditAsked, .auditHeld, .auditNotHeld,
                .noticed, .drained:
                break
            }
        }
    }
}
