extension CableParser {
    /// Paragraphs of one cable at most.
    private static let paragraphsMax = 4_096
    /// A number that is further from the one before is none of a paragraph.
    private static let paragraphGapMax = 20
    private static let markingOctetsMax = 80
    /// Corrections behind one cable at most, and octets of one.
    private static let correctionsMax = 64
    private static let correctionOctetsMax = 256

    // MARK: The text

    mutating func text(_ line: CableLine) {
        guard !line.isBlank else { return skipDull() }
        let first = octets[line.start]
        switch first {
        case UInt8(ascii: "B"), UInt8(ascii: "N"), UInt8(ascii: "<"), UInt8(ascii: "b"), UInt8(ascii: "n"):
            if isEnd(line) { return }
        case UInt8(ascii: "V"), UInt8(ascii: "Z"):
            if beginsAnother(line) { return }
        case UInt8(ascii: "P"):
            if PageLine.stands(octets, line.range) { return }
        case UInt8(ascii: "#"):
            if isValidation(line) { return }
        default: break
        }
        if !sawParagraph, paragraphNumber(line) != nil { sawParagraph = true }
        if !sawParagraph, !sawHeaderField {
            looseTextLines += 1
            if returnsToHeader(line) { return }
        }
        if textStart == nil { textStart = line.start }
        textEnd = line.next
        guard depth == .whole else { return skipDull() }
        if octets[line.end - 1].isDigit, PageLine.stands(octets, line.range) { return }
        if let number = paragraphNumber(line) { paragraph(number, line) }
        lastTextLine = line
    }

    /// For routing only the lines matter that may end the text or begin another cable.
    private mutating func skipDull() {
        guard depth == .routing, sawParagraph || sawHeaderField || looseTextLines > Self.looseLinesMax else { return }
        _ = lines.skip { octet in
            switch octet {
            case UInt8(ascii: "B"), UInt8(ascii: "N"), UInt8(ascii: "<"), UInt8(ascii: "b"), UInt8(ascii: "n"),
                UInt8(ascii: "V"), UInt8(ascii: "Z"), UInt8(ascii: "#"):
                false
            default: true
            }
        }
    }

    /// BT, NNNN and what stands for them; ends what was being read.
    mutating func isEnd(_ line: CableLine) -> Bool {
        switch octets[line.start].capital {
        case UInt8(ascii: "B"):
            guard octets.equals(line.range, "BT") else { return false }
        case UInt8(ascii: "N"):
            guard octets.begins(line.range, "NNN"), isEndOfMessage(line.range) else { return false }
        case UInt8(ascii: "<"):
            guard octets.begins(line.range, "<< END OF") else { return false }
        default: return false
        }
        endField()
        sawEnd = true
        region = .behind
        return true
    }

    /// `NNNN`, `NNN`, and `NNNNMAFVVZCZ`, where the next message is glued on.
    private func isEndOfMessage(_ range: Range<Int>) -> Bool {
        let letters = range.prefix { octets[$0] == UInt8(ascii: "N") }.count
        if letters == range.count { return letters <= 8 }
        return letters >= 4 && octets.all(range, { !$0.isBlank })
    }

    /// A start of message inside the text: another cable if a heading follows, else a warning.
    private mutating func beginsAnother(_ line: CableLine) -> Bool {
        guard octets.begins(line.range, "VZCZC") || octets.begins(line.range, "ZCZC") else { return false }
        guard headingFollows() else {
            say(line.number, .dangerString)
            return false
        }
        runTogether(line)
        return true
    }

    /// Lines behind a start of message in which its heading must begin.
    private static let headingLinesMax = 4

    private func headingFollows() -> Bool {
        var ahead = lines
        var probe = TransmissionLines(octets)
        for _ in 0..<Self.headingLinesMax {
            guard let line = ahead.next() else { return false }
            if !line.isBlank, isHeading(line, &probe) { return true }
        }
        return false
    }

    private func isHeading(_ line: CableLine, _ probe: inout TransmissionLines) -> Bool {
        if octets.begins(line.range, "FM ") || probe.take(line) { return true }
        return PrecedenceLine.read(octets, line.range, receiptYear: receiptYear) != nil
    }

    mutating func runTogether(_ line: CableLine) {
        say(
            line.number, .twoRunTogether,
            "a second message begins here: split the file before line \(line.number) and send both")
        isOver = true
    }

    // MARK: Behind the text

    /// Format lines 14 to 16: corrections, the number again, end of message. Another heading is another cable.
    mutating func behind(_ line: CableLine) {
        guard !line.isBlank else { return }
        let range = octets.skipBlanks(line.range)
        guard octets[range.lowerBound] > 0x20, octets[range.lowerBound] != 0x7F else { return }
        if isEnd(line) || isValidation(line) || PageLine.stands(octets, range) { return }
        var probe = TransmissionLines(octets)
        if isHeading(CableLine(number: line.number, start: range.lowerBound, end: line.end, next: line.next), &probe) {
            return runTogether(line)
        }
        if octets.begins(range, "C "), cable.corrections.count < Self.correctionsMax {
            cable.corrections.append(octets.collapsed(range.prefix(Self.correctionOctetsMax)))
            return
        }
        if behindLine == 0 {
            behindLine = line.number
            say(line.number, .textBehindEnd)
        }
    }

    /// `#0051`: the serial number again, which tells whether the end belongs to the beginning.
    private mutating func isValidation(_ line: CableLine) -> Bool {
        let range = octets.trimmed(line.range)
        guard octets[range.lowerBound] == UInt8(ascii: "#"), range.count >= 2, range.count <= 9,
            octets.all(range.lowerBound + 1..<range.upperBound, { $0.isDigit || $0.isLetter || $0 == 0x2F })
        else { return false }
        let slash = octets.first(UInt8(ascii: "/"), in: range) ?? range.upperBound
        let number = octets.capitals(range.lowerBound + 1..<slash)
        if let serial = transmission.transport?.serial, serial != number {
            say(
                line.number, .serialMismatch,
                "the end bears the number \(number), the beginning \(serial): part of another cable may be here")
        }
        return true
    }

    // MARK: Paragraphs

    /// `12. (C//REL X)` at the start of a line: its number.
    func paragraphNumber(_ line: CableLine) -> Int? {
        var place = line.start
        while place < line.end, octets[place] == 0x20, place - line.start < 4 { place += 1 }
        let indent = place - line.start
        // A pilcrow, as archives have it, in UTF-8 or Latin-1.
        if place + 1 < line.end, octets[place] == 0xC2, octets[place + 1] == 0xB6 { place += 2 }
        if place < line.end, octets[place] == 0xB6 { place += 1 }
        var number = 0
        var digits = 0
        while place < line.end, octets[place].isDigit, digits < 4 {
            number = number * 10 + Int(octets[place] & 15)
            digits += 1
            place += 1
        }
        guard (1...3).contains(digits), number > 0, place < line.end, octets[place] == UInt8(ascii: ".") else {
            return nil
        }
        guard place + 1 == line.end || octets[place + 1] == 0x20 || octets[place + 1] == 0x28 else { return nil }
        // An indented number is one of a list, unless a portion mark follows.
        if indent > 0, marking(place + 1..<line.end) == nil { return nil }
        guard let last = cable.paragraphs.last?.number else { return number }
        return number > last && number - last <= Self.paragraphGapMax ? number : nil
    }

    private mutating func paragraph(_ number: Int, _ line: CableLine) {
        guard cable.paragraphs.count < Self.paragraphsMax else { return }
        if let last = cable.paragraphs.last?.number, number != last + 1 {
            say(
                line.number, .paragraphMissing,
                "paragraph \(number) follows paragraph \(last): see whether one was lost")
        }
        let dot = octets.first(UInt8(ascii: "."), in: line.range) ?? line.end
        let mark = marking(min(dot + 1, line.end)..<line.end).map { octets.collapsed($0) }
        cable.paragraphs.append(Cable.Paragraph(number: number, marking: mark))
    }

    private static let markings: [StaticString] = [
        "U", "C", "S", "TS", "SBU", "R", "LOU", "FOUO", "UNCLAS", "NF", "CUI", "UNCLASSIFIED", "CONFIDENTIAL", "SECRET",
        "SENSITIVE",
    ]

    /// The portion mark, `(C//REL X)`, with which a range begins, without its brackets.
    private func marking(_ range: Range<Int>) -> Range<Int>? {
        let rest = octets.skipBlanks(range)
        guard let open = rest.first, octets[open] == UInt8(ascii: "("),
            let close = octets.first(UInt8(ascii: ")"), in: rest.prefix(Self.markingOctetsMax))
        else { return nil }
        let inside = octets.trimmed(open + 1..<close)
        let head = inside.prefix { octets[$0].isLetter }
        guard let first = head.first, let last = head.last else { return nil }
        for mark in Self.markings where octets.equals(first..<last + 1, mark) { return inside }
        return nil
    }

    // MARK: Signature

    private static let signatureOctetsMax = 40

    /// The drafter's surname alone on the last line.
    mutating func readSignature() {
        guard let line = lastTextLine else { return }
        var range = octets.trimmed(line.range)
        while let last = range.last, octets[last] == UInt8(ascii: "#") { range = range.lowerBound..<last }
        guard (2...Self.signatureOctetsMax).contains(range.count) else { return }
        var words = Words(octets, range)
        while let word = words.next() {
            let isLast = words.rest.isEmpty
            guard isLast ? isName(word) : Self.particles.contains(where: { octets.equals(word, $0) }) else { return }
        }
        cable.signature = octets.collapsed(range)
    }

    private static let particles: [StaticString] = [
        "VAN", "DER", "DEN", "DE", "DEL", "LA", "LE", "DU", "VON", "DI", "DA", "AL", "EL", "BIN", "ST.", "MC",
    ]

    private func isName(_ word: Range<Int>) -> Bool {
        var hasLetter = false
        for place in word {
            let octet = octets[place]
            hasLetter = hasLetter || octet.isCapital || octet >= 0xC0
            guard
                octet.isCapital || octet == UInt8(ascii: "-") || octet == UInt8(ascii: "'") || octet >= 0x80
                    || octet == 0x2E
            else { return false }
        }
        return hasLetter && octets[word.upperBound - 1] != 0x2E
    }
}
