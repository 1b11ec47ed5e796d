import Glibc
import Routing

/// Reads a time zone of the system into a table that the pure modules can use.
enum TimeZoneOffsets {
    /// Years that the table covers; before and after them the nearest offset holds.
    private static let years = 1_990...2_060
    private static let folder = "/usr/share/zoneinfo"
    private static let secondsPerDay = 86_400

    /// Nil: the system knows no such zone.
    ///
    /// To be called before the process has other threads: the C library's zone is set and put back.
    static func read(_ name: String) -> ZoneOffsets? {
        if name == "UTC" { return .utc }
        guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains(".."),
            access("\(folder)/\(name)", R_OK) == 0
        else { return nil }
        let before = getenv("TZ").map { String(cString: $0) }
        setenv("TZ", ":\(folder)/\(name)", 1)
        tzset()
        defer {
            if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") }
            tzset()
        }
        let start = (years.lowerBound - 1_970) * 365 * secondsPerDay
        let end = (years.upperBound - 1_970) * 366 * secondsPerDay
        var changes: [ZoneOffsets.Change] = []
        let first = offset(at: start)
        var last = first
        for moment in stride(from: start + secondsPerDay, through: end, by: secondsPerDay) {
            let now = offset(at: moment)
            guard now != last else { continue }
            changes.append(
                ZoneOffsets.Change(
                    from: Int64(change(after: moment - secondsPerDay, before: moment)), offset: Int64(now)))
            last = now
        }
        return ZoneOffsets(first: Int64(first), changes: changes)
    }

    private static func offset(at moment: Int) -> Int {
        var seconds = time_t(moment)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts.tm_gmtoff
    }

    /// The first second with another offset than `low` has.
    private static func change(after low: Int, before high: Int) -> Int {
        var (low, high) = (low, high)
        let old = offset(at: low)
        while high - low > 1 {
            let middle = (low + high) / 2
            if offset(at: middle) == old { low = middle } else { high = middle }
        }
        return high
    }
}
