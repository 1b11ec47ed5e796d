import Cables
import Octets
import Routing

extension StationCustody {
    /// A neighbour's cable is here, complete, and its signature verifies.
    ///
    /// At a relay every arrival is custody of its own (rule 5): only a repeated offer of the same custody is answered
    /// without a record.
    package mutating func arrive(_ arrival: CableArrival, at now: Instant, _ actions: inout Actions) {
        guard links.indices.contains(arrival.link), links[arrival.link].session == arrival.session else { return }
        links[arrival.link].receivedNumber = max(links[arrival.link].receivedNumber, arrival.offered.channel)
        let gate = max(arrival.classification ?? .topSecret, arrival.block.classification ?? .topSecret)
        let captions = gatedCaptions(arrival)
        let peer = links[arrival.link].peer
        if let why = released.barrier(at: settings.station, gate, captions)
            ?? released.barrier(over: peer, gate, captions)
        {
            refuse(arrival, code: "NOT_CLEARED", why, &actions)
            return
        }
        let note = Announcement.custodyTaken(
            link: arrival.link, session: arrival.session, channel: arrival.offered.channel,
            mark: arrival.block.contentHash, mayWait: false)
        let taken = TakenMemory.Taken(
            arrival.block.identity, ContentMark(arrival.block.contentHash), part: arrival.part)
        if links[arrival.link].taken.knows(arrival.offered, taken) {
            links[arrival.link].taken.note(start: arrival.offered.start, channel: arrival.offered.channel)
            actions.afterPersist.append(note)
            return
        }
        let highest = arrival.part.map { arrival.block.deliveries[Int($0)].precedence }.max() ?? .routine
        guard highest >= acceptsFrom else {
            refuse(arrival, code: "NO_ROOM", "the disk of \(settings.station) is short of room", &actions)
            return
        }
        let block = arrival.block
        let hold = holdReason(arrival)
        let provisos = provisos(arrival, captions)
        let desks =
            hold != .signerMayNot
            ? self.desks(
                block, part: arrival.part, clues: arrival.clues(captions: gatedAll(arrival)),
                suspected: arrival.offered.suspectedDuplicate || isOlderThanMarks(arrival), provisos, at: now) : []
        guard
            Acceptance.fits(
                block: arrival.blockOctets.count, part: arrival.part.count, body: arrival.body, desks: desks)
        else {
            refuse(arrival, code: "TOO_MANY_DESKS", "\(desks.count) desks of \(settings.station) at once", &actions)
            return
        }
        links[arrival.link].receivedCables += 1
        links[arrival.link].receivedOctets += block.length
        var acceptance = Acceptance(
            source: .arrived(arrival.offered), block: block, blockOctets: arrival.blockOctets, proof: arrival.proof,
            gate: gate, ageMilliseconds: arrival.ageMilliseconds, trace: arrival.trace, part: arrival.part,
            at: now.wall,
            suffix: suffix(for: block, &actions), hold: hold, desks: desks, body: arrival.body)
        if arrival.ages.count == arrival.trace.count { acceptance.ages = arrival.ages }
        acceptance.provisos = provisos
        acceptance.readCaptions = arrival.captions.filter { !block.captions.contains($0) }
        inquire(block, desks, at: now, &actions)
        let sequence = nextSequence
        record(.accepted(acceptance), at: now, &actions)
        announce(desks, of: block, age: arrival.ageMilliseconds, &actions)
        links[arrival.link].counts.received[Int(highest.rawValue)] += 1
        if !desks.isEmpty, let slot = slot(ofSequence: sequence) { attend(slot, desks, at: now, &actions) }
        meetOrders(sequence: sequence, at: now, &actions)
        seekPosts(sequence: sequence, at: now, &actions)
        actions.afterPersist.append(note)
        let reasons = hold == .none ? Set(provisos.map(\.hold)).subtracting([.none]) : [hold]
        guard !reasons.isEmpty else { return }
        tellOfHolds(sequence: sequence, at: now, &actions)
        for why in reasons.sorted(by: { $0.rawValue < $1.rawValue }) {
            alarm("cable.held", block.identity, "why", why.sentence, &actions)
        }
    }

    /// A mark of its delivery may have been dropped by age (rule 11).
    private func isOlderThanMarks(_ arrival: CableArrival) -> Bool {
        Int64(clamping: arrival.ageMilliseconds) > settings.duplicateWindowMilliseconds
    }

    /// The stricter of what the block and the octets say (rule 23): captions of both.
    func gatedAll(_ arrival: CableArrival) -> [String] {
        let more = arrival.captions.filter { !arrival.block.captions.contains($0) }
        return arrival.block.captions + more
    }

    func gatedCaptions(_ arrival: CableArrival) -> [String] { released.rules.limiting(gatedAll(arrival)) }

    private func holdReason(_ arrival: CableArrival) -> HoldReason {
        if !signerMay(arrival) { return .signerMayNot }
        if arrival.trace.count >= settings.hopLimit { return .hopLimit }
        return .none
    }

    /// A neighbour's service message is here, and its signature verifies.
    package mutating func arrive(_ arrival: ServiceArrival, at now: Instant, _ actions: inout Actions) {
        guard links.indices.contains(arrival.link), links[arrival.link].session == arrival.session else { return }
        links[arrival.link].receivedNumber = max(links[arrival.link].receivedNumber, arrival.offered.channel)
        let note = Announcement.custodyTaken(
            link: arrival.link, session: arrival.session, channel: arrival.offered.channel, mark: arrival.mark,
            mayWait: true)
        if links[arrival.link].taken.knows(arrival.offered, TakenMemory.Taken(arrival.message)) {
            links[arrival.link].taken.note(start: arrival.offered.start, channel: arrival.offered.channel)
            actions.afterPersist.append(note)
            return
        }
        let endsHere = arrival.message.destination == settings.station
        let slot = endsHere ? origin(of: arrival.message) : nil
        let before = slot.flatMap { state(of: arrival.message, in: $0) }
        // Before the record of its taking: what a power cut leaves of both may be an answer too many, and none too few.
        if endsHere {
            followSpeaker(arrival.message, at: now, &actions)
            answer(arrival.message, at: now, &actions)
        }
        record(
            .service(
                JournalRecord.ServiceCustody(
                    offered: arrival.offered, message: arrival.message, proof: arrival.proof,
                    ageMilliseconds: arrival.ageMilliseconds, trace: arrival.trace, at: now.wall,
                    previous: slot.map { entries[$0].last } ?? .none)), at: now, &actions)
        actions.afterPersist.append(note)
        if endsHere, arrival.message.kind == .rerun || arrival.message.kind == .moved { beginReruns(&actions) }
        if arrival.message.kind.isOrder {
            guard arrival.message.station == arrival.message.identity.station else {
                return alarm(
                    "order.forged", arrival.message.identity, "station", arrival.message.station.description, &actions)
            }
            obey(arrival.message, number: CustodyNumber(sequence: nextSequence - 1), at: now, &actions)
        }
        guard endsHere, arrival.message.isOutcome || arrival.message.kind == .moved else { return }
        guard let slot, let position = delivery(of: arrival.message, in: slot) else {
            if arrival.message.kind == .moved { return }
            alarm("receipt.unmatched", arrival.message.identity, "station", arrival.signer.description, &actions)
            return
        }
        guard arrival.message.isOutcome, position == self.position(of: arrival.message, in: slot) else {
            if let before { tellOutcome(slot, position, since: before, at: now, &actions) }
            if arrival.message.isOutcome { noteEarly(arrival, &actions) }
            return
        }
        let delivery = entries[slot][delivery: position]
        if let before, before != delivery.state { countEnd(delivery, of: slot, at: now) }
        attend(SuspenseKey(sequence: entries[slot].sequence, index: delivery.index), at: now, &actions)
        actions.afterPersist.append(
            .outcome(
                Outcome(
                    identity: arrival.message.identity, post: arrival.message.post, office: names[delivery.office],
                    state: delivery.state, reason: arrival.message.reason, at: arrival.message.at)))
    }

    private func state(of message: ServiceMessage, in slot: UInt32) -> DeliveryState? {
        delivery(of: message, in: slot).map { entries[slot][delivery: $0].state }
    }

    private func noteEarly(_ arrival: ServiceArrival, _ actions: inout Actions) {
        actions.now.append(
            .event(
                StationEvent(
                    .notice, "receipt.early",
                    [
                        ("id", arrival.message.identity.description), ("station", arrival.signer.description),
                    ])))
    }

    mutating func countEnd(_ delivery: CustodyDelivery, of slot: UInt32, at now: Instant) {
        switch delivery.state {
        case .delivered:
            let age = UInt64(clamping: Int64(clamping: now.boot) - entries[slot].born)
            traffic[delivery.precedence].toReceipt.add(microseconds: age * 1_000)
        case .undeliverable: traffic[delivery.precedence].undeliverable += 1
        case .queued, .inTransit, .held, .duplicate, .acknowledged, .cancelled: break
        }
    }

    /// Rule 24: the signing station serves the FM post, or may sign for others.
    private func signerMay(_ arrival: CableArrival) -> Bool {
        arrival.signer == arrival.block.identity.station
            && addresses.maySign(arrival.signer, for: arrival.block.from)
    }

    /// Rule 1: the same identity with other content is another cable, and an alarm.
    private func suffix(for block: SignedBlock, _ actions: inout Actions) -> UInt8 {
        var highest: UInt8?
        _ = byIdentity.first(key: CustodyEntry.key(block.identity)) { slot in
            if entries[slot].isArrival(of: block.identity), entries[slot].mark != ContentMark(block.contentHash) {
                highest = max(highest ?? 0, suffixes[entries[slot].sequence] ?? 0)
            }
            return false
        }
        guard let highest else { return 0 }
        alarm("cable.identityCollision", block.identity, "hash", block.contentHash.description, &actions)
        return highest == .max ? highest : highest + 1
    }

    private func refuse(_ arrival: CableArrival, code: String, _ message: String, _ actions: inout Actions) {
        actions.now.append(
            .refuse(
                link: arrival.link, session: arrival.session, channel: arrival.offered.channel, code: code,
                message: message))
        alarm("cable.refused", arrival.block.identity, "code", code, &actions)
    }

    func alarm(
        _ name: String, _ identity: CableIdentity, _ key: String, _ value: String, _ actions: inout Actions
    ) {
        actions.now.append(.event(StationEvent(.alarm, name, [("id", identity.description), (key, value)])))
    }
}
