import Cables
import Control
import Custody
import Dispatch
import Journal
import Octets
import Routing
import Settings
import Synchronization
import Transport

/// Answers the control socket: reads requests, asks the loop, and makes rows of what it says.
final class ControlDesk: ControlService {
    /// Watchers at most.
    private static let watchersMax = 64

    private let held: Mutex<StationFacts>
    let loop: StationLoop
    let archive: CableArchive
    let log: EventLog
    let alarms: AlarmBoard
    private let state = Mutex(State())
    private let keeper = Mutex<SegmentKeeper?>(nil)
    private let trusted = Mutex<CertificateKeeper?>(nil)
    private let destroying = Mutex<StateDestruction?>(nil)
    private let auditing = Mutex<Auditing?>(nil)
    let hooks: HookDesk
    /// The last survey, for everybody who measures or looks.
    let surveys = SurveyShelf()
    private let allowed: Mutex<ControlPermissions>
    private let reloading = Mutex<ReloadBoard?>(nil)

    private struct State {
        var nextToken: UInt64 = 1
        var waiting: [UInt64: Waiting] = [:]
        var watchers: [ControlReply] = []
        var accepting = true
    }

    private struct Waiting {
        var reply: ControlReply
        var tagged: TaggedReply?
        var warnings: [String]
        /// The submission can be repeated without harm.
        var hasKey: Bool
    }

    init(
        facts: StationFacts, loop: StationLoop, archive: CableArchive, log: EventLog, alarms: AlarmBoard,
        hooks: HookDesk
    ) {
        self.hooks = hooks
        held = Mutex(facts)
        allowed = Mutex(ControlPermissions(facts.settings.roles))
        self.loop = loop
        self.archive = archive
        self.log = log
        self.alarms = alarms
    }

    var facts: StationFacts { held.withLock { $0 } }

    var permissions: ControlPermissions { allowed.withLock { $0 } }

    /// Other settings hold.
    func adopt(_ settings: StationSettings) {
        held.withLock { $0.settings = settings }
        allowed.withLock { $0 = ControlPermissions(settings.roles) }
    }

    func keep(_ board: ReloadBoard) { reloading.withLock { $0 = board } }

    /// `config.reload`: as SIGHUP does, and says what became of it.
    private func configReload(_ reply: ControlReply) {
        let board = reloading.withLock { $0 }
        DispatchQueue.global(qos: .userInitiated).async { reply.document(board?.reload() ?? ReloadDocument()) }
    }

    /// Another network file holds.
    func adopt(_ network: Network, _ routing: RoutingTable) {
        held.withLock {
            $0.network = network
            $0.routing = routing
        }
    }

    /// Who scrubs.
    func keep(_ segments: SegmentKeeper) { keeper.withLock { $0 = segments } }

    func keep(_ destruction: StateDestruction) { destroying.withLock { $0 = destruction } }

    var destruction: StateDestruction? { destroying.withLock { $0 } }

    func keep(_ audit: Auditing) { auditing.withLock { $0 = audit } }

    var audit: Auditing? { auditing.withLock { $0 } }

    func keep(_ certificates: CertificateKeeper) { trusted.withLock { $0 = certificates } }

    var certificates: CertificateKeeper? { trusted.withLock { $0 } }

    var segments: SegmentKeeper? { keeper.withLock { $0 } }

    func stopAccepting() { state.withLock { $0.accepting = false } }

    var isAccepting: Bool { state.withLock { $0.accepting } && archive.journal.fault == nil }

    func connected(_ caller: ControlCaller) {
        log.write(
            .info, "control.connected", [("uid", "\(caller.uid)"), ("gid", "\(caller.gid)"), ("pid", "\(caller.pid)")])
    }

    func readingEnded() { loop.wake() }

    func refusal(of request: ControlRequest, from caller: ControlCaller) -> ControlFailure? {
        let failure = permissions.refusal(of: request, caller)
        if let failure { loop.refused(.user(caller.uid), failure.code) }
        return failure
    }

    func isQuick(_ request: ControlRequest) -> Bool { request.verb == "submit" || request.verb == "watch" }

    func bodySink(octets: Int) throws(ControlFailure) -> any BodySink {
        guard octets <= facts.settings.limits.cableOctets else {
            throw ControlFailure(
                code: "TOO_LARGE",
                message: "the cable has \(octets) octets, more than \(facts.settings.limits.cableOctets)",
                advice: "split it into sections", exit: ExitStatus.data)
        }
        return try StoredBody(octets: octets, archive: archive, loop: loop)
    }

    func handle(_ request: ControlRequest, body: SubmittedBody?, from caller: ControlCaller, reply: ControlReply) {
        let reply = audited(request, caller, reply)
        switch request.verb {
        case "submit": submit(request, body, caller, reply)
        case "status": status(reply)
        case "metrics": metrics(request, reply)
        case "queue.list": queueList(request, reply)
        case "queue.shape": queueShape(request, reply)
        case "queue.oldest": queueOldest(reply)
        case "cable.show": cableShow(request, reply)
        case "cable.history": cableHistory(request, reply)
        case "inbox.list": inboxList(request, caller, reply)
        case "inbox.read": inboxRead(request, caller, reply)
        case "inbox.acknowledge": inboxAcknowledge(request, caller, reply)
        case "inbox.forward": inboxForward(request, caller, reply)
        case "inbox.archive": inboxArchive(request, caller, reply)
        case "suspense.list": suspenseList(request, caller, reply)
        case "suspense.close": suspenseClose(request, caller, reply)
        case "hook.list": hookList(reply)
        case "hook.retry": hookRetry(request, reply)
        case "check.acknowledgments": checkAcknowledgments(reply)
        case "check.suspense": checkSuspense(reply)
        case "check.hooks": checkHooks(reply)
        case "receipt.list": receiptList(request, reply)
        case "receipt.export": receiptExport(request, reply)
        case "cable.trace": cableTrace(request, reply)
        case "cable.rerun": cableRerun(request, reply)
        case "report": report(request, reply)
        case "audit.verify": auditVerify(request, reply)
        case "audit.export": auditExport(request, reply)
        case "link.list": linkList(reply)
        case "link.show": linkShow(request, reply)
        case "link.up", "link.down", "link.drain", "link.limit": linkOrder(request, caller, reply)
        case "config.show": configShow(reply)
        case "config.reload": configReload(reply)
        case "names": names(reply)
        case "inbox.sections": inboxSections(request, reply)
        case "watch": watch(reply)
        case "events": events(reply)
        case "state.export": stateExport(reply)
        case "state.destroy": stateDestroy(request, caller, reply)
        case "check.disk": checkDisk(request, reply)
        case "check.certificates": checkCertificates(reply)
        case "route.test": routeTest(request, reply)
        case "cable.hold", "cable.release", "cable.retry", "cable.cancel", "cable.raise":
            cableOrder(request, caller, reply)
        case "cable.readdress": cableReaddress(request, caller, reply)
        default:
            reply.failed(
                ControlFailure(
                    code: "USAGE", message: "routerd does not know \(request.verb)",
                    advice: "use the routerctl of the same version", exit: ExitStatus.usage))
        }
    }

    // MARK: Submitting

    /// Keeps the answer's way until the loop knows the outcome.
    func expect(_ reply: ControlReply, tagged: TaggedReply?, warnings: [String], hasKey: Bool) -> UInt64 {
        state.withLock { state in
            let token = state.nextToken
            state.nextToken += 1
            state.waiting[token] = Waiting(reply: reply, tagged: tagged, warnings: warnings, hasKey: hasKey)
            return token
        }
    }

    /// Whether the submitter still waits: one that was told "not accepted" must not be accepted any more.
    func isExpected(_ token: UInt64) -> Bool { state.withLock { $0.waiting[token] != nil } }

    static let notAccepting = ControlFailure(
        code: "NOT_ACCEPTING", message: "the station takes no cables now; this one was not accepted",
        advice: "see `routerctl status`, and try again", exit: ExitStatus.tryLater)

    /// The journal takes nothing: who was not decided on yet hears at once that nothing was accepted.
    ///
    /// - Parameter decided: submissions whose records are in doubt.
    func refuseUndecided(_ decided: Set<UInt64>) {
        let refused = state.withLock { state -> [Waiting] in
            let tokens = state.waiting.keys.filter { !decided.contains($0) }
            return tokens.compactMap { state.waiting.removeValue(forKey: $0) }
        }
        for waiting in refused { waiting.reply.failed(Self.notAccepting) }
    }

    /// It stays open whether the records of these submissions will be on the disk.
    func leaveOpen(_ tokens: [UInt64]) {
        let open = state.withLock { state in tokens.compactMap { state.waiting.removeValue(forKey: $0) } }
        for waiting in open {
            waiting.reply.failed(
                ControlFailure(
                    code: "OUTCOME_UNKNOWN",
                    message: "the disk failed before the cable was synced: outcome: unknown",
                    advice: waiting.hasKey
                        ? "submit it again with the same --key"
                        : "look in `routerctl queue list` when the station takes cables again, before you submit it once "
                            + "more; with --key a repetition is harmless", exit: ExitStatus.unavailable))
        }
    }

    func answer(_ answer: SubmissionAnswer, token: UInt64) {
        guard let waiting = state.withLock({ $0.waiting.removeValue(forKey: token) }) else { return }
        switch answer {
        case .accepted(let cable):
            var told = SubmittedAnswer(
                id: cable.identity.description, mrn: cable.mrn,
                deliveries: cable.deliveries.map { DeliveryRow($0) },
                captions: waiting.tagged?.captions ?? [], slugs: waiting.tagged?.slugs ?? [],
                warnings: waiting.warnings + (waiting.tagged?.notes ?? []) + cable.warnings)
            told.addressees = waiting.tagged?.addressees ?? []
            told.references = waiting.tagged?.references ?? []
            waiting.reply.submitted(told)
        case .refused(let refusal):
            waiting.reply.failed(ControlFailure(refusal))
        }
    }

    // MARK: Watching

    private func watch(_ reply: ControlReply) {
        let taken = state.withLock { state -> Bool in
            state.watchers.removeAll { !$0.isOpen }
            guard state.watchers.count < Self.watchersMax else { return false }
            state.watchers.append(reply)
            return true
        }
        if !taken { reply.failed(Self.tooManyWatchers) }
    }

    /// Everything that happens, as JSON objects.
    private func events(_ reply: ControlReply) {
        if log.feed?.add(reply) != true { reply.failed(Self.tooManyWatchers) }
    }

    private static let tooManyWatchers = ControlFailure(
        code: "TOO_MANY_WATCHERS", message: "too many clients are watching", advice: "close one",
        exit: ExitStatus.tryLater)

    func tell(_ outcome: Outcome) {
        let watchers = state.withLock { $0.watchers }
        guard !watchers.isEmpty else { return }
        let event = OutcomeEvent(
            id: outcome.identity.description, post: outcome.post, office: outcome.office, state: outcome.state.word,
            at: outcome.at)
        for watcher in watchers { watcher.event(event) }
    }
}

/// What stands fast while the daemon runs.
struct StationFacts: Sendable {
    var settings: StationSettings
    var network: Network
    var routing: RoutingTable
    var startedAt: Int64
    var version: String
}

extension DeliveryRow {
    init(_ report: DeliveryReport) {
        self.init(
            post: report.post, indicator: report.station.description, role: report.role == .action ? "action" : "info",
            precedence: report.precedence.word, state: report.word,
            since: Timestamp(milliseconds: report.since).description, why: report.why, office: report.office,
            lateAfterNotice: report.lateAfterNotice, movedTo: report.movedTo?.description)
    }
}

extension ControlFailure {
    init(_ refusal: Refusal) {
        let exit =
            switch refusal.permanence {
            case .permanent: ExitStatus.data
            case .notPermitted: ExitStatus.notPermitted
            case .tryLater: ExitStatus.tryLater
            }
        self.init(code: refusal.code, message: refusal.message, advice: refusal.advice, exit: exit)
    }
}

extension ControlFailure {
    static func incompleteID(_ id: String, _ identity: CableIdentity) -> ControlFailure {
        ControlFailure(
            code: "INCOMPLETE_ID", message: "no cable here is called \(id); \(identity) begins like it",
            advice: "write the number whole to act on a cable", exit: ExitStatus.data)
    }
}

/// A large body that a client hands in.
final class StoredBody: BodySink {
    private let inbox: BodyInbox
    private let loop: StationLoop

    init(octets: Int, archive: CableArchive, loop: StationLoop) throws(ControlFailure) {
        self.loop = loop
        do throws(StorageFault) {
            inbox = try archive.partials.upload(
                octets: UInt64(octets), mark: String(RandomBits.word, radix: 16))
        } catch {
            throw Self.failure(error, loop)
        }
    }

    func append(_ octets: UnsafeRawBufferPointer) throws(ControlFailure) {
        do throws(StorageFault) { try inbox.append(octets) } catch { throw Self.failure(error, loop) }
    }

    func finish() throws(ControlFailure) -> (name: String, hold: any Sendable) {
        do throws(StorageFault) {
            let (hash, _, claim) = try inbox.finish()
            return (hash.description, claim)
        } catch {
            throw Self.failure(error, loop)
        }
    }

    func abandon() { inbox.discard() }

    private static func failure(_ fault: StorageFault, _ loop: StationLoop) -> ControlFailure {
        loop.alarm(fault)
        return ControlFailure(
            code: "DISK", message: "the cable could not be written: \(fault)", advice: "make room and try again",
            exit: ExitStatus.tryLater)
    }
}
