import Testing

@testable import Settings
@testable import Station

@Suite("What a running station takes of a changed file")
struct SettingsChangeTests {
    private func settings(_ more: String = "", limits: String = "") throws -> StationSettings {
        let text = """
            { station: "RUAA", network: "n", state: "s", tls: { certificate: "c", key: "k", authorities: "a" },
              \(more)
              limits: { \(limits) } }
            """
        return try StationFile.read(octets: Array(text.utf8), file: "station.json5")
    }

    @Test("Every key of the file is known to take effect at once, or with a restart")
    func complete() {
        // Parts of one value, and the hooks, which stand in the offices of the file.
        let covered = SettingsChange.all.map(\.key)
        for key in KeyTable.station {
            let path = key.path.replacing(".*", with: "")
            let isCovered =
                covered.contains { path == $0 || path.hasPrefix($0 + ".") || path.hasPrefix($0 + "[") }
                || covered.contains { $0.hasPrefix(path + ".") } && (key.kind == .object || key.kind == .named)
            #expect(isCovered, "\(key.path)")
        }
        #expect(Set(covered).count == covered.count)
    }

    @Test("What can change does, what cannot is named and stays, and nothing else is touched")
    func merge() throws {
        let held = try settings(limits: "hopLimit: 9, windowOctets: 100000")
        let new = try settings(
            "metrics: \"127.0.0.1:9\", originators: [\"POST B\"],", limits: "hopLimit: 7, windowOctets: 200000")
        let (merged, applied, needsRestart) = SettingsChange.merge(held, new)
        #expect(applied == ["originators", "limits.hopLimit"])
        #expect(needsRestart == ["metrics", "limits.windowOctets"])
        #expect(merged.limits.hopLimit == 7 && merged.originators == ["POST B"])
        #expect(merged.limits.windowOctets == 100_000 && merged.metrics == nil)
        var expected = held
        expected.limits.hopLimit = 7
        expected.originators = ["POST B"]
        #expect(merged == expected)
        // What needs a restart is said again the next time.
        #expect(SettingsChange.merge(merged, new).needsRestart == ["metrics", "limits.windowOctets"])
    }

    @Test("A comment above a hook or a group is no change")
    func lines() throws {
        let text = """
            offices: { "POST A": { default: "OPS", hooks: { OPS: { program: "/bin/true" } } } },
            alarms: { any: { program: "/bin/true" } }, roles: { watch: ["w"], read: { "*": ["r"] } },
            """
        let (_, applied, needsRestart) = SettingsChange.merge(try settings(text), try settings("// more\n\n" + text))
        #expect(applied.isEmpty && needsRestart.isEmpty)
        let other = text.replacing("\"/bin/true\" } } } }", with: "\"/bin/false\" } } } }").replacing(
            "[\"w\"]", with: "[\"v\"]")
        #expect(SettingsChange.merge(try settings(text), try settings(other)).applied == ["offices.hooks", "roles"])
    }
}
