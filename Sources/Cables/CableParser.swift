/// Reads a cable out of octets: tolerant of what an archive or a tired operator does, strict about what routing needs.
///
/// One pass over the lines; only header lines become text, so the memory needed does not grow with the body.
package struct CableParser {
    /// Paragraphs and diagnostics kept at most.
    private static let paragraphsMax = 4_096
    private static let diagnosticsMax = 256
    /// Lines of one SUBJECT, REF or Classified By at most.
    private static let fieldLinesMax = 64

    private enum Region { case preamble, addresses, captions, header, body, ended }
    private enum Field { case none, tags, subject, references, classifiedBy }

    private var lines: CableLines
    private let receiptYear: Int
    private var cable = Cable()
    private var diagnostics: [Diagnostic] = []
    private var layout = CaptionLayout()
    private var region = Region.preamble
    private var field = Field.none
    private var fieldText: [String] = []
    private var addresses = AddressLines()
    private var captions = CaptionBlock()
    private var doubled: Precedence?
    private var hasPrecedenceLine = false
    private var startLine = 0
    private var textStart: Int?
    private var lastTextLine: CableLine?
    private var sawEnd = false

    private init(_ octets: UnsafeRawBufferPointer, receiptYear: Int) {
        lines = CableLines(octets)
        self.receiptYear = receiptYear
    }

    package static func parse(_ octets: [UInt8], receiptYear: Int) -> CableReading {
        octets.withUnsafeBytes { parse($0, receiptYear: receiptYear) }
    }

    /// - Parameter receiptYear: two-digit years are taken nearest to it.
    package static func parse(_ octets: UnsafeRawBufferPointer, receiptYear: Int) -> CableReading {
        var parser = CableParser(octets, receiptYear: receiptYear)
        return parser.run()
    }

    private mutating func run() -> CableReading {
        while let line = lines.next() {
            take(line)
            if region == .ended { break }
        }
        endField()
        finish()
        var reading = CableReading(cable: cable, diagnostics: diagnostics, layout: layout, gate: cable.classification)
        if let transport = TransportLines.classification(cable.transport?.security), let text = cable.classification {
            reading.gate = max(transport, text)
        }
        return reading
    }

    private mutating func say(_ line: Int, _ severity: Diagnostic.Severity, _ code: String, _ message: String) {
        guard diagnostics.count < Self.diagnosticsMax else { return }
        diagnostics.append(Diagnostic(line: line, severity: severity, code: code, message: message))
    }

    private mutating func take(_ line: CableLine) {
        switch region {
        case .preamble: preamble(line)
        case .addresses: address(line)
        case .captions: caption(line)
        case .header: header(line)
        case .body: body(line)
        case .ended: return
        }
    }

    // MARK: Format lines 1 to 5

    private mutating func preamble(_ line: CableLine) {
        guard !line.isBlank else { return }
        let text = lines.text(line)
        if TransportLines.read(text, into: &cable.transport, &doubled) { return }
        if precedenceLine(text, line) {
            region = .addresses
            startLine = line.number
            return
        }
        if lines.begins(line, "FM ") || lines.begins(line, "TO ") || lines.begins(line, "INFO ") {
            region = .addresses
            startLine = line.number
            address(line)
        }
    }

    /// Format line 5: `P R 161402Z JUL 08`, with what operating signals follow.
    private mutating func precedenceLine(_ text: String, _ line: CableLine) -> Bool {
        var words = text.words
        var prosigns: [String] = []
        while let first = words.first, first.utf8.count <= 2, prosigns.count < 2, words.count > 1,
            first.utf8.allSatisfy({ (0x41...0x5A).contains($0) })
        {
            prosigns.append(first)
            words.removeFirst()
        }
        guard let first = words.first, first.utf8.count >= 6,
            first.utf8.prefix(6).allSatisfy({ (0x30...0x39).contains($0) }),
            first.utf8.count <= 7, !prosigns.isEmpty || first.utf8.count == 7
        else { return false }
        do throws(DateTimeGroup.Fault) {
            cable.dateTimeGroup = try DateTimeGroup.read(words, receiptYear: receiptYear).group
        } catch {
            switch error {
            case .notADateTimeGroup: return false
            case .impossible(let why):
                say(line.number, .error, "IMPOSSIBLE_TIME", "\(why): write day, hour and minute as DDHHMMZ MON YY")
            }
        }
        hasPrecedenceLine = true
        readPrecedence(prosigns, line)
        return true
    }

    private mutating func readPrecedence(_ prosigns: [String], _ line: CableLine) {
        let read = prosigns.map { word -> Precedence? in
            let letters = Array(word.utf8)
            guard letters.count == 1 || letters[0] == letters[1] else { return nil }
            return Precedence(prosign: letters[0])
        }
        if let bad = read.firstIndex(where: { $0 == nil }) {
            say(
                line.number, .error, "UNKNOWN_PRECEDENCE",
                "\(prosigns[bad]) is no precedence: write Z, O, P or R before the date-time group")
            return
        }
        cable.precedence = read.first ?? doubled
        cable.infoPrecedence = read.count > 1 ? read[1] : nil
    }

    // MARK: Format lines 6 to 11

    private mutating func address(_ line: CableLine) {
        guard !line.isBlank else { return }
        if lines.equals(line, "BT") {
            region = .captions
            layout.afterClassification = line.next
            layout.afterCaptions = line.next
            layout.afterBlock = line.next
            return
        }
        let text = lines.text(line)
        if let first = ClassificationLine(text) { return classification(first, line) }
        if startsHeader(line) {
            region = .captions
            layout.afterClassification = line.start
            layout.afterCaptions = line.start
            layout.afterBlock = line.start
            return caption(line)
        }
        if !hasPrecedenceLine, precedenceLine(text, line) { return }
        addresses.take(text)
    }

    private mutating func classification(_ first: ClassificationLine, _ line: CableLine) {
        region = .captions
        cable.classification = first.classification
        cable.section = first.section
        cable.mrn = first.mrn
        layout.afterClassification = line.next
        layout.afterCaptions = line.next
        layout.afterBlock = line.next
        layout.usesCarriageReturn = line.next >= 2 && line.end < line.next && lines.octets[line.end] == 0x0D
        // `TOSEC 040123` behind the MRN is a second number, no caption.
        var rest = first.rest.words
        if rest.count >= 2, ["TOSEC", "SECTO", "TODEP"].contains(rest[0]) { rest.removeFirst(2) }
        captions.take(rest.joined(separator: " "))
    }

    // MARK: Captions

    private mutating func caption(_ line: CableLine) {
        guard !line.isBlank else { return }
        if startsHeader(line) || startsParagraph(line) != nil {
            region = .header
            textStart = textStart ?? line.start
            return header(line)
        }
        if lines.equals(line, "BT") { return end(line) }
        let text = lines.text(line)
        if AddressLines.isPageLine(text) { return }
        if cable.classification == nil, let first = ClassificationLine(text) { return classification(first, line) }
        // Captions are capital letters and short; anything else is the text.
        guard text.utf8.count <= 69, text == text.uppercased() else {
            region = .body
            textStart = textStart ?? line.start
            return body(line)
        }
        var words = text.words
        if let section = ClassificationLine.section(&words) {
            cable.section = cable.section ?? section
            if cable.mrn == nil { cable.mrn = ClassificationLine.mrn(&words) }
            if words.isEmpty { return }
        }
        let before = captions.captions.count
        captions.take(words.joined(separator: " "))
        if captions.captions.count > before { layout.afterCaptions = line.next }
        layout.afterBlock = line.next
    }

    /// E.O., TAGS, SUBJECT, REF or Classified By: the caption block is over.
    private func startsHeader(_ line: CableLine) -> Bool {
        guard !line.isBlank else { return false }
        switch lines.octets[line.start] | 0x20 {
        case UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "c"):
            return headerField(lines.text(line)) != nil
        default: return false
        }
    }

    private enum HeaderField { case order, tags, subject, references, classifiedBy }

    private func headerField(_ text: String) -> (HeaderField, String)? {
        let upper = text.prefix(40).uppercased()
        if upper.hasPrefix("E.O.") || upper.hasPrefix("EO 1") || upper.hasPrefix("E. O.") { return (.order, text) }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let after = String(text[text.index(after: colon)...])
        switch text[..<colon].uppercased().collapsed {
        case "TAGS", "TAGE", "TAG", "TAS", "TGS": return (.tags, after)
        case "SUBJECT", "SUBJ": return (.subject, after)
        case "REF", "REFS", "REFTEL", "REFTELS", "RETELS", "REFERENCE", "REFERENCES": return (.references, after)
        case "CLASSIFIED BY", "DERIVED FROM", "CLASSIFIED": return (.classifiedBy, after)
        default: return nil
        }
    }

    // MARK: E.O. to Classified By

    private mutating func header(_ line: CableLine) {
        if line.isBlank {
            endField()
            return
        }
        if startsParagraph(line) != nil {
            endField()
            region = .body
            return body(line)
        }
        if lines.equals(line, "BT") { return end(line) }
        let text = lines.text(line)
        if AddressLines.isPageLine(text) { return }
        if let (found, after) = headerField(text) {
            endField()
            switch found {
            case .order: cable.executiveOrder = cable.executiveOrder ?? text.collapsed
            case .tags: begin(.tags, after)
            case .subject: begin(.subject, after)
            case .references: begin(.references, after)
            case .classifiedBy: begin(.classifiedBy, after)
            }
            return
        }
        if field != .none, fieldText.count < Self.fieldLinesMax {
            fieldText.append(text)
            return
        }
        region = .body
        body(line)
    }

    private mutating func begin(_ next: Field, _ text: String) {
        field = next
        fieldText = [text]
    }

    private mutating func endField() {
        let text = fieldText.joined(separator: " ").collapsed
        switch field {
        case .none: break
        case .tags: cable.tags = TagsLine.read(text)
        case .subject: if cable.subject == nil, !text.isEmpty { cable.subject = text }
        case .references: if cable.references.isEmpty { cable.references = ReferenceLines.read(text) }
        case .classifiedBy: if cable.classifiedBy == nil, !text.isEmpty { cable.classifiedBy = text }
        }
        field = .none
        fieldText = []
    }

    // MARK: The text

    private mutating func body(_ line: CableLine) {
        guard !line.isBlank else { return }
        switch lines.octets[line.start] {
        case UInt8(ascii: "B") where lines.equals(line, "BT"): return end(line)
        case UInt8(ascii: "N") where lines.begins(line, "NNNN") || lines.equals(line, "NNN"): return end(line)
        case UInt8(ascii: "V"), UInt8(ascii: "Z"):
            if lines.begins(line, "VZCZC") || lines.begins(line, "ZCZC") { return runTogether(line) }
        case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x20, 0x09:
            if let number = startsParagraph(line) { paragraph(number, line) }
        case UInt8(ascii: "<") where lines.begins(line, "<< END OF"): return
        case UInt8(ascii: "#"): return
        default: break
        }
        if sawEnd {
            // Behind the end only noise may stand; another heading is another cable.
            if line.end - line.start <= 69, startsAnother(lines.text(line)) { runTogether(line) }
            return
        }
        lastTextLine = line
    }

    private mutating func end(_ line: CableLine) {
        endField()
        sawEnd = true
        region = .body
    }

    private func startsAnother(_ text: String) -> Bool {
        var transport: Cable.Transport?
        var precedence: Precedence?
        if text.hasPrefix("FM ") { return true }
        return TransportLines.read(text, into: &transport, &precedence)
    }

    private mutating func runTogether(_ line: CableLine) {
        say(
            line.number, .error, "TWO_RUN_TOGETHER",
            "a second message begins here: split the file before line \(line.number) and send both")
        region = .ended
    }

    /// `12. (C//REL X)` at the start of a line: its number.
    private func startsParagraph(_ line: CableLine) -> Int? {
        var place = line.start
        while place < line.end, lines.octets[place] == 0x20, place - line.start < 4 { place += 1 }
        var number = 0
        var digits = 0
        while place < line.end, case let octet = lines.octets[place], (0x30...0x39).contains(octet), digits < 4 {
            number = number * 10 + Int(octet - 0x30)
            digits += 1
            place += 1
        }
        guard (1...3).contains(digits), number > 0, place < line.end, lines.octets[place] == UInt8(ascii: ".") else {
            return nil
        }
        guard place + 1 == line.end || lines.octets[place + 1] == 0x20 || lines.octets[place + 1] == 0x28 else {
            return nil
        }
        guard let last = cable.paragraphs.last?.number else { return number }
        return number > last && number - last <= 20 ? number : nil
    }

    private mutating func paragraph(_ number: Int, _ line: CableLine) {
        guard cable.paragraphs.count < Self.paragraphsMax, !sawEnd else { return }
        let text = lines.text(line.start..<min(line.end, line.start + 80))
        let after = text.drop { $0 != "." }.dropFirst().drop { $0 == " " }
        var marking: String?
        if after.first == "(", let close = after.firstIndex(of: ")") {
            let inside = String(after[after.index(after: after.startIndex)..<close]).collapsed
            if Self.isMarking(inside) { marking = inside }
        }
        cable.paragraphs.append(Cable.Paragraph(number: number, marking: marking))
    }

    private static func isMarking(_ text: String) -> Bool {
        let head = text.prefix { $0 != "/" && $0 != " " }
        return ["U", "C", "S", "TS", "SBU", "R", "LOU", "FOUO", "UNCLAS", "NF"].contains(String(head).uppercased())
    }

    // MARK: The whole

    private mutating func finish() {
        addresses.settle(action: cable.precedence ?? doubled, info: cable.infoPrecedence)
        cable.from = addresses.from
        cable.to = addresses.to
        cable.info = addresses.info
        cable.exempt = addresses.exempt
        cable.captions = captions.captions
        cable.releasability = captions.releasability
        cable.slugs = captions.slugs
        cable.attention = captions.attention
        cable.pass = captions.pass
        cable.exercise = captions.exercise
        readSignature()
        readInstructions()
        complain()
    }

    private mutating func readSignature() {
        guard let line = lastTextLine, line.end - line.start <= 40 else { return }
        let text = lines.text(line)
        let letters = text.unicodeScalars.allSatisfy {
            ("A"..."Z").contains($0) || $0 == "-" || $0 == "'" || $0.value == 0x2019 || $0.value > 0xBF
        }
        if letters, text.utf8.count >= 2, text.contains(where: \.isLetter) { cable.signature = text }
    }

    private mutating func readInstructions() {
        guard let start = textStart ?? (layout.afterBlock > 0 ? layout.afterBlock : nil), start < lines.octets.count
        else {
            return
        }
        let text = UnsafeRawBufferPointer(rebasing: lines.octets[start...])
        let year = cable.dateTimeGroup?.unixSeconds.map { DateTimeGroup.civil(fromDays: Int64($0 / 86_400)) }
        cable.replyInstructions = ReplyInstructionReader.read(
            text, written: year ?? (receiptYear, 1, 1), receiptYear: receiptYear)
    }

    private mutating func complain() {
        let octets = lines.octets
        guard octets.contains(where: { $0 > 0x20 }) else {
            return say(0, .error, "EMPTY", "there is nothing to read: write a cable")
        }
        let known = hasPrecedenceLine || cable.from != nil || !cable.to.isEmpty || !cable.info.isEmpty
        guard known else {
            return say(
                1, .error, "NOT_A_CABLE",
                "this is no cable: it needs a line of precedence and date-time group, FM and TO lines")
        }
        if !hasPrecedenceLine, doubled == nil {
            say(
                startLine, .error, "NO_PRECEDENCE_LINE",
                "no line of precedence and date-time group: write for example O 031506Z JUL 08 before FM")
        } else if cable.precedence == nil, refusalCode != "UNKNOWN_PRECEDENCE" {
            cable.precedence = doubled
            if doubled == nil {
                say(
                    startLine, .error, "UNKNOWN_PRECEDENCE",
                    "no precedence: write Z, O, P or R before the date-time group")
            }
        }
        if cable.from == nil {
            say(startLine, .error, "NO_ORIGINATOR", "no FM line: write FM and the originator's post")
        }
        if cable.to.isEmpty, cable.info.isEmpty {
            say(startLine, .error, "NO_ADDRESSEE", "no TO or INFO line: write TO and the addressee's post")
        }
        if addresses.isOverfull {
            say(startLine, .error, "TOO_MANY_ADDRESSEES", "more than 4096 addressee lines: use a collective")
        }
        warn()
    }

    private var refusalCode: String? { diagnostics.first { $0.severity == .error }?.code }

    private mutating func warn() {
        if cable.classification == nil {
            say(
                startLine, .warning, "NO_CLASSIFICATION",
                "no classification line: the cable is held as TOP SECRET; write UNCLAS or the classification first in the text"
            )
        }
        if let text = cable.classification, let transport = TransportLines.classification(cable.transport?.security),
            text != transport
        {
            let stricter = max(text, transport)
            say(
                startLine, .warning, "CLASSIFICATION_MISMATCH",
                "the transport line says \(transport.word), the text \(text.word): \(stricter.word) holds")
        }
        if cable.captions.contains("SIPDIS"),
            let strict = cable.captions.first(where: { $0 == "NODIS" || $0 == "EXDIS" })
        {
            say(
                startLine, .warning, "CAPTION_CONFLICT",
                "\(strict) wins over SIPDIS: the cable gets no SIPDIS distribution; leave one of them out")
        }
    }
}
