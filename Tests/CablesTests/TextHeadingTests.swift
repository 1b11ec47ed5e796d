import Testing

@testable import Cables

@Suite("The classification line")
struct ClassificationLineTests {
    @Test(
        "Classification, section, number and captions on one line",
        arguments: [
            LineCase("§209: UNCLAS", "UNCLAS POST A 000012", "UNCLASSIFIED [POST A 000012]"),
            LineCase("§209: UNCLASSIFIED", "UNCLASSIFIED POST A 12", "UNCLASSIFIED [POST A 12]"),
            LineCase("§209: letter-spaced", "C O N F I D E N T I A L POST A 12", "CONFIDENTIAL [POST A 12]"),
            LineCase("§209: letter-spaced in two words", "T O P  S E C R E T POST A 12", "TOP SECRET [POST A 12]"),
            LineCase("Written together", "TOPSECRET POST A 12", "TOP SECRET [POST A 12]"),
            LineCase("Plain", "SECRET POST A 12", "SECRET [POST A 12]"),
            LineCase("RESTRICTED", "R E S T R I C T E D POST A 12", "RESTRICTED [POST A 12]"),
            LineCase("In small letters", "Confidential Post A 12", "CONFIDENTIAL [Post A 12]"),
            LineCase("1970s: LIMITED OFFICIAL USE", "LIMITED OFFICIAL USE POST A 195297", "SBU [POST A 195297]"),
            LineCase("SBU", "SENSITIVE BUT UNCLASSIFIED POST A 12", "SBU [POST A 12]"),
            LineCase("§209: CLEAR", "CLEAR POST A 12", "UNCLASSIFIED CLEAR [POST A 12]"),
            LineCase("H-222: EFTO", "UNCLAS EFTO POST A 12", "UNCLASSIFIED EFTO [POST A 12]"),
            LineCase("H-222: EFTO letter-spaced", "UNCLAS E F T O POST A 12", "UNCLASSIFIED EFTO [POST A 12]"),
            LineCase("State: SECTION nn OF nn", "UNCLAS SECTION 01 OF 02 POST A 12", "UNCLASSIFIED 1 of 2 [POST A 12]"),
            LineCase(
                "§208: FINAL SECTION OF n", "UNCLAS FINAL SECTION OF 2 POST A 12", "UNCLASSIFIED 2 of 2 [POST A 12]"),
            LineCase(
                "§208: FINAL SECTION n OF n", "UNCLAS FINAL SECTION 3 OF 3 POST A 12", "UNCLASSIFIED 3 of 3 [POST A 12]"
            ),
            LineCase(
                "Section behind the number", "UNCLAS POST A 12 SECTION 01 OF 02", "UNCLASSIFIED 1 of 2 [POST A 12]"),
            LineCase(
                "Section written together", "UNCLAS SECTION01OF03 SAN JOSE 525", "UNCLASSIFIED 1 of 3 [SAN JOSE 525]"),
            LineCase(
                "Captions before the section", "S E C R E T NOFORN SECTION 1 OF 2 POST A 12",
                "SECRET 1 of 2 [POST A 12] NOFORN"),
            LineCase(
                "A station of several words", "UNCLAS PORT OF THE SOUTH 000119",
                "UNCLASSIFIED [PORT OF THE SOUTH 000119]"),
            LineCase(
                "A station with a stop and a hyphen", "UNCLAS ST. MARY-ON-SEA 119", "UNCLASSIFIED [ST. MARY-ON-SEA 119]"
            ),
            LineCase(
                "Trip series behind the number", "SECRET STATE 017976 TOSEC 040123",
                "SECRET [STATE 017976] (TOSEC 040123)"),
            LineCase(
                "Trip series before the number", "SECRET TOSEC 040123 STATE 017976",
                "SECRET [STATE 017976] (TOSEC 040123)"),
            LineCase("SECTO is the number itself", "SECRET SECTO 04123", "SECRET [SECTO 04123]"),
            LineCase("Double slash and caption", "SECRET//NOFORN", "SECRET NOFORN"),
            LineCase("Double slash, caption and nations", "S E C R E T//REL ABC, DEF POST", "SECRET REL ABC, DEF POST"),
            LineCase(
                "Two captions behind the number", "UNCLAS POST A 12 SENSITIVE SIPDIS",
                "UNCLASSIFIED [POST A 12] SENSITIVE SIPDIS"),
            LineCase("No number", "UNCLAS", "UNCLASSIFIED"),
            LineCase(
                "The section on the line below", "UNCLAS\nSECTION 1 OF 2 POST A 12", "UNCLASSIFIED 1 of 2 [POST A 12]"),
            LineCase(
                "The number on the line below", "C O N F I D E N T I A L SECTION 01 OF 04\nPORT OF THE SOUTH 000119",
                "CONFIDENTIAL 1 of 4 [PORT OF THE SOUTH 000119]"),
            LineCase("No classification", "SUBJECT: X", "none !NO_CLASSIFICATION"),
        ])
    func identity(line: LineCase) {
        #expect(Understood.identity(CableFrame.text("\(line.written)\n\nSUBJECT: X\n\n1. Y.\nBT")) == line.understood)
    }

    @Test(
        "The stricter of format line 4 and text gates the cable (§203)",
        arguments: [
            ("ZNR UUUUU", "SECRET", Classification.secret, true), ("ZNY SSSSS", "UNCLAS", .secret, true),
            ("ZNY CCCCC", "C O N F I D E N T I A L", .confidential, false),
            ("ZNR EEEEE", "UNCLAS EFTO", .unclassified, false),
            ("ZNR UUUUU", "SBU", .sensitiveButUnclassified, false), ("ZNY TTTTT", "SECRET", .topSecret, true),
        ])
    func gate(security: String, word: String, gate: Classification, differs: Bool) {
        let reading = read(
            "DE RUECAP 0001 1271200\n\(security)\nR 061011Z MAY 08\nFM POST A\nTO POST B\nBT\n\(word)\n1. X.\nBT\n")
        #expect(reading.gate == gate)
        #expect(reading.diagnostics.contains { $0.kind == .classificationMismatch } == differs)
    }
}

@Suite("The caption block")
struct CaptionBlockTests {
    @Test(
        "Captions, offices, persons, PASS and exercise lines",
        arguments: [
            LineCase("H-252: a line of its own", "SIPDIS", "captions SIPDIS"),
            LineCase("Several on a line", "SENSITIVE SIPDIS", "captions SENSITIVE|SIPDIS"),
            LineCase("With commas", "NOFORN, SIPDIS", "captions NOFORN|SIPDIS"),
            LineCase(
                "With a slash, a plus and a dash", "NOFORN/SIPDIS + SENSITIVE - ORCON",
                "captions NOFORN|SIPDIS|SENSITIVE|ORCON"),
            LineCase("Doubled", "SIPDIS SIPDIS", "captions SIPDIS !DOUBLED_CAPTION"),
            LineCase("In small letters", "Sensitive\nSipdis", "captions SENSITIVE|SIPDIS"),
            LineCase("Of two words", "OFFICIAL INFORMAL", "captions OFFICIAL INFORMAL"),
            LineCase("Of four words", "INFORM ALL STATE EMPLOYEES", "captions INFORM ALL STATE EMPLOYEES"),
            LineCase("Unknown ones pass through", "TANGO NINER", "captions TANGO NINER"),
            LineCase("REL takes its nations along", "REL TO ABC, DEF AND GHI", "captions REL TO ABC, DEF AND GHI"),
            LineCase("REL and a caption behind", "REL ELBONIA SIPDIS", "captions REL ELBONIA|SIPDIS"),
            LineCase("Accents", "AGR\u{C9}MENT", "captions AGR\u{C9}MENT"),
            LineCase("H-442: a channel", "ROGER CHANNEL", "captions ROGER CHANNEL"),
            LineCase(
                "H-442: two channels", "ROGER CHANNEL\nDISSENT CHANNEL",
                "captions ROGER CHANNEL|DISSENT CHANNEL !CHANNEL_CONFLICT"),
            LineCase("H-442: DIRGEN stands alone", "DIRGEN\nSENSITIVE", "captions DIRGEN|SENSITIVE !CHANNEL_CONFLICT"),
            LineCase("NODIS excludes SIPDIS", "NODIS\nSIPDIS", "captions NODIS|SIPDIS !CAPTION_CONFLICT"),
            LineCase("EXDIS excludes SIPDIS", "SIPDIS\nEXDIS", "captions SIPDIS|EXDIS !CAPTION_CONFLICT"),
            LineCase(
                "NOFORN excludes REL", "NOFORN\nREL TO ABC",
                "captions NOFORN|REL TO ABC !CAPTION_CONFLICT"),
            LineCase("STADIS may stand beside EXDIS", "EXDIS STADIS", "captions EXDIS|STADIS"),
            LineCase("FOR OFFICIAL USE ONLY is no office", "FOR OFFICIAL USE ONLY", "captions FOR OFFICIAL USE ONLY"),
            LineCase("H-252: FOR and an office", "FOR ISN", "for ISN"),
            LineCase("H-252: the department named", "STATE FOR ISN/CPI", "for ISN/CPI"),
            LineCase("H-252: a post named", "PORT TROPIC FOR POL", "for POL"),
            LineCase("Several offices", "FOR ISN, EAP/CM AND INR; PM/RSAT", "for ISN|EAP/CM|INR|PM/RSAT"),
            LineCase("An office of two words", "FOR OPS CENTER, XYZ/PUMP", "for OPS CENTER|XYZ/PUMP"),
            LineCase("A comma at the end goes on", "FOR ISN, EAP/CM,\nINR", "for ISN|EAP/CM|INR"),
            LineCase("AND at the end goes on", "FOR ISN AND\nINR", "for ISN|INR"),
            LineCase("An office twice", "FOR ISN\nSTATE FOR ISN", "for ISN"),
            LineCase("A person in brackets", "FOR WHA/BSC (A. NOBODY)", "for WHA/BSC, attn A. NOBODY"),
            LineCase("A person behind the symbol", "FOR WHA/BSC NOBODY", "for WHA/BSC, attn NOBODY"),
            LineCase("A person behind ATTN", "FOR ISN ATTN NOBODY", "for ISN, attn NOBODY"),
            LineCase("A person behind a dash", "FOR ISN - NOBODY", "for ISN, attn NOBODY"),
            LineCase("ATTN alone", "ATTN: MAJOR NOBODY", "attn MAJOR NOBODY"),
            LineCase("Who sends is no office", "FOR AMBASSADOR FROM ASSISTANT SECRETARY", "for AMBASSADOR"),
            LineCase(
                "Captions and FOR on one line", "NOFORN, SIPDIS, FOR DCMS AND ALL CABLE DRAFTERS",
                "captions NOFORN|SIPDIS, for DCMS|ALL CABLE DRAFTERS"),
            LineCase("A second department on the line", "DEPT FOR NEA/MAG; TREASURY FOR TFI", "for NEA/MAG|TFI"),
            LineCase("EYES ONLY FOR", "EYES ONLY FOR THE AMBASSADOR", "captions EYES ONLY, for THE AMBASSADOR"),
            LineCase("PASS", "CAPITAL PASS RIVER STATION", "pass RIVER STATION"),
            LineCase("PLEASE PASS TO", "DEPT PLEASE PASS TO USTR", "pass USTR"),
            LineCase(
                "A caption, a dash and PASS", "EXDIS - CAIRO PASS PORT NIACT IMMEDIATE",
                "captions EXDIS, pass PORT NIACT IMMEDIATE"),
            LineCase("An exercise by name", "EXERCISE NORTHERN LIGHT", "exercise NORTHERN LIGHT"),
            LineCase("An exercise three times", "EXERCISE EXERCISE EXERCISE", "exercise EXERCISE"),
            LineCase("An exercise between slashes", "//EXERCISE NORTHERN LIGHT//", "exercise NORTHERN LIGHT"),
            LineCase("§208: a page line", "SIPDIS\nPAGE 02 POST A 000012 182333Z\nFOR ISN", "captions SIPDIS, for ISN"),
            LineCase("A sentence in capitals is text", "SIPDIS\nTHE DAM HOLDS.", "captions SIPDIS"),
            LineCase(
                "A line of many words in capitals is text", "THE DEPARTMENT THANKS THE POST FOR WHAT IT DID AND ASKS",
                ""),
        ])
    func block(line: LineCase) { #expect(Understood.block(CableFrame.block(line.written)) == line.understood) }
}

@Suite("From E.O. to Classified By")
struct HeaderFieldTests {
    @Test(
        "Executive order, tags, subject, references, classifier",
        arguments: [
            LineCase("E.O.", "E.O. 12958: N/A", "E.O. 12958: N/A"),
            LineCase("EO without stops", "EO 12958 DECL: 2020/02/23", "EO 12958 DECL: 2020/02/23"),
            LineCase("In small letters", "e.o. 12958: decl: 6/3/08", "e.o. 12958: decl: 6/3/08"),
            LineCase("With blanks, and a zero for the O", "E. 0. 11652:  GDS", "E. 0. 11652: GDS"),
            LineCase("An odd instruction", "E.O. 12958: DNG: CO 07/03/2033", "E.O. 12958: DNG: CO 07/03/2033"),
            LineCase("TAGS on the line of E.O.", "E.O. 11652: N/A TAGS: PREL, EAID", "E.O. 11652: N/A, tags PREL|EAID"),
            LineCase("TAGS by blanks", "TAGS: PREL EAID US", "tags PREL|EAID|US"),
            LineCase("TAGS by commas", "TAGS: PREL,EAID, US", "tags PREL|EAID|US"),
            LineCase("TAGS empty", "TAGS:     \nSUBJECT: X", "subject X"),
            LineCase("TAGS written together", "TAGS: ECONEFIN", "tags ECON|EFIN"),
            LineCase("TAGS three together", "TAGS: ECONEFINEAID", "tags ECON|EFIN|EAID"),
            LineCase("A tag of five letters", "TAGS: ASEAN PREL", "tags ASEAN|PREL"),
            LineCase("TAGS with a person", "TAGS: OVIP (VANDAL, ANN), PREL", "tags OVIP (VANDAL, ANN)|PREL"),
            LineCase("TAGS over two lines", "TAGS: PREL EAID\nSENV", "tags PREL|EAID|SENV"),
            LineCase("TAGS in small letters", "tags: prel", "tags PREL"),
            LineCase("TAGE", "TAGE: PREL", "tags PREL !MISSPELT"),
            LineCase("TAG, TAS, TGS", "TGS: PREL", "tags PREL !MISSPELT"),
            LineCase("SIPDIS among TAGS", "TAGS: PREL SIPDIS", "tags PREL !CAPTION_IN_TAGS"),
            LineCase("SUBJECT", "SUBJECT: CONVOY TIMES", "subject CONVOY TIMES"),
            LineCase("SUBJ", "SUBJ: CONVOY TIMES", "subject CONVOY TIMES"),
            LineCase(
                "SUBJECT over three lines", "SUBJECT: CONVOY\nTIMES,  AND\n   WHO COUNTS",
                "subject CONVOY TIMES, AND WHO COUNTS"),
            LineCase("SUBJECT on the next line", "SUBJECT:\nCONVOY", "subject CONVOY"),
            LineCase("SUBJECT with its mark", "SUBJECT: (U) CONVOY", "subject (U) CONVOY"),
            LineCase("SUBJECT ends at REF", "SUBJECT: CONVOY\nREF: STATE 1", "subject CONVOY, ref [STATE 1]=STATE 1"),
            LineCase(
                "A page line in the subject", "SUBJECT: CONVOY\nPAGE 02 POST A 000012 182333Z\nTIMES",
                "subject CONVOY TIMES"),
            LineCase(
                "Curly quotes, UTF-8", "SUBJECT: THE \u{201C}CONVOY\u{201D}", "subject THE \u{201C}CONVOY\u{201D}"),
            LineCase("Signs of a web page", "SUBJECT: BREAD &amp; SALT", "subject BREAD &amp; SALT !HTML_ENTITY"),
            LineCase("A backslash that an archive left", "SUBJECT: CONVOY\\", "subject CONVOY"),
            LineCase("REF with one number", "REF: STATE 071234", "ref [STATE 071234]=STATE 071234"),
            LineCase(
                "REF by letters", "REF: A. STATE 071234\n     B. 05 ROME 45 (NOTAL)",
                "ref A[STATE 071234]=STATE 071234, ref B[05 ROME 45 (NOTAL)]=05 ROME 45"),
            LineCase(
                "REF by letters on one line", "REFS: A. STATE 123 B. ROME 45",
                "ref A[STATE 123]=STATE 123, ref B[ROME 45]=ROME 45"),
            LineCase(
                "REF by letters in brackets", "REFTELS: (A) STATE 123; (B) ROME 45",
                "ref A[STATE 123]=STATE 123, ref B[ROME 45]=ROME 45"),
            LineCase(
                "REF by A) and B)", "REF: A) STATE 123, B) ROME 45",
                "ref A[STATE 123]=STATE 123, ref B[ROME 45]=ROME 45"),
            LineCase(
                "REF letters without a blank behind", "REF: A.STATE 123 B.ROME 45",
                "ref A[STATE 123]=STATE 123, ref B[ROME 45]=ROME 45"),
            LineCase(
                "REF without letters, several", "REF: STATE 123, 07 ROME 45 AND PORT TROPIC 8",
                "ref [STATE 123]=STATE 123, ref [07 ROME 45]=07 ROME 45, ref [PORT TROPIC 8]=PORT TROPIC 8"),
            LineCase(
                "REF by letters on lines of their own", "REF A: STATE 123\nREF (B): ROME 45 (NOTAL)",
                "ref A[STATE 123]=STATE 123, ref B[ROME 45 (NOTAL)]=ROME 45"),
            LineCase(
                "A second REF without letters is left", "REF: STATE 123\nREF: ROME 45", "ref [STATE 123]=STATE 123"),
            LineCase(
                "REF to an e-mail", "REF: NOBODY-EXAMPLE E-MAIL OF JUNE 3, 2008",
                "ref [NOBODY-EXAMPLE E-MAIL OF JUNE 3, 2008]"),
            LineCase(
                "REF to an address of mail", "REF: A. nobody@example.org 06/03/08", "ref A[nobody@example.org 06/03/08]"
            ),
            LineCase("REF condensed", "RETEL: 08STATE71234", "ref [08STATE71234]=08STATE71234"),
            LineCase(
                "REF with four digits of a year", "REF: 2008 STATE 71234", "ref [2008 STATE 71234]=2008 STATE 71234"),
            LineCase(
                "REF over a blank line", "REF: A. STATE 123\n\n     B. ROME 45",
                "ref A[STATE 123]=STATE 123, ref B[ROME 45]=ROME 45"),
            LineCase("Classified By", "Classified By: A. Nobody, reasons 1.4 (b)", "by A. Nobody, reasons 1.4 (b)"),
            LineCase(
                "CLASSIFIED BY without a colon", "CLASSIFIED BY A. NOBODY.\nREASON 1.4 (B)",
                "by A. NOBODY. REASON 1.4 (B)"),
            LineCase("Derived from", "DERIVED FROM: DSCG 05-1", "by DSCG 05-1"),
            LineCase(
                "Another order of fields", "SUBJECT: X\nTAGS: PREL\nE.O. 12958: N/A",
                "E.O. 12958: N/A, tags PREL, subject X"),
        ])
    func fields(line: LineCase) { #expect(Understood.fields(CableFrame.fields(line.written)) == line.understood) }
}

@Suite("Text and ending")
struct TextTests {
    @Test(
        "Paragraphs, marks, signature, page lines and end",
        arguments: [
            LineCase("H-246: numbered flush left", "1. X.\n2. Y.\nBT", "1 2"),
            LineCase(
                "H-246: portion marks", "1. (U) X.\n2. (C//NF) Y.\n3. (SBU/N) Z.\n4. (S//REL ELBONIA)  W.\nBT",
                "1(U) 2(C//NF) 3(SBU/N) 4(S//REL ELBONIA)"),
            LineCase("A mark without a blank", "1.(U) X.\nBT", "1(U)"),
            LineCase("A bracket that is no mark", "1. (see below) X.\nBT", "1"),
            LineCase("A number left out", "1. X.\n3. Y.\nBT", "1 3 !PARAGRAPH_MISSING"),
            LineCase("A number that is a decimal", "1. X.\n1.4 tons.\nBT", "1"),
            LineCase("An indented number is one of a list", "1. X.\n  2. pumps\n2. (U) Y.\nBT", "1 2(U)"),
            LineCase("A number far off is none", "1. X.\n1907. They say.\nBT", "1"),
            LineCase("A pilcrow before the number", "\u{B6}1. X.\nBT", "1"),
            LineCase("The text of one paragraph is not numbered", "The dam holds.\nBT", ""),
            LineCase("Signature", "1. X.\nNOBODY\nBT", "1 NOBODY"),
            LineCase("Signature with a hyphen and an apostrophe", "1. X.\nO'NOBODY-EXAMPLE\nBT", "1 O'NOBODY-EXAMPLE"),
            LineCase("Signature of several words", "1. X.\nVAN DER NOBODY\nBT", "1 VAN DER NOBODY"),
            LineCase("Signature and number signs", "1. X.\nNOBODY##\nBT", "1 NOBODY"),
            LineCase("A sentence is no signature", "1. X.\nTHE END.\nBT", "1"),
            LineCase("Signature without an end", "1. X.\nNOBODY", "1 NOBODY"),
            LineCase("Signature and a backslash", "1. X.\nNOBODY\\\nNNNN", "1 NOBODY"),
            LineCase(
                "TO, FM and INFO in the text are text",
                "1. X.\nTO be clear.\nFM radio.\nINFO follows.\nBT is a mark.\nBT", "1"),
            LineCase(
                "§208: page lines",
                "1. X.\nPAGE 2 RBDTRQ 115B R E S T R I C T E D\nNOBODY\nPAGE 02        POST A   015113  182333Z\nBT",
                "1 NOBODY"),
            LineCase("A page line of an archive", "1. X.\nNOBODY\nPOST A 00226504  001.2 OF 002\nNNNN", "1 NOBODY"),
            LineCase("PAGE in a sentence is text", "1. X.\nPAGE 2 OF THE REPORT SAYS SO.\nBT", "1"),
            LineCase("§211: corrections behind BT", "1. X.\nBT\nC WA LINE 3 NORTH\nNNNN", "1 C WA LINE 3 NORTH"),
            LineCase("NNN", "1. X.\nNNN", "1"),
            LineCase("NNNN and the next message glued on", "1. X.\nNNNNMAFVVZCZ", "1"),
            LineCase("The end of an archive", "1. X.\nNOBODY\n\n<< END OF DOCUMENT >>", "1 NOBODY"),
            LineCase("Twelve DEL behind NNNN", "1. X.\nBT\n\nNNNN\u{7F}\u{7F}\u{7F}\n\u{7F}\u{7F}", "1"),
            LineCase("Text behind the end", "1. X.\nBT\nAND SO ON\nAND ON", "1 !TEXT_BEHIND_END"),
            LineCase("ZCZC in the text alone", "1. X.\nZCZC IS A WORD.\n2. Y.\nBT", "1 2 !DANGER_STRING"),
            LineCase(
                "§202: a start of message in the text", "1. X.\nZCZCABC001\nRR RUENO\nDE RUECAP 0001 1271200",
                "1 !TWO_RUN_TOGETHER"),
            LineCase("A heading behind the end", "1. X.\nBT\nNNNN\nR 061011Z MAY 08\nFM POST C", "1 !TWO_RUN_TOGETHER"),
            LineCase("A quoted heading in the text", "1. X.\nR 061011Z MAY 08\nFM POST C\nTO POST D\n2. Y.\nBT", "1 2"),
            LineCase("Redactions", "1. (C) XXXXXXXXXXXX met XXXXXXXXXXXX.\nBT", "1(C)"),
        ])
    func body(line: LineCase) { #expect(Understood.body(CableFrame.body(line.written)) == line.understood) }

    @Test(
        "The number behind the text must be that of format line 3",
        arguments: [("#0012", false), ("#0013", true), ("#0012/01", false)])
    func validation(line: String, differs: Bool) {
        let reading = read(
            "DE RUECAP #0012 1271200\nR 061011Z MAY 08\nFM POST A\nTO POST B\nBT\nUNCLAS POST A 0012\n1. X.\nBT\n\(line)\n\nNNNN\n"
        )
        #expect(reading.diagnostics.contains { $0.kind == .serialMismatch } == differs)
    }

    @Test("The serial number is the end of the message reference number, and the suffix is the section (State)")
    func numbers() {
        func codes(_ serial: String, _ line: String) -> [DiagnosticCode] {
            read("DE RUECAP \(serial) 1271200\nR 061011Z MAY 08\nFM POST A\nTO POST B\nBT\n\(line)\n1. X.\nBT\n")
                .diagnostics.map(\.kind)
        }
        #expect(codes("#7955/01", "UNCLAS SECTION 01 OF 02 STATE 097955") == [])
        #expect(codes("#7956/01", "UNCLAS SECTION 01 OF 02 STATE 097955") == [.numberMismatch])
        #expect(codes("#7955/02", "UNCLAS SECTION 01 OF 02 STATE 097955") == [.sectionMismatch])
        #expect(codes("115B", "UNCLAS STATE 097955") == [])
    }

    @Test("A header behind a line that nobody knows still counts")
    func looseText() {
        let cable = CableFrame.text(
            "UNCLAS POST A 12\nthis line is here by mistake\nTAGS: PREL\nSUBJECT: X\n\n1. Y.\nBT"
        ).cable
        #expect(cable.subject == "X" && cable.tags == ["PREL"] && cable.paragraphs.count == 1)
    }

    @Test("Octets that are no UTF-8 are read as Latin-1")
    func latin() {
        let octets =
            Array("R 061011Z MAY 08\nFM POST A\nTO POST B\n\nUNCLAS\n\nSUBJECT: CAF".utf8) + [0xE9]
            + Array("\n\n1. X.\n".utf8)
        #expect(CableParser.parse(octets, receiptYear: 2_008).cable.subject == "CAF\u{E9}")
    }

    @Test("A line of any length is read")
    func longLines() {
        let reading = CableFrame.body("1. (U) \(String(repeating: "word ", count: 40_000)).\nNOBODY\nBT")
        #expect(reading.isRoutable && reading.cable.paragraphs.count == 1 && reading.cable.signature == "NOBODY")
    }
}
