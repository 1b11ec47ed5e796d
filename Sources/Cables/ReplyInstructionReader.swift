/// Finds what the drafter asks of replies, in free text: an office, captions, a time.
///
/// One pass looks for the few words with which such a request begins; only the sentences around them are read.
enum ReplyInstructionReader {
    /// Octets of the text that are looked at, and of one sentence each way.
    private static let textOctetsMax = 4 << 20
    private static let sentenceOctetsMax = 600
    private static let sentencesMax = 256

    static func read(
        _ text: CableOctets, _ range: Range<Int>, written: (year: Int, month: Int, day: Int), receiptYear: Int
    ) -> ReplyInstructions {
        var found = ReplyInstructions()
        var sentenceEnd = 0
        var sentences = 0
        let count = min(range.upperBound, range.lowerBound + textOctetsMax)
        var place = range.lowerBound
        var afterLetter = false
        while place < count, sentences < sentencesMax {
            let octet = text[place]
            let lower = octet | 0x20
            let isLetter = lower >= 0x61 && lower <= 0x7A
            if isLetter, !afterLetter, place >= sentenceEnd, isCue(text, place, lower) {
                let range = sentence(text, around: place)
                sentenceEnd = range.upperBound
                sentences += 1
                let here = Sentence(text, range)
                read(here, context: context(text, range), written, receiptYear, into: &found)
            }
            afterLetter = isLetter
            place += 1
        }
        return found
    }

    // MARK: Cues

    private static func isCue(_ text: CableOctets, _ place: Int, _ lower: UInt8) -> Bool {
        switch lower {
        case UInt8(ascii: "s"):
            matches(text, place, "slug") || matches(text, place, "sipdis") || matches(text, place, "stadis")
        case UInt8(ascii: "w"): matches(text, place, "within")
        case UInt8(ascii: "n"):
            matches(text, place, "nlt ") || matches(text, place, "no later") || matches(text, place, "not later")
                || matches(text, place, "nodis")
        case UInt8(ascii: "b"): matches(text, place, "by ")
        case UInt8(ascii: "e"): matches(text, place, "exdis")
        default: false
        }
    }

    /// Compares letters without case; a blank matches any white space.
    private static func matches(_ text: CableOctets, _ place: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard place + count <= text.count else { return false }
        for index in 0..<count {
            let wanted = word.utf8Start[index]
            let octet = text[place + index]
            if wanted == 0x20 ? !(octet == 0x20 || octet == 0x0A || octet == 0x0D) : octet | 0x20 != wanted {
                return false
            }
        }
        return true
    }

    // MARK: Sentences

    /// From the end of the sentence before to the end of this one: a full stop and a blank, or an empty line.
    private static func sentence(_ text: CableOctets, around place: Int) -> Range<Int> {
        var start = place
        while start > 0, place - start < sentenceOctetsMax, !endsSentence(text, start - 1) { start -= 1 }
        var end = place
        while end < text.count, end - place < sentenceOctetsMax, !endsSentence(text, end) { end += 1 }
        return start..<min(end + 1, text.count)
    }

    private static func endsSentence(_ text: CableOctets, _ place: Int) -> Bool {
        switch text[place] {
        case UInt8(ascii: "."), UInt8(ascii: "?"), UInt8(ascii: "!"):
            guard place + 1 < text.count else { return true }
            guard text[place + 1] <= 0x20 || text[place + 1] == UInt8(ascii: ")") else { return false }
            // `1. ` numbers a paragraph, `A. ` a reference: they begin a sentence.
            return true
        case 0x0A:
            var next = place + 1
            while next < text.count, text[next] == 0x20 || text[next] == 0x0D { next += 1 }
            return next < text.count && text[next] == 0x0A
        default: return false
        }
    }

    /// The sentences next to this one: a deadline may stand beside the request.
    private static func context(_ text: CableOctets, _ range: Range<Int>) -> String {
        var words = ""
        if range.lowerBound > 1 {
            let before = sentence(text, around: range.lowerBound - 2)
            words += Sentence(text, before).lower.joined(separator: " ")
        }
        if range.upperBound + 1 < text.count {
            let after = sentence(text, around: range.upperBound + 1)
            words += " " + Sentence(text, after).lower.joined(separator: " ")
        }
        return words
    }

    struct Sentence {
        /// As written, without the punctuation around.
        var words: [String]
        var lower: [String]
        /// Punctuation behind each word.
        var tails: [String]

        init(_ text: CableOctets, _ range: Range<Int>) {
            let plain = text.text(range)
            words = []
            lower = []
            tails = []
            for piece in plain.split(whereSeparator: { $0.isWhitespace }) {
                var word = piece.drop { "(\"'“‘[".contains($0) && !piece.contains(")") }
                var tail = ""
                while let last = word.last, ".,;:!?\"'”’]".contains(last) {
                    tail.insert(last, at: tail.startIndex)
                    word = word.dropLast()
                }
                guard !word.isEmpty else { continue }
                words.append(String(word))
                lower.append(word.lowercased())
                tails.append(tail)
            }
        }
    }

    // MARK: What a sentence asks

    private static let replyWords: Set<String> = [
        "reply", "replies", "replying", "respond", "responds", "response", "responses", "responding", "answer",
        "answers", "feedback",
    ]
    private static let reportWords: Set<String> = [
        "report", "reports", "reporting", "advise", "inform", "confirm", "provide", "submit", "furnish", "acknowledge",
    ]
    private static let requestWords: Set<String> = [
        "request", "requests", "requested", "please", "pls", "should", "must", "asked", "asks", "kindly", "appreciate",
        "appreciates", "welcome", "welcomes", "action", "need", "needs", "instructed",
    ]

    private static func read(
        _ sentence: Sentence, context: String, _ written: (year: Int, month: Int, day: Int), _ receiptYear: Int,
        into found: inout ReplyInstructions
    ) {
        for slug in slugs(sentence) where !found.slugs.contains(slug) { found.slugs.append(slug) }
        for caption in captions(sentence) where !found.captions.contains(caption) { found.captions.append(caption) }
        if found.due == nil, concernsReply(sentence, context) {
            found.due = DeadlinePhrase.read(sentence, written: written, receiptYear: receiptYear)
        }
    }

    private static func concernsReply(_ sentence: Sentence, _ context: String) -> Bool {
        let words = Set(sentence.lower)
        if !words.isDisjoint(with: replyWords) { return true }
        if !words.isDisjoint(with: reportWords), !words.isDisjoint(with: requestWords) { return true }
        let around = Set(context.split(separator: " ").map(String.init))
        return !words.isDisjoint(with: requestWords) && !around.isDisjoint(with: replyWords)
    }

    /// `slug replies for ISN`, `slug your reply for XYZ/PUMP`, `slug response to EAP/CM and INR`.
    private static func slugs(_ sentence: Sentence) -> [String] {
        for index in sentence.lower.indices {
            let word = sentence.lower[index]
            guard word == "slug" || word == "slugged" || word == "slugging" else { continue }
            if index > 0, ["sea", "a", "the", "metal", "bullet", "banana"].contains(sentence.lower[index - 1]) {
                continue
            }
            let reach = min(index + 8, sentence.lower.count)
            guard
                let link = ((index + 1)..<max(index + 1, reach)).first(where: {
                    ["for", "to"].contains(sentence.lower[$0])
                })
            else { continue }
            let between = sentence.lower[(index + 1)..<link]
            let about =
                between.isEmpty
                || between.contains {
                    replyWords.contains($0) || reportWords.contains($0)
                        || ["cable", "cables", "telegrams", "traffic", "message", "messages", "it", "them", "all"]
                            .contains($0)
                }
            guard about, word == "slug" || sentence.lower[..<index].contains(where: { replyWords.contains($0) }) else {
                continue
            }
            let symbols = officeSymbols(sentence, from: link + 1)
            if !symbols.isEmpty { return symbols }
        }
        return []
    }

    /// Office symbols in capitals, parted by comma, AND or semicolon.
    private static func officeSymbols(_ sentence: Sentence, from start: Int) -> [String] {
        var symbols: [String] = []
        var place = start
        while place < sentence.words.count, symbols.count < 16 {
            let word = sentence.words[place]
            let lower = sentence.lower[place]
            if ["and", "&", "the", "or", "both", "for", "attention"].contains(lower),
                lower != word || lower == "&" || word == lower
            {
                if !["and", "&", "or"].contains(lower), lower != "the", lower != "both" { break }
                place += 1
                continue
            }
            guard isSymbol(word), !["ATTN", "PLEASE", "AND", "WITH", "INFO", "SIPDIS"].contains(word) else { break }
            let symbol =
                ["STATE/", "DEPT/"].first { word.hasPrefix($0) }.map { String(word.dropFirst($0.count)) } ?? word
            symbols.append(symbol)
            let tail = sentence.tails[place]
            place += 1
            let next = place < sentence.lower.count ? sentence.lower[place] : ""
            guard tail.contains(",") || tail.contains(";") || ["and", "&", "or"].contains(next) else { break }
            if tail.contains(".") { break }
        }
        return symbols
    }

    private static func isSymbol(_ word: String) -> Bool {
        let scalars = word.unicodeScalars
        guard let first = scalars.first, ("A"..."Z").contains(first), scalars.count <= 24 else { return false }
        return scalars.allSatisfy { ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "/" || $0 == "-" }
            && (scalars.count > 1 || !["A", "I"].contains(word))
    }

    private static let captionWords: Set<String> = ["sipdis", "nodis", "exdis", "stadis"]

    /// `include SIPDIS in all replies`, `replies should carry the SIPDIS caption`, `use the SIPDIS caption`.
    private static func captions(_ sentence: Sentence) -> [String] {
        let words = Set(sentence.lower)
        let refusing: Set<String> = [
            "not", "without", "omit", "omitted", "never", "don't", "remove", "delete", "except",
        ]
        guard words.isDisjoint(with: refusing) else { return [] }
        let acting: Set<String> = [
            "include", "includes", "including", "use", "using", "carry", "bear", "add", "caption", "captioned", "mark",
            "marked", "contain", "apply", "employ", "put", "insert",
        ]
        guard !words.isDisjoint(with: acting) else { return [] }
        let asked =
            !words.isDisjoint(with: replyWords) || !words.isDisjoint(with: reportWords)
            || words.contains("use") || words.contains("include") || words.contains("cables")
        guard asked else { return [] }
        var found: [String] = []
        for index in sentence.lower.indices where captionWords.contains(sentence.lower[index]) {
            let next = index + 1 < sentence.lower.count ? sentence.lower[index + 1] : ""
            if ["was", "were", "is", "had", "has"].contains(next) { continue }
            let caption = sentence.lower[index].uppercased()
            if !found.contains(caption) { found.append(caption) }
        }
        return found
    }
}
