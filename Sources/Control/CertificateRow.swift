/// One certificate as `check certificates` shows it.
package struct CertificateRow: Codable, Sendable, Equatable {
    package var station: String
    /// This station's own.
    package var own: Bool
    package var notAfter: String
    /// Whole days; negative when it has ended.
    package var daysLeft: Int
    /// `ok`, `warning` or `critical`.
    package var status: String
    package var why: String

    package init(station: String, own: Bool, notAfter: String, daysLeft: Int, status: String, why: String) {
        self.station = station
        self.own = own
        self.notAfter = notAfter
        self.daysLeft = daysLeft
        self.status = status
        self.why = why
    }

    /// A warning from 30 days on; critical from 7 on, and for what is not in force.
    package static func status(daysLeft: Int, isGood: Bool) -> String {
        !isGood || daysLeft < 7 ? "critical" : daysLeft < 30 ? "warning" : "ok"
    }
}

/// What `check certificates` says.
package struct CertificateCheck: Codable, Sendable, Equatable {
    /// The worst of all: `ok`, `warning` or `critical`.
    package var status: String
    /// The first to end first.
    package var certificates: [CertificateRow]

    package init(_ certificates: [CertificateRow]) {
        self.certificates = certificates
        let found = Set(certificates.map(\.status))
        status = found.contains("critical") ? "critical" : found.contains("warning") ? "warning" : "ok"
    }

    /// For monitoring: 0 ok, 1 warning, 2 critical.
    package var exitStatus: Int32 { status == "ok" ? 0 : status == "warning" ? 1 : 2 }
}
