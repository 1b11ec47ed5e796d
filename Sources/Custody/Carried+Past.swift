import Cables
import Octets

extension Carried.Past {
    /// Records of one cable that are followed at most.
    private static let recordsMax = 10_000

    /// Follows a cable's records back from the newest: each names the one before it. Events are in order, oldest first.
    ///
    /// - Parameters:
    ///   - acceptance: where the cable's first record stands: the way goes on there where a record between cannot be
    ///     found, as after a failed sync, which moves records that name one another.
    ///   - read: the octets of a record.
    package init(
        from last: RecordPlace, acceptance: RecordPlace, number: CustodyNumber,
        _ read: (RecordPlace) throws -> [UInt8]
    ) throws {
        self = .empty
        var place = last
        for _ in 0..<Self.recordsMax where place != .none {
            let octets: [UInt8]
            do {
                octets = try read(place)
            } catch {
                guard place != acceptance else { throw error }
                place = acceptance
                continue
            }
            let record = try JournalRecord(decoding: octets)
            let (found, previous) = Self.events(record, number)
            events.insert(contentsOf: found, at: 0)
            switch record {
            case .service(let service): if service.message.isKept { answers.insert(octets, at: 0) }
            case .carried(let carried): answers.insert(contentsOf: carried.past.answers, at: 0)
            case .passed(let passed): if let proved = Self.proved(passed, number) { answers.insert(proved, at: 0) }
            case .started, .certificate, .accepted, .undeliverable, .read, .reoffered, .carriedService, .standing,
                .audit, .stated, .desk, .changed, .orders, .words, .link:
                break
            }
            place = previous
        }
    }

    /// Of a record that custody has passed what is about this cable, with the neighbour's note.
    private static func proved(_ passed: JournalRecord.Passed, _ number: CustodyNumber) -> [UInt8]? {
        guard passed.note != nil, var item = passed.items.first(where: { $0.number.names(number) }) else { return nil }
        item.previous = .none
        var own = passed
        own.items = [item]
        var writer = OctetWriter(reserving: 512)
        JournalRecord.passed(own).write(to: &writer)
        return writer.octets
    }

    private static func events(_ record: JournalRecord, _ number: CustodyNumber) -> ([Carried.Event], RecordPlace) {
        switch record {
        case .accepted(let acceptance):
            return ([accepted(acceptance)] + desks(acceptance), .none)
        case .passed(let passed):
            guard let item = passed.items.first(where: { $0.number.names(number) }) else { return ([], .none) }
            return (
                [
                    row(
                        passed.at, "custodyPassed", link: passed.peer.description,
                        detail: "\(passed.peer) has synced it")
                ],
                item.previous
            )
        case .service(let service):
            let (event, detail) = said(by: service.message)
            return (
                [
                    row(
                        service.at, event, link: service.offered.peer.description, post: service.message.post,
                        detail: detail)
                ], service.previous
            )
        case .reoffered(let again):
            guard let item = again.items.first(where: { $0.number.names(number) }) else { return ([], .none) }
            return (
                [
                    row(
                        again.at, "offeredAgain", link: again.peer.description,
                        detail: "\(again.peer) does not remember it; marked ZFD")
                ], item.previous
            )
        case .undeliverable(let end):
            return ([row(end.at, "notice", post: end.message.post, detail: end.message.reason)], end.previous)
        case .carried(let carried):
            return (carried.past.events, .none)
        case .desk(let record):
            return (events(record), record.history?.previous ?? .none)
        case .changed(let change): return ([changed(change)], change.previous)
        case .started, .certificate, .read, .carriedService, .standing, .audit, .stated, .orders, .words, .link:
            return ([], .none)
        }
    }

    private static func changed(_ changed: JournalRecord.Changed) -> Carried.Event {
        var detail = changed.reason
        switch changed.change {
        case .held(let why): if why != .byOperator { detail = why.sentence }
        case .raised(let precedence): detail = "to \(precedence.word): \(changed.reason)"
        case .moved(let station): detail = "to \(station), where the post is now"
        case .released, .cancelling, .cancelled: break
        }
        if let user = changed.user { detail += " (uid \(user))" }
        return row(changed.at, changed.change.word, post: changed.message?.post, detail: detail)
    }

    private static func said(by message: ServiceMessage) -> (event: String, detail: String) {
        switch message.kind {
        case .receipt: ("receipt", "delivered to \(message.office) by \(message.station)")
        case .notice: ("notice", message.reason)
        case .acknowledgment: ("acknowledged", "\(message.office) of \(message.post) took action")
        case .inquiry: ("inquiry", "\(message.station) suspects a duplicate and asks for an earlier receipt")
        case .noReceipt, .hasReceipt: ("inquiry", "\(message.station) has answered")
        case .tracer: ("tracer", "\(message.station) asks what has become of it")
        case .rerun: ("rerunAsked", "\(message.station) asks for it once more")
        case .traceReport: ("traceReport", "\(message.station) says what it has on record: see `cable trace`")
        case .held: ("held", message.reason)
        case .moved: ("moved", message.reason)
        case .cancelled: ("cancelled", message.reason)
        case .cancelOrder: ("cancelling", "ordered by \(message.station): \(message.reason)")
        case .raiseOrder: ("raised", "to \(message.precedence.word) by \(message.station): \(message.reason)")
        }
    }

    private static func events(_ record: DeskRecord) -> [Carried.Event] {
        switch record {
        case .acknowledged(let given):
            [row(given.at, "acknowledged", detail: "arrival \(given.arrival), by uid \(given.user)")]
        case .forwarded(let forwarded):
            [
                row(
                    forwarded.at, "forwarded",
                    detail: "to \(forwarded.office) by uid \(forwarded.user): \(forwarded.reason)")
            ]
        case .suspenseClosed(let closed):
            [row(closed.at, "suspenseClosed", detail: "by uid \(closed.user): \(closed.reason)")]
        case .archived, .told, .facts: []
        }
    }

    private static func accepted(_ acceptance: Acceptance) -> Carried.Event {
        switch acceptance.source {
        case .submitted(let user, _):
            return row(acceptance.at, "accepted", detail: "submitted by uid \(user)")
        case .arrived(let offered):
            let detail = offered.suspectedDuplicate ? "from \(offered.peer), marked ZFD" : "from \(offered.peer)"
            return row(acceptance.at, "accepted", link: offered.peer.description, detail: detail)
        }
    }

    private static func desks(_ acceptance: Acceptance) -> [Carried.Event] {
        acceptance.desks.map { desk in
            row(
                desk.at, desk.isDuplicate ? "duplicate" : "delivered",
                post: acceptance.block.deliveries[Int(desk.index)].post,
                detail: desk.isDuplicate ? "the desk had it already" : "to \(desk.office), arrival \(desk.arrival)")
        }
    }

    private static func row(
        _ at: Int64, _ event: String, link: String? = nil, post: String? = nil, detail: String? = nil
    ) -> Carried.Event {
        Carried.Event(at: at, name: event, link: link, post: post, detail: detail)
    }
}

extension Carried.Past {
    /// What of it is carried forward: the newest events, and answers and notes while they fit.
    package var bounded: Carried.Past {
        var octets = 0
        var noteOctets = 0
        return Carried.Past(
            events: Array(events.suffix(Carried.eventsMax)),
            answers: answers.filter { answer in
                if JournalRecord.isNote(answer) {
                    noteOctets += answer.count
                    return noteOctets <= Carried.notesOctetsMax
                }
                octets += answer.count
                return octets <= Carried.answersOctetsMax
            })
    }
}

extension CustodyNumber {
    /// Whether this is an offer of the same cable.
    fileprivate func names(_ cable: CustodyNumber) -> Bool { isCable && sequence == cable.sequence }
}
