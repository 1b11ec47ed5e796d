import Cables
import Octets
import Routing

/// Suspected duplicates (rule 11): the originator's station is asked whether a receipt came before, and "no receipt here"
/// takes the sign away.
extension StationCustody {
    /// Asks about what is just being delivered with the sign. Recorded before the delivery itself: a question for a
    /// delivery that a power cut prevented does no harm, and the other way the sign would stay for ever.
    mutating func inquire(
        _ block: SignedBlock, _ desks: [DeskDelivery], at now: Instant, _ actions: inout Actions
    ) {
        guard block.identity.station != settings.station else { return }
        for desk in desks where desk.suspectedDuplicate && !desk.isDuplicate && desk.receiptDue {
            let delivery = block.deliveries[Int(desk.index)]
            state(
                ServiceMessage(
                    kind: .inquiry, network: settings.network, identity: block.identity,
                    contentHash: block.contentHash, post: delivery.post, station: settings.station,
                    office: desk.office, at: desk.at, precedence: delivery.precedence, reason: ""), at: now, &actions)
        }
    }

    /// Answers what asks for it.
    mutating func answer(_ message: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        switch message.kind {
        case .inquiry: answer(inquiry: message, at: now, &actions)
        case .tracer: report(to: message, at: now, &actions)
        case .traceReport: follow(message, at: now, &actions)
        case .rerun: rerunAsked(message, at: now, &actions)
        case .receipt, .notice, .noReceipt, .hasReceipt, .acknowledgment, .held, .cancelled, .moved, .cancelOrder,
            .raiseOrder:
            break
        }
    }

    /// The originator's answer: whether it has a receipt of a delivery before the one in question, by the clock of the
    /// station that made both.
    private mutating func answer(inquiry: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        guard let wasDelivered = wasDelivered(before: inquiry) else {
            alarm("inquiry.unmatched", inquiry.identity, "station", inquiry.station.description, &actions)
            return
        }
        var answer = inquiry
        answer.kind = wasDelivered ? .hasReceipt : .noReceipt
        answer.station = settings.station
        answer.asker = inquiry.station
        state(answer, at: now, &actions)
    }

    private func wasDelivered(before inquiry: ServiceMessage) -> Bool? {
        guard let slot = origin(of: inquiry) else { return markedAnswer(inquiry) }
        return delivery(of: inquiry, in: slot).map {
            let delivery = entries[slot][delivery: $0]
            // Two stations' clocks are not compared: what another desk of the post has was there before.
            guard delivery.station == inquiry.station else {
                return delivery.state.isOnDesk || hasEarlyReceipt(before: inquiry, slot, delivery.index)
            }
            return delivery.state.isOnDesk && delivery.at != 0 && delivery.at < inquiry.at
        }
    }

    private func hasEarlyReceipt(before inquiry: ServiceMessage, _ slot: UInt32, _ index: UInt16) -> Bool {
        early[entries[slot].sequence].contains {
            $0.index == index && $0.message.station == inquiry.station && $0.message.isOutcome
                && $0.message.at < inquiry.at
        }
    }

    // MARK: What is no longer kept

    /// A cable that originated here is kept no longer: how its deliveries ended is known for a duplicate window still.
    mutating func markAnswers(_ entry: CustodyEntry, at now: Instant) {
        for position in 0..<entry.deliveryCount where entry[delivery: position].station != settings.station {
            let delivery = entry[delivery: position]
            let answer: DeliveryMark.Answer
            switch delivery.state {
            case .delivered, .acknowledged, .duplicate: answer = .received
            case .undeliverable, .cancelled: answer = .nothing
            case .queued, .inTransit, .held: continue
            }
            marks.add(
                DeliveryMark(answer, identity: entry.identity, content: entry.mark, post: names[delivery.post]),
                at: now.wall, segment: entry.place.segment)
        }
    }

    /// A receipt for a cable that is kept no longer, perhaps behind a notice.
    mutating func markLate(_ message: ServiceMessage, at: Int64, segment: UInt32) {
        guard message.kind == .receipt || message.kind == .acknowledgment,
            addresses.isServed(message.post, by: message.station)
        else { return }
        marks.add(
            DeliveryMark(
                .received, identity: message.identity, content: ContentMark(message.contentHash), post: message.post),
            at: at, segment: segment)
    }

    /// Whether a delivery had been made, as the marks say; nil: they say nothing. Which of two came first is not known
    /// then: the sign stays.
    private func markedAnswer(_ inquiry: ServiceMessage) -> Bool? {
        guard addresses.isServed(inquiry.post, by: inquiry.station) else { return nil }
        func isMarked(_ answer: DeliveryMark.Answer) -> Bool {
            marks.contains(
                DeliveryMark(
                    answer, identity: inquiry.identity, content: ContentMark(inquiry.contentHash), post: inquiry.post))
        }
        if isMarked(.received) { return true }
        return isMarked(.nothing) ? false : nil
    }

    mutating func state(_ message: ServiceMessage, at now: Instant, _ actions: inout Actions) {
        record(.stated(JournalRecord.Statement(message: message, at: now.wall)), at: now, &actions)
    }

    mutating func fold(_ statement: StatementDigest, at now: Instant) {
        let message = statement.message
        guard message.destination != settings.station else { return }
        let number = CustodyNumber(sequence: nextSequence)
        keepService(
            number,
            PendingService(
                destination: message.destination, precedence: message.precedence, born: Int64(clamping: now.boot)))
        whenSynced(.service(number))
    }

    /// Only the originator's station may say that it has no receipt.
    mutating func trust(_ answer: ServiceMessage) {
        guard answer.station == answer.identity.station, let post = names.known(answer.post) else { return }
        let mark = ContentMark(answer.contentHash)
        var slots: [UInt32] = []
        _ = byIdentity.first(key: CustodyEntry.key(answer.identity)) { slot in
            if entries[slot].isOnDesk, entries[slot].isArrival(of: answer.identity), entries[slot].mark == mark {
                slots.append(slot)
            }
            return false
        }
        for slot in slots {
            for position in 0..<entries[slot].deliveryCount where entries[slot][delivery: position].post == post {
                let index = entries[slot][delivery: position].index
                for entry in inbox.suspected(slot, index, at: answer.at) {
                    touch(entry)
                    inbox.trust(entry.arrival)
                }
            }
        }
    }
}
