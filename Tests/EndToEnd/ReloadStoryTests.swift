import Foundation
import Testing

@Suite("The station file is read again", .serialized)
struct ReloadStoryTests {
    private func reload(_ lab: Lab, _ station: String) -> Lab.Outcome { lab.ctl(station, "config", "reload") }

    private func alarms(_ lab: Lab, _ station: String) -> [String] {
        (lab.ctl(station, "status").document["alarms"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    }

    @Test("What can change takes effect without dropping a session; what cannot is named; a mistake changes nothing")
    func story() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        try lab.wait("the link is up") { lab.ctl("RUENO", "link", "list").rows.first?["state"] as? String == "up" }
        let since = lab.ctl("RUENO", "link", "list").rows.first?["since"] as? String
        let unchanged = reload(lab, "RUENO")
        #expect(unchanged.status == 0 && (unchanged.document["applied"] as? [String])?.isEmpty == true)
        #expect(try SchemaCheck().problems(of: "config reload", unchanged.json) == [])

        // A cable goes to the only desk, then to the one that it is slugged for.
        func slugged(_ number: Int) -> Data {
            let text = String(decoding: Lab.cable(number), as: UTF8.self)
            return Data(
                text.replacingOccurrences(
                    of: "UNCLAS CAPITAL \(number)\n", with: "UNCLAS CAPITAL \(number)\n\nFOR OPS\n"
                ).utf8)
        }
        func office(_ number: Int) throws -> String {
            let id = try #require(lab.ctl("RUECAP", "submit", "-", input: slugged(number)).document["id"] as? String)
            var office = ""
            try lab.wait("it is on a desk") {
                let row = lab.ctl("RUENO", "inbox", "list").rows.first { $0["id"] as? String == id }
                office = row?["office"] as? String ?? ""
                return row != nil
            }
            return office
        }
        #expect(try office(1) == "DEFAULT")
        try lab.configure("RUENO") {
            $0["offices"] = ["EMBASSY NORTHLAND": ["default": "REGISTRY", "offices": ["OPS"]]]
            $0["originators"] = ["VISITING DELEGATION"]
            $0["custody"] = ["retention": "10d"]
            $0["metrics"] = "127.0.0.1:1"
            var limits = $0["limits"] as? [String: Any] ?? [:]
            limits["hopLimit"] = 9
            $0["limits"] = limits
        }
        let guest = Data(
            String(decoding: Lab.cable(2, to: "FOREIGN OFFICE CAPITAL"), as: UTF8.self).replacingOccurrences(
                of: "FM FOREIGN OFFICE CAPITAL", with: "FM VISITING DELEGATION"
            ).utf8)
        #expect(lab.ctl("RUENO", "submit", "-", input: guest).error.contains("FM_NOT_OURS"))
        let changed = reload(lab, "RUENO")
        #expect(changed.status == 0, "\(changed.error)")
        #expect(
            changed.document["applied"] as? [String] == [
                "offices", "originators", "custody.retention", "limits.hopLimit",
            ])
        #expect(changed.document["needsRestart"] as? [String] == ["metrics"])
        #expect(try office(3) == "OPS")
        #expect(lab.ctl("RUENO", "submit", "-", input: guest).status == 0)
        #expect(lab.ctl("RUENO", "config", "show").document["hopLimit"] as? Int == 9)
        #expect(lab.ctl("RUENO", "link", "list").rows.first?["since"] as? String == since)
        #expect(lab.log("RUENO").contains("applied=offices") && lab.log("RUENO").contains("needsRestart=metrics"))

        // A mistake is named by line, and what held goes on.
        try lab.configure("RUENO") {
            $0["originators"] = ["ANOTHER"]
            $0["limts"] = ["hopLimit": 3]
        }
        let wrong = reload(lab, "RUENO")
        let lines = wrong.document["rejected"] as? [String] ?? []
        #expect(wrong.status == 78 && lines.count == 1)
        #expect(
            lines.first?.contains("station.json5:") == true && lines.first?.contains("did you mean limits?") == true)
        #expect(alarms(lab, "RUENO").contains("reload.failed.settings"))
        #expect(lab.ctl("RUENO", "config", "show").document["hopLimit"] as? Int == 9)
        #expect(lab.ctl("RUENO", "submit", "-", input: guest).status == 0)

        // The same by signal, mended.
        try lab.configure("RUENO") {
            $0["limts"] = nil
            var limits = $0["limits"] as? [String: Any] ?? [:]
            limits["hopLimit"] = 8
            $0["limits"] = limits
        }
        lab.signal("RUENO", SIGHUP)
        try lab.wait("it holds") { lab.ctl("RUENO", "config", "show").document["hopLimit"] as? Int == 8 }
        try lab.wait("the alarm has ended") { !alarms(lab, "RUENO").contains("reload.failed.settings") }
        #expect(lab.ctl("RUENO", "submit", "-", input: guest).error.contains("FM_NOT_OURS"))
        #expect(lab.ctl("RUENO", "link", "list").rows.first?["since"] as? String == since)
    }

    @Test("Roles that are changed hold for the next request", .enabled(if: getuid() == 0))
    func roles() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        chmod(lab.folder.path, 0o755)
        chmod("\(lab.folder.path)/RUECAP", 0o755)
        #expect(lab.ctl("RUECAP", inGroups: [4242], "status").status != 0)
        try lab.configure("RUECAP") { $0["roles"] = ["watch": ["4242"]] }
        #expect(reload(lab, "RUECAP").document["applied"] as? [String] == ["roles"])
        #expect(lab.ctl("RUECAP", inGroups: [4242], "status").status == 0)
        #expect(lab.ctl("RUECAP", inGroups: [4242], "config", "reload").status == 77)
        try lab.configure("RUECAP") { $0["roles"] = nil }
        #expect(reload(lab, "RUECAP").status == 0)
        #expect(lab.ctl("RUECAP", inGroups: [4242], "status").status != 0)
    }
}
