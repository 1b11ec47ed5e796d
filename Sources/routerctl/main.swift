import Control
import Glibc

/// `routerctl`: reads the command line, does the verb, and ends with its exit status.
nonisolated func run() -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.isEmpty || arguments == ["--help"] || arguments == ["-h"] || arguments == ["help"] {
        Output.write(Help.overview)
        return arguments.isEmpty ? ExitStatus.usage : 0
    }
    if arguments == ["--version"] {
        Output.write("routerctl 0.1.0\n")
        return 0
    }
    var file: String?
    do throws(ControlFailure) {
        let invocation = try Invocation(arguments)
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
