import Foundation
import Testing

@testable import Cables

@Suite("Diagnostics")
struct DiagnosticTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("docs/diagnostics.md has every code with its severity, meaning and advice, and no other")
    func table() throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent("docs/diagnostics.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| code") }.map(String.init)
        #expect(
            rows
                == DiagnosticCode.allCases.map {
                    "| \($0.rawValue) | \($0.severity.rawValue) | \($0.meaning) | \($0.advice) |"
                })
    }

    @Test(
        "Every malformed file gets its code, and is refused only where it cannot be routed",
        arguments: [
            ("empty.txt", "EMPTY"), ("blank.txt", "EMPTY"), ("letter.txt", "NOT_A_CABLE"),
            ("octets.bin", "NOT_A_CABLE"),
            ("no-originator.txt", "NO_ORIGINATOR"), ("no-addressee.txt", "NO_ADDRESSEE"),
            ("impossible-time.txt", "IMPOSSIBLE_TIME"), ("unknown-precedence.txt", "UNKNOWN_PRECEDENCE"),
            ("no-precedence-line.txt", "NO_PRECEDENCE_LINE"), ("two-run-together.txt", "TWO_RUN_TOGETHER"),
            ("straggler-without-end.txt", "TWO_RUN_TOGETHER"), ("service-message.txt", "SERVICE_MESSAGE"),
            ("nodis-and-sipdis.txt", "CAPTION_CONFLICT"), ("classification-mismatch.txt", "CLASSIFICATION_MISMATCH"),
            ("wrong-validation.txt", "SERIAL_MISMATCH"), ("no-classification.txt", "NO_CLASSIFICATION"),
        ])
    func malformed(name: String, code: String) throws {
        let folder = Self.root.appendingPathComponent("Tests/Fixtures/malformed")
        let octets = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
        for depth in [ParseDepth.whole, .routing] {
            let reading = CableParser.parse(octets, receiptYear: tableYear, depth: depth)
            #expect(reading.diagnostics.first?.code == code)
            #expect(reading.isRoutable == (reading.diagnostics.first?.severity != .error))
            #expect(reading.diagnostics.allSatisfy { !$0.message.isEmpty })
        }
    }

    @Test("Every file in the folder of malformed ones is held to its code")
    func complete() throws {
        let folder = Self.root.appendingPathComponent("Tests/Fixtures/malformed").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 16)
    }

    @Test("Routing depth says the same of the heading as the whole depth, for every profile")
    func depths() throws {
        for profile in CableProfile.allCases {
            for seed in 0..<200 {
                var generator = CableGenerator(seed: UInt64(9_000 + seed), profile: profile)
                let (cable, text) = generator.cable(paragraphs: 5)
                let octets = try CableFormatter.format(cable, text: text, profile: profile).transmissions[0]
                var whole = CableParser.parse(octets, receiptYear: CableGenerator.receiptYear)
                let routing = CableParser.parse(octets, receiptYear: CableGenerator.receiptYear, depth: .routing)
                whole.cable.paragraphs = []
                whole.cable.signature = nil
                whole.cable.replyInstructions = ReplyInstructions()
                #expect(whole.cable == routing.cable && whole.gate == routing.gate)
            }
        }
    }
}
