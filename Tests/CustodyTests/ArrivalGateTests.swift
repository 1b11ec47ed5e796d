import Cables
import Custody
import Octets
import Routing
import Testing

private let secretWords = ["XYLOPHONE", "QUAGMIRE"]

/// RUAA - RUBB - RUCC, and RUBB - RUDD, which is cleared for CONFIDENTIAL only.
private func fork(_ rules: [CaptionRule] = [], second: Classification = .secret) -> Network {
    func station(_ name: String, _ posts: [String], _ clearance: Classification = .secret) -> Network.Station {
        Network.Station(indicator: indicator(name), posts: posts, addresses: [], clearance: clearance)
    }
    return Network(
        name: "ROW", version: 1,
        stations: [
            station("RUAA", ["CAPITAL"]), station("RUBB", ["HUB"]), station("RUCC", ["NORTH", "CAMP"]),
            station("RUDD", ["SIDE"], .confidential),
        ],
        links: [
            Network.Link(a: indicator("RUAA"), b: indicator("RUBB")),
            Network.Link(a: indicator("RUBB"), b: indicator("RUCC"), clearance: second),
            Network.Link(a: indicator("RUBB"), b: indicator("RUDD")),
        ], collectives: [Network.Collective(name: "FIELD", members: ["NORTH", "SIDE"])], aliases: [],
        captionRules: rules)
}

@Suite("The gate of an arrival is read in its octets")
struct ArrivalGateTests {
    /// What the originator offers for NORTH and HUB, or for others.
    private static func offered(
        to posts: [String] = ["NORTH"], classification: Classification? = .unclassified,
        _ change: (inout CableArrival) -> Void = { _ in }
    ) throws -> CableArrival {
        var origin = origin()
        return try offered(by: &origin, to: posts, classification: classification, change)
    }

    private static func origin() -> TestStation {
        var origin = TestStation("RUAA", network: fork())
        origin.linkUp(0)
        return origin
    }

    private static func offered(
        by origin: inout TestStation, to posts: [String] = ["NORTH"], classification: Classification?,
        _ change: (inout CableArrival) -> Void
    ) throws -> CableArrival {
        _ = origin.submit(to: posts, classification: classification)
        var arrival = try origin.arrival(of: try origin.firstOffer())
        change(&arrival)
        return arrival
    }

    private static func take(_ arrival: CableArrival, at station: inout TestStation) -> Actions {
        var actions = station.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        let later = station.sync()
        actions.now += later.now
        actions.afterPersist += later.afterPersist
        return actions
    }

    private static func hub(_ network: Network = fork()) -> TestStation {
        var hub = TestStation("RUBB", network: network)
        hub.linkUp(0)
        return hub
    }

    private static func report(_ station: borrowing TestStation, _ post: String) throws -> DeliveryReport {
        guard case .found(let slot) = station.core.find("RUAA-00000005-1") else { throw TestStation.NothingOffered() }
        return try #require(station.core.reports(of: slot).first { $0.post == post })
    }

    /// What the station has stated about holds, newest last.
    private static func told(_ station: borrowing TestStation) -> [ServiceMessage] {
        station.journal.compactMap {
            if case .changed(let changed) = $0, changed.message?.kind == .held { changed.message } else { nil }
        }
    }

    @Test("A block that says less than the octets does not open a link that is closed for them")
    func stricter() throws {
        let arrival = try Self.offered { $0.classification = .secret }
        var hub = Self.hub(fork(second: .confidential))
        _ = Self.take(arrival, at: &hub)
        #expect(try Self.report(hub, "NORTH").state == .held)
        hub.linkUp(1)
        #expect(hub.room(1).isEmpty)
    }

    @Test("What has no classification in its octets counts as TOP SECRET: the neighbour hears a refusal")
    func missing() throws {
        let arrival = try Self.offered { $0.classification = nil }
        var hub = Self.hub()
        let actions = Self.take(arrival, at: &hub)
        let codes = actions.now.compactMap { if case .refuse(_, _, _, let code, _) = $0 { code } else { nil } }
        #expect(codes == ["NOT_CLEARED"])
        #expect(hub.core.cablesHeld == 0)
    }

    @Test("A delivery that the octets do not name reaches no desk and goes no further; its originator is told")
    func notAddressed() throws {
        let arrival = try Self.offered(to: ["HUB", "NORTH"]) {
            $0.addressees = Array($0.addressees.filter { $0.post == "NORTH" })
        }
        var hub = Self.hub()
        hub.linkUp(1)
        _ = Self.take(arrival, at: &hub)
        #expect(hub.core.inboxItems().isEmpty)
        #expect(try Self.report(hub, "HUB").why == HoldReason.notAddressed.sentence)
        #expect(hub.room(1).count == 1)
        #expect(Self.told(hub).map(\.post) == ["HUB"])
        let again = TestStation(restarting: hub, synced: hub.journal.count, start: 6)
        #expect(again.core.inboxItems().isEmpty)
        #expect(try Self.report(again, "HUB").state == .held)
        #expect(Self.told(again).count == 1)
    }

    @Test("A collective, or a name that is not known here, may stand for any post")
    func collective() throws {
        for name in ["FIELD", "NOBODY KNOWS"] {
            let arrival = try Self.offered(to: ["HUB"]) { $0.addressees[0].post = name }
            var hub = Self.hub()
            _ = Self.take(arrival, at: &hub)
            #expect(hub.core.inboxItems().count == 1, "\(name)")
        }
    }

    @Test("A caption that admits no collective holds what only a collective brought, whatever the neighbour let pass")
    func captions() throws {
        let rule = CaptionRule(caption: "NODIS", collectives: false)
        for (name, state) in [("FIELD", DeliveryState.held), ("HUB", .delivered)] {
            let arrival = try Self.offered(to: ["HUB"]) {
                $0.addressees[0].post = name
                $0.captions = ["NODIS"]
            }
            var hub = Self.hub(fork([rule]))
            _ = Self.take(arrival, at: &hub)
            #expect(try Self.report(hub, "HUB").state == state, "\(name)")
        }
    }

    @Test("What finds no cleared way on is held; its originator is told once, and shows why")
    func told() throws {
        var origin = Self.origin()
        let arrival = try Self.offered(by: &origin, classification: .secret) { $0.classification = .secret }
        _ = origin.act { core, now, actions in
            core.custodyNoted(
                0, session: 1, channels: [arrival.offered.channel...arrival.offered.channel], at: now, &actions)
        }
        var hub = Self.hub(fork(second: .confidential))
        _ = Self.take(arrival, at: &hub)
        let message = try #require(Self.told(hub).first)
        #expect(message.destination == indicator("RUAA"))
        hub.linkUp(1)
        hub.linkUp(2)
        _ = hub.sync()
        #expect(Self.told(hub).count == 1)
        origin.take(message, from: "RUBB", number: 900)
        #expect(try Self.report(origin, "NORTH").why == "held by RUBB: \(HoldReason.notCleared.sentence)")
        #expect(try Self.report(origin, "NORTH").state == .inTransit)
        var again = TestStation(restarting: hub, synced: hub.journal.count, start: 6)
        #expect(try Self.report(again, "NORTH").state == .queued)
        again.linkUp(1)
        #expect(again.room(1).count == 1)
    }

    @Test("A hold that ended by itself, and what was passed on behind it, are so after a restart, too")
    func toldAndPassed() throws {
        let arrival = try Self.offered(classification: .secret) { $0.classification = .secret }
        var hub = Self.hub(fork(second: .confidential))
        hub.linkUp(1)
        _ = Self.take(arrival, at: &hub)
        #expect(Self.told(hub).count == 1)
        _ = hub.act { core, now, actions in
            _ = core.adopt(
                RoutingTable(network: fork(), own: indicator("RUBB")), AddressBook(fork()), at: now, &actions)
        }
        let slices = hub.room(1)
        #expect(slices.count == 1)
        hub.note(slices, 1)
        #expect(try Self.report(hub, "NORTH").state == .inTransit)
        let again = TestStation(restarting: hub, synced: hub.journal.count, start: 6)
        #expect(try Self.report(again, "NORTH").state == .inTransit)
    }

    @Test("What has passed too many stations is held, and its originator told")
    func hops() throws {
        let arrival = try Self.offered {
            $0.trace = [indicator("RUAA")] + [RoutingIndicator](repeating: indicator("RUEE"), count: 8)
        }
        var hub = Self.hub()
        _ = Self.take(arrival, at: &hub)
        #expect(try Self.report(hub, "NORTH").why == HoldReason.hopLimit.sentence)
        #expect(Self.told(hub).map(\.reason) == ["held by RUBB: \(HoldReason.hopLimit.sentence)"])
    }

    @Test("What the addressee's own station will never take is hopeless: the originator hears so at once")
    func hopeless() throws {
        let arrival = try Self.offered()
        var hub = Self.hub()
        hub.linkUp(1)
        _ = Self.take(arrival, at: &hub)
        let slice = try #require(hub.room(1).first)
        _ = hub.act { core, now, actions in
            core.refused(
                1, session: 1, channel: slice.channel, code: "TOO_LARGE", message: "no", at: now, &actions)
        }
        #expect(try Self.report(hub, "NORTH").state == .undeliverable)
        let notices = hub.journal.compactMap {
            if case .undeliverable(let end) = $0 { end.message.reason } else { nil }
        }
        #expect(notices == ["not delivered by RUBB: RUCC does not take it (TOO_LARGE)"])
    }

    @Test("A service message that nobody can take has a life too: longer than any cable's, and no record ends it")
    func serviceLife() throws {
        let arrival = try Self.offered(to: ["HUB"])
        var hub = Self.hub()
        _ = Self.take(arrival, at: &hub)
        _ = hub.act { core, now, actions in
            core.linkDown(0, session: 1, why: "lost", nextAt: nil, at: now, &actions)
        }
        let records = hub.journal.count
        hub.now.boot += 29 * 86_400_000
        hub.now.wall += 29 * 86_400_000
        _ = hub.act { core, now, actions in core.endOverdueLives(at: now, &actions) }
        hub.now.boot += 2 * 86_400_000
        hub.now.wall += 2 * 86_400_000
        let ended = hub.act { core, now, actions in core.endOverdueLives(at: now, &actions) }
        let names = ended.now.compactMap { if case .event(let event) = $0 { event.name } else { nil } }
        #expect(names == ["service.lifeEnded"])
        #expect(hub.journal.count == records)
        hub.linkUp(0, session: 2)
        #expect(hub.room(0, session: 2).isEmpty)
    }

    @Test("No refusal, hold, notice or event says what the cable says")
    func nothingLeaks() throws {
        var said: [String] = []
        func note(_ actions: Actions) {
            for action in actions.now {
                switch action {
                case .event(let event): said += [event.name] + event.values.flatMap { [$0.key, $0.value] }
                case .refuse(_, _, _, let code, let message): said += [code, message]
                default: continue
                }
            }
        }
        let secret: (inout CableArrival) -> Void = { arrival in
            arrival.body = .inline(Array(secretWords.joined(separator: " ").utf8))
            arrival.desk.subject = secretWords[0]
            arrival.desk.tags = secretWords
        }
        let changes: [(inout CableArrival) -> Void] = [
            { $0.classification = nil }, { $0.classification = .secret }, { $0.addressees[0].post = "HUB" },
            { $0.captions = ["NODIS"] }, { $0.trace = [RoutingIndicator](repeating: indicator("RUEE"), count: 8) },
            { $0.signer = indicator("RUCC") }, { $0.arrivalIsForNobody() },
        ]
        for change in changes {
            let arrival = try Self.offered {
                secret(&$0)
                change(&$0)
            }
            var hub = Self.hub(
                fork([CaptionRule(caption: "NODIS", posts: ["HUB"])], second: .confidential))
            note(Self.take(arrival, at: &hub))
            for record in hub.journal {
                if case .changed(let changed) = record { said += [changed.reason, changed.message?.reason ?? ""] }
            }
            said += hub.core.queueItems(at: hub.now).map(\.why)
            #expect(hub.core.cablesHeld == 0 || hub.core.queueItems(at: hub.now).contains { $0.state == .held })
        }
        #expect(said.count > changes.count)
        for word in secretWords { #expect(!said.contains { $0.contains(word) }) }
    }
}

extension CableArrival {
    fileprivate mutating func arrivalIsForNobody() {
        for index in block.deliveries.indices {
            block.deliveries[index].station = indicator("RUBB")
            block.deliveries[index].post = "GONE"
        }
        blockOctets = block.encoded
        addressees[0].post = "GONE"
    }
}
