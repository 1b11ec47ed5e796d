import Cables
import Custody
import Journal
import Link
import Octets
import Routing

/// One run of a station's daemon: the loop around the real core and journal, from start to kill.
///
/// It does what `StationLoop` does, in turns: events, signatures, records, one commit; what is told waits until the
/// records that it rests on are synced. An interrupted process does nothing more, wherever it stands.
final class StationProcess: @unchecked Sendable {
    // Unchecked: a simulation has one thread; the journal calls back on it.

    typealias Input = (inout StationCustody, Instant, inout Actions) -> Void

    /// As in the daemon's loop.
    private static let inputsPerTurnMax = 1_024
    private static let bodyOctetsPerTurnMax = 1 << 20
    private static let lazyMilliseconds: UInt64 = 200
    private static let noteMilliseconds: UInt64 = 10
    private static let retryMilliseconds: UInt64 = 5_000
    static let lifeSweepMilliseconds: UInt64 = 60_000
    /// Inputs and releases that may ever wait: neighbours' windows and clients' patience bound them.
    private static let waitingMax = 20_000

    let station: SimulatedStation
    let journal: Journal
    let bodies: BodyStore
    let partials: PartialStore
    let start: UInt64
    var custody: StationCustody
    private(set) var isEnded = false
    /// Certificates by fingerprint.
    var certificates: [Digest: RoutingIndicator] = [:]
    private var batch: UInt64 = 0
    private(set) var keeper: SessionKeeper!

    private var inputs: [Input] = []
    private var durable: UInt64?
    private var busy = false
    private var failed = false
    private(set) var readOnly = false
    private var resting: [(sequence: UInt64, release: Release)] = []
    private var flushPlanned = false
    private var notes = NoteBook()
    private var notesPlanned = false
    private var notesOverdue = false
    private var wakeAt = UInt64.max
    var upkeep: SegmentUpkeep
    /// Something for the segments is under way.
    var isCleaning = false
    var acceptsFrom = Precedence.routine
    var hasReusedNumber = false
    private var chain: AuditChain
    private var headThrough: UInt64
    /// The newest head of the audit that is synced.
    private(set) var auditHead: (head: AuditHead, proof: BatchProof)?

    enum Release {
        case announcement(Announcement)
        case frame(Frame, link: Int, session: UInt64)
        case auditHead(AuditHead, BatchProof)
    }

    init(
        station: SimulatedStation, journal: Journal, bodies: BodyStore, partials: PartialStore,
        custody: consuming StationCustody, chain: AuditChain, start: UInt64
    ) {
        self.chain = chain
        headThrough = chain.through
        self.station = station
        self.journal = journal
        self.bodies = bodies
        self.partials = partials
        self.custody = custody
        self.start = start
        upkeep = SegmentUpkeep(station.plan.keeping?.upkeep ?? SegmentUpkeep.Limits())
        keeper = SessionKeeper(self)
    }

    var world: World { station.world }
    var ledger: Ledger { station.ledger }
    var orders: OrderChecker? { ledger.books[station.index].orders }

    /// Nothing more is done for a process that was killed, also in the middle of a call.
    var isAlive: Bool { !isEnded && station.disk.interrupted == nil }

    func after(_ milliseconds: UInt64, _ act: @escaping () -> Void) {
        world.after(milliseconds) { [weak self] in
            guard let self, isAlive else { return }
            act()
            station.endIfInterrupted()
        }
    }

    func begin() {
        journal.start(
            Journal.Callbacks(
                onDurable: { [unowned self] sequence, relocated in synced(sequence, relocated) },
                onMended: { [unowned self] _ in world.note(station.index, .mended) },
                onFailed: { [unowned self] _ in journalFailed() }))
        post { custody, now, actions in custody.recovered(at: now, &actions) }
        let own = station.seals.certificate(of: station.name)
        if learn(own) { post { custody, now, actions in custody.keepCertificate(own, at: now, &actions) } }
        keeper.start()
        sweepLives()
        lookAtSegments()
    }

    func end() {
        isEnded = true
        keeper.abandon()
        // Events hold on to the process that holds them.
        inputs.removeAll()
        resting.removeAll()
    }

    /// - Returns: true when it was not known before.
    func learn(_ certificate: [UInt8]) -> Bool {
        guard let name = station.seals.station(in: certificate) else { return false }
        return certificates.updateValue(name, forKey: SimulatedHash.of(certificate, kind: 1)) == nil
    }

    /// The station that signed, or nil when the proof does not hold or its certificate is not known.
    func signer(of leaf: Digest, _ proof: BatchProof) -> RoutingIndicator? {
        guard let name = certificates[proof.fingerprint], station.seals.verifies(proof, of: leaf, by: name) else {
            return nil
        }
        return name
    }

    // MARK: Events

    func post(_ input: @escaping Input) {
        leave(input)
        wake()
    }

    func leave(_ input: @escaping Input) {
        inputs.append(input)
        if inputs.count + resting.count > Self.waitingMax {
            world.breaks(.bounds, station: station.index, "\(inputs.count) events and \(resting.count) answers wait")
        }
    }

    func wake() {
        guard !failed, !busy, !inputs.isEmpty else { return }
        busy = true
        after(0) { [unowned self] in turn() }
    }

    private func synced(_ sequence: UInt64, _ relocated: [(sequence: UInt64, location: RecordLocation)]) {
        if !relocated.isEmpty {
            ledger.moved(station, relocated)
            custody.moved(
                relocated.map {
                    ($0.sequence, RecordPlace(segment: $0.location.segment, offset: $0.location.offset))
                })
        }
        ledger.synced(station, through: sequence)
        durable = max(durable ?? 0, sequence)
    }

    private func journalFailed() {
        guard isAlive else { return }
        readOnly = true
        world.note(station.index, .readOnly)
        after(Self.retryMilliseconds) { [unowned self] in retry() }
    }

    private func retry() {
        journal.retry()
        guard isAlive, journal.fault == nil else { return }
        readOnly = false
        world.note(station.index, .writesAgain)
        ledger.lastDiskTrouble = world.now
        turnIfDurable()
    }

    private func turnIfDurable() {
        guard durable != nil else {
            failed = true
            return
        }
        failed = false
        guard !busy else { return }
        busy = true
        after(station.syncMilliseconds()) { [unowned self] in turn() }
    }

    // MARK: The turn

    private func turn() {
        let first = Array(inputs.prefix(Self.inputsPerTurnMax))
        inputs.removeFirst(first.count)
        let told = durable
        durable = nil
        var actions = Actions()
        let now = station.clock
        if let told {
            ledger.heard(station, through: told)
            custody.persisted(through: told, at: now, &actions)
        }
        var watched = watch(actions, from: (0, 0))
        var done = 0
        while done < first.count, actions.bodyOctets < Self.bodyOctetsPerTurnMax {
            let before = (records: actions.persist.count, told: actions.afterPersist.count)
            first[done](&custody, now, &actions)
            if station.mutation == .answerUnsyncedDuplicate { answerAtOnce(&actions, before) }
            watched = watch(actions, from: watched)
            done += 1
        }
        let rest = first[done...]
        let commits = act(actions)
        guard isAlive else { return }
        inputs.insert(contentsOf: rest, at: 0)
        failed = commits && durable == nil
        busy = !failed && (durable != nil || !inputs.isEmpty)
        if busy { after(durable == nil ? 0 : station.syncMilliseconds()) { [unowned self] in turn() } }
    }

    /// Holds each choice of what to send next against what is ready.
    private func watch(
        _ actions: borrowing Actions, from start: (records: Int, effects: Int)
    ) -> (records: Int, effects: Int) {
        for record in actions.persist[start.records...] { orders?.decided(record) }
        for effect in actions.now[start.effects...] {
            if case .transmit(let link, _, let slice) = effect { orders?.chose(slice, link: link) }
        }
        return (actions.persist.count, actions.now.count)
    }

    private func act(_ actions: consuming Actions) -> Bool {
        var records = actions.persist
        for case .custodyTaken(let link, let session, let channel, let mark, let mayWait) in actions.afterPersist {
            notes.add(link: link, session: session, channel: channel, mark: mark, mayWait: mayWait)
        }
        custody.newEntries { chain.add($0, $1, hash: { SimulatedHash.of($0) }) }
        if let mutation = station.mutation { misstate(&records, mutation) }
        let frames = sign(&records)
        if station.mutation == .noteEndsLaterArrival { ledger.misdirect(station, &records) }
        if station.mutation == .raiseTakenForCancel || station.mutation == .cancelledTooEarly { mistake(&records) }
        if station.mutation == .arrivalNumbersReused, !hasReusedNumber { reuseNumber(&records) }
        if station.mutation == .carryForgetsPassed || station.mutation == .carryForgetsMarks { forget(&records) }
        keep(records)
        let last = custody.nextSequence - 1
        var releases = frames
        for announcement in actions.afterPersist where !announcement.isCustodyNote {
            releases.append(.announcement(announcement))
        }
        let (effects, wakeAt) = (actions.now, actions.wakeAt)
        rest(on: last, releases)
        perform(effects)
        plan(wakeAt)
        return commit(records, urgent: !releases.isEmpty)
    }

    private func commit(_ records: [JournalRecord], urgent: Bool) -> Bool {
        guard custody.persistedThrough < custody.nextSequence - 1 else { return false }
        if urgent || !records.allSatisfy(\.mayWait) { return journal.commit() }
        if !flushPlanned {
            flushPlanned = true
            after(Self.lazyMilliseconds) { [unowned self] in
                flushPlanned = false
                flush()
            }
        }
        return false
    }

    private func flush() {
        if journal.commit(), isAlive { turnIfDurable() }
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
            custody.placed(sequence: sequence, place: RecordPlace(segment: location.segment, offset: location.offset))
            ledger.appended(station, sequence, record, location)
            sequence += 1
        }
    }

    // MARK: Signing

    private func sign(_ records: inout [JournalRecord]) -> [Release] {
        var needsSignature = false
        for index in records.indices {
            let leaves = records[index].unsignedLeaves(station: station.name)
            guard !leaves.isEmpty else { continue }
            needsSignature = true
            records[index].attach(leaves.map { proof(SimulatedSeals.leaf($0.kind, $0.content)) }[...])
        }
        guard needsSignature || notes.isDue || notesOverdue else {
            awaitCompany()
            return []
        }
        notesOverdue = false
        var releases: [Release] = []
        if chain.through > headThrough { releases.append(signHead(&records)) }
        return releases
            + notes.take().map { note in
                .frame(
                    .custody(
                        CustodyNote(
                            channels: ChannelRanges(ascending: note.channels).ranges,
                            proof: proof(SimulatedSeals.leaf(.custody, statement(of: note))))), link: note.link,
                    session: note.session)
            }
    }

    private func signHead(_ records: inout [JournalRecord]) -> Release {
        let head = AuditHead(
            network: station.plan.network.name, station: station.name, epoch: custody.settings.epoch,
            through: chain.through, value: chain.value)
        headThrough = head.through
        let proof = proof(SimulatedSeals.leaf(.auditHead, head.encoded))
        var more = Actions()
        custody.keepAuditHead(head, proof, at: station.clock, &more)
        records += more.persist
        return .auditHead(head, proof)
    }

    private func proof(_ leaf: Digest) -> BatchProof {
        batch += 1
        return station.seals.sign(leaf, by: station.name, start: start, batch: batch)
    }

    private func awaitCompany() {
        guard !notes.isEmpty, !notesPlanned else { return }
        notesPlanned = true
        after(Self.noteMilliseconds) { [unowned self] in
            notesPlanned = false
            notesOverdue = true
            post { _, _, _ in }
        }
    }

    private func statement(of note: NoteBook.Note) -> [UInt8] {
        CustodyNote.statement(
            network: station.plan.network.name, taker: station.name, giver: custody.peer(of: note.link),
            giverStart: custody.peerStart(of: note.link), channels: note.channels, marks: note.marks)
    }

    // MARK: Telling

    private func rest(on sequence: UInt64, _ releases: [Release]) {
        if station.mutation == .tellBeforeSync {
            for release in releases { perform(release) }
            return
        }
        if sequence <= custody.persistedThrough, resting.isEmpty {
            for release in releases { perform(release) }
            return
        }
        for release in releases { resting.append((sequence, release)) }
    }

    private func releaseDurable() {
        var count = 0
        while count < resting.count, resting[count].sequence <= custody.persistedThrough {
            perform(resting[count].release)
            count += 1
        }
        resting.removeFirst(count)
    }

    private func perform(_ release: Release) {
        switch release {
        case .frame(let frame, let link, let session): keeper.driver(link, session: session)?.send(frame)
        case .announcement(let announcement): tell(announcement)
        case .auditHead(let head, let proof): auditHead = (head, proof)
        }
    }

    private func tell(_ announcement: Announcement) {
        switch announcement {
        case .submission(let token, let answer): station.answered(token, answer)
        case .outcome(var outcome):
            if station.mutation == .receiptTakenForAcknowledgment { outcome.state = .acknowledged }
            ledger.told(station, outcome)
        case .arrived(let identity, let arrival, let post, let office, _):
            ledger.told(station, identity, arrival: arrival, post: post, office: office)
        case .desk(let task): attend(task)
        case .linkNotice(let link, let session, let notice):
            ledger.announced(station, self, link, session: session, notice)
            guard station.mutation != .limitNotAnnounced else { break }
            keeper.driver(link, session: session)?.send(.linkNotice(notice))
        case .linkDrained(let link, let session): keeper.driver(link, session: session)?.send(.linkDrained)
        case .linkShuts(let link, _): keeper.shut(link)
        case .linkOpens(let link): keeper.open(link)
        case .rerunAsked(let place, let post, let key): rerun(place, post, key)
        case .comesHome(let homecoming):
            if let place = custody.place(of: homecoming) { bringHome(place, homecoming) }
        case .custodyTaken: break
        }
    }

    /// Somebody is told, and says so.
    private func attend(_ task: DeskTask) {
        if station.mutation != .reminderNotSaid {
            ledger.performed.insert(Ledger.Task(station: station.index, matter: task.matter))
        }
        post { custody, now, actions in custody.told(task.matter, at: now, &actions) }
    }

    private func perform(_ effects: [Effect]) {
        releaseDurable()
        var outgoing = Outgoing()
        for effect in effects {
            switch effect {
            case .transmit(let link, let session, let slice):
                outgoing.add(slice, session: session, link: link)
            case .refuse(let link, let session, let channel, let code, let message):
                keeper.driver(link, session: session)?.send(.refuse(channel: channel, code: code, message: message))
            case .event(let event): ledger.logged(station, event)
            }
        }
        for bundle in outgoing.bundles {
            var bundle = bundle
            if station.mutation == .orderBrokenByLinkChange, bundle.session > 1 { bundle.slices.reverse() }
            keeper.driver(bundle.link, session: bundle.session)?.send(bundle.slices)
        }
    }

    private func plan(_ instant: UInt64?) {
        guard let instant, instant < wakeAt else { return }
        wakeAt = instant
        let boot = station.clock.boot
        after((instant > boot ? instant - boot : 0) + 1) { [unowned self] in
            guard wakeAt == instant else { return }
            wakeAt = .max
            post { [unowned self] custody, now, actions in
                orders?.woke(at: now.boot)
                custody.woke(at: now, &actions)
            }
        }
    }

    // MARK: Mistakes made on purpose

    private func answerAtOnce(_ actions: inout Actions, _ before: (records: Int, told: Int)) {
        guard actions.persist.count == before.records else { return }
        for announcement in actions.afterPersist[before.told...] {
            guard case .custodyTaken(let link, let session, let channel, let mark, _) = announcement else { continue }
            var book = NoteBook()
            book.add(link: link, session: session, channel: channel, mark: mark, mayWait: false)
            for note in book.take() {
                let proof = proof(SimulatedSeals.leaf(.custody, statement(of: note)))
                keeper.driver(link, session: session)?.sendNow(
                    .custody(CustodyNote(channels: [channel...channel], proof: proof)))
            }
        }
        let isNote: (Announcement) -> Bool = { $0.isCustodyNote }
        let kept = actions.afterPersist[before.told...].filter { !isNote($0) }
        actions.afterPersist.replaceSubrange(before.told..., with: kept)
    }
}
