/// The help texts, made from the table of verbs.
enum Help {
    static var overview: String {
        let width = VerbTable.all.map { $0.name.count }.max() ?? 0
        let verbs = VerbTable.all.map { verb in
            "  \(verb.name)\(String(repeating: " ", count: width - verb.name.count))  \(verb.summary)"
        }
        return """
            usage: routerctl [--socket PATH] [-o text|json|jsonl] VERB …

            Inspects and steers the routerd of this machine.

            \(verbs.joined(separator: "\n"))

            Options, anywhere:
              --socket PATH       the station's control socket (ROUTERCTL_SOCKET, else \(Invocation.standardSocket))
              -o text|json|jsonl  how results are written; --json means -o json
              --help              help for a verb
              --version           the version

            An ID is a cable's identity, with or without the station before it, or a unique beginning of it.
            Exit: 0 done, 64 usage, 65 bad data, 69 no daemon, 70 internal, 75 try later, 77 not permitted, 78 configuration.

            """
    }

    static func of(_ verb: Verb) -> String {
        var text = "usage: routerctl \(verb.name)\(verb.usage.isEmpty ? "" : " \(verb.usage)")"
        for option in verb.options { text += " [\(option.name)\(option.takesValue ? " \(option.value)" : "")]" }
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
