import Cables
import Custody
import Octets
import Testing

@Suite("Accepting at the originator")
struct AcceptanceTests {
    @Test("The answer rests on the record: it stands in the field that waits for the sync")
    func afterPersist() {
        var station = TestStation("RUAA")
        let answer = station.submit()
        guard case .accepted(let cable)? = answer else {
            Issue.record("refused")
            return
        }
        #expect(cable.deliveries.map(\.post) == ["NORTH"])
        #expect(station.slices(station.sync()).isEmpty, "the link is down")
    }

    @Test("Nothing is offered before its record is synced")
    func offerAfterSync() {
        var station = TestStation("RUAA")
        station.linkUp(0)
        #expect(station.room(0).isEmpty)
        _ = station.submit()
        #expect(station.room(0, 1).isEmpty)
        let offers = station.slices(station.sync())
        #expect(offers.count == 1)
    }

    @Test(
        "What cannot be accepted is refused whole, with a stable code",
        arguments: [
            (["NORTH", "NORHT"], "CAPITAL", "UNKNOWN_ADDRESSEE"), (["NORTH"], "HUB", "FM_NOT_OURS"),
            (["NORTH"], "NOBODY", "FM_NOT_OURS"), ([], "CAPITAL", "NO_ADDRESSEE"),
        ])
    func refused(to: [String], from: String, code: String) {
        var station = TestStation("RUAA")
        let records = station.journal.count
        guard case .refused(let refusal)? = station.submit(to: to, from: from) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.code == code)
        #expect(station.journal.count == records)
    }

    @Test("The same key and octets give the first answer again, other octets are refused")
    func keys() {
        var station = TestStation("RUAA")
        guard case .accepted(let first)? = station.submit(key: "k", mark: 1),
            case .accepted(let again)? = station.submit(key: "k", mark: 1),
            case .refused(let refusal)? = station.submit(key: "k", mark: 2)
        else {
            Issue.record("unexpected answers")
            return
        }
        #expect(first.identity == again.identity)
        #expect(refusal.code == "KEY_REUSED")
    }
}

@Suite("Order")
struct OrderTests {
    @Test("Highest precedence first, within one the first accepted, also after the link was down")
    func order() {
        var station = TestStation("RUAA")
        let sent: [Precedence] = [.routine, .flash, .priority, .routine, .immediate, .flash, .priority]
        for (index, precedence) in sent.enumerated() { _ = station.submit(precedence, mark: UInt64(index)) }
        _ = station.sync()
        station.linkUp(0)
        let expected = sent.indices.sorted { (sent[$1], $0) < (sent[$0], $1) }
        let first = station.room(0)
        #expect(first.map { Int($0.number.sequence) - 2 } == expected)
        #expect(first.map(\.channel) == Array(1...7))
        let now = station.now
        _ = station.act { core, _, actions in
            core.linkDown(0, session: 1, why: "cut", nextAt: nil, at: now, &actions)
        }
        station.linkUp(0, session: 2)
        let second = station.room(0, session: 2)
        #expect(second.map(\.number) == first.map(\.number))
        #expect(second.map(\.channel) == Array(8...14), "a channel number is used once")
    }

    @Test("Between two chunks of a large ROUTINE a FLASH goes first, and the ROUTINE resumes at its octet")
    func preemption() {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(.routine, mark: 1, length: 100_000)
        _ = station.sync()
        let offer = station.room(0, 1)
        #expect(offer.count == 1)
        let now = station.now
        let chunks = station.slices(
            station.act { core, _, actions in
                core.resume(0, session: 1, channel: offer[0].channel, offset: 0, at: now, &actions)
            })
        #expect(chunks.isEmpty, "no room is left")
        let first = station.room(0, 17_055)
        guard case .chunk(_, let offset, let count, _)? = first.first?.content, first.count == 1 else {
            Issue.record("one chunk was expected")
            return
        }
        #expect(offset == 0 && count == 16_384)
        _ = station.submit(.flash, mark: 2)
        _ = station.sync()
        let next = station.room(0, 40_000)
        #expect(next.first?.precedence == .flash)
        guard case .chunk(_, let resumed, _, _)? = next.dropFirst().first?.content else {
            Issue.record("the ROUTINE goes on")
            return
        }
        #expect(resumed == 16_384)
    }
}

@Suite("Custody from hop to hop")
struct HopTests {
    /// Offers what RUAA has to RUBB and returns RUBB's note channels after its sync.
    @Test("A note is told after the sync; a repeated offer is only acknowledged again")
    func duplicatesAtTheHop() throws {
        var first = TestStation("RUAA")
        first.linkUp(0)
        _ = first.submit()
        let offer = try first.firstOffer()
        var relay = TestStation("RUBB")
        relay.linkUp(0)
        let arrival = try first.arrival(of: offer)
        let before = relay.journal.count
        let taken = relay.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        #expect(relay.journal.count == before + 1)
        #expect(taken.now.isEmpty)
        #expect(taken.afterPersist.count == 1)
        let again = relay.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        #expect(relay.journal.count == before + 1, "the same custody needs no second record")
        #expect(again.afterPersist.count == 1)
    }

    @Test("At a relay another custody of the same cable is custody of its own; the desk discards the second")
    func relayNeverDiscards() throws {
        var first = TestStation("RUAA")
        first.linkUp(0)
        _ = first.submit()
        let offer = try first.firstOffer()
        var arrival = try first.arrival(of: offer)
        var relay = TestStation("RUBB")
        relay.linkUp(0)
        _ = relay.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        arrival.offered.number = CustodyNumber(sequence: 999)
        let before = relay.journal.count
        _ = relay.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        #expect(relay.journal.count == before + 1)

        var desk = TestStation("RUCC")
        desk.linkUp(0)
        _ = desk.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        arrival.offered.number = CustodyNumber(sequence: 1_000)
        let second = desk.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        #expect(desk.core.inboxItems().count == 1)
        #expect(desk.core.entry(of: arrival.block.identity, office: nil)?.arrival == 1)
        #expect(desk.core.entry(of: arrival.block.identity, office: "DEFAULT")?.arrival == 1)
        #expect(desk.core.entry(of: arrival.block.identity, office: "NOWHERE") == nil)
        for case .arrived in second.afterPersist { Issue.record("the desk got it twice") }
    }

    @Test("A custody note ends exactly what was offered, and the receipt ends the delivery")
    func noteAndReceipt() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        guard case .accepted(let cable)? = station.submit() else { return }
        let offer = try station.firstOffer()
        let now = station.now
        _ = station.act { core, _, actions in
            core.custodyNoted(0, session: 1, channels: [offer.channel...offer.channel], at: now, &actions)
        }
        #expect(station.core.queueItems(at: now).map(\.state) == [.awaitingReceipt])
        let message = ServiceMessage(
            kind: .receipt, network: "ROW", identity: cable.identity, contentHash: Digest(1, 0, 0, 0), post: "NORTH",
            station: indicator("RUCC"), office: "DEFAULT", at: 5, precedence: .routine, reason: "")
        let receipt = ServiceArrival(
            link: 0, session: 1,
            offered: CustodySource.Offered(
                peer: indicator("RUBB"), epoch: TestStation.epoch, number: CustodyNumber(sequence: 3), start: 9,
                channel: 1, suspectedDuplicate: false),
            message: message, proof: TestStation.proof, signer: indicator("RUCC"), mark: .zero, ageMilliseconds: 0,
            trace: [])
        let told = station.act { core, _, actions in core.arrive(receipt, at: now, &actions) }
        #expect(told.afterPersist.count == 2, "a note to the neighbour, and the outcome")
        #expect(station.core.queueItems(at: now).isEmpty)
        #expect(station.core.receiptItems(at: now).map(\.delivery.state) == [.delivered])
    }

    @Test("A receipt that another station than the addressee's states changes nothing")
    func foreignReceipt() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        guard case .accepted(let cable)? = station.submit() else { return }
        _ = station.sync()
        let message = ServiceMessage(
            kind: .receipt, network: "ROW", identity: cable.identity, contentHash: Digest(1, 0, 0, 0), post: "NORTH",
            station: indicator("RUBB"), office: "DEFAULT", at: 5, precedence: .routine, reason: "")
        let now = station.now
        _ = station.act { core, _, actions in
            core.arrive(
                ServiceArrival(
                    link: 0, session: 1,
                    offered: CustodySource.Offered(
                        peer: indicator("RUBB"), epoch: TestStation.epoch, number: CustodyNumber(sequence: 3), start: 9,
                        channel: 1, suspectedDuplicate: false),
                    message: message, proof: TestStation.proof, signer: indicator("RUBB"), mark: .zero,
                    ageMilliseconds: 0, trace: []), at: now, &actions)
        }
        #expect(station.core.receiptItems(at: now).isEmpty)
        #expect(station.core.queueItems(at: now).count == 1)
    }

    @Test("A cable that a station signed which does not serve the originator is held, also after a restart")
    func forged() throws {
        var first = TestStation("RUAA")
        first.linkUp(0)
        _ = first.submit()
        let offer = try first.firstOffer()
        var arrival = try first.arrival(of: offer)
        arrival.signer = indicator("RUCC")
        var relay = TestStation("RUBB")
        relay.linkUp(0)
        relay.linkUp(1)
        _ = relay.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        #expect(relay.slices(relay.sync()).isEmpty)
        #expect(relay.room(1).isEmpty)
        var restarted = TestStation(restarting: relay, synced: relay.journal.count, start: 6)
        restarted.linkUp(1)
        #expect(restarted.room(1).isEmpty)
        #expect(restarted.core.queueItems(at: restarted.now).map(\.state) == [.held])
    }
}

@Suite("Replay")
struct ReplayTests {
    @Test("State after a restart is the fold of the synced records: the unsynced are gone, the rest is offered again")
    func restart() {
        var station = TestStation("RUAA")
        for mark in 1...3 as ClosedRange<UInt64> { _ = station.submit(mark: mark) }
        _ = station.sync()
        let synced = station.journal.count
        _ = station.submit(mark: 4)
        var restarted = TestStation(restarting: station, synced: synced, start: 6)
        restarted.linkUp(0)
        #expect(restarted.room(0).count == 3)
        guard case .accepted(let cable)? = restarted.submit(mark: 5) else {
            Issue.record("refused")
            return
        }
        #expect(cable.identity.start == 6, "another start never issues a name twice")
    }

    @Test("Every record reads back as it was written")
    func records() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(to: ["FIELD"], .flash, key: "k")
        let offer = try station.firstOffer()
        let now = station.now
        _ = station.act { core, _, actions in
            core.custodyNoted(0, session: 1, channels: [offer.channel...offer.channel], at: now, &actions)
            core.keepCertificate([1, 2, 3], at: now, &actions)
        }
        for record in station.journal {
            var writer = OctetWriter()
            record.write(to: &writer)
            #expect(try JournalRecord(decoding: writer.octets) == record)
            for length in stride(from: 0, to: writer.octets.count, by: 7) {
                _ = try? JournalRecord(decoding: Array(writer.octets[..<length]))
            }
        }
    }

    @Test("A life that is over ends with a notice, not in silence")
    func life() {
        var station = TestStation("RUAA")
        _ = station.submit()
        _ = station.sync()
        station.now.boot += 3_601_000
        _ = station.act { core, now, actions in core.endOverdueLives(at: now, &actions) }
        #expect(station.core.receiptItems(at: station.now).map(\.delivery.state) == [.undeliverable])
        #expect(station.core.queueItems(at: station.now).isEmpty)
    }
}

@Suite("Tables")
struct TableTests {
    @Test("Ranges of channels merge, keep their order and forget the oldest first")
    func ranges() {
        var ranges = ChannelRanges()
        for number in [5, 3, 4, 9, 1, 8] as [UInt64] { ranges.insert(number) }
        #expect(ranges.ranges == [1...1, 3...5, 8...9])
        ranges.insert(2...7)
        #expect(ranges.ranges == [1...9])
        #expect(ChannelRanges(ascending: [1, 2, 4]).ranges == [1...2, 4...4])
    }

    @Test("A slab keeps its values while others come and go, and the index finds them")
    func slab() {
        var slab = Slab<String>()
        var index = SlotIndex()
        var kept: [UInt32: UInt64] = [:]
        for number in 0..<20_000 as Range<UInt64> {
            let slot = slab.insert("\(number)")
            index.insert(slot, key: number) { UInt64(slab[$0])! }
            kept[slot] = number
            if number % 3 == 0 {
                index.remove(slot, key: number)
                slab.release(slot)
                kept[slot] = nil
            }
        }
        #expect(slab.count == kept.count)
        for (slot, number) in kept {
            #expect(index.first(key: number) { slab[$0] == "\(number)" } == slot)
        }
        #expect(index.first(key: 3) { slab.holds($0) && slab[$0] == "3" } == nil)
    }
}
