import Cables
import Routing
import Testing

private func indicator(_ text: String) -> RoutingIndicator { RoutingIndicator(text)! }

private func network(
    _ stations: KeyValuePairs<String, Classification>, _ links: [(String, String, Classification?)]
) -> Network {
    Network(
        name: "N", version: 1,
        stations: stations.map {
            Network.Station(
                indicator: indicator($0.key), posts: ["POST \($0.key)"], addresses: [], clearance: $0.value)
        }, links: links.map { Network.Link(a: indicator($0.0), b: indicator($0.1), clearance: $0.2) },
        collectives: [], aliases: [])
}

private func said(_ network: Network, _ kind: NetworkSurvey.Kind) -> [String] {
    NetworkSurvey(network).findings.filter { $0.kind == kind }.map(\.text)
}

@Suite("What is weak in a network")
struct NetworkSurveyTests {
    @Test("A ring of equals has nothing that need be said")
    func ring() {
        let ring = network(
            ["RUAA": .secret, "RUBB": .secret, "RUCC": .secret],
            [("RUAA", "RUBB", nil), ("RUBB", "RUCC", nil), ("RUCC", "RUAA", nil)])
        #expect(NetworkSurvey(ring).findings.isEmpty)
    }

    @Test("Posts that no link leads to")
    func unreachable() {
        let parted = network(
            ["RUAA": .secret, "RUBB": .secret, "RUCC": .secret], [("RUAA", "RUBB", nil)])
        #expect(said(parted, .unreachable) == ["no way leads from RUAA to RUCC (POST RUCC)"])
    }

    @Test("A clearance that no way has, and a link that promises more than its ends hold")
    func clearances() {
        let low = network(
            ["RUAA": .secret, "RUBB": .confidential, "RUCC": .secret, "RUDD": .secret],
            [("RUAA", "RUBB", .secret), ("RUBB", "RUCC", nil), ("RUAA", "RUDD", nil)])
        #expect(
            said(low, .clearanceUnused) == [
                "RUCC is cleared for SECRET, but no way to the others is cleared for SECRET"
            ])
        #expect(
            said(low, .linkAboveStation) == [
                "the link RUAA-RUBB is written as cleared for SECRET, but RUBB only for CONFIDENTIAL: nothing above that "
                    + "goes over it"
            ])
    }

    @Test("Stations and links whose loss parts the rest")
    func singlePoints() {
        // Two triangles, held together by one link.
        let two = network(
            ["RUAA": .secret, "RUBB": .secret, "RUCC": .secret, "RUDD": .secret, "RUEE": .secret, "RUFF": .secret],
            [
                ("RUAA", "RUBB", nil), ("RUBB", "RUCC", nil), ("RUCC", "RUAA", nil), ("RUCC", "RUDD", nil),
                ("RUDD", "RUEE", nil), ("RUEE", "RUFF", nil), ("RUFF", "RUDD", nil),
            ])
        #expect(
            said(two, .singlePoint) == [
                "without RUCC nothing reaches RUAA, RUBB", "without RUDD nothing reaches RUEE, RUFF",
                "without the link RUCC-RUDD nothing reaches RUDD, RUEE, RUFF",
            ])
    }

    @Test("Any network: what is named parts it, and nothing else does", arguments: UInt64(1)...40)
    func everySinglePoint(seed: UInt64) {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let names = (0..<9).map {
            indicator("RU" + String(repeating: Character(UnicodeScalar(UInt8(65 + $0))), count: 2))
        }
        var pairs: Set<[Int]> = []
        for end in 1..<9 { pairs.insert([below(end), end]) }
        for _ in 0..<below(6) {
            let (a, b) = (below(9), below(9))
            if a != b { pairs.insert([min(a, b), max(a, b)]) }
        }
        let network = Network(
            name: "N", version: 1,
            stations: names.map { Network.Station(indicator: $0, posts: [], addresses: [], clearance: .secret) },
            links: pairs.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }.map {
                Network.Link(a: names[$0[0]], b: names[$0[1]])
            },
            collectives: [], aliases: [])
        func groups(without station: Int) -> Int {
            var left = Set(0..<9).subtracting([station])
            var count = 0
            while let first = left.min() {
                count += 1
                var reached: Set<Int> = [first]
                while true {
                    let more = pairs.filter { !$0.contains(station) && !reached.isDisjoint(with: $0) }.joined()
                    let grown = reached.union(more)
                    guard grown != reached else { break }
                    reached = grown
                }
                left.subtract(reached)
            }
            return count
        }
        let expected = (0..<9).filter { groups(without: $0) > 1 }.map { "without \(names[$0]) nothing" }
        let found = said(network, .singlePoint).filter { !$0.contains("the link") }
        #expect(found.count == expected.count)
        for (text, beginning) in zip(found, expected) { #expect(text.hasPrefix(beginning)) }
    }

    @Test("Several stations behind one post are named")
    func shared() {
        var both = network(["RUAA": .secret, "RUBB": .secret], [("RUAA", "RUBB", nil)])
        for number in 0...1 {
            both.stations[number].posts = ["WATCH"]
            both.stations[number].shared = true
        }
        #expect(said(both, .sharedPost) == ["WATCH is a post of RUAA and RUBB, as their shared: true says"])
    }
}
