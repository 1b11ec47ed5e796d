import Cables
import Custody
import Octets
import Testing

/// What a neighbour may write into an envelope or a message without anybody's signature, and what a member of the network
/// may sign, must not stop a station nor speak for another.
@Suite("Hostile words")
struct HostileWordsTests {
    private static func message(_ kind: ServiceMessage.Kind, by station: String, office: String = "") -> ServiceMessage
    {
        ServiceMessage(
            kind: kind, network: "ROW", identity: CableIdentity(station: indicator("RUAA"), start: 5, number: 1),
            contentHash: Digest(1, 0, 0, 0), post: "NORTH", station: indicator(station), office: office, at: 1,
            precedence: .routine, reason: "")
    }

    @Test("An age without bound is taken as the greatest there is, also out of a journal")
    func age() throws {
        var station = TestStation("RUBB")
        let record = JournalRecord.service(
            JournalRecord.ServiceCustody(
                offered: CustodySource.Offered(
                    peer: indicator("RUCC"), epoch: TestStation.epoch, number: CustodyNumber(sequence: 1), start: 1,
                    channel: 1, suspectedDuplicate: false),
                message: Self.message(.receipt, by: "RUCC"), proof: TestStation.proof, ageMilliseconds: .max, trace: [],
                at: 0, previous: .none))
        station.core.replay(
            try RecordDigest(record), sequence: 900, place: RecordPlace(segment: 1, offset: 900), at: station.now)
        let later = Instant(boot: station.now.boot + 1_000_000, wall: station.now.wall + 1_000_000)
        var actions = Actions()
        station.core.woke(at: later, &actions)
    }

    @Test("A time that no clock shows is no time: the message is refused")
    func time() throws {
        var receipt = Self.message(.receipt, by: "RUCC", office: "OPS")
        for due in [Int64.max, Int64.min, 1 << 50] {
            receipt.replyDue = due
            #expect(throws: OctetFault.self) { try ServiceMessage(decoding: receipt.encoded) }
        }
        receipt.replyDue = 1_800_000_000_000
        #expect(try ServiceMessage(decoding: receipt.encoded) == receipt)
    }

    @Test("Others' long words are cut in a history, so that what is written can be read back")
    func words() throws {
        let long = String(repeating: "é", count: 3_000)
        let event = Carried.Event(at: 1, name: long, link: long, post: long, detail: long)
        #expect(event.name.utf8.count <= 64 && !event.name.isEmpty)
        #expect((event.post ?? "").utf8.count <= 1_024)
        #expect((event.detail ?? "").utf8.count <= 2_048)
    }

    /// A cable for NORTH at RUCC waits at its originator's station; the relay RUBB lies about it.
    private func afterLie(_ message: ServiceMessage) throws -> DeliveryReport {
        var station = TestStation("RUAA")
        _ = station.submit()
        _ = station.sync()
        let offered = CustodySource.Offered(
            peer: indicator("RUBB"), epoch: TestStation.epoch, number: CustodyNumber(sequence: 1), start: 1, channel: 1,
            suspectedDuplicate: false)
        _ = station.act { core, now, actions in
            core.linkUp(
                0, session: 1,
                neighbour: NeighbourMemory(
                    start: 1, epoch: TestStation.epoch, rememberedEpoch: nil, remembered: []), at: now, &actions)
            core.arrive(
                ServiceArrival(
                    link: 0, session: 1, offered: offered, message: message, proof: TestStation.proof,
                    signer: message.station, mark: .zero, ageMilliseconds: 1, trace: []), at: now, &actions)
        }
        guard case .found(let slot) = station.core.find("RUAA-") else {
            throw OctetFault.unknownValue(offset: 0, value: 0)
        }
        return try #require(station.core.reports(of: slot).first)
    }

    @Test("A relay can neither move a post, nor end what waits elsewhere, nor cancel what nobody cancelled")
    func relay() throws {
        #expect(try afterLie(Self.message(.moved, by: "RUBB", office: "RUBB")).station == indicator("RUCC"))
        #expect(try afterLie(Self.message(.cancelled, by: "RUBB")).state == .queued)
        #expect(try afterLie(Self.message(.notice, by: "RUBB")).state == .queued)
        #expect(try afterLie(Self.message(.receipt, by: "RUBB", office: "OPS")).state == .queued)
    }
}
