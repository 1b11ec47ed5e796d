/// Finds what the drafter asks of replies, in free text: an office, captions, a time.
///
/// One pass looks for the few words with which such a request begins; only the sentences around them are read.
enum ReplyInstructionReader {
    /// Octets of the text that are looked at, and sentences that are read, at most.
    private static let textOctetsMax = 4 << 20
    private static let sentencesMax = 256

    static func read(
        _ octets: CableOctets, _ range: Range<Int>, written: (year: Int, month: Int, day: Int), receiptYear: Int
    ) -> ReplyInstructions {
        let text = range.lowerBound..<min(range.upperBound, range.lowerBound + textOctetsMax)
        var found = ReplyInstructions()
        var sentenceEnd = text.lowerBound
        var sentences = 0
        var place = text.lowerBound
        while sentences < sentencesMax, let cue = Cue.next(octets, from: place, in: text) {
            place = cue.upperBound
            // One sentence may hold several cues.
            guard cue.lowerBound >= sentenceEnd else { continue }
            let sentence = Sentence(octets, around: cue.lowerBound, in: text)
            sentenceEnd = max(sentence.range.upperBound, cue.upperBound)
            sentences += 1
            read(sentence, in: text, written, receiptYear, into: &found)
        }
        return found
    }

    private static func read(
        _ sentence: Sentence, in text: Range<Int>, _ written: (year: Int, month: Int, day: Int), _ receiptYear: Int,
        into found: inout ReplyInstructions
    ) {
        let slugs = SlugPhrase.read(sentence)
        for slug in slugs where !found.slugs.contains(slug) { found.slugs.append(slug) }
        if !slugs.isEmpty, found.slugText == nil { found.slugText = sentence.plain }
        let captions = CaptionPhrase.read(sentence)
        for caption in captions where !found.captions.contains(caption) { found.captions.append(caption) }
        if !captions.isEmpty, found.captionText == nil { found.captionText = sentence.plain }
        guard found.due == nil, let due = DeadlinePhrase.read(sentence, written: written, receiptYear: receiptYear)
        else { return }
        if RequestWords.asksForReply(sentence) || neighboursAsk(sentence, in: text) { found.due = due }
    }

    /// A deadline may stand in the sentence beside the request.
    private static func neighboursAsk(_ sentence: Sentence, in text: Range<Int>) -> Bool {
        guard !sentence.contains(RequestWords.narrative) else { return false }
        let hasReply = sentence.contains(RequestWords.reply)
        let hasRequest = RequestWords.requests(sentence)
        guard hasReply || hasRequest else { return false }
        var neighbours: [Sentence] = []
        if sentence.range.lowerBound > text.lowerBound + 1 {
            neighbours.append(Sentence(sentence.octets, around: sentence.range.lowerBound - 2, in: text))
        }
        if sentence.range.upperBound + 1 < text.upperBound {
            neighbours.append(Sentence(sentence.octets, around: sentence.range.upperBound + 1, in: text))
        }
        return neighbours.contains {
            hasReply ? RequestWords.requests($0) && $0.contains(RequestWords.reply) : RequestWords.asksForReply($0)
        }
    }
}

/// The words with which a request may begin.
enum Cue {
    /// The next one that may matter: of the many `by` and `within` only those before a number, a day or a time.
    static func next(_ octets: CableOctets, from start: Int, in text: Range<Int>) -> Range<Int>? {
        var place = start
        while let found = octets.wordStart(in: place..<text.upperBound, initials: initials) {
            if let end = end(octets, found..<text.upperBound, octets[found] | 0x20) { return found..<end }
            place = found + 1
        }
        return nil
    }

    private static let initials: UInt32 = "swnbedloi".utf8.reduce(0) { $0 | 1 << UInt32($1 & 31) }

    private static func end(_ octets: CableOctets, _ range: Range<Int>, _ letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "s"):
            return word(octets, range, "SLUG", isWhole: false) ?? word(octets, range, "SIPDIS")
                ?? word(octets, range, "STADIS")
        case UInt8(ascii: "e"): return word(octets, range, "EXDIS")
        case UInt8(ascii: "l"): return word(octets, range, "LIMDIS")
        case UInt8(ascii: "n"):
            return word(octets, range, "NODIS") ?? word(octets, range, "NOFORN") ?? word(octets, range, "NLT")
                ?? word(octets, range, "NO", before: ["LATER", "MORE"])
                ?? word(octets, range, "NOT", before: ["LATER", "MORE"])
        case UInt8(ascii: "w"): return word(octets, range, "WITHIN") { isSpan(octets, $0) }
        case UInt8(ascii: "i"): return word(octets, range, "IN") { isCount(octets, $0) }
        case UInt8(ascii: "b"):
            return word(octets, range, "BY") { isTime(octets, $0) }
                ?? word(octets, range, "BEFORE") { isTime(octets, $0) }
        case UInt8(ascii: "o"): return word(octets, range, "ON", before: ["OR"])
        case UInt8(ascii: "d"):
            return word(octets, range, "DUE") { isTime(octets, $0) } ?? word(octets, range, "DEADLINE")
        default: return nil
        }
    }

    private static func word(
        _ octets: CableOctets, _ range: Range<Int>, _ word: StaticString, isWhole: Bool = true
    ) -> Int? {
        guard octets.begins(range, word) else { return nil }
        let end = range.lowerBound + word.utf8CodeUnitCount
        return isWhole && end < range.upperBound && octets[end].isLetter ? nil : end
    }

    private static func word(
        _ octets: CableOctets, _ range: Range<Int>, _ first: StaticString, before next: WordSet
    ) -> Int? {
        word(octets, range, first) { next.contains(octets, head(octets, $0)) }
    }

    /// The word, if what follows it holds.
    private static func word(
        _ octets: CableOctets, _ range: Range<Int>, _ first: StaticString, followedBy holds: (Range<Int>) -> Bool
    ) -> Int? {
        guard let end = word(octets, range, first), end < range.upperBound, octets[end].isBlank else { return nil }
        var rest = octets.skipBlanks(end..<range.upperBound)
        // A page line may stand between the two words.
        if let first = rest.first, octets[first - 1] == 0x0A {
            let feed = min(octets.lineFeed(from: first), rest.upperBound)
            if PageLine.stands(octets, octets.trimmed(first..<feed)) {
                rest = octets.skipBlanks(feed..<rest.upperBound)
            }
        }
        return !rest.isEmpty && holds(rest) ? end : nil
    }

    private static func head(_ octets: CableOctets, _ range: Range<Int>) -> Range<Int> {
        var stop = range.lowerBound
        while stop < range.upperBound, octets[stop].isLetter { stop += 1 }
        return range.lowerBound..<stop
    }

    private static func isSpan(_ octets: CableOctets, _ rest: Range<Int>) -> Bool {
        articles.contains(octets, head(octets, rest)) || isCount(octets, rest)
    }

    private static let articles: WordSet = ["THE", "A", "AN"]

    private static func isCount(_ octets: CableOctets, _ rest: Range<Int>) -> Bool {
        if octets[rest.lowerBound].isDigit { return true }
        let word = head(octets, rest)
        return !articles.contains(octets, word) && DeadlinePhrase.number(octets, word) != nil
    }

    /// A number, a month, or a word that leads to one. Of the many `by the` only `by the close` and `by the 15th`.
    private static func isTime(_ octets: CableOctets, _ rest: Range<Int>) -> Bool {
        if octets[rest.lowerBound].isDigit { return true }
        let word = head(octets, rest)
        if octets.equals(word, "THE") {
            let next = octets.skipBlanks(word.upperBound..<rest.upperBound)
            guard let first = next.first else { return false }
            return octets[first].isDigit || ends.contains(octets, head(octets, next))
        }
        // `C.O.B.` has one letter before its first stop.
        return word.count == 1 && octets.equals(word, "C") || DateTimeGroup.month(octets, word) != nil
            || DeadlinePhrase.leadIns.contains(octets, word)
    }

    private static let ends: WordSet = ["CLOSE", "END", "OPENING", "DEADLINE"]
}

/// Words that tell a request from a report.
enum RequestWords {
    static let reply: WordSet = [
        "REPLY", "REPLIES", "REPLYING", "RESPOND", "RESPONDS", "RESPONSE", "RESPONSES", "RESPONDING", "ANSWER",
        "ANSWERS", "FEEDBACK",
    ]
    static let report: WordSet = [
        "REPORT", "REPORTS", "REPORTING", "ADVISE", "INFORM", "CONFIRM", "PROVIDE", "SUBMIT", "FURNISH", "ACKNOWLEDGE",
        "SEND", "COMMENTS", "INPUT",
    ]
    static let request: WordSet = [
        "REQUEST", "REQUESTS", "REQUESTING", "PLEASE", "PLS", "SHOULD", "MUST", "KINDLY", "APPRECIATE",
        "APPRECIATES", "APPRECIATED", "WELCOME", "WELCOMES", "NEEDS", "NEEDED", "INSTRUCTED", "REQUIRED", "NLT",
        "SHALL", "LIKE", "ASKS", "HOPES", "EXPECTS", "GRATEFUL", "REQUIRES", "NEED", "ENSURE",
    ]
    /// What was, or what others will do.
    static let narrative: WordSet = [
        "WILL", "WAS", "WERE", "HAD", "DID", "CAME", "SAID", "PROMISED", "RECEIVED", "TOOK",
    ]
    private static let past: WordSet = ["WAS", "WERE", "HAD", "BEEN", "HAS", "HAVE"]
    private static let bound: WordSet = ["ARE", "IS", "BE"]

    /// A word of request, IS TO or ARE ASKED, or an order at the start.
    static func requests(_ sentence: Sentence) -> Bool {
        for index in sentence.words.indices {
            if sentence.has(index, request) {
                if !sentence.contains(past, in: max(0, index - 2)..<index) { return true }
            } else if sentence.has(index, due) {
                if !sentence.contains(narrative) { return true }
            } else if sentence.has(index, passive) {
                // `is requested`, `reply requested`; not what an embassy requested of a ministry.
                let isBound = sentence.contains(bound, in: max(0, index - 2)..<index)
                if isBound || sentence.has(index - 1, reply) || sentence.has(index - 1, "ACTION") { return true }
            } else if sentence.has(index, "TO"), sentence.has(index - 1, bound), sentence.has(index + 1, verbs) {
                return true
            } else if sentence.has(index, "ASK"), sentence.has(index - 1, "WE") {
                return true
            } else if sentence.has(index, "FORWARD"), sentence.has(index - 1, looks) {
                return true
            }
        }
        return false
    }

    private static let due: WordSet = ["DUE", "DEADLINE"]
    private static let passive: WordSet = ["REQUESTED", "ASKED"]
    private static let looks: WordSet = ["LOOK", "LOOKS", "LOOKING"]

    /// Verbs of answering and reporting.
    static let verbs: WordSet = [
        "REPLY", "RESPOND", "ANSWER", "REPORT", "ADVISE", "CONFIRM", "PROVIDE", "SUBMIT", "FURNISH", "ACKNOWLEDGE",
        "SEND",
        "INFORM",
    ]

    static func orders(_ sentence: Sentence) -> Bool {
        sentence.words.indices.contains {
            sentence.has($0, verbs) && sentence.isOrder($0) && !sentence.has($0 - 1, "TO")
        }
    }

    /// Whether a sentence asks for an answer or a report.
    static func asksForReply(_ sentence: Sentence) -> Bool {
        let isAsking = requests(sentence) || orders(sentence)
        return isAsking && (sentence.contains(reply) || sentence.contains(report))
    }
}
