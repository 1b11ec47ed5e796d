import Cables
import Foundation
import Routing

/// A network as lines of text, and as a drawing: stations in a circle, links in the colour of their clearance.
struct NetworkDrawing {
    private static let margin = 130.0
    private static let radiusMin = 150.0
    /// Length of the circle that one station takes.
    private static let arc = 90.0

    private let network: Network
    private let way: [RoutingIndicator]

    /// - Parameter way: stations of a path that is to stand out.
    init(_ network: Network, way: [RoutingIndicator]) {
        self.network = network
        self.way = way
    }

    static func clearance(_ link: Network.Link, _ network: Network) -> Classification {
        let ends = [link.a, link.b].map { network.station($0)?.clearance ?? .unclassified }
        return (ends + [link.clearance].compactMap { $0 }).min() ?? .unclassified
    }

    private func isOnWay(_ a: RoutingIndicator, _ b: RoutingIndicator) -> Bool {
        zip(way, way.dropFirst()).contains { ($0 == a && $1 == b) || ($0 == b && $1 == a) }
    }

    // MARK: Text

    /// Each station with its links; what belongs to the path bears a star.
    var text: String {
        var text = "\(network.name), version \(network.version): "
        text += "\(network.stations.count) stations, \(network.links.count) links\n"
        for station in network.stations {
            let mark = way.contains(station.indicator) ? "* " : "  "
            text += "\(mark)\(station.indicator)  \(station.clearance.word)"
            text += station.posts.isEmpty ? "\n" : "  \(station.posts.joined(separator: ", "))\n"
            let links = network.links.filter { $0.a == station.indicator || $0.b == station.indicator }
            for (index, link) in links.enumerated() {
                let other = link.a == station.indicator ? link.b : link.a
                let branch = index == links.count - 1 ? "└─" : "├─"
                let star = isOnWay(station.indicator, other) ? " *" : ""
                text += "    \(branch) \(other)  \(Self.clearance(link, network).word)  cost \(link.cost)\(star)\n"
            }
        }
        return text
    }

    // MARK: Drawing

    var svg: String {
        let radius = max(Self.radiusMin, Self.arc * Double(network.stations.count) / (2 * Double.pi))
        let size = 2 * (radius + Self.margin)
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(number(size)) \(number(size + 40))\" "
                + "font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            label(20, 26, "\(network.name), version \(network.version)", size: 16),
        ]
        var places: [RoutingIndicator: (x: Double, y: Double)] = [:]
        for (index, station) in network.stations.enumerated() {
            let angle = 2 * Double.pi * Double(index) / Double(max(1, network.stations.count)) - Double.pi / 2
            places[station.indicator] = (size / 2 + radius * cos(angle), size / 2 + radius * sin(angle))
        }
        for link in network.links {
            guard let a = places[link.a], let b = places[link.b] else { continue }
            parts += line(link, a, b)
        }
        for station in network.stations {
            guard let place = places[station.indicator] else { continue }
            parts += box(station, place)
        }
        parts += legend(y: size + 14)
        parts.append("</svg>")
        return parts.joined(separator: "\n") + "\n"
    }

    private func line(_ link: Network.Link, _ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> [String] {
        let clearance = Self.clearance(link, network)
        let width = isOnWay(link.a, link.b) ? 5 : 2
        return [
            "<line x1=\"\(number(a.x))\" y1=\"\(number(a.y))\" x2=\"\(number(b.x))\" y2=\"\(number(b.y))\" "
                + "stroke=\"\(Self.colour(clearance))\" stroke-width=\"\(width)\"/>",
            label(
                (a.x + b.x) / 2, (a.y + b.y) / 2 - 4, "\(clearance.word) \(link.cost)", size: 9, anchor: "middle"),
        ]
    }

    private func box(_ station: Network.Station, _ place: (x: Double, y: Double)) -> [String] {
        let stroke = way.contains(station.indicator) ? 4 : 1
        var parts = [
            "<rect x=\"\(number(place.x - 34))\" y=\"\(number(place.y - 14))\" width=\"68\" height=\"28\" rx=\"4\" "
                + "fill=\"white\" stroke=\"\(Self.colour(station.clearance))\" stroke-width=\"\(stroke)\"/>",
            label(place.x, place.y + 4, station.indicator.description, anchor: "middle"),
        ]
        if let post = station.posts.first {
            let more = station.posts.count > 1 ? " +\(station.posts.count - 1)" : ""
            parts.append(label(place.x, place.y + 26, post + more, size: 9, anchor: "middle"))
        }
        return parts
    }

    private func legend(y: Double) -> [String] {
        var x = 20.0
        return Classification.allCases.flatMap { level -> [String] in
            defer { x += 40 + 8 * Double(level.word.utf8.count) }
            return [
                "<line x1=\"\(number(x))\" y1=\"\(number(y))\" x2=\"\(number(x + 18))\" y2=\"\(number(y))\" "
                    + "stroke=\"\(Self.colour(level))\" stroke-width=\"3\"/>",
                label(x + 22, y + 4, level.word, size: 9),
            ]
        }
    }

    private static func colour(_ level: Classification) -> String {
        switch level {
        case .unclassified: "#4c9a2a"
        case .sensitiveButUnclassified: "#8a8f2a"
        case .restricted: "#c9a227"
        case .confidential: "#2a6fb0"
        case .secret: "#b5483a"
        case .topSecret: "#7a2f8a"
        }
    }

    private func label(_ x: Double, _ y: Double, _ text: String, size: Int = 12, anchor: String = "start") -> String {
        let plain = text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
        return
            "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\">\(plain)</text>"
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
