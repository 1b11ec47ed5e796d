package import Cables

/// One link as it is listed.
package struct LinkItem: Sendable {
    /// `limited`: only what an order on either side lets pass. `draining`: nothing new begins. `closed`: by order.
    package enum State: String, Sendable {
        case up, limited, connecting, down, draining, closed

        /// There is a session.
        package var isOpen: Bool {
            switch self {
            case .up, .limited, .draining: true
            case .connecting, .down, .closed: false
            }
        }
    }

    package struct Limit: Sendable {
        package var precedence: Precedence
        /// Milliseconds since 1970.
        package var until: Int64
        package var reason: String
        /// Whose order it is.
        package var by: RoutingIndicator
    }

    package var peer: RoutingIndicator
    package var state: State
    package var since: Int64
    package var why: String
    package var nextAt: Int64?
    package var queued: [Precedence: Int]
    /// Octets a second, and milliseconds, once they are measured.
    package var rate: UInt64?
    package var roundTrip: UInt64?
    package var limits: [Limit]
    /// Milliseconds since 1970 at which a closing ends by itself.
    package var closedUntil: Int64?
    package var sentNumber: UInt64
    package var receivedNumber: UInt64
    package var sentCables: UInt64
    package var receivedCables: UInt64
    package var sentOctets: UInt64
    package var receivedOctets: UInt64
}

/// What is under way on one link, and which channel numbers were used.
package struct LinkDetail: Sendable {
    package enum State: String, Sendable { case asking, sending, offered }

    /// Something that was offered and is not answered.
    package struct UnderWay: Sendable {
        package var channel: UInt64
        package var precedence: Precedence
        /// Nil for a receipt, notice or order.
        package var identity: CableIdentity?
        package var state: State
        package var sent: UInt32
        package var length: UInt32
    }

    /// What was taken from the neighbour within one start of its daemon.
    package struct Received: Sendable {
        package var start: UInt64
        package var channels: [ClosedRange<UInt64>]
        /// Numbers below the highest that stand behind nothing taken here: unused, given up or refused.
        package var unused: [ClosedRange<UInt64>]
        /// Numbers between those taken that may still come: under way, or refused.
        package var open: [ClosedRange<UInt64>]
    }

    package var item: LinkItem
    package var start: UInt64
    /// The next offer's number.
    package var nextChannel: UInt64
    package var underWay: [UnderWay]
    /// More is under way than is listed.
    package var underWayCount: Int
    package var received: [Received]
    /// Octets that the link can take now.
    package var room: Int
    package var chunkOctets: Int
}

extension StationCustody {
    /// Things under way that are listed at most.
    private static let underWayMax = 256
    /// Starts of a neighbour of which the numbers are listed, the newest.
    private static let startsMax = 8

    package func linkItems(at now: Instant) -> [LinkItem] { shownLinks.map { linkItem($0, at: now) } }

    /// The links of the network file, and those that were and are not empty yet.
    var shownLinks: [Int] {
        links.indices.filter { !links[$0].isGone || links[$0].isUp || !links[$0].queue.isEmpty }
    }

    func linkItem(_ ordinal: Int, at now: Instant) -> LinkItem {
        let link = links[ordinal]
        var queued: [Precedence: Int] = [:]
        for precedence in Precedence.allCases { queued[precedence] = link.waiting[Int(precedence.rawValue)] }
        func wall(_ boot: UInt64) -> Int64 { now.wall + Int64(clamping: boot) - Int64(clamping: now.boot) }
        var limits: [LinkItem.Limit] = []
        for (restraint, by) in [(link.own, settings.station), (link.theirs, link.peer)] {
            guard let limit = restraint.limit else { continue }
            limits.append(
                LinkItem.Limit(
                    precedence: limit.precedence, until: wall(limit.endsAt), reason: limit.reason, by: by))
        }
        let closing = link.own.closing ?? link.theirs.closing
        let state: LinkItem.State =
            if link.own.closing?.isShut == true {
                .closed
            } else if link.isUp {
                closing != nil ? .draining : limits.isEmpty ? .up : .limited
            } else {
                link.why.hasPrefix("dialling") ? .connecting : .down
            }
        return LinkItem(
            peer: link.peer, state: state, since: link.since,
            why: restraintSentence(ordinal, .routine) ?? link.why, nextAt: state == .closed ? nil : link.nextAt,
            queued: queued, rate: link.rate, roundTrip: link.roundTrip, limits: limits,
            closedUntil: closing?.endsAt.map(wall), sentNumber: link.sentNumber,
            receivedNumber: link.receivedNumber, sentCables: link.sentCables, receivedCables: link.receivedCables,
            sentOctets: link.sentOctets, receivedOctets: link.receivedOctets)
    }

    package func linkDetail(_ ordinal: Int, at now: Instant) -> LinkDetail {
        let link = links[ordinal]
        var underWay: [LinkDetail.UnderWay] = []
        var count = 0
        for place in link.inFlightHead..<link.inFlight.count where link.inFlight[place] != CustodyDelivery.none {
            count += 1
            guard underWay.count < Self.underWayMax else { continue }
            underWay.append(self.underWay(link.inFlight[place], link.firstInFlight + UInt64(place - link.inFlightHead)))
        }
        return LinkDetail(
            item: linkItem(ordinal, at: now), start: settings.start, nextChannel: link.nextChannel, underWay: underWay,
            underWayCount: count,
            received: link.taken.starts.suffix(Self.startsMax).map { received($0.start, $0.channels, link) },
            room: link.room, chunkOctets: link.chunkOctets)
    }

    private func underWay(_ index: UInt32, _ channel: UInt64) -> LinkDetail.UnderWay {
        let transmission = transmissions[index]
        let slot = transmission.isService ? nil : slot(ofSequence: transmission.number.sequence)
        let length = slot.map { entries[$0].length } ?? 0
        let state: LinkDetail.State =
            switch transmission.state {
            case .asking: .asking
            case .sending: .sending
            case .offered, .ready, .held: .offered
            }
        return LinkDetail.UnderWay(
            channel: channel, precedence: transmission.precedence, identity: slot.map { entries[$0].identity },
            state: state, sent: state == .sending ? transmission.sent : state == .offered ? length : 0, length: length)
    }

    private func received(_ start: UInt64, _ channels: ChannelRanges, _ link: LinkLedger) -> LinkDetail.Received {
        let isCurrent = start == link.peerStart && link.isUp
        // Below what its next offer would have borne when it greeted, nothing comes any more.
        let settled = isCurrent ? link.peerNextChannel : .max
        var gaps: [ClosedRange<UInt64>] = []
        var next: UInt64 = 1
        for range in channels.ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if isCurrent, settled > next { gaps.append(next...(settled - 1)) }
        return LinkDetail.Received(
            start: start, channels: channels.ranges,
            unused: gaps.compactMap { $0.lowerBound < settled ? $0.lowerBound...min($0.upperBound, settled - 1) : nil },
            open: gaps.compactMap { $0.upperBound >= settled ? max($0.lowerBound, settled)...$0.upperBound : nil })
    }

    /// When what keeps something from a link ends by itself; nil: nothing does, or nobody knows.
    func restraintEnd(_ link: Int, _ precedence: Precedence) -> UInt64? {
        for restraint in [links[link].own, links[link].theirs] {
            if let closing = restraint.closing { return closing.endsAt }
        }
        let limits = [links[link].own.limit, links[link].theirs.limit].compactMap { $0 }
        return limits.filter { precedence < $0.precedence }.map(\.endsAt).max()
    }
}
