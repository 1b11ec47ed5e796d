import Foundation
import Routing
import Settings
import Testing

private func problems(_ text: String) -> [String] {
    do throws(SettingsProblems) {
        _ = try NetworkFile.read(octets: Array(text.utf8), file: "net")
        return []
    } catch {
        return error.all.map(\.description)
    }
}

@Suite("The network file")
struct NetworkFileTests {
    private static let good = """
        {
          network: "N", // a comment
          stations: [
            { indicator: 'RUAA', posts: ["A POST"], address: "127.0.0.1:7000", clearance: "SECRET", },
            { "indicator": "RUBB", posts: ["B POST"], address: ["[::1]:7001"], clearance: "SECRET" },
          ],
          links: [{ between: ["RUAA", "RUBB"], cost: +2 }],
        }
        """

    @Test("Comments, trailing commas, bare keys and single quotes are read")
    func good() throws {
        let network = try NetworkFile.read(octets: Array(Self.good.utf8), file: "net")
        #expect(network.stations.map(\.posts) == [["A POST"], ["B POST"]])
        #expect(network.links.map(\.cost) == [2])
    }

    @Test(
        "Each mistake is said with its line and what to write",
        arguments: [
            ("RUBB\", posts", "rubb\", posts", "net:5: rubb is no routing indicator"),
            ("[\"B POST\"]", "[\"A POST\"]", "net:5: post A POST stands twice, first on line 4"),
            ("clearance: \"SECRET\", }", "clearance: \"SECRT\", }", "net:4: SECRT is no classification"),
            ("cost: +2", "cots: 2", "net:7: unknown key cots, did you mean cost?"),
            ("\"RUAA\", \"RUBB\"]", "\"RUAA\", \"RUBC\"]", "net:7: no station is called RUBC, did you mean RUBB?"),
            ("\"RUAA\", \"RUBB\"]", "\"RUAA\", \"RUAA\"]", "net:7: RUAA is linked to itself"),
            ("127.0.0.1:7000", "127.0.0.1", "net:4: 127.0.0.1 is no address"),
            ("127.0.0.1:7000", "127.0.0.1:0", "net:4: 127.0.0.1:0 is no address"),
            ("127.0.0.1:7000", "127.0.0.1:+7", "net:4: 127.0.0.1:+7 is no address"),
            ("127.0.0.1:7000", "a host:7000", "net:4: a host:7000 is no address"),
            ("[::1]:7001", "::1:7001", "net:5: ::1:7001 is no address"),
            ("[::1]:7001", "", "net:5: an element of address is empty"),
            ("cost: +2", "cost: 0", "net:7: links[].cost is no whole number from 1 to 1000000"),
            ("cost: +2 }", "cost: +2 }, { between: ['RUBB', 'RUAA'] }", "net:7: the link RUBB-RUAA stands twice"),
            ("[\"RUAA\", \"RUBB\"]", "[\"RUAA\"]", "net:7: a link is between two stations"),
            ("between: [\"RUAA\", \"RUBB\"], ", "", "net:7: key between is missing"),
            ("posts: [\"A POST\"], ", "", "net:4: key posts is missing"),
            ("\"RUBB\", posts", "\"RUAA\", posts", "net:5: station RUAA stands twice, first on line 4"),
            (
                "],\n}", "],\n aliases: { 'B POST': 'A POST' } }",
                "net:8: alias B POST is the name of the post on line 5"
            ),
            (
                "],\n}", "],\n aliases: { B: 'A PSOT' } }",
                "net:8: no station serves a post called A PSOT, did you mean A POST?"
            ),
            (
                "],\n}", "],\n collectives: { C: [\n'B PST'] } }",
                "net:9: no station serves a post called B PST, did you mean B POST?"
            ),
            (
                "],\n}", "],\n collectives: { 'C D': [], 'c  d': [] } }",
                "net:8: collective C D stands twice, first on line 8"
            ),
            ("],\n}", "],\n captionRules: 7 }", "net:8: captionRules is a number, write { NAME: … }"),
            ("network: \"N\",", "network: \"N\", network: \"M\",", "net:2: key network stands twice"),
            ("links: [", "links [", "net:7: no colon after key links"),
            ("'RUAA'", "'RUAA", "net:4: a text is not closed on its line"),
        ])
    func mistake(from: String, to: String, expected: String) {
        let found = problems(Self.good.replacingOccurrences(of: from, with: to))
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }

    @Test("Any octets come to an end without a trap")
    func anyOctets() {
        var state: UInt64 = 3
        let alphabet = Array("{}[]:,'\"\\/*u0x1n \n".utf8)
        for _ in 0..<3_000 {
            var octets: [UInt8] = []
            for _ in 0..<60 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                octets.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            _ = try? NetworkFile.read(octets: octets, file: "x")
            _ = try? StationFile.read(octets: octets, file: "x")
        }
    }

    @Test("Every problem is told, in the order of the file, duplicate keys among them")
    func several() {
        let text = """
            {
              network: "N", network: "N",
              stations: [{ indicator: "ruaa", posts: ["A"], address: "a:1", clearance: "SECRET" }],
              links: 5,
              colectives: {},
            }
            """
        #expect(
            problems(text) == [
                "net:2: key network stands twice, first on line 2, keep one",
                "net:3: ruaa is no routing indicator, write 4 to 8 capital letters, such as RUEHC",
                "net:4: links is a number, write a list: [ … ]",
                "net:5: unknown key colectives, did you mean collectives?",
            ])
    }

    @Test("A problem has the column at which it stands")
    func column() {
        do throws(SettingsProblems) {
            _ = try NetworkFile.read(
                octets: Array("{ network: 'N',\n  stations: [], links: [], vers: 1 }".utf8), file: "f")
            Issue.record("an unknown key was accepted")
        } catch {
            #expect(error.all.map { [$0.line, $0.column] } == [[2, 28]])
        }
    }

    @Test("A station with one mistake is still a station for its links")
    func noEchoes() {
        let found = problems(Self.good.replacingOccurrences(of: "clearance: \"SECRET\" }", with: "clearance: 'X' }"))
        #expect(found.count == 1, "\(found)")
    }

    @Test("More stations than are allowed are a problem, and none is left out in silence")
    func tooMany() {
        let letters = Array("ABCDEFGHIJ")
        let names = (0...NetworkFile.stationsMax).map { number in
            "R" + String(String(number + 10_000).map { letters[Int(String($0)) ?? 0] })
        }
        let stations = names.map { "{indicator:'\($0)',posts:['\($0)'],address:'a:1',clearance:'SBU'}" }
        let found = problems("{network:'N',links:[],stations:[\(stations.joined(separator: ",\n"))]}")
        #expect(found == ["net:10001: the file has 10001 stations, at most 10000 are allowed"])
    }

    @Test("A file full of mistakes ends after a hundred of them")
    func bounded() {
        let members = (0..<5_000).map { "key\($0): 1" }
        #expect(problems("{\(members.joined(separator: ",\n"))}").count == 100)
    }
}
