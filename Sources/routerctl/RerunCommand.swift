import Control

/// `cable rerun`: asks for a cable once more that came garbled or incomplete.
enum RerunCommand {
    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments = ["id": invocation.operands[0], "reason": try InboxCommands.reason(invocation)]
        if let post = invocation.options["--post"] { arguments["post"] = post }
        return try Session.document(invocation, ControlRequest("cable.rerun", arguments), RerunDocument.self) { asked in
            "\(asked.asked) is asked to send \(asked.id) once more to \(asked.post); it comes as a cable of its own, "
                + "and inbox list names the first as rerunOf\n"
        }
    }
}
