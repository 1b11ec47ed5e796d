import Control

/// Draws `top`: a pure function from what the station said and what is looked at to lines.
struct TopFrame {
    let documents: TopDocuments
    let view: TopView
    let columns: Int
    let rows: Int

    /// As many lines as there are rows, none wider than the columns.
    func lines() -> [ScreenLine] {
        let top = heading()
        let bottom = [footer()]
        let room = max(0, rows - top.count - bottom.count)
        var middle =
            switch view.pane {
            case .queue: overview(room)
            case .links: scrolled(linkLines(), room)
            case .alarms: scrolled(alarmLines(), room)
            case .help: scrolled(Self.help.map { ScreenLine($0) }, room)
            case .cable(let id): scrolled(cableLines(id), room)
            }
        while middle.count < room { middle.append(ScreenLine()) }
        return (top + middle.prefix(room) + bottom).prefix(rows).map { $0.fitted(columns) }
    }

    private func scrolled(_ lines: [ScreenLine], _ room: Int) -> [ScreenLine] {
        Array(lines.dropFirst(min(view.scroll, max(0, lines.count - room))))
    }

    // MARK: Head and foot

    private func heading() -> [ScreenLine] {
        let clock = "\(Timestamp(milliseconds: documents.at).wholeSeconds.dropFirst(11).prefix(8))Z"
        guard let status = documents.status else {
            return [
                ScreenLine(" routerctl top").filled(columns, .bar),
                ScreenLine(documents.failure ?? "asking the station", documents.failure == nil ? .plain : .bad),
            ]
        }
        var name = " \(status.station)  \(status.network)  \(status.state)"
        if !status.accepting { name += ", takes no cables" }
        name += " since \(Self.minute(status.since))"
        let right = "\(view.isPaused ? "PAUSED  " : "")\(clock) "
        let space = max(1, columns - name.count - right.count)
        var lines = [ScreenLine(name + String(repeating: " ", count: space) + right).filled(columns, .bar)]

        var facts = ScreenLine()
        facts.add("links \(status.links.up) up")
        if status.links.down > 0 {
            facts.add(", ")
            facts.add("\(status.links.down) down", .warning)
        }
        facts.add("   overdue ")
        facts.add("\(status.overdue)", status.overdue > 0 ? .bad : .plain)
        let total = status.disk.used + status.disk.free
        facts.add("   disk \(Self.size(status.disk.free)) free")
        if total > 0 { facts.add(", \(status.disk.used * 100 / total)% used") }
        facts.add("   ")
        facts.add(
            status.alarms.isEmpty ? "no alarms" : "ALARMS \(status.alarms.count)", status.alarms.isEmpty ? .plain : .bad
        )
        lines.append(facts)
        if let failure = documents.failure { lines.append(ScreenLine(failure, .bad)) }
        if view.pane != .alarms {
            for alarm in status.alarms.suffix(rows >= 40 ? 5 : 2).reversed() {
                lines.append(ScreenLine("! \(alarm.code) \(alarm.text)", .bad))
            }
        }
        return lines
    }

    private func footer() -> ScreenLine {
        if view.isTyping {
            return ScreenLine(" filter: \(view.filter)_   enter: done   esc: no filter").filled(columns, .bar)
        }
        let keys =
            switch view.pane {
            case .queue: " q quit  s sort  / filter  jk move  o open  p pause  l links  a alarms  ? help"
            case .links, .alarms, .help, .cable: " q quit  esc back  j k scroll  p pause  ? help"
            }
        return ScreenLine(keys).filled(columns, .bar)
    }

    // MARK: The overview

    private func overview(_ room: Int) -> [ScreenLine] {
        let shape = shapeLines()
        let leftWidth = 42
        let most = max(shape.count, min(documents.links.count + 1, rows / 4))
        let links = linkBlock(most, columns - leftWidth)
        var lines: [ScreenLine] = []
        for index in 0..<max(shape.count, links.count) {
            var line = ScreenLine()
            let left = index < shape.count ? shape[index] : ScreenLine()
            for span in left.spans { line.add(span.text, span.style) }
            line.add(String(repeating: " ", count: max(0, leftWidth - left.count)))
            if index < links.count { for span in links[index].spans { line.add(span.text, span.style) } }
            lines.append(line)
        }
        lines.append(ScreenLine())
        return lines + queueLines(room - lines.count)
    }

    /// Queues by precedence with age and time left.
    private func shapeLines() -> [ScreenLine] {
        var head = ScreenLine()
        for (title, width) in [("PRECEDENCE", 10), ("QUEUED", 7), ("LATE", 6), ("OLDEST", 7), ("LEFT", 7)] {
            head.cell(title, width, right: title != "PRECEDENCE", .bold)
        }
        let shown = documents.oldest.filter {
            $0.count > 0 || !["CRITIC", "ECP"].contains($0.precedence)
        }
        return [head]
            + shown.map { row in
                var line = ScreenLine()
                line.cell(row.precedence, 10, row.count > 0 ? .bold : .dim)
                line.cell("\(row.count)", 7, right: true)
                line.cell(row.late == 0 ? "-" : "\(row.late)", 6, right: true, row.late > 0 ? .bad : .plain)
                line.cell(row.count == 0 ? "-" : DurationText.text(row.ageSeconds), 7, right: true)
                line.cell(
                    row.count == 0 ? "-" : DurationText.text(row.secondsLeft), 7, right: true,
                    row.count > 0 && row.secondsLeft < 0 ? .bad : .plain)
                return line
            }
    }

    /// Links with state, what waits, rate, and what is being sent and how far.
    private func linkBlock(_ most: Int, _ width: Int) -> [ScreenLine] {
        var head = ScreenLine()
        head.cell("LINK", 8, .bold)
        head.cell("STATE", 5, .bold)
        head.cell("WAIT", 5, right: true, .bold)
        head.cell("RATE", 6, right: true, .bold)
        head.add("SENDING", .bold)
        var lines = [head]
        let count = documents.links.count <= most - 1 ? documents.links.count : max(0, most - 2)
        for link in documents.links.prefix(count) {
            var line = ScreenLine()
            line.cell(link.peer, 8)
            line.cell(link.state, 5, Self.style(link.state))
            line.cell("\(link.queued.values.reduce(0, +))", 5, right: true)
            line.cell(documents.rates[link.peer].map { "\(Self.size(UInt64($0)))" } ?? "-", 6, right: true)
            line.add(["up", "limited"].contains(link.state) ? sending(to: link.peer, width - 28) : link.why)
            lines.append(line.fitted(max(0, width)))
        }
        if count < documents.links.count { lines.append(ScreenLine("\(documents.links.count - count) more: l", .dim)) }
        return lines
    }

    private func sending(to peer: String, _ width: Int) -> String {
        let under = documents.queue.filter { $0.link == peer && $0.state == "sending" }
        guard let row = under.first(where: { ($0.sent ?? 0) > 0 && ($0.sent ?? 0) < $0.size }) ?? under.first else {
            return "-"
        }
        let part = row.size == 0 ? 100 : Int((row.sent ?? 0) * 100 / row.size)
        guard width >= 40 else { return "\(part)% \(row.precedence)" }
        let full = part / 5
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: 20 - full)
        return "[\(bar)] \(part)% of \(Self.size(row.size)) \(row.precedence) \(row.id)"
    }

    private func queueLines(_ room: Int) -> [ScreenLine] {
        let all = view.rows(of: documents.queue)
        var title = ScreenLine("QUEUE ", .bold)
        let waiting = documents.oldest.reduce(0) { $0 + $1.count }
        title.add(
            documents.queue.count < TopSource.queueLines
                ? "\(waiting) in custody or awaiting a receipt"
                : "the first \(documents.queue.count) of \(waiting)")
        title.add("; by \(view.sort.rawValue)")
        if !view.filter.isEmpty { title.add("; \(all.count) with \"\(view.filter)\"") }
        guard !all.isEmpty else {
            return [title, ScreenLine(view.filter.isEmpty ? "nothing waits" : "nothing matches the filter", .dim)]
        }
        let isWide = columns >= 120
        var head = ScreenLine()
        for column in Self.columns where isWide || !column.onlyWide {
            head.cell(column.title, column.width, right: column.right, .bold)
        }
        head.add(isWide ? "TO -- WHY" : "WHY", .bold)
        let chosen = view.chosenLine(all) ?? 0
        let tail = chosenLines(all[chosen])
        let visible = max(1, room - 2 - tail.count)
        let first = max(0, min(chosen - visible / 2, all.count - visible))
        var lines = [title, ScreenLine("  ")]
        lines[1] = joined(ScreenLine("  "), head)
        for (index, row) in all.enumerated().dropFirst(first).prefix(visible) {
            lines.append(queueLine(row, isWide: isWide, isChosen: index == chosen))
        }
        while lines.count < room - tail.count { lines.append(ScreenLine()) }
        return lines + tail
    }

    private struct Column {
        var title: String
        var width: Int
        var right = false
        var onlyWide = false
    }

    private static let columns = [
        Column(title: "ID", width: 20), Column(title: "PREC", width: 9), Column(title: "STATE", width: 8),
        Column(title: "AGE", width: 7, right: true), Column(title: "LEFT", width: 7, right: true),
        Column(title: "SIZE", width: 6, right: true, onlyWide: true), Column(title: "LINK", width: 8),
        Column(title: "TRIES", width: 5, right: true, onlyWide: true),
        Column(title: "FROM", width: 24, onlyWide: true),
    ]

    private func queueLine(_ row: QueueRow, isWide: Bool, isChosen: Bool) -> ScreenLine {
        var line = ScreenLine(isChosen ? "> " : "  ")
        for column in Self.columns where isWide || !column.onlyWide {
            let (text, style): (String, ScreenLine.Style) =
                switch column.title {
                case "ID": (row.id, .plain)
                case "PREC": (row.precedence, .bold)
                case "STATE":
                    (
                        row.state == "awaitingReceipt" ? "receipt?" : row.state,
                        row.state == "held" ? .bad : row.state == "sending" ? .good : .plain
                    )
                case "AGE": (DurationText.text(row.ageSeconds), .plain)
                case "LEFT": (DurationText.text(row.secondsLeft), row.secondsLeft < 0 ? .bad : .plain)
                case "SIZE": (Self.size(row.size), .plain)
                case "LINK": (row.link ?? "-", .plain)
                case "TRIES": ("\(row.attempts)", .plain)
                case "FROM": (row.from, .plain)
                default: ("", .plain)
                }
            line.cell(text, column.width, right: column.right, style)
        }
        line.add(isWide ? "\(row.to.joined(separator: ", ")) -- \(row.why)" : row.why)
        return isChosen ? line.filled(columns, .chosen) : line
    }

    /// What the columns have no room for, of the chosen cable.
    private func chosenLines(_ row: QueueRow) -> [ScreenLine] {
        guard rows >= 20 else { return [] }
        return [
            ScreenLine("\(row.from) -> \(row.to.joined(separator: ", "))\(row.mrn.map { ", \($0)" } ?? "")", .dim),
            ScreenLine("why: \(row.why)\(row.nextAt.map { "; again at \(Self.minute($0))" } ?? "")", .dim),
        ]
    }

    private func joined(_ first: ScreenLine, _ second: ScreenLine) -> ScreenLine {
        var line = first
        for span in second.spans { line.add(span.text, span.style) }
        return line
    }
}
