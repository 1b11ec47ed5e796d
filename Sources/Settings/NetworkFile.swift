import Cables
package import Routing

/// Reads `network.json5`.
package enum NetworkFile {
    /// Stations and links of one network at most.
    package static let stationsMax = 10_000
    package static let linksMax = 50_000

    /// - Throws: every problem, each with its line.
    package static func read(octets: [UInt8], file: String) throws(SettingsProblems) -> Network {
        let root = try JSON5Reader.read(octets, file: file)
        var reading = Reading(SettingsCursor(file: file, table: KeyTable.network))
        let network = reading.network(root)
        guard reading.cursor.problems.isEmpty, let network else {
            throw SettingsProblems(reading.cursor.problems.sorted { $0.line < $1.line })
        }
        return network
    }

    private struct Reading {
        var cursor: SettingsCursor
        var indicators: [RoutingIndicator: Int] = [:]
        var posts: [String: Int] = [:]

        init(_ cursor: SettingsCursor) { self.cursor = cursor }

        mutating func network(_ root: JSON5Value) -> Network? {
            let keys = cursor.members(root, at: "")
            let name = cursor.text(cursor.required(keys, "network", root), "network")
            let version = cursor.whole(keys["version"], "version", 0...Int(Int32.max)) ?? 0
            let stations = cursor.elements(cursor.required(keys, "stations", root), "stations")
                .prefix(stationsMax).compactMap { station($0) }
            let links = self.links(cursor.required(keys, "links", root))
            let aliases = self.aliases(keys["aliases"])
            let collectives = self.collectives(keys["collectives"], aliases: Set(aliases.map(\.name)))
            guard let name else { return nil }
            return Network(
                name: name, version: UInt64(version), stations: stations, links: links, collectives: collectives,
                aliases: aliases)
        }

        private mutating func station(_ value: JSON5Value) -> Network.Station? {
            let keys = cursor.members(value, at: "stations[]")
            let indicator = cursor.indicator(cursor.required(keys, "indicator", value), "indicator")
            let posts = self.posts(cursor.required(keys, "posts", value))
            let addresses = self.addresses(cursor.required(keys, "address", value))
            let clearance = cursor.classification(cursor.required(keys, "clearance", value), "clearance")
            let nation = cursor.text(keys["nation"], "nation")
            let gateway = cursor.flag(keys["gateway"], "gateway") ?? false
            let shared = cursor.flag(keys["shared"], "shared") ?? false
            guard let indicator, let clearance else { return nil }
            if let first = indicators[indicator] {
                cursor.complain(value.line, "station \(indicator) stands twice, first on line \(first)", "keep one")
            }
            indicators[indicator] = value.line
            return Network.Station(
                indicator: indicator, posts: posts, addresses: addresses, clearance: clearance, nation: nation,
                gateway: gateway, shared: shared)
        }

        private mutating func posts(_ value: JSON5Value?) -> [String] {
            cursor.texts(value, "posts").map { text, line in
                let name = Network.normalised(text)
                if let first = posts[name] {
                    cursor.complain(line, "post \(name) stands twice, first on line \(first)", "name it once")
                }
                posts[name] = line
                return name
            }
        }

        private mutating func addresses(_ value: JSON5Value?) -> [String] {
            guard let value else { return [] }
            let found: [(text: String, line: Int)]
            if case .string(let text) = value.content {
                found = [(text, value.line)]
            } else {
                found = cursor.texts(value, "address")
            }
            return found.map { text, line in
                let port = text.split(separator: ":", omittingEmptySubsequences: false).last.flatMap { UInt16($0) }
                if port == nil || port == 0 || !text.contains(":") || text.hasPrefix(":") {
                    cursor.complain(line, "\(text) is no address", "write host:port, such as \"192.0.2.7:7100\"")
                }
                return text
            }
        }

        private mutating func links(_ value: JSON5Value?) -> [Network.Link] {
            var links: [Network.Link] = []
            for element in cursor.elements(value, "links").prefix(linksMax) {
                let keys = cursor.members(element, at: "links[]")
                let clearance = cursor.classification(keys["clearance"], "clearance")
                let cost = cursor.whole(keys["cost"], "cost", 1...1_000_000) ?? 1
                let ends = cursor.elements(cursor.required(keys, "between", element), "between")
                guard ends.count == 2 else {
                    cursor.complain(element.line, "a link is between two stations", "write between: [\"RI\", \"RI\"]")
                    continue
                }
                guard let a = cursor.indicator(ends[0], "between"), let b = cursor.indicator(ends[1], "between") else {
                    continue
                }
                for (end, line) in [(a, ends[0].line), (b, ends[1].line)] where indicators[end] == nil {
                    let known = indicators.keys.map(\.description).sorted()
                    let nearest = SpellingDistance.nearest(to: end.description, among: known, most: 1).first
                    cursor.complain(
                        line, "no station is called \(end)", nearest.map { "did you mean \($0)?" } ?? "add the station")
                }
                if a == b { cursor.complain(element.line, "\(a) is linked to itself", "name two stations") }
                if links.contains(where: { Set([$0.a, $0.b]) == Set([a, b]) }) {
                    cursor.complain(element.line, "the link \(a)-\(b) stands twice", "keep one")
                }
                links.append(Network.Link(a: a, b: b, clearance: clearance, cost: cost))
            }
            return links
        }

        private mutating func aliases(_ value: JSON5Value?) -> [(name: String, post: String)] {
            cursor.named(value, at: "aliases").compactMap { member in
                guard let text = cursor.text(member.value, "alias \(member.key)") else { return nil }
                let post = Network.normalised(text)
                if posts[post] == nil { complainOfPost(post, member.line) }
                return (Network.normalised(member.key), post)
            }
        }

        private mutating func collectives(_ value: JSON5Value?, aliases: Set<String>) -> [Network.Collective] {
            let members = cursor.named(value, at: "collectives")
            let names = Set(members.map { Network.normalised($0.key) })
            return members.map { member in
                let posts = cursor.texts(member.value, "collective \(member.key)").map { text, line in
                    let post = Network.normalised(text)
                    if self.posts[post] == nil, !names.contains(post), !aliases.contains(post) {
                        complainOfPost(post, line)
                    }
                    return post
                }
                return Network.Collective(name: Network.normalised(member.key), members: posts)
            }
        }

        private mutating func complainOfPost(_ post: String, _ line: Int) {
            let nearest = SpellingDistance.nearest(to: post, among: posts.keys.sorted(), most: 1).first
            cursor.complain(
                line, "no station serves a post called \(post)", nearest.map { "did you mean \($0)?" } ?? "add the post"
            )
        }
    }
}
