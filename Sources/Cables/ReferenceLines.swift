/// The REF lines: one reference, several by letters, or a list of message numbers.
enum ReferenceLines {
    /// References of one cable, and octets of one message number, at most.
    static let referencesMax = 64
    private static let numberOctetsMax = 80

    /// - Parameter count: references that stand before these: their letters go on from there.
    static func read(_ octets: CableOctets, _ range: Range<Int>, behind count: Int = 0) -> [Cable.Reference] {
        guard count < referencesMax else { return [] }
        var references: [Cable.Reference] = []
        var words = Words(octets, range)
        var expected = UInt8(ascii: "A") + UInt8(min(count, 26))
        var letter: UInt8?
        var start: Int?
        var end = range.lowerBound
        func close() {
            guard let start, references.count < referencesMax, letter != nil || start < end else { return }
            append(octets, letter, start..<max(start, end), &references)
        }
        while let word = words.next() {
            if let after = Self.letter(octets, word, expected) {
                close()
                letter = expected
                expected += 1
                start = after
                end = word.upperBound
            } else {
                if start == nil { start = word.lowerBound }
                end = word.upperBound
            }
        }
        close()
        return references
    }

    /// `A.`, `A)`, `(A)`, `A:`, also without a blank behind; where the reference begins.
    private static func letter(_ octets: CableOctets, _ word: Range<Int>, _ expected: UInt8) -> Int? {
        guard expected <= UInt8(ascii: "Z") else { return nil }
        var place = word.lowerBound
        let isBracketed = octets[place] == UInt8(ascii: "(")
        if isBracketed { place += 1 }
        guard place + 1 < word.upperBound, octets[place].capital == expected else { return nil }
        switch octets[place + 1] {
        case UInt8(ascii: ")"):
            // `(A):`
            return place + 2 + (place + 2 < word.upperBound && octets[place + 2] == UInt8(ascii: ":") ? 1 : 0)
        case UInt8(ascii: "."), UInt8(ascii: ":"):
            // `A.SAMPLE` may be a name; a reference has a digit or a longer word behind a blank.
            return isBracketed ? nil : place + 2
        default: return nil
        }
    }

    private static func append(
        _ octets: CableOctets, _ letter: UInt8?, _ range: Range<Int>, _ references: inout [Cable.Reference]
    ) {
        var range = octets.trimmed(range)
        if letter != nil, let last = range.last, octets[last] == UInt8(ascii: ";") || octets[last] == UInt8(ascii: ",")
        {
            range = range.lowerBound..<last
        }
        if letter == nil, let parts = numbers(octets, range) {
            for part in parts where references.count < referencesMax {
                references.append(Cable.Reference(letter: nil, text: octets.collapsed(part), mrn: mrn(octets, part)))
            }
            return
        }
        references.append(
            Cable.Reference(
                letter: letter.map { String(UnicodeScalar($0)) }, text: octets.collapsed(range), mrn: mrn(octets, range)
            ))
    }

    /// `CAPITAL 004410, 07 NORTHLAND 12 AND SOUTHPORT 8`: the parts, where each is a number and there are several.
    private static func numbers(_ octets: CableOctets, _ range: Range<Int>) -> [Range<Int>]? {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        var words = Words(octets, range)
        while let word = words.next() {
            let last = octets[word.upperBound - 1]
            let isAnd = octets.equals(word, "AND")
            guard isAnd || last == UInt8(ascii: ",") || last == UInt8(ascii: ";") else { continue }
            let end = isAnd ? word.lowerBound : word.upperBound - 1
            let part = octets.trimmed(start..<end)
            if !part.isEmpty { parts.append(part) }
            if parts.count > referencesMax { return nil }
            start = word.upperBound
        }
        parts.append(octets.trimmed(start..<range.upperBound))
        guard parts.count > 1, parts.allSatisfy({ isNumberAlone(octets, $0) }) else { return nil }
        return parts
    }

    private static func isNumberAlone(_ octets: CableOctets, _ part: Range<Int>) -> Bool {
        guard let number = range(octets, part) else { return false }
        let rest = octets.skipBlanks(number.upperBound..<part.upperBound)
        return rest.isEmpty || octets.equals(rest, "(NOTAL)")
    }

    private static func mrn(_ octets: CableOctets, _ text: Range<Int>) -> String? {
        range(octets, text).map { octets.collapsed($0) }
    }

    /// `STATE 071234`, `08 ELBONIA 000412`, `2008 STATE 71234`, `08STATE71234` at the start of a reference.
    private static func range(_ octets: CableOctets, _ text: Range<Int>) -> Range<Int>? {
        let text = octets.skipBlanks(text).prefix(numberOctetsMax)
        var place = text.lowerBound
        while place < text.upperBound, octets[place].isDigit { place += 1 }
        let digits = place - text.lowerBound
        guard digits == 0 || digits == 2 || digits == 4, place < text.upperBound else { return nil }
        if digits > 0, octets[place].isLetter, let end = condensed(octets, place..<text.upperBound) {
            return text.lowerBound..<end
        }
        var words = Words(octets, place..<text.upperBound)
        var count = 0
        while let word = words.next(), count < 5 {
            if count == 0, let end = condensed(octets, word) { return text.lowerBound..<end }
            if octets[word.lowerBound].isDigit {
                var end = word.lowerBound
                while end < word.upperBound, octets[end].isDigit { end += 1 }
                guard count > 0, (1...7).contains(end - word.lowerBound),
                    end == word.upperBound || !(octets[end].isLetter || octets[end] == 0x2D)
                else { return nil }
                return text.lowerBound..<end
            }
            guard isStation(octets, word) else { return nil }
            count += 1
        }
        return nil
    }

    /// `STATE71234` as one word.
    private static func condensed(_ octets: CableOctets, _ range: Range<Int>) -> Int? {
        var place = range.lowerBound
        while place < range.upperBound, octets[place].isLetter { place += 1 }
        let letters = place - range.lowerBound
        let start = place
        while place < range.upperBound, octets[place].isDigit { place += 1 }
        let isEnd = place == range.upperBound || !(octets[place].isLetter || octets[place] == 0x2D)
        return letters >= 3 && (1...7).contains(place - start) && isEnd ? place : nil
    }

    /// A word of a station's name: not those of letters, talks and dates.
    private static func isStation(_ octets: CableOctets, _ word: Range<Int>) -> Bool {
        guard octets.all(word, { $0.isLetter || $0 == 0x2E || $0 == 0x27 || $0 == 0x2D }) else { return false }
        for other in ["OF", "DATED", "ON", "IN", "MY", "YOUR", "E-MAIL", "EMAIL", "MEMO", "LETTER", "TELCON", "PARA"]
            as [StaticString] where octets.equals(word, other)
        {
            return false
        }
        // `MAR 12` is a day; a station of that name would be hard to tell.
        return word.count > 9 || DateTimeGroup.month(octets, word) == nil
    }
}
