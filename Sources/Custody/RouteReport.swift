package import Cables
package import Routing

/// How a cable would go from this station to a post now, and why not otherwise.
package struct RouteReport: Sendable, Equatable {
    package struct Alternate: Sendable, Equatable {
        package var path: [RoutingIndicator]
        package var cost: Int
    }

    package var post: String
    package var station: RoutingIndicator
    /// This station first; empty: the cable would be refused, or held.
    package var path: [RoutingIndicator]
    /// The neighbour that would get it; nil: it stays here.
    package var link: RoutingIndicator?
    /// Other ways that may have it, in order of cost.
    package var alternates: [Alternate]
    package var refused: [RouteRefusal]
}

extension StationCustody {
    /// Changes nothing, and sends nothing.
    ///
    /// - Parameter post: as written; aliases are followed.
    /// - Returns: nil where no station serves the post.
    package func testRoute(
        to post: String, _ precedence: Precedence, _ classification: Classification, captions: [String],
        at now: Instant
    ) -> RouteReport? {
        var released = released
        let captions = released.rules.limiting(captions)
        let stations = addresses.stations(serving: post)
        guard let station = released.nearest(of: stations, classification, captions) else { return nil }
        var report = RouteReport(post: post, station: station, path: [], link: nil, alternates: [], refused: [])
        if let why = released.rules.barrier(post: post, collective: nil, captions) {
            report.refused.append(RouteRefusal(link: "\(station)", why: why))
            return report
        }
        if station == settings.station {
            if let why = released.barrier(at: station, classification, captions) {
                report.refused.append(RouteRefusal(link: "\(station)", why: why))
            } else {
                report.path = [station]
            }
            return report
        }
        let routes = released.routes(to: station, classification, captions)
        let usable = routes.first { route in
            linkOrdinal(route.nextStation).map { isUsable($0, precedence, at: now) } ?? false
        }
        let chosen = usable ?? routes.first
        report.path = chosen?.path ?? []
        report.link = chosen?.nextStation
        for route in routes where route.nextStation != chosen?.nextStation {
            report.alternates.append(RouteReport.Alternate(path: route.path, cost: route.cost))
        }
        report.refused = released.refusals(to: station, classification, captions)
        // A cheaper link that is passed over because it is down is refused, too: the reader wants to know why.
        for route in routes {
            guard let chosen, route.nextStation != chosen.nextStation, route.cost <= chosen.cost,
                let link = linkOrdinal(route.nextStation), !isUsable(link, precedence, at: now)
            else { continue }
            report.refused.append(
                RouteRefusal(link: "\(settings.station)-\(route.nextStation)", why: "down: \(links[link].why)"))
        }
        return report
    }
}
