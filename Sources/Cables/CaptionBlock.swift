/// The lines between the classification line and E.O. or the text: captions, PASS and FOR lines (5 FAH-2 H-440).
struct CaptionBlock {
    private(set) var captions: [String] = []
    private(set) var slugs: [String] = []
    private(set) var attention: [String] = []
    private(set) var pass: [String] = []
    private(set) var exercise: String?

    /// Captions that are one word, and so may share a line without commas.
    private static let single: Set<String> = [
        "SIPDIS", "NODIS", "EXDIS", "STADIS", "LIMDIS", "NOFORN", "SENSITIVE", "SBU", "ORCON", "PROPIN", "TERREP",
        "ROGER", "DIRGEN", "AGREMENT", "MED", "DISSENT", "FOUO", "NOTAL", "ONLY",
    ]
    private static let entriesMax = 64

    mutating func take(_ line: String) {
        let text = line.collapsed
        guard !text.isEmpty, captions.count < Self.entriesMax, slugs.count < Self.entriesMax else { return }
        let words = text.words
        let upper = words.map(\.capitals)
        if upper[0] == "EXERCISE" {
            let name = words.dropFirst().filter { $0.uppercased() != "EXERCISE" }.joined(separator: " ")
            exercise = name.isEmpty ? "EXERCISE" : String(name.reversed().drop { $0 == "/" }.reversed())
            return
        }
        if let index = upper.firstIndex(of: "PASS"), index <= 4 {
            let after = upper.dropFirst(index + 1).first == "TO" ? index + 2 : index + 1
            let whom = words.dropFirst(after).joined(separator: " ")
            if !whom.isEmpty { pass.append(whom) }
            return
        }
        if upper[0] == "ATTN" || upper[0] == "ATTENTION" || upper[0] == "ATTN:" {
            attention.append(words.dropFirst().joined(separator: " "))
            return
        }
        // `STATE FOR ISN`, `FOR ISN`: not a caption that happens to hold the word.
        if let index = upper.firstIndex(of: "FOR"), index <= 3, !upper[..<index].contains(where: { $0.hasSuffix(",") }),
            !upper[..<index].contains(where: { Self.single.contains($0) })
        {
            takeSlugs(words.dropFirst(index + 1).joined(separator: " "))
            return
        }
        takeCaptions(text)
    }

    private mutating func takeCaptions(_ text: String) {
        var items = text.split(separator: ",", omittingEmptySubsequences: true).map { String($0).collapsed }
        while !items.isEmpty {
            let item = items.removeFirst()
            if item.uppercased().hasPrefix("FOR ") {
                takeSlugs(([String(item.dropFirst(4))] + items).joined(separator: ", "))
                return
            }
            for part in item.split(separator: "/", omittingEmptySubsequences: true) {
                let part = String(part).collapsed
                let words = part.words
                if !words.isEmpty, words.allSatisfy({ Self.single.contains($0.uppercased()) }) {
                    for word in words { add(word.uppercased()) }
                } else if !part.isEmpty {
                    add(part.uppercased())
                }
            }
        }
    }

    private mutating func add(_ caption: String) {
        if !captions.contains(caption) { captions.append(caption) }
    }

    /// Splits at comma, semicolon and AND, not at the slash; a person in brackets goes to attention.
    private mutating func takeSlugs(_ text: String) {
        var plain = ""
        var person = ""
        var depth = 0
        for letter in text {
            switch letter {
            case "(": depth += 1
            case ")":
                depth = max(0, depth - 1)
                if depth == 0, !person.collapsed.isEmpty {
                    attention.append(person.collapsed)
                    person = ""
                }
            default: if depth > 0 { person.append(letter) } else { plain.append(letter) }
            }
        }
        for part in plain.split(whereSeparator: { $0 == "," || $0 == ";" }) {
            var words: [String] = []
            for word in String(part).words + ["AND"] {
                guard word.uppercased() == "AND" else {
                    words.append(word)
                    continue
                }
                let symbol = words.joined(separator: " ")
                if !symbol.isEmpty, !slugs.contains(symbol) { slugs.append(symbol) }
                words = []
            }
        }
    }

    /// NOFORN, and REL with its nations.
    var releasability: [String] { captions.filter { $0 == "NOFORN" || $0.hasPrefix("REL ") } }
}

/// Where captions and slugs stand, for a reply that lacks them: octets from the start of the cable.
struct CaptionLayout: Sendable, Equatable {
    /// Behind the classification line; where there is none, the start of the text.
    var afterClassification = 0
    /// Behind the last line that holds captions, the classification line if there are none.
    var afterCaptions = 0
    /// Behind the last line of the block.
    var afterBlock = 0
    var usesCarriageReturn = false
}
