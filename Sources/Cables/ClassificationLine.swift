/// The first line of the text: classification, section, message reference number, and what follows (ACP 127 §209).
struct ClassificationLine {
    var classification: Classification
    var section: Cable.Section?
    var mrn: String?
    /// Captions that stand on the same line.
    var rest: String

    private static let words: [(letters: String, meaning: Classification)] = [
        ("TOPSECRET", .topSecret), ("SECRET", .secret), ("CONFIDENTIAL", .confidential), ("RESTRICTED", .restricted),
        ("SENSITIVEBUTUNCLASSIFIED", .sensitiveButUnclassified), ("LIMITEDOFFICIALUSE", .sensitiveButUnclassified),
        ("UNCLASSIFIED", .unclassified), ("UNCLAS", .unclassified), ("SBU", .sensitiveButUnclassified),
        ("CLEAR", .unclassified),
    ]

    /// Nil when the line does not begin with a classification, plain or letter-spaced.
    init?(_ text: String) {
        guard let (classification, after) = Self.classification(text) else { return nil }
        self.classification = classification
        var words = Self.separated(after).words
        if words.first?.uppercased() == "EFTO" { words.removeFirst() }
        section = Self.section(&words)
        mrn = Self.mrn(&words)
        rest = words.joined(separator: " ")
    }

    private static func classification(_ text: String) -> (Classification, Substring)? {
        guard let first = text.utf8.first(where: { $0 != 0x20 }) else { return nil }
        for (letters, meaning) in words where letters.utf8.first == first & 0xDF {
            if let rest = match(letters, text) { return (meaning, rest) }
        }
        return nil
    }

    /// `SECRET`, `S E C R E T`, `T O P  S E C R E T`: blanks may stand between any two letters.
    private static func match(_ letters: String, _ text: String) -> Substring? {
        var rest = text[...]
        for letter in letters {
            while rest.first == " " { rest = rest.dropFirst() }
            guard let next = rest.first, next == letter || String(next).uppercased() == String(letter) else {
                return nil
            }
            rest = rest.dropFirst()
        }
        guard let next = rest.first else { return rest }
        return next.isLetter || next.isNumber || next == "." ? nil : rest
    }

    private static func separated(_ rest: Substring) -> String {
        rest.hasPrefix("//") ? " " + rest.dropFirst(2).replacing("/", with: " ") : String(rest)
    }

    /// `SECTION 01 OF 03`, `FINAL SECTION OF 2`.
    static func section(_ words: inout [String]) -> Cable.Section? {
        let upper = words.map { $0.uppercased() }
        if upper.count >= 4, upper[0] == "SECTION", upper[2] == "OF", let number = Int(upper[1]),
            let all = Int(upper[3])
        {
            words.removeFirst(4)
            return Cable.Section(number: number, of: all)
        }
        if upper.count >= 4, upper[0] == "FINAL", upper[1] == "SECTION", upper[2] == "OF", let all = Int(upper[3]) {
            words.removeFirst(4)
            return Cable.Section(number: all, of: all)
        }
        return nil
    }

    /// Letters and then digits: `STATE 071234`, `PORT TROPIC 000119`.
    static func mrn(_ words: inout [String]) -> String? {
        guard let digits = words.firstIndex(where: { Int($0) != nil }), (1...4).contains(digits),
            words[digits].utf8.count <= 7,
            words[..<digits].allSatisfy({ $0.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == 0x2D } })
        else { return nil }
        let mrn = words[...digits].joined(separator: " ")
        words.removeFirst(digits + 1)
        return mrn
    }
}
