import Cables
import Routing
import Testing

private func indicator(_ text: String) -> RoutingIndicator { RoutingIndicator(text)! }

/// RUAA and RUDD are linked by RUBB (of GBR, cheap) and by RUCC (dear).
private func network(_ rules: [CaptionRule] = [], nation: String? = "USA") -> Network {
    func station(_ name: String, _ nation: String?) -> Network.Station {
        Network.Station(
            indicator: indicator(name), posts: ["POST \(name)"], addresses: [], clearance: .secret, nation: nation)
    }
    return Network(
        name: "N", version: 1,
        stations: [station("RUAA", nil), station("RUBB", "GBR"), station("RUCC", "USA"), station("RUDD", nil)],
        links: [
            Network.Link(a: indicator("RUAA"), b: indicator("RUBB")),
            Network.Link(a: indicator("RUBB"), b: indicator("RUDD")),
            Network.Link(a: indicator("RUAA"), b: indicator("RUCC"), cost: 5),
            Network.Link(a: indicator("RUCC"), b: indicator("RUDD"), cost: 5),
        ], collectives: [], aliases: [], nation: nation, captionRules: rules)
}

private func next(_ captions: [String], to: String = "RUDD", _ rules: [CaptionRule] = [], nation: String? = "USA")
    -> [String]
{
    var released = ReleasedRoutes(RoutingTable(network: network(rules, nation: nation), own: indicator("RUAA")))
    return released.routes(to: indicator(to), .unclassified, released.rules.limiting(captions)).map {
        $0.nextStation.description
    }
}

@Suite("Releasability and captions")
struct ReleaseTests {
    @Test(
        "A cable goes over no station of a nation that may not have it",
        arguments: [
            (["SIPDIS"], ["RUBB", "RUCC"]), (["NOFORN"], ["RUCC"]), (["REL TO CAN"], ["RUCC"]),
            (["REL GBR"], ["RUBB", "RUCC"]), (["REL TO USA, GBR AND FRA"], ["RUBB", "RUCC"]),
            (["REL USA CAN GBR"], ["RUBB", "RUCC"]), (["REL GBR", "NOFORN"], ["RUCC"]),
            (["REL SOUTH GBR"], ["RUCC"]), (["REL"], ["RUCC"]), (["REL GBR", "REL CAN"], ["RUCC"]),
        ])
    func nations(captions: [String], expected: [String]) {
        #expect(next(captions) == expected)
    }

    @Test("A station that names the network's own nation is not foreign; without one every named nation is")
    func ownNation() {
        #expect(next(["NOFORN"], to: "RUCC") == ["RUCC"])
        #expect(next(["NOFORN"], to: "RUCC", nation: nil).isEmpty)
        #expect(next(["NOFORN"], to: "RUBB").isEmpty)
    }

    @Test(
        "A caption rule narrows stations, nations and clearance; several limit together",
        arguments: [
            (
                CaptionRule(caption: "NODIS", stations: [indicator("RUAA"), indicator("RUCC"), indicator("RUDD")]),
                ["NODIS"], ["RUCC"]
            ),
            (CaptionRule(caption: "STADIS", nations: ["USA"]), ["STADIS"], ["RUCC"]),
            (CaptionRule(caption: "EXDIS", clearance: .topSecret), ["EXDIS"], []),
            (CaptionRule(caption: "ROGER CHANNEL", stations: [indicator("RUAA")]), ["ROGER"], []),
            (CaptionRule(caption: "AGRÉMENT", stations: []), ["AGREMENT"], []),
            (CaptionRule(caption: "NODIS", stations: []), ["EXDIS"], ["RUBB", "RUCC"]),
            (CaptionRule(caption: "SENSITIVE", nations: ["USA"]), ["SENSITIVE"], ["RUCC"]),
        ])
    func rules(rule: CaptionRule, captions: [String], expected: [String]) {
        #expect(next(captions, [rule]) == expected)
    }

    @Test("A rule may keep posts out, and collectives")
    func addressees() {
        let rules = ReleaseRules(
            network([
                CaptionRule(caption: "NODIS", posts: ["POST RUDD"]), CaptionRule(caption: "EXDIS", collectives: false),
            ]))
        #expect(rules.barrier(post: "POST RUDD", collective: nil, ["NODIS"]) == nil)
        #expect(rules.barrier(post: "POST RUCC", collective: nil, ["NODIS"]) != nil)
        #expect(rules.barrier(post: "POST RUCC", collective: "ALL", ["EXDIS"])?.contains("ALL") == true)
        #expect(rules.barrier(post: "POST RUCC", collective: nil, ["EXDIS"]) == nil)
    }

    @Test("A refusal says which caption keeps which station out")
    func refusals() {
        var released = ReleasedRoutes(RoutingTable(network: network(), own: indicator("RUAA")))
        let refusals = released.refusals(to: indicator("RUDD"), .unclassified, ["NOFORN"])
        #expect(refusals.map(\.link) == ["RUAA-RUBB"])
        #expect(refusals.first?.why == "RUBB is a station of GBR, and the cable is NOFORN")
        let end = released.refusals(to: indicator("RUBB"), .unclassified, ["REL CAN"])
        #expect(end.first?.link == "RUBB")
    }

    @Test(
        "Any captions in any networks: no way leads over a station that may not have the cable",
        arguments: UInt64(1)...40)
    func property(seed: UInt64) {
        var state = seed
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let names = (0..<9).map {
            indicator("RU" + String(repeating: Character(UnicodeScalar(UInt8(65 + $0))), count: 2))
        }
        let nations: [String?] = [nil, "USA", "GBR", "CAN"]
        let stations = names.map {
            Network.Station(
                indicator: $0, posts: [], addresses: [], clearance: below(4) == 0 ? .confidential : .secret,
                nation: nations[below(4)])
        }
        var links: [Network.Link] = []
        for index in 1..<names.count {
            links.append(Network.Link(a: names[below(index)], b: names[index], cost: 1 + below(3)))
        }
        for _ in 0..<6 {
            let (a, b) = (below(9), below(9))
            if a != b { links.append(Network.Link(a: names[a], b: names[b], cost: 1 + below(3))) }
        }
        let network = Network(
            name: "N", version: 1, stations: stations, links: links, collectives: [], aliases: [], nation: "USA",
            captionRules: [CaptionRule(caption: "NODIS", stations: names.filter { _ in below(4) > 0 })])
        let rules = ReleaseRules(network)
        var released = ReleasedRoutes(RoutingTable(network: network, own: names[0]))
        for captions in [["NOFORN"], ["REL GBR"], ["NODIS"], ["NODIS", "REL CAN, GBR"], []] {
            let allowed = Set(
                stations.filter { rules.barrier($0, captions) == nil && $0.clearance >= .secret }.map(\.indicator))
            // Reached by trying, over what is allowed.
            var reached: Set<RoutingIndicator> = allowed.contains(names[0]) ? [names[0]] : []
            for _ in names {
                for link in links where allowed.contains(link.a) && allowed.contains(link.b) {
                    if reached.contains(link.a) { reached.insert(link.b) }
                    if reached.contains(link.b) { reached.insert(link.a) }
                }
            }
            for name in names.dropFirst() {
                let routes = released.routes(to: name, .secret, captions)
                #expect(routes.isEmpty == !reached.contains(name), "\(captions) to \(name)")
                for route in routes { #expect(route.path.allSatisfy { allowed.contains($0) }) }
            }
        }
    }
}

@Suite("Several stations behind one post")
struct SharedPostTests {
    private static func book() -> AddressBook {
        AddressBook(
            Network(
                name: "N", version: 1,
                stations: ["RUAA", "RUBB"].map {
                    Network.Station(
                        indicator: indicator($0), posts: ["WATCH"], addresses: [], clearance: .secret, shared: true)
                }, links: [], collectives: [], aliases: [("WATCH CENTER", "WATCH")]))
    }

    @Test("Each of them serves it and may sign for it; a written indicator chooses")
    func stations() {
        let book = Self.book()
        #expect(book.stations(serving: "WATCH CENTER") == [indicator("RUAA"), indicator("RUBB")])
        #expect(book.maySign(indicator("RUBB"), for: "WATCH"))
        let name = AddresseeName(
            post: "WATCH", indicator: indicator("RUBB"), deliveredByOtherMeans: false, role: .action,
            precedence: .routine, niact: false)
        let expansion = book.expand(from: "X", addressees: [name], exempt: [])
        #expect(expansion.deliveries.map(\.station) == [indicator("RUBB")])
        #expect(expansion.warnings.isEmpty)
    }

    @Test(
        "Those that are equally near share the cables by identity; a nearer one gets all, and a station keeps its own")
    func share() {
        let names = ["RUAA", "RUBB", "RUCC"].map { indicator($0) }
        func released(cost: Int, own: String = "RUXX") -> ReleasedRoutes {
            let network = Network(
                name: "N", version: 1,
                stations: (names + [indicator("RUXX")]).map {
                    Network.Station(
                        indicator: $0, posts: ["WATCH"], addresses: [], clearance: .secret, shared: true)
                },
                links: names.map { Network.Link(a: indicator("RUXX"), b: $0, cost: $0 == names[2] ? cost : 1) },
                collectives: [], aliases: [])
            return ReleasedRoutes(RoutingTable(network: network, own: indicator(own)))
        }
        func shares(_ routes: ReleasedRoutes) -> [Int] {
            var routes = routes
            var counts = names.map { _ in 0 }
            for number in 1...3_000 {
                let identity = CableIdentity(station: indicator("RUXX"), start: 77, number: UInt64(number))
                let chosen = routes.nearest(of: names, .unclassified, [], share: identity.share)
                counts[names.firstIndex { $0 == chosen }!] += 1
            }
            return counts
        }
        #expect(shares(released(cost: 1)).allSatisfy { (900...1_100).contains($0) })
        let two = shares(released(cost: 2))
        #expect(two[2] == 0 && (1_400...1_600).contains(two[0]))
        #expect(shares(released(cost: 1, own: "RUBB")) == [0, 3_000, 0])
    }
}
