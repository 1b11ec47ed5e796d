import Cables
import Control
import Custody
import Dispatch
import Journal
import Link
import Octets
import Synchronization
import Transport
import Turns

/// What the loop calls to tell somebody something. Called on the loop's queue; must not block.
protocol StationAnnouncer: AnyObject, Sendable {
    func send(_ slices: [Slice], session: UInt64, on link: Int)
    func send(_ frame: Frame, session: UInt64, on link: Int)
    func answer(_ answer: SubmissionAnswer, token: UInt64)
    func outcome(_ outcome: Outcome)
    func arrived(_ identity: CableIdentity, arrival: UInt64, post: String, office: String, precedence: Precedence)
    /// The journal takes no records: submissions that were not decided on are not accepted.
    func refuseUndecided(_ decided: Set<UInt64>)
    /// It stays open what becomes of these submissions.
    func leaveOpen(_ tokens: [UInt64])
    /// An operator closed a link, or opened it again.
    func shut(_ link: Int, _ why: String)
    func open(_ link: Int)
    /// An addressee asks for a cable once more: its acceptance stands there.
    func rerunAsked(_ place: RecordPlace, post: String, key: String)
    func comesHome(_ place: RecordPlace, _ homecoming: Homecoming)
    /// A person or a program is to be told; `told` is to be posted when that is done.
    func attend(_ task: DeskTask)
    /// An alarm was raised: its program may be run.
    func alarmed(_ event: StationEvent)
    /// The journal takes no more records: the station serves reads only.
    func failed(_ fault: JournalFault)
    /// The journal takes records again.
    func recovered()
}

/// The one place that acts: it feeds events to the core, writes what the core wants kept, and releases what the core
/// wants said when the records it rests on are synced.
///
/// Everything in it runs on one queue, in turns: all events that came meanwhile are one turn, with one batch signature
/// and one group commit. While the journal's thread syncs, sockets are read; the next turn begins when it is done.
final class StationLoop: @unchecked Sendable {
    // Unchecked: `state` is touched on `queue` only.

    typealias Input = @Sendable (inout StationCustody, Instant, inout Actions) -> Void

    /// Events of one turn at most: bounds the batch that is signed and the records that are held in memory.
    private static let inputsPerTurnMax = 1_024
    /// Octets of small bodies that one turn may take in: what comes behind them, a FLASH perhaps, waits for their sync.
    private static let bodyOctetsPerTurnMax = 256 << 10
    /// Milliseconds for which a note of custody passed may wait for other records (rule 12).
    private static let lazyMilliseconds = 200

    /// Milliseconds for which the note for a receipt may wait for something else to sign.
    static let noteMilliseconds = 10
    /// Milliseconds for which equal refusals are counted before they are recorded.
    private static let refusalMilliseconds = 1_000
    /// Milliseconds between two attempts to write after the journal has failed.
    private static let retryMilliseconds = 5_000
    /// Failures in a row after which submitters in doubt are told that it is open: the first and those ten seconds later.
    private static let failuresUntilOpen = 3

    /// Sessions and clients are served on it too.
    let queue = TurnQueue(label: "cable.core")
    private let mailbox = Mutex(Mailbox())
    private let refusals = RefusalCounts()
    private let syncedHead = Mutex<(head: AuditHead, proof: BatchProof)?>(nil)
    private let journal: Journal
    let log: EventLog
    private let alarms: AlarmBoard
    var signer: BatchSigner
    var custody: StationCustody
    var audit: AuditSealer
    let hello: HelloFacts
    private weak var announcer: (any StationAnnouncer)?

    private var resting: [(sequence: UInt64, release: Release)] = []
    private var restingHead = 0
    /// A group commit is under way, or failed and is not mended: there are no turns.
    private var commits = false
    private var halted = false
    private var flushPlanned = false
    var notes = NoteBook()
    var notesPlanned = false
    var notesOverdue = false
    /// The journal failed for good: only views are answered, as of the last sync (rules 6 and 7).
    private var readOnly = false
    /// Attempts to write that have failed since.
    private var failures = 0
    private var wakeAlarm: Alarm?
    private var wakeAt = UInt64.max

    /// What custody notes name about this station and its neighbours.
    struct HelloFacts: Sendable {
        var network: String
        var station: RoutingIndicator
    }

    /// What waits for the next turn. Events that come while a turn is under way make the next one, so that one signature
    /// and one sync serve them all.
    private struct Mailbox {
        var inputs: [Input] = []
        /// A turn is scheduled or under way, or one follows a group commit.
        var busy = false
    }

    enum Release {
        case auditHead(AuditHead, BatchProof)
        case announcement(Announcement)
        case frame(Frame, link: Int, session: UInt64)
        /// A program is started for it: what the alarm says may rest on records.
        case alarm(StationEvent)
        /// For those who watch.
        case happened([WatchRow])
        /// An answer to a query; where its records cannot be synced, one that is made as of the last sync.
        case view(@Sendable () -> Void, asSynced: @Sendable (inout StationCustody) -> @Sendable () -> Void)

        var submission: UInt64? {
            switch self {
            case .announcement(.submission(let token, _)): token
            case .announcement, .frame, .view, .auditHead, .alarm, .happened: nil
            }
        }
    }

    init(
        custody: consuming StationCustody, chain: AuditChain, journal: Journal, signer: BatchSigner, facts: HelloFacts,
        log: EventLog, alarms: AlarmBoard
    ) {
        audit = AuditSealer(chain: chain, network: facts.network, station: facts.station)
        self.custody = custody
        self.journal = journal
        self.signer = signer
        self.hello = facts
        self.log = log
        self.alarms = alarms
    }

    func start(_ announcer: any StationAnnouncer) {
        queue.sync { self.announcer = announcer }
        post { custody, now, actions in custody.recovered(at: now, &actions) }
    }

    /// Another key signs from the next turn on. From any queue.
    func sign(with signer: BatchSigner) { queue.async { [self] in self.signer = signer } }

    // MARK: Events

    /// An event for the core, from any queue.
    func post(_ input: @escaping Input) {
        leave(input)
        wake()
    }

    /// An event that waits for `wake`: what comes in one reading of a socket becomes one turn and not several.
    func leave(_ input: @escaping Input) { mailbox.withLock { $0.inputs.append(input) } }

    /// Begins a turn for what was left, unless one is under way.
    func wake() {
        let schedule = mailbox.withLock { mailbox -> Bool in
            guard !mailbox.busy, !mailbox.inputs.isEmpty else { return false }
            mailbox.busy = true
            return true
        }
        if schedule { queue.async { [self] in turn() } }
    }

    /// A body could not be written or read: the log and `status` say which call failed. From any queue.
    func alarm(_ fault: StorageFault) { alarm(StationEvent(.alarm, "disk.fault", [("why", "\(fault)")])) }

    /// A record or a body that is in custody, or on a desk, cannot be shown as it was accepted. From any queue.
    func alarm(unreadable error: any Error, _ identity: CableIdentity? = nil) {
        let id = identity.map { [("id", $0.description)] } ?? []
        alarm(StationEvent(.alarm, "record.unreadable", id + [("why", "\(error)")]))
    }

    /// Logs it, and `status` shows it. From any queue.
    func alarm(_ event: StationEvent) {
        log.write(event)
        alarms.raise(event, at: StationClock.now.wall)
        queue.async { [self] in announcer?.alarmed(event) }
    }

    /// Something was refused: it goes into the audit, counted where the same happens again soon. From any queue.
    func refused(_ source: AuditedRefusal.Source, _ code: String) {
        guard refusals.add(source, code) else { return }
        queue.asyncAfter(milliseconds: Self.refusalMilliseconds) { [self] in
            let counted = refusals.take(at: StationClock.now.wall)
            post { custody, now, actions in custody.refused(counted, at: now, &actions) }
        }
    }

    /// Refusals since the start. From any queue.
    var refusalTotals: [(kind: RefusalCounts.Total, count: UInt64)] { refusals.totals }

    /// The newest head of the audit that is synced. From any queue.
    var auditHead: (head: AuditHead, proof: BatchProof)? { syncedHead.withLock { $0 } }

    /// Looks at the state, for what tells nobody that a thing is kept. Not from the loop's queue.
    func look<Answer>(_ look: (borrowing StationCustody) -> Answer) -> Answer {
        queue.sync { look(custody) }
    }

    /// Looks at the state, and hands the answer on when all that it rests on is synced (rule 6).
    func view<Answer: Sendable>(
        _ look: @escaping @Sendable (borrowing StationCustody, Instant) -> Answer,
        then: @escaping @Sendable (Answer) -> Void
    ) {
        queue.async { [self] in
            let now = StationClock.now
            let asSynced: @Sendable (inout StationCustody) -> @Sendable () -> Void = { custody in
                let answer = custody.asSynced { look($0, now) }
                return { then(answer) }
            }
            guard !readOnly else { return asSynced(&custody)() }
            let answer = look(custody, now)
            rest(on: custody.nextSequence - 1, [.view({ then(answer) }, asSynced: asSynced)])
            if custody.persistedThrough < custody.nextSequence - 1 { flush() }
        }
    }

    /// An event whose answer is waited for; nil where the loop has not come to it in time, or the journal has failed: then
    /// the event is withdrawn, and never happens. Not from the loop's queue.
    func run<Answer: Sendable>(
        waiting seconds: Int, _ event: @escaping @Sendable (inout StationCustody, Instant, inout Actions) -> Answer
    ) -> Answer? {
        let box = AnswerBox<Answer>()
        let done = DispatchSemaphore(value: 0)
        post { custody, now, actions in
            guard box.begin() else { return }
            box.put(event(&custody, now, &actions))
            done.signal()
        }
        if done.wait(timeout: .now() + .seconds(seconds)) != .success {
            if box.withdraw() { return nil }
            // It has just begun, and takes no time.
            done.wait()
        }
        return box.take()
    }

    /// Does it behind the last turn: no other one is taken. From any queue.
    func endTurns(_ work: @escaping @Sendable () -> Void) {
        queue.async { [self] in
            halted = true
            work()
        }
    }

    /// Waits until all that the core has recorded is synced. Not from the loop's queue.
    func durable(waiting seconds: Int) -> Bool {
        let done = DispatchSemaphore(value: 0)
        view({ _, _ in () }, then: { done.signal() })
        return done.wait(timeout: .now() + .seconds(seconds)) == .success && journal.fault == nil
    }

    /// Everything up to `sequence` is synced. A failed sync was mended where records were moved: nothing may be offered
    /// or shown from where they were put first. From the journal's queue.
    func synced(through sequence: UInt64, moved: [(sequence: UInt64, location: RecordLocation)]) {
        queue.async { [self] in
            if !moved.isEmpty {
                custody.moved(
                    moved.map { ($0.sequence, RecordPlace(segment: $0.location.segment, offset: $0.location.offset)) })
            }
            if readOnly {
                readOnly = false
                failures = 0
                announcer?.recovered()
            }
            // One group commit may take several writes.
            guard sequence >= custody.nextSequence - 1 else { return }
            commits = false
            turn(synced: sequence)
        }
    }

    /// The journal takes nothing more: what rests on unsynced records is not said until a retry succeeds; views are
    /// answered as of the last sync. From the journal's queue, once for each failure.
    func journalFailed() { queue.async { [self] in stopTelling() } }

    private func stopTelling() {
        readOnly = true
        failures += 1
        let waiting = resting[restingHead...]
        resting = []
        restingHead = 0
        var inDoubt: [UInt64] = []
        for item in waiting {
            switch item.release {
            case .view(_, let asSynced): asSynced(&custody)()
            case .announcement, .frame, .auditHead, .alarm, .happened:
                if let token = item.release.submission {
                    inDoubt.append(token)
                    if failures >= Self.failuresUntilOpen { continue }
                }
                resting.append(item)
            }
        }
        if failures >= Self.failuresUntilOpen {
            announcer?.leaveOpen(inDoubt)
            inDoubt = []
        }
        announcer?.refuseUndecided(Set(inDoubt))
        // Room may have come back: what waits is written again, in a new place (rule 7).
        queue.asyncAfter(milliseconds: Self.retryMilliseconds) { [self] in journal.retry() }
    }

    // MARK: The turn

    /// - Parameter durable: the last sequence that is synced, where the core has not heard of it.
    private func turn(synced durable: UInt64? = nil) {
        // The group commit that is under way ends with a turn.
        guard !commits, !halted else { return }
        let inputs = mailbox.withLock { mailbox -> [Input] in
            mailbox.busy = true
            let count = min(mailbox.inputs.count, Self.inputsPerTurnMax)
            guard count < mailbox.inputs.count else {
                defer { mailbox.inputs.removeAll(keepingCapacity: true) }
                return mailbox.inputs
            }
            defer { mailbox.inputs.removeFirst(count) }
            return Array(mailbox.inputs[..<count])
        }
        var actions = Actions()
        let now = StationClock.now
        if let durable { custody.persisted(through: durable, at: now, &actions) }
        var done = 0
        while done < inputs.count, actions.bodyOctets < Self.bodyOctetsPerTurnMax {
            inputs[done](&custody, now, &actions)
            done += 1
        }
        let rest = inputs[done...]
        act(actions)
        let again = mailbox.withLock { mailbox -> Bool in
            if !rest.isEmpty { mailbox.inputs.insert(contentsOf: rest, at: 0) }
            mailbox.busy = commits || !mailbox.inputs.isEmpty
            return !commits && mailbox.busy
        }
        if again { queue.async { [self] in turn() } }
    }

    private func act(_ actions: consuming Actions) {
        var records = actions.persist
        for case .custodyTaken(let link, let session, let channel, let mark, let mayWait) in actions.afterPersist {
            notes.add(link: link, session: session, channel: channel, mark: mark, mayWait: mayWait)
        }
        audit.take(custody)
        let frames = sign(&records)
        keep(records)
        let last = custody.nextSequence - 1
        var releases: [Release] = frames
        for announcement in actions.afterPersist where !announcement.isCustodyNote {
            releases.append(.announcement(announcement))
        }
        let (effects, wakeAt) = (actions.now, actions.wakeAt)
        for case .event(let event) in effects where event.severity == .alarm { releases.append(.alarm(event)) }
        // The disk begins before anything else is done.
        commit(records, urgent: !releases.isEmpty)
        rest(on: last, releases + happenings(records, effects))
        perform(effects)
        plan(wakeAt)
    }

    private func commit(_ records: [JournalRecord], urgent: Bool) {
        guard custody.persistedThrough < custody.nextSequence - 1 else { return }
        if urgent || !records.allSatisfy(\.mayWait) { return flush() }
        guard !flushPlanned else { return }
        flushPlanned = true
        queue.asyncAfter(milliseconds: Self.lazyMilliseconds) { [self] in
            flushPlanned = false
            flush()
        }
    }

    /// Everything recorded becomes durable; a turn follows.
    private func flush() {
        guard !commits, journal.commit() else { return }
        commits = true
        mailbox.withLock { $0.busy = true }
    }

    private func keep(_ records: [JournalRecord]) {
        var sequence = custody.nextSequence - UInt64(records.count)
        var writer = OctetWriter(reserving: 4_096)
        for record in records {
            writer.removeAll()
            let record = custody.chained(record)
            record.write(to: &writer)
            let (given, location) = journal.append(writer.octets)
            precondition(given == sequence, "journal and core count alike")
            custody.placed(
                sequence: sequence,
                place: RecordPlace(segment: location.segment, offset: location.offset))
            sequence += 1
        }
    }

    // MARK: Telling

    private func rest(on sequence: UInt64, _ releases: [Release]) {
        if sequence <= custody.persistedThrough, restingHead == resting.count {
            for release in releases { perform(release) }
            return
        }
        for release in releases { resting.append((sequence, release)) }
    }

    private func releaseDurable() {
        while restingHead < resting.count, resting[restingHead].sequence <= custody.persistedThrough {
            perform(resting[restingHead].release)
            restingHead += 1
        }
        if restingHead == resting.count {
            resting.removeAll(keepingCapacity: true)
            restingHead = 0
        } else if restingHead > 4_096 {
            resting.removeFirst(restingHead)
            restingHead = 0
        }
    }

    private func perform(_ release: Release) {
        switch release {
        case .frame(let frame, let link, let session): announcer?.send(frame, session: session, on: link)
        case .view(let tell, _): tell()
        case .alarm(let event): announcer?.alarmed(event)
        case .happened(let rows): log.feed?.tell(rows)
        case .auditHead(let head, let proof): syncedHead.withLock { $0 = (head, proof) }
        case .announcement(let announcement):
            switch announcement {
            case .submission(let token, let answer): announcer?.answer(answer, token: token)
            case .outcome(let outcome): announcer?.outcome(outcome)
            case .arrived(let identity, let arrival, let post, let office, let precedence):
                announcer?.arrived(identity, arrival: arrival, post: post, office: office, precedence: precedence)
            case .desk(let task): announcer?.attend(task)
            case .rerunAsked(let place, let post, let key): announcer?.rerunAsked(place, post: post, key: key)
            case .comesHome(let homecoming):
                if let place = custody.place(of: homecoming) { announcer?.comesHome(place, homecoming) }
            case .linkNotice(let link, let session, let notice):
                announcer?.send(.linkNotice(notice), session: session, on: link)
            case .linkDrained(let link, let session): announcer?.send(.linkDrained, session: session, on: link)
            case .linkShuts(let link, let why): announcer?.shut(link, why)
            case .linkOpens(let link): announcer?.open(link)
            case .custodyTaken: break
            }
        }
    }

    private func perform(_ effects: [Effect]) {
        releaseDurable()
        var outgoing = Outgoing()
        for effect in effects {
            switch effect {
            case .transmit(let link, let session, let slice):
                outgoing.add(slice, session: session, link: link)
            case .refuse(let link, let session, let channel, let code, let message):
                refused(.peer(custody.peer(of: link)), code)
                announcer?.send(.refuse(channel: channel, code: code, message: message), session: session, on: link)
            case .event(let event):
                log.write(event, isTold: false)
                if event.severity == .alarm { alarms.raise(event, at: StationClock.now.wall) }
            }
        }
        for bundle in outgoing.bundles { announcer?.send(bundle.slices, session: bundle.session, on: bundle.link) }
    }

    private func plan(_ instant: UInt64?) {
        guard let instant, instant < wakeAt else { return }
        wakeAt = instant
        wakeAlarm?.cancel()
        let boot = StationClock.boot
        wakeAlarm = queue.alarm(milliseconds: Int(clamping: instant > boot ? instant - boot : 0)) { [self] in
            wakeAt = .max
            post { custody, now, actions in custody.woke(at: now, &actions) }
        }
    }
}
