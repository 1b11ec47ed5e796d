package import Cables

/// One way to a station.
package struct Route: Sendable, Equatable {
    package let nextStation: RoutingIndicator
    /// Of the first link, in `Network.links`.
    package let linkIndex: Int
    package let cost: Int
    private let ways: WaysOnward
    private let destination: Int32

    init(linkIndex: Int, cost: Int, ways: WaysOnward, destination: Int) {
        nextStation = ways.stations[ways.first]
        self.linkIndex = linkIndex
        self.cost = cost
        self.ways = ways
        self.destination = Int32(destination)
    }

    /// Stations on the way, this one first, the destination last.
    package var path: [RoutingIndicator] {
        var path = [ways.stations[Int(destination)]]
        var place = Int(destination)
        while place != ways.first, ways.before[place] >= 0 {
            place = Int(ways.before[place])
            path.append(ways.stations[place])
        }
        path.append(ways.own)
        return path.reversed()
    }

    package static func == (a: Route, b: Route) -> Bool {
        a.nextStation == b.nextStation && a.linkIndex == b.linkIndex && a.cost == b.cost && a.path == b.path
    }
}

/// The cheapest ways onward from one neighbour to all stations, kept once for all routes that begin with it.
///
/// A class because a thousand routes share it: a path is walked only when it is asked for.
final class WaysOnward: Sendable {
    let own: RoutingIndicator
    let stations: [RoutingIndicator]
    /// The neighbour's place in `stations`.
    let first: Int
    /// For each station the one before it on its way; -1 for none.
    let before: [Int32]

    init(own: RoutingIndicator, stations: [RoutingIndicator], first: Int, before: [Int32]) {
        self.own = own
        self.stations = stations
        self.first = first
        self.before = before
    }
}
