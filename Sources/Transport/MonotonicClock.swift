import Glibc

/// The clocks of the machine.
package enum MonotonicClock {
    /// Milliseconds since the machine started, sleep included; never goes back.
    package static var bootMilliseconds: UInt64 { milliseconds(CLOCK_BOOTTIME) }

    /// Milliseconds since 1970 in UTC; may jump either way when the clock is set.
    package static var wallMilliseconds: Int64 { Int64(milliseconds(CLOCK_REALTIME)) }

    private static func milliseconds(_ clock: clockid_t) -> UInt64 {
        var moment = timespec()
        clock_gettime(clock, &moment)
        return UInt64(moment.tv_sec) * 1_000 + UInt64(moment.tv_nsec) / 1_000_000
    }
}
