package import Cables

/// What `parse -o json` prints: only what the cable says.
package struct ParseDocument: Encodable, Sendable {
    private struct Addressee: Encodable, Sendable {
        var post: String
        var indicator: String?
        var precedence: String
        var niact: Bool
        var sequence: String?
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
        var filingTime: String?
        var routing: [String]
        var security: String?
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
    private var diagnostics: [Line]

    package init(_ reading: CableReading) {
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
                indicator: $0.indicator, serial: $0.serial, filingTime: $0.filingTime, routing: $0.routing,
                security: $0.security)
        }
        diagnostics = reading.diagnostics.map {
            Line(line: $0.line, severity: $0.severity.rawValue, code: $0.code, message: $0.message)
        }
    }

    private static func addressee(_ addressee: Cable.Addressee) -> Addressee {
        Addressee(
            post: addressee.post, indicator: addressee.indicator?.description, precedence: addressee.precedence.word,
            niact: addressee.niact, sequence: addressee.sequence)
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

    package init(_ instructions: ReplyInstructions) {
        captions = instructions.captions
        slugs = instructions.slugs
        due = instructions.due.map {
            Due(
                count: $0.count, unit: $0.unit.rawValue, date: $0.date, anchor: $0.anchor?.rawValue, text: $0.text)
        }
    }
}
