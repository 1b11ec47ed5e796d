import Cables
import Custody
import Octets
import Routing
import Testing

/// RUAA reaches RUCC by RUBB (cost 2) and by RUDD (cost 4, cleared for CONFIDENTIAL only).
private func diamond() -> Network {
    func station(_ name: String, _ posts: [String]) -> Network.Station {
        Network.Station(indicator: indicator(name), posts: posts, addresses: [], clearance: .secret)
    }
    return Network(
        name: "ROW", version: 1,
        stations: [
            station("RUAA", ["CAPITAL"]), station("RUBB", ["HUB"]), station("RUCC", ["NORTH", "CAMP"]),
            station("RUDD", ["SIDE"]),
        ],
        links: [
            Network.Link(a: indicator("RUAA"), b: indicator("RUBB")),
            Network.Link(a: indicator("RUBB"), b: indicator("RUCC")),
            Network.Link(a: indicator("RUAA"), b: indicator("RUDD"), clearance: .confidential, cost: 2),
            Network.Link(a: indicator("RUDD"), b: indicator("RUCC"), cost: 2),
        ], collectives: [], aliases: [])
}

@Suite("Alternate routes")
struct AlternateTests {
    /// Links of RUAA by ordinal.
    private static let (hub, side) = (0, 1)

    private static func origin() -> TestStation {
        var station = TestStation("RUAA", network: diamond())
        station.now.boot += 60_000
        station.linkUp(hub)
        station.linkUp(side)
        return station
    }

    private static func down(_ station: inout TestStation, _ link: Int) -> Actions {
        let now = station.now
        return station.act { core, _, actions in
            core.linkDown(link, session: 1, why: "lost", nextAt: nil, at: now, &actions)
        }
    }

    private static func later(_ station: inout TestStation, _ milliseconds: UInt64) -> [Slice] {
        station.now.boot += milliseconds
        let now = station.now
        return station.slices(station.act { core, _, actions in core.woke(at: now, &actions) })
    }

    @Test("The best link takes what it can; when it is down a FLASH takes the other one at once")
    func flash() throws {
        var station = Self.origin()
        _ = station.room(Self.hub)
        _ = station.room(Self.side)
        _ = station.submit(.flash, mark: 1)
        #expect(station.links(station.sync()) == [Self.hub])
        _ = Self.down(&station, Self.hub)
        _ = station.submit(.flash, mark: 2)
        #expect(station.links(station.sync()) == [Self.side])
    }

    @Test("Lower precedences wait for as long as the station file says, and keep their order")
    func patience() throws {
        var station = Self.origin()
        _ = station.room(Self.side)
        _ = Self.down(&station, Self.hub)
        _ = station.submit(.routine, mark: 1)
        _ = station.submit(.priority, mark: 2)
        _ = station.submit(.routine, mark: 3)
        #expect(station.slices(station.sync()).isEmpty)
        #expect(Self.later(&station, 119_999).isEmpty)
        #expect(Self.later(&station, 2).map(\.precedence) == [.priority])
        let routine = Self.later(&station, 180_000)
        #expect(routine.map(\.precedence) == [.routine, .routine])
        #expect(routine.map(\.number).sorted() == routine.map(\.number))
    }

    @Test("What may have been taken over the lost link goes on marked; what had not left whole is not marked")
    func doubt() throws {
        var station = Self.origin()
        _ = station.submit(.flash, mark: 1)
        _ = station.sync()
        #expect(station.room(Self.hub).count == 1)
        _ = station.submit(.flash, mark: 2, length: 3 << 20)
        _ = station.sync()
        _ = station.room(Self.side)
        let moved = station.slices(Self.down(&station, Self.hub)).filter {
            if case .offerCable = $0.content { true } else { false }
        }
        #expect(moved.map(\.suspectedDuplicate) == [true, false])
    }

    @Test("Nothing moves to a link that is not cleared for it")
    func gate() throws {
        var station = Self.origin()
        _ = station.room(Self.side)
        _ = Self.down(&station, Self.hub)
        _ = station.submit(.flash, mark: 1, classification: .secret)
        #expect(station.slices(station.sync()).isEmpty)
        #expect(Self.later(&station, 86_400_000).isEmpty)
        let item = try #require(station.core.queueItems(at: station.now).first)
        #expect(item.link == indicator("RUBB"))
        #expect(!item.why.isEmpty)
    }

    @Test("When the better link is back, what is not yet under way goes back to it")
    func back() throws {
        var station = Self.origin()
        _ = Self.down(&station, Self.hub)
        _ = station.submit(.flash, mark: 1)
        _ = station.sync()
        #expect(station.core.queueItems(at: station.now).map(\.link) == [indicator("RUDD")])
        station.linkUp(Self.hub, session: 2)
        #expect(station.core.queueItems(at: station.now).map(\.link) == [indicator("RUBB")])
        #expect(station.room(Self.side).isEmpty)
        #expect(station.room(Self.hub, session: 2).count == 1)
    }

    @Test("What comes back is custody of its own, and does not go where it came from again (rule 5)")
    func loop() throws {
        var station = Self.origin()
        _ = station.submit(.flash, mark: 1)
        let slice = try station.firstOffer()
        var arrival = try station.arrival(of: slice, link: Self.hub)
        arrival.offered.peer = indicator("RUBB")
        arrival.trace = [indicator("RUAA"), indicator("RUBB")]
        _ = station.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        _ = station.sync()
        #expect(station.room(Self.side).count == 1)
    }

    @Test("Where every way leads back it is held with its reason, and goes on when another link comes up")
    func held() throws {
        var station = Self.origin()
        _ = Self.down(&station, Self.side)
        _ = station.submit(.flash, mark: 1, classification: .secret)
        let slice = try station.firstOffer()
        var arrival = try station.arrival(of: slice, link: Self.hub)
        arrival.offered.peer = indicator("RUBB")
        arrival.trace = [indicator("RUAA"), indicator("RUBB")]
        arrival.classification = .secret
        _ = station.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        _ = station.sync()
        let held = station.core.queueItems(at: station.now).first { $0.state == .held }
        #expect(held?.why == HoldReason.loop.sentence)
    }

    @Test("A receipt that was here before waits where its way is cut, and is not handed to and fro (seed 8279)")
    func receiptsWait() {
        var station = Self.origin()
        _ = Self.down(&station, Self.hub)
        _ = station.room(Self.side)
        let receipt = ServiceMessage(
            kind: .receipt, network: "ROW", identity: CableIdentity(station: indicator("RUBB"), start: 1, number: 1),
            contentHash: .zero, post: "NORTH", station: indicator("RUDD"), office: "DEFAULT", at: 5, precedence: .flash,
            reason: "")
        // Every other way was tried: it goes back once.
        let first = station.passOn(receipt, from: "RUDD", number: 1, link: Self.side, trace: ["RUDD"])
        #expect(station.links(first) == [Self.side])
        let second = station.passOn(receipt, from: "RUDD", number: 2, link: Self.side, trace: ["RUDD", "RUAA", "RUDD"])
        #expect(station.links(second).isEmpty)
        // However long its way has been, it goes on when there is one.
        let long = [String](repeating: "RUDD", count: 64)
        #expect(station.links(station.passOn(receipt, from: "RUDD", number: 3, link: Self.side, trace: long)).isEmpty)
        station.linkUp(Self.hub, session: 2)
        #expect(station.room(Self.hub, session: 2).count == 2)
    }

    @Test("A neighbour's stricter gate turns the cable to another link, once")
    func refused() throws {
        var station = Self.origin()
        _ = station.room(Self.side)
        _ = station.submit(.flash, mark: 1)
        let slice = try station.firstOffer()
        let now = station.now
        let turned = station.act { core, _, actions in
            core.refused(
                Self.hub, session: 1, channel: slice.channel, code: "NOT_CLEARED", message: "no", at: now, &actions)
        }
        #expect(station.links(turned) == [Self.side])
    }

    @Test("A large FLASH does not take a ROUTINE for another station along (rule 15)")
    func separate() throws {
        var station = Self.origin()
        let actions = station.submit(
            ["NORTH": .flash, "HUB": .routine], mark: 1, length: 60_000)
        #expect(actions != nil)
        _ = station.sync()
        let offers = station.room(Self.hub).filter { if case .offerCable = $0.content { true } else { false } }
        #expect(offers.map(\.precedence) == [.flash, .routine])
        let ways = offers.map { slice -> Slice.BodyWay in
            if case .offerCable(_, _, let way) = slice.content { way } else { .with }
        }
        #expect(ways == [.follows, .asked], "the second one asks: the octets are there")
    }
}
