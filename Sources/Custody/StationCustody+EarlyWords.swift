import Cables
import Octets
import Routing

/// Who may say what became of a delivery of this station's: its own station, and where the post has moved, the one that has it
/// now, as soon as that is known here (rule 22).
extension StationCustody {
    // MARK: At the arrival

    /// A station says that it has made a delivery which the network file here gives it, though the delivery is another's:
    /// the post has moved. That is recorded before what it says, so that a restart need not have the same network file.
    mutating func followSpeaker(_ message: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        guard let slot = origin(of: message), let position = delivery(of: message, in: slot) else { return }
        followSpeaker(message, slot, position, at: now, &actions)
    }

    private mutating func followSpeaker(
        _ message: ServiceMessage, _ slot: UInt32, _ position: Int, at now: Instant, _ actions: inout Actions
    ) {
        guard message.kind == .receipt || message.kind == .acknowledgment || message.kind == .rerun,
            !speaks(message.station, for: entries[slot][delivery: position], of: slot),
            addresses.isServed(message.post, by: message.station)
        else { return }
        change(slot, position, .moved(message.station), user: nil, reason: "", at: now, &actions)
    }

    /// There is another network file: what was said too early may be heard now.
    mutating func hearEarlyWords(at now: Instant, _ actions: inout Actions) {
        for sequence in early.sequences {
            guard let slot = slot(ofSequence: sequence) else { continue }
            for word in early[sequence] {
                guard let position = delivery(of: word.message, in: slot) else { continue }
                let before = entries[slot][delivery: position].state
                followSpeaker(word.message, slot, position, at: now, &actions)
                tellOutcome(slot, position, since: before, at: now, &actions)
            }
        }
        beginReruns(&actions)
    }

    /// A delivery has come to its end by what was said before: whoever waits for it is told.
    mutating func tellOutcome(
        _ slot: UInt32, _ position: Int, since before: DeliveryState, at now: Instant, _ actions: inout Actions
    ) {
        let delivery = entries[slot][delivery: position]
        guard delivery.state != before, delivery.state.isEnded else { return }
        countEnd(delivery, of: slot, at: now)
        attend(SuspenseKey(sequence: entries[slot].sequence, index: delivery.index), at: now, &actions)
        actions.afterPersist.append(
            .outcome(
                Outcome(
                    identity: entries[slot].identity, post: names[delivery.post], office: names[delivery.office],
                    state: delivery.state, reason: "", at: delivery.at)))
    }

    // MARK: The fold

    /// The delivery that a message is about, whoever speaks.
    func delivery(of message: ServiceMessage, in slot: UInt32) -> Int? {
        guard let post = names.known(message.post) else { return nil }
        return (0..<entries[slot].deliveryCount).first { entries[slot][delivery: $0].post == post }
    }

    /// A message for this station as the originator's.
    mutating func hear(_ message: ServiceMessage, at: Int64) {
        guard let slot = origin(of: message), let position = delivery(of: message, in: slot) else { return }
        if isEarly(message, slot, position) { return keepEarly(message, slot, position, at: at) }
        switch message.kind {
        case .receipt, .notice, .acknowledgment, .cancelled: settle(message, receivedAt: at)
        case .held: advise(message, slot, position)
        case .moved:
            guard let station = RoutingIndicator(message.office) else { return }
            move(slot, position, to: station)
            advise(message, slot, position)
            hearAgain(slot, position)
        case .rerun: expectRerun(message, at: at)
        case .inquiry, .noReceipt, .hasReceipt, .cancelOrder, .raiseOrder, .tracer, .traceReport: break
        }
    }

    /// Its delivery is another station's, as far as is known here, and that one alone may speak for it.
    private func isEarly(_ message: ServiceMessage, _ slot: UInt32, _ position: Int) -> Bool {
        let delivery = entries[slot][delivery: position]
        switch message.kind {
        case .moved: return delivery.station != message.station
        case .receipt, .acknowledgment, .rerun: return !speaks(message.station, for: delivery, of: slot)
        case .notice, .cancelled, .held, .inquiry, .noReceipt, .hasReceipt, .cancelOrder, .raiseOrder, .tracer,
            .traceReport:
            return false
        }
    }

    /// It is, or was, the delivery's station.
    func speaks(_ station: RoutingIndicator, for delivery: CustodyDelivery, of slot: UInt32) -> Bool {
        delivery.station == station || early.wasHome(station, delivery.index, of: entries[slot].sequence)
    }

    /// At the originator the station that it leaves may still have brought it to a desk.
    mutating func move(_ slot: UInt32, _ position: Int, to station: RoutingIndicator) {
        touch(slot)
        let delivery = entries[slot][delivery: position]
        if entries[slot].isOrigin, delivery.station != station {
            early.left(
                EarlyWords.Home(index: delivery.index, station: delivery.station), of: entries[slot].sequence)
        }
        entries[slot][delivery: position].move(to: station)
    }

    private mutating func keepEarly(_ message: ServiceMessage, _ slot: UInt32, _ position: Int, at: Int64) {
        let delivery = entries[slot][delivery: position]
        switch delivery.state {
        case .queued, .inTransit, .held, .undeliverable, .cancelled: break
        // A receipt says no more than is known, and what has arrived moves no more.
        case .delivered: guard message.kind == .acknowledgment || message.kind == .rerun else { return }
        case .duplicate, .acknowledged: guard message.kind == .rerun else { return }
        }
        let word = EarlyWords.Word(index: delivery.index, message: message, at: at)
        guard early.keep(word, of: entries[slot].sequence), message.isOutcome else { return }
        advice[entries[slot].sequence, default: [:]][delivery.index] =
            "\(message.station) says that it has delivered it; it is not known here yet that the post is there"
    }

    /// Where a delivery is held, or has moved to, as its station says; it is not at its end.
    private mutating func advise(_ message: ServiceMessage, _ slot: UInt32, _ position: Int) {
        advice[entries[slot].sequence, default: [:]][entries[slot][delivery: position].index] = message.reason
    }

    /// The delivery is another station's now: what that one has said already counts.
    mutating func hearAgain(_ slot: UInt32, _ position: Int) {
        let delivery = entries[slot][delivery: position]
        while let word = early.take(
            entries[slot][delivery: position].station, delivery.index, of: entries[slot].sequence)
        {
            hear(word.message, at: word.at)
        }
    }

    mutating func fold(_ standing: JournalRecord.StandingWords) {
        guard slot(ofSequence: standing.sequence) != nil else { return }
        for word in standing.words { _ = early.keep(word, of: standing.sequence) }
        for home in standing.homes { early.left(home, of: standing.sequence) }
    }
}
