import Cables
import Routing
import Testing

private func network(
    posts: [String], collectives: [(String, [String])], aliases: [(String, String)] = []
) throws -> Network {
    Network(
        name: "N", version: 1,
        stations: [
            Network.Station(
                indicator: try #require(RoutingIndicator("RUAA")), posts: posts, addresses: [], clearance: .secret)
        ], links: [], collectives: collectives.map { Network.Collective(name: $0.0, members: $0.1) },
        aliases: aliases.map { (name: $0.0, post: $0.1) })
}

private func name(
    _ post: String, _ role: AddresseeName.Role = .action, _ precedence: Precedence = .routine, zen: Bool = false,
    niact: Bool = false
) -> AddresseeName {
    AddresseeName(
        post: post, indicator: nil, deliveredByOtherMeans: zen, role: role, precedence: precedence, niact: niact)
}

@Suite("Collectives")
struct CollectiveTests {
    @Test("A collective of any size loses nobody")
    func large() throws {
        let posts = (0..<12_000).map { "POST \($0)" }
        let book = AddressBook(try network(posts: posts, collectives: [("ALL", posts)]))
        let expansion = book.expand(from: "X", addressees: [name("ALL")], exempt: [])
        #expect(expansion.deliveries.map(\.post) == posts)
        #expect(expansion.unknown.isEmpty)
    }

    @Test("What a collective came to is recorded, with who was left out")
    func recorded() throws {
        let book = AddressBook(
            try network(
                posts: ["A", "B", "C", "D"],
                collectives: [("INNER", ["B", "ANOTHER C"]), ("OUTER", ["A", "INNER", "D", "B"])],
                aliases: [("ANOTHER C", "C")]))
        let expansion = book.expand(from: "A", addressees: [name("OUTER"), name("D")], exempt: ["ANOTHER C"])
        #expect(expansion.expansions.map(\.name) == ["OUTER"])
        #expect(expansion.expansions.map(\.posts) == [["B", "D"]])
        #expect(expansion.expansions.map(\.leftOut) == [["A", "C"]])
        #expect(expansion.deliveries.map(\.post) == ["B", "D"])
        #expect(expansion.deliveries.map(\.collective) == ["OUTER", nil])
    }

    @Test("Collectives that name one another end, and each post comes once")
    func cycle() throws {
        let book = AddressBook(
            try network(posts: ["A", "B"], collectives: [("ONE", ["TWO", "A"]), ("TWO", ["ONE", "B", "A"])]))
        for collective in ["ONE", "TWO"] {
            let expansion = book.expand(from: "X", addressees: [name(collective)], exempt: [])
            #expect(expansion.deliveries.map(\.post).sorted() == ["A", "B"])
        }
    }

    @Test("XMT does not take away an addressee that the cable names itself")
    func exemptNamed() throws {
        let book = AddressBook(try network(posts: ["A", "B"], collectives: [("ALL", ["A", "B"])]))
        let expansion = book.expand(from: "X", addressees: [name("ALL", .info), name("B")], exempt: ["B"])
        #expect(expansion.deliveries.map(\.post) == ["A", "B"])
        #expect(expansion.deliveries.map(\.role) == [.info, .action])
    }

    @Test("A member that no station serves is unknown, and an addressee by other means is only shown")
    func others() throws {
        let book = AddressBook(try network(posts: ["A"], collectives: [("ALL", ["A", "GONE"])]))
        let expansion = book.expand(from: "X", addressees: [name("ALL"), name("ELSEWHERE", zen: true)], exempt: [])
        #expect(expansion.unknown.map(\.name) == ["GONE"])
        #expect(expansion.otherMeans == ["ELSEWHERE"])
        #expect(expansion.deliveries.map(\.post) == ["A"])
    }

    @Test("NIACT stays with a post that is named again without it")
    func niact() throws {
        let book = AddressBook(try network(posts: ["A"], collectives: []))
        let twice = [name("A", .action, .immediate, niact: true), name("A", .info, .priority)]
        for addressees in [twice, twice.reversed()] {
            let expansion = book.expand(from: "X", addressees: addressees, exempt: [])
            #expect(expansion.deliveries.map(\.niact) == [true])
            #expect(expansion.deliveries.map(\.precedence) == [.immediate])
            #expect(expansion.deliveries.map(\.role) == [.action])
        }
    }
}
