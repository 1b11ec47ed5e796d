package import Cables
package import Octets

/// What the loop shall do after an event, in the order that durability demands (rule 6).
///
/// `persist` goes to the journal. `afterPersist` tells somebody something and is released only when every record up
/// to and including these is synced. `now` tells nobody anything that is not already durable.
package struct Actions {
    package private(set) var persist: [JournalRecord] = []
    /// Octets of bodies that `persist` holds: the loop ends a turn early rather than let a sync grow without bound.
    package private(set) var bodyOctets = 0
    package var afterPersist: [Announcement] = []
    package var now: [Effect] = []
    /// Boot milliseconds at which `woke` shall be called at the latest.
    package var wakeAt: UInt64?

    package init() {}

    package mutating func keep(_ record: JournalRecord) {
        if case .accepted(let acceptance) = record, case .inline(let octets) = acceptance.body {
            bodyOctets += octets.count
        }
        persist.append(record)
    }

    package mutating func wake(at instant: UInt64) { wakeAt = min(wakeAt ?? instant, instant) }
}

/// Something that is told, and therefore rests on synced records.
package enum Announcement: Sendable {
    /// To a submitter.
    case submission(token: UInt64, SubmissionAnswer)
    /// To a neighbour: custody of the offer on this channel is taken. `mark` is the hash of what was offered; a receipt
    /// or notice `mayWait` a little for other notes.
    case custodyTaken(link: Int, session: UInt64, channel: UInt64, mark: Digest, mayWait: Bool)
    /// To whoever watches: an addressee's receipt or notice is here.
    case outcome(Outcome)
    /// To whoever watches: a cable reached a desk of this station.
    case arrived(identity: CableIdentity, arrival: UInt64, post: String, office: String, precedence: Precedence)
    /// To the loop: an addressee asks for the cable of this acceptance once more. Answered with `rerun`.
    case rerunAsked(RecordPlace, post: String, key: String)
    /// To the loop: the cable of this acceptance waits for a post that is here now. Answered with `comeHome`.
    case comesHome(Homecoming)
    /// To a neighbour: what orders keep from the link.
    case linkNotice(link: Int, session: UInt64, LinkNotice)
    /// To a neighbour that closes the link: nothing is under way here.
    case linkDrained(link: Int, session: UInt64)
    /// There is to be no session over the link, or there may be one again.
    case linkShuts(link: Int, why: String)
    case linkOpens(link: Int)
    /// To a person or a program, which is told again until the loop says `told`.
    case desk(DeskTask)
}

/// An addressee's answer at the originator's station.
package struct Outcome: Sendable, Equatable {
    package var identity: CableIdentity
    package var post: String
    package var office: String
    package var state: DeliveryState
    package var reason: String
    package var at: Int64
}

/// Something to be done at once.
package enum Effect: Sendable {
    /// Offer a cable or service message on a link, or send a part of one; all of it is durable.
    case transmit(link: Int, session: UInt64, Slice)
    /// An offer cannot be taken: the neighbour keeps custody and holds it.
    case refuse(link: Int, session: UInt64, channel: UInt64, code: String, message: String)
    /// For the log.
    case event(StationEvent)
}

/// A part of one transmission that the link shall send next.
package struct Slice: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// The header of a cable.
        case offerCable(RecordPlace, deliveries: [UInt16], body: BodyWay)
        case offerService(RecordPlace, desk: UInt16?)
        /// Octets of the body.
        case chunk(RecordPlace, offset: UInt32, count: UInt32, last: Bool)
    }

    /// How the body of an offered cable goes.
    package enum BodyWay: Sendable, Equatable {
        /// With the offer: it fits one chunk.
        case with
        /// In chunks behind the offer: nobody can have a part of it, or so little that asking takes longer.
        case follows
        /// In chunks, from where the neighbour says (rule 18).
        case asked
    }

    package var channel: UInt64
    package var number: CustodyNumber
    package var precedence: Precedence
    package var ageMilliseconds: UInt64
    package var suspectedDuplicate: Bool
    package var content: Content
    /// In an offer: deliveries that have moved.
    package var moved: [MovedMark] = []
    /// Octets by which the link's room was charged for it.
    package var cost: Int

    package init(
        channel: UInt64, number: CustodyNumber, precedence: Precedence, ageMilliseconds: UInt64,
        suspectedDuplicate: Bool, content: Content, cost: Int
    ) {
        self.channel = channel
        self.number = number
        self.precedence = precedence
        self.ageMilliseconds = ageMilliseconds
        self.suspectedDuplicate = suspectedDuplicate
        self.content = content
        self.cost = cost
    }
}

/// A constant name and values for the log: never text or subject of a cable.
package struct StationEvent: Sendable, Equatable {
    package enum Severity: UInt8, Sendable {
        case alarm = 2
        case error, warning, notice, info
    }

    package var severity: Severity
    package var name: String
    package var values: [(key: String, value: String)]

    package init(_ severity: Severity, _ name: String, _ values: [(key: String, value: String)]) {
        self.severity = severity
        self.name = name
        self.values = values
    }

    package static func == (a: StationEvent, b: StationEvent) -> Bool {
        a.severity == b.severity && a.name == b.name && a.values.elementsEqual(b.values) { $0 == $1 }
    }
}

extension JournalRecord {
    /// The sender's note that custody has passed needs no sync of its own (rule 12).
    package var mayWait: Bool {
        switch self {
        case .passed, .carried, .carriedService, .standing, .audit, .orders, .words: true
        case .desk(let record): record.mayWait
        case .started, .certificate, .accepted, .service, .undeliverable, .read, .reoffered, .stated, .changed, .link:
            false
        }
    }
}

extension Announcement {
    /// Custody notes are gathered and signed; the rest is told as it is.
    package var isCustodyNote: Bool {
        switch self {
        case .custodyTaken: true
        case .submission, .outcome, .arrived, .desk, .rerunAsked, .comesHome, .linkNotice, .linkDrained, .linkShuts,
            .linkOpens:
            false
        }
    }
}
