import Cables
import Octets

/// A cable that came garbled or incomplete is sent once more (a rerun; ZFG): as a cable of its own, that names the first.
extension StationCustody {
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

    /// Only the station of an addressee may ask, and only for that one; who is not known as such yet is heard later.
    mutating func rerunAsked(_ message: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        guard let slot = origin(of: message), delivery(of: message, in: slot) != nil else {
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
    }

    /// A question is on record: what it asks for is due until it is made, also over a restart.
    mutating func expectRerun(_ message: ServiceMessage, at: Int64) {
        guard let slot = origin(of: message), let position = position(of: message, in: slot) else { return }
        let key = RerunBook.key(message, at: at)
        guard keys[key] == nil else { return }
        reruns.expect(
            RerunBook.Due(
                sequence: entries[slot].sequence, post: message.post,
                precedence: entries[slot][delivery: position].precedence), key)
    }

    /// A question whose own record is gone.
    mutating func expectStillDue(_ rerun: Standing.Rerun) {
        guard isReplaying, keys[rerun.key] == nil else { return }
        reruns.expect(
            RerunBook.Due(sequence: rerun.sequence, post: rerun.post, precedence: rerun.precedence), rerun.key)
    }

    /// Has the loop read the cables that are due once more; none while the disk has no room for it.
    mutating func beginReruns(_ actions: inout Actions) {
        for (key, due) in reruns.begin(from: acceptsFrom) {
            guard let slot = slot(ofSequence: due.sequence) else { continue }
            actions.afterPersist.append(.rerunAsked(entries[slot].place, post: due.post, key: key))
        }
    }

    /// The cable could not be read: it is tried again at one of the next looks.
    package mutating func rerunFailed(_ key: String) { reruns.failed(key) }

    /// Sends a cable of this station's to one of its addressees once more, under an identity of its own.
    ///
    /// - Parameter key: makes a question that comes twice harmless.
    package mutating func rerun(
        _ original: Acceptance, post: String, key: String, at now: Instant, _ actions: inout Actions
    ) {
        guard case .submitted(let user, _) = original.source, keys[key] == nil,
            let index = original.block.deliveries.firstIndex(where: { $0.post == post })
        else { return reruns.made(key) }
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

/// Cables that addressees asked for once more and that are not sent yet, by the key under which each will be accepted.
struct RerunBook {
    struct Due {
        /// Of the cable that is asked for.
        var sequence: UInt64
        var post: String
        var precedence: Precedence
    }

    /// One delivery is sent once more in this many milliseconds at most.
    private static let rerunMilliseconds: Int64 = 3_600_000
    /// Reruns that wait at once.
    static let dueMax = 1_024

    private var due: [String: Due] = [:]
    /// Those that the loop is reading.
    private var begun: Set<String> = []

    static func key(_ message: ServiceMessage, at: Int64) -> String {
        "rerun \(message.identity) \(message.post) \(at / rerunMilliseconds)"
    }

    mutating func expect(_ rerun: Due, _ key: String) {
        if due.count < Self.dueMax { due[key] = rerun }
    }

    /// What must be known when the questions' own records are gone.
    var standing: [Standing.Rerun] {
        due.sorted { $0.key < $1.key }.map { key, due in
            Standing.Rerun(key: key, sequence: due.sequence, post: due.post, precedence: due.precedence)
        }
    }

    mutating func begin(from lowest: Precedence) -> [(key: String, due: Due)] {
        guard !due.isEmpty else { return [] }
        let next = due.filter { !begun.contains($0.key) && $0.value.precedence >= lowest }.sorted { $0.key < $1.key }
        begun.formUnion(next.map(\.key))
        return next.map { ($0.key, $0.value) }
    }

    mutating func made(_ key: String) {
        guard !due.isEmpty else { return }
        due[key] = nil
        begun.remove(key)
    }

    mutating func failed(_ key: String) { begun.remove(key) }

    /// The cable is kept no longer.
    mutating func forget(_ sequence: UInt64) {
        guard !due.isEmpty else { return }
        for key in due.keys where due[key]?.sequence == sequence { made(key) }
    }
}
