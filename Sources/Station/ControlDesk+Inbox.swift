import Cables
import Control
import Custody
import Journal
import Routing
import Settings

/// The inbox, and what people do in it.
extension ControlDesk {
    func inboxRow(_ item: InboxItem) -> InboxRow? {
        do {
            let acceptance = try archive.acceptance(item.place)
            let cable = try archive.reading(of: archive.intact(acceptance)).cable
            var row = InboxRow(
                id: item.identity.description, arrival: item.arrival, post: item.post, office: item.office,
                role: word(item.role), precedence: item.precedence.word, niact: item.niact, mrn: cable.mrn,
                dtg: cable.dateTimeGroup?.text, from: acceptance.block.from, subject: cable.subject,
                slugs: cable.slugs, exercise: cable.exercise,
                receivedAt: Timestamp(milliseconds: item.receivedAt).description,
                readAt: item.readAt.map { Timestamp(milliseconds: $0).description },
                suspectedDuplicate: item.suspectedDuplicate, section: section(of: cable),
                replyInstructions: ReplyInstructionsDocument(cable.replyInstructions))
            row.rerunOf = acceptance.block.rerunOf?.description
            row.correctionOf = acceptance.block.corrects?.description
            if !item.correctedBy.isEmpty { row.correctedBy = item.correctedBy.map(\.description) }
            fill(&row, from: item, slugs: cable.slugs)
            return row
        } catch {
            loop.alarm(unreadable: error, item.identity)
            return nil
        }
    }

    private func fill(_ row: inout InboxRow, from item: InboxItem, slugs: [String]) {
        let facts = item.facts
        if let readAt = item.readAt {
            row.readBy = [InboxReader(user: item.readBy, at: Timestamp(milliseconds: readAt).description)]
        }
        row.readBy += facts.readers.map {
            InboxReader(user: $0.user, at: Timestamp(milliseconds: $0.at).description)
        }
        row.acknowledgedAt = facts.acknowledgedAt.map { Timestamp(milliseconds: $0).description }
        row.acknowledgedBy = facts.acknowledgedAt == nil ? nil : facts.acknowledgedBy
        row.acknowledgmentDue = facts.awaitsAcknowledgment
        row.archivedAt = facts.archivedAt.map { Timestamp(milliseconds: $0).description }
        row.forwardedTo = facts.forwardedTo
        row.forwardReason = facts.forwardReason
        row.due = item.replyDue.map { Timestamp(milliseconds: $0).description }
        guard facts.duties.contains(.unknownSlug) else { return }
        let unknown = offices.distribute(post: item.post, clues: DistributionClues(slugs: slugs)).unknownSlugs
        row.note =
            unknown.isEmpty
            ? "a slug named no office when it came" : "no office is called \(unknown.joined(separator: ", "))"
    }

    /// Somebody wanted to read or keep the inbox of an office whose it is not.
    func refused(office: String, _ caller: ControlCaller) -> ControlFailure {
        let failure = permissions.unreadable(office)
        loop.refused(.user(caller.uid), failure.code)
        return failure
    }

    private var offices: OfficeDirectory { OfficeDirectory(facts.settings.offices) }

    func inboxAcknowledge(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        change(request, caller, reply) { item, custody, now, actions throws(DeskRefusal) in
            try custody.acknowledge(item.arrival, user: caller.uid, at: now, &actions)
            return item.arrival
        }
    }

    func inboxForward(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let (office, reason) = (request["to"] ?? "", request["reason"] ?? "")
        guard !reason.isEmpty, reason.utf8.count <= DeskRecord.reasonOctetsMax else {
            return reply.failed(Self.reasonless)
        }
        change(request, caller, reply) { item, custody, now, actions throws(DeskRefusal) in
            try custody.forward(item.arrival, to: office, user: caller.uid, reason: reason, at: now, &actions)
        }
    }

    func inboxArchive(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        change(request, caller, reply) { item, custody, now, actions throws(DeskRefusal) in
            try custody.archive(item.arrival, user: caller.uid, at: now, &actions)
            return item.arrival
        }
    }

    static let reasonless = ControlFailure(
        code: "USAGE", message: "a reason of 1 to \(DeskRecord.reasonOctetsMax) octets is needed",
        advice: "write --reason TEXT", exit: ExitStatus.usage)

    /// Changes an entry; the answer is the entry as it is then, when that is on the disk.
    private func change(
        _ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply,
        _ event:
            @escaping @Sendable (InboxItem, inout StationCustody, Instant, inout Actions) throws(DeskRefusal) -> UInt64
    ) {
        let (id, office) = (request["id"] ?? "", request["office"])
        let (permissions, readable) = (permissions, permissions.offices(caller))
        act(id, reply) { custody, slot, now, actions throws(DeskRefusal) in
            let identity = custody.identity(of: slot)
            guard let item = custody.entry(of: identity, office: office, among: readable) else {
                if let other = custody.entry(of: identity, office: office) {
                    throw DeskRefusal(permissions.unreadable(other.office))
                }
                throw DeskRefusal(
                    code: "NOT_IN_INBOX", message: "\(id) is in no inbox here\(office.map { " of \($0)" } ?? "")",
                    advice: "see `routerctl inbox list`")
            }
            return try event(item, &custody, now, &actions)
        } then: { [self] arrival in
            settleAlarms()
            loop.view { custody, _ in
                custody.inboxItems().first { $0.arrival == arrival }
            } then: { [self] item in
                offQueue { [self] in
                    guard let row = item.flatMap({ inboxRow($0) }) else { return reply.done() }
                    reply.document(row)
                }
            }
        }
    }

    /// An event about a cable, whose answer goes out when its records are on the disk.
    func act<Answer: Sendable>(
        _ id: String, _ reply: ControlReply,
        _ event:
            @escaping @Sendable (inout StationCustody, UInt32, Instant, inout Actions) throws(DeskRefusal) -> Answer,
        then: @escaping @Sendable (Answer) -> Void
    ) {
        guard archive.journal.fault == nil else { return reply.failed(Self.readOnly) }
        find(id, acting: true, reply) { custody, slot in
            custody.custodyNumber(of: slot)
        } then: { [self] number in
            loop.post { [self] custody, now, actions in
                let outcome: Result<Answer, DeskRefusal>
                do throws(DeskRefusal) {
                    guard let slot = custody.slot(of: number) else {
                        throw DeskRefusal(
                            code: "NO_SUCH_CABLE", message: "\(id) is no longer kept", advice: "see the lists")
                    }
                    outcome = .success(try event(&custody, slot, now, &actions))
                } catch {
                    outcome = .failure(error)
                }
                loop.view { _, _ in
                    ()
                } then: {
                    switch outcome {
                    case .success where self.archive.journal.fault != nil: reply.failed(Self.outcomeUnknown)
                    case .success(let answer): then(answer)
                    case .failure(let refusal): reply.failed(ControlFailure(refusal))
                    }
                }
            }
        }
    }

    /// Alarms that stand for as long as somebody is waited for.
    func settleAlarms() {
        loop.view { custody, now in
            (
                custody.unacknowledged(at: now).waiting,
                custody.suspenseItems().count { $0.isOrigin && $0.suspense.isOverdue(at: now.wall) }
            )
        } then: { [self] waiting, overdue in
            stand("cable.unacknowledged", waiting)
            stand("suspense.overdue", overdue)
        }
    }

    private func stand(_ code: String, _ count: Int) {
        let isRaised = alarms.all.contains { $0.code == code }
        if count == 0, isRaised { alarms.clear(code) }
        if count > 0, !isRaised {
            alarms.raise(StationEvent(.alarm, code, [("count", "\(count)")]), at: StationClock.now.wall)
        }
    }
}

extension InboxItem {
    /// Somebody still has to do with it.
    var isCurrent: Bool { facts.archivedAt == nil && facts.forwardedTo == nil }
}

extension ControlFailure {
    init(_ refusal: DeskRefusal) {
        let exit = refusal.code == ControlPermissions.code ? ExitStatus.notPermitted : ExitStatus.data
        self.init(code: refusal.code, message: refusal.message, advice: refusal.advice, exit: exit)
    }
}

extension DeskRefusal {
    init(_ failure: ControlFailure) {
        self.init(code: failure.code, message: failure.message, advice: failure.advice)
    }
}

extension ReplyRow {
    init(_ link: ReplyLink, due: Int64?) {
        self.init(
            id: link.reply.description, post: link.post,
            sentAt: Timestamp(milliseconds: link.acceptedAt).description,
            receivedAt: Timestamp(milliseconds: link.at).description,
            due: due.map { Timestamp(milliseconds: $0).description }, late: due.map { link.acceptedAt > $0 } ?? false)
    }
}
