import Cables
import Routing
import Testing

/// Numbers that look random and are the same in every run.
private struct Draw {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}

private func indicators(_ count: Int) -> [RoutingIndicator] {
    (0..<count).compactMap { number in
        let digits = String(number + 10_000).utf8.map { $0 - UInt8(ascii: "0") + UInt8(ascii: "A") }
        return RoutingIndicator(letters: [UInt8(ascii: "R")] + digits)
    }
}

/// - Parameter hub: whether every station is linked to the first.
private func network(stations count: Int, links: Int, seed: UInt64, hub: Bool = false) -> Network {
    var draw = Draw(state: seed)
    let names = indicators(count)
    let stations = names.enumerated().map { index, name in
        Network.Station(
            indicator: name, posts: ["POST \(name)"], addresses: [],
            clearance: index == 0 ? .topSecret : Classification(rawValue: UInt8(draw.below(6))) ?? .secret)
    }
    var seen: Set<[Int]> = []
    var found: [Network.Link] = []
    func add(_ a: Int, _ b: Int) {
        guard a != b, seen.insert([min(a, b), max(a, b)]).inserted else { return }
        let clearance = draw.below(4) == 0 ? Classification(rawValue: UInt8(draw.below(6))) : nil
        found.append(Network.Link(a: names[a], b: names[b], clearance: clearance, cost: 1 + draw.below(4)))
    }
    for index in 1..<count { add(index, hub ? 0 : draw.below(index)) }
    while found.count < links { add(draw.below(count), draw.below(count)) }
    return Network(name: "N", version: 1, stations: stations, links: found, collectives: [], aliases: [])
}

/// Costs from one station to all, over what is cleared and not through `avoided`: tried until nothing gets cheaper.
private func costs(
    _ network: Network, from first: RoutingIndicator, avoiding avoided: RoutingIndicator, _ level: Classification
) -> [RoutingIndicator: Int] {
    let cleared = Set(network.stations.filter { $0.clearance >= level && $0.indicator != avoided }.map(\.indicator))
    guard cleared.contains(first) else { return [:] }
    var costs = [first: 0]
    var changes = true
    while changes {
        changes = false
        for link in network.links where (link.clearance ?? .topSecret) >= level {
            for (a, b) in [(link.a, link.b), (link.b, link.a)] where cleared.contains(a) && cleared.contains(b) {
                guard let cost = costs[a], cost + link.cost < costs[b] ?? Int.max else { continue }
                costs[b] = cost + link.cost
                changes = true
            }
        }
    }
    return costs
}

@Suite("Routes beside a plain reference")
struct RoutingReferenceTests {
    @Test("In random networks each neighbour's way is the cheapest cleared one", arguments: UInt64(1)...24)
    func cheapest(seed: UInt64) {
        let network = network(stations: 14, links: 26, seed: seed)
        let own = network.stations[0].indicator
        let table = RoutingTable(network: network, own: own)
        for level in Classification.allCases {
            var expected: [RoutingIndicator: [(cost: Int, next: RoutingIndicator)]] = [:]
            for link in network.links where (link.clearance ?? .topSecret) >= level {
                guard let next = link.a == own ? link.b : link.b == own ? link.a : nil else { continue }
                for (station, cost) in costs(network, from: next, avoiding: own, level) {
                    expected[station, default: []].append((cost + link.cost, next))
                }
            }
            for station in network.stations where station.indicator != own {
                let routes = table.routes(to: station.indicator, classification: level)
                let wanted = expected[station.indicator, default: []].sorted { ($0.cost, $0.next) < ($1.cost, $1.next) }
                #expect(routes.map(\.cost) == wanted.map(\.cost))
                #expect(routes.map(\.nextStation) == wanted.map(\.next))
            }
        }
    }

    @Test("A path begins here, ends there, visits no station twice, costs what it says and is cleared throughout")
    func paths() {
        for seed in UInt64(1)...24 {
            let network = network(stations: 14, links: 26, seed: seed)
            let own = network.stations[0].indicator
            let table = RoutingTable(network: network, own: own)
            for level in Classification.allCases {
                for station in network.stations {
                    for route in table.routes(to: station.indicator, classification: level) {
                        #expect(route.path.first == own && route.path.last == station.indicator)
                        #expect(Set(route.path).count == route.path.count)
                        var cost = 0
                        for (a, b) in zip(route.path, route.path.dropFirst()) {
                            let link = network.links.first { [$0.a, $0.b] == [a, b] || [$0.a, $0.b] == [b, a] }
                            cost += link?.cost ?? 1_000
                            #expect((link?.clearance ?? .topSecret) >= level)
                            #expect((network.station(b)?.clearance ?? .unclassified) >= level)
                        }
                        #expect(cost == route.cost)
                        let first = network.links[route.linkIndex]
                        #expect(Set([first.a, first.b]) == Set([own, route.nextStation]))
                    }
                }
            }
        }
    }

    @Test("The order of the file changes no way, also where costs are equal")
    func ties() {
        for seed in UInt64(1)...12 {
            let network = network(stations: 14, links: 30, seed: seed)
            var other = network
            other.stations.reverse()
            other.links = network.links.reversed().map {
                Network.Link(a: $0.b, b: $0.a, clearance: $0.clearance, cost: $0.cost)
            }
            let own = network.stations[0].indicator
            let tables = [RoutingTable(network: network, own: own), RoutingTable(network: other, own: own)]
            for level in Classification.allCases {
                for station in network.stations {
                    let paths = tables.map { $0.routes(to: station.indicator, classification: level).map(\.path) }
                    #expect(paths[0] == paths[1])
                }
            }
        }
    }

    @Test("Of two ways of equal cost the one whose last station comes first in the alphabet is taken")
    func alphabet() {
        // From 1 to 4: by 3 (1 + 2) or by 2 (2 + 1); 3 is reached first, 2 is the earlier name.
        let n = indicators(5)
        let links = [(0, 1, 1), (1, 3, 1), (3, 4, 2), (1, 2, 2), (2, 4, 1)]
        let network = Network(
            name: "N", version: 1,
            stations: n.map { Network.Station(indicator: $0, posts: [], addresses: [], clearance: .secret) },
            links: links.map { Network.Link(a: n[$0.0], b: n[$0.1], cost: $0.2) }, collectives: [], aliases: [])
        let routes = RoutingTable(network: network, own: n[0]).routes(to: n[4], classification: .secret)
        #expect(routes.map(\.path) == [[n[0], n[1], n[2], n[4]]])
    }

    @Test(
        "A thousand stations are in the table within a second; where all are neighbours, within three",
        arguments: [false, true])
    func large(hub: Bool) {
        let network = network(stations: 1_000, links: 4_000, seed: 7, hub: hub)
        var table: RoutingTable?
        let time = ContinuousClock().measure {
            table = RoutingTable(network: network, own: network.stations[0].indicator)
        }
        let routes = network.stations.compactMap {
            table?.routes(to: $0.indicator, classification: .unclassified).first
        }
        #expect(routes.count == 999)
        // Debug code is some ten times slower than what is shipped, and a thousand neighbours are no common case.
        #if DEBUG
            #expect(time < .seconds(60))
        #else
            #expect(time < (hub ? .seconds(3) : .seconds(1)))
        #endif
    }
}

@Suite("Why a link is not used")
struct RefusalTests {
    private static let names = indicators(6)

    private static func table(_ clearances: [Classification], _ links: [(Int, Int, Classification?)]) -> RoutingTable {
        RoutingTable(
            network: Network(
                name: "N", version: 1,
                stations: clearances.enumerated().map {
                    Network.Station(indicator: names[$0], posts: [], addresses: [], clearance: $1)
                },
                links: links.map { Network.Link(a: names[$0.0], b: names[$0.1], clearance: $0.2) }, collectives: [],
                aliases: []),
            own: names[0])
    }

    private static func refusals(_ table: RoutingTable, _ level: Classification = .secret) -> [String] {
        table.refusals(to: names[1], classification: level).map { "\($0.link): \($0.why)" }
    }

    @Test("A refusal names the link or station that bars the way, and nothing that does not lead there")
    func relevant() {
        let n = Self.names
        let table = Self.table(
            [.topSecret, .secret, .secret, .confidential, .secret, .unclassified],
            [(0, 2, nil), (2, 1, .restricted), (0, 3, nil), (3, 1, nil), (0, 4, nil), (4, 1, nil), (0, 5, nil)])
        #expect(
            Self.refusals(table) == [
                "\(n[0])-\(n[2]): the link \(n[2])-\(n[1]) is cleared for RESTRICTED only",
                "\(n[0])-\(n[3]): \(n[3]) is cleared for CONFIDENTIAL only",
            ])
        #expect(table.routes(to: n[1], classification: .secret).map(\.nextStation) == [n[4]])
        #expect(Self.refusals(table, .unclassified) == [])
    }

    @Test("A station that is not cleared itself is named first")
    func destination() {
        let n = Self.names
        let table = Self.table([.topSecret, .confidential], [(0, 1, nil)])
        #expect(Self.refusals(table).first == "\(n[1]): \(n[1]) is cleared for CONFIDENTIAL only")
        let own = Self.table([.confidential, .secret], [(0, 1, nil)])
        #expect(Self.refusals(own).first == "\(n[0]): \(n[0]) is cleared for CONFIDENTIAL only")
    }

    @Test("Where no link leads there, nothing is refused")
    func unreachable() {
        #expect(Self.refusals(Self.table([.topSecret, .secret, .secret], [(0, 2, nil)])) == [])
    }
}
