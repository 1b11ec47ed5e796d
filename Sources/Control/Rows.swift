import Octets

/// One delivery of a cable.
package struct DeliveryRow: Codable, Sendable, Equatable {
    package var post: String
    package var indicator: String
    package var role: String
    package var precedence: String
    package var state: String
    package var since: String
    package var why: String
    package var office: String?
    package var lateAfterNotice: Bool
    package var movedTo: String?

    package init(
        post: String, indicator: String, role: String, precedence: String, state: String, since: String, why: String,
        office: String?, lateAfterNotice: Bool, movedTo: String? = nil
    ) {
        self.post = post
        self.indicator = indicator
        self.role = role
        self.precedence = precedence
        self.state = state
        self.since = since
        self.why = why
        self.office = office
        self.lateAfterNotice = lateAfterNotice
        self.movedTo = movedTo
    }

    func write(to writer: inout OctetWriter) {
        for text in [post, indicator, role, precedence, state, since, why] { writer.string(text) }
        writer.optional(office) { $0.string($1) }
        writer.bool(lateAfterNotice)
        writer.optional(movedTo) { $0.string($1) }
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        post = try reader.string()
        indicator = try reader.string()
        role = try reader.string()
        precedence = try reader.string()
        state = try reader.string()
        since = try reader.string()
        why = try reader.string()
        office = try reader.optional { reader throws(OctetFault) in try reader.string() }
        lateAfterNotice = try reader.bool()
        movedTo = try reader.optional { reader throws(OctetFault) in try reader.string() }
    }
}

/// The answer to `submit` and `reply`.
package struct SubmitDocument: Codable, Sendable, Equatable {
    package struct Tagged: Codable, Sendable, Equatable {
        package var captions: [String]
        package var slugs: [String]
        package var addressees: [String]
        package var references: [String]
    }

    package var id: String
    package var mrn: String?
    package var deliveries: [DeliveryRow]
    package var tagged: Tagged
    package var warnings: [String]

    package init(_ answer: SubmittedAnswer) {
        id = answer.id
        mrn = answer.mrn
        deliveries = answer.deliveries
        tagged = Tagged(
            captions: answer.captions, slugs: answer.slugs, addressees: answer.addressees,
            references: answer.references)
        warnings = answer.warnings
    }
}

package struct StatusDocument: Codable, Sendable, Equatable {
    package struct Links: Codable, Sendable, Equatable {
        package var up: Int
        package var down: Int
    }
    package struct Alarm: Codable, Sendable, Equatable {
        package var code: String
        package var since: String
        package var text: String

        package init(code: String, since: String, text: String) {
            self.code = code
            self.since = since
            self.text = text
        }
    }
    package struct Disk: Codable, Sendable, Equatable {
        package var used: UInt64
        package var free: UInt64
    }

    package var station: String
    package var network: String
    package var version: String
    package var state: String
    package var since: String
    package var accepting: Bool
    package var queued: [String: Int]
    package var links: Links
    package var overdue: Int
    package var alarms: [Alarm]
    package var disk: Disk
    /// Cables here whose slug named no office.
    package var unknownSlugs: UInt64 = 0

    package init(
        station: String, network: String, version: String, state: String, since: String, accepting: Bool,
        queued: [String: Int], linksUp: Int, linksDown: Int, overdue: Int, alarms: [Alarm], used: UInt64, free: UInt64
    ) {
        self.station = station
        self.network = network
        self.version = version
        self.state = state
        self.since = since
        self.accepting = accepting
        self.queued = queued
        links = Links(up: linksUp, down: linksDown)
        self.overdue = overdue
        self.alarms = alarms
        disk = Disk(used: used, free: free)
    }
}

package struct QueueRow: Codable, Sendable, Equatable {
    package var id: String
    package var mrn: String?
    package var precedence: String
    package var state: String
    package var ageSeconds: Int64
    package var secondsLeft: Int64
    package var size: UInt64
    package var from: String
    package var to: [String]
    package var link: String?
    package var attempts: Int
    package var nextAt: String?
    package var why: String
    package var exercise: String?
    /// Octets of it that went to the neighbour, while it is being sent.
    package var sent: UInt64?

    package init(
        id: String, mrn: String?, precedence: String, state: String, ageSeconds: Int64, secondsLeft: Int64,
        size: UInt64, from: String, to: [String], link: String?, attempts: Int, nextAt: String?, why: String,
        exercise: String?
    ) {
        self.id = id
        self.mrn = mrn
        self.precedence = precedence
        self.state = state
        self.ageSeconds = ageSeconds
        self.secondsLeft = secondsLeft
        self.size = size
        self.from = from
        self.to = to
        self.link = link
        self.attempts = attempts
        self.nextAt = nextAt
        self.why = why
        self.exercise = exercise
    }
}

package struct CableDocument: Codable, Sendable, Equatable {
    package var id: String
    package var mrn: String?
    package var precedence: String
    package var dtg: String?
    package var from: String
    package var classification: String?
    package var size: UInt64
    package var deliveries: [DeliveryRow]
    package var replies: [ReplyRow]
    package var exercise: String?
    /// The cable that it repeats for an addressee, or corrects; and those that correct it.
    package var rerunOf: String?
    package var correctionOf: String?
    package var correctedBy: [String]?

    package init(
        id: String, mrn: String?, precedence: String, dtg: String?, from: String, classification: String?,
        size: UInt64, deliveries: [DeliveryRow], replies: [ReplyRow], exercise: String?
    ) {
        self.id = id
        self.mrn = mrn
        self.precedence = precedence
        self.dtg = dtg
        self.from = from
        self.classification = classification
        self.size = size
        self.deliveries = deliveries
        self.replies = replies
        self.exercise = exercise
    }
}

package struct HistoryRow: Codable, Sendable, Equatable {
    package var at: String
    package var event: String
    package var station: String
    package var link: String?
    package var post: String?
    package var detail: String?

    package init(at: String, event: String, station: String, link: String?, post: String?, detail: String?) {
        self.at = at
        self.event = event
        self.station = station
        self.link = link
        self.post = post
        self.detail = detail
    }
}

/// The answer to `cable rerun`.
package struct RerunDocument: Codable, Sendable, Equatable {
    package var id: String
    package var post: String
    /// The station that was asked.
    package var asked: String

    package init(id: String, post: String, asked: String) {
        self.id = id
        self.post = post
        self.asked = asked
    }
}

/// One step of a cable's way, over all stations that are known to have had it.
package struct TraceRow: Codable, Sendable, Equatable {
    package var at: String
    package var event: String
    /// Whose statement it is.
    package var station: String
    package var link: String?
    package var post: String?
    package var detail: String?
    /// How old the cable was, and how long it was with the station (durations, no wall clocks).
    package var ageSeconds: Double?
    package var dwellSeconds: Double?
    /// The statement is this station's own record, or its signature was verified just now.
    package var verified: Bool
    /// Why it was not.
    package var unverified: String?

    package init(
        at: String, event: String, station: String, link: String?, post: String?, detail: String?,
        unverified: String? = nil
    ) {
        self.at = at
        self.event = event
        self.station = station
        self.link = link
        self.post = post
        self.detail = detail
        verified = unverified == nil
        self.unverified = unverified
    }
}

package struct InboxRow: Codable, Sendable, Equatable {
    package var id: String
    package var arrival: UInt64
    package var post: String
    package var office: String
    package var role: String
    package var precedence: String
    package var niact: Bool
    package var mrn: String?
    package var dtg: String?
    package var from: String
    package var subject: String?
    package var slugs: [String]
    package var exercise: String?
    package var receivedAt: String
    package var readAt: String?
    package var acknowledgedAt: String?
    package var suspectedDuplicate: Bool
    /// Who read it first, and everybody else who did.
    package var readBy: [InboxReader] = []
    package var acknowledgedBy: UInt32?
    /// A person must acknowledge it.
    package var acknowledgmentDue = false
    /// The cable that this one repeats, where a rerun was asked for.
    package var rerunOf: String?
    /// The cable that it corrects, and those that correct it.
    package var correctionOf: String?
    package var correctedBy: [String]?
    package var archivedAt: String?
    package var forwardedTo: String?
    package var forwardReason: String?
    /// When a reply is due.
    package var due: String?
    /// Why it lies on this desk, where that is not plain.
    package var note: String?
    /// Nil for a cable that is whole.
    package var section: InboxSection?
    package var replyInstructions: ReplyInstructionsDocument

    package init(
        id: String, arrival: UInt64, post: String, office: String, role: String, precedence: String, niact: Bool,
        mrn: String?, dtg: String?, from: String, subject: String?, slugs: [String], exercise: String?,
        receivedAt: String, readAt: String?, suspectedDuplicate: Bool, section: InboxSection?,
        replyInstructions: ReplyInstructionsDocument
    ) {
        self.id = id
        self.arrival = arrival
        self.post = post
        self.office = office
        self.role = role
        self.precedence = precedence
        self.niact = niact
        self.mrn = mrn
        self.dtg = dtg
        self.from = from
        self.subject = subject
        self.slugs = slugs
        self.exercise = exercise
        self.receivedAt = receivedAt
        self.readAt = readAt
        self.suspectedDuplicate = suspectedDuplicate
        self.section = section
        self.replyInstructions = replyInstructions
    }
}

extension InboxRow {
    /// What became of it on its desk, in one word; not a field, since it follows from the others.
    package var state: String {
        if forwardedTo != nil { return "forwarded" }
        if archivedAt != nil { return "archived" }
        if acknowledgedAt != nil { return "acknowledged" }
        if acknowledgmentDue { return "unacknowledged" }
        return readAt == nil ? "new" : "read"
    }
}

/// Who read an entry of the inbox, and when.
package struct InboxReader: Codable, Sendable, Equatable {
    package var user: UInt32
    package var at: String

    package init(user: UInt32, at: String) {
        self.user = user
        self.at = at
    }
}

package struct ReceiptRow: Codable, Sendable, Equatable {
    package var id: String
    package var mrn: String?
    package var post: String
    package var indicator: String
    package var office: String?
    package var state: String
    package var at: String?
    package var receivedAt: String?
    package var reason: String?
    package var verified: Bool
    package var exercise: String?

    package init(
        id: String, mrn: String?, post: String, indicator: String, office: String?, state: String, at: String?,
        receivedAt: String?, reason: String?, verified: Bool
    ) {
        self.id = id
        self.mrn = mrn
        self.post = post
        self.indicator = indicator
        self.office = office
        self.state = state
        self.at = at
        self.receivedAt = receivedAt
        self.reason = reason
        self.verified = verified
    }
}
