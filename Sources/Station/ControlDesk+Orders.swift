import Cables
import Control
import Custody
import Journal
import Octets
import Routing
import Settings

extension ControlDesk {
    /// Seconds for which an operator's order may wait for its turn.
    private static let orderSeconds = 10
    /// Octets of a cable that is readdressed at most.
    private static let readdressedOctetsMax = 16 << 20

    /// `cable hold|release|retry|cancel|raise`: done, or refused; the answer is the cable as it is then.
    func cableOrder(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let id = request["id"] ?? ""
        guard let order = order(request) else {
            return reply.failed(
                ControlFailure(
                    code: "USAGE", message: "no precedence is called \(request["precedence"] ?? "")",
                    advice: "write one of \(Precedence.allCases.map(\.word).joined(separator: ", "))",
                    exit: ExitStatus.usage))
        }
        let reason = request["reason"] ?? ""
        guard !reason.isEmpty || order == .retry else { return reply.failed(Self.reasonMissing(request.verb)) }
        let ceiling = facts.settings.precedences[caller.uid] ?? .flash
        let user = caller.uid
        guard request["dryRun"] == nil else { return showOutlook(of: order, id, ceiling, reply) }
        guard archive.journal.fault == nil else { return reply.failed(Self.readOnly) }
        let done = loop.run(waiting: Self.orderSeconds) { custody, now, actions -> ControlFailure? in
            switch custody.find(id) {
            case .found(let slot):
                return custody.order(
                    order, slot: slot, user: user, reason: reason, ceiling: ceiling, at: now, &actions
                ).map { ControlFailure($0) }
            case .beginning(let slot):
                return .incompleteID(id, custody.identity(of: slot))
            case .nothing, .several:
                // `cableShow` says it.
                return nil
            }
        }
        switch done {
        case .some(.some(let failure)): reply.failed(failure)
        case .some(.none):
            guard loop.durable(waiting: Self.orderSeconds) else { return reply.failed(Self.outcomeUnknown) }
            cableShow(request, reply)
        case .none:
            reply.failed(
                ControlFailure(
                    code: "TRY_LATER", message: "the station did not get round to it: nothing was done",
                    advice: "try again", exit: ExitStatus.tryLater))
        }
    }

    /// `--dry-run`: the deliveries that the order would change, as they are now.
    private func showOutlook(
        of order: StationCustody.Order, _ id: String, _ ceiling: Precedence, _ reply: ControlReply
    ) {
        find(id, acting: true, reply) { custody, slot in
            (custody.outlook(of: order, slot: slot, ceiling: ceiling), CableSight(custody, slot))
        } then: { [self] outlook, sight in
            switch outlook {
            case .failure(let refusal): reply.failed(ControlFailure(refusal))
            case .success(let reports): show(sight, reports, [], reply)
            }
        }
    }

    static let readOnly = ControlFailure(
        code: "READ_ONLY", message: "the station can write nothing now",
        advice: "see `routerctl check disk`, and try again", exit: ExitStatus.tryLater)
    static let outcomeUnknown = ControlFailure(
        code: "OUTCOME_UNKNOWN", message: "the station can write nothing now: it is done when it can again, or not",
        advice: "see `routerctl check disk`, and look at the cable when it writes again",
        exit: ExitStatus.unavailable)

    private func order(_ request: ControlRequest) -> StationCustody.Order? {
        switch request.verb {
        case "cable.hold": .hold
        case "cable.release": .release
        case "cable.retry": .retry
        case "cable.cancel": .cancel
        default: Precedence(word: (request["precedence"] ?? "").uppercased()).map { .raise($0) }
        }
    }

    private static func reasonMissing(_ verb: String) -> ControlFailure {
        ControlFailure(
            code: "USAGE", message: "\(ControlRequest.spoken(verb)) needs --reason TEXT",
            advice: "say why: it is recorded", exit: ExitStatus.usage)
    }

    /// `cable readdress`: a supplementary heading before the cable, whose date-time group and text stay (ACP 127 §503).
    func cableReaddress(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        guard !(request["reason"] ?? "").isEmpty else { return reply.failed(Self.reasonMissing(request.verb)) }
        guard isAccepting else {
            return reply.failed(
                ControlFailure(
                    code: "NOT_ACCEPTING", message: "the station takes no cables now",
                    advice: "see `routerctl status`, and try again", exit: ExitStatus.tryLater))
        }
        let post = Network.normalised(request["post"] ?? "")
        guard let from = facts.network.station(facts.settings.station)?.posts.first else {
            return reply.failed(
                ControlFailure(
                    code: "NO_POST", message: "\(facts.settings.station) serves no post that could readdress it",
                    advice: "readdress the cable at the originator's station", exit: ExitStatus.data))
        }
        find(request["id"] ?? "", acting: true, reply) { custody, slot in
            custody.place(of: slot)
        } then: { [self] place in
            offQueue { [self] in
                defer { loop.wake() }
                do {
                    let original = try archive.acceptance(place)
                    guard original.block.length <= Self.readdressedOctetsMax else {
                        throw ControlFailure(
                            code: "TOO_LARGE", message: "the cable has \(original.block.length) octets",
                            advice: "submit it again by hand, with the addressee in its heading",
                            exit: ExitStatus.data)
                    }
                    var octets: [UInt8] = []
                    let body = try archive.intact(original)
                    while case let part = try archive.slice(of: body, offset: octets.count, count: 1 << 20),
                        !part.isEmpty
                    {
                        octets += part
                    }
                    let highest = original.block.deliveries.map(\.precedence).max() ?? .routine
                    let heading = """
                        \(Character(UnicodeScalar(highest.prosign))) \(StationClock.dateTimeGroup)
                        FM \(from)
                        TO \(post)

                        """
                    let cable = try SubmittedCable(
                        .octets(Array(heading.utf8) + octets), archive: archive, loop: loop)
                    try cable.mustBeRoutable()
                    guard cable.reading.cable.from == from, cable.reading.cable.to.map(\.post) == [post],
                        cable.reading.gate ?? .topSecret >= original.gate
                    else {
                        throw ControlFailure(
                            code: "NOT_READDRESSABLE",
                            message: "the cable's own heading cannot stand behind another one",
                            advice: "submit it again by hand, with the addressee in its heading", exit: ExitStatus.data)
                    }
                    try accept(cable, Submitting(request: request, caller: caller), reply)
                } catch let failure as ControlFailure {
                    reply.failed(failure)
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }
}
