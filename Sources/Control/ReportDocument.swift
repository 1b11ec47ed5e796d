/// What became of the cables that originated at a station in a period.
package struct ReportDocument: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var precedence: String
        package var deliveries: Int
        package var delivered: Int
        package var undeliverable: Int
        package var open: Int
        /// Within the speed of service.
        package var within: Int
        package var allowedSeconds: Int64
        /// Seconds from acceptance to the receipt; nil where nothing was delivered.
        package var median: Double?
        package var p95: Double?
        package var longest: Double?

        package init(
            precedence: String, deliveries: Int, delivered: Int, undeliverable: Int, within: Int,
            allowedSeconds: Int64, median: Double?, p95: Double?, longest: Double?
        ) {
            self.precedence = precedence
            self.deliveries = deliveries
            self.delivered = delivered
            self.undeliverable = undeliverable
            open = max(0, deliveries - delivered - undeliverable)
            self.within = within
            self.allowedSeconds = allowedSeconds
            self.median = median
            self.p95 = p95
            self.longest = longest
        }
    }

    package struct Link: Codable, Sendable, Equatable {
        package var peer: String
        package var sent: Int
        package var received: Int

        package init(peer: String, sent: Int, received: Int) {
            self.peer = peer
            self.sent = sent
            self.received = received
        }
    }

    package var station: String
    package var from: String
    package var to: String
    package var precedences: [Row]
    package var links: [Link]

    package init(station: String, from: String, to: String, precedences: [Row], links: [Link]) {
        self.station = station
        self.from = from
        self.to = to
        self.precedences = precedences
        self.links = links
    }
}
