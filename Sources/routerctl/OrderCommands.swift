import Control

/// What an operator does with one cable.
enum OrderCommands {
    static func hold(_ invocation: Invocation) throws(ControlFailure) -> Int32 { try order("cable.hold", invocation) }

    static func release(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try order("cable.release", invocation)
    }

    static func retry(_ invocation: Invocation) throws(ControlFailure) -> Int32 { try order("cable.retry", invocation) }

    static func cancel(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try order("cable.cancel", invocation)
    }

    static func raise(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try order("cable.raise", invocation, ["precedence": invocation.operands[1].uppercased()])
    }

    static func readdress(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments = ["id": invocation.operands[0], "post": invocation.operands[1]]
        arguments["reason"] = try reason("cable.readdress", invocation)
        try Session.run(invocation, ControlRequest("cable.readdress", arguments)) { (frame) throws(ControlFailure) in
            do {
                SubmitCommand.show(SubmitDocument(try SubmittedAnswer(decoding: frame.payload)), invocation)
            } catch {
                throw ControlFailure(
                    code: "PROTOCOL", message: "the answer cannot be read: \(error)",
                    advice: "use the routerctl of the same version", exit: ExitStatus.software)
            }
        }
        return 0
    }

    private static func order(
        _ verb: String, _ invocation: Invocation, _ more: [String: String] = [:]
    ) throws(ControlFailure) -> Int32 {
        var arguments = more
        arguments["id"] = invocation.operands[0]
        if verb != "cable.retry" { arguments["reason"] = try reason(verb, invocation) }
        return try ListCommands.cable(invocation, ControlRequest(verb, arguments))
    }

    private static func reason(_ verb: String, _ invocation: Invocation) throws(ControlFailure) -> String {
        guard let reason = invocation.options["--reason"], !reason.isEmpty else {
            throw Invocation.usage(
                "\(verb.replacing(".", with: " ")) needs --reason TEXT", "say why: it is recorded")
        }
        return reason
    }
}
