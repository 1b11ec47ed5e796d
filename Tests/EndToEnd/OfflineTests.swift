import Foundation
import Testing

/// The verbs that need no daemon, as a user meets them.
@Suite("Offline verbs")
struct OfflineTests {
    private struct Outcome {
        var status: Int32
        var output: String
        var error: String

        var document: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
        }
    }

    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// Outputs are small here: they fit the pipes.
    private func routerctl(_ arguments: [String], input: String = "") throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("routerctl")
        process.arguments = arguments
        let (output, error, stdin) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = stdin
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complained = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: said, as: UTF8.self),
            error: String(decoding: complained, as: UTF8.self))
    }

    @Test("parse ends with 65 where a cable cannot be routed, else with 0, and names the code")
    func malformed() throws {
        let refused = [
            "empty.txt": "EMPTY", "blank.txt": "EMPTY", "letter.txt": "NOT_A_CABLE", "octets.bin": "NOT_A_CABLE",
            "no-originator.txt": "NO_ORIGINATOR", "no-addressee.txt": "NO_ADDRESSEE",
            "impossible-time.txt": "IMPOSSIBLE_TIME", "unknown-precedence.txt": "UNKNOWN_PRECEDENCE",
            "no-precedence-line.txt": "NO_PRECEDENCE_LINE", "two-run-together.txt": "TWO_RUN_TOGETHER",
            "straggler-without-end.txt": "TWO_RUN_TOGETHER", "service-message.txt": "SERVICE_MESSAGE",
        ]
        let folder = Self.fixtures.appendingPathComponent("malformed").path
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let outcome = try routerctl(["parse", "-o", "json", "\(folder)/\(name)"])
            let diagnostics = outcome.document["diagnostics"] as? [[String: Any]] ?? []
            #expect(outcome.status == (refused[name] == nil ? 0 : 65), "\(name)")
            #expect(refused[name] == nil || diagnostics.first?["code"] as? String == refused[name], "\(name)")
        }
    }

    @Test("--explain tells what a code means; a misspelt one is helped")
    func explain() throws {
        let known = try routerctl(["parse", "--explain", "NO_ORIGINATOR"])
        #expect(known.status == 0 && known.output.contains("Write FM"))
        let unknown = try routerctl(["parse", "--explain", "NO_ORIGINATR"])
        #expect(unknown.status == 64 && unknown.error.contains("did you mean NO_ORIGINATOR?"))
    }

    @Test("A draft becomes a cable with number and time, which parse understands and format writes in every profile")
    func compose() throws {
        let draft = """
            { // what the drafter writes
              precedence: "IMMEDIATE", from: "EMBASSY NORTHLAND", station: "NORTHLAND",
              to: ["RUECAP/FOREIGN OFFICE CAPITAL NIACT IMMEDIATE"], info: ["EMBASSY SOUTHPORT"],
              classification: "CONFIDENTIAL", captions: ["SIPDIS"], slugs: ["SUP/TENTS"], tags: ["EAID"],
              subject: "Tents counted", references: ["CAPITAL 004410"],
              paragraphs: [{ marking: "C", text: "Two hundred stand." }, { marking: "U", text: "Ten are torn." }],
              signature: "COUNTER",
            }
            """
        let counter = FileManager.default.temporaryDirectory.appendingPathComponent("counter-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: counter) }
        for number in 1...2 {
            let composed = try routerctl(["compose", "-", "--counter", counter], input: draft)
            let parsed = try routerctl(["parse", "-", "-o", "json"], input: composed.output).document
            #expect(parsed["mrn"] as? String == "NORTHLAND 00000\(number)")
            #expect((parsed["dtg"] as? String)?.isEmpty == false)
            #expect(parsed["slugs"] as? [String] == ["SUP/TENTS"])
            #expect(parsed["signature"] as? String == "COUNTER")
        }
        let composed = try routerctl(["compose", "-", "--number", "431"], input: draft).output
        for profile in ["state", "acp127", "janap128", "archive"] {
            let written = try routerctl(["format", "-", "--profile", profile], input: composed)
            let parsed = try routerctl(["parse", "-", "-o", "json"], input: written.output)
            #expect(written.status == 0 && parsed.status == 0, "\(profile)")
            #expect(parsed.document["mrn"] as? String == "NORTHLAND 000431", "\(profile)")
        }
    }

    @Test("A draft with an unknown key is refused with its line")
    func unknownKey() throws {
        let outcome = try routerctl(["compose", "-o", "json", "-"], input: "{\n  form: 'A'\n}\n")
        #expect(outcome.status == 65 && outcome.error.contains("\"line\":2"))
    }

    @Test("Config/draft.json5 shows every key that a draft may have, and is one")
    func example() throws {
        let path = Self.fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Config/draft.json5").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let error = try routerctl(["compose", "-"], input: "{ nothing: 1 }").error
        let known = error.split(separator: "known: ").last?.split(separator: "\n").first ?? ""
        let keys = known.split(separator: ",").map { $0.filter { $0 != " " } }
        #expect(keys.count > 20)
        for key in keys { #expect(text.contains("  \(key): ") || text.contains("// \(key): "), "\(key)") }
        let composed = try routerctl(["compose", path, "--number", "431"])
        #expect(composed.status == 0 && composed.output.contains("UNCLAS NORTHLAND 000431"))
    }

    @Test("A long cable is cut into sections, and these are one cable again")
    func sections() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sections-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var cable = "R 061011Z MAY 26\nFM POST A\nTO POST B\n\nUNCLAS POST A 000012\n\nSUBJECT: COUNT\n"
        for number in 1...60 {
            cable += "\n\(number). (U) " + String(repeating: "THE MILL STANDS BY THE RIVER. ", count: 8) + "\n"
        }
        let formatted = try routerctl(["format", "-", "--into", folder.path], input: cable)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(formatted.status == 0 && files.count > 1)
        let names = files.map { folder.appendingPathComponent($0).path }
        let whole = try routerctl(["parse", "-o", "json", "--sections"] + names.reversed())
        #expect((whole.document["paragraphs"] as? [Any])?.count == 60)
        #expect((whole.document["sections"] as? [String: Any])?["missing"] as? [Int] == [])
        let part = try routerctl(["format", "--join", names[0]])
        #expect(part.status == 0 && part.error.contains("section 2 is missing"))
    }
}
