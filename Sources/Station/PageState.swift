import Cables
import Control
import Custody
import Journal
import Routing
import Settings

/// What the status page shows of one moment: never the text of a cable, and its subject only where the settings say so.
struct PageState: Encodable, Sendable {
    /// Replies that are named; the others are counted.
    private static let dueMax = 8

    struct Queue: Encodable, Sendable {
        var precedence: String
        var depth: Int
        var oldestSeconds: Int64?
        var allowedSeconds: Int64
        var held: Int
        var overdue: Int
    }

    struct Link: Encodable, Sendable {
        struct Transfer: Encodable, Sendable {
            var id: String
            var precedence: String
            var sent: UInt32
            var length: UInt32
        }

        var peer: String
        var state: String
        /// An operator keeps precedences from it.
        var limited: Bool
        var why: String
        var nextAt: String?
        var queued: Int
        var oldestSeconds: Int64?
        var sentCables: UInt64
        var receivedCables: UInt64
        var sentOctets: UInt64
        var receivedOctets: UInt64
        var transfer: Transfer?
    }

    struct Late: Encodable, Sendable {
        var id: String
        var precedence: String
        var post: String
        var lateSeconds: Int64
        var why: String
        var subject: String?
    }

    struct Due: Encodable, Sendable {
        var id: String
        var post: String
        var office: String
        var secondsLeft: Int64
        var awaited: Bool
        var subject: String?
    }

    struct Alarm: Encodable, Sendable {
        var code: String
        var since: String
        var text: String
        var count: Int
    }

    var station: String
    var network: String
    var version: String
    var state: String
    var since: String
    var at: String
    var diskFree: UInt64?
    var queues: [Queue]
    var links: [Link]
    var held: Int
    var overdue: Int
    var late: [Late]
    var dueCount: Int
    var dueOverdue: Int
    var due: [Due]
    var unacknowledgedLate: Int
    var alarms: [Alarm]

    /// - Parameter subject: of a cable, where it may be shown.
    init(_ snapshot: Snapshot, _ facts: StationFacts, subject: (CableIdentity, RecordPlace) -> String?) {
        let (figures, survey) = (snapshot.figures, snapshot.survey)
        station = facts.settings.station.description
        network = facts.network.name
        version = facts.version
        state = snapshot.state
        since = Timestamp(milliseconds: facts.startedAt).description
        at = Timestamp(milliseconds: snapshot.at.wall).description
        diskFree = snapshot.disk?.free
        queues = Precedence.allCases.reversed().map { precedence in
            Queue(
                precedence: precedence.word,
                depth: figures.links.reduce(0) { $0 + ($1.item.queued[precedence] ?? 0) },
                oldestSeconds: figures.links.compactMap { $0.oldest[precedence] }.max().map { $0 / 1_000 },
                allowedSeconds: precedence.speedOfServiceSeconds, held: survey.held[precedence] ?? 0,
                overdue: survey.overdue[precedence] ?? 0)
        }
        links = figures.links.map { Link($0) }
        held = survey.held.values.reduce(0, +)
        overdue = survey.overdue.values.reduce(0, +)
        late = survey.late.map { late in
            Late(
                id: late.identity.description, precedence: late.precedence.word, post: late.post,
                lateSeconds: late.age / 1_000 - late.precedence.speedOfServiceSeconds, why: late.why,
                subject: subject(late.identity, late.place))
        }
        dueCount = survey.suspenses
        dueOverdue = survey.overdueSuspenses
        due = survey.due.prefix(Self.dueMax).map { due in
            Due(
                id: due.identity.description, post: due.post, office: due.office,
                secondsLeft: (due.due - snapshot.at.wall) / 1_000, awaited: due.isAwaited,
                subject: subject(due.identity, due.place))
        }
        unacknowledgedLate = figures.unacknowledged.late
        alarms = snapshot.alarms.map {
            Alarm(
                code: $0.code, since: Timestamp(milliseconds: $0.since).description, text: $0.text, count: $0.count)
        }
    }
}

extension PageState.Link {
    init(_ link: LinkFigures) {
        let item = link.item
        self.init(
            peer: item.peer.description, state: item.state == .limited ? "up" : item.state.rawValue,
            limited: !item.limits.isEmpty,
            why: item.why,
            nextAt: item.nextAt.map { Timestamp(milliseconds: $0).description },
            queued: item.queued.values.reduce(0, +), oldestSeconds: link.oldest.values.max().map { $0 / 1_000 },
            sentCables: item.sentCables, receivedCables: item.receivedCables, sentOctets: item.sentOctets,
            receivedOctets: item.receivedOctets,
            transfer: link.transfer.map {
                Transfer(
                    id: $0.identity.description, precedence: $0.precedence.word, sent: $0.sent, length: $0.length)
            })
    }
}
