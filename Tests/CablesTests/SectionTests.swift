import Testing

@testable import Cables

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
