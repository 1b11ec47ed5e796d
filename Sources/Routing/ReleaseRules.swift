package import Cables

/// Who may have a cable, by its captions: releasability against the nations of stations (NOFORN, REL), and the caption
/// rules of the network file. What is not understood allows less, never more.
package struct ReleaseRules: Sendable {
    private let rules: [String: CaptionRule]
    private let nation: String?

    package init(_ network: Network) {
        rules = Dictionary(
            network.captionRules.map { (CaptionRule.key($0.caption), $0) }, uniquingKeysWith: { first, _ in first })
        nation = network.nation.map { Network.normalised($0) }
    }

    /// The captions that limit where a cable goes, in a fixed order, once each.
    package func limiting(_ captions: [String]) -> [String] {
        guard !captions.isEmpty else { return [] }
        return Set(captions.filter { Captions.limits($0) || rules[CaptionRule.key($0)] != nil }).sorted()
    }

    /// What the captions make of a classification: a rule may ask for more.
    package func floor(_ captions: [String]) -> Classification {
        captions.compactMap { rules[CaptionRule.key($0)]?.clearance }.max() ?? .unclassified
    }

    /// Why a station may not have a cable with these captions; nil: it may.
    package func barrier(_ station: Network.Station, _ captions: [String]) -> String? {
        for caption in captions {
            if let why = foreign(station, caption) ?? ruled(station, caption) { return why }
        }
        return nil
    }

    private func foreign(_ station: Network.Station, _ caption: String) -> String? {
        let place = station.nation.map { Network.normalised($0) }
        guard let place, place != nation else { return nil }
        if caption == "NOFORN" { return "\(station.indicator) is a station of \(place), and the cable is NOFORN" }
        guard let nations = Self.nations(releasedBy: caption), !nations.contains(place) else { return nil }
        return "\(station.indicator) is a station of \(place), and the cable is \(caption)"
    }

    private func ruled(_ station: Network.Station, _ caption: String) -> String? {
        guard let rule = rules[CaptionRule.key(caption)] else { return nil }
        if let stations = rule.stations, !stations.contains(station.indicator) {
            return "\(station.indicator) is none of the stations for \(caption)"
        }
        if let nations = rule.nations {
            let place = station.nation.map { Network.normalised($0) } ?? nation
            guard let place, nations.contains(where: { Network.normalised($0) == place }) else {
                return "\(station.indicator) is not of a nation for \(caption)"
            }
        }
        return nil
    }

    /// Why a post may not be an addressee of a cable with these captions; nil: it may.
    ///
    /// - Parameter collective: the collective that brought the post in.
    package func barrier(post: String, collective: String?, _ captions: [String]) -> String? {
        for caption in captions {
            guard let rule = rules[CaptionRule.key(caption)] else { continue }
            if let posts = rule.posts, !posts.contains(post) { return "\(post) is none of the posts for \(caption)" }
            if let collective, !rule.collectives {
                return "a cable with \(caption) is addressed to each post by name, not to \(collective)"
            }
        }
        return nil
    }

    /// The nations that a caption releases to; nil: it is no REL. `REL TO USA, GBR AND FRA`, `REL USA GBR`.
    static func nations(releasedBy caption: String) -> Set<String>? {
        var words = caption.split(separator: " ")
        guard let first = words.first, first == "REL" || first == "RELEASABLE" else { return nil }
        words.removeFirst()
        if words.first == "TO" { words.removeFirst() }
        var nations: Set<String> = []
        var name: [Substring] = []
        func end() {
            // Codes may stand side by side; longer names may have several words.
            if name.allSatisfy({ $0.utf8.count == 3 }) {
                for code in name { nations.insert(String(code)) }
            } else {
                nations.insert(name.joined(separator: " "))
            }
            name.removeAll()
        }
        for word in words {
            if word == "AND" || word == "&" {
                end()
                continue
            }
            let parts = word.split(separator: ",", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if !part.isEmpty { name.append(part) }
                if index < parts.count - 1 { end() }
            }
        }
        end()
        return nations
    }
}
