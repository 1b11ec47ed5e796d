import Foundation
import Testing

@Suite("The status page of a real station", .serialized)
struct StatusPageTests {
    /// What the data of the last whole event of a name says.
    private func data(_ text: String, _ event: String) -> [String: Any] {
        let blocks = text.components(separatedBy: "\n\n").dropLast()
        guard let block = blocks.last(where: { $0.hasPrefix("event: \(event)\n") }),
            let start = block.range(of: "data: ")
        else { return [:] }
        let object = try? JSONSerialization.jsonObject(with: Data(block[start.upperBound...].utf8))
        return object as? [String: Any] ?? [:]
    }

    /// A stream, until its state meets the condition.
    private func watch(_ port: UInt16, _ what: String, _ met: ([String: Any]) -> Bool) throws -> String {
        let probe = try PageProbe(port: port)
        probe.say("GET /events HTTP/1.1\r\nHost: localhost:\(port)\r\nAccept: text/event-stream\r\n\r\n")
        var text = ""
        while let part = probe.hear(), !part.isEmpty {
            text += part
            if met(data(text, "state")) { return text }
        }
        throw Lab.LabFailure(what: "\(what): \(text.suffix(2_000))")
    }

    private func get(_ text: String, _ list: String, _ key: String, _ value: String) -> [String: Any] {
        (data(text, "state")[list] as? [[String: Any]] ?? []).first { $0[key] as? String == value } ?? [:]
    }

    @Test("Events tell of queues and links as they change, and never of text or subjects")
    func events() throws {
        let lab = try Lab(Lab.row)
        let port = Lab.freePort()
        try lab.configure("RUEHUB") { $0["metrics"] = "127.0.0.1:\(port)" }
        try lab.start("RUECAP", "RUEHUB")
        for number in 1...3 { #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number)).status == 0) }
        let before = try watch(port, "three are queued") { state in
            let queues = state["queues"] as? [[String: Any]] ?? []
            return queues.contains { $0["precedence"] as? String == "ROUTINE" && $0["depth"] as? Int == 3 }
        }
        #expect(before.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"))
        let drawn = data(before, "network")
        #expect(drawn["own"] as? String == "RUEHUB")
        #expect((drawn["stations"] as? [Any])?.count == 3 && (drawn["links"] as? [Any])?.count == 2)
        #expect(get(before, "links", "peer", "RUENO")["state"] as? String != "up")
        #expect(get(before, "links", "peer", "RUENO")["queued"] as? Int == 3)
        try lab.start("RUENO")
        let after = try watch(port, "all have gone") { state in
            (state["links"] as? [[String: Any]] ?? []).contains {
                $0["peer"] as? String == "RUENO" && $0["state"] as? String == "up" && $0["queued"] as? Int == 0
                    && $0["sentCables"] as? Int == 3
            }
        }
        for text in [before, after] {
            #expect(!text.contains("EXERCISE") && !text.contains("TEXT."), "subject or text")
        }
        let page = try PageProbe.get(port, "/")
        #expect(page.contains("Content-Security-Policy: default-src 'none'; script-src 'sha256-"))
        #expect(page.contains("<h2 id=\"queues-title\">Queues</h2>") && page.hasSuffix("</html>\n"))
    }

    @Test("Eight may look at once; the place of one that leaves is free again")
    func bounds() throws {
        let lab = try Lab(Lab.row)
        let port = Lab.freePort()
        try lab.configure("RUECAP") { $0["metrics"] = "127.0.0.1:\(port)" }
        try lab.start("RUECAP")
        let ask = "GET /events HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n"
        var streams = try (1...8).map { _ in
            let probe = try PageProbe(port: port)
            probe.say(ask)
            #expect(probe.hear(until: "event: state").contains("event: state"))
            return probe
        }
        #expect(try PageProbe.get(port, "/events").hasPrefix("HTTP/1.1 503 "))
        #expect(try PageProbe.get(port, "/metrics").hasPrefix("HTTP/1.1 200 "))
        streams.removeLast()
        try lab.wait("its place is free") {
            guard let probe = try? PageProbe(port: port) else { return false }
            probe.say(ask)
            return probe.hear(until: "event: state").hasPrefix("HTTP/1.1 200 ")
        }
        // A stream ends when the station does.
        #expect(lab.terminate("RUECAP") == 0)
        for stream in streams { _ = stream.hearAll() }
    }

    @Test("A subject stands on the page only where the settings say so")
    func subjects() throws {
        let lab = try Lab(Lab.row)
        let ports = [Lab.freePort(), Lab.freePort()]
        for (station, port) in zip(["RUECAP", "RUENO"], ports) {
            try lab.configure(station) {
                $0["metrics"] = "127.0.0.1:\(port)"
                if station == "RUECAP" { $0["statusPage"] = ["subjects": true] }
            }
        }
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let asking = String(decoding: Lab.cable(1), as: UTF8.self).replacingOccurrences(
            of: "1. (U) TEXT.", with: "1. (U) PLEASE REPLY WITHIN THREE DAYS OF RECEIPT.")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Data(asking.utf8)).status == 0)
        for (port, shown) in zip(ports, [true, false]) {
            let text = try watch(port, "a reply is due") { ($0["dueCount"] as? Int ?? 0) == 1 }
            #expect(text.contains("EXERCISE -- NUMBER 1") == shown)
        }
    }
}
