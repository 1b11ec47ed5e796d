/// The first line of the text: classification, section, message reference number, and what follows (ACP 127 §209).
struct ClassificationLine {
    var classification: Classification
    /// Behind the classification and its special words.
    var rest: Range<Int>
    var section: Cable.Section?
    var mrn: String?
    var trip: String?
    var isClear = false
    var isTransmissionOnly = false
    /// Captions and what else stands on the same line.
    var captions: [Range<Int>] = []

    /// Captions on the line at most.
    private static let captionsMax = 64

    private static let words: [(letters: StaticString, meaning: Classification)] = [
        ("TOPSECRET", .topSecret), ("SECRET", .secret), ("CONFIDENTIAL", .confidential), ("RESTRICTED", .restricted),
        ("SENSITIVEBUTUNCLASSIFIED", .sensitiveButUnclassified), ("LIMITEDOFFICIALUSE", .sensitiveButUnclassified),
        ("UNCLASSIFIED", .unclassified), ("UNCLAS", .unclassified), ("SBU", .sensitiveButUnclassified),
        ("CLEAR", .unclassified),
    ]

    /// Nil when the line does not begin with a classification, plain or letter-spaced.
    ///
    /// - Parameter isSure: false where addressees may stand, too: `SECRET SERVICE TOWN` is one.
    init?(_ octets: CableOctets, _ line: Range<Int>, isSure: Bool) {
        guard let (classification, isClear, after) = Self.classification(octets, line) else { return nil }
        self.classification = classification
        self.isClear = isClear
        rest = after
        guard read(octets, isSure: isSure || Self.isUnmistakable(octets, line)) else { return nil }
    }

    /// Whether the line begins with a classification, whatever follows.
    static func classification(
        _ octets: CableOctets, _ line: Range<Int>
    ) -> (Classification, isClear: Bool, rest: Range<Int>)? {
        let line = octets.skipBlanks(line)
        guard let start = line.first else { return nil }
        switch octets[start].capital {
        case UInt8(ascii: "T"), UInt8(ascii: "S"), UInt8(ascii: "C"), UInt8(ascii: "R"), UInt8(ascii: "L"),
            UInt8(ascii: "U"):
            break
        default: return nil
        }
        for index in words.indices {
            if let end = match(octets, line, words[index].letters) {
                return (words[index].meaning, index == words.count - 1, end..<line.upperBound)
            }
        }
        return nil
    }

    /// `SECRET`, `S E C R E T`, `T O P  S E C R E T`: blanks may stand between any two letters.
    private static func match(_ octets: CableOctets, _ line: Range<Int>, _ letters: StaticString) -> Int? {
        var place = line.lowerBound
        for index in 0..<letters.utf8CodeUnitCount {
            while place < line.upperBound, octets[place] == 0x20 { place += 1 }
            guard place < line.upperBound, octets[place].capital == letters.utf8Start[index] else { return nil }
            place += 1
        }
        guard place < line.upperBound else { return place }
        let next = octets[place]
        return next.isLetter || next.isDigit || next == UInt8(ascii: ".") || next >= 0x80 ? nil : place
    }

    /// Letter-spaced, or a word that begins no addressee's name.
    private static func isUnmistakable(_ octets: CableOctets, _ line: Range<Int>) -> Bool {
        let line = octets.skipBlanks(line)
        if line.count > 1, octets[line.lowerBound + 1] == 0x20 { return true }
        return octets.begins(line, "UNCLAS") || octets.begins(line, "TOP") || octets.begins(line, "LIMITED")
    }

    // MARK: What follows

    private mutating func read(_ octets: CableOctets, isSure: Bool) -> Bool {
        var isKnown = isSure
        var place = octets.skipBlanks(rest).lowerBound
        while place < rest.upperBound {
            let octet = octets[place]
            if octet.isBlank || octet == UInt8(ascii: "/") || octet == UInt8(ascii: ",") {
                isKnown = isKnown || octet == UInt8(ascii: "/")
                place += 1
                continue
            }
            let here = place..<rest.upperBound
            if !isTransmissionOnly, let end = Self.transmissionOnly(octets, here) {
                isTransmissionOnly = true
                place = end
            } else if section == nil, let (found, end) = SectionMark.read(octets, here) {
                section = found
                place = end
            } else if captions.count < Self.captionsMax, let end = Captions.knownEnd(octets, here) {
                captions.append(place..<end)
                place = end
            } else if let number = MessageNumber.read(octets, here) {
                take(number, octets)
                place = number.end
            } else {
                captions.append(here)
                return isKnown
            }
            isKnown = true
        }
        return true
    }

    /// `TOSEC 040123` stands beside the number; `SECTO 04123` alone is the number.
    private mutating func take(_ number: MessageNumber, _ octets: CableOctets) {
        let text = octets.collapsed(number.range)
        if mrn == nil, !number.isTrip {
            mrn = text
        } else if trip == nil {
            trip = text
        }
        if mrn == nil, number.isSecretary {
            mrn = text
            trip = nil
        }
    }

    private static func transmissionOnly(_ octets: CableOctets, _ range: Range<Int>) -> Int? {
        var words = Words(octets, range)
        if words.take("EFTO") { return words.place }
        return words.take("E") && words.take("F") && words.take("T") && words.take("O") ? words.place : nil
    }
}

/// `SECTION 01 OF 03`, `FINAL SECTION OF 2`, `FINAL SECTION 3 OF 3`.
enum SectionMark {
    /// Sections of one cable at most.
    static let sectionsMax = 999

    static func read(_ octets: CableOctets, _ range: Range<Int>) -> (Cable.Section, end: Int)? {
        guard octets.begins(range, "SECTION") || octets.begins(range, "FINAL") else { return nil }
        var place = range.lowerBound
        let isFinal = literal(octets, range, "FINAL", &place)
        guard literal(octets, range, "SECTION", &place) else { return nil }
        let number = number(octets, range, &place)
        guard literal(octets, range, "OF", &place), let of = self.number(octets, range, &place) else { return nil }
        guard let one = number ?? (isFinal ? of : nil), of >= 1, of <= sectionsMax, one >= 1 else { return nil }
        return (Cable.Section(number: one, of: of), place)
    }

    private static func literal(
        _ octets: CableOctets, _ range: Range<Int>, _ word: StaticString, _ place: inout Int
    ) -> Bool {
        let rest = octets.skipBlanks(place..<range.upperBound)
        guard octets.begins(rest, word) else { return false }
        place = rest.lowerBound + word.utf8CodeUnitCount
        return true
    }

    private static func number(_ octets: CableOctets, _ range: Range<Int>, _ place: inout Int) -> Int? {
        let rest = octets.skipBlanks(place..<range.upperBound)
        var end = rest.lowerBound
        while end < rest.upperBound, octets[end].isDigit { end += 1 }
        guard end == rest.upperBound || octets[end].isBlank || octets[end].isLetter || octets[end] == 0x2F,
            let value = octets.number(rest.lowerBound..<end)
        else { return nil }
        place = end
        return value
    }
}

/// Station and serial number: `STATE 071234`, `PORT TROPIC 000119`.
struct MessageNumber {
    /// Words of a station's name, and digits of a number, at most.
    private static let wordsMax = 4
    private static let digitsMax = 8
    /// Octets of the whole at most.
    private static let octetsMax = 64

    var range: Range<Int>
    var end: Int
    /// A number of a trip series: TOSEC, SECTO, TODEP.
    var isTrip: Bool
    /// SECTO: what the Secretary sends bears it as its own number.
    var isSecretary: Bool

    static func read(_ octets: CableOctets, _ range: Range<Int>) -> MessageNumber? {
        var words = Words(octets, range)
        guard let first = words.next(), isName(octets, first) else { return nil }
        var count = 1
        while let word = words.next() {
            if octets[word.lowerBound].isDigit {
                var end = word.lowerBound
                while end < word.upperBound, octets[end].isDigit { end += 1 }
                // `000123/01` names the section a second time.
                guard end == word.upperBound || octets[end] == UInt8(ascii: "/"), end - word.lowerBound <= digitsMax
                else { return nil }
                guard end - first.lowerBound <= octetsMax else { return nil }
                let isSecretary = octets.equals(first, "SECTO")
                let isTrip = isSecretary || octets.equals(first, "TOSEC") || octets.equals(first, "TODEP")
                return MessageNumber(
                    range: first.lowerBound..<end, end: word.upperBound, isTrip: isTrip, isSecretary: isSecretary)
            }
            guard count < wordsMax, isName(octets, word) else { return nil }
            count += 1
        }
        return nil
    }

    private static func isName(_ octets: CableOctets, _ word: Range<Int>) -> Bool {
        octets[word.lowerBound].isLetter && !octets.equals(word, "SECTION") && !octets.equals(word, "REL")
            && octets.all(word) { $0.isLetter || $0 == 0x2D || $0 == 0x2E || $0 == 0x27 || $0 >= 0x80 }
    }
}
