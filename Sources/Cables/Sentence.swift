/// One sentence of the text, as words without the punctuation around them.
struct Sentence {
    struct Word {
        var range: Range<Int>
        /// With the punctuation around it.
        var piece: Range<Int>
        /// Brackets stood around it.
        var isBracketed = false
        /// A comma, semicolon or colon follows.
        var pauses = false
        /// A full stop follows, though not the end of the sentence.
        var stops = false
    }

    /// Octets of one sentence at most, each way from the word that it was looked up for, and its words.
    static let octetsMax = 600
    private static let wordsMax = 240

    let octets: CableOctets
    let range: Range<Int>
    private(set) var words: [Word] = []

    /// The sentence around a place.
    init(_ octets: CableOctets, around place: Int, in text: Range<Int>) {
        var start = place
        while start > text.lowerBound, place - start < Self.octetsMax, !Self.ends(octets, start - 1, text) {
            start -= 1
        }
        var end = place
        while end < text.upperBound, end - place < Self.octetsMax, !Self.ends(octets, end, text) { end += 1 }
        self.octets = octets
        range = start..<min(end + 1, text.upperBound)
        cut()
    }

    var count: Int { words.count }

    /// What stands there, in capitals; false beyond the ends.
    @inline(__always)
    func has(_ index: Int, _ word: StaticString) -> Bool {
        words.indices.contains(index) && octets.equals(words[index].range, word)
    }

    func has(_ index: Int, _ set: WordSet) -> Bool {
        words.indices.contains(index) && set.contains(octets, words[index].range)
    }

    func contains(_ set: WordSet) -> Bool { words.contains { set.contains(octets, $0.range) } }

    func contains(_ set: WordSet, in range: Range<Int>) -> Bool {
        range.clamped(to: words.indices).contains { set.contains(octets, words[$0].range) }
    }

    func firstIndex(of set: WordSet, from start: Int = 0) -> Int? {
        words.indices.dropFirst(max(0, start)).first { set.contains(octets, words[$0].range) }
    }

    func text(_ index: Int) -> String { words.indices.contains(index) ? octets.text(words[index].range) : "" }

    /// The words of a range as written, with single blanks, the punctuation between them, and no page lines.
    func phrase(_ range: Range<Int>) -> String {
        let range = range.clamped(to: words.indices)
        var text = ""
        for index in range {
            let word = words[index]
            var (start, end) = (word.piece.lowerBound, word.piece.upperBound)
            if index == range.lowerBound { start = word.range.lowerBound - (word.isBracketed ? 1 : 0) }
            if index == range.upperBound - 1 { end = word.range.upperBound + (word.isBracketed ? 1 : 0) }
            text += (text.isEmpty ? "" : " ") + octets.text(start..<end)
        }
        return text
    }

    /// The whole sentence, with single blanks and no page lines.
    var plain: String { words.map { octets.text($0.piece) }.joined(separator: " ") }

    /// Whether a verb in this place gives an order: first in the sentence, or behind a pause, AND, or PLEASE.
    func isOrder(_ index: Int) -> Bool {
        var before = index - 1
        while before >= 0, has(before, Self.fillers) || isNumber(before) { before -= 1 }
        if before < 0 { return true }
        return words[before].pauses || words[before].stops || has(before, Self.joiners)
    }

    private static let fillers: WordSet = [
        "ALSO", "ALWAYS", "THEN", "SO", "--", "-", "ACTION", "EXERCISE", "U", "C", "S",
    ]
    private static let joiners: WordSet = ["AND", "PLEASE", "PLS", "KINDLY", "OR", "THEN", "BUT", "TO"]

    private func isNumber(_ index: Int) -> Bool { octets.number(words[index].range) != nil }

    // MARK: Ends

    /// A full stop, question or exclamation mark and a blank; an empty line.
    private static func ends(_ octets: CableOctets, _ place: Int, _ text: Range<Int>) -> Bool {
        switch octets[place] {
        case UInt8(ascii: "."), UInt8(ascii: "?"), UInt8(ascii: "!"):
            guard place + 1 < text.upperBound else { return true }
            let next = octets[place + 1]
            guard next <= 0x20 || next == UInt8(ascii: ")") || next == UInt8(ascii: "\"") else { return false }
            return octets[place] != UInt8(ascii: ".") || !isAbbreviation(octets, place, text)
        case 0x0A:
            var next = place + 1
            while next < text.upperBound, octets[next] == 0x20 || octets[next] == 0x0D { next += 1 }
            return next >= text.upperBound || octets[next] == 0x0A
        default: return false
        }
    }

    /// `C.O.B.`, `U.S.`, `Aug. 15`, `No. 5`: the stop ends a word, not the sentence.
    private static func isAbbreviation(_ octets: CableOctets, _ stop: Int, _ text: Range<Int>) -> Bool {
        var start = stop
        var hasStop = false
        while start > text.lowerBound, stop - start < 12, !octets[start - 1].isBlank {
            start -= 1
            hasStop = hasStop || octets[start] == UInt8(ascii: ".")
        }
        let isBracketed = start < stop && octets[start] == UInt8(ascii: "(")
        while start < stop, !octets[start].isLetter { start += 1 }
        let word = start..<stop
        guard !word.isEmpty else { return false }
        if word.count > 1, hasStop { return true }
        // `(A. Nobody)`
        if word.count == 1, isBracketed { return true }
        if titles.contains(octets, word) { return true }
        guard (3...4).contains(word.count), DateTimeGroup.month(octets, word) != nil else { return false }
        var next = stop + 1
        while next < text.upperBound, octets[next].isBlank { next += 1 }
        return next < text.upperBound && octets[next].isDigit
    }

    private static let titles: WordSet = [
        "MR", "MRS", "MS", "DR", "ST", "AMB", "NO", "PARA", "PARAS", "ATTN", "COL", "GEN",
    ]

    // MARK: Words

    private mutating func cut() {
        words.reserveCapacity(32)
        var place = range.lowerBound
        while place < range.upperBound, words.count < Self.wordsMax {
            let isLineStart = place == range.lowerBound || octets[place - 1] == 0x0A
            if isLineStart {
                let end = min(octets.lineFeed(from: place), range.upperBound)
                if PageLine.stands(octets, octets.trimmed(place..<end)) {
                    place = min(end + 1, range.upperBound)
                    continue
                }
            }
            if octets[place].isBlank {
                place += 1
                continue
            }
            var end = place
            while end < range.upperBound, !octets[end].isBlank { end += 1 }
            add(place..<end)
            place = end
        }
    }

    private mutating func add(_ piece: Range<Int>) {
        var word = Word(range: piece, piece: piece)
        var start = piece.lowerBound
        var end = piece.upperBound
        while start < end, let width = Self.opening(octets, start..<end) {
            if octets[start] == UInt8(ascii: "(") || octets[start] == UInt8(ascii: "[") { word.isBracketed = true }
            start += width
        }
        var closes = false
        while end > start, let width = Self.closing(octets, start..<end) {
            switch octets[end - 1] {
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"): word.pauses = true
            case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"): word.stops = true
            case UInt8(ascii: ")"), UInt8(ascii: "]"): closes = true
            default: break
            }
            end -= width
        }
        word.isBracketed = word.isBracketed && closes
        word.range = start..<end
        if start < end { words.append(word) }
    }

    /// Octets of an opening mark at the start: a bracket, a plain quote, or a curly one in UTF-8 or Windows-1252.
    private static func opening(_ octets: CableOctets, _ range: Range<Int>) -> Int? {
        let first = octets[range.lowerBound]
        switch first {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "'"), 0x91, 0x93: return 1
        case 0xE2 where range.count > 3 && octets[range.lowerBound + 1] == 0x80: return 3
        default: return nil
        }
    }

    private static func closing(_ octets: CableOctets, _ range: Range<Int>) -> Int? {
        switch octets[range.upperBound - 1] {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "!"),
            UInt8(ascii: "?"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            return 1
        default: break
        }
        guard range.count >= 2 else { return nil }
        let isCurly =
            range.count > 3 && octets[range.upperBound - 3] == 0xE2 && octets[range.upperBound - 2] == 0x80
        if isCurly { return 3 }
        let last = octets[range.upperBound - 1]
        return (last == 0x92 || last == 0x94) && octets[range.upperBound - 2] < 0x80 ? 1 : nil
    }
}

/// A few words in capitals, to compare with words of a text whatever their case.
struct WordSet: ExpressibleByArrayLiteral, Sendable {
    private let words: [StaticString]
    /// One bit for each letter with which a word begins.
    private let initials: UInt32

    init(arrayLiteral words: StaticString...) {
        self.words = words
        initials = words.reduce(0) { $0 | Self.bit($1.utf8Start[0]) }
    }

    private static func bit(_ letter: UInt8) -> UInt32 { 1 << UInt32(letter & 31) }

    func contains(_ octets: CableOctets, _ range: Range<Int>) -> Bool {
        guard let first = range.first, initials & Self.bit(octets[first].capital) != 0 else { return false }
        for word in words where octets.equals(range, word) { return true }
        return false
    }
}
