import Cables
import Testing

@Suite("The parser")
struct CableParserTests {
    @Test("An archived cable is read past its metadata, long lines and odd quotes")
    func archived() throws {
        let reading = CableParser.parse(try fixture("action.txt"), receiptYear: 2_026)
        let cable = reading.cable
        #expect(reading.isRoutable)
        #expect(cable.precedence == .priority)
        #expect(cable.dateTimeGroup?.text == "061011Z MAY 08")
        #expect(cable.dateTimeGroup?.unixSeconds == 1_210_068_660)
        #expect(cable.from == "FOREIGN OFFICE CAPITAL")
        #expect(cable.to.map(\.post) == ["EMBASSY NORTHLAND"])
        #expect(cable.to.first?.precedence == .priority)
        #expect(cable.classification == .confidential)
        #expect(cable.mrn == "CAPITAL 004410")
        #expect(cable.tags.isEmpty)
        #expect(cable.subject == "EXERCISE -- TENTS FOR THE SPRING FLOODS: WHO COUNTS THEM")
        #expect(cable.references.map(\.letter) == ["A", "B"])
        #expect(cable.references.map(\.mrn) == ["NORTHLAND 000311", "07 CAPITAL 009120"])
        #expect(cable.classifiedBy == "A. Nobody, Acting Head, for reasons 1.4 (b)")
        #expect(cable.paragraphs.map(\.number) == [1, 2, 3])
        #expect(cable.paragraphs.map(\.marking) == ["U", "C//NF", "C"])
        #expect(cable.signature == "DRAFTER")
        #expect(cable.replyInstructions.slugs == ["SUP/TENTS"])
        #expect(cable.replyInstructions.captions == ["SIPDIS"])
        #expect(cable.replyInstructions.due?.count == 5)
        #expect(cable.replyInstructions.due?.unit == .businessDays)
    }

    @Test("A transmission keeps its format lines: routing, serial, security, dual precedence, exemption")
    func transmission() throws {
        let reading = CableParser.parse(try fixture("transmission.txt"), receiptYear: 2_026)
        let cable = reading.cable
        #expect(reading.isRoutable)
        #expect(cable.precedence == .immediate)
        #expect(cable.infoPrecedence == .priority)
        #expect(cable.transport?.indicator == "RUECAP")
        #expect(cable.transport?.serial == "0771")
        #expect(cable.transport?.filingTime == "1271630")
        #expect(cable.transport?.routing == ["RUENO", "RUESO"])
        #expect(cable.to.first?.sequence == "0007")
        #expect(cable.to.first?.indicator?.description == "RUENO")
        #expect(cable.info.first?.precedence == .priority)
        #expect(cable.exempt.map(\.post) == ["CONSULATE SOUTHPORT"])
        #expect(cable.section?.number == 1)
        #expect(cable.section?.of == 2)
        #expect(cable.captions == ["SENSITIVE", "SIPDIS"])
        #expect(cable.slugs == ["SUP", "POL/MIL", "DAO"])
        #expect(cable.attention == ["MAJOR EXAMPLE"])
        #expect(cable.pass == ["CAMP FOUR"])
        #expect(cable.tags == ["EAID", "SENV", "OVIP (EXAMPLE, ANN)"])
        #expect(cable.replyInstructions.due?.date == "2008-06-01T18:00:00Z")
        #expect(cable.signature == "DRAFTER")
    }

    @Test(
        "What cannot be routed is refused with a stable code",
        arguments: [
            ("", "EMPTY"),
            ("\n \n", "EMPTY"),
            ("Dear all,\nthis is a letter.\n", "NOT_A_CABLE"),
            ("R 061011Z MAY 08\nTO POST B\n\nUNCLAS A 1\n", "NO_ORIGINATOR"),
            ("R 061011Z MAY 08\nFM POST A\n\nUNCLAS A 1\n", "NO_ADDRESSEE"),
            ("X 061011Z MAY 08\nFM POST A\nTO POST B\n\nUNCLAS A 1\n", "UNKNOWN_PRECEDENCE"),
            ("R 311011Z JUN 08\nFM POST A\nTO POST B\n\nUNCLAS A 1\n", "IMPOSSIBLE_TIME"),
            ("R 062411Z MAY 08\nFM POST A\nTO POST B\n\nUNCLAS A 1\n", "IMPOSSIBLE_TIME"),
            ("FM POST A\nTO POST B\n\nUNCLAS A 1\n", "NO_PRECEDENCE_LINE"),
            (
                "R 061011Z MAY 08\nFM POST A\nTO POST B\nBT\nUNCLAS A 1\n\n1. X.\nBT\nNNNN\nVZCZCABC0001\nRR RUEHC\n",
                "TWO_RUN_TOGETHER"
            ),
        ])
    func refused(text: String, code: String) { #expect(read(text).refusal?.code == code) }

    @Test(
        "A classification is read plain and letter-spaced, with section and number",
        arguments: [
            ("C O N F I D E N T I A L CAPITAL 000012", Classification.confidential, "CAPITAL 000012"),
            ("S E C R E T SECTION 01 OF 02 CAPITAL 12", .secret, "CAPITAL 12"),
            ("T O P  S E C R E T CAPITAL 000012", .topSecret, "CAPITAL 000012"),
            ("SECRET//NOFORN", .secret, nil),
            ("UNCLAS EFTO PORT SOUTH 000777", .unclassified, "PORT SOUTH 000777"),
            ("LIMITED OFFICIAL USE CAPITAL 195297", .sensitiveButUnclassified, "CAPITAL 195297"),
        ] as [(String, Classification, String?)])
    func classification(line: String, expected: Classification, mrn: String?) {
        let reading = read("R 061011Z MAY 08\nFM POST A\nTO POST B\n\n\(line)\n\nSUBJECT: X\n\n1. TEXT.\n")
        #expect(reading.cable.classification == expected)
        #expect(reading.cable.mrn == mrn)
    }

    @Test("SECRETARY after TO is a name, not a classification")
    func secretary() {
        let reading = read("R 061011Z MAY 08\nFM POST A\nTO POST B\nSECRETARY GENERAL TOWN\n\nUNCLAS A 1\n")
        #expect(reading.cable.to.map(\.post) == ["POST B", "SECRETARY GENERAL TOWN"])
    }

    @Test(
        "An address line gives indicator, post, precedence word and continuity number",
        arguments: [
            ("RUENO/EMBASSY NORTHLAND PRIORITY 0842", "EMBASSY NORTHLAND", Precedence.priority, false, "0842"),
            ("EMBASSY NORTHLAND NIACT IMMEDIATE", "EMBASSY NORTHLAND", .immediate, true, nil),
            ("AIG 8788", "AIG 8788", .routine, false, nil),
            ("39OS INCIRLIK AB TU", "39OS INCIRLIK AB TU", .routine, false, nil),
            ("EMBASSY NORTHLAND PIORITY", "EMBASSY NORTHLAND", .priority, false, nil),
            ("EMBASSY NORTHLAND  FLASH  0001", "EMBASSY NORTHLAND", .flash, false, "0001"),
        ] as [(String, String, Precedence, Bool, String?)])
    func address(line: String, post: String, precedence: Precedence, niact: Bool, sequence: String?) {
        let to = read("R 061011Z MAY 08\nFM POST A\nTO \(line)\n\nUNCLAS A 1\n").cable.to
        #expect(to.map(\.post) == [post])
        #expect(to.first?.precedence == precedence)
        #expect(to.first?.niact == niact)
        #expect(to.first?.sequence == sequence)
    }

    @Test("The stricter of transport line and text counts, and is said")
    func mismatch() {
        let reading = read("ZNY SSSSS\nR 061011Z MAY 08\nFM POST A\nTO POST B\nBT\nUNCLAS A 1\n\n1. X.\nBT\n")
        #expect(reading.cable.classification == .unclassified)
        #expect(reading.gate == .secret)
        #expect(reading.diagnostics.map(\.code) == ["CLASSIFICATION_MISMATCH"])
    }

    @Test("A two-digit year is the one nearest to receipt", arguments: [("75", 1_975), ("08", 2_008), ("30", 2_030)])
    func year(written: String, expected: Int) {
        let reading = CableParser.parse(
            Array("R 061011Z MAY \(written)\nFM POST A\nTO POST B\n\nUNCLAS A 1\n".utf8), receiptYear: 2_020)
        let seconds = reading.cable.dateTimeGroup?.unixSeconds ?? 0
        #expect(
            DateTimeGroup.civil(fromDays: seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400).year
                == expected)
    }

    @Test("References with and without year and zeros name one message")
    func canonical() {
        let one = Cable.canonicalMRN("STATE 071234")
        #expect(one != nil)
        #expect(Cable.canonicalMRN("08STATE71234") == one)
        #expect(Cable.canonicalMRN("08 STATE 071234") == one)
        #expect(Cable.canonicalMRN("STATE 071235") != one)
        #expect(Cable.canonicalMRN("a letter of May") == nil)
        #expect(Cable.canonicalMRN("09SECTION01OF03SANJOSE525") == Cable.canonicalMRN("SAN JOSE 000525"))
        #expect(Cable.canonicalMRN("2008 ST. MARY 000119") == Cable.canonicalMRN("08STMARY119"))
        #expect(Cable.canonicalMRN("state 000000") == Cable.canonicalMRN("STATE 0"))
        for text in [
            "", "12", "STATE", "STATE 12345678", "A1B 23", "08 2345", String(repeating: "A", count: 80) + " 1",
        ] {
            #expect(Cable.canonicalMRN(text) == nil, "\(text)")
        }
    }

    @Test("Any octets at all come to an end without a trap")
    func anyOctets() {
        var state: UInt64 = 7
        let alphabet = Array("R Z061011MAY8FTO/\nBTSECUNLA.()#:1,slug reply for SIPDIS within\u{0}\u{ff}".utf8)
        for _ in 0..<2_000 {
            var octets: [UInt8] = []
            for _ in 0..<200 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                octets.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let reading = CableParser.parse(octets, receiptYear: 2_026)
            #expect(reading.isRoutable || !reading.diagnostics.isEmpty)
        }
    }
}
