import Cables
import Octets
import Routing
import Testing

@testable import Custody

/// Three stations, each linked with both others; RUAA and RUCC have a dear link of their own.
private func triangle() -> Network {
    var network = rowNetwork()
    network.links.append(Network.Link(a: indicator("RUAA"), b: indicator("RUCC"), cost: 9))
    return network
}

@Suite struct LinkOrderTests {
    private func ready(_ network: Network = rowNetwork(), room: Int = 1 << 20) -> TestStation {
        var station = TestStation("RUAA", network: network)
        for link in 0..<station.core.linkCount {
            station.linkUp(link)
            _ = station.room(link, room)
        }
        return station
    }

    private func hub(_ station: borrowing TestStation) -> Int { station.core.linkOrdinal(indicator("RUBB"))! }

    private func notices(_ actions: borrowing Actions) -> [LinkNotice] {
        actions.afterPersist.compactMap { if case .linkNotice(_, _, let notice) = $0 { notice } else { nil } }
    }

    private func shuts(_ actions: borrowing Actions) -> Int {
        actions.afterPersist.count { if case .linkShuts = $0 { true } else { false } }
    }

    private func opens(_ actions: borrowing Actions) -> Int {
        actions.afterPersist.count { if case .linkOpens = $0 { true } else { false } }
    }

    @Test func aLimitLetsOnlyWhatRanksHighEnoughPassAndEndsByItself() {
        var station = ready()
        let until = station.now.wall + 60_000
        let told = station.act { core, now, actions in
            core.order(0, .limit(.priority), until: until, user: 7, reason: "flood", at: now, &actions)
        }
        #expect(
            notices(told) == [
                LinkNotice(
                    limit: LinkNotice.Limit(precedence: .priority, milliseconds: 60_000, reason: "flood"))
            ])
        #expect(told.wakeAt == station.now.boot + 60_000)
        _ = station.submit(mark: 1)
        _ = station.submit(.immediate, mark: 2)
        #expect(station.slices(station.sync()).map(\.precedence) == [.immediate])
        let items = station.core.queueItems(at: station.now)
        let waiting = items.first { $0.precedence == .routine }
        #expect(waiting?.why == "the link to RUBB takes PRIORITY and above: flood")
        #expect(waiting?.nextAt == until)
        station.now.boot += 60_000
        station.now.wall += 60_000
        let later = station.act { core, now, actions in core.woke(at: now, &actions) }
        #expect(station.slices(later).map(\.precedence) == [.routine])
    }

    @Test func aReceiptPassesALimit() {
        var station = ready()
        _ = station.act { core, now, actions in
            core.order(0, .limit(.flash), until: now.wall + 60_000, user: 7, reason: "flood", at: now, &actions)
        }
        let fresh = station.core.isUsable(0, .routine, isService: true, at: station.now)
        #expect(fresh)
        station.now.boot += 301_000
        let cable = station.core.isUsable(0, .routine, at: station.now)
        let receipt = station.core.isUsable(0, .routine, isService: true, at: station.now)
        #expect(!cable && receipt)
    }

    @Test func aLimitStopsATransferAtItsNextChunkAndLiftingItGoesOn() {
        var station = ready(room: 0)
        _ = station.submit(mark: 1, length: 1 << 20)
        _ = station.sync()
        _ = station.room(0, 40_000)
        _ = station.act { core, now, actions in
            core.order(0, .limit(.flash), until: now.wall + 60_000, user: 7, reason: "flood", at: now, &actions)
        }
        #expect(station.room(0).isEmpty)
        let lifted = station.act { core, now, actions in
            core.order(0, .limit(.routine), until: nil, user: 7, reason: "", at: now, &actions)
        }
        #expect(!station.slices(lifted).isEmpty)
    }

    @Test func whatTheNeighbourLimitsIsHeeded() {
        var station = ready()
        _ = station.act { core, now, actions in
            core.noticed(
                0, session: 1,
                LinkNotice(limit: LinkNotice.Limit(precedence: .flash, milliseconds: 5_000, reason: "")), at: now,
                &actions)
        }
        _ = station.submit(.immediate, mark: 1)
        _ = station.submit(.flash, mark: 2)
        #expect(station.slices(station.sync()).map(\.precedence) == [.flash])
        // A new session says anew what holds.
        station.linkUp(0, session: 2)
        #expect(station.room(0, session: 2).map(\.precedence).contains(.immediate))
    }

    @Test func anOrderOutlivesARestartAndTheRemovalOfItsSegment() throws {
        var station = ready()
        _ = station.act { core, now, actions in
            core.order(0, .limit(.flash), until: now.wall + 60_000, user: 7, reason: "flood", at: now, &actions)
        }
        _ = station.act { core, now, actions in
            core.order(0, .shut, until: nil, user: 7, reason: "keys", at: now, &actions)
        }
        _ = station.sync()
        let gone = try station.carryForward()
        let again = TestStation(restarting: station, synced: station.journal.count, start: 6, from: gone)
        let why = again.core.shutReason(0)
        #expect(why == "keys")
        let item = again.core.linkItems(at: again.now)[0]
        #expect(item.state == .closed)
        #expect(item.limits.map(\.precedence) == [.flash])
        // Five seconds have passed.
        #expect(item.limits.map(\.until) == [station.now.wall + 60_000])
    }

    @Test func aDrainEndsWhenBothSidesHaveNothingUnderWay() throws {
        var station = ready(room: 0)
        _ = station.submit(mark: 1, length: 40_000)
        _ = station.sync()
        let part = station.room(0, 20_000)
        let told = station.act { core, now, actions in
            core.order(0, .drain, until: nil, user: 7, reason: "antenna", at: now, &actions)
        }
        #expect(notices(told).map(\.closing) == [LinkNotice.Closing(milliseconds: nil, reason: "antenna")])
        #expect(shuts(told) == 0)
        _ = station.submit(mark: 2)
        _ = station.sync()
        let rest = station.room(0)
        #expect(!rest.isEmpty)
        #expect(Set(rest.map(\.number)) == Set(part.map(\.number)))
        let early = station.act { core, _, actions in core.neighbourDrained(0, session: 1, &actions) }
        #expect(shuts(early) == 0)
        let channel = try #require(rest.last).channel
        let through = station.act { core, now, actions in
            core.custodyNoted(0, session: 1, channels: [channel...channel], at: now, &actions)
        }
        #expect(shuts(through) == 1)
        let why = station.core.shutReason(0)
        #expect(why == "antenna")
        let opened = station.act { core, now, actions in
            core.order(0, .open, until: nil, user: 7, reason: "", at: now, &actions)
        }
        #expect(opens(opened) == 1)
    }

    @Test func aNeighbourThatIsToldOfAClosingSaysWhenNothingIsUnderWay() throws {
        var station = ready()
        _ = station.submit(mark: 1)
        let offer = try #require(station.slices(station.sync()).first)
        let told = station.act { core, now, actions in
            core.noticed(
                0, session: 1, LinkNotice(closing: LinkNotice.Closing(milliseconds: nil, reason: "")), at: now, &actions
            )
        }
        func saysDrained(_ actions: borrowing Actions) -> Bool {
            actions.afterPersist.contains { if case .linkDrained = $0 { true } else { false } }
        }
        #expect(!saysDrained(told))
        let noted = station.act { core, now, actions in
            core.custodyNoted(0, session: 1, channels: [offer.channel...offer.channel], at: now, &actions)
        }
        #expect(saysDrained(noted))
    }

    @Test func whileALinkIsDrainedFlashGoesRoundAtOnceAndRoutineWaitsForTheEndThatWasTold() {
        var station = ready(triangle())
        let hub = hub(station)
        let round = 1 - hub
        _ = station.submit(to: ["HUB"], mark: 1)
        _ = station.submit(to: ["HUB"], .flash, mark: 2)
        _ = station.act { core, now, actions in
            core.noticed(
                hub, session: 1, LinkNotice(closing: LinkNotice.Closing(milliseconds: 7_200_000, reason: "")), at: now,
                &actions)
        }
        let sent = station.sync()
        #expect(station.links(sent) == [round])
        #expect(station.slices(sent).map(\.precedence) == [.flash])
        station.now.boot += 3_600_000
        station.now.wall += 3_600_000
        #expect(station.links(station.act { core, now, actions in core.woke(at: now, &actions) }).isEmpty)
        station.now.boot += 3_600_000
        station.now.wall += 3_600_000
        #expect(station.links(station.act { core, now, actions in core.woke(at: now, &actions) }) == [hub])
    }

    @Test func whereNoOtherWayIsFlashGoesOverALinkThatIsBeingDrained() {
        var station = ready()
        _ = station.act { core, now, actions in
            core.order(0, .drain, until: nil, user: 7, reason: "antenna", at: now, &actions)
        }
        _ = station.submit(mark: 1)
        _ = station.submit(.flash, mark: 2)
        #expect(station.slices(station.sync()).map(\.precedence) == [.flash])
    }

    @Test func aLinkThatIsClosedOpensAtItsTimeAndIsDialled() {
        var station = ready()
        let told = station.act { core, now, actions in
            core.order(0, .shut, until: now.wall + 10_000, user: 7, reason: "keys", at: now, &actions)
        }
        #expect(shuts(told) == 1)
        station.now.boot += 9_999
        #expect(opens(station.act { core, now, actions in core.woke(at: now, &actions) }) == 0)
        station.now.boot += 1
        #expect(opens(station.act { core, now, actions in core.woke(at: now, &actions) }) == 1)
        let why = station.core.shutReason(0)
        #expect(why == nil)
    }

    @Test func recordAndNoticeReadAsTheyWereWritten() throws {
        let changes: [LinkOrder.Change] = [.open, .drain, .shut, .limit(.immediate)]
        for (index, change) in changes.enumerated() {
            let order = LinkOrder(
                peer: indicator("RUBB"), change: change, until: index % 2 == 0 ? nil : 1_700_000_000_001, user: 9,
                reason: String(repeating: "É", count: 200), at: 3)
            #expect(order.reason.utf8.count == LinkOrder.reasonOctetsMax)
            var writer = OctetWriter()
            JournalRecord.link(order).write(to: &writer)
            #expect(try JournalRecord(decoding: writer.octets) == .link(order))
        }
        let notice = LinkNotice(
            limit: LinkNotice.Limit(precedence: .flash, milliseconds: 1 << 60, reason: "x"),
            closing: LinkNotice.Closing(milliseconds: 5, reason: ""))
        var writer = OctetWriter()
        notice.write(to: &writer)
        var reader = OctetReader(writer.octets)
        let read = try LinkNotice(from: &reader)
        // A neighbour cannot limit a link for longer than an operator here could.
        #expect(read.limit?.milliseconds == UInt64(LinkOrder.longestMilliseconds))
        #expect(read.closing == notice.closing)
    }

    @Test func eachChannelNumberIsTakenUnusedOrOpen() throws {
        var station = TestStation("RUBB")
        let link = station.core.linkOrdinal(indicator("RUAA")) ?? 0
        var memory = NeighbourMemory(start: 9, epoch: TestStation.epoch, rememberedEpoch: nil, remembered: [])
        memory.nextChannel = 5
        for channel: UInt64 in [1, 2, 4, 7] {
            station.core.links[link].taken.take(
                CustodySource.Offered(
                    peer: indicator("RUAA"), epoch: TestStation.epoch, number: CustodyNumber(sequence: channel),
                    start: 9, channel: channel, suspectedDuplicate: false),
                TakenMemory.Taken(CableIdentity("RUAA-00000001-1")!, ContentMark(high: 1, low: 1), part: [0]))
        }
        station.linkUp(link, session: 1, memory)
        let starts = station.core.linkDetail(link, at: station.now).received
        let received = try #require(starts.first)
        #expect(received.channels == [1...2, 4...4, 7...7])
        #expect(received.unused == [3...3])
        #expect(received.open == [5...6])
    }
}
