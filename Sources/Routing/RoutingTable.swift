package import Cables

/// One way to a station.
package struct Route: Sendable, Equatable {
    package var nextStation: RoutingIndicator
    package var cost: Int
    /// Stations on the way, this one first, the destination last.
    package var path: [RoutingIndicator]
}

/// Why a link is not used for a classification.
package struct RouteRefusal: Sendable, Equatable {
    package var link: String
    package var why: String
}

/// Which neighbour leads to which station, for each classification: over cleared links and stations only.
///
/// Made once for a network; a look-up afterwards is two steps.
package struct RoutingTable: Sendable {
    package let own: RoutingIndicator
    /// Stations linked to this one, in alphabetical order.
    package let neighbours: [RoutingIndicator]

    private let clearances: [RoutingIndicator: Classification]
    private let links: [Network.Link]
    private let tables: [[RoutingIndicator: [Route]]]

    package init(network: Network, own: RoutingIndicator) {
        self.own = own
        var clearances: [RoutingIndicator: Classification] = [:]
        for station in network.stations { clearances[station.indicator] = station.clearance }
        self.clearances = clearances
        links = network.links
        neighbours = Self.neighbours(of: own, network.links)
        tables = Classification.allCases.map { level in
            Self.table(own: own, clearances: clearances, links: network.links, level: level)
        }
    }

    package func clearance(of station: RoutingIndicator) -> Classification { clearances[station] ?? .unclassified }

    package func clearance(ofLinkTo neighbour: RoutingIndicator) -> Classification {
        guard let link = link(to: neighbour) else { return .unclassified }
        return Self.clearance(link, clearances)
    }

    package func cost(ofLinkTo neighbour: RoutingIndicator) -> Int { link(to: neighbour)?.cost ?? 1 }

    private func link(to neighbour: RoutingIndicator) -> Network.Link? {
        links.first { ($0.a == own && $0.b == neighbour) || ($0.b == own && $0.a == neighbour) }
    }

    /// Lowest total cost first, one per neighbour; ties by routing indicator. Empty: none is cleared, or none exists.
    package func routes(to station: RoutingIndicator, classification: Classification) -> [Route] {
        tables[Int(classification.rawValue)][station] ?? []
    }

    /// Stations and links that a cable of this classification may not use, as far as they concern the destination.
    package func refusals(to station: RoutingIndicator, classification: Classification) -> [RouteRefusal] {
        var refusals: [RouteRefusal] = []
        if let clearance = clearances[station], clearance < classification {
            refusals.append(
                RouteRefusal(link: station.description, why: "\(station) is cleared for \(clearance.word) only"))
        }
        for link in links where Self.clearance(link, clearances) < classification {
            refusals.append(
                RouteRefusal(
                    link: "\(link.a)-\(link.b)",
                    why: "the link \(link.a)-\(link.b) is cleared for \(Self.clearance(link, clearances).word) only"))
        }
        return refusals
    }

    private static func clearance(
        _ link: Network.Link, _ stations: [RoutingIndicator: Classification]
    ) -> Classification {
        let lower = min(stations[link.a] ?? .unclassified, stations[link.b] ?? .unclassified)
        return min(link.clearance ?? lower, lower)
    }

    private static func neighbours(of own: RoutingIndicator, _ links: [Network.Link]) -> [RoutingIndicator] {
        let found = links.compactMap { $0.a == own ? $0.b : $0.b == own ? $0.a : nil }
        return Array(Set(found)).sorted()
    }

    private struct Edge {
        var to: Int
        var cost: Int
    }

    /// Shortest ways from each neighbour, without coming back through this station.
    private static func table(
        own: RoutingIndicator, clearances: [RoutingIndicator: Classification], links: [Network.Link],
        level: Classification
    ) -> [RoutingIndicator: [Route]] {
        let cleared = clearances.filter { $0.value >= level }.keys.sorted()
        guard cleared.contains(own) else { return [:] }
        var number: [RoutingIndicator: Int] = [:]
        for (index, station) in cleared.enumerated() { number[station] = index }
        var edges = [[Edge]](repeating: [], count: cleared.count)
        for link in links where clearance(link, clearances) >= level {
            guard let a = number[link.a], let b = number[link.b] else { continue }
            edges[a].append(Edge(to: b, cost: link.cost))
            edges[b].append(Edge(to: a, cost: link.cost))
        }
        guard let start = number[own] else { return [:] }
        var table: [RoutingIndicator: [Route]] = [:]
        for first in edges[start].sorted(by: { ($0.to, $0.cost) < ($1.to, $1.cost) }) {
            let (costs, before) = shortest(from: first.to, avoiding: start, edges)
            for destination in cleared.indices where destination != start {
                guard let cost = costs[destination] else { continue }
                var path = [cleared[destination]]
                var place = destination
                while place != first.to, let previous = before[place] {
                    path.append(cleared[previous])
                    place = previous
                }
                path.append(own)
                let route = Route(nextStation: cleared[first.to], cost: cost + first.cost, path: path.reversed())
                table[cleared[destination], default: []].append(route)
            }
        }
        for destination in table.keys {
            table[destination]?.sort { ($0.cost, $0.nextStation) < ($1.cost, $1.nextStation) }
        }
        return table
    }

    private static func shortest(
        from first: Int, avoiding start: Int, _ edges: [[Edge]]
    ) -> (costs: [Int?], before: [Int?]) {
        var costs = [Int?](repeating: nil, count: edges.count)
        var before = [Int?](repeating: nil, count: edges.count)
        var done = [Bool](repeating: false, count: edges.count)
        costs[first] = 0
        done[start] = true
        var heap = [(cost: 0, place: first)]
        while let next = pop(&heap) {
            guard !done[next.place] else { continue }
            done[next.place] = true
            for edge in edges[next.place] where !done[edge.to] {
                let cost = next.cost + edge.cost
                if let known = costs[edge.to], (known, before[edge.to] ?? 0) <= (cost, next.place) { continue }
                costs[edge.to] = cost
                before[edge.to] = next.place
                push((cost, edge.to), &heap)
            }
        }
        return (costs, before)
    }

    private static func push(_ item: (cost: Int, place: Int), _ heap: inout [(cost: Int, place: Int)]) {
        heap.append(item)
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private static func pop(_ heap: inout [(cost: Int, place: Int)]) -> (cost: Int, place: Int)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
