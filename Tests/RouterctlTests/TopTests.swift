import Control
import Foundation
import Testing

@testable import routerctl

private let now: Int64 = 1_796_565_907_000

private func row(
    _ number: Int, _ precedence: String, _ state: String, age: Int64, left: Int64, size: UInt64 = 2_048,
    link: String? = "RUEHUB", why: String, sent: UInt64? = nil
) -> QueueRow {
    var row = QueueRow(
        id: "RUECAP-7KQ2M9XA-\(number)", mrn: "CAPITAL \(number)", precedence: precedence, state: state,
        ageSeconds: age, secondsLeft: left, size: size, from: "FOREIGN OFFICE CAPITAL",
        to: number % 2 == 0 ? ["EMBASSY NORTHLAND"] : ["EMBASSY NORTHLAND", "CAMP FOUR"], link: link,
        attempts: number % 3,
        nextAt: state == "held" ? "2026-12-06T14:25:00.000Z" : nil, why: why, exercise: nil)
    row.sent = sent
    return row
}

private func link(_ peer: String, _ state: String, queued: [String: Int], why: String) -> LinkRow {
    LinkRow(
        peer: peer, state: state, since: "2026-12-06T12:03:00.000Z", why: why,
        nextAt: state == "up" ? nil : "2026-12-06T14:06:00.000Z", clearance: "SECRET", cost: 1, queued: queued,
        rate: state == "up" ? 8_000 : nil, roundTrip: state == "up" ? 0.6 : nil, sentNumber: 12, receivedNumber: 9,
        sentCables: 1_204, receivedCables: 77, sentOctets: 40_000_000, receivedOctets: 812_000)
}

private func busy() -> TopDocuments {
    var documents = TopDocuments(at: now)
    documents.status = StatusDocument(
        station: "RUECAP", network: "EXAMPLE", version: "0.1.0", state: "serving", since: "2026-12-06T12:03:00.000Z",
        accepting: true, queued: ["FLASH": 1, "ROUTINE": 12], linksUp: 1, linksDown: 1, overdue: 2,
        alarms: [
            StatusDocument.Alarm(
                code: "delivery.held", since: "2026-12-06T13:00:00.000Z",
                text: "id=RUECAP-7KQ2M9XA-9 why=no cleared link leads to the addressee's station")
        ], used: 79 << 30, free: 41 << 30)
    documents.oldest = [
        OldestRow(precedence: "CRITIC", count: 0, late: 0, ageSeconds: 0, secondsLeft: 180),
        OldestRow(precedence: "ECP", count: 0, late: 0, ageSeconds: 0, secondsLeft: 600),
        OldestRow(precedence: "FLASH", count: 1, late: 0, ageSeconds: 4, secondsLeft: 596),
        OldestRow(precedence: "IMMEDIATE", count: 1, late: 1, ageSeconds: 4_000, secondsLeft: -2_200),
        OldestRow(precedence: "PRIORITY", count: 0, late: 0, ageSeconds: 0, secondsLeft: 10_800),
        OldestRow(precedence: "ROUTINE", count: 12, late: 1, ageSeconds: 100_000, secondsLeft: -78_400),
    ]
    documents.links = [
        link("RUEHUB", "up", queued: ["FLASH": 1, "ROUTINE": 10], why: ""),
        link("RUEALT", "down", queued: ["ROUTINE": 2], why: "connection refused"),
    ]
    documents.rates = ["RUEHUB": 7_900]
    documents.queue =
        [
            row(
                41, "FLASH", "sending", age: 4, left: 596, size: 12_000, why: "5040 of 12000 octets sent to RUEHUB",
                sent: 5_040),
            row(
                9, "IMMEDIATE", "held", age: 4_000, left: -2_200, link: nil,
                why: "no cleared link leads to the addressee's station"),
        ]
        + (10...21).map {
            row(
                $0, "ROUTINE", "ready", age: Int64(100_000 - 7_000 * ($0 - 10)),
                left: Int64(-78_400 + 7_000 * ($0 - 10)),
                size: UInt64($0) << ($0 - 4), why: "waits for its turn on the link to RUEHUB")
        }
    return documents
}

private func frame(_ documents: TopDocuments, _ view: TopView, _ columns: Int, _ rows: Int) -> [ScreenLine] {
    TopFrame(documents: documents, view: view, columns: columns, rows: rows).lines()
}

/// Compares with what was looked at and kept; `SNAPSHOTS=write` keeps it anew.
func expectSnapshot(_ name: String, _ text: String, _ here: SourceLocation = #_sourceLocation) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appendingPathComponent("Fixtures/\(name)")
    if ProcessInfo.processInfo.environment["SNAPSHOTS"] == "write" {
        try Data(text.utf8).write(to: file)
        return
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    #expect(text == kept, "\(name) is drawn otherwise:\n\(text)", sourceLocation: here)
}

private func snapshot(_ name: String, _ lines: [ScreenLine], _ here: SourceLocation = #_sourceLocation) throws {
    let text = lines.map { line -> String in
        var text = line.text
        while text.last == " " { text.removeLast() }
        return text + "\n"
    }.joined()
    try expectSnapshot("top/\(name).txt", text, here)
}

@Suite("The frames of top")
struct TopFrameTests {
    @Test("The overview of a busy station, small and large")
    func overview() throws {
        try snapshot("busy-80x24", frame(busy(), TopView(), 80, 24))
        try snapshot("busy-200x60", frame(busy(), TopView(), 200, 60))
    }

    @Test("A station that is at rest, one that does not answer, and one that has not been asked yet")
    func quiet() throws {
        var rest = busy()
        rest.queue = []
        rest.links = Array(rest.links.prefix(1))
        rest.rates = [:]
        rest.oldest = rest.oldest.map {
            OldestRow(precedence: $0.precedence, count: 0, late: 0, ageSeconds: 0, secondsLeft: 0)
        }
        rest.status?.alarms = []
        rest.status?.overdue = 0
        try snapshot("rest-80x24", frame(rest, TopView(), 80, 24))
        rest.failure = "the connection to /run/routerd/control.sock was lost"
        #expect(frame(rest, TopView(), 80, 24)[2].text.hasPrefix("the connection to /run"))
        #expect(frame(TopDocuments(), TopView(), 80, 24)[1].text == "asking the station")
    }

    @Test("A cable that is open, the links, the alarms and the help")
    func panes() throws {
        var documents = busy()
        documents.cable = CableDocument(
            id: "RUECAP-7KQ2M9XA-9", mrn: "CAPITAL 9", precedence: "IMMEDIATE", dtg: "061258Z DEC 26",
            from: "FOREIGN OFFICE CAPITAL", classification: "SECRET", size: 2_048,
            deliveries: [
                DeliveryRow(
                    post: "EMBASSY NORTHLAND", indicator: "RUENO", role: "action", precedence: "IMMEDIATE",
                    state: "held",
                    since: "2026-12-06T13:00:00.000Z", why: "no cleared link leads to the addressee's station",
                    office: nil, lateAfterNotice: false),
                DeliveryRow(
                    post: "CAMP FOUR", indicator: "RUENO", role: "info", precedence: "ROUTINE", state: "delivered",
                    since: "2026-12-06T13:09:00.000Z", why: "", office: "REGISTRY", lateAfterNotice: false),
            ], replies: [], exercise: nil)
        documents.history = [
            HistoryRow(
                at: "2026-12-06T12:58:27.000Z", event: "accepted", station: "RUECAP", link: nil, post: nil, detail: nil),
            HistoryRow(
                at: "2026-12-06T13:00:00.000Z", event: "held", station: "RUECAP", link: nil, post: "EMBASSY NORTHLAND",
                detail: "asked by phone"),
        ]
        var view = TopView()
        view.pane = .cable("RUECAP-7KQ2M9XA-9")
        try snapshot("cable-80x24", frame(documents, view, 80, 24))
        view.pane = .links
        try snapshot("links-80x24", frame(documents, view, 80, 24))
        view.pane = .alarms
        try snapshot("alarms-80x24", frame(documents, view, 80, 24))
        view.pane = .help
        try snapshot("help-80x24", frame(documents, view, 80, 24))
    }

    @Test("No frame has more lines or columns than the terminal, whatever its size")
    func bounds() {
        for pane in [TopView.Pane.queue, .links, .alarms, .help, .cable("X")] {
            var view = TopView()
            view.pane = pane
            for columns in [1, 20, 79, 80, 119, 120, 300] {
                for rows in [1, 2, 5, 12, 24, 80] {
                    let lines = frame(busy(), view, columns, rows)
                    #expect(lines.count == rows)
                    #expect(lines.allSatisfy { $0.count <= columns }, "\(pane) at \(columns)x\(rows)")
                }
            }
        }
    }

    @Test("What a neighbour says cannot steer the terminal, and colour never stands alone")
    func hostile() {
        var documents = busy()
        documents.links[1].why = "\u{1B}[2J\u{9B}31mgone\u{7F}"
        let text = frame(documents, TopView(), 200, 60).map { $0.sequences(colour: false) }.joined()
        #expect(text.contains("?[2J?31mgone?"))
        let codes = text.split(separator: "\u{1B}").dropFirst().map { $0.prefix { $0 != "m" } }
        #expect(Set(codes).isSubset(of: ["[0", "[1", "[7"]))
    }
}

@Suite("The keys of top")
struct TopKeyTests {
    @Test("Letters, arrows and pages are told apart")
    func keys() {
        #expect(
            TopKey.keys(Array("j\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[6~\r\u{7F}".utf8)) == [
                .character("j"), .up, .down, .pageUp, .pageDown, .enter, .backspace,
            ])
        #expect(TopKey.keys([0x1B]) == [.escape])
        #expect(TopKey.keys(Array("\u{1B}[1;5Cq".utf8)) == [.character("q")])
        #expect(TopKey.keys([0xFF, 0x1B, 0x5B]) == [])
    }

    @Test("Sorting goes round, a filter wants every word, and the chosen cable stays chosen while the list moves")
    func moving() {
        var view = TopView()
        var documents = busy()
        #expect(view.press(.down, documents) == .nothing)
        #expect(view.chosen == "RUECAP-7KQ2M9XA-9")
        documents.queue.removeFirst()
        #expect(view.chosenLine(view.rows(of: documents.queue)) == 0)
        for key in "/held immediate" { _ = view.press(.character(key), documents) }
        #expect(view.rows(of: documents.queue).map(\.id) == ["RUECAP-7KQ2M9XA-9"])
        // While a filter is typed, q is a letter.
        #expect(view.press(.character("q"), documents) == .nothing)
        #expect(view.rows(of: documents.queue).isEmpty)
        _ = view.press(.escape, documents)
        #expect(view.filter.isEmpty && !view.isTyping)
        #expect(view.press(.character("s"), documents) == .ask)
        let ages = view.rows(of: documents.queue).map(\.ageSeconds)
        #expect(ages == ages.sorted(by: >))
        for _ in 1..<TopView.Sort.allCases.count { _ = view.press(.character("s"), documents) }
        #expect(view.sort == .precedence)
    }

    @Test("Enter opens the chosen cable, escape goes back, p pauses, q ends")
    func panes() {
        var view = TopView()
        let documents = busy()
        _ = view.press(.end, documents)
        #expect(view.press(.enter, documents) == .ask)
        #expect(view.pane == .cable("RUECAP-7KQ2M9XA-21"))
        _ = view.press(.escape, documents)
        #expect(view.pane == .queue)
        #expect(view.press(.character("p"), documents) == .nothing)
        #expect(view.isPaused)
        #expect(view.press(.character(" "), documents) == .ask)
        for (key, pane) in [("l", TopView.Pane.links), ("a", .alarms), ("?", .help)] {
            _ = view.press(.character(Character(key)), documents)
            #expect(view.pane == pane)
            _ = view.press(.character(Character(key)), documents)
            #expect(view.pane == .queue)
        }
        #expect(view.press(.character("q"), documents) == .quit)
    }

    @Test("The rate is what was sent between two frames")
    func rates() {
        let first = busy()
        var second = busy()
        second.at += 2_000
        second.links[0].sentOctets += 16_000
        second.links[1].sentOctets = 0
        second.rates = [:]
        second.measure(since: first)
        #expect(second.rates == ["RUEHUB": 8_000])
    }
}
