/// A reply with what its original asked for.
package struct TaggedReply: Sendable, Equatable {
    package var octets: [UInt8]
    /// What was added; empty where nothing was missing.
    package var captions: [String]
    package var slugs: [String]
    /// Why something that was asked for was not added.
    package var notes: [String]
}

/// Adds to a reply's caption block what the original asked for, and touches no other octet.
package enum ReplyTagging {
    /// - Parameters:
    ///   - octets: the reply as drafted.
    ///   - reading: what the parser read in these very octets.
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
        tagged.octets = insert(tagged, into: octets, reading.layout)
        return tagged
    }

    private static func insert(_ tagged: TaggedReply, into octets: [UInt8], _ layout: CaptionLayout) -> [UInt8] {
        guard !tagged.captions.isEmpty || !tagged.slugs.isEmpty else { return octets }
        let end = layout.usesCarriageReturn ? "\r\n" : "\n"
        var result = octets
        // The later place first, so that the earlier one stays where it is.
        if !tagged.slugs.isEmpty {
            let line = "FOR \(tagged.slugs.joined(separator: ", "))"
            let text =
                layout.afterBlock == layout.afterCaptions || tagged.captions.isEmpty
                ? "\(end)\(line)\(end)" : "\(line)\(end)"
            result.insert(contentsOf: Array(text.utf8), at: min(layout.afterBlock, result.count))
        }
        if !tagged.captions.isEmpty {
            let lines = tagged.captions.map { $0 + end }.joined()
            let text = layout.afterCaptions == layout.afterClassification ? end + lines : lines
            result.insert(contentsOf: Array(text.utf8), at: min(layout.afterCaptions, result.count))
        }
        return result
    }
}
