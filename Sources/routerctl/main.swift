import Control
import Glibc

/// The words behind `complete`, without the two hyphens that a script may put before them.
nonisolated func completed(_ arguments: [String]) -> [String] {
    let words = Array(arguments.dropFirst())
    return words.first == "--" ? Array(words.dropFirst()) : words
}

/// `routerctl queue --help`: the verbs of one noun, or of `network certify`; nil where something else was asked.
nonisolated func nounHelp(_ arguments: [String]) -> String? {
    let words = arguments.filter { $0 != "--help" && $0 != "-h" && $0 != "help" }
    guard (1...2).contains(words.count), words.count < arguments.count, VerbTable.find(words) == nil else { return nil }
    let noun = words.joined(separator: " ")
    let verbs = VerbTable.all.filter { $0.name.hasPrefix(noun + " ") }
    return verbs.isEmpty ? nil : Help.of(noun: noun, verbs)
}

/// `routerctl`: reads the command line, does the verb, and ends with its exit status.
nonisolated func run() -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.isEmpty || arguments == ["--help"] || arguments == ["-h"] || arguments == ["help"] {
        Output.write(Help.overview)
        return arguments.isEmpty ? ExitStatus.usage : 0
    }
    if let text = nounHelp(arguments) {
        Output.write(text)
        return 0
    }
    if arguments == ["--version"] {
        Output.write("routerctl 0.1.0\n")
        return 0
    }
    var file: String?
    do throws(ControlFailure) {
        // `help VERB` is `VERB --help`; behind `complete` every word is somebody else's.
        let isHelp = arguments.first == "help"
        let isCompleting = arguments.first == "complete"
        let invocation = try Invocation(
            isHelp
                ? arguments.dropFirst() + ["--help"]
                : isCompleting ? ["complete", "--"] + completed(arguments) : arguments)
        file = invocation.operands.last
        if invocation.wantsHelp {
            Output.write(Help.of(invocation.verb))
            return 0
        }
        return try invocation.verb.run(invocation)
    } catch {
        Output.failure(error, form: Invocation.form(in: arguments), file: file)
        return error.exit
    }
}

exit(run())
