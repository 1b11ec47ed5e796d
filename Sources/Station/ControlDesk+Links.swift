import Cables
import Control
import Custody
import Routing

/// The station's links: how they do, and an operator's orders for them.
extension ControlDesk {
    /// Seconds for which an operator's order may wait for its turn.
    private static let orderSeconds = 10

    func linkList(_ reply: ControlReply) {
        loop.view { custody, now in
            custody.linkItems(at: now)
        } then: { [self] items in
            reply.rows(items) { [self] item in row(item) }
        }
    }

    private func row(_ item: LinkItem) -> LinkRow {
        var row = LinkRow(
            peer: item.peer.description, state: item.state.rawValue,
            since: Timestamp(milliseconds: item.since).description, why: item.why,
            nextAt: item.nextAt.map { Timestamp(milliseconds: $0).description },
            clearance: facts.routing.clearance(ofLinkTo: item.peer).word,
            cost: facts.routing.cost(ofLinkTo: item.peer), queued: words(item.queued),
            rate: item.rate.map { Double($0) }, roundTrip: item.roundTrip.map { Double($0) / 1_000 },
            sentNumber: item.sentNumber, receivedNumber: item.receivedNumber, sentCables: item.sentCables,
            receivedCables: item.receivedCables, sentOctets: item.sentOctets, receivedOctets: item.receivedOctets)
        row.limits = item.limits.map {
            LinkLimitRow(
                precedence: $0.precedence.word, until: Timestamp(milliseconds: $0.until).description,
                reason: $0.reason, by: $0.by.description)
        }
        row.closedUntil = item.closedUntil.map { Timestamp(milliseconds: $0).description }
        return row
    }

    /// `link.show`: rate, round trip, what is under way, and every channel number of both directions.
    func linkShow(_ request: ControlRequest, _ reply: ControlReply) {
        let name = request["peer"] ?? ""
        loop.view { custody, now in
            RoutingIndicator(name.uppercased()).flatMap { custody.linkOrdinal($0) }.map {
                custody.linkDetail($0, at: now)
            }
        } then: { [self] detail in
            guard let detail else { return reply.failed(Self.noSuchLink(name)) }
            reply.document(document(detail))
        }
    }

    private func document(_ detail: LinkDetail) -> LinkDocument {
        LinkDocument(
            link: row(detail.item),
            sent: LinkDocument.Sent(
                start: CableIdentity.text(ofStart: detail.start), last: detail.nextChannel - 1,
                underWay: detail.underWay.map {
                    LinkDocument.UnderWay(
                        channel: $0.channel, precedence: $0.precedence.word, id: $0.identity?.description,
                        state: $0.state.rawValue, sentOctets: UInt64($0.sent), octets: UInt64($0.length))
                }, underWayCount: detail.underWayCount),
            received: detail.received.map {
                LinkDocument.Received(
                    start: CableIdentity.text(ofStart: $0.start), taken: $0.channels.map(LinkDocument.Numbers.init),
                    unused: $0.unused.map(LinkDocument.Numbers.init), open: $0.open.map(LinkDocument.Numbers.init))
            }, room: detail.room, chunkOctets: detail.chunkOctets)
    }

    /// `link.up|down|drain|limit`: recorded, in force, and told to the neighbour; the answer is the link as it is then.
    func linkOrder(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let name = request["peer"] ?? ""
        let reason = request["reason"] ?? ""
        let change: LinkOrder.Change
        switch request.verb {
        case "link.up": change = .open
        case "link.down": change = .shut
        case "link.drain": change = .drain
        default:
            guard let precedence = Precedence(word: (request["precedence"] ?? "").uppercased()) else {
                return reply.failed(
                    Self.wrong(
                        "no precedence is called \(request["precedence"] ?? "")",
                        "write one of \(Precedence.allCases.map(\.word).joined(separator: ", "))"))
            }
            change = .limit(precedence)
        }
        let milliseconds = request["milliseconds"].flatMap { Int64($0) }
        if let milliseconds, !(1...LinkOrder.longestMilliseconds).contains(milliseconds) {
            return reply.failed(Self.wrong("an order holds for a year at most", "write a shorter time"))
        }
        if case .limit(let precedence) = change, precedence > .routine, milliseconds == nil {
            return reply.failed(Self.wrong("a limit needs --for TIME", "write for example --for 2h: it ends by itself"))
        }
        guard !reason.isEmpty || change == .open || change == .limit(.routine) else {
            return reply.failed(
                Self.wrong("\(request.spokenVerb) needs --reason TEXT", "say why: it is recorded"))
        }
        let user = caller.uid
        let done = loop.run(waiting: Self.orderSeconds) { custody, now, actions -> Bool in
            guard let link = RoutingIndicator(name.uppercased()).flatMap({ custody.linkOrdinal($0) }) else {
                return false
            }
            custody.order(
                link, change, until: milliseconds.map { now.wall + $0 }, user: user, reason: reason, at: now, &actions)
            return true
        }
        switch done {
        case true?: linkShow(request, reply)
        case false?: reply.failed(Self.noSuchLink(name))
        case nil:
            reply.failed(
                ControlFailure(
                    code: "TRY_LATER", message: "the station does not get round to it now", advice: "try again",
                    exit: ExitStatus.tryLater))
        }
    }

    private static func noSuchLink(_ name: String) -> ControlFailure {
        ControlFailure(
            code: "NO_SUCH_LINK", message: "no link leads to \(name)", advice: "see `routerctl link list`",
            exit: ExitStatus.data)
    }

    private static func wrong(_ message: String, _ advice: String) -> ControlFailure {
        ControlFailure(code: "USAGE", message: message, advice: advice, exit: ExitStatus.usage)
    }
}
