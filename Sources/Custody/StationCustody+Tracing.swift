package import Cables
import Octets
import Routing

/// Tracers: the originator's station asks one station after the other what has become of a cable, along the way that their
/// answers tell.
extension StationCustody {
    /// Cables that are traced at once, and stations asked about one of them.
    private static let tracersMax = 1_024
    private static let askedMax = 64
    /// Octets of posts and reasons in one report: it must fit a service message.
    private static let reportOctetsMax = 12_000

    /// Begins a tracer for a cable that originated here: who has custody of deliveries without an answer is asked.
    ///
    /// - Returns: the stations that are asked, or nil where the cable did not originate here.
    package mutating func trace(
        _ block: SignedBlock, at now: Instant, _ actions: inout Actions
    ) -> [RoutingIndicator]? {
        let about = question(block.identity, block.contentHash, block.deliveries.map(\.precedence).max() ?? .routine)
        guard let slot = origin(of: about) else { return nil }
        let sequence = entries[slot].sequence
        if tracers.count >= Self.tracersMax { tracers.removeAll() }
        tracers[sequence] = []
        var asked: [RoutingIndicator] = []
        for position in 0..<entries[slot].deliveryCount {
            let delivery = entries[slot][delivery: position]
            guard delivery.state == .inTransit, delivery.link != CustodyDelivery.noLink else { continue }
            let peer = links[Int(delivery.link)].peer
            if ask(peer, about, sequence, at: now, &actions) { asked.append(peer) }
        }
        return asked
    }

    private func question(_ identity: CableIdentity, _ hash: Digest, _ precedence: Precedence) -> ServiceMessage {
        ServiceMessage(
            kind: .tracer, network: settings.network, identity: identity, contentHash: hash, post: "",
            station: settings.station, office: "", at: 0, precedence: precedence, reason: "")
    }

    private mutating func ask(
        _ station: RoutingIndicator, _ about: ServiceMessage, _ sequence: UInt64, at now: Instant,
        _ actions: inout Actions
    ) -> Bool {
        let asked = tracers[sequence] ?? []
        guard station != settings.station, !asked.contains(station), asked.count < Self.askedMax else { return false }
        tracers[sequence, default: []].append(station)
        var question = about
        question.asker = station
        question.at = now.wall
        state(question, at: now, &actions)
        return true
    }

    /// Only the originator's station may ask; it hears what is on record here.
    mutating func report(to tracer: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        guard tracer.station == tracer.identity.station else { return }
        var report = tracer
        report.kind = .traceReport
        report.station = settings.station
        report.asker = tracer.station
        report.at = now.wall
        report.steps = steps(of: tracer)
        state(report, at: now, &actions)
    }

    private func steps(of tracer: ServiceMessage) -> [TraceStep] {
        let mark = ContentMark(tracer.contentHash)
        var steps: [TraceStep] = []
        var octets = 0
        _ = byIdentity.first(key: CustodyEntry.key(tracer.identity)) { slot in
            guard entries[slot].identity == tracer.identity, entries[slot].mark == mark else { return false }
            for position in 0..<entries[slot].deliveryCount {
                let step = step(slot, position)
                octets += step.post.utf8.count + step.why.utf8.count + 32
                guard steps.count < TraceStep.stepsMax, octets <= Self.reportOctetsMax else { return true }
                steps.append(step)
            }
            return false
        }
        if steps.isEmpty {
            steps.append(TraceStep(outcome: .unknown, post: "", next: nil, since: 0, why: "no custody on record"))
        }
        return steps
    }

    private func step(_ slot: UInt32, _ position: Int) -> TraceStep {
        let delivery = entries[slot][delivery: position]
        let outcome: TraceStep.Outcome
        var next: RoutingIndicator?
        switch delivery.state {
        case .queued: outcome = .waiting
        case .held: outcome = .held
        case .inTransit:
            outcome = .passed
            next = delivery.link == CustodyDelivery.noLink ? nil : links[Int(delivery.link)].peer
        case .delivered, .acknowledged: outcome = .delivered
        case .duplicate: outcome = .duplicate
        case .undeliverable, .cancelled: outcome = .undeliverable
        }
        let why = report(slot, position).why
        return TraceStep(
            outcome: outcome, post: names[delivery.post], next: next, since: delivery.since,
            why: String(decoding: why.utf8.prefix(200), as: UTF8.self))
    }

    /// Whoever has custody next is asked next.
    mutating func follow(_ report: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        guard report.identity.station == settings.station, let slot = origin(of: report) else { return }
        let sequence = entries[slot].sequence
        guard tracers[sequence]?.contains(report.station) == true else { return }
        let about = question(report.identity, report.contentHash, report.precedence)
        for step in report.steps {
            if let next = step.next { _ = ask(next, about, sequence, at: now, &actions) }
            if step.outcome == .unknown { holdAgainstNote(report.station, slot, at: now, &actions) }
        }
    }

    /// A neighbour that signed for a cable knows of it for the grace: one that does not has lost it, or dropped it.
    private func holdAgainstNote(
        _ station: RoutingIndicator, _ slot: UInt32, at now: Instant, _ actions: inout Actions
    ) {
        for position in 0..<entries[slot].deliveryCount {
            let delivery = entries[slot][delivery: position]
            guard delivery.state == .inTransit, delivery.link != CustodyDelivery.noLink,
                links[Int(delivery.link)].peer == station, now.wall - delivery.since < settings.graceMilliseconds
            else { continue }
            return alarm("custody.denied", entries[slot].identity, "station", station.description, &actions)
        }
    }
}
