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

private func sample(_ name: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent("Config/\(name)"), encoding: .utf8)
}

@Suite("Settings files")
struct SettingsTests {
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
        }
    }

    @Test("The sample files are read by the code that reads the real ones")
    func samples() throws {
        let network = try NetworkFile.read(octets: Array(try sample("network.json5").utf8), file: "network.json5")
        let text = try sample("station.json5")
        let station = try StationFile.read(octets: Array(text.utf8), file: "station.json5")
        #expect(StationFile.mismatches(station, network, octets: Array(text.utf8), file: "station.json5").isEmpty)
    }

    @Test("Every key of the code stands in the sample files, active or commented, and no other does")
    func keysAreShown() throws {
        for (name, table) in [("network.json5", KeyTable.network), ("station.json5", KeyTable.station)] {
            let known = Set(
                table.flatMap { $0.path.split(separator: ".").map { $0.replacingOccurrences(of: "[]", with: "") } }
            ).subtracting(["*"])
            var shown: Set<String> = []
            for line in try sample(name).split(separator: "\n") {
                // Keys stand at the start of a line, commented or not, or inside braces on it.
                let code = line.contains("//") ? line.drop { $0 == " " || $0 == "/" } : line[...]
                let isProse = line.contains("//") && code.prefix { $0 != ":" }.contains(" ")
                guard !isProse else { continue }
                for word in code.split(whereSeparator: { " ,{[".contains($0) }) where word.hasSuffix(":") {
                    let key = String(word.dropLast())
                    if key.allSatisfy({ $0.isLetter }), key.first?.isLowercase == true { shown.insert(key) }
                }
            }
            #expect(known.subtracting(shown) == [], "not shown in \(name)")
            #expect(shown.subtracting(known) == [], "unknown in \(name)")
        }
    }
}
