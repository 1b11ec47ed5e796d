import Control
import Routing

/// `watch`: what happens at the station, as it happens.
enum WatchCommand {
    /// Ends the request when enough was shown.
    private struct Wanted {
        var events: Set<String>?
        var id: String?
        var link: String?
        var left: Int?

        func takes(_ row: WatchRow) -> Bool {
            if let events, !events.contains(row.event) { return false }
            if let id {
                guard let whole = row.id, whole == id || whole.drop(while: { $0 != "-" }).dropFirst() == id else {
                    return false
                }
            }
            return link == nil || row.link == link
        }
    }

    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var wanted = try wanted(invocation)
        let client = try ControlClient(path: invocation.socket)
        try client.send(ControlRequest("events"), tag: 1)
        while let frame = try client.receive() {
            if frame.kind == .failed { throw try Session.failure(frame) }
            guard frame.kind == .row else { continue }
            let row = try Session.decode(frame, WatchRow.self)
            guard wanted.takes(row) else { continue }
            switch invocation.form {
            case .text: Output.write(line(row) + "\n")
            case .json, .jsonl: Output.write(frame.payload + [0x0A])
            }
            if let left = wanted.left {
                wanted.left = left - 1
                if left == 1 { return 0 }
            }
        }
        throw ControlFailure(
            code: "CONNECTION_LOST", message: "routerd closed the connection", advice: "see whether it runs",
            exit: ExitStatus.unavailable)
    }

    private static func wanted(_ invocation: Invocation) throws(ControlFailure) -> Wanted {
        var wanted = Wanted(
            id: invocation.options["--id"]?.uppercased(), link: invocation.options["--link"]?.uppercased())
        if let text = invocation.options["--event"] {
            let words = text.split(separator: ",").map(String.init)
            let known = WatchRow.events.map(\.word)
            for word in words where !known.contains(word) {
                let nearest = SpellingDistance.nearest(to: word, among: known, most: 1).first
                throw Invocation.usage(
                    "there is no event \(word)",
                    nearest.map { "did you mean \($0)?" } ?? "there are \(known.joined(separator: ", "))")
            }
            wanted.events = Set(words)
        }
        if let count = invocation.options["--count"] {
            guard let number = Int(count), number > 0 else {
                throw Invocation.usage("--count takes a whole number from 1", "write for example --count 10")
            }
            wanted.left = number
        }
        return wanted
    }

    /// One event for people.
    static func line(_ row: WatchRow) -> String {
        var words = [row.at, row.event]
        if let id = row.id { words.append(id) }
        if let precedence = row.precedence { words.append(precedence) }
        if let post = row.post { words.append(row.office.map { "\(post) (\($0))" } ?? post) }
        if let state = row.state { words.append(state) }
        if let station = row.station { words.append("by \(station)") }
        if let link = row.link { words.append("via \(link)") }
        if let user = row.user { words.append("user \(user)") }
        if let detail = row.detail { words.append("-- \(detail)") }
        return words.joined(separator: " ")
    }
}
