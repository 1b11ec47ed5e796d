/// One record message as it was understood: what it does not say is absent, never invented.
package struct Cable: Sendable, Equatable {
    package var precedence: Precedence?
    package var infoPrecedence: Precedence?
    package var dateTimeGroup: DateTimeGroup?
    /// The plain-language address after FM: capital letters, single blanks.
    package var from: String?
    package var to: [Addressee] = []
    package var info: [Addressee] = []
    package var exempt: [Addressee] = []
    /// The word of the classification line.
    package var classification: Classification?
    package var releasability: [String] = []
    /// As written, one blank, zeros kept.
    package var mrn: String?
    package var section: Section?
    /// Every word of the caption block, in the order written, once each.
    package var captions: [String] = []
    /// Office symbols as written, without `FOR`.
    package var slugs: [String] = []
    package var attention: [String] = []
    package var pass: [String] = []
    package var executiveOrder: String?
    package var tags: [String] = []
    package var subject: String?
    package var references: [Reference] = []
    package var classifiedBy: String?
    package var paragraphs: [Paragraph] = []
    package var replyInstructions = ReplyInstructions()
    package var signature: String?
    /// From an exercise line in the caption block, not from the subject.
    package var exercise: String?
    package var transport: Transport?

    package init() {}

    package struct Section: Sendable, Equatable {
        package var number: Int
        package var of: Int
    }

    package struct Reference: Sendable, Equatable {
        package var letter: String?
        package var text: String
        package var mrn: String?
    }

    package struct Paragraph: Sendable, Equatable {
        package var number: Int
        /// The portion mark without brackets.
        package var marking: String?
    }

    /// Format lines 2 to 4.
    package struct Transport: Sendable, Equatable {
        /// The RI after DE.
        package var indicator: String?
        package var serial: String?
        package var filingTime: String?
        package var routing: [String] = []
        package var security: String?
    }

    /// One addressee line.
    package struct Addressee: Sendable, Equatable {
        package var post: String
        package var indicator: RoutingIndicator?
        /// ZEN: delivered by other means.
        package var deliveredByOtherMeans: Bool
        /// Its own word, else the cable's for INFO, else the cable's.
        package var precedence: Precedence
        package var niact: Bool
        /// The continuity number as written.
        package var sequence: String?
        var ownPrecedence: Precedence?
    }

    /// Station and number of a message reference, without year and leading zeros: `STATE 071234`, `08STATE71234` and
    /// `08 STATE 71234` are one. Nil where the text is no reference.
    package static func canonicalMRN(_ text: String) -> String? {
        var rest = Array(text.uppercased().utf8)[...]
        func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }
        func isLetter(_ octet: UInt8) -> Bool { (0x41...0x5A).contains(octet) }
        while rest.first == 0x20 { rest = rest.dropFirst() }
        if rest.count > 2, isDigit(rest[rest.startIndex]), isDigit(rest[rest.startIndex + 1]),
            !isDigit(rest[rest.startIndex + 2])
        {
            rest = rest.dropFirst(2)
        }
        while rest.first == 0x20 { rest = rest.dropFirst() }
        while rest.last == 0x20 { rest = rest.dropLast() }
        let number = rest.reversed().prefix { isDigit($0) }
        var station = rest.dropLast(number.count)
        while station.last == 0x20 { station = station.dropLast() }
        guard (1...7).contains(number.count), let first = station.first, isLetter(first),
            station.allSatisfy({ isLetter($0) || $0 == 0x20 })
        else { return nil }
        let digits = number.reversed().drop { $0 == 0x30 }
        let name = String(decoding: station, as: UTF8.self).split(separator: " ").joined(separator: " ")
        return "\(name) \(digits.isEmpty ? "0" : String(decoding: Array(digits), as: UTF8.self))"
    }
}

/// What the drafter asks of replies.
package struct ReplyInstructions: Sendable, Equatable {
    package var captions: [String] = []
    package var slugs: [String] = []
    package var due: Due?

    package init() {}

    package var isEmpty: Bool { captions.isEmpty && slugs.isEmpty && due == nil }

    package struct Due: Sendable, Equatable {
        package enum Unit: String, Sendable { case businessDays, days, hours, date }
        package enum Anchor: String, Sendable { case receipt, dtg }

        package var count: Int?
        package var unit: Unit
        /// `2008-07-18`, or with a time `2008-09-01T18:00:00Z`.
        package var date: String?
        package var anchor: Anchor?
        /// The words that it was read from.
        package var text: String
    }
}

/// Something that the parser has to say about a line.
package struct Diagnostic: Sendable, Equatable {
    package enum Severity: String, Sendable { case error, warning, note }

    /// From 1; 0 for the cable as a whole.
    package var line: Int
    package var severity: Severity
    package var code: String
    package var message: String
}

/// What came of reading a cable.
package struct CableReading: Sendable, Equatable {
    package var cable: Cable
    package var diagnostics: [Diagnostic]
    /// Where a reply's captions and slugs belong.
    var layout: CaptionLayout

    /// The first error: why it cannot be routed.
    package var refusal: Diagnostic? { diagnostics.first { $0.severity == .error } }
    package var isRoutable: Bool { refusal == nil }
    /// The stricter of the text's classification and the transport line's; nil when the text has none.
    package var gate: Classification?
}
