import Cables

/// A moment as JSON shows it: RFC 3339, UTC.
package struct Timestamp: Sendable {
    private let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(seconds: Int64) { milliseconds = seconds * 1_000 }

    /// `2008-07-03T15:06:00Z`
    package var wholeSeconds: String { text(fraction: false) }

    /// `2008-07-03T15:06:00.250Z`
    package var description: String { text(fraction: true) }

    private func text(fraction: Bool) -> String {
        var days = milliseconds / 86_400_000
        var rest = milliseconds % 86_400_000
        if rest < 0 {
            rest += 86_400_000
            days -= 1
        }
        let day = DateTimeGroup.civil(fromDays: days)
        let seconds = rest / 1_000
        let clock = "\(pad(seconds / 3_600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))"
        let tail = fraction ? ".\(pad(rest % 1_000, 3))" : ""
        return "\(pad(Int64(day.year), 4))-\(pad(Int64(day.month), 2))-\(pad(Int64(day.day), 2))T\(clock)\(tail)Z"
    }

    private func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
