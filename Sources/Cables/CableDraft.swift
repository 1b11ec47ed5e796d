/// What a drafter writes down of a cable; number and time are filled in when it is composed.
package struct CableDraft: Sendable {
    package struct Paragraph: Sendable {
        package var marking: String?
        package var text: String

        package init(marking: String?, text: String) {
            self.marking = marking
            self.text = text
        }
    }

    /// As the cable itself, but for its message reference number and date-time group where they are left open.
    package var cable = Cable()
    package var paragraphs: [Paragraph] = []

    package init() {}

    /// The cable and the lines of its text: paragraphs are numbered where there are several (5 FAH-1 H-246).
    ///
    /// - Parameters:
    ///   - time: of release, seconds since 1970; for a draft without a date-time group.
    ///   - profile: decides how the year is written.
    package func composed(at time: Int64, profile: CableProfile) -> (cable: Cable, text: [String]) {
        var cable = cable
        if cable.dateTimeGroup == nil {
            let isShort = profile == .state || profile == .archive
            cable.dateTimeGroup = DateTimeGroup(unixSeconds: time, yearDigits: isShort ? 2 : 4)
        }
        cable.settlePrecedence()
        var text: [String] = []
        for (index, paragraph) in paragraphs.enumerated() {
            if index > 0 { text.append("") }
            var words = paragraphs.count > 1 || paragraph.marking != nil ? ["\(index + 1)."] : []
            if let marking = paragraph.marking { words.append("(\(marking))") }
            text.append((words + [paragraph.text]).joined(separator: " "))
        }
        if let signature = cable.signature { text.append(signature) }
        return (cable, text)
    }
}

extension Cable {
    /// Fills in the precedence of addressees who have no word of their own.
    mutating func settlePrecedence() {
        for index in to.indices where to[index].ownPrecedence == nil { to[index].precedence = precedence ?? .routine }
        for index in info.indices where info[index].ownPrecedence == nil {
            info[index].precedence = infoPrecedence ?? precedence ?? .routine
        }
        for index in exempt.indices where exempt[index].ownPrecedence == nil {
            exempt[index].precedence = precedence ?? .routine
        }
    }
}

extension Cable.Addressee {
    /// As it stands in an address line: `RUEHEL/AMEMBASSY ELBONIA NIACT IMMEDIATE 0842`. Nil where no post is named.
    package init?(_ text: String) {
        var text = text
        let entry = text.withUTF8 { buffer in
            CableOctets(UnsafeRawBufferPointer(buffer)).map { AddressLines.Entry($0, $0.range).addressee }
        }
        guard let entry, !entry.post.isEmpty else { return nil }
        self = entry
    }
}

extension Cable.Reference {
    /// As it stands behind REF, without its letter.
    package init(_ text: String, letter: String?) {
        var copy = text
        let read = copy.withUTF8 { buffer in
            CableOctets(UnsafeRawBufferPointer(buffer)).map { ReferenceLines.read($0, $0.range) } ?? []
        }
        self.init(letter: letter, text: text, mrn: read.first?.mrn)
    }
}

extension DateTimeGroup {
    /// The group of a moment, in Z: `031506Z JUL 08`.
    package init(unixSeconds: Int64, yearDigits: Int) {
        let minutes = unixSeconds >= 0 ? unixSeconds / 60 : (unixSeconds - 59) / 60
        let days = minutes >= 0 ? minutes / 1_440 : (minutes - 1_439) / 1_440
        let date = DateTimeGroup.civil(fromDays: days)
        let minute = Int(minutes - days * 1_440)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = yearDigits == 2 ? two(date.year % 100) : String(date.year)
        let month = Self.months[date.month - 1]
        self.init(
            text: "\(two(date.day))\(two(minute / 60))\(two(minute % 60))Z \(month) \(year)", unixSeconds: minutes * 60)
    }

    /// Reads a whole text as a date-time group with month and zone; nil for anything else.
    package init?(written text: String, receiptYear: Int) {
        guard let scan = Self.scan(text, receiptYear: receiptYear), scan.hasMonth, scan.hasZone,
            scan.end == text.utf8.count
        else { return nil }
        self = scan.group
    }
}
