// Compiled together with the files of Cables by deploy/fuzz: libFuzzer calls it with octets of its own making.

/// The parser at both depths, the formatter on what it accepts, and the assembly of sections.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    #if FUZZ_INSTRUCTIONS
        let heading = "R 061011Z MAY 26\nFM POST A\nTO POST B\n\nUNCLAS A 1\n\nSUBJECT: X\n\n1. "
        examine(Array(heading.utf8) + octets)
    #else
        examine(octets)
    #endif
    return 0
}

private func examine(_ octets: [UInt8]) {
    let whole = CableParser.parse(octets, receiptYear: 2_026)
    let routing = CableParser.parse(octets, receiptYear: 2_026, depth: .routing)
    // The depth decides what is looked at, never what is said of the heading.
    require(whole.isRoutable == routing.isRoutable, "routable at one depth only")
    require(whole.gate == routing.gate && whole.refusal?.code == routing.refusal?.code, "the gate differs")
    let (full, brief) = (heading(whole.cable), heading(routing.cable))
    require(full == brief, "the heading differs: \(full) and \(brief)")
    require(whole.isRoutable || !whole.diagnostics.isEmpty, "refused without a reason")
    require(bounded(whole), "more was kept than came")
    if let mrn = whole.cable.mrn { _ = Cable.canonicalMRN(mrn) }
    guard octets.count <= 1 << 14 else { return }
    let text = CableText.lines(octets, whole)
    if whole.isRoutable {
        for profile in CableProfile.allCases {
            guard let formatted = try? CableFormatter.format(whole.cable, text: text, profile: profile) else {
                continue
            }
            for transmission in formatted.transmissions {
                let again = CableParser.parse(transmission, receiptYear: 2_026)
                require(again.isRoutable, "what was written cannot be routed: \(again.refusal?.message ?? "")")
            }
        }
        let tagged = ReplyTagging.tag(octets, reading: whole, instructions: whole.cable.replyInstructions)
        _ = CableParser.parse(tagged.octets, receiptYear: 2_026, depth: .routing)
    }
    _ = try? SectionAssembly.join([octets, octets], receiptYear: 2_026)
}

/// Ends the run with words, which a precondition of an optimised build does not print.
private func require(_ holds: Bool, _ words: @autoclosure () -> String) {
    if !holds { fatalError(words()) }
}

/// The cable without what only the whole depth reads.
private func heading(_ cable: Cable) -> Cable {
    var cable = cable
    cable.paragraphs = []
    cable.signature = nil
    cable.replyInstructions = ReplyInstructions()
    return cable
}

/// All texts together are not longer than a few times the octets that they came from: Latin-1 letters take two octets
/// in UTF-8, and what is understood twice is kept twice.
private func bounded(_ reading: CableReading) -> Bool {
    let cable = reading.cable
    let lists = [
        cable.captions, cable.slugs, cable.attention, cable.pass, cable.tags, cable.signals, cable.corrections,
    ]
    let kept =
        lists.joined().reduce(0) { $0 + $1.utf8.count } + (cable.subject?.utf8.count ?? 0)
        + (cable.to + cable.info + cable.exempt).reduce(0) { $0 + $1.post.utf8.count }
        + cable.references.reduce(0) { $0 + $1.text.utf8.count }
    return kept <= 4 * reading.octetCount + 1_024 && reading.diagnostics.count <= 256
}
