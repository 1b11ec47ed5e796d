import Cables
package import Routing

/// Reads `network.json5`.
package enum NetworkFile {
    /// Stations and links of one network at most; more are a problem, never cut off.
    package static let stationsMax = 10_000
    package static let linksMax = 50_000

    /// - Throws: every problem (up to a hundred), each with its line.
    package static func read(octets: [UInt8], file: String) throws(SettingsProblems) -> Network {
        let (root, duplicates) = try JSON5Reader.document(octets, file: file)
        var reading = NetworkReading(
            SettingsCursor(file: file, table: KeyTable.network, problems: duplicates))
        let network = reading.network(root)
        guard reading.cursor.problems.isEmpty, let network else {
            throw SettingsProblems(sorting: reading.cursor.problems)
        }
        return network
    }
}

/// What has been seen of a network file, so that a second mention can name the first.
private struct NetworkReading {
    var cursor: SettingsCursor
    private var indicators: [RoutingIndicator: Int] = [:]
    private var posts: [String: Int] = [:]
    /// Posts whose first station does not say that it shares them.
    private var unshared: Set<String> = []

    init(_ cursor: SettingsCursor) { self.cursor = cursor }

    mutating func network(_ root: JSON5Value) -> Network? {
        let keys = cursor.members(root, at: "")
        let name = cursor.text(cursor.required(keys, "network", root), "network")
        let version = cursor.whole(keys["version"], "version") ?? 0
        let stations = bounded(cursor.required(keys, "stations", root), "stations", NetworkFile.stationsMax)
            .compactMap { station($0) }
        let links = self.links(cursor.required(keys, "links", root))
        let collectiveMembers = cursor.named(keys["collectives"], at: "collectives")
        let collectiveNames = Set(collectiveMembers.map { Network.normalised($0.key) })
        let aliases = self.aliases(keys["aliases"], collectives: collectiveNames)
        let collectives = self.collectives(
            collectiveMembers, names: collectiveNames, aliases: Set(aliases.map(\.name)))
        let rules = captionRules(keys["captionRules"])
        let nation = cursor.text(keys["nation"], "nation").map { Network.normalised($0) }
        guard let name else { return nil }
        return Network(
            name: name, version: UInt64(version), stations: stations, links: links, collectives: collectives,
            aliases: aliases, nation: nation, captionRules: rules)
    }

    private mutating func bounded(_ value: JSON5Value?, _ name: String, _ most: Int) -> [JSON5Value] {
        let elements = cursor.elements(value, name)
        if elements.count > most {
            cursor.complain(
                elements[most].place, "the file has \(elements.count) \(name)", "at most \(most) are allowed")
        }
        return Array(elements.prefix(most))
    }

    private mutating func station(_ value: JSON5Value) -> Network.Station? {
        let keys = cursor.members(value, at: "stations[]")
        guard case .object = value.content else { return nil }
        let indicator = cursor.indicator(cursor.required(keys, "indicator", value), "indicator")
        let shared = cursor.flag(keys["shared"], "shared") ?? false
        let posts = self.posts(cursor.required(keys, "posts", value), shared: shared)
        let addresses = self.addresses(cursor.required(keys, "address", value))
        let clearance = cursor.classification(cursor.required(keys, "clearance", value), "clearance")
        let nation = cursor.text(keys["nation"], "nation").map { Network.normalised($0) }
        let gateway = cursor.flag(keys["gateway"], "gateway") ?? false
        guard let indicator else { return nil }
        if let first = indicators[indicator] {
            cursor.complain(value.place, "station \(indicator) stands twice, first on line \(first)", "keep one")
        } else {
            // Also where its clearance is wrong: its links are then right.
            indicators[indicator] = value.line
        }
        guard let clearance else { return nil }
        return Network.Station(
            indicator: indicator, posts: posts, addresses: addresses, clearance: clearance, nation: nation,
            gateway: gateway, shared: shared)
    }

    private mutating func posts(_ value: JSON5Value?, shared: Bool) -> [String] {
        var own: Set<String> = []
        return cursor.texts(value, "posts").map { text, place in
            let name = Network.normalised(text)
            let isRepeated = !own.insert(name).inserted
            if let first = posts[name], isRepeated || !shared || unshared.contains(name) {
                cursor.complain(
                    place, "post \(name) stands twice, first on line \(first)",
                    isRepeated ? "name it once" : "name it once, or write shared: true at each of its stations")
            } else if posts[name] == nil {
                posts[name] = place.line
                if !shared { unshared.insert(name) }
            }
            return name
        }
    }

    private mutating func captionRules(_ value: JSON5Value?) -> [CaptionRule] {
        var seen: [String: Int] = [:]
        return cursor.named(value, at: "captionRules").compactMap { member in
            let caption = Network.normalised(member.key)
            if caption.isEmpty {
                cursor.complain(member.place, "a caption rule has no caption", "write NODIS: { … }")
            } else if let first = seen[CaptionRule.key(caption)] {
                cursor.complain(
                    member.place, "the rule for \(caption) stands twice, first on line \(first)", "keep one")
            }
            seen[CaptionRule.key(caption)] = member.line
            guard case .object = member.value.content else {
                cursor.complain(member.value.place, "the rule for \(caption) is \(member.value.kind)", "write { … }")
                return nil
            }
            return rule(caption, cursor.members(member.value, at: "captionRules.*"))
        }
    }

    private mutating func rule(_ caption: String, _ keys: [String: JSON5Value]) -> CaptionRule {
        var rule = CaptionRule(caption: caption)
        if let stations = keys["stations"] {
            rule.stations = cursor.elements(stations, "stations").compactMap { element in
                guard let indicator = cursor.indicator(element, "stations") else { return nil }
                if indicators[indicator] == nil {
                    cursor.complain(
                        element.place, "no station is called \(indicator)", of: indicator.description,
                        among: indicators.keys.map(\.description).sorted(), otherwise: "add the station")
                }
                return indicator
            }
        }
        if let nations = keys["nations"] {
            rule.nations = cursor.texts(nations, "nations").map { Network.normalised($0.text) }
        }
        rule.clearance = cursor.classification(keys["clearance"], "clearance")
        if let posts = keys["posts"] {
            rule.posts = cursor.texts(posts, "posts").map { text, place in
                let post = Network.normalised(text)
                if self.posts[post] == nil { complainOfPost(post, place) }
                return post
            }
        }
        rule.collectives = cursor.flag(keys["collectives"], "collectives") ?? true
        return rule
    }

    private mutating func addresses(_ value: JSON5Value?) -> [String] {
        guard let value else { return [] }
        if case .string = value.content { return cursor.address(value, "address").map { [$0] } ?? [] }
        return cursor.elements(value, "address").compactMap { cursor.address($0, "an element of address") }
    }

    private mutating func links(_ value: JSON5Value?) -> [Network.Link] {
        var links: [Network.Link] = []
        var seen: [Set<RoutingIndicator>: Int] = [:]
        for element in bounded(value, "links", NetworkFile.linksMax) {
            let keys = cursor.members(element, at: "links[]")
            guard case .object = element.content else { continue }
            let clearance = cursor.classification(keys["clearance"], "clearance")
            let cost = cursor.whole(keys["cost"], "links[].cost") ?? 1
            guard let between = cursor.required(keys, "between", element) else { continue }
            guard let (a, b) = ends(between) else { continue }
            if a == b {
                cursor.complain(element.place, "\(a) is linked to itself", "name two stations")
            } else if let first = seen[[a, b]] {
                cursor.complain(
                    element.place, "the link \(a)-\(b) stands twice, first on line \(first)", "keep one")
            } else {
                seen[[a, b]] = element.line
            }
            links.append(Network.Link(a: a, b: b, clearance: clearance, cost: cost))
        }
        return links
    }

    private mutating func ends(_ between: JSON5Value) -> (RoutingIndicator, RoutingIndicator)? {
        guard case .list(let ends) = between.content, ends.count == 2 else {
            cursor.complain(between.place, "a link is between two stations", "write between: [\"RI\", \"RI\"]")
            return nil
        }
        let a = cursor.indicator(ends[0], "between")
        let b = cursor.indicator(ends[1], "between")
        for (end, value) in [(a, ends[0]), (b, ends[1])] {
            guard let end, indicators[end] == nil else { continue }
            cursor.complain(
                value.place, "no station is called \(end)", of: end.description,
                among: indicators.keys.map(\.description).sorted(), otherwise: "add the station")
        }
        guard let a, let b else { return nil }
        return (a, b)
    }

    private mutating func aliases(
        _ value: JSON5Value?, collectives: Set<String>
    ) -> [(name: String, post: String)] {
        var seen: [String: Int] = [:]
        return cursor.named(value, at: "aliases").compactMap { member in
            guard let text = cursor.text(member.value, "alias \(member.key)") else { return nil }
            let name = Network.normalised(member.key)
            let post = Network.normalised(text)
            if name.isEmpty {
                cursor.complain(member.place, "an alias has no name", "write NAME: \"POST\"")
            } else if let first = seen[name] {
                cursor.complain(member.place, "alias \(name) stands twice, first on line \(first)", "keep one")
            } else if let first = posts[name] {
                cursor.complain(
                    member.place, "alias \(name) is the name of the post on line \(first), which would be taken",
                    "rename the alias or leave it out")
            } else if collectives.contains(name) {
                cursor.complain(
                    member.place, "alias \(name) is the name of a collective, which would be taken",
                    "rename one of the two")
            }
            seen[name] = member.line
            if posts[post] == nil { complainOfPost(post, member.value.place) }
            return (name, post)
        }
    }

    private mutating func collectives(
        _ members: [JSON5Value.Member], names: Set<String>, aliases: Set<String>
    ) -> [Network.Collective] {
        var seen: [String: Int] = [:]
        return members.map { member in
            let name = Network.normalised(member.key)
            if name.isEmpty {
                cursor.complain(member.place, "a collective has no name", "write NAME: [\"POST\", …]")
            } else if let first = seen[name] {
                cursor.complain(member.place, "collective \(name) stands twice, first on line \(first)", "keep one")
            }
            seen[name] = member.line
            let posts = cursor.texts(member.value, "collective \(member.key)").map { text, place in
                let post = Network.normalised(text)
                if self.posts[post] == nil, !names.contains(post), !aliases.contains(post) {
                    complainOfPost(post, place)
                }
                return post
            }
            return Network.Collective(name: name, members: posts)
        }
    }

    private mutating func complainOfPost(_ post: String, _ place: JSON5Place) {
        cursor.complain(
            place, "no station serves a post called \(post)", of: post, among: posts.keys.sorted(),
            otherwise: "add the post")
    }
}
