package import Cables
package import Routing

/// `station.json5` as legal values; paths as written.
package struct StationSettings: Sendable, Equatable {
    package struct TLS: Sendable, Equatable {
        package var certificate: String
        package var key: String
        package var authorities: String
        package var revocations: String?
        package var requireSignedNetwork: Bool
    }

    package struct Limits: Sendable, Equatable {
        /// Octets.
        package var cableOctets = 80 << 20
        package var windowOctets = 1 << 20
        /// Octets handed to a link and not yet taken by the kernel.
        package var unsentOctetsPerLink = 256 << 10
        package var partialOctets = 1 << 30
        package var controlConnections = 64
        package var controlConnectionsPerUser = 8
        /// Milliseconds.
        package var retryDelayMin: UInt64 = 500
        package var retryDelayMax: UInt64 = 60_000
        package var life: UInt64 = 7 * 86_400_000
        package var keepalive: UInt64 = 10_000
        package var silence: UInt64 = 30_000
        package var handshake: UInt64 = 10_000
        package var hopLimit = 16

        /// The defaults.
        package init() {}
    }

    package var station: RoutingIndicator
    package var network: String
    package var state: String
    package var control: String
    package var tls: TLS
    package var offices: [OfficePlan]
    package var originators: [String]
    /// Highest precedence by uid, where it differs from FLASH.
    package var precedences: [UInt32: Precedence]
    /// Nil: whoever can open the control socket may do everything.
    package var roles: RoleSettings?
    /// An IANA name; nil: UTC.
    package var timeZone: String?
    /// Milliseconds.
    package var grace: UInt64
    /// Milliseconds for which what originated or was delivered here stays retrievable after its end.
    package var retention: UInt64
    /// Milliseconds for which the audit of segments that are gone is kept.
    package var auditRetention: UInt64
    /// Milliseconds between the end of one reading of all that is kept and the next.
    package var scrub: UInt64
    /// Octets of the journal above which that time is cut short; 0: no bound.
    package var retentionOctets: UInt64
    package var limits: Limits
    /// Milliseconds, by rank of the precedence: how long a link may be down before deliveries take another one.
    package var alternateAfter: [UInt64]
    package static let standardAlternateAfter: [UInt64] = Precedence.allCases.map {
        switch $0 {
        case .critic, .emergencyCommand, .flash: 0
        case .immediate: 30_000
        case .priority: 120_000
        case .routine: 300_000
        }
    }
    /// Milliseconds, by rank of the precedence: how long a delivery originated here may be under way.
    package var lives: [UInt64]
    /// `host:port` of this machine, or a path with a slash; nil: neither metrics nor status page are served.
    package var metrics: String?
    /// Subjects may stand on the status page.
    package var statusSubjects = false
    /// Programs, days of rest, acknowledgments and replies.
    package var desks: DeskSettings
}
