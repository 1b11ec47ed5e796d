import Cables
import Control
import Settings

/// The JSON5 file of `compose`.
struct DraftFile {
    /// Every key, with what stands there; help and errors read this table.
    static let keys: [(name: String, meaning: String)] = [
        ("precedence", "ROUTINE, PRIORITY, IMMEDIATE or FLASH"), ("infoPrecedence", "for INFO, where it is another"),
        ("dtg", "date-time group; filled in where it is left out"), ("from", "the originator's post"),
        ("to", "list of posts, as in a TO line: \"RUEHEL/AMEMBASSY ELBONIA NIACT IMMEDIATE\""),
        ("info", "list of posts"), ("exempt", "list of posts"),
        ("classification", "UNCLASSIFIED, CONFIDENTIAL, SECRET …"),
        ("mrn", "message reference number; else made of station and --number or --counter"),
        ("station", "the first words of the number"), ("captions", "list"), ("exercise", "its name"),
        ("slugs", "list of offices"), ("attention", "list of persons"), ("pass", "list"),
        ("executiveOrder", "the E.O. line"), ("tags", "list"), ("subject", "one line"),
        ("references", "list, without letters"), ("classifiedBy", "who, and the reasons"),
        ("paragraphs", "list of texts, or of { marking, text }"), ("signature", "the drafter's surname"),
    ]
    /// Entries of one list at most.
    private static let listMax = 4_096

    private let file: String
    private(set) var draft = CableDraft()
    private(set) var station: String?

    /// - Throws: the first thing that is wrong, with its line.
    init(_ octets: [UInt8], file: String) throws(ControlFailure) {
        self.file = file
        let root: JSON5Value
        do throws(SettingsProblems) {
            root = try JSON5Reader.read(octets, file: file)
        } catch {
            let first = error.all.first
            throw Self.failure(first?.message ?? "is no JSON5", first?.advice ?? "", first?.line ?? 0)
        }
        guard case .object(let members) = root.content else {
            throw Self.failure("the file is \(root.kind)", "write { from: …, to: [ … ] }", root.line)
        }
        for member in members { try take(member) }
        if draft.cable.precedence == nil {
            throw Self.failure("key precedence is missing", "write precedence: \"ROUTINE\"", root.line)
        }
    }

    private static func failure(_ message: String, _ advice: String, _ line: Int) -> ControlFailure {
        ControlFailure(code: "DRAFT", message: message, advice: advice, exit: ExitStatus.data, line: line)
    }

    mutating func setNumber(_ mrn: String) { draft.cable.mrn = mrn }

    private mutating func take(_ member: JSON5Value.Member) throws(ControlFailure) {
        let value = member.value
        switch member.key {
        case "precedence": draft.cable.precedence = try precedence(value)
        case "infoPrecedence": draft.cable.infoPrecedence = try precedence(value)
        case "dtg": draft.cable.dateTimeGroup = try group(value)
        case "from": draft.cable.from = try text(value).uppercased()
        case "to": draft.cable.to = try addressees(value)
        case "info": draft.cable.info = try addressees(value)
        case "exempt": draft.cable.exempt = try addressees(value)
        case "classification": draft.cable.classification = try classification(value)
        case "mrn": draft.cable.mrn = try text(value)
        case "station": station = try text(value)
        case "captions": draft.cable.captions = try texts(value).map { $0.uppercased() }
        case "exercise": draft.cable.exercise = try text(value)
        case "slugs": draft.cable.slugs = try texts(value)
        case "attention": draft.cable.attention = try texts(value)
        case "pass": draft.cable.pass = try texts(value)
        case "executiveOrder": draft.cable.executiveOrder = try text(value)
        case "tags": draft.cable.tags = try texts(value).map { $0.uppercased() }
        case "subject": draft.cable.subject = try text(value)
        case "references": draft.cable.references = try references(value)
        case "classifiedBy": draft.cable.classifiedBy = try text(value)
        case "paragraphs": draft.paragraphs = try paragraphs(value)
        case "signature": draft.cable.signature = try text(value)
        default:
            let known = Self.keys.map(\.name).joined(separator: ", ")
            throw Self.failure("unknown key \(member.key)", "known: \(known)", member.line)
        }
    }

    private func text(_ value: JSON5Value) throws(ControlFailure) -> String {
        guard case .string(let text) = value.content, text.contains(where: { !$0.isWhitespace }) else {
            throw Self.failure("a text is expected, not \(value.kind)", "write a text in quotes", value.line)
        }
        // A text has no lines of its own: the formatter makes them.
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func list(_ value: JSON5Value) throws(ControlFailure) -> [JSON5Value] {
        guard case .list(let list) = value.content, list.count <= Self.listMax else {
            throw Self.failure("a list is expected, not \(value.kind)", "write [ … ]", value.line)
        }
        return list
    }

    private func texts(_ value: JSON5Value) throws(ControlFailure) -> [String] {
        var texts: [String] = []
        for element in try list(value) { texts.append(try text(element)) }
        return texts
    }

    private func precedence(_ value: JSON5Value) throws(ControlFailure) -> Precedence {
        guard let precedence = Precedence(word: try text(value).uppercased()) else {
            let words = Precedence.allCases.map(\.word).joined(separator: ", ")
            throw Self.failure("there is no such precedence", "write one of \(words)", value.line)
        }
        return precedence
    }

    private func classification(_ value: JSON5Value) throws(ControlFailure) -> Classification {
        let word = try text(value).uppercased()
        guard let classification = Classification(word: word == "UNCLAS" ? "UNCLASSIFIED" : word) else {
            let words = Classification.allCases.map(\.word).joined(separator: ", ")
            throw Self.failure("there is no such classification", "write one of \(words)", value.line)
        }
        return classification
    }

    private func group(_ value: JSON5Value) throws(ControlFailure) -> DateTimeGroup {
        guard let group = DateTimeGroup(written: try text(value), receiptYear: CurrentTime.year) else {
            throw Self.failure("this is no date-time group", "write it as 031506Z JUL 08, or leave it out", value.line)
        }
        return group
    }

    private func addressees(_ value: JSON5Value) throws(ControlFailure) -> [Cable.Addressee] {
        var addressees: [Cable.Addressee] = []
        for element in try list(value) {
            guard let addressee = Cable.Addressee(try text(element)) else {
                throw Self.failure("no post is named", "write a post, such as \"AMEMBASSY ELBONIA\"", element.line)
            }
            addressees.append(addressee)
        }
        return addressees
    }

    private func references(_ value: JSON5Value) throws(ControlFailure) -> [Cable.Reference] {
        let texts = try texts(value)
        return texts.enumerated().map { index, text in
            let letter = UnicodeScalar(UInt8(ascii: "A") + UInt8(min(index, 25)))
            return Cable.Reference(text, letter: texts.count > 1 ? String(letter) : nil)
        }
    }

    private func paragraphs(_ value: JSON5Value) throws(ControlFailure) -> [CableDraft.Paragraph] {
        var paragraphs: [CableDraft.Paragraph] = []
        for element in try list(value) {
            guard case .object(let members) = element.content else {
                paragraphs.append(CableDraft.Paragraph(marking: nil, text: try text(element)))
                continue
            }
            var paragraph = CableDraft.Paragraph(marking: nil, text: "")
            for member in members {
                switch member.key {
                case "marking": paragraph.marking = try text(member.value)
                case "text": paragraph.text = try text(member.value)
                default: throw Self.failure("unknown key \(member.key)", "known: marking, text", member.line)
                }
            }
            paragraphs.append(paragraph)
        }
        return paragraphs
    }
}
