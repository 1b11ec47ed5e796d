import Cables
import Custody
import Link
import Octets
import Routing

/// What is kept of others' words must prove what it is kept for.
extension Ledger {
    /// The note that is kept beside a passing of custody names each cable, under its channel and with its octets.
    func checkNote(_ station: SimulatedStation, _ passed: JournalRecord.Passed) {
        guard let note = passed.note else { return }
        for item in passed.items where item.number.isCable {
            guard case .accepted(let acceptance)? = books[station.index].kept[item.number.sequence]?.digest,
                let truth = truths[acceptance.mark]
            else { continue }
            let offer = KeptNote.Offer(
                network: plan.network.name, taker: passed.peer, giver: station.name, giverStart: passed.start,
                channel: item.channel, mark: SimulatedHash.of(truth.octets))
            let flaw = note.flaw(offer) { statement, proof in
                station.seals.verifies(proof, of: SimulatedSeals.leaf(.custody, statement), by: passed.peer)
                    ? passed.peer : nil
            }
            counts.notes += 1
            guard let flaw else { continue }
            return world.breaks(
                .proofsHold, station: station.index, "\(acceptance.identity) has passed to \(passed.peer): \(flaw)")
        }
    }
    // MARK: Reruns

    private static let rerunWord = "rerun "

    private func rerunKey(_ source: CustodySource) -> String? {
        guard case .submitted(_, let key?) = source, key.hasPrefix(Self.rerunWord) else { return nil }
        return key
    }

    /// What is sent once more names the first cable, and one question makes one of it.
    func checkRerun(_ station: SimulatedStation, _ acceptance: Acceptance) {
        guard let key = rerunKey(acceptance.source) else { return }
        counts.reruns += 1
        let first = key.split(separator: " ")[1]
        guard acceptance.block.rerunOf.map({ "\($0)" == first }) ?? false else {
            return world.breaks(
                .proofsHold, station: station.index,
                "\(acceptance.block.identity) repeats \(first), and does not say so")
        }
        let count = books[station.index].kept.values.count {
            if case .accepted(let other) = $0.digest { return rerunKey(other.source) == key }
            return false
        }
        if count > 1, !books[station.index].wasDamaged {
            world.breaks(.noDuplicate, station: station.index, "\(first) is sent \(count) times for one question")
        }
    }

    /// It must come to its end like any cable.
    func promiseRerun(_ station: SimulatedStation, _ acceptance: AcceptanceDigest) {
        guard rerunKey(acceptance.source) != nil, !promises.contains(where: { $0.identity == acceptance.identity })
        else { return }
        for delivery in acceptance.deliveries {
            promises.append(
                Promise(
                    identity: acceptance.identity, mark: acceptance.mark, post: delivery.post,
                    station: delivery.station, origin: station.index))
        }
    }

    // MARK: Questions

    /// A tracer or a question for a rerun that was not answered, or nil.
    func unansweredQuestion(_ stations: [SimulatedStation]) -> String? {
        guard !hasDamage else { return nil }
        for station in stations {
            for kept in books[station.index].kept.values {
                guard case .stated(let statement) = kept.digest, kept.isOnDisk else { continue }
                let message = statement.message
                switch message.kind {
                case .rerun:
                    let origin = plan.index(of: message.identity.station)
                    guard !books[origin].retiredIdentities.contains(message.identity.description),
                        !isRerun(message, at: origin)
                    else { continue }
                    return "\(message.identity) is asked for once more by \(message.station), and is not sent"
                case .tracer:
                    guard !isAnswered(message, at: station.index) else { continue }
                    return "\(message.asker ?? message.station) was asked for \(message.identity), and has not answered"
                case .receipt, .notice, .inquiry, .noReceipt, .hasReceipt, .traceReport, .acknowledgment, .held,
                    .cancelled, .moved, .cancelOrder, .raiseOrder:
                    continue
                }
            }
        }
        return nil
    }

    private func isRerun(_ message: ServiceMessage, at origin: Int) -> Bool {
        let wanted = "\(Self.rerunWord)\(message.identity) \(message.post) "
        return books[origin].kept.values.contains {
            guard case .accepted(let acceptance) = $0.digest else { return false }
            return rerunKey(acceptance.source)?.hasPrefix(wanted) ?? false
        }
    }

    private func isAnswered(_ question: ServiceMessage, at index: Int) -> Bool {
        books[index].kept.values.contains {
            guard case .service(let service) = $0.digest, service.message.kind == .traceReport else { return false }
            return service.message.identity == question.identity && service.message.station == question.asker
        }
    }

    /// What a station says to a tracer is so by its own records.
    func checkReport(_ station: SimulatedStation, _ message: ServiceMessage) {
        guard message.kind == .traceReport, !books[station.index].wasDamaged else { return }
        counts.reports += 1
        let books = books[station.index]
        let sequences = books.byIdentity[message.identity] ?? []
        for step in message.steps {
            let isTrue: Bool
            switch step.outcome {
            case .unknown:
                isTrue = sequences.isEmpty || books.retiredIdentities.contains(message.identity.description)
            case .delivered:
                isTrue = sequences.contains { sequence in
                    guard case .accepted(let acceptance)? = books.kept[sequence]?.digest else { return false }
                    return acceptance.desks.contains { desk in
                        acceptance.deliveries.contains { $0.index == desk.index && $0.post == step.post }
                    }
                }
            case .passed: isTrue = sequences.contains { !(books.fates.passed[$0] ?? []).isEmpty }
            case .waiting, .held, .duplicate, .undeliverable: isTrue = !sequences.isEmpty
            }
            if isTrue { continue }
            return world.breaks(
                .truthfulReceipts, station: station.index,
                "it says of \(message.identity) to \(step.post): \(step.outcome), and its records do not")
        }
    }
}
