/// The fields between caption block and text: E.O., TAGS, SUBJECT, REF, Classified By (5 FAH-1 H-240).
enum HeaderField {
    case order, tags, subject, references, classifiedBy

    /// The field that a line begins, what stands behind its name, and whether the name is misspelt.
    static func begins(
        _ octets: CableOctets, _ line: Range<Int>
    ) -> (field: HeaderField, rest: Range<Int>, isMisspelt: Bool)? {
        guard line.count >= 3 else { return nil }
        switch octets[line.lowerBound].capital {
        case UInt8(ascii: "E"): return isOrder(octets, line) ? (.order, line, false) : nil
        case UInt8(ascii: "T"):
            return named(tagNames, .tags, octets, line) ?? named(misspeltTagNames, .tags, octets, line, true)
        case UInt8(ascii: "S"): return named(subjectNames, .subject, octets, line)
        case UInt8(ascii: "R"):
            return named(referenceNames, .references, octets, line) ?? lettered(octets, line)
        case UInt8(ascii: "C"), UInt8(ascii: "D"):
            if octets.begins(line, "CLASSIFIED BY"), line.count > 13, octets[line.lowerBound + 13] != UInt8(ascii: ":")
            {
                let rest = octets.skipBlanks(line.lowerBound + 13..<line.upperBound)
                return (.classifiedBy, rest, false)
            }
            return named(classifierNames, .classifiedBy, octets, line)
        default: return nil
        }
    }

    private static let tagNames: [StaticString] = ["TAGS"]
    private static let misspeltTagNames: [StaticString] = ["TAGE", "TAG", "TAS", "TGS"]
    private static let subjectNames: [StaticString] = ["SUBJECT", "SUBJ", "SUB"]
    private static let referenceNames: [StaticString] = [
        "REFS", "REFTELS", "REFTEL", "RETELS", "RETEL", "REFERENCES", "REFERENCE", "REF",
    ]
    private static let classifierNames: [StaticString] = ["CLASSIFIED BY", "CLASSIFIED", "DERIVED FROM"]

    /// `REF A: STATE 123`, `REF (B): ROME 45`: what follows begins with the letter.
    private static func lettered(_ octets: CableOctets, _ line: Range<Int>) -> (HeaderField, Range<Int>, Bool)? {
        guard octets.begins(line, "REF ") else { return nil }
        let rest = octets.skipBlanks(line.lowerBound + 4..<line.upperBound)
        var words = Words(octets, rest)
        guard let word = words.next(), (2...4).contains(word.count), octets[word.upperBound - 1] == UInt8(ascii: ":"),
            word.count(where: { octets[$0].isLetter }) == 1
        else { return nil }
        return (.references, rest, false)
    }

    /// `E.O. 12958`, `EO 12958`, `E. O. 11652`, `E.0. 12958`.
    private static func isOrder(_ octets: CableOctets, _ line: Range<Int>) -> Bool {
        var place = line.lowerBound + 1
        var letters = 1
        while place < line.upperBound, place < line.lowerBound + 9 {
            let octet = octets[place]
            if octet.capital == UInt8(ascii: "O") || octet == UInt8(ascii: "0"), letters == 1 {
                letters = 2
            } else if octet.isDigit {
                return letters == 2
            } else if octet != UInt8(ascii: "."), !octet.isBlank {
                return false
            }
            place += 1
        }
        return false
    }

    private static func named(
        _ names: [StaticString], _ field: HeaderField, _ octets: CableOctets, _ line: Range<Int>,
        _ isMisspelt: Bool = false
    ) -> (HeaderField, Range<Int>, Bool)? {
        for name in names where octets.begins(line, name) {
            var place = line.lowerBound + name.utf8CodeUnitCount
            while place < line.upperBound, octets[place] == 0x20 { place += 1 }
            guard place < line.upperBound, octets[place] == UInt8(ascii: ":") else { continue }
            return (field, place + 1..<line.upperBound, isMisspelt)
        }
        return nil
    }

    private static let namesInside: [StaticString] = ["TAGS", "SUBJECT", "SUBJ"]

    /// A field that begins in the middle of the line of another: `E.O. 12958: N/A TAGS: PREL`.
    static func inside(_ octets: CableOctets, _ line: Range<Int>) -> Int? {
        var place = line.lowerBound
        while let colon = octets.first(UInt8(ascii: ":"), in: place..<line.upperBound) {
            for name in namesInside {
                let start = colon - name.utf8CodeUnitCount
                if start > line.lowerBound, octets.begins(start..<colon, name), octets[start - 1].isBlank {
                    return start
                }
            }
            place = colon + 1
        }
        return nil
    }
}

/// The TAGS line: codes parted by blanks or commas, run together, with persons in brackets.
enum TagsLine {
    private static let tagsMax = 64
    private static let tagOctetsMax = 128

    /// - Returns: the tags, and whether SIPDIS stood among them, where it has no business.
    static func read(_ octets: CableOctets, _ range: Range<Int>) -> (tags: [String], hasCaption: Bool) {
        var tags: [String] = []
        tags.reserveCapacity(4)
        var hasCaption = false
        var place = range.lowerBound
        while place < range.upperBound, tags.count < tagsMax {
            let octet = octets[place]
            if isSeparator(octet) {
                place += 1
                continue
            }
            let start = place
            if octet == UInt8(ascii: "(") {
                place = bracketed(octets, start..<range.upperBound)
                let person = octets.capitals((start..<place).prefix(tagOctetsMax))
                tags.append(tags.popLast().map { "\($0) \(person)" } ?? person)
                continue
            }
            while place < range.upperBound, !isSeparator(octets[place]), octets[place] != UInt8(ascii: "(") {
                place += 1
            }
            let word = start..<place
            if octets.equals(word, "SIPDIS") {
                hasCaption = true
            } else {
                append(octets, word.prefix(tagOctetsMax), &tags)
            }
        }
        return (tags, hasCaption)
    }

    private static func isSeparator(_ octet: UInt8) -> Bool {
        octet.isBlank || octet == UInt8(ascii: ",") || octet == UInt8(ascii: ";") || octet == UInt8(ascii: "/")
            || octet == UInt8(ascii: ".")
    }

    private static func bracketed(_ octets: CableOctets, _ range: Range<Int>) -> Int {
        var depth = 0
        for place in range {
            if octets[place] == UInt8(ascii: "(") { depth += 1 }
            if octets[place] == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { return place + 1 }
        }
        return range.upperBound
    }

    /// Subject tags have four letters: `ECONEFIN` is two.
    private static func append(_ octets: CableOctets, _ word: Range<Int>, _ tags: inout [String]) {
        guard word.count > 4, word.count % 4 == 0, word.count <= 24, octets.all(word, { $0.isLetter }) else {
            return tags.append(octets.capitals(word))
        }
        for start in stride(from: word.lowerBound, to: word.upperBound, by: 4) where tags.count < tagsMax {
            tags.append(octets.capitals(start..<start + 4))
        }
    }
}
