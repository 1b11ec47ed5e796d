import Cables
import Octets

/// A cable that came garbled or incomplete is sent once more (a rerun; ZFG): as a cable of its own, that names the first.
extension StationCustody {
    /// Milliseconds in which one delivery is sent once more at most.
    private static let rerunMilliseconds: Int64 = 3_600_000

    /// Asks the originator's station for a cable that was delivered here, and says whether it was.
    package mutating func askForRerun(
        _ block: SignedBlock, post: String, reason: String, at now: Instant, _ actions: inout Actions
    ) -> Bool {
        guard block.identity.station != settings.station,
            let delivery = block.deliveries.first(where: { $0.post == post && $0.station == settings.station })
        else { return false }
        state(
            ServiceMessage(
                kind: .rerun, network: settings.network, identity: block.identity, contentHash: block.contentHash,
                post: post, station: settings.station, office: "", at: now.wall, precedence: delivery.precedence,
                reason: String(decoding: reason.utf8.prefix(200), as: UTF8.self)), at: now, &actions)
        return true
    }

    /// Only the station of an addressee may ask, and only for that one.
    mutating func rerunAsked(_ message: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        guard let slot = origin(of: message), let position = position(of: message, in: slot),
            entries[slot][delivery: position].station == message.station
        else {
            alarm("rerun.unmatched", message.identity, "station", message.station.description, &actions)
            return
        }
        actions.now.append(
            .event(
                StationEvent(
                    .notice, "rerun.asked",
                    [
                        ("id", message.identity.description), ("post", message.post),
                        ("station", message.station.description),
                    ])))
        // One for each delivery in an hour, and none while the disk has no room for it.
        guard entries[slot][delivery: position].precedence >= acceptsFrom else { return }
        actions.afterPersist.append(
            .rerunAsked(
                entries[slot].place, post: message.post,
                key: "rerun \(message.identity) \(message.post) \(now.wall / Self.rerunMilliseconds)")
        )
    }

    /// Sends a cable of this station's to one of its addressees once more, under an identity of its own.
    ///
    /// - Parameter key: makes a question that comes twice harmless.
    package mutating func rerun(
        _ original: Acceptance, post: String, key: String, at now: Instant, _ actions: inout Actions
    ) {
        guard case .submitted(let user, _) = original.source, keys[key] == nil,
            let index = original.block.deliveries.firstIndex(where: { $0.post == post })
        else { return }
        identitiesIssued += 1
        var block = original.block
        block.rerunOf = original.block.identity
        block.identity = CableIdentity(station: settings.station, start: settings.start, number: identitiesIssued)
        block.deliveries = [original.block.deliveries[index]]
        block.lives = block.lives.isEmpty ? [] : [block.lives[index]]
        if let life = block.lives.first { block.lifeSeconds = life }
        block.acceptedAt = now.wall
        record(
            .accepted(
                Acceptance(
                    source: .submitted(user: user, key: key), block: block, blockOctets: block.encoded, proof: nil,
                    gate: original.gate, ageMilliseconds: 0, trace: [], part: [0], at: now.wall, suffix: 0,
                    hold: .none, desks: [], body: original.body)), at: now, &actions)
    }
}
