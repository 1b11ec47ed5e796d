import Control
import Foundation

/// `report`: a month's figures, as a table or drawn.
enum ReportCommand {
    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let period = try period(invocation.options["--month"])
        let request = ControlRequest("report", ["from": "\(period.lowerBound)", "to": "\(period.upperBound)"])
        var document: ReportDocument?
        try Session.run(invocation, request) { (frame) throws(ControlFailure) in
            document = try Session.decode(frame, ReportDocument.self)
            if invocation.form != .text { Output.write(frame.payload + [0x0A]) }
        }
        guard let document else { return ExitStatus.software }
        if let file = invocation.options["--svg"] { try draw(document, into: file) }
        if invocation.form == .text { Output.write(text(document)) }
        return 0
    }

    /// Milliseconds since 1970 of a month in UTC; of this one, unless it is named.
    private static func period(_ month: String?) throws(ControlFailure) -> Range<Int64> {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
        var parts = calendar.dateComponents([.year, .month], from: Date())
        if let month {
            let words = month.split(separator: "-")
            guard words.count == 2, let year = Int(words[0]), (1_970...9_999).contains(year),
                let number = Int(words[1]),
                (1...12).contains(number)
            else { throw Invocation.usage("--month takes a year and a month", "write for example --month 2026-11") }
            parts = DateComponents(year: year, month: number)
        }
        guard let start = calendar.date(from: parts), let end = calendar.date(byAdding: .month, value: 1, to: start)
        else { throw Invocation.usage("there is no such month", "write for example --month 2026-11") }
        return Int64(start.timeIntervalSince1970 * 1_000)..<Int64(end.timeIntervalSince1970 * 1_000)
    }

    private static func text(_ report: ReportDocument) -> String {
        var text = "\(report.station), cables accepted from \(report.from) to \(report.to)\n\n"
        var table = TextTable([
            "PREC", "DELIVERIES", "DELIVERED", "IN TIME", "NOT DELIVERED", "OPEN", "ALLOWED", "MEDIAN", "P95",
            "LONGEST",
        ])
        for row in report.precedences {
            table.add([
                row.precedence, "\(row.deliveries)", "\(row.delivered)", share(row.within, of: row.delivered),
                "\(row.undeliverable)", "\(row.open)", seconds(Double(row.allowedSeconds)), seconds(row.median),
                seconds(row.p95), seconds(row.longest),
            ])
        }
        text += table.isEmpty ? "no cable originated here\n" : table.text(columns: TextTable.terminalColumns)
        var links = TextTable(["LINK", "SENT", "RECEIVED"])
        for link in report.links { links.add([link.peer, "\(link.sent)", "\(link.received)"]) }
        if !links.isEmpty { text += "\n" + links.text(columns: TextTable.terminalColumns) }
        return text
    }

    private static func share(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "" : "\(part) (\(part * 100 / whole) %)"
    }

    static func seconds(_ value: Double?) -> String {
        guard let value else { return "" }
        if value < 60 { return String(format: "%.1fs", value) }
        if value < 3_600 { return String(format: "%.1fm", value / 60) }
        return String(format: "%.1fh", value / 3_600)
    }

    private static func draw(_ report: ReportDocument, into file: String) throws(ControlFailure) {
        do {
            try Data(ReportDrawing.svg(report).utf8).write(to: URL(fileURLWithPath: file))
        } catch {
            throw ControlFailure(
                code: "NO_OUTPUT", message: "\(file) cannot be written: \(error.localizedDescription)",
                advice: "name a file in a folder that can be written", exit: ExitStatus.data)
        }
    }
}
