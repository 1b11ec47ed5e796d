import Control

/// The verbs that show what the station knows.
enum ListCommands {
    private static func request(_ verb: String, _ invocation: Invocation, _ arguments: [String: String] = [:])
        throws(ControlFailure) -> ControlRequest
    {
        var arguments = arguments
        if let limit = invocation.options["--limit"] {
            guard let number = Int(limit), number > 0 else {
                throw Invocation.usage("--limit takes a whole number from 1", "write for example --limit 20")
            }
            arguments["limit"] = String(number)
        }
        if let office = invocation.options["--office"] { arguments["office"] = office }
        if invocation.options["--current"] != nil { arguments["current"] = "yes" }
        if let sort = invocation.options["--sort"] { arguments["sort"] = sort }
        try filter(invocation, into: &arguments)
        return ControlRequest(verb, arguments)
    }

    /// Which lines are wanted; what cannot be read is said before the daemon is asked.
    static func filter(_ invocation: Invocation, into arguments: inout [String: String]) throws(ControlFailure) {
        for name in ListFilter.names { arguments[name] = invocation.options["--\(name)"] ?? arguments[name] }
        _ = try ListFilter(arguments)
    }

    static func status(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try Session.document(invocation, ControlRequest("status"), StatusDocument.self) { status in
            let queued = status.queued.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            var text = """
                station   \(status.station), network \(status.network), routerd \(status.version)
                state     \(status.state) since \(status.since)\(status.accepting ? "" : ", takes no cables")
                queued    \(queued.isEmpty ? "nothing" : queued)
                links     \(status.links.up) up, \(status.links.down) down
                overdue   \(status.overdue)
                disk      \(status.disk.free >> 20) MiB free

                """
            for alarm in status.alarms { text += "ALARM     \(alarm.code) since \(alarm.since): \(alarm.text)\n" }
            return text
        }
    }

    static func metrics(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let isStrict = invocation.options["--openmetrics"] != nil
        try Session.run(invocation, ControlRequest("metrics", isStrict ? ["openMetrics": "yes"] : [:])) {
            (frame) throws(ControlFailure) in Output.write(frame.payload)
        }
        return 0
    }

    static func queue(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try Session.list(
            invocation, try request("queue.list", invocation), QueueRow.self, queueTitles, empty: "nothing is queued",
            cells)
    }

    private static let queueTitles = [
        "ID", "PREC", "STATE", "AGE", "LEFT", "SIZE", "FROM", "TO", "LINK", "TRIES", "NEXT", "WHY",
    ]

    private static func cells(_ row: QueueRow) -> [String] {
        [
            row.id, row.precedence, row.state, DurationText.text(row.ageSeconds), DurationText.text(row.secondsLeft),
            "\(row.size)",
            row.from, (row.exercise.map { "[\($0)] " } ?? "") + row.to.joined(separator: ", "), row.link ?? "",
            "\(row.attempts)", row.nextAt ?? "", row.why,
        ]
    }

    static func table(_ rows: [QueueRow]) -> TextTable {
        var table = TextTable(queueTitles)
        for row in rows { table.add(cells(row)) }
        return table
    }

    static func shape(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments: [String: String] = [:]
        arguments["by"] = invocation.options["--by"]
        try filter(invocation, into: &arguments)
        var rows: [QueueShapeRow] = []
        try Session.run(invocation, ControlRequest("queue.shape", arguments)) { (frame) throws(ControlFailure) in
            rows.append(try Session.decode(frame, QueueShapeRow.self))
        }
        switch invocation.form {
        case .json: Output.document(rows)
        case .jsonl: for row in rows { Output.document(row) }
        case .text:
            guard let first = rows.first else {
                Output.complain("nothing is queued\n")
                return 0
            }
            var table = TextTable(["PREC", "TOTAL", "OVERDUE"] + first.columns.map { $0.name.uppercased() })
            for row in rows {
                table.add(
                    [row.precedence, "\(row.total)", "\(row.overdue)"]
                        + row.columns.map { $0.count == 0 ? "" : "\($0.count)" })
            }
            Output.write(table.text(columns: TextTable.terminalColumns))
        }
        return 0
    }

    static func cableShow(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try cable(invocation, ControlRequest("cable.show", ["id": invocation.operands[0]]))
    }

    /// A request whose answer is a cable.
    static func cable(
        _ invocation: Invocation, _ request: ControlRequest, heading: String = ""
    ) throws(ControlFailure) -> Int32 {
        try Session.document(invocation, request, CableDocument.self) { cable in
            var text = """
                \(cable.id)  \(cable.mrn ?? "no number")
                from \(cable.from), \(cable.precedence), \(cable.dtg ?? "no date-time group"), \
                \(cable.classification ?? "no classification"), \(cable.size) octets\(cable.exercise.map { ", exercise \($0)" } ?? "")

                """
            var table = TextTable(["POST", "STATION", "ROLE", "PREC", "STATE", "SINCE", "OFFICE", "WHY"])
            for row in cable.deliveries {
                table.add([
                    row.post, row.indicator, row.role, row.precedence, row.state, row.since, row.office ?? "", row.why,
                ])
            }
            if let first = cable.rerunOf { text += "repeats \(first) for an addressee who asked for it\n" }
            if let first = cable.correctionOf { text += "corrects \(first)\n" }
            for copy in cable.correctedBy ?? [] { text += "corrected by \(copy)\n" }
            text = heading + text + table.text(columns: TextTable.terminalColumns)
            for reply in cable.replies {
                let time = reply.due == nil ? "" : reply.late ? ", late" : ", on time"
                text += "reply from \(reply.post) at \(reply.sentAt)\(time): \(reply.id)\n"
            }
            return text
        }
    }

    static func cableHistory(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try Session.list(
            invocation, ControlRequest("cable.history", ["id": invocation.operands[0]]), HistoryRow.self,
            ["AT", "EVENT", "LINK", "POST", "DETAIL"], empty: "nothing is recorded"
        ) { [$0.at, $0.event, $0.link ?? "", $0.post ?? "", $0.detail ?? ""] }
    }

    static func inbox(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try Session.list(
            invocation, try request("inbox.list", invocation), InboxRow.self,
            ["NO", "ID", "PREC", "OFFICE", "ROLE", "STATE", "DUE", "MRN", "FROM", "SUBJECT"],
            empty: "the inbox is empty"
        ) { row in
            [
                "\(row.arrival)", row.id, row.niact ? "NIACT" : row.precedence, row.office,
                row.suspectedDuplicate ? "\(row.role) ZFD" : row.role, state(row), row.due.map(minute) ?? "",
                row.mrn ?? "",
                row.from, (row.exercise.map { "[\($0)] " } ?? "") + (row.subject ?? ""),
            ]
        }
    }

    /// `2026-12-02T23:59:59.000Z` as people read it: `2026-12-02 23:59Z`.
    static func minute(_ time: String) -> String {
        let parts = time.split(separator: "T")
        return parts.count == 2 ? "\(parts[0]) \(parts[1].prefix(5))Z" : time
    }

    private static func state(_ row: InboxRow) -> String {
        if let office = row.forwardedTo { return "to \(office)" }
        return row.state == "unacknowledged" ? "ACKNOWLEDGE" : row.state
    }

    static func inboxRead(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments = ["id": invocation.operands[0]]
        if let office = invocation.options["--office"] { arguments["office"] = office }
        if invocation.options["--joined"] != nil { return try SectionCommand.join(invocation) }
        let raw = invocation.options["--raw"] != nil
        guard raw || invocation.form == .text else { return try inboxReadDocument(invocation, arguments) }
        var last: UInt8 = 0x0A
        try Session.run(invocation, ControlRequest("inbox.read", arguments)) { (frame) throws(ControlFailure) in
            Output.write(frame.payload)
            last = frame.payload.last ?? last
        }
        if !raw, last != 0x0A { Output.write("\n") }
        if !raw { tellCorrections(invocation) }
        return 0
    }

    /// Whoever reads a cable that was corrected hears of it, beside the text.
    private static func tellCorrections(_ invocation: Invocation) {
        var found: CableDocument?
        do throws(ControlFailure) {
            let request = ControlRequest("cable.show", ["id": invocation.operands[0]])
            try Session.run(invocation, request) { (frame) throws(ControlFailure) in
                found = try Session.decode(frame, CableDocument.self)
            }
        } catch {
            // Who may read an office's cables only is told by the list of that office.
            return
        }
        for copy in found?.correctedBy ?? [] { Output.complain("routerctl: corrected by \(copy): read that one\n") }
        if let first = found?.correctionOf { Output.complain("routerctl: this cable corrects \(first)\n") }
    }

    private static func inboxReadDocument(
        _ invocation: Invocation, _ arguments: [String: String]
    ) throws(ControlFailure) -> Int32 {
        struct Document: Encodable {
            var id: String
            var text: String
        }
        var octets: [UInt8] = []
        try Session.run(invocation, ControlRequest("inbox.read", arguments)) { (frame) throws(ControlFailure) in
            octets += frame.payload
        }
        Output.document(Document(id: invocation.operands[0], text: String(decoding: octets, as: UTF8.self)))
        return 0
    }

    static func receipts(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments: [String: String] = [:]
        if let id = invocation.operands.first { arguments["id"] = id }
        if invocation.options["--overdue"] != nil { arguments["overdue"] = "yes" }
        return try Session.list(
            invocation, try request("receipt.list", invocation, arguments), ReceiptRow.self,
            ["ID", "MRN", "POST", "STATION", "OFFICE", "STATE", "AT", "RECEIVED"], empty: "no receipts"
        ) { row in
            [
                row.id, row.mrn ?? "", row.post, row.indicator, row.office ?? "", row.state, row.at ?? "",
                row.receivedAt ?? "",
            ]
        }
    }

    static func config(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        struct Shown: Decodable {
            var station: String
            var network: String
            var networkVersion: UInt64
            var posts: [String]
            var state: String
            var control: String
            var hopLimit: Int
            var lifeSeconds: UInt64
            var cableOctets: Int
            var windowOctets: Int
        }
        return try Session.document(invocation, ControlRequest("config.show"), Shown.self) { shown in
            """
            station       \(shown.station)
            network       \(shown.network), version \(shown.networkVersion)
            posts         \(shown.posts.joined(separator: ", "))
            state         \(shown.state)
            control       \(shown.control)
            hopLimit      \(shown.hopLimit) stations
            life          \(shown.lifeSeconds) s
            cableOctets   \(shown.cableOctets)
            windowOctets  \(shown.windowOctets)

            """
        }
    }
}
