extension CableParser {
    /// Lines of one SUBJECT, REF or Classified By at most.
    private static let fieldLinesMax = 64
    /// Lines of text before E.O. and SUBJECT that are taken for a slip: the header still counts behind them.
    static let looseLinesMax = 10

    // MARK: E.O. to Classified By

    mutating func header(_ line: CableLine) {
        if line.isBlank {
            if field != .references || !referenceFollows() { endField() }
            return
        }
        if paragraphNumber(line) != nil {
            endField()
            region = .text
            return text(line)
        }
        if isEnd(line) { return }
        if PageLine.stands(octets, octets.skipBlanks(line.range)) {
            if field != nil, fieldHole == nil { fieldHole = line.start..<line.next }
            return
        }
        if let (found, rest, isMisspelt) = HeaderField.begins(octets, line.range) {
            endField()
            begin(found, rest, line, isMisspelt)
            return
        }
        if field != nil, fieldLines < Self.fieldLinesMax {
            fieldLines += 1
            fieldRange = fieldRange.lowerBound..<line.end
            return
        }
        region = .text
        text(line)
    }

    private mutating func begin(_ found: HeaderField, _ rest: Range<Int>, _ line: CableLine, _ isMisspelt: Bool) {
        sawHeaderField = true
        if isMisspelt { say(line.number, .misspelt) }
        if found == .order || found == .tags, let next = HeaderField.inside(octets, rest) {
            field = found
            fieldRange = rest.lowerBound..<next
            endField()
            if let (second, rest, _) = HeaderField.begins(octets, next..<line.end) { begin(second, rest, line, false) }
            return
        }
        field = found
        fieldRange = rest
        fieldLines = 1
    }

    /// Whether the next line that is not blank goes on with the references.
    private func referenceFollows() -> Bool {
        var ahead = lines
        guard let line = ahead.next() else { return false }
        let plain = octets.skipBlanks(line.range)
        guard plain.count >= 3, plain.lowerBound > line.start, octets[plain.lowerBound].isLetter else { return false }
        return octets[plain.lowerBound + 1] == UInt8(ascii: ".") || octets[plain.lowerBound + 1] == UInt8(ascii: ")")
    }

    mutating func endField() {
        guard let ended = field else { return }
        field = nil
        switch ended {
        case .subject where cable.subject == nil:
            layout.afterSubject = min(octets.lineFeed(from: fieldRange.upperBound) + 1, octets.count)
        case .references: layout.referencesEnd = fieldRange.upperBound
        case .subject, .order, .tags, .classifiedBy: break
        }
        defer { fieldHole = nil }
        guard let hole = fieldHole, hole.lowerBound >= fieldRange.lowerBound, hole.upperBound <= fieldRange.upperBound
        else { return read(ended, octets, fieldRange) }
        // A page line inside: the only case in which the octets of a header are copied.
        let before = octets.text(fieldRange.lowerBound..<hole.lowerBound)
        var joined = before + "\n" + octets.text(hole.upperBound..<fieldRange.upperBound)
        joined.withUTF8 { text in
            guard let view = CableOctets(UnsafeRawBufferPointer(text)) else { return }
            read(ended, view, view.range)
        }
    }

    private mutating func read(_ field: HeaderField, _ octets: CableOctets, _ range: Range<Int>) {
        switch field {
        case .order: cable.executiveOrder = cable.executiveOrder ?? nonEmpty(octets.collapsed(range))
        case .tags:
            guard cable.tags.isEmpty else { return }
            let (tags, hasCaption) = TagsLine.read(octets, range)
            cable.tags = tags
            if hasCaption { say(lines.number, .captionInTags) }
        case .subject: cable.subject = cable.subject ?? nonEmpty(octets.collapsed(range))
        case .references:
            // `REF A: …` on one line, `REF B: …` on the next.
            let goesOn = cable.references.last?.letter != nil
            guard cable.references.isEmpty || goesOn else { return }
            let more = ReferenceLines.read(octets, range, behind: cable.references.count)
            guard cable.references.isEmpty || more.first?.letter != nil else { return }
            cable.references += more.prefix(ReferenceLines.referencesMax - cable.references.count)
        case .classifiedBy: cable.classifiedBy = cable.classifiedBy ?? nonEmpty(octets.collapsed(range))
        }
    }

    private func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// Whether the header begins although some text came before: a slip of the drafter, or a caption nobody knows.
    mutating func returnsToHeader(_ line: CableLine) -> Bool {
        guard !sawHeaderField, !sawParagraph, looseTextLines <= Self.looseLinesMax else { return false }
        guard HeaderField.begins(octets, line.range) != nil else { return false }
        region = .header
        textStart = nil
        lastTextLine = nil
        header(line)
        return true
    }
}
