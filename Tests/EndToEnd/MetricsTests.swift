import Foundation
import Testing

@Suite("Metrics of real stations", .serialized)
struct MetricsTests {
    /// The value of a sample, by name and labels as they are written.
    private func value(_ text: String, _ sample: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix("\(sample) ") }.flatMap {
            Double($0.dropFirst(sample.count + 1))
        }
    }

    @Test("They tell what was accepted, relayed, delivered and refused, on the way and by routerctl alike")
    func traffic() throws {
        let lab = try Lab(Lab.row)
        let port = Lab.freePort()
        try lab.configure("RUEHUB") { $0["metrics"] = "127.0.0.1:\(port)" }
        try lab.configure("RUENO") { $0["metrics"] = "./metrics.sock" }
        try lab.start("RUECAP", "RUEHUB")
        for number in 1...5 { #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number)).status == 0) }
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(6, precedence: "Z")).status == 0)
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(7, to: "NOBODY")).status == 65)
        let waiting = "cable_queue_depth{link=\"RUENO\",precedence=\"ROUTINE\"}"
        try lab.wait("five wait at the relay") { value(try! PageProbe.get(port, "/metrics"), waiting) == 5 }
        let queued = try PageProbe.get(port, "/metrics")
        #expect((value(queued, "cable_queue_oldest_age_seconds{link=\"RUENO\",precedence=\"FLASH\"}") ?? 0) > 0)
        #expect(value(queued, "cable_link_up{link=\"RUENO\"}") == 0)
        #expect(value(queued, "cable_link_up{link=\"RUECAP\"}") == 1)

        try lab.start("RUENO")
        try lab.wait("all receipts are back") {
            lab.ctl("RUECAP", "receipt", "list").rows.count { $0["state"] as? String == "delivered" } == 6
        }
        let relay = try PageProbe.get(port, "/metrics", "Accept: application/openmetrics-text; version=1.0.0")
        #expect(relay.contains("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
        #expect(relay.contains("# TYPE cable_relayed counter\n") && relay.hasSuffix("# EOF\n"))
        #expect(value(relay, "cable_relayed_total{precedence=\"ROUTINE\"}") == 5)
        #expect(value(relay, "cable_relayed_total{precedence=\"FLASH\"}") == 1)
        #expect(value(relay, "cable_custody_latency_seconds_count{link=\"RUENO\"}") == 6)
        #expect(value(relay, waiting) == 0)
        #expect((value(relay, "cable_journal_sync_seconds_count") ?? 0) > 0)
        #expect((value(relay, "cable_journal_bytes") ?? 0) > 0)
        #expect((value(relay, "cable_certificate_left_seconds{station=\"RUEHUB\",own=\"yes\"}") ?? 0) > 86_400)

        func ctl(_ station: String, _ more: String...) -> String {
            let socket = "\(lab.folder.path)/\(station)/control.sock"
            return String(decoding: lab.run("routerctl", ["--socket", socket, "metrics"] + more).output, as: UTF8.self)
        }
        let origin = ctl("RUECAP")
        #expect(value(origin, "cable_accepted_total{precedence=\"ROUTINE\"}") == 5)
        #expect(value(origin, "cable_refused_total{source=\"user\",reason=\"UNKNOWN_ADDRESSEE\"}") == 1)
        #expect(value(origin, "cable_receipt_latency_seconds_count{precedence=\"FLASH\"}") == 1)
        #expect(origin.contains("# TYPE cable_accepted_total counter\n"))
        #expect(ctl("RUECAP", "--openmetrics").contains("# TYPE cable_accepted counter\n"))
        let addressee = ctl("RUENO")
        #expect(value(addressee, "cable_delivered_total{precedence=\"ROUTINE\"}") == 5)
        #expect(value(addressee, "cable_speed_of_service_seconds_count{precedence=\"FLASH\"}") == 1)

        // By the socket of its own, which goes with the daemon.
        let path = "\(lab.folder.path)/RUENO/metrics.sock"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o660)
        #expect(lab.terminate("RUENO") == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("A place that others can reach is a mistake in the settings, and a taken one ends the start")
    func places() throws {
        let lab = try Lab(Lab.row)
        try lab.configure("RUECAP") { $0["metrics"] = "0.0.0.0:9464" }
        let open = lab.run("routerd", ["--config", "\(lab.folder.path)/RUECAP/station.json5"])
        #expect(open.status == 78 && open.error.contains("no address of this machine alone"), "\(open.error)")
        let port = Lab.freePort()
        try lab.configure("RUEHUB") { $0["metrics"] = "127.0.0.1:\(port)" }
        try lab.start("RUEHUB")
        try lab.configure("RUECAP") { $0["metrics"] = "127.0.0.1:\(port)" }
        let taken = lab.run("routerd", ["--config", "\(lab.folder.path)/RUECAP/station.json5"])
        #expect(taken.status == 78, "\(taken.error)")
    }

    @Test("What asks wrongly is told so, and many idle connections keep nobody out of the station")
    func hostile() throws {
        let lab = try Lab(Lab.row)
        let port = Lab.freePort()
        try lab.configure("RUECAP") { $0["metrics"] = "127.0.0.1:\(port)" }
        try lab.start("RUECAP")
        #expect(try PageProbe.get(port, "/nothing").hasPrefix("HTTP/1.1 404 "))
        let trap = try PageProbe(port: port)
        trap.say("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        #expect(trap.hearAll().hasPrefix("HTTP/1.1 403 "))
        let idle = try (1...80).map { _ in try PageProbe(port: port) }
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).status == 0)
        #expect(lab.ctl("RUECAP", "metrics").status == 0)
        // Those above the bound are closed at once, the others when their time is over.
        #expect(idle[79].hearAll().isEmpty)
        #expect(idle[0].hearAll().hasPrefix("HTTP/1.1 408 "))
        #expect(try PageProbe.get(port, "/metrics").hasPrefix("HTTP/1.1 200 "))
    }
}
