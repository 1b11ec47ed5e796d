import Testing

@testable import Station

@Suite("What a browser or a scraper may ask")
struct HTTPTests {
    private func read(_ text: String, inPartsOf size: Int = 1) throws(HTTPRefusal) -> HTTPRequest? {
        var head = HTTPHead()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            if let request = try head.take(rest.prefix(size)) { return request }
            rest = rest.dropFirst(size)
        }
        return nil
    }

    private func status(_ text: String) -> Int? {
        do throws(HTTPRefusal) {
            _ = try read(text, inPartsOf: 512)
            return nil
        } catch {
            return error.status
        }
    }

    @Test("A head is read whatever the parts it comes in")
    func parts() throws {
        let text =
            "GET /metrics?x=1 HTTP/1.1\r\nHost: localhost:9464\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\r\n"
        for size in [1, 2, 7, 4_096] {
            #expect(try read(text, inPartsOf: size) == HTTPRequest(path: "/metrics", acceptsOpenMetrics: true))
        }
        #expect(try read(String(text.dropLast(1))) == nil)
    }

    @Test(
        "Only names of this machine are answered to: another may have been made to point here",
        arguments: [
            ("localhost", nil), ("LOCALHOST:8080", nil), ("127.0.0.1:9464", nil), ("127.8.9.10", nil),
            ("[::1]:80", nil),
            ("example.org", 403), ("127.0.0.1.example.org", 403), ("localhost.example.org:9464", 403),
            ("127.0.0.256", 403), ("10.0.0.1:9464", 403), ("[::2]", 403), ("localhost:x", 403), ("", 403),
        ] as [(String, Int?)])
    func hosts(host: String, expected: Int?) {
        #expect(status("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == expected)
    }

    @Test(
        "What is no plain GET is refused",
        arguments: [
            ("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405), ("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
            ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
            ("GET / HTTP/2\r\nHost: localhost\r\n\r\n", 400), ("GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            ("GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            ("GET / HTTP/1.1\nHost: localhost\n\n", 400), ("\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nX: \u{1}\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n", 403),
        ])
    func refused(text: String, expected: Int) {
        #expect(status(text) == expected)
    }

    @Test("A head is bounded in its lines, their number and its octets")
    func bounds() {
        let begin = "GET / HTTP/1.1\r\nHost: localhost\r\n"
        #expect(status("GET /\(String(repeating: "a", count: HTTPHead.lineOctetsMax))") == 414)
        #expect(status("\(begin)X: \(String(repeating: "a", count: HTTPHead.lineOctetsMax))") == 431)
        let fields = String(repeating: "X: 1\r\n", count: HTTPHead.fieldsMax - 1)
        #expect(status("\(begin)\(fields)\r\n") == nil)
        #expect(status("\(begin)\(fields)X: 1\r\n\r\n") == 431)
        let long = "X: \(String(repeating: "a", count: 1_900))\r\n"
        #expect(status(begin + String(repeating: long, count: 5)) == 431)
    }

    @Test("An answer carries what keeps it from other sites")
    func fields() {
        let text = String(decoding: HTTPAnswer.text(405, "no").octets, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
        for field in [
            "Allow: GET", "Content-Length: 3", "Connection: close", "X-Content-Type-Options: nosniff",
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy: same-origin",
        ] {
            #expect(text.contains("\r\n\(field)\r\n"), "\(field)")
        }
        #expect(text.hasSuffix("\r\n\r\nno\n"))
    }
}

@Suite("Metrics as text")
struct MetricsTextTests {
    private func text(_ form: MetricsText.Form) -> String {
        var metrics = MetricsText(form)
        metrics.family(
            "cable_seen", .counter, "Seen.", [MetricsText.Sample([("why", "a \"b\" \\ c\nd")], 3)])
        metrics.family("cable_station", .info, "Which.", [MetricsText.Sample([("station", "RUAA")], 1)])
        metrics.family("cable_age_seconds", .gauge, unit: "seconds", "Age.", [MetricsText.Sample([], 1.5)])
        metrics.family("cable_none", .gauge, "None.", [])
        return String(decoding: metrics.octets, as: UTF8.self)
    }

    @Test("The two forms name counters each in its way, and end with a mark")
    func forms() {
        #expect(
            text(.plain) == """
                # HELP cable_seen_total Seen.
                # TYPE cable_seen_total counter
                cable_seen_total{why="a \\"b\\" \\\\ c\\nd"} 3
                # HELP cable_station_info Which.
                # TYPE cable_station_info gauge
                cable_station_info{station="RUAA"} 1
                # HELP cable_age_seconds Age.
                # TYPE cable_age_seconds gauge
                cable_age_seconds 1.5
                # EOF

                """)
        let strict = text(.openMetrics)
        #expect(strict.hasPrefix("# HELP cable_seen Seen.\n# TYPE cable_seen counter\ncable_seen_total{why="))
        #expect(strict.contains("# TYPE cable_station info\ncable_station_info{"))
        #expect(strict.contains("# UNIT cable_age_seconds seconds\n"))
    }
}
