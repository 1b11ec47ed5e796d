import Cables
import Routing

/// `routerbench routing`: the table of a large random network, and look-ups in it.
struct RoutingRun {
    private static let lookups = 2_000_000

    private let stations: Int
    private let links: Int

    init(stations: Int, links: Int) {
        self.stations = stations
        self.links = links
    }

    func run() -> RoutingResult {
        let network = network()
        let own = network.stations[0].indicator
        var best = Double.infinity
        var table = RoutingTable(network: network, own: own)
        for _ in 0..<5 {
            let start = Report.seconds
            table = RoutingTable(network: network, own: own)
            best = min(best, Report.seconds - start)
        }
        let names = network.stations.map(\.indicator)
        var state: UInt64 = 1
        var sum = 0
        let start = Report.seconds
        for _ in 0..<Self.lookups {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let routes = table.routes(to: names[Int(state >> 33) % names.count], classification: .confidential)
            sum &+= routes.first?.cost ?? 0
        }
        let each = (Report.seconds - start) / Double(Self.lookups)
        return RoutingResult(
            stations: stations, links: network.links.count, tableSeconds: best, lookupMicroseconds: each * 1e6,
            checksum: sum)
    }

    private func network() -> Network {
        var state: UInt64 = 7
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let names = (0..<stations).compactMap { number in
            RoutingIndicator(
                letters: [UInt8(ascii: "R")]
                    + String(number + 100_000).utf8.map { $0 - UInt8(ascii: "0") + UInt8(ascii: "A") })
        }
        let places = names.enumerated().map { index, name in
            Network.Station(
                indicator: name, posts: ["POST \(name)"], addresses: [],
                clearance: index == 0 ? .topSecret : Classification(rawValue: UInt8(2 + below(4))) ?? .secret)
        }
        var seen: Set<Int> = []
        var found: [Network.Link] = []
        func add(_ a: Int, _ b: Int) {
            guard a != b, seen.insert(min(a, b) * stations + max(a, b)).inserted else { return }
            found.append(Network.Link(a: names[a], b: names[b], cost: 1 + below(4)))
        }
        for index in 1..<stations { add(index, below(index)) }
        // No more than there are pairs of stations.
        while found.count < min(links, stations * (stations - 1) / 2) { add(below(stations), below(stations)) }
        return Network(name: "BENCH", version: 1, stations: places, links: found, collectives: [], aliases: [])
    }
}

struct RoutingResult: Encodable {
    var stations: Int
    var links: Int
    /// For this station, at all classifications: the best of five.
    var tableSeconds: Double
    var lookupMicroseconds: Double
    /// So that nothing is left out.
    var checksum: Int
}
