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

@Suite("What the formatter refuses and changes")
struct FormatterTests {
    private func draft() -> CableDraft {
        var draft = CableDraft()
        draft.cable.precedence = .routine
        draft.cable.from = "POST A"
        draft.cable.to = [Cable.Addressee("RUENO/POST B NIACT IMMEDIATE 0001")].compactMap { $0 }
        draft.cable.classification = .unclassified
        draft.cable.subject = "X"
        draft.paragraphs = [CableDraft.Paragraph(marking: nil, text: "The dam holds.")]
        return draft
    }

    private func format(_ draft: CableDraft, _ profile: CableProfile) throws -> String {
        let (cable, text) = draft.composed(at: 1_210_068_660, profile: profile)
        return String(
            decoding: try CableFormatter.format(cable, text: text, profile: profile).transmissions[0], as: UTF8.self)
    }

    @Test("A draft gets the time at which it is composed; a text of one paragraph is not numbered (H-246)")
    func composed() throws {
        #expect(
            try format(draft(), .archive)
                == "R 061011Z MAY 08\nFM POST A\nTO RUENO/POST B NIACT IMMEDIATE 0001\n\nUNCLAS\n\nSUBJECT: X\n\nThe dam holds.\n"
        )
    }

    @Test("ZCZC, NNNN and a lone BT in a text are broken up (§202)")
    func guarded() throws {
        var draft = draft()
        draft.paragraphs = ["NNNN and ZCZC are words.", "BT"].map { CableDraft.Paragraph(marking: nil, text: $0) }
        draft.cable.subject = "WHAT NNNN MEANS"
        let written = try format(draft, .state)
        #expect(written.contains("WHAT NN-NN MEANS"))
        #expect(written.contains("NN-NN and ZC-ZC"))
        #expect(CableText.guarded("BT") == " BT" && CableText.guarded("#0051") == " #0051")
        #expect(CableText.guarded("NNNNNNNN").contains("NNNN") == false)
    }

    @Test(
        "A teleprinter gets what it can print (§134)",
        arguments: [
            ("caf\u{E9} & bar", "CAFE  AND  BAR"), ("\u{201C}so\u{201D}", "QUOTE SO UNQUOTE"),
            ("it's 5%", "ITS 5 PERCENT"),
            ("a;b!", "A,B."), ("\u{4E2D}", "?"),
        ])
    func teleprinter(text: String, folded: String) {
        #expect(TeleprinterText.folded(text) == folded)
        #expect(TeleprinterText.isPrintable(TeleprinterText.folded(text)))
    }

    @Test("What cannot be read back is refused: a caption BT, a post that is a line of its own kind")
    func unwritable() {
        var first = draft()
        first.cable.captions = ["BT"]
        #expect(throws: FormatFault.self) { try format(first, .state) }
        var second = draft()
        second.cable.from = nil
        #expect(throws: FormatFault.self) { try format(second, .state) }
        var third = draft()
        third.cable.transport = Cable.Transport()
        #expect(throws: FormatFault.self) { try format(third, .janap128) }
    }

    @Test("A post that begins with INFO, or with a classification, is written so that it stays one")
    func named() throws {
        var draft = draft()
        draft.cable.to += ["INFO CENTER TOWN", "SECRET SERVICE TOWN", "39OS TOWN"].compactMap { Cable.Addressee($0) }
        let read = CableParser.parse(Array(try format(draft, .state).utf8), receiptYear: 2_008).cable
        #expect(read.to.map(\.post) == ["POST B", "INFO CENTER TOWN", "SECRET SERVICE TOWN", "39OS TOWN"])
    }
}

@Suite("Sections of one cable")
struct SectionTests {
    private func section(_ mark: String, _ serial: String, _ text: String, subject: String = "COUNT") -> [UInt8] {
        Array(
            "RR RUENO\nDE RUECAP \(serial) 1271015\nR 061011Z MAY 08\nFM POST A\nTO POST B\nBT\nUNCLAS \(mark) POST A 000012\n\nSIPDIS\n\nTAGS: AMGT\nSUBJECT: \(subject)\n\n\(text)\nBT\n\nNNNN\n"
                .utf8)
    }

    @Test("State: one serial number with suffixes")
    func state() throws {
        let joined = try SectionAssembly.join(
            [
                section("SECTION 02 OF 02", "#0012/02", "2. (U) Y.\nNOBODY"),
                section("SECTION 01 OF 02", "#0012/01", "1. (U) X."),
            ],
            receiptYear: 2_008)
        let reading = CableParser.parse(joined.octets, receiptYear: 2_008)
        #expect(joined.isWhole && joined.present == [1, 2])
        #expect(reading.cable.section == nil && reading.cable.transport?.sectionSuffix == nil)
        #expect(CableText.lines(joined.octets, reading) == ["1. (U) X.", "", "2. (U) Y.", "NOBODY"])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("ACP 127: a serial number each, FINAL SECTION OF n, a sentence that goes on")
    func numbered() throws {
        let joined = try SectionAssembly.join(
            [
                section("SECTION 1 OF 3", "0012", "1. (U) X IS\nLONG."),
                section("SECTION 2 OF 3", "0013", "IT GOES ON\nHERE."),
                section("FINAL SECTION OF 3", "0014", "2. (U) Y."),
            ], receiptYear: 2_008)
        let reading = CableParser.parse(joined.octets, receiptYear: 2_008)
        #expect(
            CableText.lines(joined.octets, reading) == ["1. (U) X IS", "LONG.", "IT GOES ON", "HERE.", "", "2. (U) Y."])
        #expect(reading.cable.transport?.serial == "0012")
    }

    @Test("What is missing is shown by number, in its place")
    func missing() throws {
        let joined = try SectionAssembly.join([section("SECTION 2 OF 3", "0013", "2. (U) Y.")], receiptYear: 2_008)
        #expect(joined.missing == [1, 3] && !joined.isWhole)
        let text = String(decoding: joined.octets, as: UTF8.self)
        #expect(text.contains("SECTION 1 OF 3 IS MISSING") && text.contains("SECTION 3 OF 3 IS MISSING"))
        #expect(CableParser.parse(joined.octets, receiptYear: 2_008).isRoutable)
    }

    @Test("A section twice is taken once, and sections of other cables are refused")
    func others() throws {
        let one = section("SECTION 1 OF 2", "0012", "1. X.")
        #expect(try SectionAssembly.join([one, one], receiptYear: 2_008).present == [1])
        let other = Array(String(decoding: one, as: UTF8.self).replacing("POST A 000012", with: "POST A 000013").utf8)
        #expect(throws: SectionAssembly.Fault.ofAnotherCable(1)) {
            try SectionAssembly.join([one, other], receiptYear: 2_008)
        }
        let whole = Array("R 061011Z MAY 08\nFM POST A\nTO POST B\n\nUNCLAS\n1. X.\n".utf8)
        #expect(throws: SectionAssembly.Fault.noSection(0)) { try SectionAssembly.join([whole], receiptYear: 2_008) }
    }

    @Test("A first line of capitals in a later section is text, not a caption")
    func capitals() throws {
        let joined = try SectionAssembly.join(
            [
                section("SECTION 1 OF 2", "0012", "1. X\nAND"),
                section("SECTION 2 OF 2", "0013", "LAMPS AND ROPE\nNOBODY"),
            ],
            receiptYear: 2_008)
        let reading = CableParser.parse(joined.octets, receiptYear: 2_008)
        #expect(CableText.lines(joined.octets, reading) == ["1. X", "AND", "LAMPS AND ROPE", "NOBODY"])
    }
}

@Suite("Bounds")
struct BoundTests {
    /// Octets of each hostile cable.
    private static let octets = 128 << 10

    private static func many(_ piece: String) -> String {
        String(repeating: piece, count: octets / max(1, piece.utf8.count))
    }

    @Test(
        "Hostile cables are read in a time that grows with their length, and keep little",
        arguments: [
            "INFO X\n", "VZCZCABC0001\n", "RR RUENO\n", "R 061011Z MAY 08\nFM A\n",
            "R 061011Z MAY 08\nFM A\nTO B\nINFO C\n",
            "UNCLAS ", "PAGE 2 ", "(", "1. ", "\n", "ZCZC\n", "NNNN\n", "BT\n",
        ])
    func heads(piece: String) {
        let reading = CableParser.parse(Array(Self.many(piece).utf8), receiptYear: 2_008)
        #expect(reading.diagnostics.count <= 256)
    }

    @Test(
        "So are lists and phrases without end",
        arguments: [
            "SIPDIS ", "SIPDIS,A,", "FOR A,", "FOR (", "PASS ", "ATTN ", "TAGS: A,(", "REF: A. X 1, ", "SUBJECT: X ",
            "within 7 days ", "please slug replies for A, ", "by August 15. ", "SIPDIS should be ", "\nwithin\n",
            "no later than ",
            "1. (U) X\n", "\n1. ", "ZCZC\nDE\n", "PAGE 2\n", "X 00226504  001.2 OF 002\n",
        ])
    func texts(piece: String) {
        let text = "R 061011Z MAY 08\nFM A\nTO B\nBT\nUNCLAS A 1\n" + Self.many(piece)
        let reading = CableParser.parse(Array(text.utf8), receiptYear: 2_008)
        let cable = reading.cable
        #expect(cable.captions.count + cable.slugs.count + cable.attention.count + cable.pass.count <= 256)
        #expect(cable.tags.count <= 65 && cable.references.count <= 64 && reading.diagnostics.count <= 256)
        #expect((cable.subject?.utf8.count ?? 0) <= 8_192)
    }
}
