import Custody
import Glibc

/// The clocks of the machine, read at the edge only.
enum StationClock {
    static var now: Instant {
        Instant(boot: milliseconds(CLOCK_BOOTTIME), wall: Int64(milliseconds(CLOCK_REALTIME)))
    }

    /// Milliseconds of CLOCK_BOOTTIME.
    /// Milliseconds of the clock by which systemd goes; it stands still while the machine sleeps.
    static var monotonic: UInt64 { milliseconds(CLOCK_MONOTONIC) }

    static var boot: UInt64 { milliseconds(CLOCK_BOOTTIME) }

    /// The year in UTC, to which two-digit years are nearest.
    static var year: Int {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return Int(parts.tm_year) + 1_900
    }

    /// Now as a date-time group: `250031Z NOV 26`.
    static var dateTimeGroup: String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        return "\(two(parts.tm_mday))\(two(parts.tm_hour))\(two(parts.tm_min))Z "
            + "\(months[Int(parts.tm_mon)]) \(two(parts.tm_year % 100))"
    }

    private static func milliseconds(_ clock: clockid_t) -> UInt64 {
        var moment = timespec()
        clock_gettime(clock, &moment)
        return UInt64(moment.tv_sec) * 1_000 + UInt64(moment.tv_nsec) / 1_000_000
    }
}
