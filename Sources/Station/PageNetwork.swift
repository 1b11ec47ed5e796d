import Cables
import Routing

/// The network as the status page draws it: the stations that are near, and how many are not shown.
struct PageNetwork: Encodable, Equatable, Sendable {
    /// Stations that are drawn at most: a picture of more cannot be read.
    private static let stationsMax = 40
    private static let hopsMax = 4

    struct Station: Encodable, Equatable, Sendable {
        var indicator: String
        /// The first of its posts.
        var post: String
        var hops: Int
    }

    var own: String
    var stations: [Station] = []
    /// Pairs of the stations drawn.
    var links: [[String]] = []
    var left: Int

    init(_ network: Network, own: RoutingIndicator) {
        self.own = own.description
        var hops: [RoutingIndicator: Int] = [own: 0]
        var ring = [own]
        while !ring.isEmpty {
            for indicator in ring {
                stations.append(
                    Station(
                        indicator: indicator.description, post: network.station(indicator)?.posts.first ?? "",
                        hops: hops[indicator] ?? 0))
            }
            let near = ring.flatMap { here in
                network.links.compactMap { $0.a == here ? $0.b : $0.b == here ? $0.a : nil }
            }
            let next = Set(near.filter { hops[$0] == nil }).sorted()
            let depth = (hops[ring[0]] ?? 0) + 1
            // A ring is drawn whole or not at all, but for the neighbours, whose links are what the page is about.
            guard depth <= Self.hopsMax, depth == 1 || stations.count + next.count <= Self.stationsMax else { break }
            for indicator in next { hops[indicator] = depth }
            ring = next
        }
        links = network.links.filter { hops[$0.a] != nil && hops[$0.b] != nil }.map {
            [$0.a.description, $0.b.description]
        }
        left = network.stations.count - stations.count
    }
}
