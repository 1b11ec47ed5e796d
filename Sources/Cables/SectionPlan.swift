/// How a text is cut into sections: at most five pages of text each, at the end of a sentence (ACP 127 §208).
struct SectionPlan {
    private(set) var parts: [[String]] = []
    private(set) var isMarked = false

    init(_ formatter: CableFormatter, _ text: [String]) throws(FormatFault) {
        parts = [text]
        guard formatter.profile.isTransmitted, formatter.cable.section == nil else { return }
        let room = Self.room(headingLines: try formatter.headingLines(nil).count)
        guard text.count > room else { return }
        // The mark of the section may need a line of its own.
        let section = Cable.Section(number: 99, of: 99)
        let each = Self.room(headingLines: try formatter.headingLines(section).count)
        isMarked = true
        parts = []
        var rest = text[...]
        while !rest.isEmpty {
            let end = Self.end(rest, room: each)
            parts.append(Array(rest[rest.startIndex..<end]))
            rest = rest[end...].drop { $0.isEmpty }
        }
        guard parts.count <= SectionMark.sectionsMax else {
            throw FormatFault(
                message: "the text has more than \(SectionMark.sectionsMax) sections",
                advice: "send it as several cables")
        }
    }

    /// Lines of text in one transmission: the rest of the page on which the heading ends, and five pages.
    private static func room(headingLines: Int) -> Int {
        let used = headingLines % PageLayout.linesPerPage
        let mixed = used == 0 ? 0 : PageLayout.linesPerPage - used
        return PageLayout.pagesPerSection * PageLayout.linesPerPage + mixed
    }

    private static func end(_ lines: ArraySlice<String>, room: Int) -> Int {
        guard lines.count > room else { return lines.endIndex }
        let last = lines.startIndex + room
        // Not so early that a section is less than half full.
        let first = lines.startIndex + room / 2
        for place in stride(from: last, to: first, by: -1) where lines[place].isEmpty { return place }
        for place in stride(from: last, to: first, by: -1) where endsSentence(lines[place - 1]) { return place }
        return last
    }

    private static func endsSentence(_ line: String) -> Bool {
        guard let last = line.utf8.last else { return true }
        return last == UInt8(ascii: ".") || last == UInt8(ascii: "?") || last == UInt8(ascii: "!")
    }
}

/// Lines with a page line after each twenty, counted from format line 5; page lines themselves are not counted.
struct PagedLines {
    private(set) var lines: [String] = []

    init(heading: [String], text: [String], pageName: String) {
        var page = 1
        var filled = 0
        for line in heading + text {
            if filled == PageLayout.linesPerPage {
                page += 1
                lines.append("PAGE \(page)\(pageName)")
                filled = 0
            }
            lines.append(line)
            filled += 1
        }
    }
}
