/// One record message as it was understood: what it does not say is absent, never invented.
package struct Cable: Sendable, Equatable {
    package var precedence: Precedence?
    package var infoPrecedence: Precedence?
    package var dateTimeGroup: DateTimeGroup?
    /// Operating signals behind the date-time group: `ZFF4`, `ZEX`.
    package var signals: [String] = []
    /// The plain-language address after FM: capital letters, single blanks.
    package var from: String?
    package var to: [Addressee] = []
    package var info: [Addressee] = []
    package var exempt: [Addressee] = []
    /// Format line 10 as written: `GR 45`, `ACEX`.
    package var accounting: String?
    /// The word of the classification line.
    package var classification: Classification?
    /// CLEAR stands in place of the classification.
    package var isClear = false
    /// EFTO: encrypted for transmission only.
    package var isTransmissionOnly = false
    package var releasability: [String] = []
    /// As written, one blank, zeros kept.
    package var mrn: String?
    /// A second number, of a trip series: `TOSEC 040123`.
    package var trip: String?
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
    /// The heading before this one, where the cable was readdressed.
    package var original: Heading?
    /// Format line 15 as written: `C WA LINE 3 NORTH`.
    package var corrections: [String] = []

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

    /// Format lines 1 to 4.
    package struct Transport: Sendable, Equatable {
        /// Starts of transmission as written, one for each relay that added one: `VZCZCXRO1934`.
        package var channels: [String] = []
        /// The doubled prosign of format line 2.
        package var precedence: Precedence?
        package var routing: [String] = []
        /// The RI after DE.
        package var indicator: String?
        /// The station serial number, without `#`.
        package var serial: String?
        /// Whether `#` stood before the serial number.
        package var serialIsMarked = false
        /// The `01` of `#7955/01`.
        package var sectionSuffix: String?
        package var filingTime: String?
        /// `ZNR UUUUU`, `ZNY SSSSS/AAAAA`.
        package var security: String?
        /// The other operating signals of format lines 3 and 4, with their indicators, as written.
        package var signals: [String] = []
        /// Language and media format, and content indicator, of a JANAP 128 header: `TT`, `ZYUW`.
        package var languageMedia: String?
        package var contentIndicator: String?
        /// The classification letter of a JANAP 128 header.
        var headerLetter: UInt8?
        /// What relays put before the heading, outermost first.
        package var pilots: [Pilot] = []

        package init() {}
    }

    /// A start, routing and signals that stand before the heading of a cable that was sent again (ACP 127 §426-438).
    package struct Pilot: Sendable, Equatable {
        package var channels: [String]
        package var precedence: Precedence?
        package var routing: [String]
        package var signals: [String]
    }

    /// The heading that a readdressed cable had before (ACP 127 §502).
    package struct Heading: Sendable, Equatable {
        package var precedence: Precedence?
        package var infoPrecedence: Precedence?
        package var dateTimeGroup: DateTimeGroup?
        package var from: String?
        package var to: [Addressee] = []
        package var info: [Addressee] = []
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

    /// Station and number of a message reference, without year, blanks, and leading zeros: `STATE 071234`,
    /// `08STATE71234` and `08 STATE 71234` are one. Nil where the text is no reference.
    package static func canonicalMRN(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { octets in
            CableOctets(UnsafeRawBufferPointer(octets)).flatMap { canonical($0) }
        }
    }

    /// Octets of a reference at most.
    private static let referenceOctetsMax = 64
    private static let numberDigitsMax = 7

    private static func canonical(_ octets: CableOctets) -> String? {
        var range = octets.trimmed(octets.range)
        guard range.count <= referenceOctetsMax else { return nil }
        let digits = range.prefix { octets[$0].isDigit }.count
        if digits == 2 || digits == 4 {
            range = octets.skipBlanks(range.lowerBound + digits..<range.upperBound)
        }
        // Archives made `09SECTION01OF03SANJOSE525` of a line that had the section before the number.
        if let (_, end) = SectionMark.read(octets, range) {
            range = octets.skipBlanks(end..<range.upperBound)
        }
        var start = range.upperBound
        while start > range.lowerBound, octets[start - 1].isDigit { start -= 1 }
        let station = range.lowerBound..<start
        guard (1...numberDigitsMax).contains(range.upperBound - start), start > range.lowerBound,
            octets[range.lowerBound].isLetter
        else { return nil }
        while start < range.upperBound - 1, octets[start] == UInt8(ascii: "0") { start += 1 }
        var isLegal = true
        let canonical = String(unsafeUninitializedCapacity: range.count + 1) { target in
            var filled = 0
            for place in station {
                let octet = octets[place]
                if octet.isBlank || octet == 0x2E || octet == 0x27 { continue }
                isLegal = isLegal && (octet.isLetter || octet == 0x2D)
                target[filled] = octet.capital
                filled += 1
            }
            target[filled] = 0x20
            filled += 1
            for place in start..<range.upperBound {
                target[filled] = octets[place]
                filled += 1
            }
            return isLegal ? filled : 0
        }
        return isLegal ? canonical : nil
    }
}

/// What the drafter asks of replies.
package struct ReplyInstructions: Sendable, Equatable {
    package var captions: [String] = []
    package var slugs: [String] = []
    package var due: Due?
    /// The sentences in which captions and slugs were first asked for.
    package var captionText: String?
    package var slugText: String?

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
        /// The words name receipt or date: it was not taken for granted.
        var anchorIsWritten = false

        package init(
            count: Int?, unit: Unit, date: String?, anchor: Anchor?, text: String, anchorIsWritten: Bool = false
        ) {
            self.anchorIsWritten = anchorIsWritten
            self.count = count
            self.unit = unit
            self.date = date
            self.anchor = anchor
            self.text = text
        }
    }
}

/// What came of reading a cable.
package struct CableReading: Sendable, Equatable {
    package var cable: Cable
    package var diagnostics: [Diagnostic]
    /// How many octets were read.
    package var octetCount = 0
    /// Where the text stands: from the first line behind classification, captions and header fields to the last one
    /// before its end. Empty where there is none, and where the cable was read for routing only.
    package var text: Range<Int> = 0..<0
    /// Where a reply's captions and slugs belong.
    var layout = CaptionLayout()

    /// The first error: why it cannot be routed.
    package var refusal: Diagnostic? { diagnostics.first { $0.severity == .error } }
    package var isRoutable: Bool { refusal == nil }
    /// The stricter of the text's classification and the transport line's; nil when the text has none.
    package var gate: Classification?
}
