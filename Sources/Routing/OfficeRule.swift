/// One rule of a post's distribution: what a cable must say, and which offices get it then.
package struct OfficeRule: Sendable, Equatable {
    package enum Trigger: Sendable, Equatable {
        /// The caption stands in the caption block.
        case caption(String)
        /// A PASS line begins with this.
        case pass(String)
        /// One of these stands in TAGS.
        case tags([String])
        /// One of these words, or groups of words, stands in the subject.
        case subject([String])
    }

    package var trigger: Trigger
    /// The office that is to act; nil: the rule only makes copies.
    package var action: String?
    package var information: [String]

    package init(_ trigger: Trigger, action: String?, information: [String] = []) {
        self.trigger = trigger
        self.action = action
        self.information = information
    }

    func matches(_ clues: DistributionClues) -> Bool {
        switch trigger {
        case .caption(let caption):
            let wanted = Network.normalised(caption)
            return clues.captions.contains { Network.normalised($0) == wanted }
        case .pass(let target):
            let wanted = Self.words(target)
            return clues.pass.contains { Self.words($0).starts(with: wanted) }
        case .tags(let tags):
            let wanted = Set(tags.map { Network.normalised($0) })
            return clues.tags.contains { wanted.contains(Network.normalised($0)) }
        case .subject(let phrases):
            let words = Self.words(clues.subject ?? "")
            return phrases.contains { Self.contains(words, Self.words($0)) }
        }
    }

    /// Words in capitals; what is neither letter nor digit parts them.
    static func words(_ text: String) -> [String] {
        text.uppercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    private static func contains(_ words: [String], _ phrase: [String]) -> Bool {
        guard !phrase.isEmpty, words.count >= phrase.count else { return false }
        return (0...(words.count - phrase.count)).contains { words[$0...].starts(with: phrase) }
    }
}
