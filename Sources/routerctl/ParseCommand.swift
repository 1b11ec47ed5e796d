import Cables
import Control
import Glibc

/// `parse`: offline.
enum ParseCommand {
    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let octets = try InputFile.read(invocation.operands[0])
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        let reading = CableParser.parse(octets, receiptYear: Int(parts.tm_year) + 1_900)
        switch invocation.form {
        case .json, .jsonl: Output.document(ParseDocument(reading))
        case .text: Output.write(text(reading))
        }
        return reading.isRoutable ? 0 : ExitStatus.data
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
