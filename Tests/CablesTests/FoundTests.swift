import Testing

@testable import Cables

@Suite("What the fuzzer found")
struct FoundTests {
    @Test("FM with nothing but a precedence names nobody")
    func originator() {
        #expect(CableFrame.addresses("FM NIACT IMMEDIATE 0001\nTO POST B").refusal?.kind == .noOriginator)
    }

    @Test("A header does not begin behind a paragraph, at either depth")
    func depth() {
        let octets = Array(
            "R 061011Z MAY 08\nFM POST A\nTO POST B\nBT\nUNCLAS A 1\nloose text\n3. (C) X.\nREF: A. STATE 1\n".utf8)
        for depth in [ParseDepth.whole, .routing] {
            #expect(CableParser.parse(octets, receiptYear: 2_008, depth: depth).cable.references.isEmpty)
        }
    }

    @Test("A word behind the origin that looks like a time is written behind the origin again")
    func signal() throws {
        let cable = CableFrame.transmission("RR RUENO\nDE RUECAP #0003 123120J").cable
        let written = try CableFormatter.format(cable, text: ["1. X."], profile: .state).transmissions[0]
        #expect(CableParser.parse(written, receiptYear: 2_008).cable.transport == cable.transport)
    }

    @Test("A caption that would end the text is not written")
    func caption() {
        let cable = CableFrame.block("SIPDIS, BT").cable
        #expect(cable.captions == ["SIPDIS", "BT"])
        #expect(throws: FormatFault.self) { try CableFormatter.format(cable, text: ["1. X."], profile: .state) }
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
