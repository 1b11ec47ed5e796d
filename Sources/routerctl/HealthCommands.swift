import Control
import Foundation

/// `check liveness`, `queue`, `links`, `receipts`: what a monitor asks, and a person in the morning.
enum HealthCommands {
    /// Lines of detail at most: the lists show the rest.
    private static let detailsMax = 10

    /// Serving, or why not. No daemon is critical here, not an error.
    static func liveness(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var status: StatusDocument?
        do throws(ControlFailure) {
            try Session.run(invocation, ControlRequest("status")) { (frame) throws(ControlFailure) in
                status = try Session.decode(frame, StatusDocument.self)
            }
        } catch {
            guard error.exit == ExitStatus.unavailable else { throw error }
            return try Health(check: "liveness", status: .critical, text: error.message, figures: []).tell(invocation)
        }
        guard let status else { return Health.Status.unknown.exitStatus }
        let level: Health.Status =
            switch status.state {
            case "serving": status.alarms.isEmpty ? .ok : .warning
            case "recovering", "draining": .warning
            default: .critical
            }
        return try Health(
            check: "liveness", status: level,
            text: "\(status.station) is \(status.state) since \(status.since), \(status.alarms.count) alarms",
            figures: [Health.Figure("alarms", Double(status.alarms.count), warning: 1)],
            details: status.alarms.prefix(detailsMax).map { "\($0.code) since \($0.since): \($0.text)" }
        ).tell(invocation)
    }

    /// What is past its speed of service, and what is held. A FLASH past it is critical whatever was said.
    static func queue(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let bounds = try Health.thresholds(invocation, warn: 1, crit: 10, Health.count)
        var (total, overdue, urgent) = (0, 0, 0)
        try Session.run(invocation, ControlRequest("queue.shape")) { (frame) throws(ControlFailure) in
            let row = try Session.decode(frame, QueueShapeRow.self)
            total += row.total
            overdue += row.overdue
            if ["FLASH", "ECP", "CRITIC"].contains(row.precedence) { urgent += row.overdue }
        }
        var worst: [QueueRow] = []
        try Session.run(
            invocation, ControlRequest("queue.list", ["sort": "left", "limit": "\(detailsMax)"])
        ) { (frame) throws(ControlFailure) in worst.append(try Session.decode(frame, QueueRow.self)) }
        let figure = Health.Figure(
            "overdue", Double(overdue), warning: bounds.warning, critical: bounds.critical)
        return try Health(
            check: "queue", status: urgent > 0 ? .critical : figure.status,
            text: "\(overdue) of \(total) queued are past their speed of service, \(urgent) of them FLASH or above",
            figures: [
                figure, Health.Figure("overdueFlash", Double(urgent), critical: 1),
                Health.Figure("queued", Double(total)),
            ],
            details: worst.filter { $0.secondsLeft < 0 }.map {
                "\($0.id) \($0.precedence), \(DurationText.text(-$0.secondsLeft)) late: \($0.why)"
            }
        ).tell(invocation)
    }

    /// Links that are down, and for how long.
    static func links(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let bounds = try Health.thresholds(invocation, warn: 60, crit: 900, Health.seconds)
        var rows: [LinkRow] = []
        try Session.run(invocation, ControlRequest("link.list")) { (frame) throws(ControlFailure) in
            rows.append(try Session.decode(frame, LinkRow.self))
        }
        // What an operator closed is closed; the rest should be up.
        let wanted = rows.filter { $0.state != "closed" }
        let down = wanted.filter { $0.state == "down" || $0.state == "connecting" }
        let figures = try down.map { (row) throws(ControlFailure) in
            Health.Figure(
                "down_\(row.peer)", try seconds(since: row.since), unit: "s", warning: bounds.warning,
                critical: bounds.critical)
        }
        let isCutOff = !wanted.isEmpty && down.count == wanted.count && figures.contains { $0.status > .ok }
        return try Health(
            check: "links", status: isCutOff ? .critical : figures.map(\.status).max() ?? .ok,
            text: "\(wanted.count - down.count) of \(wanted.count) links are up"
                + (rows.count > wanted.count ? ", \(rows.count - wanted.count) closed by operators" : ""),
            figures: [
                Health.Figure("up", Double(wanted.count - down.count)), Health.Figure("down", Double(down.count)),
            ]
                + figures,
            details: down.prefix(detailsMax).map { "\($0.peer) \($0.state) since \($0.since): \($0.why)" }
        ).tell(invocation)
    }

    /// Receipts that should be here.
    static func receipts(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let bounds = try Health.thresholds(invocation, warn: 1, crit: 10, Health.count)
        var overdue = 0
        var details: [String] = []
        try Session.run(
            invocation, ControlRequest("receipt.list", ["overdue": "yes"])
        ) { (frame) throws(ControlFailure) in
            let row = try Session.decode(frame, ReceiptRow.self)
            overdue += 1
            if details.count < detailsMax { details.append("\(row.id) to \(row.post): no receipt yet") }
        }
        let figure = Health.Figure("overdue", Double(overdue), warning: bounds.warning, critical: bounds.critical)
        return try Health(
            check: "receipts", status: figure.status, text: "\(overdue) receipts are overdue", figures: [figure],
            details: details
        ).tell(invocation)
    }

    /// `check acknowledgments`, `suspense` and `hooks`: the station counts.
    static func count(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var health: Health?
        var raw: [UInt8] = []
        let verb = invocation.verb.name
        try Session.run(invocation, ControlRequest(verb.replacing(" ", with: "."))) { (frame) throws(ControlFailure) in
            let check = try Session.decode(frame, CountCheck.self)
            raw = frame.payload
            health = Health(
                check: String(verb.dropFirst("check ".count)),
                status: Health.Status(rawValue: check.status) ?? .unknown,
                text: check.text,
                figures: [Health.Figure("waiting", Double(check.waiting)), Health.Figure("late", Double(check.late))])
        }
        guard let health else { return Health.Status.unknown.exitStatus }
        guard invocation.form == .text || invocation.options["--format"] != nil else {
            Output.write(raw + [0x0A])
            return health.status.exitStatus
        }
        return try health.tell(invocation)
    }

    private static func seconds(since time: String) throws(ControlFailure) -> Double {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        do {
            return max(0, Date().timeIntervalSince(try Date(time, strategy: style)).rounded())
        } catch {
            throw ControlFailure(
                code: "PROTOCOL", message: "a time cannot be read: \(time)",
                advice: "use the routerctl of the same version", exit: ExitStatus.software)
        }
    }
}
