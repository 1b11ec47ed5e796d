import Custody
import Glibc

/// The clocks of the machine, read at the edge only.
enum StationClock {
    static var now: Instant {
        Instant(boot: milliseconds(CLOCK_BOOTTIME), wall: Int64(milliseconds(CLOCK_REALTIME)))
    }

    /// Milliseconds of CLOCK_BOOTTIME.
    static var boot: UInt64 { milliseconds(CLOCK_BOOTTIME) }

    /// The year in UTC, to which two-digit years are nearest.
    static var year: Int {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return Int(parts.tm_year) + 1_900
    }

    private static func milliseconds(_ clock: clockid_t) -> UInt64 {
        var moment = timespec()
        clock_gettime(clock, &moment)
        return UInt64(moment.tv_sec) * 1_000 + UInt64(moment.tv_nsec) / 1_000_000
    }
}
