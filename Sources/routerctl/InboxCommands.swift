import Cables
import Control
import Glibc

/// What is done with cables in the inbox.
enum InboxCommands {
    private static func arguments(_ invocation: Invocation) -> [String: String] {
        var arguments = ["id": invocation.operands[0]]
        if let office = invocation.options["--office"] { arguments["office"] = office }
        return arguments
    }

    static func acknowledge(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try change(invocation, ControlRequest("inbox.acknowledge", arguments(invocation))) { row in
            "acknowledged \(row.id) for \(row.office) of \(row.post) at \(row.acknowledgedAt ?? "")\n"
        }
    }

    static func forward(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments = arguments(invocation)
        arguments["to"] = invocation.operands[1]
        arguments["reason"] = try reason(invocation)
        return try change(invocation, ControlRequest("inbox.forward", arguments)) { row in
            "forwarded \(row.id) to \(row.office) of \(row.post), arrival \(row.arrival)\n"
        }
    }

    static func archive(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try change(invocation, ControlRequest("inbox.archive", arguments(invocation))) { row in
            "archived \(row.id) of \(row.office)\n"
        }
    }

    static func reason(_ invocation: Invocation) throws(ControlFailure) -> String {
        guard let reason = invocation.options["--reason"], reason.contains(where: { $0 != " " }) else {
            throw Invocation.usage(
                "\(invocation.verb.name) needs --reason TEXT", "say why: it is kept with the cable's history")
        }
        return reason
    }

    private static func change(
        _ invocation: Invocation, _ request: ControlRequest, _ text: (InboxRow) -> String
    ) throws(ControlFailure) -> Int32 {
        try Session.document(invocation, request, InboxRow.self, text)
    }

    /// `inbox print`: 69 columns and page lines.
    static func print(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var octets: [UInt8] = []
        try Session.run(invocation, ControlRequest("inbox.read", arguments(invocation))) {
            (frame) throws(ControlFailure) in
            octets += frame.payload
        }
        let reading = CableParser.parse(octets, receiptYear: CurrentTime.year)
        for line in CablePrint.lines(octets, reading) { Output.write(line + "\n") }
        return 0
    }
}

/// Replies that are due, and programs.
enum SuspenseCommands {
    static func list(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments: [String: String] = [:]
        if let text = invocation.options["--due"] {
            guard let milliseconds = duration(text) else {
                throw Invocation.usage("--due \(text) is no time", "write for example --due 3d, 12h or 90m")
            }
            arguments["due"] = String(milliseconds)
        }
        if invocation.options["--overdue"] != nil { arguments["overdue"] = "yes" }
        if let limit = invocation.options["--limit"] {
            guard let number = Int(limit), number > 0 else {
                throw Invocation.usage("--limit takes a whole number from 1", "write for example --limit 20")
            }
            arguments["limit"] = String(number)
        }
        return try Session.list(
            invocation, ControlRequest("suspense.list", arguments), SuspenseRow.self,
            ["ID", "DUE", "STATE", "WHO", "POST", "OFFICE", "MRN", "SUBJECT"], empty: "no replies are due"
        ) { row in
            let state = row.closedAt == nil || row.replyId != nil ? row.state : "closed"
            let subject = row.exercise.map { "[\($0)] " } ?? ""
            return [
                row.id, ListCommands.minute(row.due), state, row.awaited ? "we wait" : "we owe", row.post, row.office,
                row.mrn ?? "",
                subject + (row.subject ?? ""),
            ]
        }
    }

    /// Milliseconds of `3d`, `12h`, `90m`, `45s`; a number alone is days.
    private static func duration(_ text: String) -> Int64? {
        guard let seconds = DurationText.seconds(text, bare: 86_400), (0...100_000 * 86_400).contains(seconds) else {
            return nil
        }
        return seconds * 1_000
    }

    static func close(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments = ["id": invocation.operands[0], "reason": try InboxCommands.reason(invocation)]
        if let post = invocation.options["--post"] { arguments["post"] = post }
        return try Session.document(
            invocation, ControlRequest("suspense.close", arguments), SuspenseClosing.self
        ) { closing in
            closing.closed == 0
                ? "nothing was open for \(closing.id)\n" : "closed \(closing.closed) for \(closing.id)\n"
        }
    }

    static func hooks(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try hooks(invocation, ControlRequest("hook.list"))
    }

    static func retry(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try hooks(invocation, ControlRequest("hook.retry", ["key": invocation.operands[0]]))
    }

    private static func hooks(_ invocation: Invocation, _ request: ControlRequest) throws(ControlFailure) -> Int32 {
        try Session.list(
            invocation, request, HookRow.self,
            ["KEY", "EVENT", "OFFICE", "STATE", "TRIES", "NEXT", "PROGRAM", "WHY"], empty: "no program has work to do"
        ) { row in
            [row.key, row.event, row.office, row.state, "\(row.attempts)", row.nextAt ?? "", row.program, row.why]
        }
    }
}
