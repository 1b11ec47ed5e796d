@testable import Cables

/// Numbers in an order that the seed decides (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Cables over the whole grammar, with the text that belongs to each: invented, and legal in the profile asked for.
struct CableGenerator {
    let profile: CableProfile
    private var numbers: SeededNumbers

    init(seed: UInt64, profile: CableProfile) {
        numbers = SeededNumbers(seed: seed)
        self.profile = profile
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }
    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    private mutating func one<T>(_ list: [T]) -> T { list[below(list.count)] }
    private mutating func some<T>(_ list: [T], most: Int) -> [T] {
        Array(list.shuffled(using: &numbers).prefix(below(most + 1)))
    }
    private mutating func digits(_ count: Int) -> String { (0..<count).map { _ in String(below(10)) }.joined() }

    static let receiptYear = 2_026

    /// - Parameter paragraphs: of the text.
    mutating func cable(paragraphs: Int) -> (cable: Cable, text: [String]) {
        var cable = Cable()
        cable.precedence = one(Precedence.allCases)
        if chance(30) { cable.infoPrecedence = one([.routine, .priority, .immediate]) }
        cable.dateTimeGroup = dateTimeGroup()
        cable.signals = some(["ZFF4", "ZEX", "ZDS", "ZFG", "ZXX9"], most: 2)
        cable.from = post()
        cable.to = (0..<(1 + below(4))).map { _ in addressee(cable.precedence) }
        cable.info = (0..<below(4)).map { _ in addressee(cable.infoPrecedence ?? cable.precedence) }
        if chance(20) { cable.to = [] }
        if cable.to.isEmpty, cable.info.isEmpty {
            cable.info = [addressee(cable.infoPrecedence ?? cable.precedence)]
        }
        if chance(25) { cable.exempt = [addressee(cable.precedence)] }
        if chance(10) { cable.original = heading() }
        if chance(15) { cable.accounting = one(["GR 45", "GRNC", "ACEX", "GR NC"]) }
        identity(&cable)
        block(&cable)
        fields(&cable)
        if profile != .archive, chance(70) || profile == .janap128 { cable.transport = transport(cable) }
        if profile != .archive { cable.corrections = some(["C WA LINE 3 NORTH", "C PAGE 2 LINE 4 WA MILL"], most: 1) }
        let text = text(&cable, paragraphs: paragraphs)
        return (cable, text)
    }

    // MARK: Header

    private mutating func dateTimeGroup() -> DateTimeGroup {
        let year = 1_990 + below(40)
        let month = 1 + below(12)
        let day = 1 + below(DateTimeGroup.daysIn(month, year))
        let (hour, minute) = (below(24), below(60))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let written = chance(50) || year < 1_977 ? String(year) : two(year % 100)
        let seconds = DateTimeGroup.daysFromCivil(year, month, day) * 86_400 + Int64(hour * 3_600 + minute * 60)
        return DateTimeGroup(
            text: "\(two(day))\(two(hour))\(two(minute))Z \(DateTimeGroup.months[month - 1]) \(written)",
            unixSeconds: seconds)
    }

    private static let towns = [
        "NORTHLAND", "SOUTHPORT", "PORT TROPIC", "LONGITUDE", "ELBONIA", "CAMP FOUR", "OLD MILL", "ST. EXAMPLE",
    ]

    private mutating func post() -> String {
        let kind = one(["EMBASSY", "CONSULATE", "FIELD OFFICE", "MISSION", "USS EXAMPLE", "DET 1 39LG", "39OS"])
        switch below(12) {
        case 0: return "AIG \(1_000 + below(8_000))"
        case 1: return "ALL DIPLOMATIC AND CONSULAR POSTS COLLECTIVE"
        case 2:
            return
                "JOINT COMMISSION OF THE RIVERS AND CANALS OF THE NORTHERN AND THE SOUTHERN PROVINCES \(one(Self.towns))"
        default: return "\(kind) \(one(Self.towns))"
        }
    }

    private mutating func indicator() -> String {
        "RU" + String((0..<(2 + below(5))).map { _ in one(Array("ABCDEFGHLMNOSTW")) })
    }

    private mutating func addressee(_ precedence: Precedence?) -> Cable.Addressee {
        let own: Precedence? = chance(40) ? one([.routine, .priority, .immediate, .flash]) : nil
        let niact = own == .immediate && chance(40)
        return Cable.Addressee(
            post: post(), indicator: chance(40) ? RoutingIndicator(indicator()) : nil,
            deliveredByOtherMeans: chance(8), precedence: own ?? precedence ?? .routine, niact: niact,
            sequence: chance(30) ? digits(4) : nil, ownPrecedence: own)
    }

    private mutating func heading() -> Cable.Heading {
        var heading = Cable.Heading()
        heading.precedence = one([.routine, .priority])
        heading.dateTimeGroup = dateTimeGroup()
        heading.from = post()
        heading.to = [addressee(heading.precedence)]
        return heading
    }

    private mutating func transport(_ cable: Cable) -> Cable.Transport {
        var transport = Cable.Transport()
        transport.channels = ["VZCZC\(one(["ABC", "XRO", "JOU"]))\(digits(4))"]
        transport.precedence = cable.precedence
        transport.routing = (0..<(1 + below(14))).map { _ in indicator() }
        transport.indicator = indicator()
        transport.serial = digits(4)
        transport.filingTime = "\(100 + below(260))1215"
        switch profile {
        case .state, .archive:
            transport.serialIsMarked = true
            if let section = cable.section {
                transport.sectionSuffix = section.number < 10 ? "0\(section.number)" : "\(section.number)"
            }
        case .acp127:
            if chance(30) { transport.serial = digits(3) + "B" }
            if chance(50) { transport.filingTime = "11/1215Z" }
        case .janap128:
            transport.languageMedia = one(["TT", "AA", "CC"])
            transport.contentIndicator = one(["ZYUW", "ZFH2"])
            transport.headerLetter = UInt8(ascii: "U")
        }
        transport.security = chance(80) ? one(["ZNR UUUUU", "ZNY CCCCC", "ZNY SSSSS/AAAAA"]) : nil
        transport.signals = some(["ZZH", "ZGC", "ZXQ7"], most: 2)
        if chance(20), profile != .janap128 {
            transport.pilots = [
                Cable.Pilot(
                    channels: ["VZCZCPIL\(digits(3))"], precedence: cable.precedence, routing: [indicator()],
                    signals: ["ZFD", indicator()])
            ]
        }
        return transport
    }

    private mutating func identity(_ cable: inout Cable) {
        cable.classification = one(Classification.allCases)
        if cable.classification == .unclassified {
            cable.isClear = chance(10)
            cable.isTransmissionOnly = !cable.isClear && chance(10)
        }
        if chance(90) { cable.mrn = "\(one(["CAPITAL", "PORT TROPIC", "NORTHLAND"])) 00\(1_000 + below(9_000))" }
        if cable.mrn != nil, chance(10) { cable.trip = "TOSEC 04\(digits(4))" }
        if chance(15) {
            let of = 2 + below(12)
            cable.section = Cable.Section(number: 1 + below(of), of: of)
        }
    }

    private mutating func block(_ cable: inout Cable) {
        cable.captions = some(
            [
                "SIPDIS", "NODIS", "EXDIS", "SENSITIVE", "NOFORN", "ROGER CHANNEL", "REL ELBONIA", "REL TO ABC, DEF",
                "OFFICIAL INFORMAL", "TANGO NINER", "INFORM ALL STATE EMPLOYEES", "EYES ONLY",
            ], most: 4)
        cable.releasability = cable.captions.filter { $0 == "NOFORN" || $0.hasPrefix("REL") }
        if chance(15) { cable.exercise = one(["EXERCISE", "NORTHERN LIGHT"]) }
        cable.slugs = some(
            [
                "ISN", "EAP/CM", "OPS CENTER", "S/ES-O", "POL/MIL", "T", "ALL CABLE DRAFTERS", "WHA/BSC", "INR",
                "PM/RSAT",
                "OES/PCI", "EUR/RPM", "SCA/PB", "DRL/MLGA", "H", "L/UNA",
            ], most: chance(10) ? 16 : 3)
        cable.attention = some(["MAJOR EXAMPLE", "A. NOBODY"], most: 1)
        cable.pass = some(["RIVER STATION", "CAIRO NIACT IMMEDIATE", "USTR FOR NOBODY"], most: 1)
    }

    private mutating func fields(_ cable: inout Cable) {
        if chance(80) {
            cable.executiveOrder = one(["E.O. 12958: N/A", "E.O. 12958: DECL: 08/12/2018", "E.O. 11652: GDS"])
        }
        cable.tags = some(["PREL", "EAID", "SENV", "AMGT", "EL", "OVIP (EXAMPLE, ANN)", "KPAO", "UNSC"], most: 5)
        if chance(95) { cable.subject = words(2 + below(24)) }
        switch below(4) {
        case 0: cable.references = (0..<(1 + below(5))).map { reference(letter: $0) }
        case 1: cable.references = (0..<(1 + below(3))).map { _ in numberedReference() }
        default: break
        }
        if chance(40) {
            let by = "A. Nobody, Acting Head, for reasons 1.4 (b) and (d)"
            cable.classifiedBy = profile == .acp127 ? by.uppercased() : by
        }
    }

    private mutating func reference(letter index: Int) -> Cable.Reference {
        var reference = numberedReference()
        if chance(30) {
            reference = Cable.Reference(letter: nil, text: "NOBODY-EXAMPLE E-MAIL OF JUNE 3, WITH THE LIST", mrn: nil)
        }
        reference.letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index)))
        return reference
    }

    private mutating func numberedReference() -> Cable.Reference {
        let year = chance(40) ? "07 " : ""
        let mrn = "\(year)\(one(["STATE", "PORT TROPIC", "ELBONIA"])) 00\(digits(4))"
        return Cable.Reference(letter: nil, text: chance(30) ? "\(mrn) (NOTAL)" : mrn, mrn: mrn)
    }

    // MARK: Text

    private static let nouns = [
        "BRIDGE", "MILL", "CONVOY", "TENTS", "LAMPS", "THE", "AND", "OF", "RIVER", "DAWN", "PUMPS", "ROAD", "STANDS",
        "NORTH",
        "A", "COUNT", "FLOOD", "WATER", "THREE", "12", "2008", "X-RAY", "STONE", "WELL", "COOK", "GATE",
    ]

    private mutating func words(_ count: Int) -> String {
        "THE " + (0..<count).map { _ in one(Self.nouns) }.joined(separator: " ")
    }

    private mutating func sentence() -> String {
        let text = words(3 + below(14)) + "."
        return profile != .acp127 && chance(30) ? text.lowercased() + " \u{201C}So it is,\u{201D} they say." : text
    }

    private mutating func text(_ cable: inout Cable, paragraphs: Int) -> [String] {
        var lines: [String] = []
        var number = cable.section.map { $0.number * 3 } ?? 1
        let request = below(paragraphs + 2)
        for index in 0..<paragraphs {
            let marking: String? = chance(80) ? one(["U", "C", "S//REL ELBONIA", "SBU", "C//NF"]) : nil
            cable.paragraphs.append(Cable.Paragraph(number: number, marking: marking))
            var text = "\(number). \(marking.map { "(\($0)) " } ?? "")\(sentence())"
            for _ in 0..<below(6) { text += " \(sentence())" }
            if index == request { text += " \(instructions(&cable))" }
            for _ in 0..<below(3) { text += " \(sentence())" }
            lines += LineWrap(columns: PageLayout.columns, mayBegin: { !CableFormatter.isMisread($0) }).lines(text)
            if index < paragraphs - 1 { lines.append("") }
            number += chance(90) ? 1 : 2
        }
        if chance(70) {
            cable.signature = one(["DRAFTER", "EXAMPLE-SMITH", "VAN DER NOBODY", "O'SAMPLE"])
            if profile == .acp127, cable.signature == "O'SAMPLE" { cable.signature = "SAMPLE" }
            lines.append(cable.signature ?? "")
        }
        return lines
    }

    private mutating func instructions(_ cable: inout Cable) -> String {
        let office = one(["ISN", "EAP/CM", "OES/PCI"])
        cable.replyInstructions.slugs = [office]
        cable.replyInstructions.slugText = "PLEASE SLUG REPLIES FOR \(office)."
        cable.replyInstructions.captions = ["SIPDIS"]
        cable.replyInstructions.captionText = "ALL REPLIES SHOULD CARRY THE SIPDIS CAPTION."
        cable.replyInstructions.due = ReplyInstructions.Due(
            count: 7, unit: .businessDays, date: nil, anchor: .receipt,
            text: "WITHIN SEVEN (7) BUSINESS DAYS OF RECEIPT", anchorIsWritten: true)
        return "PLEASE SLUG REPLIES FOR \(office). ALL REPLIES SHOULD CARRY THE SIPDIS CAPTION. PLEASE ANSWER WITHIN "
            + "SEVEN (7) BUSINESS DAYS OF RECEIPT OF THIS CABLE."
    }
}
