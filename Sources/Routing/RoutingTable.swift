package import Cables

/// Why a link of this station is not used for a classification.
package struct RouteRefusal: Sendable, Equatable {
    /// `RI-RI`, or the station itself where that is what is not cleared.
    package var link: String
    package var why: String

    package init(link: String, why: String) {
        self.link = link
        self.why = why
    }
}

/// Which neighbour leads to which station, for each classification: over cleared links and stations only.
///
/// Made once for a network; a look-up afterwards is two steps. For 1,000 stations and 4,000 links that takes
/// some 10 ms, and half a second where every station is linked to this one.
package struct RoutingTable: Sendable {
    /// Highest cost of one link, and so of a way without overflow; the network file allows no more.
    package static let linkCostMax = 1_000_000

    package let network: Network
    package let own: RoutingIndicator
    /// Stations linked to this one, in alphabetical order.
    package let neighbours: [RoutingIndicator]

    private let clearances: [RoutingIndicator: Classification]
    private let links: [LinkEnds: LinkTerms]
    private let tables: [[RoutingIndicator: [Route]]]
    /// Stations that may not be on the way, whatever their clearance, and why.
    private let barred: [RoutingIndicator: String]

    package init(network: Network, own: RoutingIndicator, barred: [RoutingIndicator: String] = [:]) {
        self.network = network
        self.own = own
        self.barred = barred
        var clearances: [RoutingIndicator: Classification] = [:]
        for station in network.stations { clearances[station.indicator] = station.clearance }
        var links: [LinkEnds: LinkTerms] = [:]
        for (index, link) in network.links.enumerated() {
            let ends = LinkEnds(link.a, link.b)
            guard links[ends] == nil else { continue }
            links[ends] = LinkTerms(
                index: index, clearance: Self.clearance(link, clearances),
                cost: min(max(link.cost, 1), Self.linkCostMax))
        }
        self.clearances = clearances
        self.links = links
        let found = links.keys.compactMap { $0.other(than: own) }
        neighbours = found.sorted()
        tables = Self.tables(
            own: own, clearances: barred.isEmpty ? clearances : clearances.filter { barred[$0.key] == nil },
            links: links)
    }

    package func clearance(of station: RoutingIndicator) -> Classification { clearances[station] ?? .unclassified }

    package func clearance(ofLinkTo neighbour: RoutingIndicator) -> Classification {
        links[LinkEnds(own, neighbour)]?.clearance ?? .unclassified
    }

    package func cost(ofLinkTo neighbour: RoutingIndicator) -> Int { links[LinkEnds(own, neighbour)]?.cost ?? 1 }

    /// Lowest total cost first, one per neighbour; ties by routing indicator. Empty: none is cleared, or none exists.
    package func routes(to station: RoutingIndicator, classification: Classification) -> [Route] {
        tables[Int(classification.rawValue)][station] ?? []
    }

    /// Why links of this station that lead to the destination are not used for the classification.
    ///
    /// First this station and the destination, if they are not cleared; then each link of this station by which an
    /// UNCLASSIFIED cable would get there and this one would not, in order of cost. Empty where nothing is refused, or
    /// where no link leads there at all.
    ///
    /// - Parameter plain: the table without barred stations, where this one has some.
    package func refusals(
        to station: RoutingIndicator, classification: Classification, among plain: RoutingTable? = nil
    ) -> [RouteRefusal] {
        var refusals: [RouteRefusal] = []
        for place in own == station ? [own] : [own, station] {
            if let why = barred[place] { refusals.append(RouteRefusal(link: place.description, why: why)) }
            if let clearance = clearances[place], clearance < classification {
                refusals.append(RouteRefusal(link: place.description, why: Self.notCleared("\(place)", clearance)))
            }
        }
        let used = Set(routes(to: station, classification: classification).map(\.nextStation))
        for route in (plain ?? self).routes(to: station, classification: .unclassified)
        where !used.contains(route.nextStation) {
            let why = barrier(on: route.path, classification) ?? "no other cleared way leads on from it"
            refusals.append(RouteRefusal(link: "\(own)-\(route.nextStation)", why: why))
        }
        return refusals
    }

    /// The first link or station on a way that is not cleared.
    private func barrier(on path: [RoutingIndicator], _ classification: Classification) -> String? {
        for (here, next) in zip(path, path.dropFirst()) {
            if let why = barred[next] { return why }
            if clearance(of: next) < classification { return Self.notCleared("\(next)", clearance(of: next)) }
            guard let terms = links[LinkEnds(here, next)], terms.clearance < classification else { continue }
            return Self.notCleared("the link \(here)-\(next)", terms.clearance)
        }
        return nil
    }

    private static func notCleared(_ what: String, _ clearance: Classification) -> String {
        "\(what) is cleared for \(clearance.word) only"
    }

    private static func clearance(
        _ link: Network.Link, _ stations: [RoutingIndicator: Classification]
    ) -> Classification {
        let lower = min(stations[link.a] ?? .unclassified, stations[link.b] ?? .unclassified)
        return min(link.clearance ?? lower, lower)
    }

    /// One table for each classification; levels at which the same stations and links are cleared share one.
    private static func tables(
        own: RoutingIndicator, clearances: [RoutingIndicator: Classification], links: [LinkEnds: LinkTerms]
    ) -> [[RoutingIndicator: [Route]]] {
        var tables: [[RoutingIndicator: [Route]]] = []
        var previous = (stations: -1, links: -1)
        for level in Classification.allCases {
            let stations = clearances.filter { $0.value >= level }.keys.sorted()
            let open = links.filter { $0.value.clearance >= level }
            // Each level clears a part of the one below, so equal numbers are equal sets.
            if let last = tables.last, previous == (stations.count, open.count) {
                tables.append(last)
            } else {
                tables.append(ClearedNetwork(stations: stations, links: open).routes(from: own))
            }
            previous = (stations.count, open.count)
        }
        return tables
    }
}
