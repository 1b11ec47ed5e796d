/// Format lines 1 to 4 as they are written.
struct TransmissionHeading {
    let lines: [String]

    init(_ formatter: CableFormatter, _ serial: SerialNumber) throws(FormatFault) {
        guard let transport = formatter.cable.transport else {
            lines = []
            return
        }
        var lines: [String] = []
        for pilot in transport.pilots {
            lines += pilot.channels
            lines += Self.routing(pilot.precedence, pilot.routing, first: nil)
            if !pilot.signals.isEmpty { lines.append(pilot.signals.joined(separator: " ")) }
        }
        lines += transport.channels
        if formatter.profile == .janap128 {
            lines += try Self.longHeader(formatter, transport, serial)
        } else {
            lines += Self.routing(transport.precedence, transport.routing, first: nil)
            if let origin = Self.origin(transport, serial, formatter.profile) {
                lines.append(
                    ([origin] + transport.signals.prefix { !OperatingSignal.begins($0) }).joined(separator: " "))
            }
        }
        // What stood behind the origin and is no signal stays there.
        let behindOrigin = transport.signals.prefix { !OperatingSignal.begins($0) }
        let security = [transport.security ?? ""] + transport.signals.dropFirst(behindOrigin.count)
        let line = security.filter { !$0.isEmpty }.joined(separator: " ")
        if !line.isEmpty {
            // A line that goes on begins with a signal, or it would not be known for one.
            let wrap = LineWrap(columns: PageLayout.columns) { line in
                line.split(separator: " ").first.map { OperatingSignal.begins(String($0)) } ?? true
            }
            lines += wrap.lines(line)
        }
        self.lines = lines
    }

    private static func routing(_ precedence: Precedence?, _ indicators: [String], first: String?) -> [String] {
        guard first != nil || precedence != nil, !indicators.isEmpty else { return first.map { [$0] } ?? [] }
        let doubled = precedence.map { String(repeating: String(UnicodeScalar($0.prosign)), count: 2) } ?? ""
        let text = indicators.joined(separator: " ")
        return LineWrap(columns: PageLayout.columns).lines(text, first: first ?? "\(doubled) ")
    }

    private static func origin(
        _ transport: Cable.Transport, _ serial: SerialNumber, _ profile: CableProfile
    ) -> String? {
        guard let indicator = transport.indicator else { return nil }
        var line = "DE \(indicator)"
        if let text = serial.text {
            line += transport.serialIsMarked && !profile.isTeleprinter ? " #\(text)" : " \(text)"
            if let suffix = serial.suffix ?? transport.sectionSuffix { line += "/\(suffix)" }
        }
        if let filing = transport.filingTime { line += " \(filing)" }
        return line
    }

    /// `RTTUZYUW RUEOMFA1234 2141200-UUUU--RUEDNAC RUEDXYZ.`
    private static func longHeader(
        _ formatter: CableFormatter, _ transport: Cable.Transport, _ serial: SerialNumber
    ) throws(FormatFault) -> [String] {
        guard let indicator = transport.indicator, let number = serial.text, number.count == 4,
            let filing = transport.filingTime, filing.count == 7, !transport.routing.isEmpty
        else {
            throw FormatFault(
                message:
                    "a JANAP 128 header needs a station, a serial number of four digits, a filing time and routing",
                advice:
                    "write transport with indicator, serial, filingTime (JJJHHMM) and routing, or use another profile")
        }
        let precedence = transport.precedence ?? formatter.cable.precedence ?? .routine
        let letter = transport.headerLetter ?? SecurityLetters.letter(formatter.cable.classification ?? .topSecret)
        let security = String(UnicodeScalar(letter))
        let media = transport.languageMedia ?? "TT"
        let content = transport.contentIndicator ?? "ZYUW"
        let header =
            "\(String(UnicodeScalar(precedence.prosign)))\(media)\(security)\(content) \(indicator)\(number) "
            + "\(filing)-\(String(repeating: security, count: 4))--"
        let routing = transport.routing.joined(separator: " ") + "."
        return LineWrap(columns: PageLayout.columns).lines(routing, first: header)
    }
}

/// Format lines 5 to 11 as they are written.
struct AddressHeading {
    let lines: [String]

    init(_ formatter: CableFormatter) throws(FormatFault) {
        let cable = formatter.cable
        var lines = [
            try Self.precedenceLine(cable.precedence, cable.infoPrecedence, cable.dateTimeGroup, cable.signals)
        ]
        guard let from = cable.from else {
            throw FormatFault(message: "the cable has no originator", advice: "write from, the originator's post")
        }
        guard !cable.to.isEmpty || !cable.info.isEmpty else {
            throw FormatFault(message: "the cable has no addressee", advice: "write to, a list of posts")
        }
        lines += Self.block(formatter, from, cable.to, cable.info, cable.exempt)
        if let original = cable.original, let from = original.from {
            lines.append(
                try Self.precedenceLine(original.precedence, original.infoPrecedence, original.dateTimeGroup, []))
            lines += Self.block(formatter, from, original.to, original.info, [])
        }
        if let accounting = cable.accounting { lines.append(formatter.plain(accounting)) }
        lines.append(formatter.profile == .archive ? "" : "BT")
        self.lines = lines
    }

    private static func precedenceLine(
        _ action: Precedence?, _ info: Precedence?, _ time: DateTimeGroup?, _ signals: [String]
    ) throws(FormatFault) -> String {
        guard let action, let time else {
            throw FormatFault(
                message: "the cable has no precedence or no date-time group",
                advice: "write precedence, and dtg or let it be made")
        }
        var words = [String(UnicodeScalar(action.prosign))]
        if let info { words.append(String(UnicodeScalar(info.prosign))) }
        return (words + [time.text] + signals).joined(separator: " ")
    }

    private static func block(
        _ formatter: CableFormatter, _ from: String, _ to: [Cable.Addressee], _ info: [Cable.Addressee],
        _ exempt: [Cable.Addressee]
    ) -> [String] {
        var lines = wrapped(formatter, formatter.plain(from), first: "FM ")
        for (word, group) in [("TO ", to), ("INFO ", info), ("XMT ", exempt)] {
            for (index, addressee) in group.enumerated() {
                let text = formatter.plain(Self.text(addressee))
                lines += wrapped(formatter, text, first: index == 0 || mustBeNamed(text) ? word : "")
            }
        }
        return lines
    }

    private static func text(_ addressee: Cable.Addressee) -> String {
        var text = addressee.indicator.map { "\($0)/" } ?? ""
        if addressee.deliveredByOtherMeans { text += "ZEN/" }
        text += addressee.post
        if let own = addressee.ownPrecedence { text += " \(addressee.niact ? "NIACT " : "")\(own.word)" }
        if let sequence = addressee.sequence { text += " \(sequence)" }
        return text
    }

    /// Greedy, as the parser takes for granted: an indented word that would have fitted above is a new addressee.
    private static func wrapped(_ formatter: CableFormatter, _ text: String, first: String) -> [String] {
        guard formatter.profile.isTransmitted else { return [first + text] }
        return LineWrap(columns: PageLayout.columns, indent: "  ").lines(text, first: first)
    }

    /// Whether a line that begins with this name would be read as something else.
    private static func mustBeNamed(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { buffer in
            guard let octets = CableOctets(UnsafeRawBufferPointer(buffer)) else { return false }
            let range = octets.range
            return AddressLines.keyword(octets, range) != nil || HeaderField.begins(octets, range) != nil
                || ClassificationLine.classification(octets, range) != nil || PageLine.stands(octets, range)
                || octets.begins(range, "GR") || octets.begins(range, "AC") || octets.equals(range, "COLLECTIVE")
                || octets[0].isDigit
        }
    }
}

/// The first lines of the text: classification, captions, E.O. to Classified By.
struct TextHeading {
    let lines: [String]

    init(_ formatter: CableFormatter, _ section: Cable.Section?) throws(FormatFault) {
        let cable = formatter.cable
        var lines = Self.classificationLines(formatter, section)
        let block = Self.captionLines(formatter)
        lines.append("")
        if !block.isEmpty { lines += block + [""] }
        var fields: [String] = []
        if let order = cable.executiveOrder { fields += formatter.wrapped(order, first: "") }
        if !cable.tags.isEmpty { fields += formatter.wrapped(cable.tags.joined(separator: " "), first: "TAGS: ") }
        if let subject = cable.subject { fields += formatter.wrapped(subject, first: "SUBJECT: ") }
        if !fields.isEmpty { lines += fields + [""] }
        let references = Self.referenceLines(formatter)
        if !references.isEmpty { lines += references + [""] }
        if let by = cable.classifiedBy {
            let word = formatter.profile.isTeleprinter ? "CLASSIFIED BY: " : "Classified By: "
            lines += formatter.wrapped(by, first: word) + [""]
        }
        self.lines = lines
    }

    /// `UNCLAS SECTION 01 OF 02 STATE 097955`; what does not fit goes below.
    private static func classificationLines(_ formatter: CableFormatter, _ section: Cable.Section?) -> [String] {
        let cable = formatter.cable
        guard let classification = cable.classification else { return [] }
        var first = ClassificationWord(cable, classification).text
        if let section { first += " " + mark(section, formatter.profile) }
        let number = [cable.mrn, cable.trip].compactMap { $0 }.map(formatter.plain).joined(separator: " ")
        guard !number.isEmpty else { return [first] }
        guard formatter.profile.isTransmitted, first.count + 1 + number.count > PageLayout.columns else {
            return ["\(first) \(number)"]
        }
        return [first, number]
    }

    private static func mark(_ section: Cable.Section, _ profile: CableProfile) -> String {
        switch profile {
        case .acp127, .janap128:
            section.number == section.of
                ? "FINAL SECTION OF \(section.of)" : "SECTION \(section.number) OF \(section.of)"
        case .state, .archive: "SECTION \(two(section.number)) OF \(two(section.of))"
        }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    private static func captionLines(_ formatter: CableFormatter) -> [String] {
        let cable = formatter.cable
        var lines = cable.captions.map(formatter.plain)
        if let exercise = cable.exercise {
            lines.append(exercise == "EXERCISE" ? exercise : "EXERCISE \(formatter.plain(exercise))")
        }
        lines += officeLines(cable.slugs.map(formatter.plain), isWrapped: formatter.profile.isTransmitted)
        lines += cable.attention.map { "ATTN \(formatter.plain($0))" }
        lines += cable.pass.map { "PASS \(formatter.plain($0))" }
        return lines
    }

    /// FOR lines, as many as it takes: an office is not cut.
    private static func officeLines(_ offices: [String], isWrapped: Bool) -> [String] {
        var lines: [String] = []
        for office in offices {
            if let last = lines.last, !isWrapped || last.count + 2 + office.count <= PageLayout.columns {
                lines[lines.count - 1] += ", \(office)"
            } else {
                lines.append("FOR \(office)")
            }
        }
        return lines
    }

    private static func referenceLines(_ formatter: CableFormatter) -> [String] {
        var lines: [String] = []
        let references = formatter.cable.references
        guard references.contains(where: { $0.letter != nil }) else {
            let text = references.map(\.text).joined(separator: ", ")
            return text.isEmpty ? [] : formatter.wrapped(text, first: "REF: ")
        }
        for reference in references {
            let letter = reference.letter.map { "\($0). " } ?? ""
            let first = (lines.isEmpty ? "REF: " : "     ") + letter
            lines += formatter.wrapped(reference.text, first: first, indent: "        ")
        }
        return lines
    }
}
