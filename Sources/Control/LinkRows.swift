package struct LinkRow: Codable, Sendable, Equatable {
    package var peer: String
    package var state: String
    package var since: String
    package var why: String
    package var nextAt: String?
    package var clearance: String
    package var cost: Int
    package var queued: [String: Int]
    /// Octets per second and seconds, once they are measured.
    package var rate: Double?
    package var roundTrip: Double?
    package var sentNumber: UInt64
    package var receivedNumber: UInt64
    package var sentCables: UInt64
    package var receivedCables: UInt64
    package var sentOctets: UInt64
    package var receivedOctets: UInt64
    /// What orders let pass only, of either side.
    package var limits: [LinkLimitRow] = []
    /// When a closing ends by itself.
    package var closedUntil: String?

    package init(
        peer: String, state: String, since: String, why: String, nextAt: String?, clearance: String, cost: Int,
        queued: [String: Int], rate: Double?, roundTrip: Double?, sentNumber: UInt64, receivedNumber: UInt64,
        sentCables: UInt64,
        receivedCables: UInt64, sentOctets: UInt64, receivedOctets: UInt64
    ) {
        self.peer = peer
        self.state = state
        self.since = since
        self.why = why
        self.nextAt = nextAt
        self.clearance = clearance
        self.cost = cost
        self.queued = queued
        self.rate = rate
        self.roundTrip = roundTrip
        self.sentNumber = sentNumber
        self.receivedNumber = receivedNumber
        self.sentCables = sentCables
        self.receivedCables = receivedCables
        self.sentOctets = sentOctets
        self.receivedOctets = receivedOctets
    }
}

/// A precedence below which nothing but receipts passes over a link, for a time.
package struct LinkLimitRow: Codable, Sendable, Equatable {
    package var precedence: String
    package var until: String
    package var reason: String
    /// The station whose order it is.
    package var by: String

    package init(precedence: String, until: String, reason: String, by: String) {
        self.precedence = precedence
        self.until = until
        self.reason = reason
        self.by = by
    }
}

/// The answer to `link show`: how a link does, and what became of each channel number.
package struct LinkDocument: Codable, Sendable, Equatable {
    /// Numbers from the first through the last.
    package struct Numbers: Codable, Sendable, Equatable {
        package var first: UInt64
        package var last: UInt64

        package init(_ range: ClosedRange<UInt64>) {
            first = range.lowerBound
            last = range.upperBound
        }

        package var text: String { first == last ? "\(first)" : "\(first)-\(last)" }
    }

    package struct UnderWay: Codable, Sendable, Equatable {
        package var channel: UInt64
        package var precedence: String
        /// Nil for a receipt, notice or order.
        package var id: String?
        package var state: String
        package var sentOctets: UInt64
        package var octets: UInt64

        package init(
            channel: UInt64, precedence: String, id: String?, state: String, sentOctets: UInt64, octets: UInt64
        ) {
            self.channel = channel
            self.precedence = precedence
            self.id = id
            self.state = state
            self.sentOctets = sentOctets
            self.octets = octets
        }
    }

    package struct Sent: Codable, Sendable, Equatable {
        /// This station's start, which numbers from 1.
        package var start: String
        /// The last number used; 0: none.
        package var last: UInt64
        /// Offered, and not yet answered; all others up to `last` were.
        package var underWay: [UnderWay]
        package var underWayCount: Int

        package init(start: String, last: UInt64, underWay: [UnderWay], underWayCount: Int) {
            self.start = start
            self.last = last
            self.underWay = underWay
            self.underWayCount = underWayCount
        }
    }

    package struct Received: Codable, Sendable, Equatable {
        /// The neighbour's start.
        package var start: String
        package var taken: [Numbers]
        /// Numbers behind which nothing was taken: given up by the neighbour, or refused here.
        package var unused: [Numbers]
        /// Numbers between those taken that may still come.
        package var open: [Numbers]

        package init(start: String, taken: [Numbers], unused: [Numbers], open: [Numbers]) {
            self.start = start
            self.taken = taken
            self.unused = unused
            self.open = open
        }
    }

    package var link: LinkRow
    package var sent: Sent
    package var received: [Received]
    /// Octets that the link takes now, and of a body between two choices.
    package var room: Int
    package var chunkOctets: Int

    package init(link: LinkRow, sent: Sent, received: [Received], room: Int, chunkOctets: Int) {
        self.link = link
        self.sent = sent
        self.received = received
        self.room = room
        self.chunkOctets = chunkOctets
    }
}
