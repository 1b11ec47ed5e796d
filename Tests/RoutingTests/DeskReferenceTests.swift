import Cables
import Routing
import Testing

/// A random network with posts, collectives within collectives and aliases; and random cables for it.
private struct Draw {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    mutating func network() -> Network {
        let count = 4 + below(9)
        let names = (0..<count).compactMap {
            RoutingIndicator(letters: Array("RUE".utf8) + [UInt8(ascii: "A") + UInt8($0)])
        }
        var posts: [String] = []
        let stations = names.enumerated().map { number, name in
            let own = (0..<(1 + below(3))).map { "POST \(number) \($0)" }
            posts += own
            return Network.Station(
                indicator: name, posts: own, addresses: [], clearance: level(from: number == 0 ? 5 : 0))
        }
        var links: [Network.Link] = []
        var seen: Set<Set<Int>> = []
        for end in (1..<count).map({ (below($0), $0) }) + (0..<count).map({ _ in (below(count), below(count)) })
        where end.0 != end.1 && seen.insert([end.0, end.1]).inserted {
            let clearance = below(3) == 0 ? level(from: 0) : nil
            links.append(
                Network.Link(a: names[end.0], b: names[end.1], clearance: clearance, cost: 1 + below(5)))
        }
        let aliases = (0..<below(4)).map { (name: "ALIAS \($0)", post: posts[below(posts.count)]) }
        let groups = (0..<(1 + below(4))).map { "GROUP \($0)" }
        let all = posts + aliases.map(\.name) + groups
        let collectives = groups.map { group in
            Network.Collective(name: group, members: (0..<below(6)).map { _ in all[below(all.count)] })
        }
        return Network(
            name: "N", version: 1, stations: stations, links: links, collectives: collectives, aliases: aliases)
    }

    mutating func level(from lowest: Int) -> Classification {
        Classification.allCases[min(lowest + below(6), Classification.allCases.count - 1)]
    }

    mutating func name(in network: Network) -> String {
        let names =
            network.stations.flatMap(\.posts) + network.aliases.map(\.name) + network.collectives.map(\.name)
        return names[below(names.count)]
    }
}

/// The same by the plainest means: sets that grow until they stay, and costs that fall until they stay.
private struct Reference {
    var network: Network

    func post(_ name: String) -> String { network.aliases.first { $0.name == name }?.post ?? name }

    func behind(_ collective: String) -> Set<String> {
        var names: Set<String> = [collective]
        while true {
            let more = network.collectives.filter { names.contains($0.name) }.flatMap(\.members).map { post($0) }
            let grown = names.union(more)
            guard grown != names else { break }
            names = grown
        }
        return names.filter { name in !network.collectives.contains { $0.name == name } }
    }

    func desks(from: String, _ addressees: [AddresseeName], exempt: [String]) -> Set<String> {
        var desks: Set<String> = []
        for addressee in addressees {
            if network.collectives.contains(where: { $0.name == addressee.post }) {
                desks.formUnion(behind(addressee.post).subtracting(exempt.map { post($0) }).subtracting([post(from)]))
            }
        }
        for addressee in addressees where !network.collectives.contains(where: { $0.name == addressee.post }) {
            desks.insert(post(addressee.post))
        }
        return desks
    }

    func clearance(_ link: Network.Link) -> Classification {
        let ends = [link.a, link.b].compactMap { network.station($0)?.clearance }
        return (ends + [link.clearance].compactMap { $0 }).min() ?? .unclassified
    }

    /// Lowest cost between two stations over what is cleared; nil: no way.
    func cost(_ a: RoutingIndicator, _ b: RoutingIndicator, _ level: Classification) -> Int? {
        guard (network.station(a)?.clearance ?? .unclassified) >= level else { return nil }
        var costs = [a: 0]
        for _ in network.stations {
            for link in network.links where clearance(link) >= level {
                for (here, there) in [(link.a, link.b), (link.b, link.a)] {
                    guard let cost = costs[here] else { continue }
                    costs[there] = min(costs[there] ?? .max, cost + link.cost)
                }
            }
        }
        return costs[b]
    }
}

@Suite("Desks and ways beside a plain reference")
struct DeskReferenceTests {
    @Test(
        "Any cable in any network reaches the reference's desks, hop by hop, by the cheapest cleared way, without a loop",
        arguments: UInt64(1)...60)
    func everywhere(seed: UInt64) {
        var draw = Draw(seed)
        let network = draw.network()
        let (book, reference) = (AddressBook(network), Reference(network: network))
        let tables = Dictionary(
            uniqueKeysWithValues: network.stations.map {
                ($0.indicator, RoutingTable(network: network, own: $0.indicator))
            })
        for _ in 0..<12 {
            let origin = network.stations[draw.below(network.stations.count)]
            let from = origin.posts[0]
            let addressees = (0..<(1 + draw.below(4))).map { _ in
                AddresseeName(
                    post: draw.name(in: network), indicator: nil, deliveredByOtherMeans: false,
                    role: draw.below(2) == 0 ? .action : .info, precedence: .routine, niact: false)
            }
            let exempt = (0..<draw.below(3)).map { _ in draw.name(in: network) }
            let expansion = book.expand(from: from, addressees: addressees, exempt: exempt)
            let desks = expansion.deliveries.map(\.post)
            #expect(Set(desks) == reference.desks(from: from, addressees, exempt: exempt))
            #expect(Set(desks).count == desks.count)
            let level = draw.level(from: 0)
            for delivery in expansion.deliveries {
                #expect(network.station(delivery.station)?.posts.contains(delivery.post) == true)
                follow(from: origin.indicator, to: delivery.station, level, tables, reference)
            }
        }
    }

    /// Each station looks into its own table, as it does with a cable in custody.
    private func follow(
        from origin: RoutingIndicator, to end: RoutingIndicator, _ level: Classification,
        _ tables: [RoutingIndicator: RoutingTable], _ reference: Reference
    ) {
        var (here, trace, paid) = (origin, [origin], 0)
        while here != end {
            guard let route = tables[here]?.routes(to: end, classification: level).first else {
                #expect(reference.cost(origin, end, level) == nil && here == origin)
                return
            }
            let link = reference.network.links[route.linkIndex]
            #expect(Set([link.a, link.b]) == Set([here, route.nextStation]))
            #expect(reference.clearance(link) >= level)
            paid += link.cost
            here = route.nextStation
            guard !trace.contains(here) else {
                Issue.record("a loop: \(trace) and \(here)")
                return
            }
            trace.append(here)
        }
        if here != origin { #expect(paid == reference.cost(origin, end, level)) }
    }
}
