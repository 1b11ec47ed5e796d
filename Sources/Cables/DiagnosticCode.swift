/// What the parser may have to say. The raw value is the stable code that programs see; docs/diagnostics.md has the table.
package enum DiagnosticCode: String, CaseIterable, Sendable {
    // What cannot be routed.
    case empty = "EMPTY"
    case notACable = "NOT_A_CABLE"
    case serviceMessage = "SERVICE_MESSAGE"
    case noPrecedenceLine = "NO_PRECEDENCE_LINE"
    case unknownPrecedence = "UNKNOWN_PRECEDENCE"
    case impossibleTime = "IMPOSSIBLE_TIME"
    case noOriginator = "NO_ORIGINATOR"
    case noAddressee = "NO_ADDRESSEE"
    case tooManyAddressees = "TOO_MANY_ADDRESSEES"
    case twoRunTogether = "TWO_RUN_TOGETHER"
    // What is routed, and should be looked at.
    case noClassification = "NO_CLASSIFICATION"
    case classificationMismatch = "CLASSIFICATION_MISMATCH"
    case captionConflict = "CAPTION_CONFLICT"
    case channelConflict = "CHANNEL_CONFLICT"
    case captionInTags = "CAPTION_IN_TAGS"
    case badIndicator = "BAD_INDICATOR"
    case badFilingTime = "BAD_FILING_TIME"
    case filingBeforeTime = "FILING_BEFORE_TIME"
    case serialMismatch = "SERIAL_MISMATCH"
    case numberMismatch = "NUMBER_MISMATCH"
    case sectionMismatch = "SECTION_MISMATCH"
    case timeIncomplete = "TIME_INCOMPLETE"
    case precedenceOrder = "PRECEDENCE_ORDER"
    case lineOrder = "LINE_ORDER"
    case secondOriginator = "SECOND_ORIGINATOR"
    case dangerString = "DANGER_STRING"
    case textBehindEnd = "TEXT_BEHIND_END"
    // What was understood although it is unusual.
    case readdressed = "READDRESSED"
    case misspelt = "MISSPELT"
    case paragraphMissing = "PARAGRAPH_MISSING"
    case doubledCaption = "DOUBLED_CAPTION"
    case htmlEntity = "HTML_ENTITY"

    package var severity: Diagnostic.Severity {
        switch self {
        case .empty, .notACable, .serviceMessage, .noPrecedenceLine, .unknownPrecedence, .impossibleTime,
            .noOriginator, .noAddressee, .tooManyAddressees, .twoRunTogether:
            .error
        case .noClassification, .classificationMismatch, .captionConflict, .channelConflict, .captionInTags,
            .badIndicator, .badFilingTime, .filingBeforeTime, .serialMismatch, .numberMismatch, .sectionMismatch,
            .timeIncomplete, .precedenceOrder, .lineOrder, .secondOriginator, .dangerString, .textBehindEnd:
            .warning
        case .readdressed, .misspelt, .paragraphMissing, .doubledCaption, .htmlEntity: .note
        }
    }

    /// What is wrong, in general.
    package var meaning: String {
        switch self {
        case .empty: "There is nothing to read."
        case .notACable: "No line has the shape of a cable's heading."
        case .serviceMessage:
            "A service message between stations: it has routing lines, but no originator or addressee."
        case .noPrecedenceLine: "The line of precedence and date-time group (format line 5) is missing."
        case .unknownPrecedence: "The letter before the date-time group is no precedence."
        case .impossibleTime: "The date-time group names a day, time or zone that does not exist."
        case .noOriginator: "There is no FM line."
        case .noAddressee: "There is no addressee in a TO or INFO line."
        case .tooManyAddressees: "There are more than 4,096 addressees."
        case .twoRunTogether: "A second cable begins inside the first one."
        case .noClassification: "The text does not begin with a classification."
        case .classificationMismatch: "Format line 4 and the text name different classifications."
        case .captionConflict: "SIPDIS stands beside NODIS or EXDIS, or REL beside NOFORN, which exclude it."
        case .channelConflict: "There is more than one channel caption, or one that admits no other caption."
        case .captionInTags: "SIPDIS stands in the TAGS line, where it has no effect."
        case .badIndicator: "A word of the routing line is no routing indicator."
        case .badFilingTime: "The filing time in format line 3 does not exist."
        case .filingBeforeTime:
            "The filing time is neither on the day of the date-time group, behind it, nor on the next."
        case .serialMismatch:
            "The number behind the text is not that of format line 3: part of another cable may be here."
        case .numberMismatch: "The station serial number is not the end of the message reference number."
        case .sectionMismatch: "The section behind the serial number is not that of the classification line."
        case .timeIncomplete: "The date-time group has no month, no zone, or a local zone."
        case .precedenceOrder: "The precedence for INFO is above that for action."
        case .lineOrder: "Format lines do not stand in their order."
        case .secondOriginator: "There is a second FM line."
        case .dangerString: "A line of the text looks like a start or end of message, which old switches take for one."
        case .textBehindEnd: "Text stands behind the end of the message."
        case .readdressed: "A second heading is inside: the cable was readdressed, and its first heading holds."
        case .misspelt: "A word of the heading is misspelt, and was understood."
        case .paragraphMissing: "A number is left out between two paragraphs."
        case .doubledCaption: "A caption stands twice."
        case .htmlEntity: "The subject holds signs of a web page, such as &amp;."
        }
    }

    /// What to do about it.
    package var advice: String {
        switch self {
        case .empty: "Write a cable."
        case .notACable: "Begin with precedence and date-time group, then FM and TO lines, then the classification."
        case .serviceMessage: "Stations send each other these by themselves: submit only cables with FM and TO."
        case .noPrecedenceLine: "Write for example O 031506Z JUL 08 before FM."
        case .unknownPrecedence: "Write Z, O, P or R before the date-time group."
        case .impossibleTime: "Write day, hour and minute as DDHHMMZ MON YY."
        case .noOriginator: "Write FM and the originator's post before TO."
        case .noAddressee: "Write TO and the addressee's post."
        case .tooManyAddressees: "Use a collective."
        case .twoRunTogether: "Split the file before the line named and send both."
        case .noClassification:
            "Write UNCLAS or the classification first in the text; until then it is held as TOP SECRET."
        case .classificationMismatch: "Correct one of them; the stricter holds."
        case .captionConflict:
            "Leave one of them out; the restrictive caption holds: no SIPDIS distribution, no release to other nations."
        case .channelConflict: "Keep one channel caption; AGREMENT and DIRGEN stand alone."
        case .captionInTags: "Move SIPDIS to a line of its own below the classification."
        case .badIndicator: "Write routing indicators of 4 to 8 letters; the word was left out."
        case .badFilingTime: "Write day of the year, hour and minute as JJJHHMM."
        case .filingBeforeTime: "Compare format lines 3 and 5."
        case .serialMismatch: "Compare the end of the text with its beginning before relying on it."
        case .numberMismatch: "Compare format line 3 with the classification line."
        case .sectionMismatch: "Compare format line 3 with the classification line."
        case .timeIncomplete: "Write the date-time group as DDHHMMZ MON YY."
        case .precedenceOrder: "Write the higher precedence first."
        case .lineOrder: "Write precedence and date-time group before FM."
        case .secondOriginator: "Keep one FM line; the first holds."
        case .dangerString: "Break ZCZC and NNNN up in the text, for example with a hyphen."
        case .textBehindEnd: "Move the text before BT, or remove it."
        case .readdressed: "Nothing has to be done."
        case .misspelt: "Correct the spelling in what you send."
        case .paragraphMissing: "See whether a paragraph was lost."
        case .doubledCaption: "Keep one of them."
        case .htmlEntity: "Write the sign itself; the words were kept as they are."
        }
    }
}

/// Something that the parser has to say about a line.
package struct Diagnostic: Sendable, Equatable {
    package enum Severity: String, Sendable { case error, warning, note }

    /// From 1; 0 for the cable as a whole.
    package var line: Int
    package var kind: DiagnosticCode
    /// What is wrong here, and what to do about it.
    package var message: String

    package var code: String { kind.rawValue }
    package var severity: Severity { kind.severity }
}
