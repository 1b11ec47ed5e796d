import Cables
import Routing
import Testing

private func indicator(_ text: String) -> RoutingIndicator { RoutingIndicator(text)! }

private func network() -> Network {
    func station(_ name: String, _ posts: [String], _ clearance: Classification = .secret) -> Network.Station {
        Network.Station(indicator: indicator(name), posts: posts, addresses: ["127.0.0.1:1"], clearance: clearance)
    }
    func link(_ a: String, _ b: String, cost: Int = 1, _ clearance: Classification? = nil) -> Network.Link {
        Network.Link(a: indicator(a), b: indicator(b), clearance: clearance, cost: cost)
    }
    return Network(
        name: "T", version: 1,
        stations: [
            station("RUAA", ["CAPITAL"], .topSecret), station("RUBB", ["HUB"]), station("RUCC", ["NORTH", "CAMP"]),
            station("RUDD", ["SOUTH"], .unclassified),
        ],
        links: [
            link("RUAA", "RUBB"), link("RUBB", "RUCC"), link("RUAA", "RUCC", cost: 5),
            link("RUBB", "RUDD", .confidential),
        ],
        collectives: [
            Network.Collective(name: "ALL POSTS", members: ["CAPITAL", "NORTH", "SOUTH"]),
            Network.Collective(name: "NEST", members: ["ALL POSTS", "CAMP", "NEST"]),
        ], aliases: [("NORTHERN POST", "NORTH")])
}

private func name(
    _ post: String, _ role: AddresseeName.Role = .action, _ precedence: Precedence = .routine, ri: String? = nil
) -> AddresseeName {
    AddresseeName(
        post: post, indicator: ri.flatMap { RoutingIndicator($0) }, deliveredByOtherMeans: false, role: role,
        precedence: precedence, niact: false)
}

@Suite("Addressees become deliveries")
struct AddressBookTests {
    private let book = AddressBook(network())

    @Test("A post named twice gets one delivery, at the highest precedence, ACTION before INFO")
    func once() {
        let expansion = book.expand(
            from: "CAPITAL", addressees: [name("ALL POSTS", .info, .flash), name("NORTH", .action)], exempt: [])
        #expect(expansion.deliveries.map(\.post) == ["NORTH", "SOUTH"])
        #expect(expansion.deliveries[0].role == .action)
        #expect(expansion.deliveries[0].precedence == .flash)
    }

    @Test("XMT takes a post out of a collective and need not be routable")
    func exempt() {
        let expansion = book.expand(from: "CAPITAL", addressees: [name("ALL POSTS")], exempt: ["SOUTH", "NOWHERE"])
        #expect(expansion.deliveries.map(\.post) == ["NORTH"])
        #expect(expansion.unknown.isEmpty)
    }

    @Test("A nested collective that names itself ends")
    func nested() {
        let expansion = book.expand(from: "HUB", addressees: [name("NEST")], exempt: [])
        #expect(expansion.deliveries.map(\.post) == ["CAPITAL", "NORTH", "SOUTH", "CAMP"])
    }

    @Test("An unknown name is given with the nearest ones")
    func unknown() {
        let expansion = book.expand(from: "HUB", addressees: [name("NORHT")], exempt: [])
        #expect(expansion.unknown.map(\.name) == ["NORHT"])
        #expect(expansion.unknown.first?.nearest.contains("NORTH") == true)
    }

    @Test("A written indicator leads on only where the name is unknown; a disagreement is a warning")
    func indicators() {
        let byName = book.expand(from: "HUB", addressees: [name("NORTH", ri: "RUDD")], exempt: [])
        #expect(byName.deliveries.first?.station == indicator("RUCC"))
        #expect(byName.warnings.count == 1)
        let byIndicator = book.expand(from: "HUB", addressees: [name("STRANGE POST", ri: "RUCCXY")], exempt: [])
        #expect(byIndicator.deliveries.first?.post == "NORTH")
    }

    @Test("An alias is the post that it means; only its station may sign for it")
    func aliases() {
        let expansion = book.expand(from: "HUB", addressees: [name("NORTHERN POST")], exempt: [])
        #expect(expansion.deliveries.map(\.post) == ["NORTH"])
        #expect(book.maySign(indicator("RUCC"), for: "NORTHERN POST"))
        #expect(!book.maySign(indicator("RUBB"), for: "NORTH"))
    }
}

@Suite("Routes")
struct RoutingTableTests {
    private let table = RoutingTable(network: network(), own: indicator("RUAA"))

    @Test("The way of lowest total cost comes first, the others behind it")
    func cost() {
        let routes = table.routes(to: indicator("RUCC"), classification: .secret)
        #expect(routes.map(\.nextStation) == [indicator("RUBB"), indicator("RUCC")])
        #expect(routes.map(\.cost) == [2, 5])
        #expect(routes[0].path == [indicator("RUAA"), indicator("RUBB"), indicator("RUCC")])
    }

    @Test(
        "No way leads over a station or link that is cleared for less",
        arguments: [(Classification.unclassified, false), (.confidential, true), (.topSecret, true)])
    func clearance(classification: Classification, isRefused: Bool) {
        #expect(table.routes(to: indicator("RUDD"), classification: classification).isEmpty == isRefused)
        #expect(table.refusals(to: indicator("RUDD"), classification: classification).isEmpty != isRefused)
    }

    @Test("A thousand stations are routed")
    func large() {
        let names = (0..<1_000).map { number in
            indicator("R" + String(String(number + 1_000).map { Character(UnicodeScalar($0.asciiValue! + 17)) }))
        }
        let stations = names.map {
            Network.Station(indicator: $0, posts: [$0.description], addresses: [], clearance: .secret)
        }
        let links = (1..<1_000).map { Network.Link(a: names[$0], b: names[$0 / 2]) }
        let large = Network(name: "L", version: 0, stations: stations, links: links, collectives: [], aliases: [])
        let table = RoutingTable(network: large, own: names[0])
        #expect(names.dropFirst().allSatisfy { table.routes(to: $0, classification: .secret).count == 1 })
    }
}
