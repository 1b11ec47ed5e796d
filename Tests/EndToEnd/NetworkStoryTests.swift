import Foundation
import Testing

/// The link from the capital to the north is there only in the second version.
private func row(version: Int, direct: Bool, posts: String = "") -> String {
    """
    {
      network: "LAB", version: \(version),
      stations: [
        { indicator: "RUECAP", posts: ["CAPITAL"], address: "127.0.0.1:PORT1", clearance: "SECRET" },
        { indicator: "RUEHUB", posts: ["RELAY"], address: "127.0.0.1:PORT2", clearance: "SECRET" },
        { indicator: "RUENO", posts: ["NORTH"\(posts)], address: "127.0.0.1:PORT3", clearance: "SECRET" },
      ],
      links: [
        { between: ["RUECAP", "RUEHUB"] }, { between: ["RUEHUB", "RUENO"] },
        \(direct ? "{ between: [\"RUECAP\", \"RUENO\"] }," : "")
      ],
    }
    """
}

private func cable(_ number: Int, to post: String) -> Data {
    Data(
        "P 061011Z MAY 26\nFM CAPITAL\nTO \(post)\n\nUNCLAS CAPITAL \(number)\n\nSUBJECT: X \(number)\n\n1. (U) X.\n"
            .utf8)
}

@Suite("A network file that changes under real stations", .serialized)
struct NetworkStoryTests {
    private static let stations = ["RUECAP", "RUEHUB", "RUENO"]

    private static func isDelivered(_ lab: Lab, _ id: String) -> Bool {
        let rows = lab.ctl("RUECAP", "cable", "show", id).document["deliveries"] as? [[String: Any]] ?? []
        return !rows.isEmpty && rows.allSatisfy { $0["state"] as? String == "delivered" }
    }

    private static func alarms(_ lab: Lab, _ station: String) -> [String] {
        let rows = lab.ctl(station, "status").document["alarms"] as? [[String: Any]] ?? []
        return rows.compactMap { $0["code"] as? String }
    }

    private static func path(_ lab: Lab, to post: String) -> [String] {
        lab.ctl("RUECAP", "route", "test", "--to", post).document["path"] as? [String] ?? []
    }

    private static func sign(_ lab: Lab) {
        let signed = lab.run(
            "routerctl",
            [
                "network", "sign", lab.folder.path + "/network.json5", "--key", lab.folder.path + "/authority.key",
                "--authority", lab.folder.path + "/authority.pem",
            ])
        #expect(signed.status == 0, "\(signed.error)")
    }

    @Test("An unsigned file is refused and says so; a signed one takes effect, and what waited takes the new way")
    func reload() throws {
        let lab = try Lab(row(version: 1, direct: false))
        for station in Self.stations {
            try lab.configure(station) {
                var tls = $0["tls"] as? [String: Any] ?? [:]
                tls["requireSignedNetwork"] = true
                $0["tls"] = tls
            }
        }
        try lab.start("RUECAP", "RUENO")
        // The relay is not there: the cable waits.
        let outcome = lab.ctl("RUECAP", "submit", "-", input: cable(1, to: "NORTH"))
        let id = try #require(outcome.document["id"] as? String, "\(outcome.error)")

        try lab.rewriteNetwork { text in
            text.replacingOccurrences(of: "version: 1", with: "version: 2").replacingOccurrences(
                of: row(version: 1, direct: false).links, with: row(version: 2, direct: true).links)
        }
        lab.hangUp("RUECAP")
        try lab.wait("the file without a signature is refused") {
            Self.alarms(lab, "RUECAP").contains("reload.failed.network")
        }
        #expect(Self.path(lab, to: "NORTH") == ["RUECAP", "RUEHUB", "RUENO"])
        #expect(lab.log("RUECAP").contains("network.json5.sig"))

        Self.sign(lab)
        for station in ["RUECAP", "RUENO"] { lab.hangUp(station) }
        try lab.wait("the new file holds") { Self.path(lab, to: "NORTH") == ["RUECAP", "RUENO"] }
        try lab.wait("the cable takes the new way") { Self.isDelivered(lab, id) }
        #expect(!Self.alarms(lab, "RUECAP").contains("reload.failed.network"))
        #expect(lab.ctl("RUENO", "inbox", "list").rows.count == 1)

        // The file goes back only with a restart.
        try lab.rewriteNetwork { $0.replacingOccurrences(of: "version: 2", with: "version: 1") }
        Self.sign(lab)
        lab.hangUp("RUECAP")
        try lab.wait("an older file is refused") { Self.alarms(lab, "RUECAP").contains("reload.failed.network") }
        #expect(Self.path(lab, to: "NORTH") == ["RUECAP", "RUENO"])
    }

    @Test("A station that asks for a signature does not start with a file that was altered")
    func altered() throws {
        let lab = try Lab(row(version: 1, direct: false))
        try lab.configure("RUECAP") {
            var tls = $0["tls"] as? [String: Any] ?? [:]
            tls["requireSignedNetwork"] = true
            $0["tls"] = tls
        }
        let station = lab.folder.path + "/RUECAP/station.json5"
        #expect(lab.run("routerd", ["--check", "--config", station]).status == 0)
        try lab.rewriteNetwork { $0 + " " }
        let refused = lab.run("routerd", ["--check", "--config", station])
        #expect(refused.status == 78)
        #expect(refused.error.contains("network.json5.sig"))
    }

    @Test("A readdressed cable is a new one: the old heading behind the new, and a receipt of its own")
    func readdress() throws {
        let lab = try Lab(row(version: 1, direct: false))
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let outcome = lab.ctl("RUECAP", "submit", "-", input: cable(1, to: "RELAY"))
        let id = try #require(outcome.document["id"] as? String, "\(outcome.error)")
        try lab.wait("it is delivered") { Self.isDelivered(lab, id) }
        #expect(lab.ctl("RUECAP", "cable", "readdress", id, "NOWHERE", "--reason", "test").status == 65)
        #expect(lab.ctl("RUECAP", "cable", "readdress", id, "NORTH").status == 64)
        let again = lab.ctl("RUECAP", "cable", "readdress", id, "NORTH", "--reason", "for their information")
        #expect(again.status == 0, "\(again.error)")
        let second = try #require(again.document["id"] as? String)
        #expect(second != id)
        try lab.wait("the second one is delivered") { Self.isDelivered(lab, second) }
        let rows = lab.ctl("RUENO", "inbox", "list").rows
        #expect(rows.map { $0["id"] as? String } == [second])
        #expect(rows.map { $0["mrn"] as? String } == ["CAPITAL 1"])
        let raw = String(
            decoding: lab.ctl("RUENO", "inbox", "read", second, "--raw").output, as: UTF8.self)
        #expect(raw.contains("TO NORTH") && raw.contains("TO RELAY"))
        #expect(lab.ctl("RUEHUB", "inbox", "list").rows.count == 1)
    }
}

extension String {
    /// The lines of `links` in the network files above.
    fileprivate var links: String {
        guard let start = range(of: "links: ["), let end = range(of: "\n  ],\n}") else { return "" }
        return String(self[start.lowerBound..<end.lowerBound])
    }
}
