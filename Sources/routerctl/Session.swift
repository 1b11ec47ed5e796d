import Control
import Foundation

/// One request to the daemon and its answer.
enum Session {
    private static let tag: UInt32 = 1

    /// Sends the request and hands each frame on until the answer ends.
    static func run(
        _ invocation: Invocation, _ request: ControlRequest, body: [UInt8]? = nil,
        _ take: (ControlFrame) throws(ControlFailure) -> Void
    ) throws(ControlFailure) {
        let client = try ControlClient(path: invocation.socket)
        do throws(ControlFailure) {
            try client.send(request, tag: tag, body: body)
        } catch {
            // The daemon may have said why before it closed: its answer is read below.
            guard error.code == "CONNECTION_LOST" else { throw error }
        }
        while let frame = try receive(client, request) {
            switch frame.kind {
            case .done: return
            case .failed: throw try failure(frame)
            case .submitted:
                try take(frame)
                return
            case .row, .octets, .event: try take(frame)
            case .request, .body: break
            }
        }
        throw unknown(request)
    }

    private static func receive(_ client: ControlClient, _ request: ControlRequest) throws(ControlFailure)
        -> ControlFrame?
    {
        do throws(ControlFailure) {
            return try client.receive()
        } catch {
            throw error.code == "CONNECTION_LOST" ? unknown(request) : error
        }
    }

    private static func unknown(_ request: ControlRequest) -> ControlFailure {
        guard request.verb == "submit" else {
            return ControlFailure(
                code: "CONNECTION_LOST", message: "routerd closed the connection before it had answered",
                advice: "see whether it runs, and try again", exit: ExitStatus.unavailable)
        }
        return ControlFailure(
            code: "OUTCOME_UNKNOWN", message: "routerd closed the connection before it had answered: outcome: unknown",
            advice: request["key"] == nil
                ? "look in `routerctl queue list` before you submit it again; with --key a repetition is harmless"
                : "submit it again with the same --key", exit: ExitStatus.unavailable)
    }

    static func failure(_ frame: ControlFrame) throws(ControlFailure) -> ControlFailure {
        do {
            return try ControlFailure(decoding: frame.payload)
        } catch {
            throw ControlFailure(
                code: "PROTOCOL", message: "an answer cannot be read: \(error)",
                advice: "use the routerctl of the same version", exit: ExitStatus.software)
        }
    }

    /// A list: its rows under json and jsonl as they come, under text as a table.
    static func list<Row: Decodable>(
        _ invocation: Invocation, _ request: ControlRequest, _ type: Row.Type, _ titles: [String], empty: String,
        _ cells: (Row) -> [String]
    ) throws(ControlFailure) -> Int32 {
        var table = TextTable(titles)
        var first = true
        try run(invocation, request) { (frame) throws(ControlFailure) in
            switch invocation.form {
            case .jsonl: Output.write(frame.payload + [0x0A])
            case .json:
                Output.write(Array((first ? "[\n" : ",\n").utf8) + frame.payload)
                first = false
            case .text: table.add(cells(try decode(frame, type)))
            }
        }
        switch invocation.form {
        case .jsonl: break
        case .json: Output.write(first ? "[]\n" : "\n]\n")
        case .text:
            if table.isEmpty {
                Output.complain("\(empty)\n")
            } else {
                Output.write(table.text(columns: TextTable.terminalColumns))
            }
        }
        return 0
    }

    /// One document.
    static func document<Row: Decodable>(
        _ invocation: Invocation, _ request: ControlRequest, _ type: Row.Type, _ text: (Row) -> String
    ) throws(ControlFailure) -> Int32 {
        try run(invocation, request) { (frame) throws(ControlFailure) in
            switch invocation.form {
            case .json, .jsonl: Output.write(frame.payload + [0x0A])
            case .text: Output.write(text(try decode(frame, type)))
            }
        }
        return 0
    }

    static func decode<Row: Decodable>(_ frame: ControlFrame, _ type: Row.Type) throws(ControlFailure) -> Row {
        do {
            return try JSONDecoder().decode(type, from: Data(frame.payload))
        } catch {
            throw ControlFailure(
                code: "PROTOCOL", message: "a row cannot be read: \(error)",
                advice: "use the routerctl of the same version", exit: ExitStatus.software)
        }
    }
}
