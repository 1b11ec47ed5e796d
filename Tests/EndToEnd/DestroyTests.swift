import Foundation
import Testing

@Suite("A station is destroyed in an emergency", .serialized)
struct DestroyTests {
    private func destroy(_ lab: Lab, _ station: String, _ words: String..., input: String? = nil) -> Lab.Outcome {
        lab.run(
            "routerctl",
            ["--socket", "\(lab.folder.path)/\(station)/control.sock", "-o", "json", "state", "destroy"]
                + ["--config", "\(lab.folder.path)/\(station)/station.json5"] + words,
            input: input.map { Data($0.utf8) })
    }

    /// All octets of all files below a folder.
    private func octets(_ folder: String) -> Data {
        var all = Data()
        let names = FileManager.default.enumerator(atPath: folder)
        while let name = names?.nextObject() as? String {
            all += FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
        }
        return all
    }

    @Test("Keys and cables are gone, the neighbour was told and holds what it has for it, and nothing starts again")
    func running() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).status == 0)
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(2, filler: 200_000)).status == 0)
        try lab.wait("both are there") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        let own = "\(lab.folder.path)/RUENO"
        let text = Data("TELEPRINTER".utf8)
        #expect(octets("\(own)/state").range(of: text) != nil)
        // Another name of the journal's octets: what was overwritten is seen through it, and not only that names are gone.
        let journal = try FileManager.default.contentsOfDirectory(atPath: "\(own)/state/journal").filter {
            $0.hasSuffix("journal")
        }
        try FileManager.default.linkItem(
            atPath: "\(own)/state/journal/\(try #require(journal.first))", toPath: "\(lab.folder.path)/journal-again")
        try FileManager.default.linkItem(atPath: "\(own)/key.pem", toPath: "\(lab.folder.path)/key-again")
        func again(_ name: String) -> Data {
            FileManager.default.contents(atPath: "\(lab.folder.path)/\(name)-again") ?? Data()
        }
        #expect(again("journal").range(of: Data("EXERCISE -- NUMBER 1".utf8)) != nil)
        #expect(again("key").range(of: Data("PRIVATE KEY".utf8)) != nil)

        #expect(destroy(lab, "RUENO", "--station", "RUENO").status == 64)
        #expect(destroy(lab, "RUENO", "--station", "RUEHUB", "--reason", "x").error.contains("WRONG_STATION"))
        #expect(destroy(lab, "RUENO", "--reason", "x", input: "yes\n").error.contains("WRONG_STATION"))
        #expect(lab.isRunning("RUENO") && lab.ctl("RUENO", "status").status == 0)

        let done = destroy(lab, "RUENO", "--reason", "post is being overrun", input: "RUENO\n")
        #expect(done.status == 0, "\(done.error)")
        #expect(try SchemaCheck().problems(of: "state destroy", done.json) == [])
        #expect(
            done.document["told"] as? [String] == ["RUEHUB"] && (done.document["left"] as? [String])?.isEmpty == true)
        try lab.wait("the daemon has ended") { !lab.isRunning("RUENO") }
        #expect(octets("\(own)/state").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "\(own)/key.pem"))
        #expect(again("journal").isEmpty && again("key").isEmpty)
        #expect(lab.log("RUENO").contains("station.destroyed") && lab.log("RUENO").contains("post is being overrun"))

        // The neighbour was told, and holds what is for it.
        func link() -> [String: Any]? {
            lab.ctl("RUEHUB", "link", "list").rows.first { $0["peer"] as? String == "RUENO" }
        }
        try lab.wait("the neighbour knows") { (link()?["why"] as? String)?.contains("station destroyed") == true }
        let later = try #require(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(3)).document["id"] as? String)
        try lab.wait("it waits at the neighbour") {
            lab.ctl("RUEHUB", "queue", "list").rows.contains { $0["id"] as? String == later }
        }
        let refused = lab.run("routerd", ["--config", "\(own)/station.json5"])
        #expect(refused.status == 78, "\(refused.error)")
    }

    @Test("A station that does not run is destroyed as well, and it is said that nobody was told")
    func atRest() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).status == 0)
        lab.kill("RUECAP")
        let done = destroy(lab, "RUECAP", "--station", "RUECAP", "--reason", "machine is given away")
        #expect(done.status == 0 && (done.document["told"] as? [String])?.isEmpty == true, "\(done.error)")
        #expect(octets("\(lab.folder.path)/RUECAP/state").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "\(lab.folder.path)/RUECAP/key.pem"))
    }
}
