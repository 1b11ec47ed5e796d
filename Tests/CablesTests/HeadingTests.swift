import Testing

@testable import Cables

@Suite("Format lines 1 to 4")
struct TransmissionLineTests {
    @Test(
        "Start, routing, origin and security",
        arguments: [
            LineCase(
                "Annex B: SOM and three digits", "VZCZC051\nRR RUENO\nDE RUECAP #0051 1271200",
                "TI VZCZC051, ROUTINE, to RUENO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "Annex B: a channel of three letters and four digits",
                "VZCZCXRO1934\nRR RUENO\nDE RUECAP #0051 1271200",
                "TI VZCZCXRO1934, ROUTINE, to RUENO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "Annex B: VV, blanks, and UU behind", "VV   NAA359     UU\nRR RUENO\nDE RUECAP 0051 1271200",
                "TI VV NAA359 UU, ROUTINE, to RUENO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "§426: one start for each relay passed", "FDA035EUA024ERA017\nRR RUENO\nDE RUECAP 0051 1271200",
                "TI FDA035EUA024ERA017, ROUTINE, to RUENO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "§204: the precedence is doubled", "ZZ RUENO RUESO\nDE RUECAP 0051 1271200",
                "FLASH, to RUENO+RUESO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "§151: the bell stands before FLASH", "BELL ZZ RUENO\nDE RUECAP 0051 1271200",
                "FLASH, to RUENO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "§151: bells as control octets", "\u{7}\u{7}ZZ RUENO\nDE RUECAP 0051 1271200",
                "FLASH, to RUENO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "§204: indicators go on on the next line", "PP RUENO RUESO\nRUEWE RUEEA\nDE RUECAP 0051 1271200",
                "PRIORITY, to RUENO+RUESO+RUEWE+RUEEA, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "§204: what is no indicator is left out", "PP RUENO RUE-1\nDE RUECAP 0051 1271200",
                "PRIORITY, to RUENO, de RUECAP, nr 0051, at 1271200 !BAD_INDICATOR"),
            LineCase("ECP is Y", "YY RUENO\nDE RUECAP 0051 1271200", "ECP, to RUENO, de RUECAP, nr 0051, at 1271200"),
            LineCase(
                "§116: serial number with a letter", "RR RBDTRQ\nDE RBDTRA 115B 06/1215Z",
                "ROUTINE, to RBDTRQ, de RBDTRA, nr 115B, at 06/1215Z"),
            LineCase(
                "State: # and section", "RR RUENO\nDE RUECAP #7955/01 1271929",
                "ROUTINE, to RUENO, de RUECAP, nr 7955/01, at 1271929"),
            LineCase(
                "State: # apart from its number", "RR RUENO\nDE RUECAP # 0051 1271929",
                "ROUTINE, to RUENO, de RUECAP, nr 0051, at 1271929"),
            LineCase(
                "§115: day of the year, 367 does not exist", "RR RUENO\nDE RUECAP 0051 3671200",
                "ROUTINE, to RUENO, de RUECAP, nr 0051, at 3671200 !BAD_FILING_TIME"),
            LineCase(
                "§115: 24:60 does not exist", "RR RUENO\nDE RUECAP 0051 1272460",
                "ROUTINE, to RUENO, de RUECAP, nr 0051, at 1272460 !BAD_FILING_TIME"),
            LineCase(
                "State: filed behind the release, or the next day", "RR RUENO\nDE RUECAP 0051 1280001",
                "ROUTINE, to RUENO, de RUECAP, nr 0051, at 1280001"),
            LineCase(
                "State: filed before the release", "RR RUENO\nDE RUECAP 0051 1270900",
                "ROUTINE, to RUENO, de RUECAP, nr 0051, at 1270900 !FILING_BEFORE_TIME"),
            LineCase(
                "§203: security and other signals", "RR RUENO\nDE RUECAP 0051 1271200\nZNR UUUUU ZZH",
                "ROUTINE, to RUENO, de RUECAP, nr 0051, at 1271200, ZNR UUUUU, ZZH"),
            LineCase(
                "JANAP 128: special handling behind the letters", "DE RUECAP 0051 1271200\nZNY UUUUU/AAAAA",
                "de RUECAP, nr 0051, at 1271200, ZNY UUUUU/AAAAA"),
            LineCase(
                "§203: release letters in place of the last two", "DE RUECAP 0051 1271200\nZNR UUUAA",
                "de RUECAP, nr 0051, at 1271200, ZNR UUUAA"),
            LineCase(
                "§142: T and indicators", "DE RUECAP 0051 1271200\nT RUESO", "de RUECAP, nr 0051, at 1271200, T+RUESO"),
            LineCase(
                "§151: no receipt wanted", "DE RUECAP 0051 1271200\nZNR UUUUU ZGC",
                "de RUECAP, nr 0051, at 1271200, ZNR UUUUU, ZGC"),
            LineCase(
                "Unknown signals pass through", "DE RUECAP 0051 1271200\nZNR UUUUU ZXQ7",
                "de RUECAP, nr 0051, at 1271200, ZNR UUUUU, ZXQ7"),
            LineCase(
                "INT makes a question", "DE RUECAP 0051 1271200\nINT ZOE RUENO",
                "de RUECAP, nr 0051, at 1271200, INT+ZOE+RUENO"),
            LineCase(
                "§427: the pilot of a suspected duplicate",
                "VZCZCABC001\nPP RUENO\nZFD RUESO\nVZCZCDEF002\nRR RUENO RUEWE\nDE RUECAP 0051 1271200",
                "TI VZCZCDEF002, ROUTINE, to RUENO+RUEWE, de RUECAP, nr 0051, at 1271200, pilot RUENO ZFD+RUESO"),
            LineCase(
                "§426: the pilot of a misroute",
                "VZCZCABC001\nPP RUENO\nZOV RUESO\nABC027\nRR RUENO\nDE RUECAP 0051 1271200",
                "TI ABC027, ROUTINE, to RUENO, de RUECAP, nr 0051, at 1271200, pilot RUENO ZOV+RUESO"),
            LineCase(
                "JANAP 128: 43 positions", "VZCZCABC001\nRTTUZYUW RUEOMFA1234 1271200-UUUU--RUEDNAC RUEDXYZ.",
                "TI VZCZCABC001, ROUTINE, to RUEDNAC+RUEDXYZ, de RUEOMFA, nr 1234, at 1271200, TT ZYUW"),
            LineCase(
                "JANAP 128: routing goes on to the full stop",
                "OAAUZFH2 RUEOMFA1234 1271200-UUUU--RUEDNAC\nRUEDXYZ RUENO.",
                "IMMEDIATE, to RUEDNAC+RUEDXYZ+RUENO, de RUEOMFA, nr 1234, at 1271200, AA ZFH2"),
            LineCase("ACP 126: no transmission lines", "08POSTA12\n2008-05-06 10:11", "none"),
            LineCase("An archive's classification line is none of the cable", "CONFIDENTIAL\nForeign Office", "none"),
        ])
    func transmission(line: LineCase) {
        #expect(Understood.transport(CableFrame.transmission(line.written)) == line.understood)
    }
}

@Suite("Format line 5")
struct PrecedenceLineTests {
    @Test(
        "Precedence, date-time group and signals",
        arguments: [
            LineCase("§150: one precedence", "P 061011Z MAY 08", "PRIORITY [061011Z MAY 08] 1210068660"),
            LineCase("§152: action and info", "O R 061011Z MAY 08", "IMMEDIATE/ROUTINE [061011Z MAY 08] 1210068660"),
            LineCase(
                "§152: info above action", "R O 061011Z MAY 08",
                "ROUTINE/IMMEDIATE [061011Z MAY 08] 1210068660 !PRECEDENCE_ORDER"),
            LineCase("Doubled prosign", "OO 061011Z MAY 08", "IMMEDIATE [061011Z MAY 08] 1210068660"),
            LineCase(
                "The word in place of the prosign", "PRIORITY 061011Z MAY 08", "PRIORITY [061011Z MAY 08] 1210068660"),
            LineCase("Case does not count", "o 061011z may 08", "IMMEDIATE [061011z may 08] 1210068660"),
            LineCase("§113: four digits of the year", "R 061011Z MAY 1975", "ROUTINE [061011Z MAY 1975] 168603060"),
            LineCase("§113: two digits, nearest to receipt", "R 061011Z MAY 75", "ROUTINE [061011Z MAY 75] 168603060"),
            LineCase("No year: that of receipt", "R 061011Z MAY", "ROUTINE [061011Z MAY] 1210068660"),
            LineCase("No month: no time", "R 061011Z", "ROUTINE [061011Z] no time !TIME_INCOMPLETE"),
            LineCase("No zone: taken as Z", "R 061011 MAY 08", "ROUTINE [061011 MAY 08] 1210068660 !TIME_INCOMPLETE"),
            LineCase(
                "A blank before the zone, and inside the year", "R 251346 Z JUN 7 3",
                "ROUTINE [251346 Z JUN 7 3] 109863960"),
            LineCase("Full name of the month", "R 061011Z AUGUST 2008", "ROUTINE [061011Z AUGUST 2008] 1218017460"),
            LineCase("SEPT", "R 061011Z SEPT 2008", "ROUTINE [061011Z SEPT 2008] 1220695860"),
            LineCase("Written together", "R 061011ZMAY08", "ROUTINE [061011ZMAY08] 1210068660"),
            LineCase("§113: B is two hours ahead", "R 061011B MAY 08", "ROUTINE [061011B MAY 08] 1210061460"),
            LineCase("§113: R is five hours behind", "R 061011R MAY 08", "ROUTINE [061011R MAY 08] 1210086660"),
            LineCase(
                "J is the writer's own time", "R 061011J MAY 08", "ROUTINE [061011J MAY 08] no time !TIME_INCOMPLETE"),
            LineCase("2400 is the end of the day", "R 062400Z MAY 08", "ROUTINE [062400Z MAY 08] 1210118400"),
            LineCase("A signal behind", "O 171959Z AUG 75 ZFF4", "IMMEDIATE [171959Z AUG 75] 177537540 ZFF4"),
            LineCase("Several signals", "O 171959Z AUG 75 ZEX ZDS", "IMMEDIATE [171959Z AUG 75] 177537540 ZEX+ZDS"),
            LineCase("February 29 of a leap year", "R 291200Z FEB 08", "ROUTINE [291200Z FEB 08] 1204286400"),
            LineCase("February 29 of another year", "R 291200Z FEB 07", "ROUTINE [] no time !IMPOSSIBLE_TIME"),
            LineCase("Day 32", "R 321200Z MAY 08", "ROUTINE [] no time !IMPOSSIBLE_TIME"),
            LineCase("25 hours", "R 062500Z MAY 08", "ROUTINE [] no time !IMPOSSIBLE_TIME"),
            LineCase("No such precedence", "Q 061011Z MAY 08", "none [061011Z MAY 08] 1210068660 !UNKNOWN_PRECEDENCE"),
            LineCase(
                "Format line 2 stands in for a missing prosign", "PP RUENO\nDE RUECAP 0001 1271200\n061011Z MAY 08",
                "PRIORITY [061011Z MAY 08] 1210068660"),
            LineCase(
                "A dash line with a counter is none", "------------------270429Z 060566 /61\nR 061011Z MAY 08",
                "ROUTINE [061011Z MAY 08] 1210068660"),
        ])
    func precedence(line: LineCase) {
        #expect(Understood.precedence(CableFrame.precedenceLine(line.written)) == line.understood)
    }
}

@Suite("Conventions of a network")
struct ConventionTests {
    private func group(_ line: String, _ conventions: CableConventions) -> CableReading {
        CableParser.parse(
            Array("\(line)\nFM POST A\nTO POST B\n\nUNCLAS\n1. X.\n".utf8), receiptYear: tableYear,
            conventions: conventions)
    }

    @Test("W may be no precedence, J may be known, and zone letters may mean nothing")
    func conventions() {
        #expect(group("W 061011Z MAY 08", .standard).cable.precedence == .critic)
        #expect(group("W 061011Z MAY 08", CableConventions(hasCritic: false)).refusal?.kind == .unknownPrecedence)
        let known = CableConventions(localZoneHours: 2)
        #expect(group("R 061211J MAY 08", known).cable.dateTimeGroup?.unixSeconds == 1_210_068_660)
        let bare = CableConventions(hasZones: false)
        #expect(group("R 061211B MAY 08", bare).cable.dateTimeGroup?.unixSeconds == nil)
        #expect(group("R 061011Z MAY 08", bare).cable.dateTimeGroup?.unixSeconds == 1_210_068_660)
    }
}

@Suite("Format lines 6 to 10")
struct AddressLineTests {
    @Test(
        "Originator, addressees, exempted and accounting",
        arguments: [
            LineCase(
                "§205: one a line", "FM POST A\nTO POST B\nPOST C\nINFO POST D",
                "fm POST A, to POST B IMMEDIATE, to POST C IMMEDIATE, info POST D PRIORITY"),
            LineCase("§206: RI/ before the name", "FM POST A\nTO RUENO/POST B", "fm POST A, to RUENO/POST B IMMEDIATE"),
            LineCase(
                "§206: ZEN/ means by other means", "FM POST A\nTO ZEN/POST B", "fm POST A, to ZEN/POST B IMMEDIATE"),
            LineCase("Both prefixes", "FM POST A\nTO RUENO/ZEN/POST B", "fm POST A, to RUENO/ZEN/POST B IMMEDIATE"),
            LineCase(
                "A slash in a name is no prefix", "FM POST A\nTO CG/WEST TOWN", "fm POST A, to CG/WEST TOWN IMMEDIATE"),
            LineCase("State: a word of precedence", "FM POST A\nTO POST B ROUTINE", "fm POST A, to POST B ROUTINE"),
            LineCase("H-421: NIACT", "FM POST A\nTO POST B NIACT IMMEDIATE", "fm POST A, to POST B NIACT IMMEDIATE"),
            LineCase("NIACT alone", "FM POST A\nTO POST B NIACT", "fm POST A, to POST B NIACT IMMEDIATE"),
            LineCase(
                "Continuity number behind the precedence", "FM POST A\nTO POST B FLASH 0842",
                "fm POST A, to POST B FLASH 0842"),
            LineCase(
                "Continuity number before the precedence", "FM POST A\nTO POST B 0842 FLASH",
                "fm POST A, to POST B FLASH 0842"),
            LineCase(
                "A misspelt precedence", "FM POST A\nTO POST B PIORITY", "fm POST A, to POST B PRIORITY !MISSPELT"),
            LineCase("AIG bears its number", "FM POST A\nTO AIG 8788", "fm POST A, to AIG 8788 IMMEDIATE"),
            LineCase(
                "AIG with precedence and continuity number", "FM POST A\nTO AIG 8788 PRIORITY 0001",
                "fm POST A, to AIG 8788 PRIORITY 0001"),
            LineCase(
                "A name that begins with digits", "FM POST A\nTO 39OS NORTH AB TU\nDET 1 39LG TOWN TU",
                "fm POST A, to 39OS NORTH AB TU IMMEDIATE, to DET 1 39LG TOWN TU IMMEDIATE"),
            LineCase(
                "Three digits are part of the name", "FM POST A\nTO VP SQUADRON 123",
                "fm POST A, to VP SQUADRON 123 IMMEDIATE"),
            LineCase(
                "XMT and a blank", "FM POST A\nTO ALL POSTS COLLECTIVE\nXMT POST C\nPOST D",
                "fm POST A, to ALL POSTS COLLECTIVE IMMEDIATE, xmt POST C IMMEDIATE, xmt POST D IMMEDIATE"),
            LineCase(
                "XMT and a slash", "FM POST A\nTO ALL POSTS COLLECTIVE\nXMT/POST C",
                "fm POST A, to ALL POSTS COLLECTIVE IMMEDIATE, xmt POST C IMMEDIATE"),
            LineCase(
                "XMT on the line of the collective", "FM POST A\nTO ALL POSTS, XMT, POST C",
                "fm POST A, to ALL POSTS IMMEDIATE, xmt POST C IMMEDIATE"),
            LineCase(
                "XMT behind an indicator", "FM POST A\nTO ALL POSTS\nRUENO/XMT POST C",
                "fm POST A, to ALL POSTS IMMEDIATE, xmt RUENO/POST C IMMEDIATE"),
            LineCase("A comma in a name stays", "FM POST A\nTO TOWN, EAST", "fm POST A, to TOWN, EAST IMMEDIATE"),
            LineCase(
                "Several on a line, each with its kind",
                "FM POST A\nTO EMBASSY B PRIORITY, CONSULATE C; RUENO/POST D 0001",
                "fm POST A, to EMBASSY B PRIORITY, to CONSULATE C IMMEDIATE, to RUENO/POST D IMMEDIATE 0001"),
            LineCase(
                "An indented name without indicator behind one that has it",
                "FM POST A\nTO RUENO/OFFICE OF THE\n   COORDINATOR PRIORITY 0842\nRUESO/POST C",
                "fm POST A, to RUENO/OFFICE OF THE COORDINATOR PRIORITY 0842, to RUESO/POST C IMMEDIATE"),
            LineCase(
                "An indented end of a collective's name",
                "FM POST A\nTO ALL DIPLOMATIC AND CONSULAR\n   POSTS COLLECTIVE",
                "fm POST A, to ALL DIPLOMATIC AND CONSULAR POSTS COLLECTIVE IMMEDIATE"),
            LineCase("Only INFO", "FM POST A\nINFO POST D", "fm POST A, info POST D PRIORITY"),
            LineCase("The name on the line behind TO", "FM POST A\nTO\nPOST B", "fm POST A, to POST B IMMEDIATE"),
            LineCase(
                "§208: a page line behind TO", "FM POST A\nTO PAGE 02 STATE 012345 181200Z\nPOST B",
                "fm POST A, to POST B IMMEDIATE"),
            LineCase(
                "§208: a page line among addressees",
                "FM POST A\nTO POST B\nPAGE 02        POST A   015113  182333Z\nPOST C",
                "fm POST A, to POST B IMMEDIATE, to POST C IMMEDIATE"),
            LineCase(
                "A page line of an archive", "FM POST A\nTO POST B\nPOST A 00226504  001.2 OF 002\nPOST C",
                "fm POST A, to POST B IMMEDIATE, to POST C IMMEDIATE"),
            LineCase(
                "COLLECTIVE on a line of its own", "FM POST A\nTO ALL DIPLOMATIC POSTS\nCOLLECTIVE",
                "fm POST A, to ALL DIPLOMATIC POSTS COLLECTIVE IMMEDIATE"),
            LineCase(
                "Precedence and number on a line of their own", "FM POST A\nTO POST B\nPRIORITY 0842",
                "fm POST A, to POST B PRIORITY 0842"),
            LineCase(
                "An indented line that did not fit above",
                "FM POST A\nTO JOINT COMMISSION OF THE RIVERS AND CANALS OF THE NORTHERN AND THE\n  SOUTHERN PROVINCES 0001",
                "fm POST A, to JOINT COMMISSION OF THE RIVERS AND CANALS OF THE NORTHERN AND THE SOUTHERN PROVINCES IMMEDIATE 0001"
            ),
            LineCase(
                "An indented line that would have fitted is another", "FM POST A\nTO POST B\n   POST C",
                "fm POST A, to POST B IMMEDIATE, to POST C IMMEDIATE"),
            LineCase(
                "Case does not count", "fm Post a\nto rueno/Post b priority", "fm POST A, to RUENO/POST B PRIORITY"),
            LineCase("A colon behind the word", "FM: POST A\nTO: POST B", "fm POST A, to POST B IMMEDIATE"),
            LineCase("FROM", "FROM POST A\nTO POST B", "fm POST A, to POST B IMMEDIATE"),
            LineCase(
                "A second FM", "FM POST A\nFM POST Z\nTO POST B", "fm POST A, to POST B IMMEDIATE !SECOND_ORIGINATOR"),
            LineCase("No FM", "TO POST B", "fm nobody, to POST B IMMEDIATE !NO_ORIGINATOR"),
            LineCase("Nobody addressed", "FM POST A", "fm POST A !NO_ADDRESSEE"),
            LineCase(
                "XMT alone addresses nobody", "FM POST A\nXMT POST B", "fm POST A, xmt POST B IMMEDIATE !NO_ADDRESSEE"),
            LineCase("§142: group count", "FM POST A\nTO POST B\nGR 45", "fm POST A, to POST B IMMEDIATE, GR 45"),
            LineCase("§142: accounting symbol", "FM POST A\nTO POST B\nACEX", "fm POST A, to POST B IMMEDIATE, ACEX"),
            LineCase(
                "A blank line between addresses", "FM POST A\nTO POST B\n\nPOST C",
                "fm POST A, to POST B IMMEDIATE, to POST C IMMEDIATE"),
            LineCase(
                "A post whose name begins as a classification does",
                "FM POST A\nTO POST B\nSECRET SERVICE TOWN\nCLEAR LAKE AFS",
                "fm POST A, to POST B IMMEDIATE, to SECRET SERVICE TOWN IMMEDIATE, to CLEAR LAKE AFS IMMEDIATE"),
            LineCase(
                "CR before LF, in any number", "FM POST A\r\r\nTO POST B\r\nPOST C\r",
                "fm POST A, to POST B IMMEDIATE, to POST C IMMEDIATE"),
            LineCase(
                "§502: readdressed; the first heading holds",
                "FM POST A\nTO POST B\nR 011200Z APR 08\nFM POST X\nTO POST Y",
                "fm POST A, to POST B IMMEDIATE !READDRESSED"),
        ])
    func addresses(line: LineCase) {
        #expect(Understood.addresses(CableFrame.addresses(line.written)) == line.understood)
    }

    @Test("A readdressed cable keeps its original heading, date-time group untouched (§502)")
    func original() throws {
        let cable = CableFrame.addresses("FM POST A\nTO POST B\nR 011200Z APR 1999\nFM POST X\nTO POST Y").cable
        let original = try #require(cable.original)
        #expect(original.from == "POST X" && original.to.map(\.post) == ["POST Y"])
        #expect(original.dateTimeGroup?.text == "011200Z APR 1999" && original.precedence == .routine)
    }

    @Test("An archive's distribution lines before format line 5 are no addresses")
    func distribution() {
        let reading = read(
            "PAGE 01 POST A 017976\nORIGIN SS-15\nINFO OCT-01 ISO-00 /033 R\nDRAFTED BY X\n"
                + "------------------270429Z 060566 /61\nP 262340Z JAN 77\nFM POST A\nTO POST B PRIORITY\n\nUNCLAS POST A 1\n"
        )
        #expect(Understood.addresses(reading) == "fm POST A, to POST B PRIORITY")
    }

    @Test("4,096 addressees are read, and one more is refused")
    func many() {
        let posts = (0..<4_096).map { "POST \($0)X" }.joined(separator: "\n")
        #expect(CableFrame.addresses("FM POST A\nTO \(posts)").cable.to.count == 4_096)
        #expect(CableFrame.addresses("FM POST A\nTO \(posts)\nPOST B").refusal?.kind == .tooManyAddressees)
    }
}
