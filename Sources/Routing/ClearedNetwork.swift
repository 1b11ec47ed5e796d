import Cables

/// The two stations of a link, whatever the order in which they are written.
struct LinkEnds: Hashable, Sendable {
    let low: RoutingIndicator
    let high: RoutingIndicator

    init(_ a: RoutingIndicator, _ b: RoutingIndicator) {
        low = min(a, b)
        high = max(a, b)
    }

    func other(than station: RoutingIndicator) -> RoutingIndicator? {
        guard low != high else { return nil }
        return low == station ? high : high == station ? low : nil
    }
}

/// What a link allows and costs.
struct LinkTerms: Sendable {
    /// In `Network.links`.
    var index: Int
    var clearance: Classification
    var cost: Int
}

/// The stations and links that are cleared for one classification.
struct ClearedNetwork {
    private struct Edge {
        var to: Int
        var cost: Int
        var link: Int
    }

    /// In alphabetical order, so that the smaller number is the earlier indicator.
    private let stations: [RoutingIndicator]
    private let numbers: [RoutingIndicator: Int]
    private let edges: [[Edge]]

    init(stations: [RoutingIndicator], links: [LinkEnds: LinkTerms]) {
        var numbers: [RoutingIndicator: Int] = [:]
        for (number, station) in stations.enumerated() { numbers[station] = number }
        var edges = [[Edge]](repeating: [], count: stations.count)
        for (ends, terms) in links {
            guard ends.low != ends.high, let a = numbers[ends.low], let b = numbers[ends.high] else { continue }
            edges[a].append(Edge(to: b, cost: terms.cost, link: terms.index))
            edges[b].append(Edge(to: a, cost: terms.cost, link: terms.index))
        }
        self.stations = stations
        self.numbers = numbers
        self.edges = edges.map { $0.sorted { $0.to < $1.to } }
    }

    /// For each station the ways that begin with each neighbour, none of which comes back through this station.
    func routes(from own: RoutingIndicator) -> [RoutingIndicator: [Route]] {
        guard let start = numbers[own] else { return [:] }
        var found = [[Route]](repeating: [], count: stations.count)
        for first in edges[start] {
            let (costs, before) = shortest(from: first.to, avoiding: start)
            let ways = WaysOnward(own: own, stations: stations, first: first.to, before: before)
            for destination in stations.indices where costs[destination] != Int.max {
                found[destination].append(
                    Route(
                        linkIndex: first.link, cost: costs[destination] + first.cost, ways: ways,
                        destination: destination))
            }
        }
        var table: [RoutingIndicator: [Route]] = [:]
        for (destination, routes) in found.enumerated() where !routes.isEmpty {
            table[stations[destination]] = routes.sorted { ($0.cost, $0.nextStation) < ($1.cost, $1.nextStation) }
        }
        return table
    }

    /// Among ways of equal cost the one whose last station before the end comes first in the alphabet.
    private func shortest(from first: Int, avoiding start: Int) -> (costs: [Int], before: [Int32]) {
        var costs = [Int](repeating: Int.max, count: edges.count)
        var before = [Int32](repeating: -1, count: edges.count)
        var done = [Bool](repeating: false, count: edges.count)
        costs[first] = 0
        done[start] = true
        var open = OpenPlaces()
        open.push(cost: 0, place: first)
        while let place = open.pop() {
            guard !done[place] else { continue }
            done[place] = true
            for edge in edges[place] where !done[edge.to] {
                let cost = costs[place] + edge.cost
                guard cost <= costs[edge.to] else { continue }
                if cost == costs[edge.to] {
                    before[edge.to] = min(before[edge.to], Int32(place))
                    continue
                }
                costs[edge.to] = cost
                before[edge.to] = Int32(place)
                open.push(cost: cost, place: edge.to)
            }
        }
        return (costs, before)
    }
}

/// Places still to be visited, the cheapest first: a binary heap of words, cost above place.
private struct OpenPlaces {
    /// More stations than a network file may hold.
    private static let placeBits: UInt64 = 24

    private var words: [UInt64] = []

    mutating func push(cost: Int, place: Int) {
        words.append(UInt64(cost) << Self.placeBits | UInt64(place))
        var child = words.count - 1
        while child > 0, words[child] < words[(child - 1) / 2] {
            words.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Int? {
        guard let first = words.first, let last = words.popLast() else { return nil }
        let place = Int(first & (1 << Self.placeBits - 1))
        guard !words.isEmpty else { return place }
        words[0] = last
        var parent = 0
        while true {
            var least = parent
            let left = parent * 2 + 1
            if left < words.count, words[left] < words[least] { least = left }
            if left + 1 < words.count, words[left + 1] < words[least] { least = left + 1 }
            guard least != parent else { return place }
            words.swapAt(parent, least)
            parent = least
        }
    }
}
