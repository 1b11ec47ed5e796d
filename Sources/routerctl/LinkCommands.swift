import Control
import Glibc

/// What an operator sees of links, and orders for them.
enum LinkCommands {
    static func list(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try Session.list(
            invocation, ControlRequest("link.list"), LinkRow.self,
            ["PEER", "STATE", "SINCE", "QUEUED", "SENT", "RECEIVED", "CLEARANCE", "COST", "NEXT", "WHY"],
            empty: "the station has no links"
        ) { row in
            [
                row.peer, row.state, row.since, "\(row.queued.values.reduce(0, +))", "\(row.sentCables)",
                "\(row.receivedCables)", row.clearance, "\(row.cost)", row.nextAt ?? row.closedUntil ?? "",
                ([row.why] + row.limits.map(sentence)).joined(separator: "; "),
            ]
        }
    }

    static func show(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try document(invocation, ControlRequest("link.show", ["peer": invocation.operands[0]]))
    }

    static func up(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try order("link.up", invocation, milliseconds: nil)
    }

    static func down(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try order("link.down", invocation, milliseconds: try until(invocation))
    }

    static func drain(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try order("link.drain", invocation, milliseconds: try until(invocation))
    }

    static func limit(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        guard let precedence = invocation.options["--precedence"] else {
            throw Invocation.usage("link limit needs --precedence P", "ROUTINE lifts a limit")
        }
        var milliseconds: Int64?
        if let text = invocation.options["--for"] {
            guard let parsed = duration(text) else {
                throw Invocation.usage("--for takes a time", "write seconds, or for example 30m, 2h, 1d")
            }
            milliseconds = parsed
        }
        return try order(
            "link.limit", invocation, milliseconds: milliseconds, ["precedence": precedence.uppercased()])
    }

    private static func order(
        _ verb: String, _ invocation: Invocation, milliseconds: Int64?, _ more: [String: String] = [:]
    ) throws(ControlFailure) -> Int32 {
        var arguments = more
        arguments["peer"] = invocation.operands[0]
        arguments["reason"] = invocation.options["--reason"]
        if let milliseconds { arguments["milliseconds"] = "\(milliseconds)" }
        return try document(invocation, ControlRequest(verb, arguments))
    }

    // MARK: Times

    /// Milliseconds of `--until`, from now: a time of day in UTC, a day and time, or a duration.
    private static func until(_ invocation: Invocation) throws(ControlFailure) -> Int64? {
        guard let text = invocation.options["--until"] else { return nil }
        if let milliseconds = moment(text) ?? duration(text) { return milliseconds }
        throw Invocation.usage(
            "--until takes a time to come (UTC)", "write for example 18:00, 2026-11-25T18:00Z, or 2h for in two hours")
    }

    /// `90`, `30m`, `2h`, `1d`.
    private static func duration(_ text: String) -> Int64? {
        guard let seconds = DurationText.seconds(text), (1...31_622_400).contains(seconds) else { return nil }
        return seconds * 1_000
    }

    private static func moment(_ text: String) -> Int64? {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        let day = text.split(separator: "T")
        let clock = (day.last ?? "").prefix { $0 != "Z" }.split(separator: ":").compactMap { Int32($0) }
        guard clock.count == 2, (0...23).contains(clock[0]), (0...59).contains(clock[1]), day.count <= 2 else {
            return nil
        }
        if day.count == 2 {
            let date = day[0].split(separator: "-").compactMap { Int32($0) }
            guard date.count == 3, (1...12).contains(date[1]), (1...31).contains(date[2]) else { return nil }
            (parts.tm_year, parts.tm_mon, parts.tm_mday) = (date[0] - 1_900, date[1] - 1, date[2])
        }
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (clock[0], clock[1], 0)
        var then = timegm(&parts)
        if day.count == 1, then <= now { then += 86_400 }
        return then > now ? Int64(then - now) * 1_000 : nil
    }

    // MARK: Showing

    private static func sentence(_ limit: LinkLimitRow) -> String {
        "\(limit.precedence) and above until \(ListCommands.minute(limit.until)) by order of \(limit.by): \(limit.reason)"
    }

    private static func document(_ invocation: Invocation, _ request: ControlRequest) throws(ControlFailure) -> Int32 {
        try Session.document(invocation, request, LinkDocument.self) { document in
            let link = document.link
            let queued = link.queued.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            var text = """
                link       \(link.peer), \(link.state) since \(link.since): \(link.why)
                next       \(link.nextAt ?? link.closedUntil ?? (["up", "limited"].contains(link.state) ? "connected" : "not planned"))
                rate       \(link.rate.map { "\(Int($0)) octets/s" } ?? "not measured"), \
                round trip \(link.roundTrip.map { "\(Int($0 * 1_000)) ms" } ?? "not measured")
                room       \(document.room) octets, chunks of \(document.chunkOctets)
                queued     \(queued.isEmpty ? "nothing" : queued)

                """
            for limit in link.limits { text += "limit      \(sentence(limit))\n" }
            text += "sent       numbers 1 to \(document.sent.last) of start \(document.sent.start)"
            text += document.sent.last == 0 ? ": none yet\n" : ", \(document.sent.underWayCount) not answered\n"
            for item in document.sent.underWay {
                text +=
                    "           \(item.channel)  \(item.precedence) \(item.id ?? "receipt, notice or order"), \(item.state)"
                text += item.octets > 0 ? ", \(item.sentOctets) of \(item.octets) octets\n" : "\n"
            }
            for start in document.received {
                func list(_ numbers: [LinkDocument.Numbers]) -> String {
                    numbers.isEmpty ? "none" : numbers.map(\.text).joined(separator: ", ")
                }
                text += "received   of start \(start.start): \(list(start.taken))"
                text += "; unused \(list(start.unused)); open \(list(start.open))\n"
            }
            return text
        }
    }
}
