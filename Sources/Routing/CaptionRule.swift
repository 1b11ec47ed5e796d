package import Cables

/// What the network file says of one caption: who may have a cable that bears it.
///
/// Each limit that is absent allows all. Several captions limit together.
package struct CaptionRule: Sendable, Equatable {
    /// As it stands in the caption block; `ROGER` and `ROGER CHANNEL` are one.
    package var caption: String
    /// Only these stations may hold the cable, also on the way.
    package var stations: [RoutingIndicator]?
    /// Only stations of these nations.
    package var nations: [String]?
    /// The cable counts at least as this.
    package var clearance: Classification?
    /// Only these posts may be its addressees.
    package var posts: [String]?
    /// Whether it may be addressed through a collective.
    package var collectives: Bool

    package init(
        caption: String, stations: [RoutingIndicator]? = nil, nations: [String]? = nil,
        clearance: Classification? = nil, posts: [String]? = nil, collectives: Bool = true
    ) {
        self.caption = caption
        self.stations = stations
        self.nations = nations
        self.clearance = clearance
        self.posts = posts
        self.collectives = collectives
    }

    /// A caption as captions are compared: `AGRÉMENT CHANNEL` is `AGREMENT`.
    package static func key(_ caption: String) -> String {
        let plain = Network.normalised(caption.replacingAccents)
        return plain.hasSuffix(" CHANNEL") ? String(plain.dropLast(8)) : plain
    }
}

extension String {
    fileprivate var replacingAccents: String {
        utf8.contains { $0 >= 0x80 } ? String(map { $0 == "\u{C9}" || $0 == "\u{E9}" ? "E" : $0 }) : self
    }
}
