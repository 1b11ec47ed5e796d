import Control
import Glibc

/// One order on every cable that a filter names: counted first, and done only where the count is what was meant.
struct BulkOrder {
    /// Cables that one order takes at most.
    private static let cablesMax = 10_000
    /// Orders under way at once.
    private static let window = 64

    static let options = [
        VerbOption(name: "--dry-run", value: "", meaning: "show what it would be done to, and do nothing"),
        VerbOption(name: "--yes", value: "", meaning: "do not ask; for many cables with --expect only"),
        VerbOption(name: "--expect", value: "N", meaning: "how many cables it must be, else nothing is done"),
    ]

    let verb: String
    let invocation: Invocation
    /// Beside the ID.
    let arguments: [String: String]

    private struct Outcome: Encodable {
        var id: String
        var done: Bool
        var code: String?
        var message: String?
    }

    func run() throws(ControlFailure) -> Int32 {
        let rows = try found()
        let cables = Self.cables(rows)
        guard !cables.isEmpty else {
            throw ControlFailure(
                code: "NO_SUCH_CABLE", message: "nothing that is queued here is like that",
                advice: "try the same options with `routerctl queue list`", exit: ExitStatus.data)
        }
        guard cables.count <= Self.cablesMax else {
            throw ControlFailure(
                code: "TOO_MANY_CABLES", message: "that would be \(cables.count) cables; \(Self.cablesMax) go at once",
                advice: "narrow it down, for example by --precedence or --older", exit: ExitStatus.data)
        }
        if invocation.options["--dry-run"] != nil { return show(rows, cables.count) }
        try confirm(cables.count, rows)
        return try order(cables)
    }

    private var name: String { verb.replacing(".", with: " ") }

    private func found() throws(ControlFailure) -> [QueueRow] {
        var wanted: [String: String] = [:]
        try ListCommands.filter(invocation, into: &wanted)
        var rows: [QueueRow] = []
        try Session.run(invocation, ControlRequest("queue.list", wanted)) { (frame) throws(ControlFailure) in
            rows.append(try Session.decode(frame, QueueRow.self))
        }
        return rows
    }

    /// Each cable once, in the order of the queue.
    private static func cables(_ rows: [QueueRow]) -> [String] {
        var seen: Set<String> = []
        return rows.map(\.id).filter { seen.insert($0).inserted }
    }

    private func show(_ rows: [QueueRow], _ count: Int) -> Int32 {
        switch invocation.form {
        case .json: Output.document(rows)
        case .jsonl: for row in rows { Output.document(row) }
        case .text:
            Output.write("\(name) would be done to \(count) cable\(count == 1 ? "" : "s"); nothing was done:\n")
            Output.write(ListCommands.table(rows).text(columns: TextTable.terminalColumns))
        }
        return 0
    }

    private func confirm(_ count: Int, _ rows: [QueueRow]) throws(ControlFailure) {
        if let text = invocation.options["--expect"] {
            guard let expected = Int(text) else {
                throw Invocation.usage("--expect takes a whole number", "write --expect \(count)")
            }
            guard expected == count else {
                throw ControlFailure(
                    code: "COUNT_DIFFERS", message: "it would be \(count) cables, not \(expected); nothing was done",
                    advice: "look again with --dry-run", exit: ExitStatus.data)
            }
            if invocation.options["--yes"] != nil { return }
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw Invocation.usage(
                "\(name) of \(count) cables was not confirmed; nothing was done",
                "write --yes --expect \(count), or run it on a terminal")
        }
        Output.complain(ListCommands.table(Array(rows.prefix(5))).text(columns: TextTable.terminalColumns))
        if rows.count > 5 { Output.complain("…\n") }
        Output.complain("\(name): \(count) cables. Type the number to go on: ")
        guard readLine()?.split(separator: " ").joined() == String(count) else {
            throw ControlFailure(
                code: "NOT_CONFIRMED", message: "the number was not typed; nothing was done",
                advice: "run it again, or see --dry-run", exit: ExitStatus.data)
        }
    }

    private func order(_ cables: [String]) throws(ControlFailure) -> Int32 {
        let client = try ControlClient(path: invocation.socket)
        var outcomes = cables.map { Outcome(id: $0, done: false) }
        var (next, ended) = (0, 0)
        while ended < cables.count {
            while next < cables.count, next - ended < Self.window {
                var arguments = arguments
                arguments["id"] = cables[next]
                try client.send(ControlRequest(verb, arguments), tag: UInt32(next + 1))
                next += 1
            }
            guard let frame = try client.receive() else {
                throw ControlFailure(
                    code: "CONNECTION_LOST", message: "routerd closed the connection after \(ended) of \(cables.count)",
                    advice: "see `routerctl queue list`, and run it again", exit: ExitStatus.unavailable)
            }
            let index = Int(frame.tag) - 1
            guard outcomes.indices.contains(index) else { continue }
            switch frame.kind {
            case .done:
                outcomes[index].done = true
                ended += 1
            case .failed:
                let failure = try Session.failure(frame)
                outcomes[index].code = failure.code
                outcomes[index].message = failure.message
                ended += 1
            case .row, .octets, .submitted, .event, .request, .body: break
            }
        }
        return tell(outcomes)
    }

    private func tell(_ outcomes: [Outcome]) -> Int32 {
        let refused = outcomes.filter { !$0.done }
        switch invocation.form {
        case .json: Output.document(outcomes)
        case .jsonl: for outcome in outcomes { Output.document(outcome) }
        case .text:
            Output.write("\(name): \(outcomes.count - refused.count) of \(outcomes.count) done\n")
            for outcome in refused { Output.write("  \(outcome.code ?? ""): \(outcome.message ?? "")\n") }
        }
        return refused.isEmpty ? 0 : ExitStatus.data
    }
}
