import Cables
import Custody
import Octets
import Routing
import Testing

/// RUAA - RUBB - RUCC, and a second way by RUDD when `side` is set.
private func network(
    version: UInt64, second: Classification? = nil, side: Bool = false, without: String? = nil,
    mission: String = "RUCC"
) -> Network {
    let names: [String] = ["RUAA", "RUBB", "RUCC", "RUDD"].filter { $0 != without }
    let posts = ["RUAA": ["CAPITAL"], "RUBB": ["HUB"], "RUCC": ["NORTH"], "RUDD": ["SIDE"]]
    var links: [(String, String, Classification?)] = [("RUAA", "RUBB", nil), ("RUBB", "RUCC", second)]
    if side { links += [("RUAA", "RUDD", nil), ("RUDD", "RUCC", nil)] }
    return Network(
        name: "ROW", version: version,
        stations: names.map {
            Network.Station(
                indicator: indicator($0), posts: (posts[$0] ?? []) + ($0 == mission ? ["MISSION"] : []), addresses: [],
                clearance: .secret)
        },
        links: links.filter { $0.0 != without && $0.1 != without }.map {
            Network.Link(a: indicator($0.0), b: indicator($0.1), clearance: $0.2)
        }, collectives: [], aliases: [])
}

@Suite("A new network file while the station runs")
struct NetworkChangeTests {
    private static func adopt(_ network: Network, _ station: inout TestStation) -> (
        actions: Actions, new: [RoutingIndicator], narrowed: [RoutingIndicator]
    ) {
        var changes: (new: [RoutingIndicator], narrowed: [RoutingIndicator]) = ([], [])
        let own = station.name
        var actions = station.act { core, now, actions in
            changes = core.adopt(
                RoutingTable(network: network, own: own), AddressBook(network), at: now, &actions)
        }
        let later = station.sync()
        actions.now += later.now
        return (actions, changes.new, changes.narrowed)
    }

    private static func reports(_ station: borrowing TestStation, _ number: Int = 1) -> [DeliveryReport] {
        guard case .found(let slot) = station.core.find("RUAA-00000005-\(number)") else { return [] }
        return station.core.reports(of: slot)
    }

    @Test("A new link takes what waits for one that is gone, and keeps its order")
    func moved() {
        var station = TestStation("RUAA", network: network(version: 1))
        for mark in 1...3 { _ = station.submit(mark: UInt64(mark)) }
        _ = station.sync()
        let (_, new, narrowed) = Self.adopt(network(version: 2, side: true, without: "RUBB"), &station)
        #expect(new == [indicator("RUDD")])
        #expect(narrowed == [indicator("RUBB")])
        station.linkUp(1)
        let slices = station.room(1)
        #expect(slices.count == 3 && slices.map(\.number) == slices.map(\.number).sorted())
        #expect(station.core.linkItems(at: station.now).map(\.peer) == [indicator("RUDD")])
    }

    @Test("Who measures sees the links of the network, and those that were until they are empty")
    func figures() {
        var station = TestStation("RUAA", network: network(version: 1, side: true))
        let both = [indicator("RUBB"), indicator("RUDD")]
        #expect(station.core.figures(at: station.now).links.map(\.item.peer) == both)
        station.linkUp(0)
        _ = Self.adopt(network(version: 2, side: true, without: "RUBB"), &station)
        #expect(station.core.figures(at: station.now).links.map(\.item.peer) == both)
        let now = station.now
        _ = station.act { core, _, actions in
            core.linkDown(0, session: 1, why: "the link is gone", nextAt: nil, at: now, &actions)
        }
        _ = station.submit()
        _ = station.sync()
        let figures = station.core.figures(at: station.now).links
        #expect(figures.map(\.item.peer) == [indicator("RUDD")])
        #expect(figures.map { $0.item.queued[.routine] } == [1])
    }

    @Test("What is no longer cleared is held with its reason, and goes when it is cleared again")
    func held() {
        var station = TestStation("RUAA", network: network(version: 1))
        _ = station.submit(classification: .secret)
        _ = station.sync()
        let (_, _, narrowed) = Self.adopt(network(version: 2, second: .confidential), &station)
        #expect(narrowed.isEmpty)
        #expect(Self.reports(station).map(\.why) == [HoldReason.notCleared.sentence])
        station.linkUp(0)
        #expect(station.room(0).isEmpty)
        let again = Self.adopt(network(version: 3), &station)
        #expect(station.slices(again.actions).count == 1)
    }

    @Test("What is for a station that is gone is held with its reason, and nothing of it is lost")
    func removed() {
        var station = TestStation("RUAA", network: network(version: 1))
        _ = station.submit()
        _ = station.sync()
        _ = Self.adopt(network(version: 2, without: "RUCC", mission: "RUBB"), &station)
        #expect(Self.reports(station).map(\.why) == [HoldReason.noRoute.sentence])
        #expect(station.core.queueItems(at: station.now).map(\.state) == [.held])
    }

    @Test("At its originator a delivery follows its post, with a record and its mark (rule 22)")
    func post() throws {
        var station = TestStation("RUAA", network: network(version: 1))
        _ = station.submit(to: ["MISSION"])
        _ = station.sync()
        _ = Self.adopt(network(version: 2, mission: "RUBB"), &station)
        #expect(Self.reports(station).map(\.movedTo) == [indicator("RUBB")])
        station.linkUp(0)
        let offer = try #require(station.room(0).first)
        #expect(offer.moved.map(\.station) == [indicator("RUBB")])
        var hub = TestStation("RUBB", network: network(version: 2, mission: "RUBB"))
        hub.linkUp(0)
        let arrival = try station.arrival(of: offer)
        _ = hub.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        #expect(hub.core.inboxItems().map(\.post) == ["MISSION"])
    }

    @Test(
        "A session goes on unless its link is gone or allows less; what is under way over one that ended takes another")
    func underWay() {
        var station = TestStation("RUAA", network: network(version: 1))
        station.linkUp(0)
        _ = station.submit(.flash)
        _ = station.sync()
        #expect(station.room(0).count == 1)
        let (_, _, narrowed) = Self.adopt(network(version: 2, side: true, without: "RUBB"), &station)
        #expect(narrowed == [indicator("RUBB")])
        station.linkUp(1)
        #expect(station.room(1).isEmpty)
        let now = station.now
        let down = station.act { core, _, actions in
            core.linkDown(0, session: 1, why: "the link is gone", nextAt: nil, at: now, &actions)
        }
        #expect(station.links(down) == [1])
        #expect(station.slices(down).map(\.suspectedDuplicate) == [true])
    }
}
