import Control

extension TopFrame {
    // MARK: Links and alarms

    func linkLines() -> [ScreenLine] {
        var lines = [ScreenLine("LINKS", .bold)]
        for link in documents.links {
            var line = ScreenLine("\(link.peer) ", .bold)
            line.add(link.state, Self.style(link.state))
            line.add(" since \(Self.minute(link.since)), clearance \(link.clearance), cost \(link.cost)")
            lines.append(line)
            let waiting = link.queued.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            lines.append(
                ScreenLine(
                    "  waits: \(waiting.isEmpty ? "nothing" : waiting)\(link.nextAt.map { "; dialled again \(Self.minute($0))" } ?? "")"
                ))
            var measured = "  sent \(link.sentCables) cables, \(Self.size(link.sentOctets)); "
            measured += "received \(link.receivedCables), \(Self.size(link.receivedOctets))"
            if let rate = link.rate { measured += "; line carries \(Self.size(UInt64(rate)))/s" }
            if let trip = link.roundTrip { measured += ", round trip \(Int(trip * 1_000)) ms" }
            lines.append(ScreenLine(measured))
            if !link.why.isEmpty { lines.append(ScreenLine("  why: \(link.why)")) }
        }
        return lines
    }

    func alarmLines() -> [ScreenLine] {
        let alarms = documents.status?.alarms ?? []
        var lines = [ScreenLine("ALARMS", .bold)]
        if alarms.isEmpty { lines.append(ScreenLine("none", .dim)) }
        for alarm in alarms.reversed() {
            lines.append(ScreenLine("\(alarm.code) since \(Self.minute(alarm.since))", .bad))
            lines += Self.wrapped(alarm.text, columns - 2).map { ScreenLine("  \($0)") }
        }
        return lines
    }

    // MARK: A cable

    func cableLines(_ id: String) -> [ScreenLine] {
        guard let cable = documents.cable, cable.id == id else {
            return [ScreenLine("CABLE \(id)", .bold), ScreenLine("it is asked for, or no longer here", .dim)]
        }
        var lines = [ScreenLine("CABLE \(cable.id)  \(cable.mrn ?? "no number")", .bold)]
        lines.append(
            ScreenLine(
                "from \(cable.from), \(cable.precedence), \(cable.dtg ?? "no date-time group"), "
                    + "\(cable.classification ?? "no classification"), \(Self.size(cable.size))"))
        if let row = documents.queue.first(where: { $0.id == id }) {
            var line = ScreenLine("age \(DurationText.text(row.ageSeconds)), left ")
            line.add(DurationText.text(row.secondsLeft), row.secondsLeft < 0 ? .bad : .plain)
            line.add("; \(row.state)")
            lines.append(line)
        }
        lines.append(ScreenLine())
        lines.append(ScreenLine("DELIVERIES", .bold))
        for row in cable.deliveries {
            var line = ScreenLine("\(row.post) (\(row.indicator)), \(row.role), \(row.precedence): ")
            line.add(row.state, row.state == "held" || row.state == "undeliverable" ? .bad : .plain)
            line.add(" since \(Self.minute(row.since))\(row.office.map { ", at \($0)" } ?? "")")
            lines.append(line)
            if !row.why.isEmpty { lines += Self.wrapped(row.why, columns - 2).map { ScreenLine("  \($0)") } }
        }
        lines.append(ScreenLine())
        lines.append(ScreenLine("HISTORY", .bold))
        for row in documents.history {
            let rest = [row.link.map { "via \($0)" }, row.post, row.detail].compactMap { $0 }.joined(separator: ", ")
            lines.append(ScreenLine("\(Self.second(row.at)) \(row.event)  \(rest)"))
        }
        return lines
    }

    static let help = [
        "KEYS",
        "q               quit                 p, space        pause, go on",
        "s               sort the queue by precedence, age, time left, size, link",
        "/               filter the queue: words, all of which a line must contain",
        "j k, arrows     move; page up and down, home, end",
        "enter, o        open the chosen cable: its deliveries and its history",
        "l               links                a               alarms",
        "esc             back; in the queue: no filter",
        "",
        "COLUMNS",
        "QUEUED          cables in custody here, or that await a receipt",
        "LATE            of them, past the speed of service of their precedence",
        "OLDEST, AGE     since the cable was accepted by its originator's station",
        "LEFT            until the speed of service is used up; negative: late by so much",
        "WAIT            cables that wait for their turn on the link",
        "RATE            octets a second sent to the neighbour since the last frame",
        "SENDING         how much of the cable under way is sent",
        "STATE           ready: next in turn; sending; waiting: for a link or a sync; held;",
        "                receipt?: passed on, and the addressee's receipt is awaited",
        "WHY             why it does not move",
    ]

    // MARK: Words

    static func style(_ linkState: String) -> ScreenLine.Style {
        switch linkState {
        case "up": .good
        case "down", "closed": .bad
        default: .warning
        }
    }

    /// Octets in at most five letters.
    static func size(_ octets: UInt64) -> String {
        var value = octets
        for unit in ["", "K", "M", "G", "T"] {
            if value < 10_000 { return "\(value)\(unit)" }
            value = (value + 512) >> 10
        }
        return "\(value)P"
    }

    /// `2026-11-25T14:05:00.000Z` as `11-25 14:05Z`.
    static func minute(_ time: String) -> String {
        let parts = time.split(separator: "T")
        return parts.count == 2 ? "\(parts[0].dropFirst(5)) \(parts[1].prefix(5))Z" : time
    }

    private static func second(_ time: String) -> String {
        let parts = time.split(separator: "T")
        return parts.count == 2 ? "\(parts[0].dropFirst(5)) \(parts[1].prefix(8))Z" : time
    }

    static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > max(10, width) {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
