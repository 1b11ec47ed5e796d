import Cables

/// What is weak in a network, though its file is without mistakes: who cannot be reached, which clearance is of no use,
/// and whose loss would part the rest.
package struct NetworkSurvey: Sendable {
    package enum Kind: String, Sendable {
        /// No link leads there.
        case unreachable
        /// Its own clearance is above that of every way to it.
        case clearanceUnused
        /// A link names a clearance that one of its ends does not have.
        case linkAboveStation
        /// Without this station, or link, others are cut off.
        case singlePoint
        /// Several stations behind one post: meant, where each says so.
        case sharedPost
    }

    package struct Finding: Sendable, Equatable {
        package var kind: Kind
        package var text: String
    }

    /// Names that a finding lists at most.
    private static let namesMax = 6

    private let network: Network
    private let numbers: [RoutingIndicator: Int]
    private let terms: [Classification]

    package init(_ network: Network) {
        self.network = network
        numbers = Dictionary(
            network.stations.enumerated().map { ($1.indicator, $0) }, uniquingKeysWith: { first, _ in first })
        let clearances = Dictionary(
            network.stations.map { ($0.indicator, $0.clearance) }, uniquingKeysWith: { first, _ in first })
        terms = network.links.map { link in
            let lower = min(clearances[link.a] ?? .unclassified, clearances[link.b] ?? .unclassified)
            return min(link.clearance ?? lower, lower)
        }
    }

    /// In the order of the kinds, then of the file.
    package var findings: [Finding] { unreachable + clearances + links + singlePoints + sharedPosts }

    // MARK: Ways

    private var unreachable: [Finding] {
        let groups = groups(at: .unclassified)
        guard let largest = groups.first else { return [] }
        let main = Set(largest)
        return network.stations.indices.filter { !main.contains($0) }.map { number in
            let station = network.stations[number]
            let posts = station.posts.isEmpty ? "" : " (\(station.posts.joined(separator: ", ")))"
            return Finding(
                kind: .unreachable, text: "no way leads from \(name(largest[0])) to \(station.indicator)\(posts)")
        }
    }

    /// Each station once, at the lowest classification at which it stands alone.
    private var clearances: [Finding] {
        var found: [Int: Classification] = [:]
        let reached = Set(groups(at: .unclassified).first ?? [])
        for level in Classification.allCases.dropFirst() {
            let groups = groups(at: level)
            guard let largest = groups.first, largest.count > 1 || groups.count > 1 else { continue }
            let main = Set(largest)
            for number in groups.joined() where !main.contains(number) && reached.contains(number) {
                found[number] = min(found[number] ?? level, level)
            }
        }
        return found.sorted { $0.key < $1.key }.map { number, level in
            let station = network.stations[number]
            return Finding(
                kind: .clearanceUnused,
                text: "\(station.indicator) is cleared for \(station.clearance.word), but no way to the others is "
                    + "cleared for \(level.word)")
        }
    }

    private var links: [Finding] {
        zip(network.links, terms).compactMap { link, clearance in
            guard let written = link.clearance, written > clearance else { return nil }
            let low = [link.a, link.b].filter { network.station($0)?.clearance == clearance }
            let ends = low.map(\.description).joined(separator: " and ")
            return Finding(
                kind: .linkAboveStation,
                text: "the link \(link.a)-\(link.b) is written as cleared for \(written.word), but \(ends) only for "
                    + "\(clearance.word): nothing above that goes over it")
        }
    }

    /// Stations that may have this classification, in groups that can reach one another; the largest first.
    private func groups(at level: Classification) -> [[Int]] {
        var sets = DisjointSets(network.stations.count)
        for (link, clearance) in zip(network.links, terms) where clearance >= level {
            guard let a = numbers[link.a], let b = numbers[link.b] else { continue }
            sets.join(a, b)
        }
        let cleared = network.stations.indices.filter { network.stations[$0].clearance >= level }
        let groups = Dictionary(grouping: cleared) { sets.root($0) }
        return groups.values.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    }

    private func name(_ number: Int) -> String { network.stations[number].indicator.description }

    private func list(_ numbers: some Collection<Int>) -> String {
        let names = numbers.prefix(Self.namesMax).map { name($0) }.joined(separator: ", ")
        return numbers.count > Self.namesMax ? "\(names) and \(numbers.count - Self.namesMax) more" : names
    }

    // MARK: Single points

    private var singlePoints: [Finding] {
        let search = CutSearch(
            network.stations.count,
            network.links.compactMap { link in
                guard let a = numbers[link.a], let b = numbers[link.b], a != b else { return nil }
                return (a, b)
            })
        let stations = search.stations.map { number in
            Finding(
                kind: .singlePoint,
                text:
                    "without \(name(number)) nothing reaches \(list(apart(without: { $0 == number || $1 == number }, number)))"
            )
        }
        let links = search.links.filter { a, b in
            // That the only link of a station is the only one is said with its neighbour.
            degree(a) > 1 && degree(b) > 1
        }.map { a, b in
            Finding(
                kind: .singlePoint,
                text: "without the link \(name(a))-\(name(b)) nothing reaches "
                    + list(apart(without: { Set([$0, $1]) == Set([a, b]) }, nil)))
        }
        return stations + links
    }

    private func degree(_ number: Int) -> Int {
        let indicator = network.stations[number].indicator
        return network.links.count { $0.a == indicator || $0.b == indicator }
    }

    /// All but the largest group of what was one group.
    private func apart(without isGone: (Int, Int) -> Bool, _ station: Int?) -> [Int] {
        var sets = DisjointSets(network.stations.count)
        var whole = DisjointSets(network.stations.count)
        for link in network.links {
            guard let a = numbers[link.a], let b = numbers[link.b] else { continue }
            whole.join(a, b)
            if !isGone(a, b) { sets.join(a, b) }
        }
        let roots = network.stations.indices.map { (whole.root($0), sets.root($0)) }
        let home: Int
        if let station { home = roots[station].0 } else { home = mostParted(roots) }
        let rest = network.stations.indices.filter { $0 != station && roots[$0].0 == home }
        let groups = Dictionary(grouping: rest) { roots[$0].1 }.values.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
        return groups.dropFirst().joined().sorted()
    }

    private func mostParted(_ roots: [(Int, Int)]) -> Int {
        var parts: [Int: Set<Int>] = [:]
        for (whole, part) in roots { parts[whole, default: []].insert(part) }
        return parts.first { $0.value.count > 1 }?.key ?? 0
    }

    // MARK: Names

    private var sharedPosts: [Finding] {
        var stations: [String: [RoutingIndicator]] = [:]
        var order: [String] = []
        for station in network.stations {
            for post in station.posts {
                if stations[post] == nil { order.append(post) }
                stations[post, default: []].append(station.indicator)
            }
        }
        return order.compactMap { post in
            guard let all = stations[post], all.count > 1 else { return nil }
            return Finding(
                kind: .sharedPost,
                text:
                    "\(post) is a post of \(all.map(\.description).joined(separator: " and ")), as their shared: true says"
            )
        }
    }
}

/// Groups that grow together.
private struct DisjointSets {
    private var parents: [Int]

    init(_ count: Int) { parents = Array(0..<count) }

    mutating func root(_ number: Int) -> Int {
        var place = number
        while parents[place] != place {
            parents[place] = parents[parents[place]]
            place = parents[place]
        }
        return place
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (root(a), root(b))
        if a != b { parents[max(a, b)] = min(a, b) }
    }
}

/// Stations and links whose loss parts a network: one walk, by the order of visits (Tarjan).
private struct CutSearch {
    private(set) var stations: [Int] = []
    private(set) var links: [(Int, Int)] = []

    private struct Step {
        var place: Int
        var from: Int
        var next = 0
    }

    init(_ count: Int, _ ends: [(Int, Int)]) {
        var neighbours = [[Int]](repeating: [], count: count)
        for (a, b) in ends {
            neighbours[a].append(b)
            neighbours[b].append(a)
        }
        var visited = [Int](repeating: 0, count: count)
        var lowest = [Int](repeating: 0, count: count)
        var isCut = [Bool](repeating: false, count: count)
        var clock = 0
        for start in 0..<count where visited[start] == 0 {
            var children = 0
            var open = [Step(place: start, from: -1)]
            while var step = open.popLast() {
                let place = step.place
                if step.next == 0 {
                    clock += 1
                    visited[place] = clock
                    lowest[place] = clock
                }
                guard step.next < neighbours[place].count else {
                    guard let before = open.last?.place else { continue }
                    lowest[before] = min(lowest[before], lowest[place])
                    if lowest[place] > visited[before] { links.append((min(before, place), max(before, place))) }
                    if before == start {
                        children += 1
                    } else if lowest[place] >= visited[before] {
                        isCut[before] = true
                    }
                    continue
                }
                let next = neighbours[place][step.next]
                step.next += 1
                open.append(step)
                if visited[next] == 0 {
                    open.append(Step(place: next, from: place))
                } else if next != step.from {
                    lowest[place] = min(lowest[place], visited[next])
                }
            }
            if children > 1 { isCut[start] = true }
        }
        stations = isCut.indices.filter { isCut[$0] }
        links.sort { $0 < $1 }
    }
}
