package import Cables
package import Custody
package import Journal
package import Link
package import Routing

/// A network as one seed decides it: stations, links, posts, and what all stations have in common.
package struct NetworkPlan: Sendable {
    package var network: Network
    package var limits = LinkLimits()
    package var segmentSizes = SegmentSizes(least: 32 << 10, most: 128 << 10)
    /// Octets above which a body has a file of its own; at least a chunk.
    package var inlineOctetsMax = 3_000
    package var chunkOctets = 1_024
    /// Octets of partial transfers that a station keeps.
    package var partialOctets: UInt64 = 1 << 20
    package var lifeSeconds: UInt32 = 86_400
    package var hopLimit = 16
    /// Milliseconds, by rank of the precedence.
    package var alternateAfter = CustodySettings.standardAlternateAfter
    package var duplicateWindowMilliseconds: Int64 = 30 * 86_400_000
    package var retryDelayMin: UInt64 = 500
    package var retryDelayMax: UInt64 = 5_000
    /// Desks by post.
    package var offices: [OfficePlan] = []
    /// Nil: nothing is over within a run.
    package var keeping: Keeping?
    /// A network file of its own, for a station whose administrator forgot the new one.
    package var ownNetwork: [Int: Network] = [:]

    /// Short times: what is over goes within the run, and its segments with it.
    package struct Keeping: Sendable {
        package var upkeep = SegmentUpkeep.Limits()
        package var graceMilliseconds: Int64
        package var retentionMilliseconds: Int64
    }

    package init(network: Network) {
        self.network = network
        limits.windowOctets = 64 << 10
        limits.pipeOctets = 16 << 10
        limits.chunkOctetsMax = chunkOctets
    }

    package func index(of station: RoutingIndicator) -> Int {
        network.stations.firstIndex { $0.indicator == station } ?? -1
    }

    package func name(_ index: Int) -> RoutingIndicator { network.stations[index].indicator }

    /// `RUAA`, `RUBB`, and so on.
    package static func indicator(_ index: Int) -> RoutingIndicator {
        let letter = UInt8(ascii: "A") + UInt8(index)
        guard let name = RoutingIndicator(letters: [UInt8(ascii: "R"), UInt8(ascii: "U"), letter, letter]) else {
            preconditionFailure("four letters are a routing indicator")
        }
        return name
    }

    package static func post(_ station: Int, _ number: Int) -> String {
        "POST \(String(UnicodeScalar(UInt8(ascii: "A") + UInt8(station))))\(number + 1)"
    }

    /// Stations in a row, each linked to the next.
    package static func row(_ stations: Int, postsEach: Int = 1) -> NetworkPlan {
        NetworkPlan(
            network: Network(
                name: "ROW", version: 1,
                stations: (0..<stations).map { station in
                    Network.Station(
                        indicator: indicator(station), posts: (0..<postsEach).map { post(station, $0) }, addresses: [],
                        clearance: .secret)
                },
                links: (1..<stations).map { Network.Link(a: indicator($0 - 1), b: indicator($0)) },
                collectives: [], aliases: []))
    }

    /// Two to seven stations, a tree and some links more, clearances, collectives, offices.
    package static func random(_ bits: inout SeededBits) -> NetworkPlan {
        let count = bits.within(2...7)
        var stations: [Network.Station] = []
        for station in 0..<count {
            let clearance: Classification = bits.chance(25) ? .confidential : .secret
            stations.append(
                Network.Station(
                    indicator: indicator(station), posts: (0..<bits.within(1...3)).map { post(station, $0) },
                    addresses: [], clearance: clearance))
        }
        var links: [Network.Link] = []
        for station in 1..<count {
            links.append(link(bits.below(station), station, &bits))
        }
        for _ in 0..<bits.below(count) {
            let (a, b) = (bits.below(count), bits.below(count))
            let isKnown = links.contains {
                ($0.a, $0.b) == (indicator(a), indicator(b)) || ($0.a, $0.b) == (indicator(b), indicator(a))
            }
            if a != b, !isKnown { links.append(link(a, b, &bits)) }
        }
        let posts = stations.flatMap(\.posts)
        var collectives = [Network.Collective(name: "ALL POSTS", members: posts)]
        collectives.append(
            Network.Collective(name: "SOME POSTS", members: posts.filter { _ in bits.chance(50) } + [posts[0]]))
        var plan = NetworkPlan(
            network: Network(
                name: "SIM", version: 1, stations: stations, links: links, collectives: collectives, aliases: []))
        for post in posts where bits.chance(40) {
            plan.offices.append(
                OfficePlan(post: post, standard: "REG", sipdis: bits.chance(50) ? "SIP" : nil, offices: ["POL", "ECO"]))
        }
        plan.chunkOctets = bits.pick([256, 512, 1_024, 2_048])
        plan.limits.chunkOctetsMax = plan.chunkOctets
        plan.limits.pipeOctets = bits.pick([4 << 10, 16 << 10, 64 << 10])
        plan.limits.windowOctets = bits.pick([16 << 10, 64 << 10, 256 << 10])
        plan.segmentSizes.least = bits.pick([24 << 10, 64 << 10])
        plan.retryDelayMax = bits.pick([5_000, 20_000])
        if bits.chance(70) {
            let step = UInt64(bits.within(1...8)) * 1_000
            plan.alternateAfter = Precedence.allCases.map { $0 >= .flash ? 0 : UInt64(3 - $0.rawValue) * step }
        }
        if bits.chance(10) { plan.lifeSeconds = UInt32(bits.within(20...200)) }
        if bits.chance(40) { plan.keepBriefly(&bits) }
        return plan
    }

    package mutating func keepBriefly(_ bits: inout SeededBits) {
        segmentSizes = SegmentSizes(least: 12 << 10, most: 16 << 10)
        lifeSeconds = min(lifeSeconds, UInt32(bits.within(100...1_000)))
        var keeping = Keeping(
            graceMilliseconds: Int64(bits.within(500...10_000)),
            retentionMilliseconds: Int64(bits.within(1_000...20_000)))
        keeping.upkeep.retireTicks = bits.within(1...3)
        keeping.upkeep.carriedMax = bits.within(1...8)
        keeping.upkeep.slackOctets = UInt64(bits.below(2)) * (16 << 10)
        keeping.upkeep.cleanedMax = bits.within(1...4)
        keeping.upkeep.farewellTicks = bits.within(0...2)
        self.keeping = keeping
    }

    /// One station has a network file of its own, with other costs: ways may lead in a circle.
    package mutating func disagree(_ bits: inout SeededBits) {
        var own = network
        for link in own.links.indices { own.links[link].cost = bits.within(1...9) }
        ownNetwork[bits.below(network.stations.count)] = own
    }

    private static func link(_ a: Int, _ b: Int, _ bits: inout SeededBits) -> Network.Link {
        Network.Link(
            a: indicator(a), b: indicator(b), clearance: bits.chance(15) ? .confidential : nil,
            cost: bits.within(1...3))
    }
}

extension Network {
    /// A mistake made on purpose: a link that is cleared for less than its stations is taken where no other is left.
    mutating func openAlternates() {
        for index in links.indices where links[index].clearance != nil {
            links[index].clearance = nil
            links[index].cost = 1_000
        }
    }

    /// A mistake made on purpose: everything is cleared for everything.
    mutating func openGates() {
        for index in stations.indices { stations[index].clearance = .topSecret }
        for index in links.indices { links[index].clearance = nil }
    }
}
