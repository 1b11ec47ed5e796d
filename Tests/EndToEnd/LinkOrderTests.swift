import Foundation
import Testing

@Suite("An operator's orders for links", .serialized)
struct LinkOrderTests {
    private func row(_ lab: Lab, _ station: String, _ peer: String) -> [String: Any] {
        lab.ctl(station, "link", "list").rows.first { $0["peer"] as? String == peer } ?? [:]
    }

    private func state(_ lab: Lab, _ station: String, _ peer: String) -> String {
        row(lab, station, peer)["state"] as? String ?? ""
    }

    @Test(
        "A limit holds back ROUTINE on both sides and over SIGKILL, lets FLASH pass, and is lifted; its reason is audited"
    )
    func limit() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        try lab.wait("the links are up") {
            state(lab, "RUECAP", "RUEHUB") == "up" && state(lab, "RUEHUB", "RUENO") == "up"
        }
        #expect(lab.ctl("RUECAP", "link", "limit", "RUEHUB", "--precedence", "PRIORITY", "--reason", "x").status == 64)
        let set = lab.ctl(
            "RUECAP", "link", "limit", "RUEHUB", "--precedence", "PRIORITY", "--for", "2h", "--reason", "flood")
        #expect(set.status == 0, "\(set.error)")
        try lab.wait("the neighbour knows") {
            let limits = row(lab, "RUEHUB", "RUECAP")["limits"] as? [[String: Any]] ?? []
            return limits.first?["by"] as? String == "RUECAP" && limits.first?["precedence"] as? String == "PRIORITY"
        }
        lab.kill("RUECAP")
        try lab.start("RUECAP")
        try lab.wait("the link is up again, with its limit") { state(lab, "RUECAP", "RUEHUB") == "limited" }
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).status == 0)
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(2, precedence: "Z")).status == 0)
        try lab.wait("the FLASH is there") { lab.ctl("RUENO", "inbox", "list").rows.count == 1 }
        let waiting = lab.ctl("RUECAP", "queue", "list").rows.first { $0["precedence"] as? String == "ROUTINE" }
        #expect(waiting?["why"] as? String == "the link to RUEHUB takes PRIORITY and above: flood")
        #expect(lab.ctl("RUECAP", "link", "limit", "RUEHUB", "--precedence", "ROUTINE").status == 0)
        try lab.wait("the ROUTINE is there") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        let audit = String(decoding: lab.ctl("RUECAP", "audit", "export").output, as: UTF8.self)
        #expect(audit.contains("link limit") && audit.contains("flood"))
        let shown = lab.ctl("RUENO", "link", "show", "RUEHUB").document
        let received = (shown["received"] as? [[String: Any]])?.last?["taken"] as? [[String: Any]] ?? []
        #expect(received.count == 1, "no number is missing: \(received)")
    }

    @Test("A drained link closes when nothing is under way, stays closed over a restart, and opens again by order")
    func drain() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        try lab.wait("the link is up") { state(lab, "RUECAP", "RUEHUB") == "up" }
        #expect(lab.ctl("RUECAP", "link", "drain", "RUEHUB", "--reason", "antenna").status == 0)
        try lab.wait("it is closed") { state(lab, "RUECAP", "RUEHUB") == "closed" }
        try lab.wait("the neighbour knows why") {
            (row(lab, "RUEHUB", "RUECAP")["why"] as? String ?? "").contains("antenna")
        }
        lab.kill("RUECAP")
        try lab.start("RUECAP")
        #expect(state(lab, "RUECAP", "RUEHUB") == "closed")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).status == 0)
        try lab.wait("the queue says why it waits") {
            let row = lab.ctl("RUECAP", "queue", "list").rows.first
            return row?["why"] as? String == "the link to RUEHUB is closed by order: antenna"
        }
        #expect(lab.ctl("RUECAP", "link", "up", "RUEHUB").status == 0)
        try lab.wait("the cable is there") { lab.ctl("RUENO", "inbox", "list").rows.count == 1 }
    }

    @Test("A link that is closed for a time opens by itself")
    func down() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB")
        try lab.wait("the link is up") { state(lab, "RUECAP", "RUEHUB") == "up" }
        #expect(lab.ctl("RUECAP", "link", "down", "RUEHUB", "--until", "3s", "--reason", "test").status == 0)
        try lab.wait("it is closed on both sides") {
            state(lab, "RUECAP", "RUEHUB") == "closed" && state(lab, "RUEHUB", "RUECAP") != "up"
        }
        try lab.wait("it opens") { state(lab, "RUECAP", "RUEHUB") == "up" && state(lab, "RUEHUB", "RUECAP") == "up" }
        #expect(lab.ctl("RUECAP", "link", "down", "RUENO", "--reason", "test").status == 65)
    }
}
