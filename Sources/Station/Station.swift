import Cables
import Control
import Custody
import Dispatch
import Journal
import Link
import Octets
import Routing
import Settings
import Transport
import Turns

/// Why a station cannot start: what is wrong, and the exit status of routerd.
package struct StartFailure: Error, Sendable {
    package var message: String
    package var exit: Int32
}

/// A running station: everything that `routerd` is, put together.
package final class Station: Sendable {
    /// Octets of a body between two choices of what to send next, at most; slow links have smaller ones.
    private static let chunkOctets = 16 << 10
    /// Seconds between two looks for cables whose life is over.
    private static let lifeSweepSeconds = 60
    /// Seconds between two looks for deliveries that have used up their time.
    private static let speedSeconds = 10

    /// In a state that went elsewhere (`state export --move`).
    private static let movedName = "moved"

    private let loop: StationLoop
    private let keeper: LinkKeeper
    private let desk: ControlDesk
    private let control: ControlServer
    private let wiring: Wiring
    private let segments: SegmentKeeper
    private let board: ReloadBoard
    private let certificates: CertificateKeeper
    private let watchdog: ServiceWatchdog?
    private let pages: PageServer?
    private let log: EventLog
    private let alarms: AlarmBoard

    /// Opens journal and keys, replays, listens and dials. Returns when the station serves.
    ///
    /// - Throws: `StartFailure`.
    package static func start(_ configuration: StationConfiguration, log: EventLog) throws(StartFailure) -> Station {
        do {
            return try Station(configuration, log: log)
        } catch let failure as StartFailure {
            throw failure
        } catch let fault as JournalFault {
            throw StartFailure(message: "\(fault)", exit: exit(of: fault))
        } catch let failure as ControlFailure {
            throw StartFailure(message: "\(failure.message), \(failure.advice)", exit: failure.exit)
        } catch let fault as TransportFault {
            throw StartFailure(message: fault.description, exit: ExitStatus.configuration)
        } catch {
            throw StartFailure(message: "\(error)", exit: ExitStatus.software)
        }
    }

    /// What the state keeps of a record. Its checksum was right, so that what cannot be read was not damaged: it was written
    /// by a routerd that knows more.
    private static func digest(_ payload: [UInt8], at location: RecordLocation) throws(JournalFault) -> RecordDigest {
        do throws(OctetFault) {
            return try RecordDigest(record: OctetReader(payload))
        } catch {
            throw .newerRecord(location)
        }
    }

    private static func exit(of fault: JournalFault) -> Int32 {
        switch fault {
        case .locked: ExitStatus.tryLater
        case .newerVersion, .newerRecord: ExitStatus.configuration
        case .storage, .damagedRecord, .readOnly: ExitStatus.software
        }
    }

    private init(_ configuration: StationConfiguration, log: EventLog) throws {
        let settings = configuration.settings
        var log = log
        log.feed = WatchFeed()
        self.log = log
        let (key, authorities) = try KeyFiles(settings.tls).load()
        guard key.indicator == settings.station, key.network == configuration.network.name else {
            throw StartFailure(
                message: "\(settings.tls.certificate) is the certificate of \(key.network)/\(key.indicator), "
                    + "not of \(configuration.network.name)/\(settings.station)", exit: ExitStatus.configuration)
        }
        guard !SignatureCost.isLeftOut || configuration.network.name == "BENCH" else {
            throw StartFailure(
                message:
                    "this routerd was built to measure signatures and makes none: it serves the benchmark's network only",
                exit: ExitStatus.configuration)
        }
        let now = StationClock.now
        let start = RandomBits.word & ((1 << CableIdentity.startBits) - 1)
        let alarms = AlarmBoard()
        self.alarms = alarms
        let storage = FileStorage()
        let routing = RoutingTable(network: configuration.network, own: settings.station)
        let book = SignatureBook(network: key.network, authorities: authorities)

        try storage.makeFolder(settings.state)
        if try storage.list(settings.state).contains(Self.movedName) {
            throw StartFailure(
                message: "the state \(settings.state) was moved to another machine, and two must not serve it: remove "
                    + "\(settings.state)/\(Self.movedName) if it was not", exit: ExitStatus.configuration)
        }
        if try storage.list(settings.state).contains(StateImport.stage),
            try StateImport.isUnfinished(state: settings.state, storage: storage)
        {
            throw StartFailure(
                message: "an import into \(settings.state) came to no end: run routerctl state import again",
                exit: ExitStatus.configuration)
        }
        var custody: StationCustody?
        let progress = RecoveryProgress()
        let newEpoch = (high: RandomBits.word, low: RandomBits.word)
        let recovery = Recovery(
            configuration: configuration, routing: routing, start: start, chunkOctets: Self.chunkOctets, now: now)
        let (journal, report) = try Journal.open(
            state: settings.state, storage: storage, newEpoch: newEpoch, writing: .behind,
            digests: { sequence, location, digest in
                recovery.take(try RecordDigest(from: digest), sequence, location)
            }, progress: { done, of in progress.tell(done, of: of) },
            take: { sequence, location, payload in
                recovery.take(try Self.digest(payload, at: location), sequence, location)
            })
        custody = recovery.finish(epoch: JournalEpoch(high: journal.epoch.high, low: journal.epoch.low))
        guard var custody = custody.take() else {
            throw StartFailure(message: "nothing was recovered", exit: ExitStatus.software)
        }
        if report.tailDamaged {
            // What stood in the damaged tail may have been told to neighbours: its numbers are not used again.
            custody.skip(through: custody.nextSequence - 1 + report.tailRecordsMax)
            journal.skip(through: custody.nextSequence - 1)
        }
        book.recall(custody.certificates)
        let isNew = book.add(key.certificate) && !custody.certificates.contains(key.certificate.der)
        Self.tell(report, log, alarms, at: now.wall)

        let bodies = try BodyStore(state: settings.state, storage: storage)
        // What a crash left between the writing of a body and the record of its cable.
        for name in try bodies.list()
        where !(Digest(hexadecimal: name).map { custody.needs(body: ContentMark($0)) } ?? true) {
            try bodies.remove(name)
        }
        let partials = try PartialStore(
            bodies: bodies, capacity: UInt64(settings.limits.partialOctets), inlineMax: CableBody.inlineMax,
            hash: { HashStream() })
        let archive = CableArchive(journal: journal, bodies: bodies, partials: partials)
        let signer = BatchSigner(network: key.network, key: key, start: start)
        loop = StationLoop(
            custody: custody, chain: recovery.audit.chain(hash: ContentHash.of), journal: journal, signer: signer,
            facts: StationLoop.HelloFacts(network: key.network, station: settings.station), log: log, alarms: alarms)
        let facts = StationFacts(
            settings: settings, network: configuration.network, routing: routing, startedAt: now.wall,
            version: StationVersion.text)
        let hooks = HookDesk(
            settings: settings.desks, station: settings.station, loop: loop, archive: archive, log: log, alarms: alarms)
        desk = ControlDesk(facts: facts, loop: loop, archive: archive, log: log, alarms: alarms, hooks: hooks)
        var limits = LinkLimits()
        limits.windowOctets = settings.limits.windowOctets
        limits.pipeOctets = settings.limits.unsentOctetsPerLink
        limits.keepaliveMilliseconds = settings.limits.keepalive
        limits.silenceMilliseconds = settings.limits.silence
        limits.chunkOctetsMax = Self.chunkOctets
        limits.cableOctetsMax = UInt64(settings.limits.cableOctets)
        keeper = LinkKeeper(
            around: LinkSurroundings(
                network: key.network, station: settings.station, start: start, limits: limits, loop: loop,
                archive: archive, book: book, log: log),
            neighbours: routing.neighbours.map { ($0, configuration.network.station($0)?.addresses ?? []) },
            dialling: try TLSContext(role: .dialling, key: key, authorities: authorities),
            listening: try TLSContext(role: .listening, key: key, authorities: authorities),
            handshakeMilliseconds: Int(settings.limits.handshake), retryDelayMin: settings.limits.retryDelayMin,
            retryDelayMax: settings.limits.retryDelayMax, networkVersion: configuration.network.version,
            networkHash: ContentHash.of(configuration.networkOctets))
        wiring = Wiring(keeper: keeper, desk: desk, log: log, alarms: alarms)
        control = try ControlServer(
            path: settings.control, mode: Self.socketMode(settings), inlineOctets: CableBody.inlineMax,
            connectionsMax: settings.limits.controlConnections,
            connectionsPerUserMax: settings.limits.controlConnectionsPerUser, service: desk, queue: loop.queue)

        let trail = AuditTrail(archive: archive, folder: "\(settings.state)/audit")
        desk.keep(Auditing(trail: trail, book: book, keeper: keeper))
        let guardian = DiskGuard(journal: journal, loop: loop, alarms: alarms, log: log)
        let scrub = DiskScrub(
            loop: loop, archive: archive, alarms: alarms, log: log, storage: storage, folder: settings.state,
            interval: settings.scrub, startedAt: now.wall)
        segments = SegmentKeeper(
            loop: loop, archive: archive, scrub: scrub,
            history: CableHistory(archive: archive, station: settings.station), guardian: guardian, log: log,
            retentionOctets: settings.retentionOctets, trail: trail,
            auditMilliseconds: Int64(clamping: settings.auditRetention))
        desk.keep(segments)
        watchdog = ServiceWatchdog(loop: loop, storage: storage, state: settings.state)

        board = ReloadBoard(log: log, alarms: alarms)
        certificates = CertificateKeeper(
            settings: settings.tls, key: key, authorities: authorities, start: start, book: book, keeper: keeper,
            loop: loop, alarms: alarms, log: log)
        desk.keep(certificates)
        let trusted = certificates
        board.register(
            ReloadBoard.Part(name: "certificates", files: trusted.files, reload: { try trusted.reload() }))

        let settled = SettingsKeeper(
            file: configuration.file, settings: settings,
            adopt: { [desk, loop, hooks, segments, control] settings, new in
                desk.adopt(settings)
                hooks.adopt(settings.desks)
                segments.adopt(settings)
                control.allow(mode: Self.socketMode(settings))
                let calendar = new.calendar
                loop.post { custody, _, _ in
                    custody.settings.adopt(settings, calendar)
                    custody.offices = OfficeDirectory(settings.offices)
                }
            })
        // Only on order: a file that is being edited is no file to go by.
        board.register(ReloadBoard.Part(name: ReloadBoard.settings, files: [], reload: { try settled.reload() }))
        desk.keep(board)

        let snapshots = SnapshotDesk(desk: desk)
        pages = try settings.metrics.map { try PageServer($0, snapshots: snapshots) }

        let networks = NetworkKeeper(settings: settings, loop: loop, keeper: keeper, desk: desk)
        board.register(
            ReloadBoard.Part(name: "network", files: networks.files, reload: { try networks.reload() }))

        let (loop, wiring) = (loop, wiring)
        let (keeper, segments, pages) = (keeper, segments, pages)
        desk.keep(
            StateDestruction(settings: settings, loop: loop, keeper: keeper, log: log) {
                keeper.stop()
                segments.stop()
                pages?.stop()
            })
        journal.start(
            Journal.Callbacks(
                onDurable: { sequence, relocated in loop.synced(through: sequence, moved: relocated) },
                onMended: { fault in
                    wiring.alarm("journal.mended", "a sync failed and was mended: \(fault)")
                },
                onFailed: { fault in
                    wiring.failed(fault)
                    loop.journalFailed()
                }))
        loop.start(wiring)
        if isNew {
            let der = key.certificate.der
            loop.post { custody, now, actions in custody.keepCertificate(der, at: now, &actions) }
        }
        let own = configuration.network.station(settings.station)
        try keeper.start(listening: (own?.addresses ?? []).compactMap { SocketAddress($0) })
        control.start()
        segments.start()
        sweepLives()
        watchSpeed(since: StationClock.boot)
        board.start()
        certificates.startWarning()
        log.write(
            .info, "station.serving",
            [
                ("station", settings.station.description), ("network", key.network),
                ("start", CableIdentity.text(ofStart: start)), ("records", "\(report.records)"),
                ("segments", "\(report.segments)"), ("digests", "\(report.digests)"),
            ])
        ServiceNotification.send("READY=1\nSTATUS=serving")
        watchdog?.start()
    }

    /// Who may open the control socket; with roles everybody, who is told what he may not.
    private static func socketMode(_ settings: StationSettings) -> UInt32 { settings.roles == nil ? 0o660 : 0o666 }

    private static func tell(_ report: RecoveryReport, _ log: EventLog, _ alarms: AlarmBoard, at wall: Int64) {
        for damage in report.damage {
            let event = StationEvent(
                .alarm, "journal.damage",
                [
                    ("kind", damage.kind.rawValue), ("segment", damage.segment), ("offset", "\(damage.offset)"),
                    ("octets", "\(damage.octets)"),
                ])
            log.write(event)
            alarms.raise(event, at: wall)
        }
    }

    private func sweepLives() {
        let loop = loop
        loop.queue.asyncAfter(milliseconds: Self.lifeSweepSeconds * 1_000) { [weak self] in
            loop.post { custody, now, actions in
                custody.endOverdueLives(at: now, &actions)
                custody.offerOverdueAgain(at: now, &actions)
            }
            self?.desk.settleAlarms()
            self?.sweepLives()
        }
    }

    /// Says what is late, and takes the alarm back when nothing is any more.
    private func watchSpeed(since last: UInt64) {
        let (loop, alarms) = (loop, alarms)
        loop.queue.asyncAfter(milliseconds: Self.speedSeconds * 1_000) { [weak self] in
            let now = StationClock.boot
            loop.post { custody, instant, actions in
                if custody.noteSpeed(since: last, at: instant, &actions) == 0 { alarms.clear("speed.passed") }
            }
            self?.watchSpeed(since: now)
        }
    }

    /// Reads again what may change while it runs: each part of the station that registered with the board.
    package func reload() { board.reload() }

    /// Takes no more cables, says goodbye to neighbours, and waits until what was accepted is synced.
    package func drain() {
        ServiceNotification.send("STOPPING=1\nSTATUS=draining")
        log.write(.info, "station.draining")
        desk.stopAccepting()
        control.stop()
        pages?.stop()
        keeper.stop()
        segments.stop()
        let synced = DispatchSemaphore(value: 0)
        loop.view({ _, _ in () }, then: { synced.signal() })
        _ = synced.wait(timeout: .now() + .seconds(10))
        log.write(.info, "station.stopped")
    }
}

/// The core while it is being rebuilt from records.
private final class Recovery {
    private let configuration: StationConfiguration
    private let routing: RoutingTable
    private let start: UInt64
    private let chunkOctets: Int
    private let now: Instant
    private var custody: StationCustody?
    private(set) var audit = AuditRecovery()

    init(
        configuration: StationConfiguration, routing: RoutingTable, start: UInt64, chunkOctets: Int, now: Instant
    ) {
        self.configuration = configuration
        self.routing = routing
        self.start = start
        self.chunkOctets = chunkOctets
        self.now = now
        custody = make(epoch: JournalEpoch(high: 0, low: 0))
    }

    private func make(epoch: JournalEpoch) -> StationCustody {
        let settings = configuration.settings
        var custody = CustodySettings(
            network: configuration.network.name, station: settings.station, start: start, epoch: epoch,
            lifeSeconds: UInt32(clamping: settings.limits.life / 1_000), hopLimit: settings.limits.hopLimit,
            chunkOctets: chunkOctets, originators: Set(settings.originators))
        custody.adopt(settings, configuration.calendar)
        return StationCustody(
            settings: custody, routing: routing, addresses: AddressBook(configuration.network),
            offices: OfficeDirectory(settings.offices))
    }

    func take(_ digest: RecordDigest, _ sequence: UInt64, _ location: RecordLocation) {
        audit.take(digest, sequence)
        custody?.replay(
            digest, sequence: sequence, place: RecordPlace(segment: location.segment, offset: location.offset), at: now)
    }

    func finish(epoch: JournalEpoch) -> StationCustody? {
        custody?.settings.epoch = epoch
        return custody.take()
    }
}

/// Carries what the loop says to links and clients.
private final class Wiring: StationAnnouncer {
    private let keeper: LinkKeeper
    private let desk: ControlDesk
    private let log: EventLog
    private let alarms: AlarmBoard

    init(keeper: LinkKeeper, desk: ControlDesk, log: EventLog, alarms: AlarmBoard) {
        self.keeper = keeper
        self.desk = desk
        self.log = log
        self.alarms = alarms
    }

    func send(_ slices: [Slice], session: UInt64, on link: Int) { keeper.driver(link, session: session)?.send(slices) }

    func send(_ frame: Frame, session: UInt64, on link: Int) { keeper.driver(link, session: session)?.send(frame) }

    func answer(_ answer: SubmissionAnswer, token: UInt64) { desk.answer(answer, token: token) }

    func outcome(_ outcome: Outcome) { desk.tell(outcome) }

    func arrived(_ identity: CableIdentity, arrival: UInt64, post: String, office: String, precedence: Precedence) {
        guard precedence >= .immediate else { return }
        log.write(
            .notice, "cable.arrived",
            [("id", identity.description), ("office", office), ("precedence", precedence.word)])
    }

    func refuseUndecided(_ decided: Set<UInt64>) { desk.refuseUndecided(decided) }

    func shut(_ link: Int, _ why: String) { keeper.shut(link, why) }

    func open(_ link: Int) { keeper.open(link) }

    func leaveOpen(_ tokens: [UInt64]) { desk.leaveOpen(tokens) }
    func rerunAsked(_ place: RecordPlace, post: String, key: String) { desk.rerun(place, post: post, key: key) }

    func comesHome(_ place: RecordPlace, _ homecoming: Homecoming) { desk.bringHome(place, homecoming) }

    func attend(_ task: DeskTask) { desk.hooks.attend(task) }

    func alarmed(_ event: StationEvent) { desk.hooks.alarmed(event) }

    func failed(_ fault: JournalFault) {
        alarm("journal.readOnly", "\(fault)")
        ServiceNotification.send("STATUS=read only: \(fault)")
    }

    func recovered() {
        alarms.clear("journal.readOnly")
        log.write(.notice, "journal.writesAgain", [])
        ServiceNotification.send("STATUS=serving")
    }

    func alarm(_ name: String, _ why: String) {
        let event = StationEvent(.alarm, name, [("why", why)])
        log.write(event)
        alarms.raise(event, at: StationClock.now.wall)
    }
}

/// The version that `status` shows and the package bears.
package enum StationVersion {
    package static let text = "0.1.0"
    /// The newest format of segments that this release reads, and writes.
    package static let journalFormat = SegmentHeader.version
}
