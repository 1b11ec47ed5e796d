import Testing

@testable import Cables

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
