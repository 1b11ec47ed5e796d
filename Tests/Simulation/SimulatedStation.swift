package import Cables
import Custody
import Journal
import Octets
import Routing

/// A station: a machine with a disk and clocks, on which the daemon runs or does not.
package final class SimulatedStation {
    package static let year = 2_026
    private static let firstWall: Int64 = 1_770_000_000_000
    /// Milliseconds until a daemon that could not start is started again.
    private static let restartMilliseconds: UInt64 = 2_000

    package let index: Int
    package let name: RoutingIndicator
    let plan: NetworkPlan
    let seals: SimulatedSeals
    package let world: World
    let connections: SimulatedNetwork
    package let ledger: Ledger
    package let disk: SimulatedDisk
    package private(set) var mutation: Mutation?
    /// The network file that it has now.
    private var network: Network
    private var process: StationProcess?
    package private(set) var hasPower = true
    /// When the machine was switched on, and what its wall clock is off by.
    private var poweredAt: UInt64 = 0
    package var wallOffset: Int64 = 0
    /// A sync lasts so many milliseconds, at least and at most.
    package var syncRange = 1...4
    /// The run is over, or the station stays down.
    package var staysDown = false
    var neighbour: (Int) -> StationProcess? = { _ in nil }
    /// Tokens of submissions that wait for their answers.
    var onAnswer: (UInt64, SubmissionAnswer) -> Void = { _, _ in }

    init(
        index: Int, plan: NetworkPlan, world: World, connections: SimulatedNetwork, ledger: Ledger,
        mutation: Mutation?
    ) {
        self.index = index
        self.plan = plan
        name = plan.name(index)
        self.world = world
        self.connections = connections
        self.ledger = ledger
        self.mutation = mutation
        network = plan.ownNetwork[index] ?? plan.network
        seals = SimulatedSeals(network: plan.network.name)
        disk = SimulatedDisk(bits: world.bits.branch(), segmentSizes: plan.segmentSizes)
        if mutation == .believeFailedPages { disk.forgets = [.failedPages] }
        if mutation == .ignoreFailedSync { disk.forgets = [.failures] }
        if mutation == .forgetFolderSync { disk.forgets = [.folderSync] }
        wallOffset = Int64(world.bits.within(-3_000...3_000))
    }

    package var isRunning: Bool { process?.isAlive ?? false }
    var running: StationProcess? { isRunning ? process : nil }

    var clock: Instant {
        Instant(boot: world.now - poweredAt + 10_000, wall: Self.firstWall + Int64(world.now) + wallOffset)
    }

    func syncMilliseconds() -> UInt64 { UInt64(world.bits.within(syncRange)) }

    func answered(_ token: UInt64, _ answer: SubmissionAnswer) { onAnswer(token, answer) }

    /// Its administrator puts another network file there, and has it read: at once where it runs, else at its start.
    func adopt(_ network: Network) {
        guard network.version > self.network.version else { return }
        self.network = network
        world.note(index, .network, network.version)
        guard let process = running else { return }
        let (routing, addresses) = (RoutingTable(network: network, own: name), AddressBook(network))
        process.post { [weak self] custody, now, actions in
            let (new, narrowed) = custody.adopt(routing, addresses, at: now, &actions)
            // Posts move here, links stay: the sessions go on.
            guard let self, !new.isEmpty || !narrowed.isEmpty else { return }
            world.breaks(.bounds, station: index, "links changed with a network file that changes none")
        }
        endIfInterrupted()
    }

    // MARK: Life and death

    /// The process ends now: killed, or with the whole machine.
    package func stop(_ how: SimulatedDisk.Interruption) {
        guard isRunning else { return }
        disk.interrupt(how)
        endIfInterrupted()
    }

    /// Clears up behind a process that was interrupted within a call. Called behind everything that a process does.
    func endIfInterrupted() {
        guard let process, !process.isEnded, let how = disk.interrupted else { return }
        process.end()
        switch how {
        case .kill: world.note(index, .kill)
        case .powerCut:
            world.note(index, .powerCut)
            hasPower = false
            disk.loseCache()
        }
        ledger.stopped(self)
        // The process may be on the stack still: it is let go when the world goes on.
        world.after(0) { [self] in
            if self.process === process { self.process = nil }
        }
    }

    /// The run is over.
    func letGo() {
        staysDown = true
        process?.end()
        process = nil
        onAnswer = { _, _ in }
        neighbour = { _ in nil }
    }

    /// Starts the daemon, if it does not run; the machine first.
    package func start() {
        guard !isRunning, !staysDown else { return }
        if !hasPower {
            hasPower = true
            poweredAt = world.now
        }
        process = nil
        disk.startProcess()
        world.note(index, .start)
        do {
            let started = try open()
            process = started
            started.begin()
        } catch {
            world.note(index, .failedStart, 0, 0, "\(error)")
            ledger.startFailed(self)
            if disk.interrupted == .powerCut {
                world.note(index, .powerCut)
                hasPower = false
                disk.loseCache()
            }
            world.after(Self.restartMilliseconds) { [weak self] in self?.start() }
        }
    }

    private func open() throws -> StationProcess {
        var start = world.bits.next() & ((1 << CableIdentity.startBits) - 1)
        if mutation == .startBitsReused { start = 7 }
        var network = network
        if mutation == .gateOpen { network.openGates() }
        if mutation == .skipStartupSync { disk.forgets.insert(.fileSync) }
        defer { disk.forgets.remove(.fileSync) }
        var settings = CustodySettings(
            network: plan.network.name, station: name, start: start, epoch: JournalEpoch(high: 0, low: 0),
            lifeSeconds: plan.lifeSeconds, hopLimit: plan.hopLimit, chunkOctets: plan.chunkOctets,
            originators: [])
        settings.alternateAfterMilliseconds = plan.alternateAfter
        settings.duplicateWindowMilliseconds = plan.duplicateWindowMilliseconds
        if mutation == .alternateUngated { network.openAlternates() }
        if let keeping = plan.keeping {
            settings.graceMilliseconds = keeping.graceMilliseconds
            settings.retentionMilliseconds = keeping.retentionMilliseconds
            // As the daemon sets it.
            settings.duplicateWindowMilliseconds = max(
                keeping.retentionMilliseconds, 2_000 * Int64(plan.lifeSeconds))
        }
        let recovery = Recovery(
            StationCustody(
                settings: settings, routing: RoutingTable(network: network, own: name), addresses: AddressBook(network),
                offices: OfficeDirectory(plan.offices)), now: clock)
        recovery.forgetsDesks = mutation == .dropDuplicateMarks
        recovery.forgetsLinkOrders = mutation == .linkOrderForgotten
        recovery.forgetsAcknowledgments = mutation == .acknowledgmentForgotten
        let newEpoch = (high: world.bits.next(), low: world.bits.next())
        let (journal, report) = try Journal.open(
            state: "/state", storage: disk, newEpoch: newEpoch,
            digests: { sequence, location, digest in
                recovery.take(try RecordDigest(from: digest), sequence, location)
            },
            take: { sequence, location, payload in
                recovery.take(try RecordDigest(record: OctetReader(payload)), sequence, location)
            })
        guard var custody = recovery.custody.take() else { preconditionFailure("a core was made") }
        custody.settings.epoch = JournalEpoch(high: journal.epoch.high, low: journal.epoch.low)
        if mutation == .deliverAgainAfterReplay { try deliverAgain(journal, &custody, recovery) }
        if report.tailDamaged, mutation != .cutTailSilently {
            custody.skip(through: custody.nextSequence - 1 + report.tailRecordsMax)
            journal.skip(through: custody.nextSequence - 1)
        }
        let bodies = try BodyStore(state: "/state", storage: disk)
        if !report.damage.isEmpty { ledger.books[index].showedDamage = true }
        let partials = try PartialStore(
            bodies: bodies, capacity: plan.partialOctets, inlineMax: plan.inlineOctetsMax, hash: { SimulatedBodyHash() }
        )
        for damage in report.damage {
            world.note(index, .damage, UInt64(damage.offset), UInt64(damage.octets), damage.kind.rawValue)
        }
        ledger.replayed(self, recovery.found, epoch: custody.settings.epoch)
        let process = StationProcess(
            station: self, journal: journal, bodies: bodies, partials: partials, custody: custody,
            chain: chain(recovery), start: start)
        for certificate in process.custody.certificates { _ = process.learn(certificate) }
        ledger.recovered(self, process)
        world.note(index, .ready, UInt64(report.records), UInt64(report.segments))
        return process
    }
}

extension SimulatedStation {
    private func chain(_ recovery: Recovery) -> AuditChain {
        var audit = AuditRecovery()
        for found in recovery.found {
            if mutation == .auditForgetsTail, AuditEntry(found.digest) != nil { continue }
            audit.take(found.digest, found.sequence)
        }
        return audit.chain { SimulatedHash.of($0) }
    }

    /// A mistake made on purpose: the last delivery is made once more.
    private func deliverAgain(_ journal: Journal, _ custody: inout StationCustody, _ recovery: Recovery) throws {
        let last = recovery.found.last {
            if case .accepted(let acceptance) = $0.digest { return acceptance.desks.contains { $0.arrival > 0 } }
            return false
        }
        guard let last, case .accepted(var acceptance) = try JournalRecord(decoding: try journal.read(last.location))
        else { return }
        for index in acceptance.desks.indices {
            acceptance.desks[index].arrival = UInt64(custody.inboxItems().count + 1)
        }
        var writer = OctetWriter()
        JournalRecord.accepted(acceptance).write(to: &writer)
        let (sequence, location) = journal.append(writer.octets)
        _ = journal.commit()
        recovery.again(.accepted(AcceptanceDigest(acceptance)), sequence, location)
        custody.replay(
            .accepted(AcceptanceDigest(acceptance)), sequence: sequence,
            place: RecordPlace(segment: location.segment, offset: location.offset), at: clock)
    }
}

/// The core while it is rebuilt from records.
private final class Recovery {
    var custody: StationCustody?
    private let now: Instant
    var forgetsDesks = false
    var forgetsAcknowledgments = false
    var forgetsLinkOrders = false
    private(set) var found: [(sequence: UInt64, digest: RecordDigest, location: RecordLocation)] = []

    init(_ custody: consuming StationCustody, now: Instant) {
        self.custody = consume custody
        self.now = now
    }

    /// Without replaying it.
    func again(_ digest: RecordDigest, _ sequence: UInt64, _ location: RecordLocation) {
        found.append((sequence, digest, location))
    }

    func take(_ digest: RecordDigest, _ sequence: UInt64, _ location: RecordLocation) {
        var digest = digest
        if forgetsDesks, case .accepted(var acceptance) = digest {
            acceptance.desks.removeAll()
            digest = .accepted(acceptance)
        }
        found.append((sequence, digest, location))
        if forgetsAcknowledgments, case .desk(.acknowledged(let given)) = digest {
            digest = .desk(.archived(DeskRecord.Archived(arrival: given.arrival, user: 0, at: given.at)))
        }
        if forgetsLinkOrders, case .link(var order) = digest {
            order.change = .open
            digest = .link(order)
        }
        custody?.replay(
            digest, sequence: sequence, place: RecordPlace(segment: location.segment, offset: location.offset), at: now)
    }
}
