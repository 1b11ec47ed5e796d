/// Spans of time as people write and read them: `45s`, `30m`, `2h`, `7d`.
package enum DurationText {
    /// Seconds in each unit.
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]

    /// - Parameter bare: seconds that a number without a unit counts.
    /// - Returns: seconds, not negative; nil for what is no span of time, or longer than a number holds.
    package static func seconds(_ text: String, bare: Int64 = 1) -> Int64? {
        let unit = text.last.flatMap { units[$0] }
        guard let number = Int64(unit == nil ? text : String(text.dropLast())), number >= 0,
            case (let seconds, let overflow) = number.multipliedReportingOverflow(by: unit ?? bare), !overflow
        else { return nil }
        return seconds
    }

    /// The two largest units that say something: `1h5m`; a minus before what is over.
    package static func text(_ seconds: Int64) -> String {
        let sign = seconds < 0 ? "-" : ""
        let value = seconds.magnitude
        if value < 60 { return "\(sign)\(value)s" }
        if value < 3_600 { return "\(sign)\(value / 60)m\(value % 60)s" }
        if value < 86_400 { return "\(sign)\(value / 3_600)h\(value / 60 % 60)m" }
        return "\(sign)\(value / 86_400)d\(value / 3_600 % 24)h"
    }
}
