/// `slug replies for ISN`, `slug response to EAP/CM and INR`, `replies should be slugged for ISN`: the offices for which
/// replies are asked to be marked.
enum SlugPhrase {
    /// Offices of one sentence at most, words from SLUG to FOR, and letters of an office symbol.
    private static let symbolsMax = 16
    private static let reachMax = 10
    private static let symbolLettersMax = 24
    private static let personWordsMax = 6

    static func read(_ sentence: Sentence) -> [String] {
        for index in sentence.words.indices {
            let isVerb = sentence.has(index, "SLUG") || sentence.has(index, "SLUGGING")
            let isParticiple = sentence.has(index, "SLUGGED")
            guard isVerb || isParticiple, !sentence.has(index - 1, nouns), !isRefused(sentence, index) else { continue }
            guard isParticiple ? isToBeSlugged(sentence, index) : true else { continue }
            guard let link = link(sentence, index), isAboutTraffic(sentence, index, link, isParticiple) else {
                continue
            }
            let symbols = symbols(sentence, from: link)
            if !symbols.isEmpty { return symbols }
        }
        return []
    }

    /// Words before SLUG that make an animal or a thing of it.
    private static let nouns: WordSet = [
        "SEA", "A", "THE", "METAL", "BULLET", "BANANA", "GARDEN", "LEAD", "BRASS", "ITS", "THIS", "THAT", "EACH", "ONE",
        "NO", "ANY", "OF", "LAND", "GIANT",
    ]
    private static let refusals: WordSet = [
        "NOT", "NEVER", "DON'T", "WITHOUT", "DIDN'T", "NEEDN'T", "DON", "CANNOT", "STOP",
    ]
    private static let asking: WordSet = ["BE", "SHOULD", "MUST"]
    private static let replies: WordSet = [
        "REPLY", "REPLIES", "RESPONSE", "RESPONSES", "ANSWER", "ANSWERS", "REPORT", "REPORTS", "REPORTING", "FEEDBACK",
        "COMMENTS", "CABLE", "CABLES", "TELEGRAM", "TELEGRAMS", "TRAFFIC", "MESSAGE", "MESSAGES", "IT", "THEM", "ALL",
        "INPUT", "SUBMISSION", "SUBMISSIONS", "CORRESPONDENCE", "REPLYING", "RESPONDING",
    ]
    private static let links: WordSet = ["FOR", "TO", "ATTN", "ATTENTION"]

    private static func isRefused(_ sentence: Sentence, _ index: Int) -> Bool {
        sentence.contains(refusals, in: max(0, index - 4)..<index)
    }

    /// `should be slugged`; `responses, slugged for`; `are captioned SIPDIS and slugged for`.
    private static func isToBeSlugged(_ sentence: Sentence, _ index: Int) -> Bool {
        let isBeside = sentence.has(index - 1, replies) || sentence.has(index - 1, "AND")
        if isBeside, RequestWords.requests(sentence), sentence.contains(replies, in: 0..<index) { return true }
        return isToBe(sentence, index)
    }

    private static func isToBe(_ sentence: Sentence, _ index: Int) -> Bool {
        sentence.has(index - 1, asking) && sentence.contains(replies, in: 0..<index)
            && !sentence.has(index - 2, "COULD") && !sentence.has(index - 2, "MIGHT")
    }

    /// The FOR or TO behind SLUG, or the offices themselves where it is left out.
    private static func link(_ sentence: Sentence, _ index: Int) -> Int? {
        let reach = (index + 1)..<min(index + reachMax, sentence.count)
        guard !reach.isEmpty else { return nil }
        if let found = reach.first(where: { sentence.has($0, links) }) { return found + 1 }
        // `slug replies ISN/CPI`, `slugged ISN/CPI`
        if sentence.has(index, "SLUGGED"), isSymbol(sentence, index + 1), hasSlash(sentence, index + 1) {
            return index + 1
        }
        return reach.dropFirst().first {
            sentence.has($0 - 1, replies) && isSymbol(sentence, $0) && hasSlash(sentence, $0)
        }
    }

    private static func isAboutTraffic(_ sentence: Sentence, _ index: Int, _ link: Int, _ isParticiple: Bool) -> Bool {
        if isParticiple { return true }
        let between = (index + 1)..<max(index + 1, link - 1)
        if between.isEmpty {
            return RequestWords.requests(sentence) || sentence.isOrder(index)
                || sentence.contains(replies, in: 0..<index)
        }
        return sentence.contains(replies, in: between) && !sentence.contains(RequestWords.narrative, in: 0..<index)
    }

    // MARK: Offices

    private static let leadIns: WordSet = [
        "THE", "BOTH", "ATTENTION", "OF", "OFFICE", "BUREAU", "DEPARTMENT", "DEPT", "STATE", "FOR", "TO",
    ]
    private static let ands: WordSet = ["AND", "&", "OR", "AS", "WELL", "ALSO"]
    /// Words in capitals that are no office, for texts that are all in capitals.
    private static let others: WordSet = [
        "ATTN", "ATTENTION", "PLEASE", "PLS", "AND", "WITH", "INFO", "SIPDIS", "NODIS", "EXDIS", "STADIS", "INFORM",
        "ADVISE", "REPLY", "INCLUDE", "USE", "SEND", "PROVIDE", "REPORT", "CONFIRM", "COPY", "SUBMIT", "NO", "BY",
        "NLT",
        "WITHIN", "IN", "ON", "AT", "THE", "POST", "POSTS", "EMBASSY", "ALL", "CAPTION", "MAKE", "ENSURE", "MARK",
        "KEEP",
        "CONTACT", "DEPARTMENT", "FROM", "NOT", "ANY", "YOUR", "OUR", "THIS", "THEIR", "ACTION", "RESPOND", "ANSWER",
        "WASHINGTON", "USING", "THEN", "SHOULD", "CARRY", "ADD", "TO", "BEFORE", "AFTER", "UNTIL", "WHO", "WHICH",
    ]

    /// Office symbols in capitals, parted by comma, AND or semicolon.
    private static func symbols(_ sentence: Sentence, from start: Int) -> [String] {
        var symbols: [String] = []
        var place = start
        while place < sentence.count, symbols.count < symbolsMax {
            if sentence.has(place, ands) {
                place += 1
                continue
            }
            // `for the attention of`, `for Department (ISN/CPI)`
            if symbols.isEmpty, sentence.has(place, leadIns), place - start < 6 {
                place += 1
                continue
            }
            guard isSymbol(sentence, place), !sentence.has(place, others) else { break }
            symbols.append(plain(sentence.text(place)))
            let word = sentence.words[place]
            place += 1
            let behind = Self.behindPerson(sentence, place)
            let pauses = behind > place ? sentence.words[behind - 1].pauses : word.pauses
            place = behind
            guard !word.stops, pauses || sentence.has(place, ands) else { break }
        }
        return symbols
    }

    /// Behind a person in brackets, `(A. Nobody)`, if one stands here.
    private static func behindPerson(_ sentence: Sentence, _ start: Int) -> Int {
        guard start < sentence.count, sentence.octets[sentence.words[start].piece.lowerBound] == UInt8(ascii: "(")
        else {
            return start
        }
        for place in start..<min(sentence.count, start + personWordsMax)
        where sentence.octets.first(UInt8(ascii: ")"), in: sentence.words[place].piece) != nil {
            return place + 1
        }
        return start
    }

    /// Without the `STATE/` that names the department and no office.
    private static func plain(_ symbol: String) -> String {
        for prefix in ["STATE/", "DEPT/"] where symbol.hasPrefix(prefix) {
            return String(symbol.dropFirst(prefix.count))
        }
        return symbol
    }

    private static func isSymbol(_ sentence: Sentence, _ index: Int) -> Bool {
        let (octets, range) = (sentence.octets, sentence.words[index].range)
        guard let first = range.first, octets[first].isCapital, range.count <= symbolLettersMax else { return false }
        // Letters that are words of the language are no offices, though T and P are.
        if range.count == 1, octets[first] == UInt8(ascii: "A") || octets[first] == UInt8(ascii: "I") { return false }
        return octets.all(range) {
            $0.isCapital || $0.isDigit || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "&")
        }
    }

    private static func hasSlash(_ sentence: Sentence, _ index: Int) -> Bool {
        sentence.octets.first(UInt8(ascii: "/"), in: sentence.words[index].range) != nil
    }
}
