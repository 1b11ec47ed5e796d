import Foundation
import Testing

@Suite("The way of a cable", .serialized)
struct TraceTests {
    @Test("An addressee asks for a garbled cable once more, and gets it as a cable of its own that names the first")
    func rerun() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let cable = Lab.cable(1)
        let id = try #require(lab.ctl("RUECAP", "submit", "-", input: cable).document["id"] as? String)
        try lab.wait("it is delivered") { lab.ctl("RUENO", "inbox", "list").rows.count == 1 }
        #expect(lab.ctl("RUENO", "cable", "rerun", id).status == 64)
        let asked = lab.ctl("RUENO", "cable", "rerun", id, "--reason", "page 2 is garbled")
        #expect(asked.document["asked"] as? String == "RUECAP", "\(asked.error)")
        try lab.wait("the rerun is there") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        let second = try #require(lab.ctl("RUENO", "inbox", "list").rows.last)
        #expect(second["rerunOf"] as? String == id)
        #expect(second["suspectedDuplicate"] as? Bool == false)
        let again = try #require(second["id"] as? String)
        #expect(again != id)
        #expect(lab.ctl("RUENO", "inbox", "read", again, "--raw").output == cable)
        try lab.wait("its receipt is back") {
            lab.ctl("RUECAP", "receipt", "list", again).rows.contains { $0["state"] as? String == "delivered" }
        }
        #expect(lab.ctl("RUECAP", "cable", "rerun", id, "--reason", "x").status == 65)
        let told = lab.ctl("RUENO", "audit", "export").rows.first { $0["event"] as? String == "operated" }
        #expect(told?["reason"] as? String == "page 2 is garbled")
    }

    @Test("A corrected copy and the first cable name one another on both sides; a stranger corrects nothing")
    func corrected() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let first = try #require(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).document["id"] as? String)
        try lab.wait("the first is delivered") { lab.ctl("RUENO", "inbox", "list").rows.count == 1 }
        let copy = lab.ctl("RUECAP", "submit", "-", "--corrects", first, input: Lab.cable(2))
        let second = try #require(copy.document["id"] as? String, "\(copy.error)")
        try lab.wait("the copy is delivered") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        for station in ["RUECAP", "RUENO"] {
            #expect(lab.ctl(station, "cable", "show", second).document["correctionOf"] as? String == first)
            #expect(lab.ctl(station, "cable", "show", first).document["correctedBy"] as? [String] == [second])
        }
        let rows = lab.ctl("RUENO", "inbox", "list").rows
        #expect(rows.compactMap { $0["correctionOf"] as? String } == [first])
        #expect(rows.compactMap { $0["correctedBy"] as? [String] } == [[second]])
        let read = lab.ctl("RUENO", "inbox", "read", first, "-o", "text")
        #expect(read.error.contains("corrected by \(second)"), "\(read.error)")
        let stranger = lab.ctl("RUENO", "submit", "-", "--corrects", first, input: Lab.cable(3))
        #expect(stranger.status == 65)
        #expect(stranger.error.contains("NOT_ITS_ORIGINATOR"), "\(stranger.error)")
    }

    @Test("A receipt tells the way and how long each station had it; a tracer finds where a cable stands")
    func traced() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let id = try #require(
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).document["id"] as? String)
        try lab.wait("the receipt is back") {
            lab.ctl("RUECAP", "receipt", "list", id).rows.contains { $0["state"] as? String == "delivered" }
        }
        let way = lab.ctl("RUECAP", "cable", "trace", id).rows.filter {
            ["passedBy", "reached"].contains($0["event"] as? String)
        }
        #expect(way.compactMap { $0["link"] as? String } == ["RUECAP", "RUEHUB", "RUENO"])
        #expect(way.allSatisfy { $0["verified"] as? Bool == true && $0["station"] as? String == "RUENO" })
        // The relay's own note proves that it took the cable; the originator's signature, what it took.
        let steps = lab.ctl("RUECAP", "cable", "trace", id).rows
        #expect(steps.allSatisfy { $0["verified"] as? Bool == true }, "\(steps)")
        #expect(
            steps.prefix(3).compactMap { $0["event"] as? String } == ["accepted", "custodyPassed", "receipt"])
        let ages = way.compactMap { $0["ageSeconds"] as? Double }
        #expect(ages.count == 3 && ages == ages.sorted())

        // The last station is away: the cable stands at the relay, and only a tracer can tell.
        lab.kill("RUENO")
        let stuck = try #require(
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(2)).document["id"] as? String)
        try lab.wait("the relay has it") {
            lab.ctl("RUECAP", "cable", "history", stuck).rows.contains { $0["event"] as? String == "custodyPassed" }
        }
        let asked = lab.ctl("RUECAP", "cable", "trace", stuck, "--ask", "--wait", "20")
        #expect(asked.status == 0, "\(asked.error)")
        let answer = asked.rows.filter { $0["station"] as? String == "RUEHUB" }
        #expect(answer.count == 1, "\(String(decoding: asked.output, as: UTF8.self))")
        #expect(answer.first?["event"] as? String == "waiting")
        #expect(answer.first?["verified"] as? Bool == true)
        #expect(lab.ctl("RUEHUB", "cable", "trace", stuck, "--ask").error.contains("NOT_OURS"))

        // It moves on: the next tracer follows it to the desk.
        try lab.start("RUENO")
        try lab.wait("it is delivered") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        // The month's figures count both, and are drawn.
        try lab.wait("both receipts are back") {
            lab.ctl("RUECAP", "receipt", "list").rows.count { $0["state"] as? String == "delivered" } == 2
        }
        let drawing = lab.folder.appendingPathComponent("month.svg")
        let report = lab.ctl("RUECAP", "report", "--svg", drawing.path)
        let row = (report.document["precedences"] as? [[String: Any]])?.first
        #expect(row?["delivered"] as? Int == 2, "\(report.error)")
        #expect(row?["within"] as? Int == 2)
        #expect(try String(contentsOf: drawing, encoding: .utf8).contains("2 of 2 in time"))
        #expect(lab.ctl("RUECAP", "receipt", "list", "--overdue").rows.isEmpty)
    }
}
