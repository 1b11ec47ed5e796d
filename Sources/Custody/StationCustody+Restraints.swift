import Cables
import Routing

/// Links that operators close, drain or limit, and what that means for what waits.
extension StationCustody {
    /// Records an operator's order for a link; it takes effect at once, and is told when it is synced (rule 6).
    package mutating func order(
        _ link: Int, _ change: LinkOrder.Change, until: Int64?, user: UInt32, reason: String, at now: Instant,
        _ actions: inout Actions
    ) {
        let wasShut = shutReason(link) != nil
        record(
            .link(
                LinkOrder(
                    peer: links[link].peer, change: change, until: until, user: user, reason: reason, at: now.wall)),
            at: now, &actions)
        if let session = links[link].session {
            links[link].neighbourIsDrained = false
            actions.afterPersist.append(
                .linkNotice(link: link, session: session, links[link].own.notice(at: now.boot)))
        }
        if wasShut, shutReason(link) == nil { actions.afterPersist.append(.linkOpens(link: link)) }
        if links[link].session == nil { shut(link) }
        if let why = shutReason(link) { actions.afterPersist.append(.linkShuts(link: link, why: why)) }
        finishDrain(link, &actions)
        restraintsChanged(at: now, &actions)
    }

    mutating func fold(_ order: LinkOrder, at now: Instant) {
        guard let link = linkOrdinal(order.peer) else { return }
        let left = order.until.map { min(max(0, $0 - now.wall), LinkOrder.longestMilliseconds) }
        let endsAt = left.map { now.boot + UInt64($0) }
        let isOver = left == 0
        switch order.change {
        case .open: links[link].own.closing = nil
        case .drain, .shut:
            // What was being drained when the daemon ended is not opened again for that.
            let isShut = order.change == .shut || isReplaying
            links[link].own.closing =
                isOver
                ? nil
                : LinkRestraint.Closing(
                    since: links[link].own.closing?.since ?? now.boot, endsAt: endsAt, reason: order.reason,
                    user: order.user, isShut: isShut)
        case .limit(let precedence):
            guard precedence > .routine, !isOver, let endsAt else {
                links[link].own.limit = nil
                return
            }
            links[link].own.limit = LinkRestraint.Limit(
                precedence: precedence, since: links[link].own.limit?.since ?? now.boot, endsAt: endsAt,
                reason: order.reason, user: order.user)
        }
    }

    mutating func placed(_ order: LinkOrder, in segment: UInt32) {
        guard let link = linkOrdinal(order.peer) else { return }
        switch order.change {
        case .open, .drain, .shut: links[link].closingSegment = segment
        case .limit: links[link].limitSegment = segment
        }
    }

    /// Orders that hold and stand in a segment that goes are written again.
    mutating func keepLinkOrders(in segment: UInt32, at now: Instant, _ actions: inout Actions) {
        func wall(_ boot: UInt64) -> Int64 { now.wall + Int64(clamping: boot) - Int64(clamping: now.boot) }
        for link in links.indices {
            let peer = links[link].peer
            if links[link].limitSegment == segment, let limit = links[link].own.limit {
                record(
                    .link(
                        LinkOrder(
                            peer: peer, change: .limit(limit.precedence), until: wall(limit.endsAt), user: limit.user,
                            reason: limit.reason, at: now.wall)), at: now, &actions)
            }
            if links[link].closingSegment == segment, let closing = links[link].own.closing {
                record(
                    .link(
                        LinkOrder(
                            peer: peer, change: closing.isShut ? .shut : .drain, until: closing.endsAt.map(wall),
                            user: closing.user, reason: closing.reason, at: now.wall)), at: now, &actions)
            }
        }
    }

    /// Why there is to be no session with the neighbour; nil: there may be.
    package func shutReason(_ link: Int) -> String? {
        links[link].own.closing.flatMap { $0.isShut ? $0.reason : nil }
    }

    /// Whether an order of this station closes the link, or drains it before.
    package func isClosing(_ link: Int) -> Bool { links[link].own.closing != nil }

    /// The neighbour says what its orders keep from the link.
    package mutating func noticed(
        _ link: Int, session: UInt64, _ notice: LinkNotice, at now: Instant, _ actions: inout Actions
    ) {
        guard links[link].session == session else { return }
        links[link].theirs = LinkRestraint(notice, after: links[link].theirs, at: now.boot)
        links[link].owesDrained = notice.closing != nil
        sayDrained(link, &actions)
        restraintsChanged(at: now, &actions)
    }

    /// The neighbour has nothing under way and begins nothing more.
    package mutating func neighbourDrained(_ link: Int, session: UInt64, _ actions: inout Actions) {
        guard links[link].session == session else { return }
        links[link].neighbourIsDrained = true
        finishDrain(link, &actions)
    }

    /// What was under way on a link has changed: a drain may be through.
    mutating func lessUnderWay(_ link: Int, _ actions: inout Actions) {
        guard !links[link].own.isEmpty || links[link].owesDrained else { return }
        sayDrained(link, &actions)
        finishDrain(link, &actions)
    }

    private mutating func sayDrained(_ link: Int, _ actions: inout Actions) {
        guard links[link].owesDrained, links[link].isIdle, let session = links[link].session else { return }
        links[link].owesDrained = false
        actions.afterPersist.append(.linkDrained(link: link, session: session))
    }

    private mutating func finishDrain(_ link: Int, _ actions: inout Actions) {
        guard let closing = links[link].own.closing, !closing.isShut, links[link].isIdle,
            links[link].neighbourIsDrained
        else { return }
        links[link].own.closing?.isShut = true
        actions.afterPersist.append(.linkShuts(link: link, why: closing.reason))
    }

    /// Without a session nothing is left to drain.
    private mutating func shut(_ link: Int) {
        if links[link].own.closing != nil { links[link].own.closing?.isShut = true }
    }

    mutating func sessionEnded(_ link: Int, _ actions: inout Actions) {
        links[link].neighbourIsDrained = false
        links[link].owesDrained = false
        guard let closing = links[link].own.closing, !closing.isShut else { return }
        shut(link)
        actions.afterPersist.append(.linkShuts(link: link, why: closing.reason))
    }

    /// What the neighbour is told of orders when it is greeted.
    package func notice(_ link: Int, at now: Instant) -> LinkNotice { links[link].own.notice(at: now.boot) }

    /// A new session: both sides have said what holds, and say it again where that has changed since.
    mutating func sessionBegan(
        _ link: Int, session: UInt64, _ neighbour: NeighbourMemory, at now: Instant, _ actions: inout Actions
    ) {
        links[link].theirs = LinkRestraint(neighbour.notice, after: links[link].theirs, at: now.boot)
        links[link].neighbourIsDrained = false
        links[link].owesDrained = neighbour.notice.closing != nil
        sayDrained(link, &actions)
        guard !links[link].own.isEmpty || neighbour.told != LinkNotice() else { return }
        actions.afterPersist.append(.linkNotice(link: link, session: session, links[link].own.notice(at: now.boot)))
        if let why = shutReason(link) { actions.afterPersist.append(.linkShuts(link: link, why: why)) }
    }

    // MARK: Time

    /// Takes away what is over, and plans for the rest.
    mutating func endRestraints(at now: Instant, _ actions: inout Actions) {
        var changed = false
        for link in links.indices {
            let own = links[link].own.end(at: now.boot)
            let theirs = links[link].theirs.end(at: now.boot)
            if own.limit { tell("link.limitEnded", link, &actions) }
            if own.closing {
                tell("link.closingEnded", link, &actions)
                actions.afterPersist.append(.linkOpens(link: link))
                if let session = links[link].session {
                    actions.afterPersist.append(
                        .linkNotice(link: link, session: session, links[link].own.notice(at: now.boot)))
                }
            }
            changed = changed || own.limit || own.closing || theirs.limit || theirs.closing
        }
        planRestraints(&actions)
        if changed { settle(at: now, &actions) }
    }

    func planRestraints(_ actions: inout Actions) {
        for link in links {
            if let endsAt = link.own.endsAt { actions.wake(at: endsAt) }
            if let endsAt = link.theirs.endsAt { actions.wake(at: endsAt) }
        }
    }

    private func tell(_ name: String, _ link: Int, _ actions: inout Actions) {
        actions.now.append(.event(StationEvent(.notice, name, [("peer", links[link].peer.description)])))
    }

    private mutating func restraintsChanged(at now: Instant, _ actions: inout Actions) {
        planRestraints(&actions)
        moveToAlternates(at: now, &actions)
        settle(at: now, &actions)
        planAlternates(at: now, &actions)
        for link in links.indices { fill(link, at: now, &actions) }
    }

    // MARK: What may go

    /// What the link sends next of what may go over it now: the highest, and while it is drained what is under way.
    func nextToSend(_ link: Int) -> UInt32? {
        let ledger = links[link]
        guard ledger.isRestrained else { return ledger.queue.first() }
        let floor = max(ledger.own.limit?.precedence ?? .routine, ledger.theirs.limit?.precedence ?? .routine)
        guard ledger.own.closing != nil || ledger.theirs.closing != nil else { return ledger.queue.first(from: floor) }
        if let first = ledger.queue.first(from: floor), transmissions[first].precedence >= .flash { return first }
        var best: UInt32?
        for index in ledger.inFlight[ledger.inFlightHead...] where index != CustodyDelivery.none {
            guard transmissions[index].state == .sending, transmissions[index].precedence >= floor else { continue }
            if let known = best,
                (transmissions[known].lane, transmissions[index].number)
                    > (transmissions[index].lane, transmissions[known].number)
            {
                continue
            }
            best = index
        }
        return best
    }

    /// Why something that waits for a link may not go over it now; nil: no order keeps it.
    func restraintSentence(_ link: Int, _ precedence: Precedence) -> String? {
        let (own, theirs, peer) = (links[link].own, links[link].theirs, links[link].peer)
        func because(_ reason: String) -> String { reason.isEmpty ? "" : ": \(reason)" }
        if let closing = own.closing {
            return closing.isShut
                ? "the link to \(peer) is closed by order\(because(closing.reason))"
                : "the link to \(peer) is being drained\(because(closing.reason))"
        }
        if let closing = theirs.closing { return "\(peer) closes the link\(because(closing.reason))" }
        if let limit = own.limit, precedence < limit.precedence {
            return "the link to \(peer) takes \(limit.precedence.word) and above\(because(limit.reason))"
        }
        if let limit = theirs.limit, precedence < limit.precedence {
            return "\(peer) takes \(limit.precedence.word) and above\(because(limit.reason))"
        }
        return nil
    }
}
