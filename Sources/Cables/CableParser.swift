/// How much of a cable is looked at.
package enum ParseDepth: Sendable {
    /// What routing, gates, lists and links to other cables need: everything before the text, and whether a second
    /// cable follows. Paragraphs, signature and reply instructions are left out.
    case routing
    case whole
}

/// Reads a cable out of octets: tolerant of what an archive or a tired operator does, strict about what routing needs.
///
/// One pass over the lines; only what is kept of the heading becomes text, so the memory needed does not grow with the
/// text of the cable.
package struct CableParser: ~Copyable {
    /// The parts of a cable, in their order.
    enum Region { case preamble, addresses, captions, header, text, behind }

    /// Diagnostics of one cable at most.
    private static let diagnosticsMax = 256

    let octets: CableOctets
    let receiptYear: Int
    let depth: ParseDepth
    let conventions: CableConventions
    var lines: CableLines
    var cable = Cable()
    var diagnostics: [Diagnostic] = []
    var layout = CaptionLayout()
    var region = Region.preamble
    var transmission: TransmissionLines
    var addresses: AddressLines
    var captions: CaptionBlock
    var hasPrecedenceLine = false
    var isReaddressed = false
    /// A format line 5 that was seen ahead.
    var foreseenLine = 0
    /// The line of format line 5, or the first address line.
    var startLine = 1
    var classificationLine = 0
    var sectionSuffixLine = 0
    /// The field of the header that goes on, the octets it spans, and those of a page line inside.
    var field: HeaderField?
    var fieldRange = 0..<0
    var fieldHole: Range<Int>?
    var fieldLines = 0
    /// Whether a header field or a numbered paragraph has been read: then the header does not begin any more.
    var sawHeaderField = false
    var sawParagraph = false
    var looseTextLines = 0
    /// From the first line of the text to the last before its end.
    var textStart: Int?
    var textEnd = 0
    var lastTextLine: CableLine?
    var sawEnd = false
    var behindLine = 0
    var isOver = false

    private init(_ octets: CableOctets, receiptYear: Int, depth: ParseDepth, conventions: CableConventions) {
        self.conventions = conventions
        self.octets = octets
        self.receiptYear = receiptYear
        self.depth = depth
        lines = CableLines(octets)
        transmission = TransmissionLines(octets)
        addresses = AddressLines(octets)
        captions = CaptionBlock(octets)
    }

    /// - Parameters:
    ///   - receiptYear: two-digit years are taken nearest to it.
    ///   - depth: what to look at.
    ///   - conventions: of the network.
    package static func parse(
        _ octets: [UInt8], receiptYear: Int, depth: ParseDepth = .whole, conventions: CableConventions = .standard
    ) -> CableReading {
        octets.withUnsafeBytes { parse($0, receiptYear: receiptYear, depth: depth, conventions: conventions) }
    }

    /// As above, without a copy: the octets are not kept.
    package static func parse(
        _ octets: UnsafeRawBufferPointer, receiptYear: Int, depth: ParseDepth = .whole,
        conventions: CableConventions = .standard
    ) -> CableReading {
        guard let view = CableOctets(octets) else {
            let message = "\(DiagnosticCode.empty.meaning) \(DiagnosticCode.empty.advice)"
            return CableReading(
                cable: Cable(), diagnostics: [Diagnostic(line: 0, kind: .empty, message: message)], gate: nil)
        }
        var parser = CableParser(view, receiptYear: receiptYear, depth: depth, conventions: conventions)
        return parser.run()
    }

    private mutating func run() -> CableReading {
        while !isOver, let line = lines.next() { take(line) }
        endField()
        finish()
        // The cable changes hands without a copy: its many lists and texts would each be counted once more.
        var reading = CableReading(cable: Cable(), diagnostics: diagnostics, layout: layout, gate: cable.classification)
        swap(&reading.cable, &cable)
        reading.octetCount = octets.count
        if let transport = SecurityLetters.classification(reading.cable.transport), let text = reading.gate {
            reading.gate = max(transport, text)
        }
        if depth == .whole, let textStart, textEnd > textStart { reading.text = textStart..<textEnd }
        return reading
    }

    private mutating func take(_ line: CableLine) {
        switch region {
        case .preamble: preamble(line)
        case .addresses: address(line)
        case .captions: caption(line)
        case .header: header(line)
        case .text: text(line)
        case .behind: behind(line)
        }
    }

    /// Adds a diagnostic: what is wrong here, else what the code means in general; then what to do.
    mutating func say(_ line: Int, _ kind: DiagnosticCode, _ message: String? = nil) {
        guard diagnostics.count < Self.diagnosticsMax else { return }
        let said = message ?? "\(kind.meaning) \(kind.advice)"
        diagnostics.append(Diagnostic(line: line, kind: kind, message: said))
    }

    // MARK: Format lines 1 to 5

    private mutating func preamble(_ line: CableLine) {
        guard let line = visible(line) else { return }
        if readPrecedenceLine(line) {
            region = .addresses
            startLine = line.number
            return
        }
        if transmission.take(line) { return }
        guard let (group, rest) = AddressLines.keyword(octets, line.range), octets[line.start].isCapital,
            octets[line.start + 1].isCapital, !rest.isEmpty
        else { return }
        // An archive's distribution line, `INFO OCT-01 ISO-00`, stands before format line 5.
        if group == .info || group == .exempt, precedenceLineFollows(line) { return }
        region = .addresses
        startLine = line.number
        address(line)
    }

    /// The line without the control octets at its start (bells, shifts) and the blanks behind them; nil where nothing
    /// is left.
    private func visible(_ line: CableLine) -> CableLine? {
        var line = line
        while line.start < line.end, octets[line.start] <= 0x20 || octets[line.start] == 0x7F { line.start += 1 }
        return line.isBlank ? nil : line
    }

    /// Lines of an archive's own heading at most.
    private static let archiveLinesMax = 64

    private mutating func precedenceLineFollows(_ here: CableLine) -> Bool {
        if here.number < foreseenLine { return true }
        var ahead = lines
        for _ in 0..<Self.archiveLinesMax {
            guard let line = ahead.next() else { return false }
            if let line = visible(line), PrecedenceLine.read(octets, line.range, receiptYear: receiptYear) != nil {
                foreseenLine = line.number
                return true
            }
        }
        return false
    }

    /// Format line 5; false when the line is another one.
    private mutating func readPrecedenceLine(_ line: CableLine) -> Bool {
        guard let outcome = PrecedenceLine.read(octets, line.range, receiptYear: receiptYear) else { return false }
        hasPrecedenceLine = true
        switch outcome {
        case .read(let found): take(found, line)
        case .unknownPrecedence(let found, let word):
            take(found, line)
            cable.precedence = nil
            say(
                line.number, .unknownPrecedence,
                "\(word) is no precedence: write Z, O, P or R before the date-time group")
        case .impossible(let why, let action, let info):
            cable.precedence = action ?? transmission.precedence
            cable.infoPrecedence = info
            say(line.number, .impossibleTime, "\(why): write day, hour and minute as DDHHMMZ MON YY")
        }
        return true
    }

    private mutating func take(_ found: PrecedenceLine, _ line: CableLine) {
        cable.dateTimeGroup = conventions.settled(found.time)
        cable.precedence = found.action ?? transmission.precedence
        cable.infoPrecedence = found.info
        cable.signals = found.signals
        if !found.time.hasMonth || !found.time.hasZone || found.time.isLocal {
            let lacks = found.time.isLocal ? "a zone that others know" : found.time.hasMonth ? "a zone" : "a month"
            say(line.number, .timeIncomplete, "the date-time group lacks \(lacks): write it as DDHHMMZ MON YY")
        }
        if let action = found.action, let info = found.info, info > action { say(line.number, .precedenceOrder) }
        if found.action == .critic, !conventions.hasCritic {
            cable.precedence = nil
            say(line.number, .unknownPrecedence)
        }
    }

    // MARK: Format lines 6 to 11

    private mutating func address(_ line: CableLine) {
        guard let plain = visible(line) else { return }
        if octets.equals(plain.range, "BT") {
            region = .captions
            layout.begin(at: line.next)
            return
        }
        if let first = ClassificationLine(octets, plain.range, isSure: false) { return classification(first, line) }
        if HeaderField.begins(octets, plain.range) != nil || paragraphNumber(plain) != nil {
            region = .captions
            layout.begin(at: line.start)
            return caption(line)
        }
        if PrecedenceLine.mayStand(octets, plain.range), isSecondHeading(plain) { return }
        let start = octets[line.start] > 0x20 || octets[line.start].isBlank ? line.start : plain.start
        addresses.take(CableLine(number: line.number, start: start, end: line.end, next: line.next))
    }

    /// Format line 5 among the addresses: misplaced, or the heading of a cable that was readdressed (ACP 127 §502).
    private mutating func isSecondHeading(_ line: CableLine) -> Bool {
        guard AddressLines.keyword(octets, line.range) == nil else { return false }
        if !hasPrecedenceLine {
            guard readPrecedenceLine(line) else { return false }
            say(line.number, .lineOrder)
            return true
        }
        guard !isReaddressed, !addresses.isEmpty,
            case .read(let found)? = PrecedenceLine.read(octets, line.range, receiptYear: receiptYear),
            found.action != nil
        else { return false }
        var original = Cable.Heading()
        original.precedence = found.action
        original.infoPrecedence = found.info
        original.dateTimeGroup = conventions.settled(found.time)
        cable.original = original
        isReaddressed = true
        settleAddresses()
        addresses = AddressLines(octets)
        say(line.number, .readdressed)
        return true
    }

    /// Puts what the address lines say into the heading that they belong to.
    mutating func settleAddresses() {
        addresses.settle(action: cable.precedence ?? transmission.precedence, info: cable.infoPrecedence)
        cable.from = addresses.originator?.post
        swap(&cable.to, &addresses.to)
        swap(&cable.info, &addresses.info)
        swap(&cable.exempt, &addresses.exempt)
        cable.accounting = addresses.accounting
    }

    /// As above, for the original heading of a readdressed cable.
    mutating func settleOriginal() {
        guard isReaddressed, var original = cable.original else { return settleAddresses() }
        addresses.settle(action: original.precedence, info: original.infoPrecedence)
        original.from = addresses.originator?.post
        original.to = addresses.to
        original.info = addresses.info
        cable.original = original
        if cable.accounting == nil { cable.accounting = addresses.accounting }
    }

    mutating func classification(_ first: ClassificationLine, _ line: CableLine) {
        region = .captions
        classificationLine = line.number
        cable.classification = first.classification
        cable.isClear = first.isClear
        cable.isTransmissionOnly = first.isTransmissionOnly
        cable.section = first.section
        cable.mrn = first.mrn
        cable.trip = first.trip
        layout.begin(at: line.next)
        layout.usesCarriageReturn = line.end < line.next && octets[line.end] == 0x0D
        for range in first.captions { _ = captions.take(range) }
    }

    // MARK: Captions

    private mutating func caption(_ line: CableLine) {
        guard !line.isBlank else { return }
        if HeaderField.begins(octets, line.range) != nil || paragraphNumber(line) != nil {
            region = .header
            return header(line)
        }
        if isEnd(line) { return }
        let plain = octets.skipBlanks(line.range)
        if PageLine.stands(octets, plain) { return }
        if cable.classification == nil, let first = ClassificationLine(octets, plain, isSure: true) {
            return classification(first, line)
        }
        if takeIdentity(plain) {
            // Captions belong behind all of the classification line, also where it is written in two.
            if captions.captions.isEmpty { layout.begin(at: line.next) }
            layout.afterBlock = line.next
            return
        }
        let before = captions.captions.count
        guard captions.take(plain) else {
            region = .text
            return text(line)
        }
        if captions.captions.count > before { layout.afterCaptions = line.next }
        layout.afterBlock = line.next
    }

    /// A section mark or a message reference number on a line of its own below the classification.
    private mutating func takeIdentity(_ range: Range<Int>) -> Bool {
        var rest = range
        var isTaken = false
        if cable.section == nil, let (section, end) = SectionMark.read(octets, rest) {
            cable.section = section
            rest = octets.skipBlanks(end..<rest.upperBound)
            isTaken = true
        }
        if cable.mrn == nil, let number = MessageNumber.read(octets, rest) {
            let behind = octets.skipBlanks(number.end..<rest.upperBound)
            let second = MessageNumber.read(octets, behind)
            if isTaken || behind.isEmpty || second?.isTrip == true {
                cable.mrn = octets.collapsed(number.range)
                cable.trip = second.map { octets.collapsed($0.range) } ?? cable.trip
                rest = second.map { octets.skipBlanks($0.end..<rest.upperBound) } ?? behind
                isTaken = true
            }
        }
        if isTaken, !rest.isEmpty { _ = captions.take(rest) }
        return isTaken
    }
}
