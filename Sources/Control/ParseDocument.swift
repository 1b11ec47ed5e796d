package import Cables

/// What `parse -o json` prints: only what the cable says.
package struct ParseDocument: Encodable, Sendable {
    private struct Addressee: Encodable, Sendable {
        var post: String
        var indicator: String?
        var precedence: String
        var niact: Bool
        var sequence: String?
        /// ZEN; left out where it is not so.
        var deliveredByOtherMeans: Bool?
    }
    private struct Section: Encodable, Sendable {
        var number: Int
        var of: Int
    }
    private struct Reference: Encodable, Sendable {
        var letter: String?
        var text: String
        var mrn: String?
    }
    private struct Paragraph: Encodable, Sendable {
        var number: Int
        var marking: String?
    }
    private struct Transport: Encodable, Sendable {
        var indicator: String?
        var serial: String?
        var section: String?
        var filingTime: String?
        var routing: [String]
        var security: String?
        var precedence: String?
        var channels: [String]
        var signals: [String]
    }
    /// The heading that a readdressed cable had before.
    private struct Heading: Encodable, Sendable {
        var precedence: String?
        var dtg: String?
        var from: String?
        var to: [Addressee]
        var info: [Addressee]
    }
    private struct Sections: Encodable, Sendable {
        var present: [Int]
        var missing: [Int]
    }
    private struct Line: Encodable, Sendable {
        var line: Int
        var severity: String
        var code: String
        var message: String
    }

    private var precedence: String?
    private var infoPrecedence: String?
    private var dtg: String?
    private var dtgTime: String?
    private var from: String?
    private var to: [Addressee]
    private var info: [Addressee]
    private var exempt: [Addressee]
    private var classification: String?
    private var releasability: [String]
    private var mrn: String?
    private var section: Section?
    private var captions: [String]
    private var slugs: [String]
    private var attention: [String]
    private var pass: [String]
    private var executiveOrder: String?
    private var tags: [String]
    private var subject: String?
    private var references: [Reference]
    private var classifiedBy: String?
    private var paragraphs: [Paragraph]
    private var replyInstructions: ReplyInstructionsDocument
    private var signature: String?
    private var exercise: String?
    private var transport: Transport?
    private var original: Heading?
    private var signals: [String]
    private var accounting: String?
    private var trip: String?
    private var corrections: [String]
    private var sections: Sections?
    private var diagnostics: [Line]

    /// - Parameter assembly: of what sections the cable was put together, if it was.
    package init(_ reading: CableReading, sections assembly: SectionAssembly? = nil) {
        let cable = reading.cable
        precedence = cable.precedence?.word
        infoPrecedence = cable.infoPrecedence?.word
        dtg = cable.dateTimeGroup?.text
        dtgTime = cable.dateTimeGroup?.unixSeconds.map { Timestamp(seconds: $0).wholeSeconds }
        from = cable.from
        to = cable.to.map(Self.addressee)
        info = cable.info.map(Self.addressee)
        exempt = cable.exempt.map(Self.addressee)
        classification = cable.classification?.word
        releasability = cable.releasability
        mrn = cable.mrn
        section = cable.section.map { Section(number: $0.number, of: $0.of) }
        captions = cable.captions
        slugs = cable.slugs
        attention = cable.attention
        pass = cable.pass
        executiveOrder = cable.executiveOrder
        tags = cable.tags
        subject = cable.subject
        references = cable.references.map { Reference(letter: $0.letter, text: $0.text, mrn: $0.mrn) }
        classifiedBy = cable.classifiedBy
        paragraphs = cable.paragraphs.map { Paragraph(number: $0.number, marking: $0.marking) }
        replyInstructions = ReplyInstructionsDocument(cable.replyInstructions)
        signature = cable.signature
        exercise = cable.exercise
        transport = cable.transport.map {
            Transport(
                indicator: $0.indicator, serial: $0.serial, section: $0.sectionSuffix, filingTime: $0.filingTime,
                routing: $0.routing, security: $0.security, precedence: $0.precedence?.word, channels: $0.channels,
                signals: $0.signals)
        }
        original = cable.original.map {
            Heading(
                precedence: $0.precedence?.word, dtg: $0.dateTimeGroup?.text, from: $0.from,
                to: $0.to.map(Self.addressee), info: $0.info.map(Self.addressee))
        }
        signals = cable.signals
        accounting = cable.accounting
        trip = cable.trip
        corrections = cable.corrections
        sections = assembly.map { Sections(present: $0.present, missing: $0.missing) }
        diagnostics = reading.diagnostics.map {
            Line(line: $0.line, severity: $0.severity.rawValue, code: $0.code, message: $0.message)
        }
    }

    private static func addressee(_ addressee: Cable.Addressee) -> Addressee {
        Addressee(
            post: addressee.post, indicator: addressee.indicator?.description, precedence: addressee.precedence.word,
            niact: addressee.niact, sequence: addressee.sequence,
            deliveredByOtherMeans: addressee.deliveredByOtherMeans ? true : nil)
    }
}

/// What a cable asks of replies.
package struct ReplyInstructionsDocument: Codable, Sendable, Equatable {
    package struct Due: Codable, Sendable, Equatable {
        package var count: Int?
        package var unit: String
        package var date: String?
        package var anchor: String?
        package var text: String
    }

    package var captions: [String]
    package var slugs: [String]
    package var due: Due?
    /// The sentences in which they were asked for.
    package var captionText: String?
    package var slugText: String?

    package init(_ instructions: ReplyInstructions) {
        captions = instructions.captions
        slugs = instructions.slugs
        captionText = instructions.captionText
        slugText = instructions.slugText
        due = instructions.due.map {
            Due(
                count: $0.count, unit: $0.unit.rawValue, date: $0.date, anchor: $0.anchor?.rawValue, text: $0.text)
        }
    }
}
