import Foundation
import Synchronization
import Testing

/// `routerctl watch` at a station, and what it has printed so far.
private final class Watcher: @unchecked Sendable {
    // Unchecked: the process is used by the test's thread only.
    private let process = Process()
    private let text = Mutex("")

    init(_ lab: Lab, _ station: String, _ arguments: String...) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("routerctl")
        process.arguments = ["--socket", "\(lab.folder.path)/\(station)/control.sock", "watch"] + arguments
        let output = Pipe()
        process.standardOutput = output
        output.fileHandleForReading.readabilityHandler = { [self] handle in
            let more = String(decoding: handle.availableData, as: UTF8.self)
            text.withLock { $0 += more }
        }
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    var lines: [String] { text.withLock { $0 }.split(separator: "\n").map(String.init) }

    var events: [[String: Any]] {
        lines.compactMap { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any] }
    }

    func status() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}

@Suite("Watching a station", .serialized)
struct WatchTests {
    @Test("What happens is told in order, with the cable's identity, and links that come and go")
    func events() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let capital = try Watcher(lab, "RUECAP", "-o", "jsonl")
        let embassy = try Watcher(lab, "RUENO", "--event", "delivered")
        var number = 0
        try lab.wait("both watch") {
            number += 1
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number))
            return !capital.events.isEmpty && !embassy.lines.isEmpty
        }
        let id = try #require(
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(900, precedence: "O")).document["id"] as? String)
        try lab.wait("the receipt is told") {
            capital.events.contains { $0["event"] as? String == "receipt" && $0["id"] as? String == id }
        }
        let mine = capital.events.filter { $0["id"] as? String == id }
        #expect(mine.compactMap { $0["event"] as? String } == ["accepted", "custodyPassed", "receipt"])
        #expect(mine.first?["precedence"] as? String == "IMMEDIATE")
        #expect(mine.first?["user"] as? Int == Int(getuid()))
        #expect(mine.last?["state"] as? String == "delivered")
        #expect(mine.last?["station"] as? String == "RUENO")
        #expect(embassy.lines.contains { $0.contains("delivered \(id) IMMEDIATE EMBASSY NORTHLAND") })
        // Never what the cable says.
        #expect(!capital.lines.contains { $0.contains("EXERCISE") })

        lab.kill("RUEHUB")
        try lab.wait("the link's end is told") {
            capital.events.contains { $0["event"] as? String == "linkDown" && $0["link"] as? String == "RUEHUB" }
        }
        let held = try #require(
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(901)).document["id"] as? String)
        #expect(lab.ctl("RUECAP", "cable", "hold", held, "--reason", "wrong annex").status == 0)
        try lab.wait("the hold is told") {
            capital.events.contains { $0["event"] as? String == "held" && $0["detail"] as? String == "wrong annex" }
        }
        try lab.start("RUEHUB")
        try lab.wait("the link is told") {
            capital.events.contains { $0["event"] as? String == "linkUp" && $0["link"] as? String == "RUEHUB" }
        }
    }

    @Test("It ends after the count that was asked for; a word that is no event is answered with the nearest")
    func count() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        let watcher = try Watcher(lab, "RUECAP", "--count", "2", "--event", "accepted")
        var number = 0
        try lab.wait("two were told") {
            number += 1
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number))
            return watcher.lines.count == 2
        }
        #expect(watcher.status() == 0)
        let wrong = lab.run("routerctl", ["watch", "--event", "acepted"])
        #expect(wrong.status == 64)
        #expect(wrong.error.contains("did you mean accepted?"))
    }
}
