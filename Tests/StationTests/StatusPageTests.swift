import Cables
import Routing
import Testing

@testable import Station

@Suite("The status page")
struct StatusPageTests {
    @Test("Its octets are the same each time, nothing is loaded, and only its own script and style may run")
    func document() throws {
        let text = String(decoding: try #require(StatusPage.answer.body), as: UTF8.self)
        for outside in ["http://", "https://", "src=", "url(", "@import", "innerHTML", " style=\"", " onclick"] {
            let rest = text.replacing("http://www.w3.org/2000/svg", with: "")
            #expect(!rest.contains(outside), "\(outside)")
        }
        let policy = try #require(StatusPage.answer.policy)
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!policy.contains("unsafe"))
    }

    @Test(
        "Base 64 (RFC 4648, section 10)",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(text: String, expected: String) {
        #expect(StatusPage.base64(Array(text.utf8)) == expected)
    }

    private func network(_ links: [(String, String)]) -> Network {
        let names = Set(links.flatMap { [$0.0, $0.1] }).sorted()
        return Network(
            name: "DRAWN", version: 1,
            stations: names.map {
                Network.Station(
                    indicator: RoutingIndicator($0)!, posts: ["POST OF \($0)"], addresses: [], clearance: .secret)
            }, links: links.map { Network.Link(a: RoutingIndicator($0.0)!, b: RoutingIndicator($0.1)!) },
            collectives: [], aliases: [])
    }

    @Test("The picture shows stations by their distance, and says how many it leaves out")
    func near() {
        let row = PageNetwork(
            network([("RUAA", "RUBB"), ("RUBB", "RUCC"), ("RUCC", "RUAA"), ("RUCC", "RUDD")]),
            own: RoutingIndicator("RUAA")!)
        #expect(row.stations.map(\.indicator) == ["RUAA", "RUBB", "RUCC", "RUDD"])
        #expect(row.stations.map(\.hops) == [0, 1, 1, 2])
        #expect(row.links.count == 4 && row.left == 0)
        #expect(row.stations[0].post == "POST OF RUAA")

        let letters = "ABCDEFGHIJ".map { String($0) }
        let far = letters.flatMap { a in letters.map { b in ("RUA\(a)", "RUX\(a)\(b)") } }
        let star = letters.map { ("RUZZ", "RUA\($0)") }
        let large = PageNetwork(network(star + far), own: RoutingIndicator("RUZZ")!)
        #expect(large.stations.count == 11)
        #expect(large.left == 100)
    }
}
