import Cables
import Custody
import Octets
import Routing
import Testing

/// RUAA - RUBB - RUCC, and RUDD behind RUBB; the post MISSION is at `home`.
private func network(mission home: String) -> Network {
    func station(_ name: String, _ posts: [String]) -> Network.Station {
        Network.Station(
            indicator: indicator(name), posts: posts + (name == home ? ["MISSION"] : []), addresses: [],
            clearance: .secret)
    }
    return Network(
        name: "ROW", version: 1,
        stations: [
            station("RUAA", ["CAPITAL"]), station("RUBB", ["HUB"]), station("RUCC", ["NORTH"]),
            station("RUDD", ["SIDE"]),
        ],
        links: [("RUAA", "RUBB"), ("RUBB", "RUCC"), ("RUBB", "RUDD")].map {
            Network.Link(a: indicator($0.0), b: indicator($0.1))
        }, collectives: [], aliases: [])
}

@Suite("Posts that move while cables are under way (rule 22)")
struct MovedPostTests {
    /// Ordinals of RUBB's links.
    private static let (capital, north, side) = (0, 1, 2)

    private static func station(_ name: String, home: String) -> TestStation {
        TestStation(name, network: network(mission: home))
    }

    private static func pass(
        _ slice: Slice, from giver: borrowing TestStation, to taker: inout TestStation, link: Int
    ) throws -> CableArrival {
        var arrival = try giver.arrival(of: slice, link: link)
        arrival.offered.peer = giver.name
        let complete = arrival
        _ = taker.act { core, now, actions in core.arrive(complete, at: now, &actions) }
        _ = taker.sync()
        return complete
    }

    @Test("The old station passes a cable on with its mark; relays do not send it back, and the new station delivers")
    func moved() throws {
        // The relay and the originator have an older network file: for them the mission is still at RUCC.
        var origin = Self.station("RUAA", home: "RUCC")
        origin.linkUp(0)
        _ = origin.submit(to: ["MISSION"])
        let offer = try origin.firstOffer()
        var hub = Self.station("RUBB", home: "RUCC")
        for link in 0...2 { hub.linkUp(link) }
        _ = try Self.pass(offer, from: origin, to: &hub, link: Self.capital)
        origin.note([offer], 0)
        let toOld = try #require(hub.room(Self.north).first)
        var old = Self.station("RUCC", home: "RUDD")
        old.linkUp(0)
        _ = try Self.pass(toOld, from: hub, to: &old, link: 0)
        #expect(old.core.inboxItems().isEmpty)
        hub.note([toOld], Self.north)

        let back = try #require(old.room(0).last)
        #expect(back.moved.map(\.station) == [indicator("RUDD")])
        _ = try Self.pass(back, from: old, to: &hub, link: Self.north)
        let onward = try #require(hub.room(Self.side).first)
        #expect(onward.moved.map(\.station) == [indicator("RUDD")])
        #expect(hub.room(Self.north).isEmpty)
        var new = Self.station("RUDD", home: "RUDD")
        new.linkUp(0)
        _ = try Self.pass(onward, from: hub, to: &new, link: 0)
        #expect(new.core.inboxItems().map(\.post) == ["MISSION"])

        // The originator hears of the move from the old station, and believes the new one's receipt.
        let mark = try #require(
            old.journal.lazy.compactMap { record -> ServiceMessage? in
                if case .changed(let changed) = record { changed.message } else { nil }
            }.first)
        origin.take(mark, from: "RUBB", number: 900)
        let acceptance = try #require(
            new.journal.lazy.compactMap { record -> Acceptance? in
                if case .accepted(let acceptance) = record { acceptance } else { nil }
            }.first)
        let desk = try #require(acceptance.desks.first)
        origin.take(acceptance.receipt(for: desk, by: new.name), from: "RUBB", number: 901)
        guard case .found(let slot) = origin.core.find("RUAA-00000005-1") else { throw TestStation.NothingOffered() }
        let report = try #require(origin.core.reports(of: slot).first)
        #expect(report.state == .delivered && report.movedTo == indicator("RUDD"))
    }

    @Test("A post that has moved to the originator's own station: the cable comes back to its desk, and is delivered")
    func home() throws {
        var origin = Self.station("RUAA", home: "RUCC")
        origin.linkUp(0)
        _ = origin.submit(to: ["MISSION"])
        let offer = try origin.firstOffer()
        var arrival = try origin.arrival(of: offer)
        origin.note([offer], 0)
        let now = origin.now
        _ = origin.act { core, _, actions in
            let network = network(mission: "RUAA")
            _ = core.adopt(
                RoutingTable(network: network, own: indicator("RUAA")), AddressBook(network), at: now, &actions)
        }
        arrival.offered.peer = indicator("RUBB")
        arrival.trace = [indicator("RUAA"), indicator("RUBB"), indicator("RUCC"), indicator("RUBB")]
        arrival.moved = [MovedMark(index: 0, station: indicator("RUAA"))]
        let complete = arrival
        _ = origin.act { core, now, actions in core.arrive(complete, at: now, &actions) }
        _ = origin.sync()
        #expect(origin.core.inboxItems().map(\.post) == ["MISSION"])
        guard case .found(let slot) = origin.core.find("RUAA-00000005-1") else { throw TestStation.NothingOffered() }
        #expect(origin.core.reports(of: slot).map(\.state) == [.delivered])
        #expect(origin.room(0).isEmpty)
    }

    @Test("The mark is in the record of the arrival: a restart, and a digest, know it too")
    func records() throws {
        var origin = Self.station("RUAA", home: "RUCC")
        origin.linkUp(0)
        _ = origin.submit(to: ["MISSION"])
        var arrival = try origin.arrival(of: try origin.firstOffer())
        arrival.moved = [MovedMark(index: 0, station: indicator("RUDD"))]
        var hub = Self.station("RUBB", home: "RUCC")
        hub.linkUp(0)
        let complete = arrival
        _ = hub.act { core, now, actions in core.arrive(complete, at: now, &actions) }
        let record = try #require(hub.journal.last)
        var writer = OctetWriter()
        record.write(to: &writer)
        #expect(try JournalRecord(decoding: writer.octets) == record)
        let digest = try RecordDigest(record)
        #expect(try RecordDigest(record: OctetReader(writer.octets)) == digest)
        var packed = OctetWriter()
        digest.write(to: &packed)
        #expect(try RecordDigest(from: OctetReader(packed.octets)) == digest)
        guard case .accepted(let kept) = digest else { throw TestStation.NothingOffered() }
        #expect(kept.deliveries.map(\.station) == [indicator("RUDD")])
    }
}
