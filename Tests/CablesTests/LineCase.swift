import Testing

@testable import Cables

/// One case of a table: the rule that it shows, what is written, and what is understood, in one line.
struct LineCase: Sendable, CustomTestStringConvertible {
    var rule: String
    var written: String
    var understood: String

    init(_ rule: String, _ written: String, _ understood: String) {
        self.rule = rule
        self.written = written
        self.understood = understood
    }

    var testDescription: String { rule }
}

/// The year in which the cables of the tables are received.
let tableYear = 2_008

/// A cable in which the lines of one part are written by the case and all others are in order.
enum CableFrame {
    static func transmission(_ lines: String) -> CableReading {
        read("\(lines)\nR 061011Z MAY 08\nFM POST A\nTO POST B\nBT\nUNCLAS\n1. X.\nBT\n")
    }

    static func precedenceLine(_ line: String) -> CableReading {
        read("\(line)\nFM POST A\nTO POST B\n\nUNCLAS\n1. X.\n")
    }

    static func addresses(_ lines: String) -> CableReading {
        read("O P 061011Z MAY 08\n\(lines)\nBT\nUNCLAS\n1. X.\nBT\n")
    }

    static func text(_ lines: String) -> CableReading { read("R 061011Z MAY 08\nFM POST A\nTO POST B\nBT\n\(lines)\n") }

    static func block(_ lines: String) -> CableReading {
        text("UNCLAS POST A 000012\n\(lines)\n\nSUBJECT: X\n\n1. Y.\nBT")
    }

    static func fields(_ lines: String) -> CableReading { text("UNCLAS POST A 000012\n\n\(lines)\n\n1. Y.\nBT") }

    static func body(_ lines: String) -> CableReading { text("UNCLAS POST A 000012\n\nSUBJECT: X\n\n\(lines)") }
}

/// What was understood, in one line.
enum Understood {
    static func transport(_ reading: CableReading) -> String {
        guard let transport = reading.cable.transport else { return "none" }
        var parts: [String] = []
        if !transport.channels.isEmpty { parts.append("TI " + transport.channels.joined(separator: "+")) }
        if let precedence = transport.precedence { parts.append(precedence.word) }
        if !transport.routing.isEmpty { parts.append("to " + transport.routing.joined(separator: "+")) }
        if let indicator = transport.indicator { parts.append("de " + indicator) }
        if let serial = transport.serial {
            parts.append("nr \(serial)" + (transport.sectionSuffix.map { "/\($0)" } ?? ""))
        }
        if let filing = transport.filingTime { parts.append("at " + filing) }
        if let security = transport.security { parts.append(security) }
        if !transport.signals.isEmpty { parts.append(transport.signals.joined(separator: "+")) }
        for pilot in transport.pilots {
            parts.append("pilot \(pilot.routing.joined(separator: "+")) \(pilot.signals.joined(separator: "+"))")
        }
        if let content = transport.contentIndicator { parts.append("\(transport.languageMedia ?? "") \(content)") }
        return parts.joined(separator: ", ") + codes(reading)
    }

    static func precedence(_ reading: CableReading) -> String {
        let cable = reading.cable
        let info = cable.infoPrecedence.map { "/\($0.word)" } ?? ""
        let seconds = cable.dateTimeGroup?.unixSeconds.map { "\($0)" } ?? "no time"
        let signals = cable.signals.isEmpty ? "" : " \(cable.signals.joined(separator: "+"))"
        return
            "\(cable.precedence?.word ?? "none")\(info) [\(cable.dateTimeGroup?.text ?? "")] \(seconds)\(signals)\(codes(reading))"
    }

    static func addresses(_ reading: CableReading) -> String {
        let cable = reading.cable
        var parts = ["fm \(cable.from ?? "nobody")"]
        for (word, list) in [("to", cable.to), ("info", cable.info), ("xmt", cable.exempt)] {
            parts += list.map { "\(word) \(addressee($0))" }
        }
        if let accounting = cable.accounting { parts.append(accounting) }
        return parts.joined(separator: ", ") + codes(reading)
    }

    private static func addressee(_ addressee: Cable.Addressee) -> String {
        var text = addressee.indicator.map { "\($0)/" } ?? ""
        if addressee.deliveredByOtherMeans { text += "ZEN/" }
        text += addressee.post + " " + (addressee.niact ? "NIACT " : "") + addressee.precedence.word
        return text + (addressee.sequence.map { " \($0)" } ?? "")
    }

    static func identity(_ reading: CableReading) -> String {
        let cable = reading.cable
        var parts = [cable.classification?.word ?? "none"]
        if cable.isClear { parts.append("CLEAR") }
        if cable.isTransmissionOnly { parts.append("EFTO") }
        if let section = cable.section { parts.append("\(section.number) of \(section.of)") }
        if let mrn = cable.mrn { parts.append("[\(mrn)]") }
        if let trip = cable.trip { parts.append("(\(trip))") }
        parts += cable.captions
        return parts.joined(separator: " ") + codes(reading)
    }

    static func block(_ reading: CableReading) -> String {
        let cable = reading.cable
        var parts: [String] = []
        func add(_ word: String, _ list: [String]) {
            if !list.isEmpty { parts.append("\(word) \(list.joined(separator: "|"))") }
        }
        add("captions", cable.captions)
        add("for", cable.slugs)
        add("attn", cable.attention)
        add("pass", cable.pass)
        if let exercise = cable.exercise { parts.append("exercise \(exercise)") }
        return parts.joined(separator: ", ") + codes(reading)
    }

    static func fields(_ reading: CableReading) -> String {
        let cable = reading.cable
        var parts: [String] = []
        if let order = cable.executiveOrder { parts.append(order) }
        if !cable.tags.isEmpty { parts.append("tags \(cable.tags.joined(separator: "|"))") }
        if let subject = cable.subject { parts.append("subject \(subject)") }
        parts += cable.references.map { "ref \($0.letter ?? "")[\($0.text)]\($0.mrn.map { "=\($0)" } ?? "")" }
        if let by = cable.classifiedBy { parts.append("by \(by)") }
        return parts.joined(separator: ", ") + codes(reading)
    }

    static func body(_ reading: CableReading) -> String {
        let cable = reading.cable
        var parts = cable.paragraphs.map { "\($0.number)\($0.marking.map { "(\($0))" } ?? "")" }
        if let signature = cable.signature { parts.append(signature) }
        parts += cable.corrections
        return parts.joined(separator: " ") + codes(reading)
    }

    static func codes(_ reading: CableReading) -> String {
        reading.diagnostics.isEmpty ? "" : " !" + reading.diagnostics.map(\.code).joined(separator: "!")
    }
}
