import Control
import Glibc
import Routing

/// How a command's results are written.
enum OutputForm: String { case text, json, jsonl }

/// What the user asked for: global options may stand anywhere.
struct Invocation {
    var form = OutputForm.text
    var socket: String
    var wantsHelp = false
    var verb: Verb
    var operands: [String] = []
    var options: [String: String] = [:]

    static let standardSocket = "/run/routerd/control.sock"

    /// The form alone, for errors that come before anything else is known.
    static func form(in arguments: [String]) -> OutputForm {
        for (index, argument) in arguments.enumerated() {
            if argument == "--json" { return .json }
            if argument == "-o" || argument == "--output", index + 1 < arguments.count {
                return OutputForm(rawValue: arguments[index + 1]) ?? .text
            }
            if argument.hasPrefix("--output=") { return OutputForm(rawValue: String(argument.dropFirst(9))) ?? .text }
        }
        return .text
    }

    /// - Throws: usage failures, exit 64.
    init(_ arguments: [String]) throws(ControlFailure) {
        socket = getenv("ROUTERCTL_SOCKET").map { String(cString: $0) } ?? Self.standardSocket
        var words: [String] = []
        var given: [(name: String, value: String?)] = []
        var rest = arguments[...]
        var onlyOperands = false
        while let argument = rest.popFirst() {
            if onlyOperands || argument == "-" || !argument.hasPrefix("-") {
                words.append(argument)
                continue
            }
            if argument == "--" {
                onlyOperands = true
                continue
            }
            let (name, value) = Self.split(argument)
            switch name {
            case "--help", "-h": wantsHelp = true
            case "--json": form = .json
            case "-o", "--output":
                let text = value ?? rest.popFirst()
                guard let form = text.flatMap({ OutputForm(rawValue: $0) }) else {
                    let nearest = SpellingDistance.nearest(
                        to: text ?? "", among: ["json", "jsonl", "text"], most: 1
                    ).first
                    throw Self.usage(
                        "-o takes text, json or jsonl",
                        nearest.map { "did you mean \($0)?" } ?? "write for example -o json")
                }
                self.form = form
            case "--socket":
                guard let path = value ?? rest.popFirst() else {
                    throw Self.usage("--socket takes a path", "write --socket PATH")
                }
                socket = path
            default:
                guard let option = VerbTable.option(name) else {
                    let known = VerbTable.optionNames
                    let nearest = SpellingDistance.nearest(to: name, among: known, most: 1).first
                    throw Self.usage("unknown option \(name)", nearest.map { "did you mean \($0)?" } ?? "see --help")
                }
                if option.takesValue {
                    guard let text = value ?? rest.popFirst() else {
                        throw Self.usage("\(name) takes a value", "write \(name) \(option.value)")
                    }
                    given.append((name, text))
                } else {
                    given.append((name, ""))
                }
            }
        }
        guard let (verb, used) = VerbTable.find(words) else {
            throw Self.unknown(words)
        }
        self.verb = verb
        operands = Array(words.dropFirst(used))
        for (name, value) in given {
            guard verb.options.contains(where: { $0.name == name }) else {
                throw Self.usage("\(verb.name) takes no \(name)", "see routerctl \(verb.name) --help")
            }
            options[name] = value
        }
        guard wantsHelp || verb.operands.contains(operands.count) else {
            throw Self.usage(
                "\(verb.name) takes \(verb.usage.isEmpty ? "no operands" : verb.usage)",
                "see routerctl \(verb.name) --help")
        }
    }

    private static func split(_ argument: String) -> (String, String?) {
        guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
        return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    }

    static func usage(_ message: String, _ advice: String) -> ControlFailure {
        ControlFailure(code: "USAGE", message: message, advice: advice, exit: ExitStatus.usage)
    }

    private static func unknown(_ words: [String]) -> ControlFailure {
        let names = VerbTable.all.filter { !$0.isHidden }.map(\.name)
        // As many words as some verb begins with, and one more.
        let begun = (1...2).last { count in
            let start = words.prefix(count).joined(separator: " ")
            return words.count >= count && names.contains { $0.hasPrefix(start + " ") }
        }
        let said = words.prefix(max(2, (begun ?? 0) + 1)).joined(separator: " ")
        guard !said.isEmpty else { return usage("no verb was given", "see routerctl --help") }
        let family = names.filter { $0.hasPrefix(said + " ") }
        if !family.isEmpty {
            return usage("there is no verb \(said)", "there are \(family.joined(separator: ", "))")
        }
        let nearest =
            SpellingDistance.nearest(to: said, among: names, most: 1).first
            ?? SpellingDistance.nearest(to: words[0], among: names, most: 1).first
            ?? names.first { $0.hasPrefix(words[0] + " ") }
        return usage("there is no verb \(said)", nearest.map { "did you mean \($0)?" } ?? "see routerctl --help")
    }
}
