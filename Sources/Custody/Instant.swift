/// A moment as a station sees it.
///
/// Intervals are taken from `boot` only; `wall` is information for people and is never compared between two stations
/// (protocol rule 19).
package struct Instant: Sendable, Equatable {
    /// Milliseconds of CLOCK_BOOTTIME.
    package var boot: UInt64
    /// Milliseconds since 1970, UTC.
    package var wall: Int64

    package init(boot: UInt64, wall: Int64) {
        self.boot = boot
        self.wall = wall
    }
}
