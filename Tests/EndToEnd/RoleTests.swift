import Foundation
import Testing

/// Another user's groups are taken on with setpriv, which root alone may.
private let canChangeUser = getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")

@Suite("What callers may do follows from their groups", .serialized, .enabled(if: canChangeUser))
struct RoleTests {
    /// Groups by number: none of them need exist.
    private static let (watchers, clerks, readers, operators) = (42_101, 42_102, 42_103, 42_104)

    private func lab() throws -> Lab {
        let lab = try Lab(Lab.row)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: lab.folder.path)
        for station in ["RUECAP", "RUENO"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: "\(lab.folder.path)/\(station)")
            try lab.configure(station) { file in
                file["roles"] = [
                    "watch": ["\(Self.watchers)"], "submit": ["\(Self.clerks)"], "operate": ["\(Self.operators)"],
                    "read": ["POLITICAL": ["\(Self.readers)"]],
                ]
            }
        }
        try lab.configure("RUENO") { file in
            file["offices"] = [
                "EMBASSY NORTHLAND": ["default": "DUTY", "offices": ["DUTY", "POLITICAL"]]
            ]
        }
        return lab
    }

    private func submit(_ lab: Lab, as group: Int, _ number: Int, slug: String = "") -> Lab.Outcome {
        let text = String(decoding: Lab.cable(number), as: UTF8.self)
        let cable = slug.isEmpty ? text : text.replacing("\n\nSUBJECT", with: "\n\nFOR \(slug)\n\nSUBJECT")
        return lab.ctl("RUECAP", inGroups: [group], "submit", "-", input: Data(cable.utf8))
    }

    @Test(
        "A clerk hands in, a watcher sees lists without subjects, a reader reads one office, an operator all; a refusal names the group"
    )
    func roles() throws {
        let lab = try lab()
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let refused = submit(lab, as: Self.watchers, 1)
        #expect(refused.status == 77 && refused.error.contains("\(Self.clerks)"), "\(refused.error)")
        #expect(submit(lab, as: Self.clerks, 2).status == 0)
        #expect(submit(lab, as: Self.operators, 3, slug: "POLITICAL").status == 0)
        try lab.wait("both are delivered") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }

        #expect(lab.ctl("RUENO", inGroups: [], "status").status == 77)
        let watched = lab.ctl("RUENO", inGroups: [Self.watchers], "inbox", "list")
        #expect(watched.rows.count == 2 && watched.rows.allSatisfy { $0["subject"] == nil }, "\(watched.error)")
        let read = lab.ctl("RUENO", inGroups: [Self.readers], "inbox", "list").rows
        let subjects = Dictionary(
            uniqueKeysWithValues: read.map { ($0["office"] as? String ?? "", $0["subject"] != nil) })
        #expect(subjects == ["DUTY": false, "POLITICAL": true])

        let ids = Dictionary(
            uniqueKeysWithValues: read.map { ($0["office"] as? String ?? "", $0["id"] as? String ?? "") })
        let (duty, political) = (try #require(ids["DUTY"]), try #require(ids["POLITICAL"]))
        #expect(lab.ctl("RUENO", inGroups: [Self.readers], "inbox", "read", political, "--raw").status == 0)
        for attempt in [["read", duty, "--raw"], ["archive", duty]] {
            let outcome = lab.ctl("RUENO", inGroups: [Self.readers], "inbox", attempt[0], attempt[1])
            #expect(outcome.status == 77 && outcome.error.contains("DUTY"), "\(attempt) \(outcome.error)")
        }
        #expect(lab.ctl("RUENO", inGroups: [Self.watchers], "inbox", "read", political).status == 77)
        let held = lab.ctl("RUENO", inGroups: [Self.readers], "cable", "hold", political, "--reason", "x")
        #expect(held.status == 77 && held.error.contains("\(Self.operators)"))
        #expect(lab.ctl("RUENO", inGroups: [Self.operators], "inbox", "archive", duty).status == 0)
        #expect(lab.ctl("RUENO", inGroups: [Self.operators], "audit", "export").status == 0)
        #expect(lab.ctl("RUENO", inGroups: [Self.watchers], "audit", "export").status == 77)
    }

    @Test("A group that the machine does not know is a mistake in the station file, with its line")
    func unknownGroup() throws {
        let lab = try Lab(Lab.row)
        try lab.configure("RUECAP") { $0["roles"] = ["watch": ["no-such-group-here"]] }
        let outcome = lab.run("routerctl", ["config", "check", "\(lab.folder.path)/RUECAP/station.json5"])
        #expect(outcome.status == 78 && outcome.error.contains("no group no-such-group-here"))
    }
}
