package import Cables

/// All stations, links, posts and collectives: the same at every station.
package struct Network: Sendable, Equatable {
    package struct Station: Sendable, Equatable {
        package var indicator: RoutingIndicator
        package var posts: [String]
        /// `host:port`, in the order in which they are tried.
        package var addresses: [String]
        package var clearance: Classification
        /// Nil: the network's own.
        package var nation: String?
        /// May sign for originators of other networks (rule 24).
        package var gateway: Bool
        /// Several stations behind one post.
        package var shared: Bool

        package init(
            indicator: RoutingIndicator, posts: [String], addresses: [String], clearance: Classification,
            nation: String? = nil, gateway: Bool = false, shared: Bool = false
        ) {
            self.indicator = indicator
            self.posts = posts
            self.addresses = addresses
            self.clearance = clearance
            self.nation = nation
            self.gateway = gateway
            self.shared = shared
        }
    }

    package struct Link: Sendable, Equatable {
        package var a: RoutingIndicator
        package var b: RoutingIndicator
        /// Nil: the lower of both stations.
        package var clearance: Classification?
        package var cost: Int

        package init(a: RoutingIndicator, b: RoutingIndicator, clearance: Classification? = nil, cost: Int = 1) {
            self.a = a
            self.b = b
            self.clearance = clearance
            self.cost = cost
        }
    }

    package struct Collective: Sendable, Equatable {
        package var name: String
        package var members: [String]

        package init(name: String, members: [String]) {
            self.name = name
            self.members = members
        }
    }

    package var name: String
    package var version: UInt64
    package var stations: [Station]
    package var links: [Link]
    package var collectives: [Collective]
    /// Other names of posts, as written in the file.
    package var aliases: [(name: String, post: String)]
    /// The network's own nation; stations that name none, or this one, are not foreign.
    package var nation: String?
    package var captionRules: [CaptionRule]

    package init(
        name: String, version: UInt64, stations: [Station], links: [Link], collectives: [Collective],
        aliases: [(name: String, post: String)], nation: String? = nil, captionRules: [CaptionRule] = []
    ) {
        self.name = name
        self.version = version
        self.stations = stations
        self.links = links
        self.collectives = collectives
        self.aliases = aliases
        self.nation = nation
        self.captionRules = captionRules
    }

    package func station(_ indicator: RoutingIndicator) -> Station? {
        stations.first { $0.indicator == indicator }
    }

    /// The first station that lists the post, by its full name; `AddressBook` knows aliases and collectives too.
    package func station(serving post: String) -> Station? {
        stations.first { $0.posts.contains(post) }
    }

    package static func == (a: Network, b: Network) -> Bool {
        a.name == b.name && a.version == b.version && a.stations == b.stations && a.links == b.links
            && a.collectives == b.collectives && a.aliases.elementsEqual(b.aliases) { $0 == $1 } && a.nation == b.nation
            && a.captionRules == b.captionRules
    }

    /// A name as names are compared: capital letters, single blanks.
    package static func normalised(_ name: String) -> String {
        name.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ").uppercased()
    }
}
