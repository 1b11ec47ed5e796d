import Cables
import Testing

@Suite("Reply instructions in free text")
struct ReplyInstructionTests {
    @Test(
        "An office for replies is found however it is asked for",
        arguments: [
            ("Please slug replies for ISN.", ["ISN"]),
            ("Please slug your reply for XYZ/PUMP.", ["XYZ/PUMP"]),
            ("Posts should slug response to EAP/CM and INR.", ["EAP/CM", "INR"]),
            ("PLEASE SLUG REPLIES FOR ISN/CPI, T AND EUR/RPM, ATTN JONES.", ["ISN/CPI", "T", "EUR/RPM"]),
            ("Kindly slug all responses\nfor OES/PCI.", ["OES/PCI"]),
            ("A sea slug for ISN was seen.", []),
            ("The slug for the press was removed.", []),
            ("He was a slug, the reply for DAO said.", []),
        ])
    func slugs(text: String, expected: [String]) {
        let found = cable(text: text).cable.replyInstructions.slugs
        #expect(found == expected)
    }

    @Test(
        "Captions for replies are found, and refusals are not taken for requests",
        arguments: [
            ("Please include SIPDIS in all replies.", ["SIPDIS"]),
            ("All replies should carry the SIPDIS caption.", ["SIPDIS"]),
            ("Use the SIPDIS caption.", ["SIPDIS"]),
            ("Include NODIS in your response.", ["NODIS"]),
            ("The reply was late, as SIPDIS was omitted.", []),
            ("Do not include SIPDIS in replies.", []),
            ("This cable is SIPDIS.", []),
        ])
    func captions(text: String, expected: [String]) {
        #expect(cable(text: text).cable.replyInstructions.captions == expected)
    }

    @Test(
        "A time for replies is found with its unit",
        arguments: [
            ("Please reply within seven (7) business days of receipt.", 7, "businessDays", nil),
            ("A response is requested within 48 hours.", 48, "hours", nil),
            ("Posts should respond within ten working days.", 10, "businessDays", nil),
            ("Please answer within two weeks.", 14, "days", nil),
            ("Please reply by COB August 15.", nil, "date", "2008-08-15"),
            ("Please reply no later than 15 AUG 08.", nil, "date", "2008-08-15"),
            ("PLEASE REPLY NLT 011800Z SEP.", nil, "date", "2008-09-01T18:00:00Z"),
            ("Please reply by January 10.", nil, "date", "2009-01-10"),
        ] as [(String, Int?, String, String?)])
    func due(text: String, count: Int?, unit: String, date: String?) {
        let due = cable(text: text).cable.replyInstructions.due
        #expect(due?.count == count)
        #expect(due?.unit.rawValue == unit)
        #expect(due?.date == date)
    }

    @Test(
        "A time that concerns no reply is none",
        arguments: [
            "The ship arrives within seven days.", "The minister leaves by August 15.",
            "It was signed no later than 1907, they say.",
        ])
    func traps(text: String) { #expect(cable(text: text).cable.replyInstructions.due == nil) }
}

@Suite("Tagging a reply")
struct ReplyTaggingTests {
    private func tag(_ octets: [UInt8], _ captions: [String], _ slugs: [String]) -> TaggedReply {
        var instructions = ReplyInstructions()
        instructions.captions = captions
        instructions.slugs = slugs
        return ReplyTagging.tag(
            octets, reading: CableParser.parse(octets, receiptYear: 2_008), instructions: instructions)
    }

    @Test("What is missing is added to the caption block, and nothing else changes")
    func added() throws {
        let octets = try fixture("reply.txt")
        let tagged = tag(octets, ["SIPDIS"], ["SUP/TENTS"])
        let cable = CableParser.parse(tagged.octets, receiptYear: 2_008).cable
        #expect(cable.captions == ["SIPDIS"])
        #expect(cable.slugs == ["SUP/TENTS"])
        let lines = String(decoding: tagged.octets, as: UTF8.self).split(separator: "\n")
        #expect(
            lines.filter { $0 != "SIPDIS" && $0 != "FOR SUP/TENTS" }
                == String(decoding: octets, as: UTF8.self).split(separator: "\n"))
    }

    @Test("Tagging twice adds nothing the second time")
    func idempotent() throws {
        let once = tag(try fixture("reply.txt"), ["SIPDIS"], ["SUP/TENTS"])
        let twice = tag(once.octets, ["SIPDIS"], ["SUP/TENTS"])
        #expect(twice.octets == once.octets)
        #expect(twice.captions.isEmpty && twice.slugs.isEmpty)
    }

    @Test("SIPDIS is not added to a NODIS reply, and a note says why")
    func conflict() {
        let octets = Array("R 061011Z MAY 08\nFM A\nTO B\n\nSECRET A 000001\nNODIS\n\nSUBJECT: X\n\n1. X.\n".utf8)
        let tagged = tag(octets, ["SIPDIS"], ["ISN"])
        #expect(tagged.captions.isEmpty)
        #expect(tagged.notes.count == 1)
        let cable = CableParser.parse(tagged.octets, receiptYear: 2_008).cable
        #expect(cable.captions == ["NODIS"])
        #expect(cable.slugs == ["ISN"])
    }

    @Test("The line ending of the reply is kept")
    func carriageReturns() {
        let octets = Array(
            "R 061011Z MAY 08\r\nFM A\r\nTO B\r\n\r\nUNCLAS A 000001\r\n\r\nSUBJECT: X\r\n\r\n1. X.\r\n".utf8)
        let tagged = tag(octets, ["SIPDIS"], ["ISN"])
        let bare = zip(tagged.octets, tagged.octets.dropFirst()).filter { $1 == 0x0A && $0 != 0x0D }
        #expect(bare.isEmpty)
        #expect(CableParser.parse(tagged.octets, receiptYear: 2_008).cable.captions == ["SIPDIS"])
    }
}
