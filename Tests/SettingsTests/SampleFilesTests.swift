import Foundation
import Settings
import Testing

@Suite("The sample files in Config")
struct SampleFilesTests {
    private static func sample(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("Config/\(name)"), encoding: .utf8)
    }

    /// The file with the keys active that it shows as comments.
    private static func uncommented(_ name: String) throws -> [UInt8] {
        let lines = try sample(name).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let text = line.drop { $0 == " " }
            guard text.hasPrefix("// "), text.hasSuffix(",") else { return String(line) }
            let key = text.dropFirst(3).prefix { $0 != ":" }
            guard key.first?.isLowercase == true, key.allSatisfy({ $0.isLetter }) else { return String(line) }
            return String(text.dropFirst(3))
        }
        return Array(lines.joined(separator: "\n").utf8)
    }

    /// Paths as the table writes them; `named` are objects whose keys are the user's own.
    private static func paths(_ value: JSON5Value, _ path: String, named: Set<String>) -> Set<String> {
        switch value.content {
        case .object(let members):
            var found: Set<String> = []
            for member in members {
                let key = named.contains(path) ? "*" : member.key
                let inner = path.isEmpty ? key : "\(path).\(key)"
                found.insert(inner)
                found.formUnion(paths(member.value, inner, named: named))
            }
            return found
        case .list(let elements):
            return elements.reduce(into: []) { $0.formUnion(paths($1, path + "[]", named: named)) }
        case .null, .bool, .number, .string: return []
        }
    }

    @Test("They are read by the code that reads the real ones, with and without what is commented out")
    func areRead() throws {
        let network = try NetworkFile.read(octets: Array(try Self.sample("network.json5").utf8), file: "network.json5")
        for octets in [Array(try Self.sample("station.json5").utf8), try Self.uncommented("station.json5")] {
            let station = try StationFile.read(octets: octets, file: "station.json5")
            #expect(StationFile.mismatches(station, network, octets: octets, file: "station.json5").isEmpty)
        }
        _ = try NetworkFile.read(octets: try Self.uncommented("network.json5"), file: "network.json5")
    }

    @Test(
        "Every key of the code stands in them at its place, active or commented, and no other does",
        arguments: [("network.json5", KeyTable.network), ("station.json5", KeyTable.station)])
    func keysAreShown(name: String, table: [SettingsKey]) throws {
        let named = Set(table.filter { $0.kind == .named }.map(\.path))
        let root = try JSON5Reader.read(try Self.uncommented(name), file: name)
        let shown = Self.paths(root, "", named: named)
        // `offices.*` has no entry of its own: its members say all.
        let known = Set(table.map(\.path)).union(
            named.filter { name in table.contains { $0.path.hasPrefix(name + ".*.") } }.map { $0 + ".*" })
        #expect(known.subtracting(shown).sorted() == [], "not shown in \(name)")
        #expect(shown.subtracting(known).sorted() == [], "unknown in \(name)")
    }

    @Test("The values that they show, and those that the table names, are the defaults of the code")
    func defaults() throws {
        let shown = try StationFile.read(octets: try Self.uncommented("station.json5"), file: "station.json5")
        #expect(shown.limits == StationSettings.Limits())
        #expect(shown.grace == StationFile.standardGrace)
        #expect(shown.control == StationFile.standardControl)
        let limits = KeyTable.station.filter { $0.path.hasPrefix("limits.") }
        #expect(limits.count == 13)
        for key in limits {
            let name = key.path.dropFirst("limits.".count)
            let text = """
                { station: 'RUAA', network: 'n', state: 's', tls: { certificate: 'c', key: 'k', authorities: 'a' },
                  limits: { \(name): \(key.standard.last?.isLetter == true ? "'\(key.standard)'" : key.standard) } }
                """
            #expect(try StationFile.read(octets: Array(text.utf8), file: "st").limits == StationSettings.Limits())
        }
    }

    @Test("Every quantity in the table has its unit and every key its meaning")
    func units() {
        for key in KeyTable.network + KeyTable.station {
            #expect(!key.meaning.isEmpty)
            if case .duration = key.kind { #expect(key.unit == "duration", "\(key.path)") }
            if case .whole = key.kind, key.path.hasPrefix("limits.") { #expect(!key.unit.isEmpty, "\(key.path)") }
        }
    }
}
