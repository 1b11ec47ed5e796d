/// What a reply must know of the cable that it answers.
package struct ReplyOriginal: Sendable, Equatable {
    /// The post that is answered; nil: the addressees are right as they are.
    package var originator: String?
    package var mrn: String?
    /// As written.
    package var dateTimeGroup: String?
    package var instructions: ReplyInstructions

    package init(originator: String?, mrn: String?, dateTimeGroup: String?, instructions: ReplyInstructions) {
        self.originator = originator
        self.mrn = mrn
        self.dateTimeGroup = dateTimeGroup
        self.instructions = instructions
    }
}

/// A reply with what its original asked for.
package struct TaggedReply: Sendable, Equatable {
    /// Text that was put in.
    package struct Addition: Sendable, Equatable {
        /// Octets of the draft before it.
        package var offset: Int
        package var text: String
    }

    package var octets: [UInt8]
    /// What was added; empty where nothing was missing.
    package var captions: [String]
    package var slugs: [String]
    package var addressees: [String] = []
    package var references: [String] = []
    /// In the order of the text.
    package var additions: [Addition] = []
    /// Why something that was asked for was not added.
    package var notes: [String]

    package var isComplete: Bool { additions.isEmpty }

    /// What is missing, in words.
    package var missing: [String] {
        addressees.map { "the addressee \($0)" } + references.map { "REF: \($0)" }
            + captions.map { "the caption \($0)" }
            + slugs.map { "FOR \($0)" }
    }
}

/// Adds to a reply's heading what is missing: its addressee, the reference, captions and slugs that the original asked
/// for. Touches no other octet.
package enum ReplyTagging {
    /// - Parameters:
    ///   - octets: the reply as drafted, or its beginning with the whole heading.
    ///   - reading: what the parser read in these very octets.
    package static func tag(
        _ octets: [UInt8], reading: CableReading, original: ReplyOriginal
    ) -> TaggedReply {
        var tagged = tag(octets, reading: reading, instructions: original.instructions)
        let end = reading.layout.usesCarriageReturn ? "\r\n" : "\n"
        if let post = original.originator { address(&tagged, post, octets, reading, end) }
        refer(&tagged, original, octets, reading, end)
        return apply(tagged, to: octets)
    }

    /// Captions and slugs only.
    package static func tag(
        _ octets: [UInt8], reading: CableReading, instructions: ReplyInstructions
    ) -> TaggedReply {
        var tagged = TaggedReply(octets: octets, captions: [], slugs: [], notes: [])
        let cable = reading.cable
        let strict = cable.captions.first { $0 == "NODIS" || $0 == "EXDIS" }
        for caption in instructions.captions where !cable.captions.contains(caption) {
            if caption == "SIPDIS", let strict {
                tagged.notes.append("SIPDIS was asked for but not added: the reply is \(strict), which excludes it")
            } else {
                tagged.captions.append(caption)
            }
        }
        let present = Set(cable.slugs.map { $0.uppercased() })
        tagged.slugs = instructions.slugs.filter { !present.contains($0.uppercased()) }
        caption(&tagged, reading.layout)
        return apply(tagged, to: octets)
    }

    private static func caption(_ tagged: inout TaggedReply, _ layout: CaptionLayout) {
        let end = layout.usesCarriageReturn ? "\r\n" : "\n"
        if !tagged.captions.isEmpty {
            let lines = tagged.captions.map { $0 + end }.joined()
            let text = layout.afterCaptions == layout.afterClassification ? end + lines : lines
            tagged.additions.append(TaggedReply.Addition(offset: layout.afterCaptions, text: text))
        }
        if !tagged.slugs.isEmpty {
            let line = "FOR \(tagged.slugs.joined(separator: ", "))"
            let text =
                layout.afterBlock == layout.afterCaptions || tagged.captions.isEmpty
                ? "\(end)\(line)\(end)" : "\(line)\(end)"
            tagged.additions.append(TaggedReply.Addition(offset: layout.afterBlock, text: text))
        }
    }

    // MARK: The addressee

    private static func address(
        _ tagged: inout TaggedReply, _ post: String, _ octets: [UInt8], _ reading: CableReading, _ end: String
    ) {
        let named = (reading.cable.to + reading.cable.info).map(\.post)
        guard !named.contains(post) else { return }
        let heading = octets[..<min(octets.count, max(reading.layout.afterClassification, 0))]
        guard let place = behindLine(beginning: "TO ", heading) ?? behindLine(beginning: "FM ", heading) else {
            tagged.notes.append("\(post) was not added: the reply has no FM line behind which it would stand")
            return
        }
        tagged.addressees.append(post)
        tagged.additions.append(
            TaggedReply.Addition(offset: place, text: reading.cable.to.isEmpty ? "TO \(post)\(end)" : "\(post)\(end)"))
    }

    /// Where the line behind the first one with this beginning starts.
    private static func behindLine(beginning: String, _ heading: ArraySlice<UInt8>) -> Int? {
        var start = heading.startIndex
        while start < heading.endIndex {
            let feed = heading[start...].firstIndex(of: 0x0A) ?? heading.endIndex
            let line = heading[start..<feed].drop { $0 == 0x20 }
            if line.prefix(beginning.utf8.count).elementsEqual(beginning.utf8, by: { $0 & 0xDF == $1 & 0xDF }) {
                return min(feed + 1, heading.endIndex)
            }
            start = feed + 1
        }
        return nil
    }

    // MARK: The reference

    private static func refer(
        _ tagged: inout TaggedReply, _ original: ReplyOriginal, _ octets: [UInt8], _ reading: CableReading,
        _ end: String
    ) {
        guard let text = original.mrn ?? original.dateTimeGroup else { return }
        let wanted = original.mrn.flatMap { Cable.canonicalMRN($0) }
        let references = reading.cable.references
        let isThere = references.contains { reference in
            wanted.map { reference.mrn.flatMap { Cable.canonicalMRN($0) } == $0 } ?? false
                || reference.text.uppercased().holds(text.uppercased())
        }
        guard !isThere else { return }
        let layout = reading.layout
        tagged.references.append(text)
        if layout.referencesEnd > 0, let letter = next(behind: references.last?.letter) {
            let line = letter.isEmpty ? ", \(text)" : "\(end)     \(letter). \(text)"
            tagged.additions.append(TaggedReply.Addition(offset: layout.referencesEnd, text: line))
        } else {
            let place = layout.afterSubject > 0 ? layout.afterSubject : layout.afterBlock
            tagged.additions.append(TaggedReply.Addition(offset: place, text: "\(end)REF: \(text)\(end)"))
        }
    }

    /// The letter of one more reference; empty where they bear none, nil where letters are used up.
    private static func next(behind letter: String?) -> String? {
        guard let letter else { return "" }
        guard let last = letter.unicodeScalars.first, last < "Z", let next = UnicodeScalar(last.value + 1) else {
            return nil
        }
        return String(Character(next))
    }

    // MARK: Putting in

    private static func apply(_ tagged: TaggedReply, to octets: [UInt8]) -> TaggedReply {
        var tagged = tagged
        for index in tagged.additions.indices {
            tagged.additions[index].offset = min(tagged.additions[index].offset, octets.count)
        }
        // What stands at one place stays in the order in which it was decided on.
        let order = tagged.additions.enumerated().sorted {
            ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
        }
        tagged.additions = order.map(\.element)
        var result: [UInt8] = []
        var done = 0
        for addition in tagged.additions {
            result += octets[done..<addition.offset]
            result += Array(addition.text.utf8)
            done = addition.offset
        }
        result += octets[done...]
        tagged.octets = result
        return tagged
    }
}
