import Control
import Glibc

/// `cable trace`: where a cable is, over all stations.
enum TraceCommand {
    /// Milliseconds between two looks for answers.
    private static let lookMilliseconds: UInt32 = 200
    private static let standardWaitSeconds = 5

    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let id = invocation.operands[0]
        if invocation.options["--ask"] != nil { try ask(invocation, id) }
        return try Session.list(
            invocation, ControlRequest("cable.trace", ["id": id]), TraceRow.self,
            ["AT", "EVENT", "STATION", "LINK", "POST", "AGE", "STAYED", "VERIFIED", "DETAIL"],
            empty: "nothing is recorded"
        ) { row in
            [
                row.at, row.event, row.station, row.link ?? "", row.post ?? "",
                row.ageSeconds.map { seconds($0) } ?? "", row.dwellSeconds.map { seconds($0) } ?? "",
                row.verified ? "yes" : "NO: \(row.unverified ?? "")", row.detail ?? "",
            ]
        }
    }

    private static func seconds(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)s"
    }

    /// Asks, and waits until no more answers come, or the time is over.
    private static func ask(_ invocation: Invocation, _ id: String) throws(ControlFailure) {
        var wait = standardWaitSeconds
        if let text = invocation.options["--wait"] {
            guard let seconds = Int(text), (1...3_600).contains(seconds) else {
                throw Invocation.usage("--wait takes seconds from 1 to 3600", "write for example --wait 60")
            }
            wait = seconds
        }
        let before = try answers(invocation, id, asking: true)
        var known = before
        var quiet: UInt32 = 0
        var waited: UInt32 = 0
        while waited < UInt32(wait) * 1_000, known == before || quiet < 5 * lookMilliseconds {
            usleep(lookMilliseconds * 1_000)
            waited += lookMilliseconds
            let now = try answers(invocation, id, asking: false)
            quiet = now == known ? quiet + lookMilliseconds : 0
            known = now
        }
    }

    private static func answers(
        _ invocation: Invocation, _ id: String, asking: Bool
    ) throws(ControlFailure) -> Int {
        var count = 0
        try Session.run(invocation, ControlRequest("cable.trace", asking ? ["id": id, "ask": "yes"] : ["id": id])) {
            (frame) throws(ControlFailure) in
            if try Session.decode(frame, TraceRow.self).event == "traceReport" { count += 1 }
        }
        return count
    }
}
