import Foundation
import Testing

@Suite("A station's state is kept, moved and put back", .serialized)
struct StateTests {
    private func export(_ lab: Lab, _ station: String, _ more: String...) -> Lab.Outcome {
        lab.run(
            "routerctl",
            ["--socket", "\(lab.folder.path)/\(station)/control.sock", "-o", "json", "state", "export"]
                + ["\(lab.folder.path)/\(station).state", "--config", "\(lab.folder.path)/\(station)/station.json5"]
                + more)
    }

    private func restore(_ lab: Lab, _ station: String, from file: String? = nil) -> Lab.Outcome {
        lab.run(
            "routerctl",
            ["-o", "json", "state", "import", file ?? "\(lab.folder.path)/\(station).state"]
                + ["--config", "\(lab.folder.path)/\(station)/station.json5"])
    }

    private func lose(_ lab: Lab, _ station: String) throws {
        lab.kill(station)
        try FileManager.default.removeItem(atPath: "\(lab.folder.path)/\(station)/state")
    }

    private func inbox(_ lab: Lab) -> [(id: String, isSuspected: Bool)] {
        lab.ctl("RUENO", "inbox", "list").rows.map {
            ($0["id"] as? String ?? "", $0["suspectedDuplicate"] as? Bool ?? false)
        }
    }

    @Test(
        "A relay's state is exported in traffic and put back: what was accepted before arrives, and what came after, too"
    )
    func inTraffic() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB")
        var ids: [String] = []
        func submit(_ numbers: ClosedRange<Int>, filler: Int = 0) throws {
            for number in numbers {
                let answer = lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number, filler: filler))
                ids.append(try #require(answer.document["id"] as? String))
            }
        }
        try submit(1...20)
        // Two that have files of their own.
        try submit(21...22, filler: 200_000)
        func waiting() -> Int { lab.ctl("RUEHUB", "queue", "list").rows.count }
        try lab.wait("the relay has them") { waiting() == 22 }

        let traffic = DispatchGroup()
        let more = Collected()
        traffic.enter()
        DispatchQueue.global().async {
            for number in 23...40 {
                let answer = lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number))
                if let id = answer.document["id"] as? String { more.add(id) }
            }
            traffic.leave()
        }
        let exported = export(lab, "RUEHUB")
        traffic.wait()
        ids += more.all
        #expect(exported.status == 0, "\(exported.error)")
        #expect(exported.document["live"] as? Bool == true && exported.document["station"] as? String == "RUEHUB")
        #expect(try SchemaCheck().problems(of: "state export", exported.json) == [])
        #expect(export(lab, "RUEHUB").error.contains("FILE_THERE"))
        try submit(41...45)
        try lab.wait("the relay has all") { waiting() == 45 }

        try lose(lab, "RUEHUB")
        let restored = restore(lab, "RUEHUB")
        #expect(restored.status == 0, "\(restored.error)")
        #expect(try SchemaCheck().problems(of: "state import", restored.json) == [])
        #expect(restore(lab, "RUEHUB").error.contains("not empty"))
        try lab.start("RUEHUB", "RUENO")
        try lab.wait("all are there") { Set(inbox(lab).map(\.id)).isSuperset(of: ids) }
        try lab.wait("all receipts are back") {
            Set(lab.ctl("RUECAP", "receipt", "list").rows.compactMap { $0["id"] as? String }).isSuperset(of: ids)
        }
        #expect(ids.count == 45)
        // Nothing twice unmarked.
        for id in ids { #expect(inbox(lab).filter { $0.id == id && !$0.isSuspected }.count <= 1, "\(id)") }
        try lab.wait("the signs are taken away") { inbox(lab).allSatisfy { !$0.isSuspected } }
        #expect(inbox(lab).count == 45)
        // The audit that was put back is whole, and nobody takes it for an altered one.
        #expect(lab.ctl("RUEHUB", "audit", "verify", "--peer", "RUECAP").status == 0)
        #expect(!lab.log("RUECAP").contains("audit.contradiction"))
        #expect(lab.log("RUECAP").contains("custody.offeredAgain"))
    }

    @Test("A station moves: what stays behind serves no more, and the new machine goes on where it was")
    func moving() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        for number in 1...5 { #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number)).status == 0) }
        try lab.wait("they are there") { inbox(lab).count == 5 }
        let before = inbox(lab).map(\.id)
        let read = try #require(before.first)
        #expect(lab.ctl("RUENO", "inbox", "acknowledge", read).status == 0)
        #expect(export(lab, "RUENO", "--move").error.contains("STILL_RUNS"))
        lab.signal("RUENO", SIGTERM)
        try lab.wait("it has ended") { !lab.isRunning("RUENO") }
        let moved = export(lab, "RUENO", "--move")
        #expect(moved.status == 0 && moved.document["live"] as? Bool == false, "\(moved.error)")
        let refused = lab.run("routerd", ["--config", "\(lab.folder.path)/RUENO/station.json5"])
        #expect(refused.status == 78 && refused.error.contains("moved to another machine"))

        try lab.configure("RUENO") { $0["state"] = "elsewhere" }
        #expect(restore(lab, "RUENO").status == 0)
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(6)).status == 0)
        try lab.start("RUENO")
        try lab.wait("the next one is there") { inbox(lab).count == 6 }
        #expect(inbox(lab).map(\.id).prefix(5) == before[...])
        let rows = lab.ctl("RUENO", "inbox", "list").rows
        #expect(rows.first { $0["id"] as? String == read }?["acknowledgedAt"] is String)
        #expect(inbox(lab).allSatisfy { !$0.isSuspected })
    }

    @Test("An originator that is put back to yesterday issues no identity twice, and its cables are not read twice")
    func yesterday() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        func submit(_ number: Int) throws -> String {
            try #require(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number)).document["id"] as? String)
        }
        var ids = [try submit(1)]
        try lab.wait("its receipt is back") { lab.ctl("RUECAP", "receipt", "list").rows.count == 1 }
        #expect(export(lab, "RUECAP").status == 0)
        for number in 2...4 { ids.append(try submit(number)) }
        try lab.wait("they are there") { inbox(lab).count == 4 }
        try lose(lab, "RUECAP")
        #expect(restore(lab, "RUECAP").status == 0)
        try lab.start("RUECAP")
        for number in 5...7 { ids.append(try submit(number)) }
        #expect(Set(ids).count == 7)
        try lab.wait("the new ones are there") { Set(inbox(lab).map(\.id)).isSuperset(of: ids) }
        #expect(inbox(lab).count == 7)
    }

    @Test("A snapshot of another station, or one that was altered, is not put in its place")
    func refusals() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).status == 0)
        #expect(export(lab, "RUECAP").status == 0)
        let file = "\(lab.folder.path)/RUECAP.state"
        #expect(restore(lab, "RUENO", from: file).error.contains("state of LAB/RUECAP"))
        #expect(restore(lab, "RUECAP", from: file).error.contains("STATE_IN_USE"))
        var octets = try Data(contentsOf: URL(fileURLWithPath: file))
        octets[octets.count / 2] ^= 1
        try octets.write(to: URL(fileURLWithPath: "\(file).altered"))
        try lose(lab, "RUECAP")
        #expect(restore(lab, "RUECAP", from: "\(file).altered").error.contains("altered"))
        #expect(restore(lab, "RUECAP", from: file).status == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}

/// Identities from another thread.
private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var ids: [String] = []

    func add(_ id: String) { lock.withLock { ids.append(id) } }
    var all: [String] { lock.withLock { ids } }
}
