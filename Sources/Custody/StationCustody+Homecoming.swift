package import Cables
import Octets
import Routing

/// A delivery that waits here for a post which is this station's own now.
package struct Homecoming: Hashable, Sendable {
    /// Of the cable's acceptance, and of the delivery in its block.
    package var sequence: UInt64
    package var index: UInt16
}

/// Homecomings that are due; true: the loop reads the cable.
struct HomecomingBook {
    private var due: [Homecoming: Bool] = [:]

    /// - Returns: whether it is new.
    mutating func expect(_ homecoming: Homecoming) -> Bool { due.updateValue(true, forKey: homecoming) == nil }

    /// - Returns: whether it was due.
    mutating func end(_ homecoming: Homecoming) -> Bool { due.removeValue(forKey: homecoming) != nil }

    mutating func failed(_ homecoming: Homecoming) { if due[homecoming] != nil { due[homecoming] = false } }

    mutating func beginAgain() -> [Homecoming] {
        guard !due.isEmpty else { return [] }
        let again = due.filter { !$0.value }.keys.sorted { ($0.sequence, $0.index) < ($1.sequence, $1.index) }
        for homecoming in again { due[homecoming] = true }
        return again
    }
}

/// Posts that move to the very station where their cables wait (rule 22): the cable is read again, since the desk depends on
/// what it says, and accepted once more for its desk. That record ends the custody in which it waited.
extension StationCustody {
    /// A delivery for this station, not held, whose post is one of this station's.
    mutating func bringHome(_ slot: UInt32, _ position: Int, _ actions: inout Actions) {
        let homecoming = Homecoming(
            sequence: entries[slot].sequence, index: entries[slot][delivery: position].index)
        guard homecomings.expect(homecoming) else { return }
        actions.afterPersist.append(.comesHome(homecoming))
    }

    /// Where the cable stands that is to be read; nil: it is kept no longer.
    package func place(of homecoming: Homecoming) -> RecordPlace? {
        slot(ofSequence: homecoming.sequence).map { entries[$0].place }
    }

    /// Those whose cable could not be read are tried again.
    mutating func beginHomecomings(_ actions: inout Actions) {
        for homecoming in homecomings.beginAgain() {
            guard keeps(homecoming.sequence) else {
                _ = homecomings.end(homecoming)
                continue
            }
            actions.afterPersist.append(.comesHome(homecoming))
        }
    }

    /// The cable could not be read: it is tried again at one of the next looks.
    package mutating func homecomingFailed(_ homecoming: Homecoming) { homecomings.failed(homecoming) }

    /// The cable was read: it goes to its desk, unless something has become of it meanwhile.
    package mutating func comeHome(
        _ homecoming: Homecoming, _ original: Acceptance, _ reading: CableReading, at now: Instant,
        _ actions: inout Actions
    ) {
        guard homecomings.end(homecoming), let slot = slot(ofSequence: homecoming.sequence),
            let position = (0..<entries[slot].deliveryCount).first(where: {
                entries[slot][delivery: $0].index == homecoming.index
            }), isComingHome(slot, position), let arrival = arrival(original, reading, slot, homecoming)
        else { return }
        let captions = gatedCaptions(arrival)
        let provisos = provisos(arrival, captions)
        let why =
            released.barrier(at: settings.station, max(entries[slot].gate, reading.gate ?? .topSecret), captions) != nil
            ? HoldReason.notCleared : provisos.map(\.hold).first { $0 != .none } ?? .none
        guard why == .none else {
            change(slot, position, .held(why), user: nil, reason: "", at: now, &actions)
            return alarm("delivery.held", arrival.block.identity, "why", why.sentence, &actions)
        }
        let desks = desks(
            arrival.block, part: arrival.part, clues: arrival.clues(captions: gatedAll(arrival)),
            suspected: arrival.offered.suspectedDuplicate, provisos, at: now)
        guard !desks.isEmpty else {
            // Its order was here before its post.
            let outcome = entries[slot].isOrigin ? nil : self.outcome(slot, position, at: now)
            return change(
                slot, position, .cancelled, user: nil, reason: "", message: outcome, at: now, &actions)
        }
        deliver(arrival, original, desks, provisos, from: slot, at: now, &actions)
    }

    /// Queued for a desk of this station, and on no way to it.
    func isComingHome(_ slot: UInt32, _ position: Int) -> Bool {
        let delivery = entries[slot][delivery: position]
        return delivery.state == .queued && delivery.station == settings.station
            && addresses.isServed(names[delivery.post], by: settings.station)
    }

    /// The cable as if a neighbour had brought it.
    private func arrival(
        _ original: Acceptance, _ reading: CableReading, _ slot: UInt32, _ homecoming: Homecoming
    ) -> CableArrival? {
        guard let proof = original.proof, Int(homecoming.index) < original.block.deliveries.count else { return nil }
        var arrival = CableArrival(
            link: 0, session: 0,
            offered: CustodySource.Offered(
                peer: settings.station, epoch: settings.epoch, number: CustodyNumber(sequence: homecoming.sequence),
                start: settings.start, channel: 0, suspectedDuplicate: entries[slot].isSuspected),
            block: original.block, blockOctets: original.blockOctets, proof: proof,
            signer: original.block.identity.station, ageMilliseconds: 0, trace: original.trace,
            part: [homecoming.index], body: original.body, classification: reading.gate,
            captions: reading.cable.captions, slugs: reading.cable.slugs)
        arrival.addressees = reading.cable.addresseeNames
        arrival.moved = [MovedMark(index: homecoming.index, station: settings.station)]
        arrival.desk = DeskClues(reading.cable)
        return arrival
    }

    private mutating func deliver(
        _ arrival: CableArrival, _ original: Acceptance, _ desks: [DeskDelivery], _ provisos: [Proviso],
        from slot: UInt32, at now: Instant, _ actions: inout Actions
    ) {
        let age = UInt64(max(0, Int64(clamping: now.boot) - entries[slot].born))
        let hasRoom = original.trace.count < Acceptance.traceMax
        var acceptance = Acceptance(
            source: .arrived(arrival.offered), block: arrival.block, blockOctets: arrival.blockOctets,
            proof: arrival.proof, gate: original.gate, ageMilliseconds: age,
            trace: hasRoom ? original.trace + [settings.station] : original.trace, part: arrival.part, at: now.wall,
            suffix: suffixes[entries[slot].sequence] ?? 0, hold: .none, desks: desks, body: arrival.body)
        if hasRoom, original.ages.count == original.trace.count { acceptance.ages = original.ages + [age] }
        acceptance.provisos = provisos
        acceptance.readCaptions = original.readCaptions
        inquire(arrival.block, desks, at: now, &actions)
        let sequence = nextSequence
        record(.accepted(acceptance), at: now, &actions)
        announce(desks, of: arrival.block, age: age, &actions)
        if let slot = self.slot(ofSequence: sequence) { attend(slot, desks, at: now, &actions) }
        meetOrders(sequence: sequence, at: now, &actions)
    }

    // MARK: The fold

    /// What waited in another custody of this station's own is on its desk now.
    mutating func endWaiting(_ acceptance: AcceptanceDigest) {
        guard case .arrived(let offered) = acceptance.source, offered.peer == settings.station,
            let slot = slot(ofSequence: offered.number.sequence)
        else { return }
        touch(slot)
        for position in 0..<entries[slot].deliveryCount
        where acceptance.deliveries.contains(where: { $0.index == entries[slot][delivery: position].index }) {
            guard waits(slot, position) else { continue }
            entries[slot][delivery: position].state = .inTransit
            entries[slot][delivery: position].why = .none
            entries[slot][delivery: position].since = acceptance.at
            entries[slot][delivery: position].link = CustodyDelivery.noLink
            entries[slot][delivery: position].isAnswered = true
        }
    }
}
