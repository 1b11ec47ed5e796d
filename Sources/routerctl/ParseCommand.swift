import Cables
import Control
import Routing

/// `parse`: offline.
enum ParseCommand {
    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        if let code = invocation.options["--explain"] { return try explain(code, invocation) }
        let octets: [UInt8]
        var sections: SectionAssembly?
        if invocation.options["--sections"] != nil {
            guard !invocation.operands.isEmpty else { throw Invocation.usage("no file was named", "name the sections") }
            let assembly = try FormatCommand.join(invocation.operands)
            octets = assembly.octets
            sections = assembly
        } else {
            guard invocation.operands.count == 1 else {
                throw Invocation.usage("parse takes one file", "add --sections to put several together")
            }
            octets = try InputFile.read(invocation.operands[0])
        }
        let reading = CableParser.parse(octets, receiptYear: CurrentTime.year)
        switch invocation.form {
        case .json, .jsonl: Output.document(ParseDocument(reading, sections: sections))
        case .text:
            let missing = sections?.missing.map { "section \($0) is missing\n" }.joined() ?? ""
            Output.write(text(reading) + missing)
        }
        return reading.isRoutable ? 0 : ExitStatus.data
    }

    /// `--explain CODE`: what a diagnostic means and what to do; `--explain all` lists them.
    private static func explain(_ word: String, _ invocation: Invocation) throws(ControlFailure) -> Int32 {
        struct Row: Encodable {
            var code: String
            var severity: String
            var meaning: String
            var advice: String
        }
        let asked = word.uppercased()
        let codes = DiagnosticCode.allCases.filter { asked == "ALL" || $0.rawValue == asked }
        guard !codes.isEmpty else {
            let known = DiagnosticCode.allCases.map(\.rawValue)
            let nearest = SpellingDistance.nearest(to: asked, among: known, most: 1).first
            throw Invocation.usage(
                "there is no diagnostic \(word)", nearest.map { "did you mean \($0)?" } ?? "see parse --explain all")
        }
        let rows = codes.map {
            Row(code: $0.rawValue, severity: $0.severity.rawValue, meaning: $0.meaning, advice: $0.advice)
        }
        switch invocation.form {
        case .text:
            Output.write(rows.map { "\($0.code) (\($0.severity))\n  \($0.meaning)\n  \($0.advice)\n" }.joined())
        case .json: if asked == "ALL" { Output.document(rows) } else { Output.document(rows[0]) }
        case .jsonl: for row in rows { Output.document(row) }
        }
        return 0
    }

    private static func text(_ reading: CableReading) -> String {
        let cable = reading.cable
        var lines: [(String, String)] = []
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { lines.append((name, value)) }
        }
        add("precedence", cable.precedence.map { $0.word + (cable.infoPrecedence.map { " / info \($0.word)" } ?? "") })
        add("date-time group", cable.dateTimeGroup?.text)
        add("from", cable.from)
        for addressee in cable.to { add("to", line(addressee)) }
        for addressee in cable.info { add("info", line(addressee)) }
        for addressee in cable.exempt { add("exempt", line(addressee)) }
        add("classification", cable.classification?.word)
        add("number", cable.mrn)
        add("section", cable.section.map { "\($0.number) of \($0.of)" })
        add("captions", cable.captions.joined(separator: ", "))
        add("for", cable.slugs.joined(separator: ", "))
        add("attention", cable.attention.joined(separator: ", "))
        add("pass", cable.pass.joined(separator: ", "))
        add("order", cable.executiveOrder)
        add("tags", cable.tags.joined(separator: " "))
        add("subject", cable.subject)
        for reference in cable.references { add("ref", (reference.letter.map { "\($0). " } ?? "") + reference.text) }
        let asked = cable.replyInstructions
        add("replies: captions", asked.captions.joined(separator: ", "))
        add("replies: for", asked.slugs.joined(separator: ", "))
        add("replies: due", asked.due?.text)
        add("signature", cable.signature)
        let width = lines.map(\.0.count).max() ?? 0
        var text = lines.map { "\($0.0)\(String(repeating: " ", count: width - $0.0.count))  \($0.1)\n" }.joined()
        for item in reading.diagnostics {
            text += "\(item.severity.rawValue), line \(item.line), \(item.code): \(item.message)\n"
        }
        return text
    }

    private static func line(_ addressee: Cable.Addressee) -> String {
        let name = addressee.indicator.map { "\($0)/\(addressee.post)" } ?? addressee.post
        return "\(name), \(addressee.niact ? "NIACT " : "")\(addressee.precedence.word)"
    }
}
