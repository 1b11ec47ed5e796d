import Cables

/// A moment as JSON shows it: RFC 3339, UTC.
package struct Timestamp: Sendable {
    private static let octetsMax = 24
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
        let seconds = Int(rest / 1_000)
        return String(unsafeUninitializedCapacity: Self.octetsMax) { octets in
            var count = 0
            func put(_ number: Int, _ width: Int, _ behind: StaticString) {
                var divisor = 1
                for _ in 1..<width { divisor *= 10 }
                while divisor > 0 {
                    octets[count] = UInt8(ascii: "0") + UInt8(number / divisor % 10)
                    count += 1
                    divisor /= 10
                }
                octets[count] = behind.utf8Start.pointee
                count += 1
            }
            put(min(max(day.year, 0), 9_999), 4, "-")
            put(day.month, 2, "-")
            put(day.day, 2, "T")
            put(seconds / 3_600, 2, ":")
            put(seconds / 60 % 60, 2, ":")
            put(seconds % 60, 2, fraction ? "." : "Z")
            if fraction { put(Int(rest % 1_000), 3, "Z") }
            return count
        }
    }
}
