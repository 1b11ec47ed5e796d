import Foundation
import Settings
import Testing

@testable import routerctl

@Suite("The man pages")
struct ManualTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("Those in deploy/man are the ones that the tables make, and so is the schema")
    func kept() throws {
        let made =
            Manual.pages.map { ("deploy/man/\($0.file)", $0.text) } + [
                ("docs/routerctl.schema.json", AnswerSchema.text)
            ]
        for (path, text) in made {
            let file = root.appendingPathComponent(path)
            if ProcessInfo.processInfo.environment["SNAPSHOTS"] == "write" { try Data(text.utf8).write(to: file) }
            let kept = try String(contentsOf: file, encoding: .utf8)
            #expect(kept == text, "make \(path) anew: SNAPSHOTS=write swift test --filter ManualTests")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("deploy/man").path)
        #expect(Set(files) == Set(Manual.pages.map(\.file)))
    }

    @Test("Each has a name, a description, examples and where to go on, and no line that would be a request")
    func shape() {
        for page in Manual.pages {
            for heading in ["NAME", "DESCRIPTION", "EXAMPLES", "SEE ALSO"] {
                #expect(page.text.contains(".SH \"\(heading)\"\n"), "\(page.file)")
            }
            let requests = page.text.split(separator: "\n").filter { $0.hasPrefix(".") || $0.hasPrefix("'") }
            let known = [".\\\"", ".TH", ".SH", ".SS", ".PP", ".TP", ".B ", ".RS", ".RE", ".in", ".nf", ".fi"]
            #expect(requests.allSatisfy { line in known.contains { line.hasPrefix($0) } }, "\(page.file)")
        }
    }

    @Test("A text cannot be a request or an escape")
    func escaping() {
        #expect(ManualPage.escaped(".TH\n'x \\fB --all") == "\\&.TH\n\\(aqx \\efB \\-\\-all")
    }

    @Test("The examples of both files are right")
    func examples() throws {
        let network = try NetworkFile.read(octets: Array(Manual.networkExample.utf8), file: "network.json5")
        let octets = Array(Manual.stationExample.utf8)
        let settings = try StationFile.read(octets: octets, file: "station.json5")
        #expect(StationFile.mismatches(settings, network, octets: octets, file: "station.json5").isEmpty)
    }

    @Test("The frames are those that the sources number")
    func frames() throws {
        let source = try String(contentsOf: root.appendingPathComponent("Sources/Link/Frame.swift"), encoding: .utf8)
        let numbered = source.matches(of: /case ([a-zA-Z]+) = ([0-9]+)\n/).map { "\($0.2) \($0.1)" }
        #expect(Set(numbered) == Set(Manual.frames.map { "\($0.kind) \($0.name)" }))
    }

    @Test("Every alarm of the sources is explained, and no other")
    func alarms() throws {
        var raised: Set<String> = []
        for folder in ["Sources/Station", "Sources/Custody", "Sources/Link"] {
            let url = root.appendingPathComponent(folder)
            for name in try FileManager.default.contentsOfDirectory(atPath: url.path) where name.hasSuffix(".swift") {
                let source = try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
                for match in source.matches(
                    of: /(?:\.alarm,\s+|[^.]alarm\(\s*|wiring\.alarm\(\s*)"([a-z]+\.[a-zA-Z]+)"/)
                {
                    raised.insert(String(match.1))
                }
            }
        }
        let known = Set(Manual.alarms.map(\.code))
        #expect(raised.subtracting(known).isEmpty, "not explained: \(raised.subtracting(known).sorted())")
        #expect(raised.count > 8)
    }

    @Test("Every verb that prints JSON has an answer in the table, with a column's meaning for each heading")
    func answers() {
        let without: Set<String> = ["format", "compose", "receipt export", "inbox print", "completion", "metrics"]
        for verb in VerbTable.all where !verb.isHidden && !without.contains(verb.name) {
            let answer = Answer.of(verb.name)
            #expect(answer != nil, "\(verb.name)")
            #expect(answer?.columns.allSatisfy { !$0.meaning.isEmpty } ?? true)
        }
        let names = Set(VerbTable.all.map(\.name))
        #expect(AnswerTable.all.flatMap(\.verbs).allSatisfy { names.contains($0) })
    }
}
