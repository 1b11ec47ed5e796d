import Foundation
import Testing

@Suite("The audit of real stations", .serialized)
struct AuditTrailTests {
    @Test("It tells what happened, holds over a restart, and names what was altered on the disk")
    func whole() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        for number in 1...20 { #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number)).status == 0) }
        #expect(lab.ctl("RUENO", "submit", "-", input: Lab.cable(99)).status == 65)
        try lab.wait("all are there") { lab.ctl("RUENO", "inbox", "list").rows.count == 20 }
        try lab.wait("all receipts are back") {
            lab.ctl("RUECAP", "receipt", "list").rows.count { $0["state"] as? String == "delivered" } == 20
        }
        let told = lab.ctl("RUECAP", "audit", "export").rows
        func count(_ rows: [[String: Any]], _ event: String) -> Int { rows.count { $0["event"] as? String == event } }
        #expect(count(told, "accepted") == 20)
        #expect(count(told, "receipt") == 20)
        #expect(!told.contains { ($0["subject"] ?? $0["text"]) != nil })
        try lab.wait("the refusal is recorded") { count(lab.ctl("RUENO", "audit", "export").rows, "refused") == 1 }
        #expect(count(lab.ctl("RUENO", "audit", "export").rows, "delivered") == 20)

        for station in ["RUECAP", "RUEHUB", "RUENO"] {
            lab.kill(station)
            try lab.start(station)
            let verdict = lab.ctl(station, "audit", "verify")
            #expect(verdict.status == 0, "\(station): \(String(decoding: verdict.output, as: UTF8.self))")
            #expect(verdict.document["provedFrom"] as? Int == 0)
            #expect((verdict.document["entries"] as? Int ?? 0) > 20)
        }

        // The relay holds what the capital signed: a journal put back from an older copy is found out.
        try lab.wait("the relay holds a head") {
            lab.ctl("RUECAP", "audit", "verify", "--peer", "RUEHUB").document["peerHolds"] as? Int != nil
        }
        #expect(lab.ctl("RUECAP", "audit", "verify", "--peer", "RUEHUB").status == 0)
        #expect(lab.ctl("RUECAP", "audit", "verify", "--peer", "RUENO").status == 65)

        // An entry in the middle of the relay's journal is lost on the disk: the chain says between which records.
        lab.kill("RUEHUB")
        let segment = lab.folder.appendingPathComponent("RUEHUB/state/journal/segment-0000000001.journal")
        var octets = try Data(contentsOf: segment)
        let place = try #require(octets.range(of: Data("FILLER".utf8)) ?? octets.range(of: Data("NUMBER 11".utf8)))
        octets[place.lowerBound] ^= 0x01
        try octets.write(to: segment)
        try lab.start("RUEHUB")
        let altered = lab.ctl("RUEHUB", "audit", "verify")
        #expect(altered.status == 2)
        let findings = altered.document["findings"] as? [String] ?? []
        #expect(findings.contains { $0.contains("changed, removed") }, "\(findings)")
    }
}
