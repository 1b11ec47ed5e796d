/// The TAGS line: codes parted by blanks or commas, run together, with persons in brackets.
enum TagsLine {
    private static let tagsMax = 64

    static func read(_ text: String) -> [String] {
        var tags: [String] = []
        var word = ""
        var depth = 0
        func flush() {
            let tag = word.collapsed.uppercased()
            word = ""
            guard !tag.isEmpty, tags.count < tagsMax else { return }
            if tag.hasPrefix("("), let last = tags.popLast() {
                tags.append("\(last) \(tag)")
            } else {
                tags.append(contentsOf: split(tag))
            }
        }
        for letter in text {
            switch letter {
            case "(":
                if depth == 0 { flush() }
                depth += 1
                word.append(letter)
            case ")":
                depth = max(0, depth - 1)
                word.append(letter)
                if depth == 0 { flush() }
            case ",", " ", ";": if depth > 0 { word.append(letter) } else { flush() }
            default: word.append(letter)
            }
        }
        flush()
        return tags
    }

    /// Subject tags have four letters: `ECONEFIN` is two.
    private static func split(_ tag: String) -> [String] {
        let letters = Array(tag)
        guard letters.count > 4, letters.count % 4 == 0, letters.count <= 24, letters.allSatisfy(\.isLetter) else {
            return [tag]
        }
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<($0 + 4)]) }
    }
}

/// The REF lines: one reference, or several by letters.
enum ReferenceLines {
    private static let referencesMax = 64

    static func read(_ text: String) -> [Cable.Reference] {
        let words = text.words
        var parts: [(letter: String?, words: [String])] = []
        var expected = UInt8(ascii: "A")
        for word in words {
            if let letter = letter(word), letter == expected, expected <= UInt8(ascii: "Z") {
                parts.append((String(UnicodeScalar(letter)), []))
                expected += 1
            } else if parts.isEmpty {
                parts.append((nil, [word]))
            } else {
                parts[parts.count - 1].words.append(word)
            }
        }
        return parts.prefix(referencesMax).map {
            let text = $0.words.joined(separator: " ")
            return Cable.Reference(letter: $0.letter, text: text, mrn: mrn($0.words))
        }
    }

    /// `A.`, `A)`, `(A)`: the letter.
    private static func letter(_ word: String) -> UInt8? {
        let octets = Array(word.utf8)
        let letters = octets.filter { (0x41...0x5A).contains($0) }
        guard letters.count == 1, octets.count <= 3, octets.count >= 2, let last = octets.last,
            last == UInt8(ascii: ".") || last == UInt8(ascii: ")")
        else { return nil }
        return letters[0]
    }

    /// `STATE 071234`, `08 ELBONIA 000412`, `08STATE71234`.
    private static func mrn(_ words: [String]) -> String? {
        guard let first = words.first else { return nil }
        let plain = first.trimmed
        if plain.utf8.contains(where: { (0x41...0x5A).contains($0) }), Cable.canonicalMRN(plain) != nil { return plain }
        for count in 2...5 where count <= words.count {
            let text = (words[..<(count - 1)] + [words[count - 1].trimmed]).joined(separator: " ")
            if Cable.canonicalMRN(text) != nil { return text }
        }
        return nil
    }
}

extension String {
    /// Without the punctuation that ends a phrase.
    fileprivate var trimmed: String {
        var text = self[...]
        while let last = text.last, ",;.".contains(last) { text = text.dropLast() }
        return String(text)
    }
}
