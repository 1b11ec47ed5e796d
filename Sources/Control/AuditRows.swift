/// What `audit verify` found.
package struct AuditDocument: Codable, Sendable, Equatable {
    package var station: String
    package var entries: Int
    package var heads: Int
    /// The first record that the chain proves: 0 for the beginning.
    package var provedFrom: UInt64
    package var through: UInt64
    /// The chain's value there, SHA-256.
    package var value: String
    package var findings: [String]
    /// What the neighbour holds, where one was asked.
    package var peer: String?
    package var peerHolds: UInt64?

    package init(
        station: String, entries: Int, heads: Int, provedFrom: UInt64, through: UInt64, value: String,
        findings: [String], peer: String?, peerHolds: UInt64?
    ) {
        self.peer = peer
        self.peerHolds = peerHolds
        self.station = station
        self.entries = entries
        self.heads = heads
        self.provedFrom = provedFrom
        self.through = through
        self.value = value
        self.findings = findings
    }
}

/// One thing of the audit.
package struct AuditRow: Codable, Sendable, Equatable {
    /// The journal record.
    package var record: UInt64
    package var at: String?
    package var event: String
    package var id: String?
    package var post: String?
    package var office: String?
    package var link: String?
    package var station: String?
    package var user: UInt32?
    package var words: [String]?
    package var reason: String?
    package var code: String?
    package var count: UInt64?
    package var arrival: UInt64?
    package var channel: UInt64?
    /// Of a head: the chain's value.
    package var value: String?

    package init(record: UInt64, at: String?, event: String) {
        self.record = record
        self.at = at
        self.event = event
    }
}
