/// The help texts, made from the table of verbs.
enum Help {
    static var overview: String {
        let verbs = VerbTable.families.map { family in
            "\(family.title):\n\(lines(family.verbs))"
        }
        return """
            usage: routerctl [--socket PATH] [-o text|json|jsonl] VERB …

            Inspects and steers the routerd of this machine.

            \(verbs.joined(separator: "\n\n"))

            Options, anywhere:
              --socket PATH       the station's control socket (ROUTERCTL_SOCKET, else \(Invocation.standardSocket))
              -o text|json|jsonl  how results are written; --json means -o json
              --help              help for a verb, or for all verbs of a noun: routerctl queue --help
              --version           the version

            An ID is a cable's identity, with or without the station before it, or a unique beginning of it.
            Exit: 0 done, 64 usage, 65 bad data, 69 no daemon, 70 internal, 75 try later, 77 not permitted, 78 configuration.

            """
    }

    /// The verbs of one noun, such as `queue`.
    static func of(noun: String, _ verbs: [Verb]) -> String {
        "usage: routerctl \(noun) VERB …\n\n\(lines(verbs))\n\nrouterctl \(noun) VERB --help says more.\n"
    }

    /// A line for each: what stands behind the first semicolon is left to the verb's own help.
    private static func lines(_ verbs: [Verb]) -> String {
        let width = 2 + (VerbTable.all.filter { !$0.isHidden }.map { $0.name.count }.max() ?? 0)
        return verbs.map { verb in
            let brief = verb.summary.prefix { $0 != ";" && $0 != ":" }
            return "  \(verb.name)\(String(repeating: " ", count: width - verb.name.count))\(brief)"
        }.joined(separator: "\n")
    }

    static func of(_ verb: Verb) -> String {
        var text = "usage: routerctl \(verb.name)\(verb.usage.isEmpty ? "" : " \(verb.usage)")"
        for option in verb.options where !verb.usage.contains(option.name) {
            text += " [\(option.name)\(option.takesValue ? " \(option.value)" : "")]"
        }
        text += "\n\n\(verb.summary.prefix(1).uppercased())\(verb.summary.dropFirst()).\n"
        if !verb.options.isEmpty { text += "\n" }
        for option in verb.options {
            text += "  \(option.name)\(option.takesValue ? " \(option.value)" : ""): \(option.meaning)\n"
        }
        text += "\nExamples:\n"
        for example in verb.examples { text += "  \(example.command)\n      \(example.does)\n" }
        return text
    }
}
