import Cables
import Control
import Custody
import Dispatch
import Journal
import Routing
import Settings

extension ControlDesk {
    private static let reading = DispatchQueue(label: "cable.desk", qos: .utility, attributes: .concurrent)

    /// Reading from the disk happens here, not on the loop's queue.
    func offQueue(_ work: @escaping @Sendable () -> Void) { Self.reading.async(execute: work) }

    /// Looks a cable up by what the user wrote, and says so when there is none or more than one.
    ///
    /// - Parameter acting: something is done to it, so that its number must be written whole.
    func find<Answer: Sendable>(
        _ id: String, acting: Bool = false, _ reply: ControlReply,
        _ look: @escaping @Sendable (borrowing StationCustody, UInt32) -> Answer,
        then: @escaping @Sendable (Answer) -> Void
    ) {
        loop.view { custody, _ -> Found<Answer> in
            switch custody.find(id) {
            case .found(let slot): return .answer(look(custody, slot))
            case .beginning(let slot) where !acting: return .answer(look(custody, slot))
            case .beginning(let slot): return .failure(.incompleteID(id, custody.identity(of: slot)))
            case .nothing:
                return .failure(
                    ControlFailure(
                        code: "NO_SUCH_CABLE", message: "no cable here is called \(id)",
                        advice: "see `routerctl inbox list` or `routerctl queue list`", exit: ExitStatus.data))
            case .several(let identities):
                let names = identities.prefix(3).map(\.description).joined(separator: ", ")
                return .failure(
                    ControlFailure(
                        code: "AMBIGUOUS_ID", message: "\(id) may be \(identities.count) cables: \(names) …",
                        advice: "write more of the identity", exit: ExitStatus.data))
            }
        } then: { found in
            switch found {
            case .answer(let answer): then(answer)
            case .failure(let failure): reply.failed(failure)
            }
        }
    }

    func status(_ reply: ControlReply) {
        loop.view { custody, now in
            (custody.queuedCounts(), custody.linkItems(at: now), custody.overdueCount(at: now), custody.unknownSlugs)
        } then: { [self] counts, links, overdue, unknownSlugs in
            var space: (free: UInt64, total: UInt64) = (0, 0)
            do { space = try archive.journal.space() } catch {
                log.write(.warning, "disk.unknown", [("why", "\(error)")])
            }
            let readOnly = archive.journal.fault != nil
            var document =
                StatusDocument(
                    station: facts.settings.station.description, network: facts.network.name, version: facts.version,
                    state: readOnly ? "readOnly" : isAccepting ? "serving" : "draining",
                    since: Timestamp(milliseconds: facts.startedAt).description, accepting: isAccepting,
                    queued: words(counts), linksUp: links.count { $0.state.isOpen },
                    linksDown: links.count { !$0.state.isOpen }, overdue: overdue,
                    alarms: alarms.all.map {
                        StatusDocument.Alarm(
                            code: $0.code, since: Timestamp(milliseconds: $0.since).description,
                            text: $0.count > 1 ? "\($0.text) (\($0.count) times)" : $0.text)
                    }, used: space.total - space.free, free: space.free)
            document.unknownSlugs = unknownSlugs
            reply.document(document)
        }
    }

    func words(_ counts: [Precedence: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: counts.map { ($0.key.word, $0.value) })
    }

    /// A list whose lines are admitted one by one; a filter that cannot be read is refused.
    func listing(_ request: ControlRequest, _ reply: ControlReply, _ list: (ListAdmission) -> Void) {
        do throws(ControlFailure) { list(try ListAdmission(request)) } catch { reply.failed(error) }
    }

    /// The heading of a stored cable; nil where it cannot be read, which the log says.
    func cable(at place: RecordPlace) -> Cable? {
        do {
            return try archive.reading(of: archive.acceptance(place).body, depth: .routing).cable
        } catch {
            loop.alarm(unreadable: error)
            return nil
        }
    }

    func block(at place: RecordPlace) -> SignedBlock? {
        do {
            return try archive.acceptance(place).block
        } catch {
            loop.alarm(unreadable: error)
            return nil
        }
    }

    func cableShow(_ request: ControlRequest, _ reply: ControlReply) {
        find(request["id"] ?? "", reply) { custody, slot in
            (CableSight(custody, slot), custody.reports(of: slot), custody.replies(to: slot))
        } then: { [self] sight, reports, replies in
            show(sight, reports, replies.map { ReplyRow($0.link, due: $0.due) }, reply)
        }
    }

    func show(_ sight: CableSight, _ reports: [DeliveryReport], _ replies: [ReplyRow], _ reply: ControlReply) {
        let place = sight.place
        guard let block = block(at: place) else {
            return reply.failed(
                unreadable(JournalFault.damagedRecord(RecordLocation(segment: place.segment, offset: place.offset))))
        }
        let highest = reports.map(\.precedence).max() ?? .routine
        var document = CableDocument(
            id: block.identity.description, mrn: block.mrn, precedence: highest.word, dtg: block.dateTimeGroup,
            from: block.from, classification: block.classification?.word ?? sight.gate.word,
            size: UInt64(sight.size), deliveries: reports.map { DeliveryRow($0) }, replies: replies,
            exercise: cable(at: place)?.exercise)
        document.rerunOf = block.rerunOf?.description
        document.correctionOf = block.corrects?.description
        if !sight.correctedBy.isEmpty { document.correctedBy = sight.correctedBy.map(\.description) }
        reply.document(document)
    }

    func cableHistory(_ request: ControlRequest, _ reply: ControlReply) {
        find(request["id"] ?? "", reply) { custody, slot in
            (
                custody.lastPlace(of: slot), custody.place(of: slot), custody.custodyNumber(of: slot),
                custody.interruptions(of: custody.custodyNumber(of: slot).sequence)
            )
        } then: { [self] last, acceptance, number, interruptions in
            offQueue { [self] in
                do {
                    let rows = try CableHistory(archive: archive, station: facts.settings.station).rows(
                        from: last, acceptance: acceptance, number: number, interruptions: interruptions)
                    reply.rows(rows) { $0 }
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }

    func inboxList(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let office = request["office"].map { Network.normalised($0) }
        let isCurrent = request["current"] != nil
        listing(request, reply) { admission in
            loop.view { custody, now in
                let items = custody.inboxItems().filter {
                    (office == nil || Network.normalised($0.office) == office) && (!isCurrent || $0.isCurrent)
                }
                return (items, now.wall)
            } then: { [self] items, now in
                reply.rows(items) { [self] (item: InboxItem) -> InboxRow? in
                    guard !admission.isOver, var row = inboxRow(item) else { return nil }
                    if !permissions.mayRead(row.office, caller) { row.subject = nil }
                    let line = ListFilter.Line(
                        precedence: row.precedence, to: [row.post, row.office], from: row.from, state: row.state,
                        ageSeconds: (now - item.receivedAt) / 1_000, mrn: row.mrn)
                    return admission.admits(line) ? row : nil
                }
            }
        }
    }

    func word(_ role: DeskDelivery.Role) -> String {
        switch role {
        case .action: "action"
        case .info: "info"
        case .sipdis: "sipdis"
        }
    }

    func inboxRead(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let office = request["office"]
        let id = request["id"] ?? ""
        let readable = permissions.offices(caller)
        find(id, reply) { custody, slot in
            let identity = custody.identity(of: slot)
            return (
                custody.entry(of: identity, office: office, among: readable),
                custody.entry(of: identity, office: office)?.office
            )
        } then: { [self] item, elsewhere in
            guard let item else {
                if let elsewhere { return reply.failed(refused(office: elsewhere, caller)) }
                return reply.failed(
                    ControlFailure(
                        code: "NOT_IN_INBOX", message: "\(id) is in no inbox here\(office.map { " of \($0)" } ?? "")",
                        advice: "see `routerctl inbox list`", exit: ExitStatus.data))
            }
            // While nothing can be recorded, readings are not either.
            if archive.journal.fault == nil {
                loop.post { custody, now, actions in
                    custody.markRead(item.arrival, user: caller.uid, at: now, &actions)
                }
            }
            offQueue { [self] in
                do {
                    let body = try archive.intact(archive.acceptance(item.place))
                    // The first slice is read before anything is answered, so that a failure is one.
                    _ = try archive.slice(of: body, offset: 0, count: 1)
                    let archive = archive
                    let log = log
                    reply.octets { offset in
                        do {
                            return try archive.slice(of: body, offset: offset, count: 256 << 10)
                        } catch {
                            log.write(.error, "body.unreadable", [("why", "\(error)")])
                            return []
                        }
                    }
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }

    func receiptList(_ request: ControlRequest, _ reply: ControlReply) {
        let id = request["id"]
        let isOverdue = request["overdue"] != nil
        listing(request, reply) { admission in
            loop.view { custody, now -> ([ReceiptItem], Int64) in
                let items = custody.receiptItems(at: now).filter { !isOverdue || !$0.delivery.state.isEnded }
                guard let id else { return (items, now.wall) }
                switch custody.find(id) {
                case .found(let slot), .beginning(let slot):
                    let identity = custody.identity(of: slot)
                    return (items.filter { $0.identity == identity }, now.wall)
                case .nothing, .several: return ([], now.wall)
                }
            } then: { [self] items, now in
                reply.rows(items) { [self] (item: ReceiptItem) -> ReceiptRow? in
                    guard !admission.isOver else { return nil }
                    let block = block(at: item.place)
                    let row = receiptRow(item, block)
                    let line = ListFilter.Line(
                        precedence: item.delivery.precedence.word, to: [row.post, row.indicator], from: block?.from,
                        state: row.state, ageSeconds: (now - item.delivery.since) / 1_000, mrn: row.mrn)
                    return admission.admits(line) ? row : nil
                }
            }
        }
    }

    private func receiptRow(_ item: ReceiptItem, _ block: SignedBlock?) -> ReceiptRow {
        let delivery = item.delivery
        let ended = delivery.state.isEnded
        var row = ReceiptRow(
            id: item.identity.description, mrn: block?.mrn, post: delivery.post,
            indicator: delivery.station.description, office: delivery.office,
            state: ended ? delivery.state.word : "overdue",
            at: delivery.at.map { Timestamp(milliseconds: $0).description },
            receivedAt: ended ? Timestamp(milliseconds: delivery.since).description : nil,
            reason: delivery.state == .undeliverable ? "the life of the cable ended" : nil, verified: ended)
        row.exercise = cable(at: item.place)?.exercise
        return row
    }

    func configShow(_ reply: ControlReply) {
        struct Shown: Encodable, Sendable {
            var station: String
            var network: String
            var networkVersion: UInt64
            var posts: [String]
            var state: String
            var control: String
            var hopLimit: Int
            var lifeSeconds: UInt64
            var cableOctets: Int
            var windowOctets: Int
        }
        let settings = facts.settings
        reply.document(
            Shown(
                station: settings.station.description, network: facts.network.name,
                networkVersion: facts.network.version, posts: facts.network.station(settings.station)?.posts ?? [],
                state: settings.state, control: settings.control, hopLimit: settings.limits.hopLimit,
                lifeSeconds: settings.limits.life / 1_000, cableOctets: settings.limits.cableOctets,
                windowOctets: settings.limits.windowOctets))
    }
}

/// What a look-up came to.
/// What the core knows of a cable as a whole.
struct CableSight: Sendable {
    var place: RecordPlace
    var size: UInt32
    var gate: Classification
    var correctedBy: [CableIdentity]

    init(_ custody: borrowing StationCustody, _ slot: UInt32) {
        place = custody.place(of: slot)
        size = custody.size(of: slot)
        gate = custody.gate(of: slot)
        correctedBy = custody.corrections(of: custody.identity(of: slot))
    }
}

private enum Found<Answer: Sendable>: Sendable {
    case answer(Answer)
    case failure(ControlFailure)
}
