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
        let precedence = invocation.operands.last ?? ""
        return try order("cable.raise", invocation, ["precedence": precedence.uppercased()], operands: 1)
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

    /// - Parameter operands: behind the ID.
    private static func order(
        _ verb: String, _ invocation: Invocation, _ more: [String: String] = [:], operands: Int = 0
    ) throws(ControlFailure) -> Int32 {
        var arguments = more
        if verb != "cable.retry" { arguments["reason"] = try reason(verb, invocation) }
        var filter: [String: String] = [:]
        try ListCommands.filter(invocation, into: &filter)
        let name = verb.replacing(".", with: " ")
        if invocation.operands.count > operands {
            guard filter.isEmpty else {
                throw Invocation.usage("\(name) takes an ID or a filter, not both", "leave one of them out")
            }
            arguments["id"] = invocation.operands[0]
            let isDry = invocation.options["--dry-run"] != nil
            if isDry { arguments["dryRun"] = "yes" }
            return try ListCommands.cable(
                invocation, ControlRequest(verb, arguments),
                heading: isDry ? "\(name) would be done to these deliveries; nothing was done:\n" : "")
        }
        guard !filter.isEmpty else {
            throw Invocation.usage(
                "\(name) takes an ID, or says which cables", "write an ID, or for example --link RI --older 2h")
        }
        return try BulkOrder(verb: verb, invocation: invocation, arguments: arguments).run()
    }

    private static func reason(_ verb: String, _ invocation: Invocation) throws(ControlFailure) -> String {
        guard let reason = invocation.options["--reason"], !reason.isEmpty else {
            throw Invocation.usage(
                "\(verb.replacing(".", with: " ")) needs --reason TEXT", "say why: it is recorded")
        }
        return reason
    }
}
