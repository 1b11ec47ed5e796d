package import Cables

/// One addressee as a cable names it.
package struct AddresseeName: Sendable, Equatable {
    package enum Role: Sendable { case action, info }

    /// Capital letters, single blanks.
    package var post: String
    /// The `RI/` before the name.
    package var indicator: RoutingIndicator?
    /// ZEN: delivered by other means, shown but not sent.
    package var deliveredByOtherMeans: Bool
    package var role: Role
    package var precedence: Precedence
    package var niact: Bool

    package init(
        post: String, indicator: RoutingIndicator?, deliveredByOtherMeans: Bool, role: Role, precedence: Precedence,
        niact: Bool
    ) {
        self.post = post
        self.indicator = indicator
        self.deliveredByOtherMeans = deliveredByOtherMeans
        self.role = role
        self.precedence = precedence
        self.niact = niact
    }
}

/// One addressee after expansion: a post and the station that serves it.
package struct PlannedDelivery: Sendable, Equatable {
    package var post: String
    package var station: RoutingIndicator
    package var role: AddresseeName.Role
    package var precedence: Precedence
    package var niact: Bool
    /// The collective that brought the post in; nil when the cable names the post itself.
    package var collective: String?
    /// The cable itself names this one of several stations behind the post.
    package var stationIsWritten = false
}

/// What one collective of a cable came to, for the record.
package struct CollectiveExpansion: Sendable, Equatable {
    package var name: String
    /// In the order of the network file, each once.
    package var posts: [String]
    /// Members left out: exempted by XMT, or the originator itself.
    package var leftOut: [String]
}

/// An addressee that nobody knows, with the names that are nearest to it.
package struct UnknownAddressee: Sendable, Equatable {
    package var name: String
    package var nearest: [String]
}

/// What the address lines of a cable come to.
package struct Expansion: Sendable, Equatable {
    package var deliveries: [PlannedDelivery] = []
    package var otherMeans: [String] = []
    package var unknown: [UnknownAddressee] = []
    package var warnings: [String] = []
    /// One for each collective named, in the order of the cable.
    package var expansions: [CollectiveExpansion] = []
}

/// Who serves which post, and who stands behind a collective name.
package struct AddressBook: Sendable {
    private static let nearestMax = 3

    private let stations: [RoutingIndicator: Network.Station]
    private let posts: [String: RoutingIndicator]
    /// The posts behind which several stations stand, in the order of the file.
    private let shared: [String: [RoutingIndicator]]
    private let collectives: [String: [String]]
    private let aliases: [String: String]
    private let names: [String]

    package init(_ network: Network) {
        var stations: [RoutingIndicator: Network.Station] = [:]
        var posts: [String: RoutingIndicator] = [:]
        var shared: [String: [RoutingIndicator]] = [:]
        for station in network.stations {
            stations[station.indicator] = station
            for post in station.posts {
                if let first = posts[post] {
                    shared[post, default: [first]].append(station.indicator)
                } else {
                    posts[post] = station.indicator
                }
            }
        }
        self.shared = shared
        self.stations = stations
        self.posts = posts
        collectives = Dictionary(
            network.collectives.map { ($0.name, $0.members) }, uniquingKeysWith: { first, _ in first })
        aliases = Dictionary(network.aliases.map { ($0.name, $0.post) }, uniquingKeysWith: { first, _ in first })
        names = (posts.keys.map { $0 } + collectives.keys.map { $0 } + aliases.keys.map { $0 }).sorted()
    }

    package func station(serving post: String) -> RoutingIndicator? {
        posts[post] ?? aliases[post].flatMap { posts[$0] }
    }

    /// All stations behind a post, in the order of the file; one, unless they share it.
    package func stations(serving post: String) -> [RoutingIndicator] {
        let name = aliases[post] ?? post
        return shared[name] ?? posts[name].map { [$0] } ?? []
    }

    package func isServed(_ post: String, by station: RoutingIndicator) -> Bool {
        let name = aliases[post] ?? post
        if let stations = shared[name] { return stations.contains(station) }
        return posts[name] == station
    }

    /// Rule 24: the station serves the originator's post, or is a gateway.
    package func maySign(_ signer: RoutingIndicator, for from: String) -> Bool {
        guard let station = stations[signer] else { return false }
        return station.gateway || isServed(from, by: signer)
    }

    /// Collective by name, then post by name, then alias, then the written indicator by longest prefix.
    ///
    /// A post named twice gets one delivery, at the highest precedence, ACTION before INFO; an originator in its own
    /// collective is left out; XMT takes posts out of collectives only.
    package func expand(from: String, addressees: [AddresseeName], exempt: [String]) -> Expansion {
        var expansion = Expansion()
        var places: [String: Int] = [:]
        let exempted = Set(exempt.map { aliases[$0] ?? $0 })
        let origin = aliases[from] ?? from
        for addressee in addressees {
            if addressee.deliveredByOtherMeans {
                expansion.otherMeans.append(addressee.post)
            } else if collectives[addressee.post] != nil {
                expand(addressee, leavingOut: exempted.union([origin]), &expansion, &places)
            } else {
                resolve(addressee, &expansion, &places)
            }
        }
        return expansion
    }

    private func expand(
        _ addressee: AddresseeName, leavingOut: Set<String>, _ expansion: inout Expansion,
        _ places: inout [String: Int]
    ) {
        var record = CollectiveExpansion(name: addressee.post, posts: [], leftOut: [])
        for member in members(of: addressee.post) {
            guard !leavingOut.contains(member) else {
                record.leftOut.append(member)
                continue
            }
            guard let station = posts[member] else {
                expansion.unknown.append(UnknownAddressee(name: member, nearest: nearest(to: member)))
                continue
            }
            record.posts.append(member)
            add(member, station, addressee, via: addressee.post, to: &expansion, &places)
        }
        expansion.expansions.append(record)
    }

    private func resolve(
        _ addressee: AddresseeName, _ expansion: inout Expansion, _ places: inout [String: Int]
    ) {
        let name = aliases[addressee.post] ?? addressee.post
        if let station = posts[name] {
            if let written = addressee.indicator, written != station {
                if shared[name]?.contains(written) == true {
                    add(name, written, addressee, via: nil, to: &expansion, &places)
                    if let place = places[name] {
                        expansion.deliveries[place].station = written
                        expansion.deliveries[place].stationIsWritten = true
                    }
                    return
                }
                expansion.warnings.append("\(name) is a post of \(station), not of \(written), as the cable says")
            }
            add(name, station, addressee, via: nil, to: &expansion, &places)
            return
        }
        guard let written = addressee.indicator, let station = longestPrefix(of: written),
            let post = station.posts.first
        else {
            expansion.unknown.append(UnknownAddressee(name: addressee.post, nearest: nearest(to: addressee.post)))
            return
        }
        expansion.warnings.append(
            "\(addressee.post) is not known; \(written) leads to \(station.indicator), so it goes to \(post)")
        add(post, station.indicator, addressee, via: nil, to: &expansion, &places)
    }

    /// How a cable names a post.
    package enum Naming: Equatable, Sendable {
        /// By its name, or by an alias of it.
        case itself
        /// It may stand behind this collective, or behind a name that is not known here.
        case perhaps(String)
        case not
    }

    package func naming(of post: String, in addressees: [AddresseeName]) -> Naming {
        let wanted = aliases[post] ?? post
        var perhaps: String?
        for addressee in addressees where !addressee.deliveredByOtherMeans {
            let name = aliases[addressee.post] ?? addressee.post
            if name == wanted { return .itself }
            if perhaps == nil, collectives[name] != nil || posts[name] == nil { perhaps = name }
        }
        return perhaps.map { .perhaps($0) } ?? .not
    }

    /// RUEHCAB leads to RUEHCAB, else to RUEHCA, RUEHC, RUEH: the station that bears the longest beginning of it.
    private func longestPrefix(of written: RoutingIndicator) -> Network.Station? {
        var letters = written.letters
        while letters.count >= RoutingIndicator.lettersMin {
            if let indicator = RoutingIndicator(letters: letters), let station = stations[indicator] { return station }
            letters.removeLast()
        }
        return nil
    }

    /// Ends because each name is opened once, so that a collective that names itself does no harm.
    private func members(of collective: String) -> [String] {
        var found: [String] = []
        var seen: Set<String> = [collective]
        var open = collectives[collective, default: []].reversed().map { $0 }
        while let name = open.popLast() {
            let plain = aliases[name] ?? name
            guard seen.insert(plain).inserted else { continue }
            if let inner = collectives[plain] {
                open.append(contentsOf: inner.reversed())
            } else {
                found.append(plain)
            }
        }
        return found
    }

    private func add(
        _ post: String, _ station: RoutingIndicator, _ addressee: AddresseeName, via collective: String?,
        to expansion: inout Expansion, _ places: inout [String: Int]
    ) {
        if let known = places[post] {
            expansion.deliveries[known].precedence = max(expansion.deliveries[known].precedence, addressee.precedence)
            if addressee.role == .action { expansion.deliveries[known].role = .action }
            if addressee.niact { expansion.deliveries[known].niact = true }
            if collective == nil { expansion.deliveries[known].collective = nil }
            return
        }
        places[post] = expansion.deliveries.count
        expansion.deliveries.append(
            PlannedDelivery(
                post: post, station: station, role: addressee.role, precedence: addressee.precedence,
                niact: addressee.niact, collective: collective))
    }

    package func nearest(to name: String) -> [String] {
        SpellingDistance.nearest(to: name, among: names, most: Self.nearestMax)
    }
}
