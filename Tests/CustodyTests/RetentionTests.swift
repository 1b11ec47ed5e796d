import Cables
import Custody
import Octets
import Testing

@Suite("What is kept, for how long, and what outlives its segment")
struct RetentionTests {
    /// RUCC with so many cables from RUAA on its desks.
    ///
    /// - Parameter epoch: of the hub's journal: under another one they are other custody of the same cables.
    private func deliveredAt(
        _ station: inout TestStation, _ marks: ClosedRange<UInt64>, epoch: JournalEpoch = TestStation.epoch
    ) throws {
        var origin = TestStation("RUAA")
        station.linkUp(0)
        for mark in 1...marks.upperBound {
            origin.linkUp(0, session: mark)
            _ = origin.submit(mark: mark)
            _ = origin.sync()
            let offers = origin.room(0, session: mark)
            var arrival = try origin.arrival(of: try #require(offers.last))
            arrival.offered.peer = indicator("RUBB")
            arrival.offered.epoch = epoch
            guard marks.contains(mark) else { continue }
            let now = station.now
            _ = station.act { core, _, actions in core.arrive(arrival, at: now, &actions) }
            _ = station.sync()
        }
    }

    private func pass(_ station: inout TestStation) {
        let now = station.now
        let slices = station.room(0)
        _ = station.act { core, _, actions in
            for slice in slices {
                core.custodyNoted(0, session: 1, channels: [slice.channel...slice.channel], at: now, &actions)
            }
        }
        _ = station.sync()
    }

    private func retire(_ station: inout TestStation, after milliseconds: Int64) {
        station.now.wall += milliseconds
        station.now.boot += UInt64(milliseconds)
        let now = station.now
        _ = station.act { core, _, _ in
            var next: UInt32? = 0
            while let first = next { next = core.retire(from: first, most: 2, at: now).next }
        }
    }

    @Test("A relay keeps what it passed on for the grace, and no longer")
    func relay() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(mark: 1)
        _ = station.sync()
        var relay = TestStation("RUBB")
        relay.linkUp(0)
        relay.linkUp(1)
        let arrival = try station.arrival(of: try #require(station.room(0).first))
        let now = relay.now
        _ = relay.act { core, _, actions in core.arrive(arrival, at: now, &actions) }
        _ = relay.sync()
        #expect(relay.core.cablesHeld == 1)
        let offers = relay.room(1)
        _ = relay.act { core, _, actions in
            core.custodyNoted(1, session: 1, channels: [offers[0].channel...offers[0].channel], at: now, &actions)
        }
        _ = relay.sync()
        retire(&relay, after: 86_400_000 - 1_000)
        #expect(relay.core.cablesHeld == 1)
        retire(&relay, after: 2_000)
        #expect(relay.core.cablesHeld == 0)
        #expect(station.core.cablesHeld == 1)
        retire(&station, after: 400 * 86_400_000)
        #expect(station.core.cablesHeld == 1, "without a receipt the originator keeps it")
    }

    @Test("The ID of a cable that is no longer kept never names another by its first figures")
    func beginnings() throws {
        var station = TestStation("RUCC")
        try deliveredAt(&station, 10...10)
        for text in ["RUAA-00000005-10", "00000005-10", "ruaa-00000005-", "RUAA-0", "00000005"] {
            guard case .found = station.core.find(text) else {
                Issue.record("\(text) names the only cable")
                continue
            }
        }
        for text in ["RUAA-00000005-1", "00000005-1"] {
            guard case .beginning = station.core.find(text) else {
                Issue.record("\(text) is the beginning of the only cable's name")
                continue
            }
        }
        guard case .nothing = station.core.find("RUAA-00000005-2") else {
            Issue.record("there is no such cable")
            return
        }
    }

    @Test("What has its receipt is kept as long as it is offered to a neighbour (seed 860)")
    func offered() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(mark: 1)
        let offer = try station.firstOffer()
        guard case .accepted(let acceptance) = station.journal[Int(offer.number.sequence) - 1] else {
            Issue.record("the cable is the record of its number")
            return
        }
        // The session is lost before the custody note, and the receipt comes back by another one.
        let now = station.now
        _ = station.act { core, _, actions in
            core.linkDown(0, session: 1, why: "lost", nextAt: nil, at: now, &actions)
        }
        station.linkUp(0, session: 2)
        let block = acceptance.block
        station.take(
            ServiceMessage(
                kind: .receipt, network: "ROW", identity: block.identity, contentHash: block.contentHash,
                post: "NORTH", station: indicator("RUCC"), office: "DEFAULT", at: station.now.wall,
                precedence: .routine, reason: ""), from: "RUBB", number: 7, session: 2)
        #expect(station.core.reports(of: 0).map(\.state) == [.delivered])
        retire(&station, after: 31 * 86_400_000)
        #expect(station.core.cablesHeld == 1)
        station.note(station.room(0, session: 2), 0, session: 2)
        retire(&station, after: 1_000)
        #expect(station.core.cablesHeld == 0)
    }

    @Test(
        "What nobody has read stays; what was read goes after the retention, and its arrival number is not used again")
    func inbox() throws {
        var station = TestStation("RUCC")
        try deliveredAt(&station, 1...3)
        pass(&station)
        let now = station.now
        _ = station.act { core, _, actions in core.markRead(2, user: 0, at: now, &actions) }
        _ = station.sync()
        retire(&station, after: 31 * 86_400_000)
        #expect(station.core.inboxItems().map(\.arrival) == [1, 3])
        try deliveredAt(&station, 4...4)
        #expect(station.core.inboxItems().map(\.arrival) == [1, 3, 4])
    }

    @Test("What comes while a look for what is over is under way is unread for that look, too (seed 7161)")
    func arrivesMeanwhile() throws {
        var station = TestStation("RUCC")
        try deliveredAt(&station, 1...1)
        let begun = station.now
        _ = station.act { core, _, _ in _ = core.retire(from: 0, most: 1, at: begun) }
        try deliveredAt(&station, 2...2)
        pass(&station)
        station.now.wall += 31 * 86_400_000
        let now = station.now
        _ = station.act { core, _, _ in _ = core.retire(from: 1, most: 10, at: now) }
        #expect(station.core.inboxItems().map(\.arrival) == [1, 2])
    }

    @Test("What is carried is read where it stood until it is synced where it goes (seed 836)")
    func readWhereItStands() throws {
        var station = TestStation("RUAA")
        _ = station.submit(mark: 1)
        _ = station.sync()
        let item = try #require(station.core.remainder(of: 1, most: 1).first)
        var writer = OctetWriter()
        station.journal[Int(item.place.offset) - 1].write(to: &writer)
        let octets = writer.octets
        _ = station.act { core, now, actions in
            core.carry(item, acceptance: octets, past: .empty, at: now, &actions)
        }
        let carried = TestStation.place(station.journal.count - 1)
        station.linkUp(0)
        let offer = try #require(station.room(0).first)
        guard case .offerCable(let place, _, _) = offer.content else {
            Issue.record("the cable is offered")
            return
        }
        #expect(place == item.place)
        _ = station.sync()
        let after = station.core.place(of: 0)
        #expect(after == carried)
    }

    @Test("A duplicate of what is no longer kept is known by its mark until the window is over")
    func duplicates() throws {
        var station = TestStation("RUCC")
        try deliveredAt(&station, 1...1)
        pass(&station)
        let now = station.now
        _ = station.act { core, _, actions in core.markRead(1, user: 0, at: now, &actions) }
        _ = station.sync()
        station.core.settings.retentionMilliseconds = 1_000
        retire(&station, after: 86_401_000)
        #expect(station.core.cablesHeld == 0)
        let before = station.core.inboxItems().count
        try deliveredAt(&station, 1...1, epoch: JournalEpoch(high: 9, low: 9))
        #expect(station.core.cablesHeld == 1)
        #expect(station.core.inboxItems().count == before, "the same cable again reaches no desk")
    }

    @Test("What was carried last may lack its facts: it is carried again before its old records go (seed 171)")
    func carriedLast() throws {
        var station = TestStation("RUCC")
        try deliveredAt(&station, 1...1)
        let place = try #require(station.core.remainder(of: 1, most: 10).first?.place)
        let old = try station.carryForward()
        let cut = TestStation(restarting: station, synced: old + 1, start: 9)
        #expect(cut.core.remainder(of: 1, most: 10).contains { $0.place == place })
        let whole = TestStation(restarting: station, synced: station.journal.count, start: 9)
        #expect(!whole.core.remainder(of: 1, most: 10).contains { $0.place == place })
    }

    @Test("Arrival numbers go on behind a damaged tail that held the only word of how many were given (seed 7172)")
    func arrivalsBehindDamage() throws {
        var station = TestStation("RUCC")
        try deliveredAt(&station, 1...3)
        let old = try station.carryForward()
        let lost = station.journal.count - old
        var known = TestStation(restarting: station, synced: old + lost, start: 9, from: old, unused: 40)
        try deliveredAt(&known, 7...7)
        #expect(known.core.inboxItems().last?.arrival == 4)

        // Of the records behind the old ones the first alone is left.
        var unknown = TestStation(restarting: station, synced: old + 1, start: 9, from: old, unused: 40)
        try deliveredAt(&unknown, 7...7)
        #expect((unknown.core.inboxItems().last?.arrival ?? 0) > 4)
    }

    @Test("Carried forward, everything is as it was though the old records are gone")
    func carrying() throws {
        var station = TestStation("RUCC")
        try deliveredAt(&station, 1...3)
        let now = station.now
        _ = station.act { core, _, actions in core.markRead(2, user: 0, at: now, &actions) }
        _ = station.sync()
        let old = station.journal.count
        for item in station.core.remainder(of: 1, most: 100) {
            let record = station.journal[Int(item.place.offset) - 1]
            var writer = OctetWriter()
            record.write(to: &writer)
            let octets = writer.octets
            _ = station.act { core, _, actions in
                core.carry(item, acceptance: octets, past: .empty, at: now, &actions)
            }
        }
        _ = station.act { core, _, actions in core.leave(1, at: now, &actions) }
        _ = station.sync()

        // All stands in segment 1 of the test's journal: only the records behind the old ones are replayed.
        var after = TestStation(restarting: station, synced: station.journal.count, start: 9, from: old)
        #expect(after.core.inboxItems().map(\.arrival) == [1, 2, 3])
        #expect(after.core.inboxItems().map(\.readAt) == station.core.inboxItems().map(\.readAt))
        #expect(after.core.cablesHeld == 3)
        for slot in UInt32(0)..<3 {
            #expect(after.core.custodyNumber(of: slot) == station.core.custodyNumber(of: slot))
            #expect(after.core.reports(of: slot) == station.core.reports(of: slot))
        }
        let (epoch, starts) = after.core.remembered(0)
        #expect(epoch == TestStation.epoch)
        #expect(starts.count == 1)
        #expect(starts.first?.channels == station.core.remembered(0).starts.first?.channels)
        after.linkUp(0)
        _ = after.sync()
        #expect(after.room(0).count == 3, "the receipts are still to be passed on")
        try deliveredAt(&after, 1...3, epoch: JournalEpoch(high: 9, low: 9))
        #expect(after.core.cablesHeld == 6)
        #expect(after.core.inboxItems().count == 3, "known as duplicates")
    }
}

@Suite("What happened to a cable, for its carrying forward")
struct PastTests {
    private struct NotThere: Error {}

    @Test("Where a record between is not where it was, the way goes on at the acceptance: the cable can be carried")
    func moved() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(mark: 1)
        let offer = try station.firstOffer()
        station.note([offer], 0)
        let item = try #require(station.core.remainder(of: 1, most: 1).first)
        func past(_ isThere: (RecordPlace) -> Bool) throws -> Carried.Past {
            try Carried.Past(from: item.last, acceptance: item.place, number: item.number) { place in
                guard isThere(place) else { throw NotThere() }
                var writer = OctetWriter()
                station.journal[Int(place.offset) - 1].write(to: &writer)
                return writer.octets
            }
        }
        #expect(try past { _ in true }.events.map(\.name) == ["accepted", "custodyPassed"])
        #expect(try past { $0 == item.place }.events.map(\.name) == ["accepted"])
        #expect(throws: NotThere.self) { try past { _ in false } }
    }
}

@Suite("Custody that came back to its originator's station")
struct WayBackTests {
    @Test("Where its life ends there, the originator's delivery ends with it, also behind a restart (seed 9590)")
    func endsAtHome() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(mark: 1)
        let offer = try station.firstOffer()
        var back = try station.arrival(of: offer)
        station.note([offer], 0)
        back.offered.peer = indicator("RUBB")
        back.offered.epoch = JournalEpoch(high: 9, low: 9)
        back.trace.append(indicator("RUBB"))
        let cable = back
        _ = station.act { core, now, actions in core.arrive(cable, at: now, &actions) }
        _ = station.sync()
        #expect(station.core.reports(of: 0).map(\.state) == [.inTransit])
        #expect(station.core.reports(of: 1).map(\.state) == [.held])
        station.now.boot += 3_700_000
        station.now.wall += 3_700_000
        _ = station.act { core, now, actions in core.endOverdueLives(at: now, &actions) }
        _ = station.sync()
        #expect(station.core.reports(of: 0).map(\.state) == [.undeliverable])
        let again = TestStation(restarting: station, synced: station.journal.count, start: 7)
        #expect(again.core.reports(of: 0).map(\.state) == [.undeliverable])
    }
}

@Suite("Marks of deliveries that are no longer kept")
struct DuplicateMarksTests {
    @Test("A million of them are told apart, and age alone ends them")
    func million() {
        var marks = DuplicateMarks()
        func mark(_ number: UInt64) -> DeliveryMark {
            DeliveryMark(
                identity: CableIdentity(station: indicator("RUAA"), start: number / 1_000, number: number),
                content: ContentMark(high: number, low: 7), post: "NORTH")
        }
        for number in UInt64(0)..<200_000 {
            marks.add(mark(number), at: Int64(number % 2 + 1) * 86_400_000, segment: UInt32(number % 3))
        }
        #expect(marks.count == 200_000)
        #expect(marks.contains(mark(7)) && marks.contains(mark(8)) && !marks.contains(mark(200_000)))
        #expect(marks.standing(in: 2).count == 200_000 / 3)
        marks.expire(before: 2 * 86_400_000)
        #expect(marks.count == 100_000)
        #expect(marks.contains(mark(7)) && !marks.contains(mark(8)))
    }
}
