import Cables
import Custody
import Octets
import Routing
import Testing

/// RUAA (CAPITAL) - RUBB (HUB) - RUCC (NORTH); the post MISSION is at `home`, or nowhere.
private func network(mission home: String?, version: UInt64 = 1) -> Network {
    let posts = [("RUAA", "CAPITAL"), ("RUBB", "HUB"), ("RUCC", "NORTH")]
    return Network(
        name: "ROW", version: version,
        stations: posts.map { name, post in
            Network.Station(
                indicator: indicator(name), posts: name == home ? [post, "MISSION"] : [post], addresses: [],
                clearance: .secret)
        },
        links: [("RUAA", "RUBB"), ("RUBB", "RUCC")].map {
            Network.Link(a: indicator($0.0), b: indicator($0.1))
        }, collectives: [], aliases: [])
}

/// What is read again of a cable from RUAA to MISSION.
private let text = Array(
    "R 011200Z MAR 26\nFM CAPITAL\nTO MISSION\n\nUNCLAS CAPITAL 1\n\nSUBJECT: TRY\n\n1. (U) TRY.\n".utf8)

@Suite("A post moves to the very station where its cables wait (rule 22)")
struct HomecomingTests {
    private static func adopt(_ network: Network, _ station: inout TestStation) -> Actions {
        let own = station.name
        return station.act { core, now, actions in
            _ = core.adopt(RoutingTable(network: network, own: own), AddressBook(network), at: now, &actions)
        }
    }

    private static func due(_ actions: Actions) -> [Homecoming] {
        actions.afterPersist.compactMap { if case .comesHome(let homecoming) = $0 { homecoming } else { nil } }
    }

    /// What the loop does for each.
    private static func read(_ homecomings: [Homecoming], _ station: inout TestStation) throws {
        for homecoming in homecomings {
            let kept = station.core.place(of: homecoming)
            let place = try #require(kept)
            guard case .accepted(let original) = station.journal[Int(place.offset) - 1] else {
                throw TestStation.NothingOffered()
            }
            let reading = CableParser.parse(text, receiptYear: 2026, depth: .whole)
            _ = station.act { core, now, actions in
                core.comeHome(homecoming, original, reading, at: now, &actions)
            }
        }
        _ = station.sync()
    }

    private static func states(_ station: borrowing TestStation) -> [DeliveryState] {
        guard case .found(let slot) = station.core.find("RUAA-00000005-1") else { return [] }
        return station.core.reports(of: slot).map(\.state)
    }

    @Test("A cable that waits at its originator's station goes to the desk there, and needs no receipt")
    func origin() throws {
        var station = TestStation("RUAA", network: network(mission: "RUCC"))
        _ = station.submit(to: ["MISSION", "NORTH"])
        _ = station.sync()
        let homecomings = Self.due(Self.adopt(network(mission: "RUAA", version: 2), &station))
        _ = station.sync()
        #expect(homecomings.map(\.index) == [0])
        #expect(
            station.core.queueItems(at: station.now).contains {
                $0.to == ["MISSION"] && $0.why.contains("for its desk")
            })
        try Self.read(homecomings, &station)
        #expect(station.core.inboxItems().map(\.post) == ["MISSION"])
        #expect(Self.states(station) == [.delivered, .queued])
        station.linkUp(0)
        let slices = station.room(0)
        #expect(slices.count == 1)
        if case .offerCable(_, let part, _) = slices[0].content { #expect(part == [1]) }
        // What was read twice is on the desk once.
        try Self.read(homecomings, &station)
        #expect(station.core.inboxItems().count == 1)
    }

    /// RUBB has RUAA's cable for MISSION, which was RUBB's once and is nobody's: it is held.
    private static func hub() throws -> TestStation {
        var origin = TestStation("RUAA", network: network(mission: "RUBB"))
        origin.linkUp(0)
        _ = origin.submit(to: ["MISSION"])
        let arrival = try origin.arrival(of: try origin.firstOffer())
        var hub = TestStation("RUBB", network: network(mission: nil))
        for link in 0...1 { hub.linkUp(link) }
        _ = hub.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        _ = hub.sync()
        #expect(Self.states(hub) == [.held])
        return hub
    }

    @Test(
        "A cable that is held for a post that nobody knew goes to the desk when the post comes here, with its receipt")
    func held() throws {
        var hub = try Self.hub()
        let homecomings = Self.due(Self.adopt(network(mission: "RUBB", version: 2), &hub))
        let early = hub.slices(hub.sync())
        try Self.read(homecomings, &hub)
        #expect(hub.core.inboxItems().map(\.post) == ["MISSION"])
        #expect(Self.states(hub) == [.delivered])
        #expect(hub.core.queueItems(at: hub.now).isEmpty)
        // The word that it is held, and the receipt.
        let services = (early + hub.room(0)).filter {
            if case .offerService = $0.content { true } else { false }
        }
        #expect(!services.isEmpty)
        #expect(hub.room(1).isEmpty)
    }

    @Test("A restart between new file and desk loses nothing and delivers once")
    func restart() throws {
        var hub = try Self.hub()
        _ = Self.adopt(network(mission: "RUBB", version: 2), &hub)
        let synced = hub.journal.count
        // With its new file the station finds the delivery released, and nobody's.
        var again = TestStation(restarting: hub, synced: synced, start: 6)
        #expect(Self.states(again) == [.held])
        let homecomings = Self.due(Self.adopt(network(mission: "RUBB", version: 2), &again))
        _ = again.sync()
        try Self.read(homecomings, &again)
        #expect(again.core.inboxItems().map(\.arrival) == [1])
    }

    @Test("Released by hand it is held anew while nobody knows its post: it never stands between custody and desk")
    func release() throws {
        var hub = try Self.hub()
        guard case .found(let slot) = hub.core.find("RUAA-00000005-1") else { throw TestStation.NothingOffered() }
        var refusal: Refusal?
        let actions = hub.act { core, now, actions in
            refusal = core.order(
                .release, slot: slot, user: 7, reason: "TRY", ceiling: .flash, at: now, &actions)
        }
        #expect(refusal == nil && Self.due(actions).isEmpty)
        #expect(Self.states(hub) == [.held])
        #expect(hub.core.queueItems(at: hub.now).allSatisfy { $0.state == .held })
    }

    @Test("A cable that cannot be read is tried again, and ends with its life if it never can be")
    func unreadable() throws {
        var hub = try Self.hub()
        let homecomings = Self.due(Self.adopt(network(mission: "RUBB", version: 2), &hub))
        _ = hub.sync()
        _ = hub.act { core, _, _ in for homecoming in homecomings { core.homecomingFailed(homecoming) } }
        let again = hub.act { core, now, actions in core.offerOverdueAgain(at: now, &actions) }
        #expect(Self.due(again) == homecomings)
        hub.now = Instant(boot: hub.now.boot + 4_000_000, wall: hub.now.wall + 4_000_000)
        _ = hub.act { core, now, actions in core.endOverdueLives(at: now, &actions) }
        _ = hub.sync()
        try Self.read(homecomings, &hub)
        #expect(hub.core.inboxItems().isEmpty && Self.states(hub) == [.undeliverable])
    }
}
