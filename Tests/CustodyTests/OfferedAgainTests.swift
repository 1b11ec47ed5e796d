import Cables
import Custody
import Octets
import Testing

@Suite("What a neighbour has forgotten is offered again (rules 9 and 10)")
struct OfferedAgainTests {
    private static let peerEpoch = JournalEpoch(high: 7, low: 7)

    /// RUAA has handed two cables to RUBB, which holds them under channels 1 and 2; the link is down.
    private func passedTwo() throws -> TestStation {
        var station = TestStation("RUAA")
        station.linkUp(0, session: 1, neighbour(remembering: []))
        _ = station.submit(mark: 1)
        _ = station.submit(mark: 2)
        _ = station.sync()
        #expect(station.room(0).map(\.channel) == [1, 2])
        let now = station.now
        _ = station.act { core, _, actions in
            core.custodyNoted(0, session: 1, channels: [1...2], at: now, &actions)
            core.linkDown(0, session: 1, why: "cut", nextAt: nil, at: now, &actions)
        }
        _ = station.sync()
        return station
    }

    private func neighbour(
        remembering channels: [ClosedRange<UInt64>], epoch: JournalEpoch = peerEpoch, of start: UInt64 = 5
    ) -> NeighbourMemory {
        NeighbourMemory(
            start: 9, epoch: epoch, rememberedEpoch: channels.isEmpty ? nil : TestStation.epoch,
            remembered: [(start, ChannelRanges(channels))])
    }

    @Test("What it remembers stays with it")
    func remembered() throws {
        var station = try passedTwo()
        station.linkUp(0, session: 2, neighbour(remembering: [1...2]))
        _ = station.sync()
        #expect(station.room(0, session: 2).isEmpty)
    }

    @Test("What its damaged tail held comes again, marked, under a new channel and the old custody number")
    func forgotten() throws {
        var station = try passedTwo()
        station.linkUp(0, session: 2, neighbour(remembering: [1...1]))
        _ = station.sync()
        let again = station.room(0, session: 2)
        #expect(again.map(\.channel) == [3])
        #expect(again.map(\.suspectedDuplicate) == [true])
        let state = try #require(station.core.reports(of: 1).first?.state)
        #expect(state == .queued)
    }

    @Test("A lost disk gets all of it again, but for what a receipt has vouched for")
    func newEpoch() throws {
        var station = try passedTwo()
        let hash = Digest(1, 0, 0, 0)
        let now = station.now
        let identity = station.core.identity(of: 0)
        _ = station.act { core, _, actions in
            core.linkUp(0, session: 2, neighbour: neighbour(remembering: [1...2]), at: now, &actions)
            core.arrive(
                ServiceArrival(
                    link: 0, session: 2,
                    offered: CustodySource.Offered(
                        peer: indicator("RUBB"), epoch: Self.peerEpoch, number: CustodyNumber(sequence: 4), start: 9,
                        channel: 1, suspectedDuplicate: false),
                    message: ServiceMessage(
                        kind: .receipt, network: "ROW", identity: identity, contentHash: hash, post: "NORTH",
                        station: indicator("RUCC"), office: "DEFAULT", at: 1, precedence: .routine, reason: ""),
                    proof: TestStation.proof, signer: indicator("RUCC"), mark: hash, ageMilliseconds: 0, trace: []),
                at: now, &actions)
        }
        _ = station.sync()
        station.linkUp(0, session: 3, neighbour(remembering: [], epoch: JournalEpoch(high: 8, low: 8)))
        _ = station.sync()
        let again = station.room(0, session: 3)
        #expect(again.count == 1)
        #expect(again.first?.suspectedDuplicate == true)
        #expect(again.first?.number == station.core.custodyNumber(of: 1))
    }

    @Test("It is known after a restart, and the originator offers by itself what stays without a receipt")
    func restart() throws {
        let old = try passedTwo()
        var station = TestStation(restarting: old, synced: old.journal.count, start: 6)
        station.linkUp(0, session: 1, neighbour(remembering: [2...2]))
        _ = station.sync()
        #expect(station.room(0).map(\.suspectedDuplicate) == [true])

        var patient = try passedTwo()
        patient.linkUp(0, session: 2, neighbour(remembering: [1...2]))
        patient.now.boot += 18 * 3_600_000 - 1
        let early = patient.now
        _ = patient.act { core, _, actions in core.offerOverdueAgain(at: early, &actions) }
        _ = patient.sync()
        #expect(patient.room(0, session: 2).isEmpty)
        patient.now.boot += 2
        let late = patient.now
        _ = patient.act { core, _, actions in
            core.offerOverdueAgain(at: late, &actions)
            core.offerOverdueAgain(at: late, &actions)
        }
        let again = patient.slices(patient.sync())
        #expect(again.map(\.channel) == [3, 4], "once, though it was looked at twice")
    }

    /// RUCC has a cable on its desk, and its receipt is with RUBB under channel 1; the link is down.
    private func passedReceipt() throws -> TestStation {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        _ = origin.submit(mark: 1)
        var arrival = try origin.arrival(of: origin.firstOffer())
        arrival.offered.peer = indicator("RUBB")
        var station = TestStation("RUCC")
        station.linkUp(0, session: 1, neighbour(remembering: []))
        let (cable, now) = (arrival, station.now)
        _ = station.act { core, _, actions in core.arrive(cable, at: now, &actions) }
        _ = station.sync()
        let receipts = station.room(0)
        #expect(receipts.map(\.channel) == [1])
        station.note(receipts, 0)
        _ = station.act { core, _, actions in
            core.linkDown(0, session: 1, why: "cut", nextAt: nil, at: now, &actions)
        }
        return station
    }

    @Test("A receipt that was passed on is offered again like a cable, for the grace and no longer")
    func receipts() throws {
        var knows = try passedReceipt()
        knows.linkUp(0, session: 2, neighbour(remembering: [1...1]))
        _ = knows.sync()
        #expect(knows.room(0, session: 2).isEmpty)

        var forgot = try passedReceipt()
        forgot.linkUp(0, session: 2, neighbour(remembering: [], epoch: JournalEpoch(high: 8, low: 8)))
        _ = forgot.sync()
        let again = forgot.room(0, session: 2)
        #expect(again.map(\.number.part) == [1])
        #expect(again.map(\.suspectedDuplicate) == [true])
        forgot.note(again, 0, session: 2)
        forgot.linkUp(0, session: 3, neighbour(remembering: [2...2], epoch: JournalEpoch(high: 8, low: 8)))
        _ = forgot.sync()
        #expect(forgot.room(0, session: 3).isEmpty, "it has been taken again")

        var late = try passedReceipt()
        late.now.wall += late.core.settings.graceMilliseconds + 1
        late.linkUp(0, session: 2, neighbour(remembering: [], epoch: JournalEpoch(high: 8, low: 8)))
        _ = late.sync()
        #expect(late.room(0, session: 2).isEmpty)
    }

    @Test("A relay's receipt too, behind a restart, and behind its segment's going")
    func relayedReceipt() throws {
        var relay = TestStation("RUBB")
        relay.linkUp(0, session: 1, neighbour(remembering: []))
        relay.linkUp(1)
        relay.take(
            ServiceMessage(
                kind: .receipt, network: "ROW",
                identity: CableIdentity(station: indicator("RUAA"), start: 1, number: 1), contentHash: .zero,
                post: "NORTH", station: indicator("RUCC"), office: "DEFAULT", at: 1, precedence: .routine, reason: ""),
            from: "RUCC", number: 4, link: 1)
        let sent = relay.room(0)
        #expect(sent.count == 1)
        relay.note(sent, 0)
        let live = relay.core.liveOctets
        #expect(live > 0, "it is kept, so its record counts")

        var restarted = TestStation(restarting: relay, synced: relay.journal.count, start: 6)
        restarted.linkUp(0, session: 1, neighbour(remembering: [], epoch: JournalEpoch(high: 8, low: 8)))
        _ = restarted.sync()
        #expect(restarted.room(0).map(\.number) == sent.map(\.number))

        let gone = try relay.carryForward()
        var carried = TestStation(restarting: relay, synced: relay.journal.count, start: 6, from: gone)
        carried.linkUp(0, session: 1, neighbour(remembering: [1...1]))
        _ = carried.sync()
        #expect(carried.room(0).isEmpty, "its channel is remembered on both sides")
        carried.linkUp(0, session: 2, neighbour(remembering: [], epoch: JournalEpoch(high: 8, low: 8)))
        _ = carried.sync()
        #expect(carried.room(0, session: 2).map(\.number) == sent.map(\.number))

        relay.now.wall += relay.core.settings.graceMilliseconds + 1
        let late = relay.now
        _ = relay.act { core, _, _ in _ = core.retire(from: 0, most: 100, at: late) }
        #expect(relay.core.liveOctets == 0)
        #expect(relay.core.remainder(of: 1, most: 10).isEmpty, "behind the grace nothing holds its segment")
    }

    @Test("What was carried forward is offered again behind a restart, though the record of its passing is gone")
    func carriedForward() throws {
        var old = try passedTwo()
        let gone = try old.carryForward()
        for epoch in [Self.peerEpoch, JournalEpoch(high: 8, low: 8)] {
            var station = TestStation(restarting: old, synced: old.journal.count, start: 6, from: gone)
            station.linkUp(0, session: 1, neighbour(remembering: [2...2], epoch: epoch))
            _ = station.sync()
            let again = station.room(0)
            #expect(again.count == (epoch == Self.peerEpoch ? 1 : 2))
            #expect(!again.map(\.suspectedDuplicate).contains(false))
        }
        // Carried twice, and without a restart between.
        let twice = try old.carryForward()
        var station = TestStation(restarting: old, synced: old.journal.count, start: 6, from: twice)
        station.linkUp(0, session: 1, neighbour(remembering: [1...1]))
        _ = station.sync()
        #expect(station.room(0).count == 1)
    }
}
