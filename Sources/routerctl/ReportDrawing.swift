import Control
import Foundation

/// A report as a drawing: for each precedence how long deliveries took, on a logarithmic scale, against what is allowed.
enum ReportDrawing {
    private static let width = 760.0
    private static let left = 130.0
    private static let rowHeight = 56.0
    private static let top = 70.0
    /// Seconds at both ends of the scale.
    private static let shortest = 0.001
    private static let longest = 1_000_000.0

    static func svg(_ report: ReportDocument) -> String {
        let height = top + rowHeight * Double(max(1, report.precedences.count)) + 50
        var parts: [String] = []
        parts.append(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(number(width)) \(number(height))\" "
                + "font-family=\"sans-serif\" font-size=\"12\">")
        parts.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>")
        parts.append(label(20, 26, "Speed of service, \(report.station)", size: 16))
        parts.append(label(20, 46, "cables accepted from \(report.from) to \(report.to)"))
        for (seconds, name) in [(0.001, "1 ms"), (1, "1 s"), (60, "1 min"), (3_600, "1 h"), (86_400, "1 d")] {
            let x = place(seconds)
            parts.append(line(x, top - 10, x, height - 40, "#ddd"))
            parts.append(label(x, height - 22, name, anchor: "middle"))
        }
        for (index, row) in report.precedences.enumerated() {
            parts += bar(row, y: top + rowHeight * Double(index))
        }
        if report.precedences.isEmpty { parts.append(label(left, top + 20, "no cable originated here")) }
        parts.append("</svg>")
        return parts.joined(separator: "\n") + "\n"
    }

    private static func bar(_ row: ReportDocument.Row, y: Double) -> [String] {
        var parts = [label(left - 12, y + 18, row.precedence, anchor: "end")]
        parts.append(
            label(left - 12, y + 34, "\(row.within) of \(row.delivered) in time", size: 10, anchor: "end"))
        if let median = row.median, let p95 = row.p95, let longest = row.longest {
            let (x1, x2) = (place(median), max(place(p95), place(median) + 2))
            parts.append(
                "<rect x=\"\(number(x1))\" y=\"\(number(y + 6))\" width=\"\(number(x2 - x1))\" height=\"18\" "
                    + "fill=\"#4a7ab5\"/>")
            parts.append(line(x2, y + 15, place(longest), y + 15, "#4a7ab5"))
            let words =
                "median \(ReportCommand.seconds(median)), p95 \(ReportCommand.seconds(p95)), "
                + "longest \(ReportCommand.seconds(longest))"
            parts.append(label(x1, y + 38, words, size: 10))
        }
        let allowed = place(Double(row.allowedSeconds))
        parts.append(line(allowed, y, allowed, y + 30, "#b5483a", width: 2))
        return parts
    }

    /// Where a duration stands from left to right.
    private static func place(_ seconds: Double) -> Double {
        let value = log10(min(max(seconds, shortest), longest) / shortest) / log10(longest / shortest)
        return left + value * (width - left - 40)
    }

    private static func label(
        _ x: Double, _ y: Double, _ text: String, size: Int = 12, anchor: String = "start"
    ) -> String {
        let plain = text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
        return
            "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\">\(plain)</text>"
    }

    private static func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, width: Int = 1
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
            + "stroke=\"\(colour)\" stroke-width=\"\(width)\"/>"
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
