/// `include SIPDIS in all replies`, `replies should carry the SIPDIS caption`, `use the SIPDIS caption`: captions that
/// replies are asked to bear.
enum CaptionPhrase {
    /// Words from the verb to the caption, either way, at most.
    private static let reachMax = 12

    private static let captions: WordSet = ["SIPDIS", "NODIS", "EXDIS", "STADIS", "LIMDIS", "NOFORN"]
    private static let verbs: WordSet = [
        "INCLUDE", "USE", "CARRY", "BEAR", "ADD", "CAPTION", "MARK", "CONTAIN", "APPLY", "EMPLOY", "PUT", "INSERT",
        "SHOW",
        "PLACE", "SEND", "LABEL",
    ]
    private static let participles: WordSet = [
        "INCLUDED", "USED", "CAPTIONED", "MARKED", "ADDED", "APPLIED", "INSERTED", "PLACED", "LABELED", "LABELLED",
        "SENT",
    ]
    private static let participlesPresent: WordSet = ["USING", "INCLUDING", "CARRYING", "BEARING", "ADDING"]
    private static let refusals: WordSet = [
        "NOT", "WITHOUT", "OMIT", "NEVER", "DON'T", "REMOVE", "DELETE", "EXCEPT", "NEITHER", "AVOID", "CANNOT", "IF",
        "UNLESS", "LONGER",
    ]
    private static let subjects: WordSet = [
        "CABLE", "CABLES", "TELEGRAM", "TELEGRAMS", "TRAFFIC", "MESSAGE", "MESSAGES", "CORRESPONDENCE",
    ]
    private static let stated: WordSet = ["WAS", "WERE", "HAD", "HAS", "HAVE", "DID"]

    static func read(_ sentence: Sentence) -> [String] {
        var found: [String] = []
        for index in sentence.words.indices where sentence.has(index, captions) {
            guard isAsked(sentence, index) else { continue }
            let caption = sentence.octets.capitals(sentence.words[index].range)
            if !found.contains(caption) { found.append(caption) }
        }
        return found
    }

    private static func isAsked(_ sentence: Sentence, _ caption: Int) -> Bool {
        // `as SIPDIS was omitted`: a report, whatever else the sentence asks.
        if sentence.has(caption + 1, stated) { return false }
        if sentence.contains(refusals, in: max(0, caption - 4)..<caption) { return false }
        let before = max(0, caption - reachMax)..<caption
        if let verb = before.last(where: { sentence.has($0, verbs) || isAskedParticiple(sentence, $0) }) {
            return isRequest(sentence, verb)
        }
        // `please reply with the SIPDIS caption`
        let article = sentence.has(caption - 1, "THE") ? caption - 2 : caption - 1
        if sentence.has(article, "WITH"), sentence.contains(RequestWords.verbs, in: before) {
            return RequestWords.requests(sentence) || RequestWords.orders(sentence)
        }
        if sentence.contains(participlesPresent, in: before), RequestWords.asksForReply(sentence) { return true }
        // `SIPDIS should be included in replies`
        let after = (caption + 1)..<min(sentence.count, caption + reachMax)
        guard let verb = after.first(where: { isAskedParticiple(sentence, $0) }) else { return false }
        return isRequest(sentence, verb)
    }

    private static func isAskedParticiple(_ sentence: Sentence, _ index: Int) -> Bool {
        sentence.has(index, participles)
            && (sentence.has(index - 1, "BE") || sentence.has(index - 1, "ARE")
                || sentence.has(index - 1, "IS"))
    }

    /// The verb gives an order or stands behind a word of request, and nothing before it refuses.
    private static func isRequest(_ sentence: Sentence, _ verb: Int) -> Bool {
        guard !sentence.contains(refusals, in: max(0, verb - 4)..<verb) else { return false }
        if sentence.has(verb, participles) {
            let asks = RequestWords.requests(sentence)
            return asks
                && (sentence.contains(RequestWords.reply) || sentence.contains(RequestWords.report)
                    || sentence.contains(subjects) || sentence.has(verb - 1, "BE"))
        }
        if sentence.isOrder(verb), !sentence.has(verb - 1, "TO") { return true }
        guard !sentence.contains(stated, in: max(0, verb - 3)..<verb) else { return false }
        return RequestWords.requests(sentence)
    }
}
