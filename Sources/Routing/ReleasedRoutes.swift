package import Cables

/// The ways of one station for cables of every classification and with every caption.
///
/// A cable without limiting captions has the plain table, and so has one whose captions keep no station out. The others
/// share one table for each set of stations that are kept out, made when the first of them comes.
package struct ReleasedRoutes: Sendable {
    /// Tables for sets of stations kept at once: more are made again.
    private static let tablesMax = 64

    package let plain: RoutingTable
    package let rules: ReleaseRules
    private let network: Network
    private var byCaptions: [[String]: Int] = [:]
    private var byBarred: [Set<RoutingIndicator>: Int] = [:]
    private var tables: [RoutingTable] = []

    package init(_ plain: RoutingTable) {
        self.plain = plain
        network = plain.network
        rules = ReleaseRules(plain.network)
    }

    /// - Parameter captions: the limiting ones, in their fixed order.
    package mutating func table(_ captions: [String]) -> RoutingTable {
        guard !captions.isEmpty else { return plain }
        if let known = byCaptions[captions] { return known < 0 ? plain : tables[known] }
        var barred: [RoutingIndicator: String] = [:]
        for station in network.stations { barred[station.indicator] = rules.barrier(station, captions) }
        if tables.count >= Self.tablesMax || byCaptions.count >= Self.tablesMax * 64 {
            byCaptions.removeAll()
            byBarred.removeAll()
            tables.removeAll()
        }
        guard !barred.isEmpty else {
            byCaptions[captions] = -1
            return plain
        }
        // Equal sets have equal ways; the reasons may differ, and are those of the captions that came first.
        if let known = byBarred[Set(barred.keys)] {
            byCaptions[captions] = known
            return tables[known]
        }
        let table = RoutingTable(network: network, own: plain.own, barred: barred)
        byCaptions[captions] = tables.count
        byBarred[Set(barred.keys)] = tables.count
        tables.append(table)
        return table
    }

    /// Lowest total cost first, one per neighbour, over stations and links that may have the cable.
    package mutating func routes(
        to station: RoutingIndicator, _ classification: Classification, _ captions: [String]
    ) -> [Route] {
        guard !captions.isEmpty else { return plain.routes(to: station, classification: classification) }
        let level = max(classification, rules.floor(captions))
        return table(captions).routes(to: station, classification: level)
    }

    /// Of several stations this one, else the nearest that may have such a cable, else the first.
    ///
    /// - Parameter share: decides between stations that are equally near; the same number, the same station.
    package mutating func nearest(
        of stations: [RoutingIndicator], _ classification: Classification, _ captions: [String], share: UInt64 = 0
    ) -> RoutingIndicator? {
        if stations.contains(plain.own) { return plain.own }
        var best: (cost: Int, stations: [RoutingIndicator])?
        for station in stations {
            guard let cost = routes(to: station, classification, captions).first?.cost else { continue }
            if let found = best, cost >= found.cost {
                if cost == found.cost { best?.stations.append(station) }
            } else {
                best = (cost, [station])
            }
        }
        guard let near = best?.stations else { return stations.first }
        return near[Int(share % UInt64(near.count))]
    }

    /// Why links of this station that lead to the destination are not used for such a cable.
    package mutating func refusals(
        to station: RoutingIndicator, _ classification: Classification, _ captions: [String]
    ) -> [RouteRefusal] {
        let level = max(classification, rules.floor(captions))
        return table(captions).refusals(to: station, classification: level, among: plain)
    }

    /// Why such a cable may not be at a station at all; nil: it may.
    package func barrier(
        at station: RoutingIndicator, _ classification: Classification, _ captions: [String]
    ) -> String? {
        let level = max(classification, rules.floor(captions))
        if plain.clearance(of: station) < level {
            return "\(station) is cleared for \(plain.clearance(of: station).word) only"
        }
        guard !captions.isEmpty, let place = network.station(station) else { return nil }
        return rules.barrier(place, captions)
    }

    /// Why such a cable may not go over the link to a neighbour; nil: it may.
    package func barrier(
        over neighbour: RoutingIndicator, _ classification: Classification, _ captions: [String]
    ) -> String? {
        let level = max(classification, rules.floor(captions))
        if plain.clearance(ofLinkTo: neighbour) < level {
            return "the link \(plain.own)-\(neighbour) is cleared for \(plain.clearance(ofLinkTo: neighbour).word) only"
        }
        return barrier(at: neighbour, classification, captions)
    }
}
