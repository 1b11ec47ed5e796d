import Cables
import Control
import Dispatch
import Foundation
import Synchronization
import Testing
import Turns

@Suite("Control frames and requests")
struct ControlFrameTests {
    @Test("A request reads back, with arguments and the length of its body")
    func request() throws {
        let request = ControlRequest("inbox.read", ["id": "RUEHC-1", "office": "ISN"], bodyOctets: 80 << 20)
        #expect(try ControlRequest(decoding: request.encoded) == request)
        #expect(throws: (any Error).self) { try ControlRequest(decoding: [9, 9, 9]) }
    }

    @Test("A failure and an answer read back")
    func answers() throws {
        let failure = ControlFailure(code: "C", message: "m", advice: "a", exit: 65, line: 3)
        #expect(try ControlFailure(decoding: failure.encoded) == failure)
        let answer = SubmittedAnswer(
            id: "X", mrn: nil,
            deliveries: [
                DeliveryRow(
                    post: "P", indicator: "RUAA", role: "action", precedence: "FLASH", state: "queued", since: "t",
                    why: "w", office: nil, lateAfterNotice: false)
            ], captions: ["SIPDIS"], slugs: ["ISN"], warnings: [])
        #expect(try SubmittedAnswer(decoding: answer.encoded) == answer)
    }

    @Test(
        "Times are RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_215_097_560_250, "2008-07-03T15:06:00.250Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ])
    func times(milliseconds: Int64, text: String) { #expect(Timestamp(milliseconds: milliseconds).description == text) }

    @Test("The parse document has the names of the interface and leaves out what the cable does not say")
    func parseDocument() throws {
        let text = "O 061011Z MAY 08\nFM A POST\nTO B POST\n\nUNCLAS A 000001\n\nSUBJECT: X\n\n1. (U) TEXT.\n"
        let reading = CableParser.parse(Array(text.utf8), receiptYear: 2_008)
        let object =
            try JSONSerialization.jsonObject(with: Data(JSONText().octets(ParseDocument(reading)))) as? [String: Any]
        let document = try #require(object)
        #expect(document["dtgTime"] as? String == "2008-05-06T10:11:00Z")
        #expect(document["precedence"] as? String == "IMMEDIATE")
        #expect(document["signature"] == nil)
        #expect((document["to"] as? [[String: Any]])?.first?["niact"] as? Bool == false)
        #expect((document["paragraphs"] as? [[String: Any]])?.first?["number"] as? Int == 1)
    }
}

/// A row with everything that rows have.
private struct Sample: Encodable {
    struct Part: Encodable { var name: String }
    var zero = 0
    var large = UInt64.max
    var negative = Int64.min
    var truth = true
    var share = 0.25
    var text = "A \"B\" \\ /\n\u{1}\u{e9}"
    var absent: String?
    var list = ["X", "Y"]
    var parts = [Part(name: "P"), Part(name: "Q")]
    var none: [Int] = []
    var counts = ["b": 2, "a": 1]
}

@Suite("JSON text")
struct JSONTextTests {
    @Test("Keys are sorted, slashes plain, nil left out, and numbers exact")
    func sample() throws {
        let text = String(decoding: JSONText().octets(Sample()), as: UTF8.self)
        #expect(
            text == #"{"counts":{"a":1,"b":2},"large":18446744073709551615,"list":["X","Y"],"#
                + #""negative":-9223372036854775808,"none":[],"parts":[{"name":"P"},{"name":"Q"}],"share":0.25,"#
                + #""text":"A \"B\" \\ /\n\u0001\#u{e9}","truth":true,"zero":0}"#)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }
}

/// Answers `echo` with the body, `rows` with many rows; keeps large bodies in memory, as a test may.
private final class EchoService: ControlService {
    private final class Sink: BodySink {
        var count = 0
        func append(_ octets: UnsafeRawBufferPointer) throws(ControlFailure) { count += octets.count }
        func finish() throws(ControlFailure) -> (name: String, hold: any Sendable) { ("stored-\(count)", 0) }
        func abandon() {}
    }

    func readingEnded() {}

    /// Both ways are tried.
    func isQuick(_ request: ControlRequest) -> Bool { request.verb == "echo" }

    func connected(_ caller: ControlCaller) {}
    func refusal(of request: ControlRequest, from caller: ControlCaller) -> ControlFailure? { nil }
    func bodySink(octets: Int) throws(ControlFailure) -> any BodySink { Sink() }

    func handle(_ request: ControlRequest, body: SubmittedBody?, from caller: ControlCaller, reply: ControlReply) {
        switch (request.verb, body) {
        case ("echo", .octets(let octets)): reply.octets { offset in offset == 0 ? octets : [] }
        case ("echo", .stored(let name, _, _)): reply.document(["name": name])
        case ("rows", _): reply.rows(Array(0..<20_000)) { ["number": $0, "uid": Int(caller.uid)] }
        case ("flood", _):
            for number in 0..<4_096 { reply.row([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1_024)) }
        default: reply.failed(ControlFailure(code: "USAGE", message: "no", advice: "", exit: 64))
        }
    }
}

@Suite("The control socket")
struct ControlSocketTests {
    private func withServer(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "c-\(UUID().uuidString.prefix(8)).sock"
        ).path
        let server = try ControlServer(
            path: path, mode: 0o660, inlineOctets: 65_536, connectionsMax: 64, connectionsPerUserMax: 8,
            service: EchoService(),
            queue: TurnQueue(label: "clients"))
        server.start()
        defer { server.stop() }
        try body(path)
    }

    private func frames(_ client: ControlClient) throws -> [ControlFrame] {
        var found: [ControlFrame] = []
        while let frame = try client.receive() {
            found.append(frame)
            if frame.kind == .done || frame.kind == .failed { return found }
        }
        return found
    }

    @Test("A body comes back whole, in memory or stored by its size")
    func bodies() throws {
        try withServer { path in
            let client = try ControlClient(path: path)
            let small = [UInt8](repeating: 7, count: 60_000)
            try client.send(ControlRequest("echo", bodyOctets: small.count), tag: 1, body: small)
            #expect(try frames(client).first?.payload == small)
            let large = [UInt8](repeating: 8, count: 3 << 20)
            try client.send(ControlRequest("echo", bodyOctets: large.count), tag: 2, body: large)
            let answer = try frames(client)
            #expect(answer.first.map { String(decoding: $0.payload, as: UTF8.self) } == "{\"name\":\"stored-3145728\"}")
        }
    }

    @Test("A long list arrives whole, and the caller's credentials are the socket's")
    func rows() throws {
        try withServer { path in
            let client = try ControlClient(path: path)
            try client.send(ControlRequest("rows"), tag: 9)
            let answer = try frames(client)
            #expect(answer.count == 20_001)
            #expect(answer.allSatisfy { $0.tag == 9 })
            #expect(String(decoding: answer[17].payload, as: UTF8.self) == "{\"number\":17,\"uid\":\(getuid())}")
        }
    }

    @Test("Pipelined requests are all answered; garbage ends a connection and no other")
    func pipelined() throws {
        try withServer { path in
            let client = try ControlClient(path: path)
            for tag in 1...500 as ClosedRange<UInt32> { try client.send(ControlRequest("nothing"), tag: tag) }
            let stranger = try ControlClient(path: path)
            try stranger.write([UInt8](repeating: 0xFF, count: 100))
            #expect(try stranger.receive() == nil)
            var tags: Set<UInt32> = []
            while tags.count < 500, let frame = try client.receive() { tags.insert(frame.tag) }
            #expect(tags.count == 500)
        }
    }

    @Test("Who does not read an endless answer is dropped, and told so behind whole frames")
    func slow() throws {
        try withServer { path in
            let client = try ControlClient(path: path)
            try client.send(ControlRequest("flood"), tag: 3)
            // Its answer shows that the flood was handed over before anything of it is read here.
            let other = try ControlClient(path: path)
            try other.send(ControlRequest("nothing"), tag: 1)
            _ = try frames(other)
            let answer = try frames(client)
            #expect(answer.dropLast().allSatisfy { $0.kind == .row && $0.payload.count == 1_024 })
            #expect(answer.count < 4_096)
            let last = try #require(answer.last)
            #expect(last.kind == .failed)
            #expect(try ControlFailure(decoding: last.payload).code == "TOO_SLOW")
            #expect(try client.receive() == nil)
        }
    }

    @Test("No socket is said with the way out")
    func unreachable() {
        do throws(ControlFailure) {
            _ = try ControlClient(path: "/nonexistent/control.sock")
            Issue.record("it connected")
        } catch {
            #expect(error.exit == 69)
            #expect(error.advice.contains("--socket"))
        }
    }
}

@Suite("Spans of time")
struct DurationTextTests {
    @Test(
        "What people write is read, and nothing else",
        arguments: [
            ("0", 0), ("90", 90), ("45s", 45), ("30m", 1_800), ("2h", 7_200), ("7d", 604_800), ("", nil), ("d", nil),
            ("-1h", nil), ("1.5h", nil), ("2w", nil), ("9223372036854775807d", nil),
        ] as [(String, Int64?)])
    func seconds(text: String, seconds: Int64?) { #expect(DurationText.seconds(text) == seconds) }

    @Test(
        "Two units are said, and the sign",
        arguments: [
            (0, "0s"), (59, "59s"), (61, "1m1s"), (-3_900, "-1h5m"), (90_000, "1d1h"), (.min, "-106751991167300d15h"),
        ] as [(Int64, String)])
    func text(seconds: Int64, text: String) { #expect(DurationText.text(seconds) == text) }
}
