import Foundation
import Testing

@Suite("Every verb in every form", .serialized)
struct AnswerTests {
    /// What a verb prints under json, jsonl and text.
    private func check(
        _ lab: Lab, _ station: String, _ schema: SchemaCheck, _ verb: String, _ arguments: [String] = [],
        status: Int32 = 0, _ here: SourceLocation = #_sourceLocation
    ) {
        let socket = ["--socket", "\(lab.folder.path)/\(station)/control.sock"]
        let words = verb.split(separator: " ").map(String.init) + arguments
        let json = lab.run("routerctl", socket + words + ["-o", "json"])
        #expect(json.status == status, "\(verb): \(json.error)", sourceLocation: here)
        #expect(schema.problems(of: verb, json.json) == [], sourceLocation: here)
        if let list = json.json as? [Any] {
            #expect(!list.isEmpty, "\(verb) lists nothing", sourceLocation: here)
            let lines = lab.run("routerctl", socket + words + ["-o", "jsonl"])
            let rows = String(decoding: lines.output, as: UTF8.self).split(separator: "\n")
            #expect(rows.count >= 1, sourceLocation: here)
            for row in rows {
                let value = try? JSONSerialization.jsonObject(with: Data(row.utf8))
                #expect(schema.problems(ofLine: verb, value) == [], sourceLocation: here)
            }
        }
        let text = lab.run("routerctl", socket + words)
        #expect(text.status == status, sourceLocation: here)
        let head = String(decoding: text.output, as: UTF8.self)
        // A report has a second table behind the first.
        let page = (pageColumns[verb] ?? []).prefix { verb != "report" || $0 != "LINK" }
        if !page.isEmpty {
            let lines = head.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            #expect(
                lines.contains { $0.hasPrefix(page.joined(separator: " ")) },
                "\(verb) has other columns than its man page: \(head)", sourceLocation: here)
        }
    }

    /// The columns of each verb as the man page defines them.
    private let pageColumns: [String: [String]] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page =
            (try? String(contentsOf: root.appendingPathComponent("deploy/man/routerctl.8"), encoding: .utf8)) ?? ""
        var found: [String: [String]] = [:]
        for part in page.components(separatedBy: ".SS \"").dropFirst() {
            let words = part.prefix { $0 != "\"" }.split(separator: " ").prefix { $0.allSatisfy(\.isLowercase) }
            guard let start = part.range(of: "Columns:\n.RS\n"), let end = part[start.upperBound...].range(of: ".RE")
            else { continue }
            found[words.joined(separator: " ")] = part[start.upperBound..<end.lowerBound].matches(of: /\.B "(.+)"/).map
            { String($0.1) }
        }
        return found
    }()

    @Test("Each answer has the fields of the schema and no other, and the columns of the man page")
    func answers() throws {
        let schema = try SchemaCheck()
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let action = try Data(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Fixtures/cables/action.txt"))
        let submitted = lab.ctl("RUECAP", "submit", "-", input: action)
        #expect(schema.problems(of: "submit", submitted.json) == [])
        let id = try #require(submitted.document["id"] as? String)
        try lab.wait("the receipt is back") { !lab.ctl("RUECAP", "receipt", "list").rows.isEmpty }
        check(lab, "RUENO", schema, "inbox list")
        check(lab, "RUENO", schema, "inbox read", [id])
        check(lab, "RUENO", schema, "suspense list")
        for verb in [
            "receipt list", "report", "audit export", "audit verify", "link list", "status", "config show",
        ] {
            check(lab, "RUECAP", schema, verb)
        }
        for verb in ["cable show", "cable history", "cable trace"] { check(lab, "RUECAP", schema, verb, [id]) }
        check(lab, "RUECAP", schema, "top", ["--once"])
        check(lab, "RUECAP", schema, "link show", ["RUEHUB"])
        for verb in ["check queue", "check links", "check receipts"] { check(lab, "RUECAP", schema, verb) }
        check(lab, "RUECAP", schema, "check disk")
        check(lab, "RUECAP", schema, "check acknowledgments")
        check(lab, "RUECAP", schema, "check hooks")
        check(lab, "RUECAP", schema, "check certificates")
        check(lab, "RUECAP", schema, "route test", ["--to", "CAMP FOUR"])
        #expect(
            schema.problems(of: "inbox acknowledge", [lab.ctl("RUENO", "inbox", "acknowledge", id).json as Any]) == [])
        #expect(schema.problems(of: "inbox archive", [lab.ctl("RUENO", "inbox", "archive", id).json as Any]) == [])
        let again = lab.ctl("RUENO", "cable", "rerun", id, "--reason", "page 2")
        #expect(schema.problems(of: "cable rerun", again.json) == [])

        lab.kill("RUEHUB")
        let held = try #require(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(7)).document["id"] as? String)
        // Each changes what the next would say, so once each.
        for (verb, more) in [
            ("hold", ["--reason", "x"]), ("release", ["--reason", "x"]), ("raise", ["FLASH", "--reason", "x"]),
        ] {
            let answer = lab.run(
                "routerctl",
                ["--socket", "\(lab.folder.path)/RUECAP/control.sock", "--json", "cable", verb, held] + more)
            #expect(schema.problems(of: "cable \(verb)", answer.json) == [], "\(answer.error)")
        }
        let sent = lab.ctl("RUECAP", "cable", "readdress", held, "CAMP FOUR", "--reason", "x")
        #expect(schema.problems(of: "cable readdress", sent.json) == [], "\(sent.error)")
        check(lab, "RUECAP", schema, "queue list")
        check(lab, "RUECAP", schema, "queue shape")
        let cancelled = lab.ctl("RUECAP", "cable", "cancel", held, "--reason", "x")
        #expect(schema.problems(of: "cable cancel", cancelled.json) == [], "\(cancelled.error)")
    }

    @Test("The queue is the same after kills, whatever was done before", arguments: [1, 2, 3] as [UInt64])
    func listing(seed: UInt64) throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        var dice = seed &* 0x9E37_79B9_7F4A_7C15
        func throwDie(_ sides: Int) -> Int {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(dice >> 33) % sides
        }
        var ids: [String] = []
        func view() -> [[String]] {
            lab.ctl("RUECAP", "queue", "list").rows.map { row in
                ["id", "precedence", "state", "from", "mrn"].map { row[$0] as? String ?? "" }
                    + (row["to"] as? [String] ?? [])
            }
        }
        for number in 1...60 {
            switch ids.isEmpty ? 0 : throwDie(8) {
            case 0...3:
                let letter = ["R", "P", "O", "Z"][throwDie(4)]
                let answer = lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number, precedence: letter))
                if let id = answer.document["id"] as? String { ids.append(id) }
            case 4: lab.ctl("RUECAP", "cable", "hold", ids[throwDie(ids.count)], "--reason", "seed")
            case 5: lab.ctl("RUECAP", "cable", "release", ids[throwDie(ids.count)], "--reason", "seed")
            case 6: lab.ctl("RUECAP", "cable", "raise", ids[throwDie(ids.count)], "FLASH", "--reason", "seed")
            default: lab.ctl("RUECAP", "cable", "cancel", ids[throwDie(ids.count)], "--reason", "seed")
            }
            guard number % 20 == 0 else { continue }
            let before = view()
            #expect(!before.isEmpty)
            lab.kill("RUECAP")
            try lab.start("RUECAP")
            #expect(view() == before)
        }
    }
}

@Suite("Completion in a shell", .serialized)
struct ShellTests {
    @Test("bash offers verbs, live identities, and posts with their blanks")
    func bash() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        let id = try #require(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).document["id"] as? String)
        let tools = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        func complete(_ words: String...) throws -> [String] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            let script = """
                PATH=\(tools):$PATH
                export ROUTERCTL_SOCKET=\(lab.folder.path)/RUECAP/control.sock
                source <(routerctl completion bash)
                COMP_WORDS=(routerctl "$@") COMP_CWORD=$#
                _routerctl routerctl
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            process.arguments = ["--norc", "-c", script, "bash"] + words
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        #expect(try complete("que") == ["queue"])
        #expect(try complete("cable", "show", "") == [id])
        #expect(try complete("link", "li") == ["list"] || !complete("link", "li").isEmpty)
        #expect(try complete("queue", "list", "--link", "") == ["RUEHUB"])
        #expect(try complete("route", "test", "--to", "EMB") == ["EMBASSY\\ NORTHLAND"])
        #expect(try complete("route", "test", "--to", "\"EMB") == ["EMBASSY NORTHLAND"])
    }
}
