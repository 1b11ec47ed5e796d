/// What `check disk` says: the room, and what a scrub found.
package struct DiskCheck: Codable, Sendable, Equatable {
    /// What was read and verified.
    package struct Scrub: Codable, Sendable, Equatable {
        package var segments: Int
        package var records: Int
        /// Octets.
        package var octets: Int
        package var bodies: Int
        package var endedAt: String
        /// Places where something was damaged.
        package var damaged: Int

        package init(segments: Int, records: Int, octets: Int, bodies: Int, endedAt: String, damaged: Int) {
            self.endedAt = endedAt
            self.damaged = damaged
            self.segments = segments
            self.records = records
            self.octets = octets
            self.bodies = bodies
        }
    }

    /// `ok`, `warning` or `critical`.
    package var status: String
    /// Octets.
    package var free: UInt64
    package var total: UInt64
    /// The lowest precedence that is taken with so much room.
    package var accepts: String
    /// What is damaged, and where; empty: nothing that is known of.
    package var damage: [String]
    /// The one that was asked for.
    package var scrub: Scrub?
    /// The last one that came to its end: the daily one, or one that was asked for.
    package var lastScrub: Scrub?

    package init(
        status: String, free: UInt64, total: UInt64, accepts: String, damage: [String], scrub: Scrub?,
        lastScrub: Scrub?
    ) {
        self.status = status
        self.free = free
        self.total = total
        self.accepts = accepts
        self.damage = damage
        self.scrub = scrub
        self.lastScrub = lastScrub
    }

    /// As monitoring systems read it: 0 all right, 1 a warning, 2 critical.
    package var exitStatus: Int32 {
        switch status {
        case "ok": 0
        case "warning": 1
        default: 2
        }
    }
}
