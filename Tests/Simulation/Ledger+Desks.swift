import Cables
import Custody
import Journal
import Octets
import Routing

/// What people do at desks, and replies: what is true of them.
extension Ledger {
    /// A reply that its submitter was told is accepted.
    struct Reply {
        var identity: CableIdentity
        var answers: CableIdentity
        /// The post that answers, and its station.
        var from: String
        var station: Int
    }

    /// What a station was seen to tell, at least once.
    struct Task: Hashable {
        var station: Int
        var matter: DeskMatter
    }

    /// A record about a desk is written: what is called done was done.
    func checkDesk(_ station: SimulatedStation, _ record: DeskRecord) {
        guard case .told(let told) = record, !performed.contains(Task(station: station.index, matter: told.matter))
        else { return }
        world.breaks(.toldAtLeastOnce, station: station.index, "\(told.matter) is called done, and nobody was told")
    }

    /// An acknowledgment is true where a person gave it, and the addressee's disk has it.
    func checkAcknowledgment(_ station: SimulatedStation, _ identity: CableIdentity, _ post: String) {
        checkReceipt(station, identity, post)
        guard !hasDamage, !atRisk.contains(identity) else { return }
        let isGiven = books.indices.contains { index in
            books[index].kept.contains { sequence, kept in
                guard case .desk(.acknowledged(let given)) = kept.digest else { return false }
                return isOn(index, given, identity, post) && (kept.isOnDisk || sequence <= books[index].syncedThrough)
            }
        }
        if !isGiven {
            world.breaks(
                .truthfulReceipts, station: station.index, "\(identity) is called acknowledged at \(post), and is not")
        }
    }

    private func isOn(
        _ index: Int, _ given: DeskRecord.Acknowledged, _ identity: CableIdentity, _ post: String
    ) -> Bool {
        if let message = given.message { return message.identity == identity && message.post == post }
        guard case .accepted(let acceptance)? = books[index].kept[given.number.sequence]?.digest else { return false }
        return acceptance.identity == identity
            && acceptance.deliveries.contains { $0.index == given.index && $0.post == post }
    }

    /// What people did before a start is done behind it.
    func checkDesks(_ station: SimulatedStation, _ process: StationProcess) {
        guard !books[station.index].wasDamaged else { return }
        let items = Dictionary(process.custody.inboxItems().map { ($0.arrival, $0) }) { first, _ in first }
        for kept in books[station.index].kept.values {
            switch kept.digest {
            case .desk(.acknowledged(let given)):
                guard let item = items[given.arrival], item.facts.acknowledgedAt == nil else { continue }
                world.breaks(
                    .journalKeeps, station: station.index, "arrival \(given.arrival) was acknowledged before the start")
            case .desk(.forwarded(let forwarded)):
                guard let item = items[forwarded.arrival], item.facts.forwardedTo == nil else { continue }
                world.breaks(
                    .journalKeeps, station: station.index, "arrival \(forwarded.arrival) was forwarded before the start"
                )
            case .desk(.archived), .desk(.suspenseClosed), .desk(.told), .desk(.facts): continue
            case .started, .certificate, .accepted, .passed, .service, .undeliverable, .read, .reoffered, .carried,
                .carriedService, .standing, .audit, .stated, .orders, .words, .changed, .link:
                continue
            }
        }
    }

    /// An entry went to another office: a delivery of its own there.
    func enter(_ index: Int, _ forwarded: DeskRecord.Forwarded) {
        guard forwarded.newArrival > 0, stillKnows(index, forwarded),
            case .accepted(let acceptance)? = books[index].kept[forwarded.number.sequence]?.digest,
            let post = acceptance.deliveries.first(where: { $0.index == forwarded.index })?.post
        else { return }
        let key = DeskKey(
            station: index, identity: acceptance.identity, mark: acceptance.mark, post: post, office: forwarded.office)
        let isSuspected = books[index].inbox.first { $0.arrival == forwarded.arrival }?.isSuspected ?? false
        books[index].inbox.append(
            Entry(
                arrival: forwarded.newArrival, desk: key, at: forwarded.at, isSuspected: isSuspected,
                sequence: forwarded.number.sequence))
    }

    /// Damage may have taken the facts that were carried behind a cable whose own segment is gone.
    private func stillKnows(_ index: Int, _ forwarded: DeskRecord.Forwarded) -> Bool {
        let sequence = forwarded.number.sequence
        guard books[index].wasDamaged, !books[index].retired.contains(sequence),
            let cable = books[index].kept[sequence], isGone(index, cable)
        else { return true }
        return books[index].kept.values.contains {
            guard case .desk(.facts(let facts)) = $0.digest else { return false }
            return facts.entries.contains { $0.arrival == forwarded.newArrival }
        }
    }

    // MARK: At rest

    /// Both sides know the same of every reply that is due, and of every acknowledgment.
    func checkDesksAtRest(_ stations: [SimulatedStation]) {
        guard !hasDamage else { return }
        checkSuspenses(stations)
        for reply in replies { checkReply(reply, stations) }
    }

    /// An acknowledgment of which its originator has not heard, or nil.
    func unheardAcknowledgment(_ stations: [SimulatedStation]) -> String? {
        guard !hasDamage else { return nil }
        for station in stations {
            for kept in books[station.index].kept.values {
                guard case .desk(.acknowledged(let given)) = kept.digest, let message = given.message else { continue }
                let origin = plan.index(of: message.identity.station)
                guard let state = report(message.identity, message.post, at: stations[origin])?.state,
                    state != .acknowledged
                else { continue }
                return "\(message.identity) was acknowledged at \(message.post), and is \(state.word) at S\(origin)"
            }
        }
        return nil
    }

    private func checkSuspenses(_ stations: [SimulatedStation]) {
        for station in stations {
            for item in station.running?.custody.suspenseItems() ?? [] where !item.isOrigin {
                let origin = plan.index(of: item.identity.station)
                guard report(item.identity, item.post, at: stations[origin])?.state.isOnDesk ?? false else { continue }
                guard let other = suspense(item.identity, item.post, at: stations[origin]) else {
                    return world.breaks(
                        .bothSidesKnow, station: origin, "no reply to \(item.identity) of \(item.post) is waited for")
                }
                guard other.openedAt == item.suspense.openedAt, other.due == item.suspense.due else {
                    return world.breaks(
                        .bothSidesKnow, station: origin,
                        "the reply of \(item.post) to \(item.identity) is due at \(other.due), "
                            + "and there at \(item.suspense.due)")
                }
            }
        }
    }

    private func checkReply(_ reply: Reply, _ stations: [SimulatedStation]) {
        if let suspense = suspense(reply.answers, reply.from, at: stations[reply.station]), suspense.answer == nil {
            return world.breaks(
                .bothSidesKnow, station: reply.station,
                "\(reply.identity) answers \(reply.answers), and it still counts as owed")
        }
        let origin = plan.index(of: reply.answers.station)
        let isThere = books[origin].inbox.contains { $0.desk.identity == reply.identity }
        guard isThere, let suspense = suspense(reply.answers, reply.from, at: stations[origin]), suspense.answer == nil
        else { return }
        world.breaks(
            .bothSidesKnow, station: origin, "\(reply.identity) answers \(reply.answers), and is still waited for")
    }

    private func suspense(_ identity: CableIdentity, _ post: String, at station: SimulatedStation) -> Suspense? {
        station.running?.custody.suspenseItems().first { $0.identity == identity && $0.post == post }?.suspense
    }

    private func report(
        _ identity: CableIdentity, _ post: String, at station: SimulatedStation
    ) -> DeliveryReport? {
        guard let process = station.running, let slot = process.custody.find(identity) else {
            return nil
        }
        return process.custody.reports(of: slot).first { $0.post == post }
    }
}
