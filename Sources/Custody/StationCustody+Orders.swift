package import Cables
import Octets
import Routing

/// What an operator or an order does to deliveries (rule 21), and what a change makes of the state.
extension StationCustody {
    /// What an operator wants done with a cable.
    package enum Order: Equatable, Sendable {
        case hold, release, retry
        case cancel
        case raise(Precedence)
    }

    // MARK: By hand

    /// - Returns: why nothing was done, or nil.
    package mutating func order(
        _ order: Order, slot: UInt32, user: UInt32, reason: String, ceiling: Precedence, at now: Instant,
        _ actions: inout Actions
    ) -> Refusal? {
        let reason = String(decoding: reason.utf8.prefix(JournalRecord.Changed.reasonOctetsMax - 4), as: UTF8.self)
        if let refusal = refusal(of: order, above: ceiling) { return refusal }
        var done = false
        // A cable may have come here more than once.
        for slot in arrivals(of: entries[slot].identity, entries[slot].mark) {
            for position in 0..<entries[slot].deliveryCount where applies(order, slot, position) {
                switch order {
                case .hold: holdByHand(slot, position, user, reason, at: now, &actions)
                case .release: releaseByHand(slot, position, user, reason, at: now, &actions)
                case .retry: retry(slot, position, at: now, &actions)
                case .cancel: cancel(slot, position, user, reason, at: now, &actions)
                case .raise(let precedence): raise(slot, position, precedence, user, reason, at: now, &actions)
                }
                done = true
            }
        }
        guard !done else {
            for link in links.indices { fill(link, at: now, &actions) }
            return nil
        }
        return refusal(of: order, slot)
    }

    /// What an order would be done to, or why nothing would be done.
    package func outlook(
        of order: Order, slot: UInt32, ceiling: Precedence
    ) -> Result<[DeliveryReport], Refusal> {
        if let refusal = refusal(of: order, above: ceiling) { return .failure(refusal) }
        let reports = arrivals(of: entries[slot].identity, entries[slot].mark).flatMap { slot in
            (0..<entries[slot].deliveryCount).filter { applies(order, slot, $0) }.map { report(slot, $0) }
        }
        return reports.isEmpty ? .failure(refusal(of: order, slot)) : .success(reports)
    }

    private func refusal(of order: Order, above ceiling: Precedence) -> Refusal? {
        guard case .raise(let precedence) = order, precedence > ceiling else { return nil }
        return Refusal(
            code: "PRECEDENCE_NOT_PERMITTED", message: "you may not raise a cable to \(precedence.word)",
            advice: "ask the station's operator to name you under `users` in the station file",
            permanence: .notPermitted)
    }

    private func applies(_ order: Order, _ slot: UInt32, _ position: Int) -> Bool {
        let delivery = entries[slot][delivery: position]
        switch order {
        case .hold: return delivery.state == .queued && whereabouts(slot, position) != .away
        case .release:
            // What is for a post of this station is delivered with its acceptance or not at all: a release would leave it
            // between desk and link. Where its post is known again, it is passed on or held anew.
            return delivery.state == .held && (delivery.station != settings.station || delivery.why == .unknownPost)
        case .retry:
            let index = delivery.transmission
            return index != CustodyDelivery.none && transmissions.holds(index) && transmissions[index].state == .held
        case .cancel: return entries[slot].isOrigin && !delivery.state.isEnded && !delivery.isCancelling
        case .raise(let precedence):
            // Monotone: what ranks as high already stays as it is.
            return entries[slot].isOrigin && !delivery.state.isEnded && delivery.precedence < precedence
        }
    }

    private func refusal(of order: Order, _ slot: UInt32) -> Refusal {
        let identity = entries[slot].identity
        let advice = "see `routerctl cable show \(identity)`"
        switch order {
        case .hold:
            return Refusal(
                code: "NOTHING_TO_HOLD", message: "no delivery of \(identity) waits here without being under way",
                advice: advice)
        case .release:
            return Refusal(code: "NOT_HELD", message: "no delivery of \(identity) is held here", advice: advice)
        case .retry:
            return Refusal(
                code: "NOTHING_TO_RETRY", message: "no delivery of \(identity) rests here after a refusal",
                advice: advice)
        case .cancel:
            return Refusal(
                code: entries[slot].isOrigin ? "TOO_LATE" : "NOT_ORIGINATED_HERE",
                message: entries[slot].isOrigin
                    ? "every delivery of \(identity) has come to its end"
                    : "\(identity) originated at \(identity.station), which alone may cancel it", advice: advice)
        case .raise:
            return Refusal(
                code: entries[slot].isOrigin ? "NOTHING_TO_RAISE" : "NOT_ORIGINATED_HERE",
                message: entries[slot].isOrigin
                    ? "no open delivery of \(identity) ranks below that"
                    : "\(identity) originated at \(identity.station), which alone may raise it", advice: advice)
        }
    }

    mutating func change(
        _ slot: UInt32, _ position: Int, _ change: DeliveryChange, user: UInt32?, reason: String,
        message: ServiceMessage? = nil, ends order: CustodyNumber? = nil, at now: Instant, _ actions: inout Actions
    ) {
        record(
            .changed(
                JournalRecord.Changed(
                    number: entries[slot].custodyNumber, index: entries[slot][delivery: position].index,
                    change: change, user: user, reason: reason, message: message, endsOrder: order, at: now.wall,
                    previous: entries[slot].last)), at: now, &actions)
    }

    /// Where a delivery is, as far as this station can tell.
    private enum Whereabouts {
        /// Here and surely nowhere else.
        case here
        /// Here; but a neighbour may have taken it, from a lost session or before this start.
        case inDoubt
        /// Under way, or no longer here.
        case away
    }

    private func whereabouts(_ slot: UInt32, _ position: Int) -> Whereabouts {
        let delivery = entries[slot][delivery: position]
        let wasHereBefore = entries[slot].sequence <= replayedThrough
        switch delivery.state {
        case .held:
            switch delivery.why {
            case .byOperatorInDoubt: return .inDoubt
            case .noRoute, .notCleared, .loop, .unknownStation:
                return wasHereBefore || entries[slot].isSuspected ? .inDoubt : .here
            case .none, .hopLimit, .refused, .signerMayNot, .unknownPost, .byOperator, .notAddressed, .captionForbids:
                return .here
            }
        case .queued:
            guard delivery.transmission != CustodyDelivery.none else { return wasHereBefore ? .inDoubt : .here }
            let transmission = transmissions[delivery.transmission]
            switch transmission.state {
            case .ready, .held:
                return wasHereBefore || transmission.isInDoubt || transmission.suspectedDuplicate ? .inDoubt : .here
            case .asking, .sending, .offered: return .away
            }
        case .inTransit, .delivered, .undeliverable, .duplicate, .cancelled, .acknowledged: return .away
        }
    }

    /// No offer of it is open, and none may have been taken.
    func isInHand(_ slot: UInt32, _ position: Int) -> Bool { whereabouts(slot, position) == .here }

    mutating func takeOff(_ slot: UInt32, _ position: Int) {
        let index = entries[slot][delivery: position].transmission
        if index != CustodyDelivery.none { take([position], of: slot, off: index) }
    }

    private mutating func holdByHand(
        _ slot: UInt32, _ position: Int, _ user: UInt32, _ reason: String, at now: Instant, _ actions: inout Actions
    ) {
        let why = isInHand(slot, position) ? HoldReason.byOperator : .byOperatorInDoubt
        takeOff(slot, position)
        change(slot, position, .held(why), user: user, reason: reason, at: now, &actions)
    }

    private mutating func releaseByHand(
        _ slot: UInt32, _ position: Int, _ user: UInt32, _ reason: String, at now: Instant, _ actions: inout Actions
    ) {
        let station = entries[slot][delivery: position].station
        change(slot, position, .released, user: user, reason: reason, at: now, &actions)
        if station == settings.station { seekPosts(sequence: entries[slot].sequence, at: now, &actions) }
    }

    private mutating func retry(_ slot: UInt32, _ position: Int, at now: Instant, _ actions: inout Actions) {
        let index = entries[slot][delivery: position].transmission
        held[index] = nil
        transmissions[index].state = .ready
        links[Int(transmissions[index].link)].queue.putBack(index, &transmissions)
    }

    // MARK: Orders that follow a cable

    private mutating func cancel(
        _ slot: UInt32, _ position: Int, _ user: UInt32, _ reason: String, at now: Instant, _ actions: inout Actions
    ) {
        let delivery = entries[slot][delivery: position]
        if isInHand(slot, position) {
            takeOff(slot, position)
            change(slot, position, .cancelled, user: user, reason: reason, at: now, &actions)
        } else {
            // The order follows the cable, so the cable goes on.
            if delivery.state == .held, delivery.why == .byOperatorInDoubt {
                change(slot, position, .released, user: user, reason: reason, at: now, &actions)
            }
            change(
                slot, position, .cancelling, user: user, reason: reason,
                message: message(.cancelOrder, slot, position, delivery.precedence, reason, at: now), at: now, &actions)
            // What came back here from a neighbour is in hand again.
            obey(message(.cancelOrder, slot, position, delivery.precedence, reason, at: now), at: now, &actions)
        }
    }

    private mutating func raise(
        _ slot: UInt32, _ position: Int, _ precedence: Precedence, _ user: UInt32, _ reason: String,
        at now: Instant, _ actions: inout Actions
    ) {
        let delivery = entries[slot][delivery: position]
        // Also where the cable is still here: the next station knows only what its block says.
        let order =
            delivery.station == settings.station
            ? nil : message(.raiseOrder, slot, position, precedence, reason, at: now)
        change(slot, position, .raised(precedence), user: user, reason: reason, message: order, at: now, &actions)
        if let order { obey(order, at: now, &actions) }
    }

    func message(
        _ kind: ServiceMessage.Kind, _ slot: UInt32, _ position: Int, _ precedence: Precedence, _ reason: String,
        at now: Instant
    ) -> ServiceMessage {
        let delivery = entries[slot][delivery: position]
        var message = ServiceMessage(
            kind: kind, network: settings.network, identity: entries[slot].identity,
            contentHash: Digest(entries[slot].mark.high, entries[slot].mark.low, 0, 0), post: names[delivery.post],
            station: settings.station, office: "", at: now.wall, precedence: precedence, reason: reason)
        if kind.isOrder { message.asker = delivery.station }
        return message
    }

    /// An order came: it is followed here as far as the cable is here, and goes on after it.
    ///
    /// - Parameter number: the order's custody, which ends with the delivery; nil: it goes on in any case.
    mutating func obey(
        _ order: ServiceMessage, number: CustodyNumber? = nil, at now: Instant, _ actions: inout Actions
    ) {
        guard let post = names.known(order.post) else { return }
        var isReported = false
        for slot in arrivals(of: order.identity, ContentMark(order.contentHash)) where !entries[slot].isOrigin {
            for position in 0..<entries[slot].deliveryCount where entries[slot][delivery: position].post == post {
                switch order.kind {
                case .cancelOrder:
                    guard isInHand(slot, position) else { continue }
                    takeOff(slot, position)
                    let outcome = isReported ? nil : self.outcome(slot, position, at: now)
                    change(
                        slot, position, .cancelled, user: nil, reason: order.reason, message: outcome, ends: number,
                        at: now, &actions)
                    isReported = true
                case .raiseOrder:
                    let delivery = entries[slot][delivery: position]
                    guard !delivery.state.isEnded, delivery.precedence < order.precedence else { continue }
                    change(
                        slot, position, .raised(order.precedence), user: nil, reason: order.reason, at: now, &actions)
                case .receipt, .notice, .inquiry, .noReceipt, .hasReceipt, .held, .cancelled, .moved, .tracer, .rerun,
                    .traceReport, .acknowledgment:
                    continue
                }
            }
        }
        for link in links.indices { fill(link, at: now, &actions) }
    }

    func outcome(_ slot: UInt32, _ position: Int, at now: Instant) -> ServiceMessage {
        message(
            .cancelled, slot, position, entries[slot][delivery: position].precedence,
            "cancelled by \(settings.station) by order of \(entries[slot].identity.station)", at: now)
    }

    func arrivals(of identity: CableIdentity, _ mark: ContentMark) -> [UInt32] {
        var slots: [UInt32] = []
        _ = byIdentity.first(key: CustodyEntry.key(identity)) { slot in
            if entries[slot].isArrival(of: identity), entries[slot].mark == mark { slots.append(slot) }
            return false
        }
        return slots.sorted()
    }

    // MARK: Orders that were here first

    func isCancelled(_ identity: CableIdentity, post: String) -> Bool {
        !orders.isEmpty && orders[OrderMarks.key(identity, post)]?.cancels == true
    }

    /// A cable came whose orders were here before it: it meets their marks.
    mutating func meetOrders(sequence: UInt64, at now: Instant, _ actions: inout Actions) {
        guard !orders.isEmpty, let slot = slot(ofSequence: sequence) else { return }
        for position in 0..<entries[slot].deliveryCount {
            let delivery = entries[slot][delivery: position]
            guard !delivery.state.isEnded || delivery.state == .delivered,
                let mark = orders[OrderMarks.key(entries[slot].identity, names[delivery.post])]
            else { continue }
            if let precedence = mark.raisedTo, precedence > delivery.precedence {
                change(slot, position, .raised(precedence), user: nil, reason: "", at: now, &actions)
            }
            guard mark.cancels, delivery.state != .delivered else { continue }
            change(
                slot, position, .cancelled, user: nil, reason: "", message: outcome(slot, position, at: now), at: now,
                &actions)
        }
    }

    /// At a start: a cable's acceptance may be on the disk, and what its marks and its post made of it not.
    ///
    /// - Returns: the cables that were changed.
    mutating func redoWhatFollowsAcceptance(at now: Instant, _ actions: inout Actions) -> Set<UInt32> {
        var changed: Set<UInt32> = []
        for slot in 0..<entries.high where entries.holds(slot) {
            let isOrigin = entries[slot].isOrigin
            let isOpen = (0..<entries[slot].deliveryCount).contains {
                let delivery = entries[slot][delivery: $0]
                let isHere = delivery.state == .queued && delivery.station == settings.station
                return isHere || !isOrigin && (delivery.state == .held || delivery.state == .queued && !orders.isEmpty)
            }
            guard isOpen else { continue }
            let sequence = entries[slot].sequence
            let before = nextSequence
            if !isOrigin { meetOrders(sequence: sequence, at: now, &actions) }
            seekPosts(sequence: sequence, at: now, &actions)
            tellOfHolds(sequence: sequence, at: now, &actions)
            if nextSequence != before { changed.insert(slot) }
        }
        return changed
    }

    // MARK: The fold

    mutating func fold(_ changed: ChangeDigest, at now: Instant) {
        if let order = changed.endsOrder { dropService(order) }
        if let message = changed.message { say(message, from: changed, at: now) }
        guard let slot = slot(ofSequence: changed.number.sequence),
            let position = (0..<entries[slot].deliveryCount).first(where: {
                entries[slot][delivery: $0].index == changed.index
            })
        else { return }
        touch(slot)
        switch changed.change {
        case .held(let why):
            entries[slot][delivery: position].state = .held
            entries[slot][delivery: position].why = why
            if why == .byOperatorInDoubt { entries[slot].isSuspected = true }
            if why.endsByItself { unsettled.insert(entries[slot].sequence) }
            if changed.message?.kind == .held {
                toldOfHold[entries[slot].sequence, default: []].insert(changed.index)
            }
        case .released:
            entries[slot][delivery: position].state = .queued
            entries[slot][delivery: position].why = .none
            forgetTrace(slot)
            whenSynced(.cable(slot))
        case .cancelling: entries[slot][delivery: position].isCancelling = true
        case .cancelled: entries[slot][delivery: position].state = .cancelled
        case .raised(let precedence):
            entries[slot][delivery: position].precedence = max(entries[slot][delivery: position].precedence, precedence)
            lift(slot, position)
            return
        case .moved(let station):
            move(slot, position, to: station)
            whenSynced(.cable(slot))
            hearAgain(slot, position)
        }
        entries[slot][delivery: position].since = changed.at
    }

    /// The message is in custody here like one that came.
    private mutating func say(_ message: ServiceMessage, from changed: ChangeDigest, at now: Instant) {
        note(message, at: changed.at)
        guard message.destination != settings.station else {
            // What came back here ends here: the originator's own entry hears of it.
            if message.isOutcome { settle(message, receivedAt: changed.at) }
            return
        }
        let number = CustodyNumber(sequence: nextSequence)
        var service = PendingService(
            destination: message.destination, precedence: message.precedence, born: Int64(clamping: now.boot))
        service.via = link(after: message)
        keepService(number, service)
        whenSynced(.service(number))
    }

    /// The mark that an order leaves wherever it passes.
    mutating func note(_ message: ServiceMessage, at: Int64) {
        guard message.kind.isOrder, message.station == message.identity.station else { return }
        orders.add(
            OrderMarks.key(message.identity, message.post),
            OrderMarks.Mark(
                cancels: message.kind == .cancelOrder,
                raisedTo: message.kind == .raiseOrder ? message.precedence : nil, at: at))
    }

    /// The link that the cable took, or waits for: an order goes after it.
    func link(after message: ServiceMessage) -> UInt16 {
        guard message.kind.isOrder, let post = names.known(message.post) else { return CustodyDelivery.noLink }
        for slot in arrivals(of: message.identity, ContentMark(message.contentHash)) {
            for position in 0..<entries[slot].deliveryCount where entries[slot][delivery: position].post == post {
                let delivery = entries[slot][delivery: position]
                if delivery.state == .inTransit, delivery.link != CustodyDelivery.noLink { return delivery.link }
                if delivery.transmission != CustodyDelivery.none, transmissions.holds(delivery.transmission) {
                    return transmissions[delivery.transmission].link
                }
            }
        }
        return CustodyDelivery.noLink
    }

    /// A transmission ranks as the highest delivery in it.
    private mutating func lift(_ slot: UInt32, _ position: Int) {
        let index = entries[slot][delivery: position].transmission
        guard index != CustodyDelivery.none, transmissions.holds(index) else { return }
        rank(index, as: max(transmissions[index].precedence, entries[slot][delivery: position].precedence))
    }

    /// An operator has decided that it goes on, wherever it has been.
    private mutating func forgetTrace(_ slot: UInt32) {
        var course = circumstances.circumstances(entries[slot].circumstances, sequence: entries[slot].sequence)
        guard !course.trace.isEmpty else { return }
        course.trace = []
        circumstances.forget(entries[slot].circumstances, sequence: entries[slot].sequence)
        entries[slot].circumstances = circumstances.number(of: course, sequence: entries[slot].sequence)
    }

    mutating func fold(_ standing: JournalRecord.StandingOrders) {
        for item in standing.items { orders.add(item.key, item.mark) }
    }
}

/// What the state keeps of a `Changed`.
package struct ChangeDigest: Equatable, Sendable {
    package var number: CustodyNumber
    package var index: UInt16
    package var change: DeliveryChange
    package var message: ServiceMessage?
    package var endsOrder: CustodyNumber?
    package var user: UInt32?
    package var reason: String
    package var at: Int64
}
