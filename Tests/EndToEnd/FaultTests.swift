import Foundation
import Testing

@Suite("Mistakes and strangers", .serialized)
struct FaultTests {
    @Test("A wrong configuration ends with 78 and FILE:LINE, a second daemon on one state folder with 75")
    func configuration() throws {
        let lab = try Lab(Lab.row)
        let file = "\(lab.folder.path)/RUECAP/station.json5"
        try lab.start("RUECAP")
        let second = lab.run("routerd", ["--config", file])
        #expect(second.status == 75)
        #expect(second.error.contains("another routerd"))
        #expect(lab.run("routerd", ["--check", "--config", file]).status == 0)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacingOccurrences(of: "\"state\"", with: "\"stat\"").write(
            toFile: file, atomically: true, encoding: .utf8)
        let wrong = lab.run("routerd", ["--check", "--config", file])
        #expect(wrong.status == 78)
        #expect(wrong.error.contains("\(file):4: unknown key stat, did you mean state?"))
        #expect(lab.terminate("RUECAP") == 0)
    }

    @Test("An address that somebody else has ends the start with a sentence, not with a trap")
    func addressInUse() throws {
        let lab = try Lab(Lab.row)
        let other = try Lab(Lab.row)
        let network = "\(other.folder.path)/network.json5"
        try FileManager.default.removeItem(atPath: network)
        try FileManager.default.copyItem(atPath: "\(lab.folder.path)/network.json5", toPath: network)
        try lab.start("RUECAP")
        let second = lab.run("routerd", ["--config", "\(other.folder.path)/RUECAP/station.json5"])
        #expect(second.status == 78)
        #expect(second.error.contains("127.0.0.1"), "\(second.error)")
    }

    @Test("Garbage and strangers close their own session; the daemon says why and goes on")
    func strangers() throws {
        let lab = try Lab(Lab.row)
        let stranger = try Lab(Lab.row)
        // The stranger's hub has another authority, and listens where ours is expected.
        let network = "\(stranger.folder.path)/network.json5"
        try FileManager.default.removeItem(atPath: network)
        try FileManager.default.copyItem(atPath: "\(lab.folder.path)/network.json5", toPath: network)
        try stranger.start("RUEHUB")
        try lab.start("RUECAP")
        try lab.wait("the refusal is logged") { lab.log("RUECAP").contains("CERTIFICATE_UNKNOWN_AUTHORITY") }
        #expect(lab.ctl("RUECAP", "status").status == 0)
        let link = try #require(lab.ctl("RUECAP", "link", "list").rows.first)
        #expect(link["state"] as? String != "up")
        #expect(stranger.terminate("RUEHUB") == 0)
        try lab.start("RUEHUB")
        try lab.wait("the right hub is taken") {
            lab.ctl("RUECAP", "link", "list").rows.first?["state"] as? String == "up"
        }
    }

    @Test("Usage errors are 64 with a suggestion, no daemon is 69, parse says 65 and still prints the document")
    func usage() throws {
        let lab = try Lab(Lab.row)
        let typo = lab.run("routerctl", ["queu", "list"])
        #expect(typo.status == 64)
        #expect(typo.error.contains("did you mean queue list?"))
        let absent = lab.run("routerctl", ["--socket", "/nonexistent.sock", "--json", "status"])
        #expect(absent.status == 69)
        #expect(absent.error.contains("\"code\":\"DAEMON_UNREACHABLE\""))
        let parsed = lab.run("routerctl", ["parse", "-o", "json", "-"], input: Data("nothing\n".utf8))
        #expect(parsed.status == 65)
        #expect(parsed.document["diagnostics"] != nil)
        #expect(lab.run("routerctl", ["submit", "--help"]).output.count > 200)
    }

    @Test("The same key gives the first answer again, also after a restart")
    func keys() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        let first = lab.ctl("RUECAP", "submit", "-", "--key", "a", input: Lab.cable(1))
        lab.kill("RUECAP")
        try lab.start("RUECAP")
        let again = lab.ctl("RUECAP", "submit", "-", "--key", "a", input: Lab.cable(1))
        #expect(again.document["id"] as? String == first.document["id"] as? String)
        let other = lab.ctl("RUECAP", "submit", "-", "--key", "a", input: Lab.cable(2))
        #expect(other.status == 65)
        #expect(lab.ctl("RUECAP", "queue", "list").rows.count == 1)
    }

    @Test("Where a large body cannot be written the cable is refused with 75, and status names the failing call")
    func bodyRefused() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        let bodies = "\(lab.folder.path)/RUECAP/state/bodies"
        try FileManager.default.moveItem(atPath: bodies, toPath: "\(bodies)-away")
        let large = Lab.cable(1, filler: 100_000)
        let refused = lab.ctl("RUECAP", "submit", "-", input: large)
        #expect(refused.status == 75, "\(refused.error)")
        #expect(alarms(lab, "RUECAP").contains("disk.fault"))
        try FileManager.default.moveItem(atPath: "\(bodies)-away", toPath: bodies)
        #expect(lab.ctl("RUECAP", "submit", "-", input: large).status == 0)
    }

    @Test("A large body whose octets were altered on the disk is never given out, and status says so")
    func alteredBody() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let large = Lab.cable(1, filler: 100_000)
        let id = try #require(lab.ctl("RUECAP", "submit", "-", input: large).document["id"] as? String)
        try lab.wait("it arrived") { lab.ctl("RUENO", "inbox", "list").rows.count == 1 }
        lab.kill("RUENO")
        let bodies = URL(fileURLWithPath: "\(lab.folder.path)/RUENO/state/bodies")
        let names = try FileManager.default.contentsOfDirectory(atPath: bodies.path)
        let file = bodies.appendingPathComponent(try #require(names.first))
        var octets = try Data(contentsOf: file)
        octets[octets.count / 2] ^= 0x10
        try octets.write(to: file)
        try lab.start("RUENO")
        let read = lab.ctl("RUENO", "inbox", "read", id, "--raw")
        #expect(read.status == 70, "\(read.error)")
        #expect(read.output.isEmpty)
        #expect(alarms(lab, "RUENO").contains("record.unreadable"))
    }

    private func alarms(_ lab: Lab, _ station: String) -> [String] {
        let alarms = lab.ctl(station, "status").document["alarms"] as? [[String: Any]] ?? []
        return alarms.compactMap { $0["code"] as? String }
    }
}
