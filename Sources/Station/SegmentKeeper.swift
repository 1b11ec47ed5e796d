import Custody
import Dispatch
import Journal
import Octets
import Settings

/// Looks after what is written, beside the traffic: digests of sealed segments, the end of keeping, the carrying forward
/// of what is still needed from the oldest segment, and the room on the disk. What is done when is `SegmentUpkeep`'s.
///
/// Its work can wait, and does while the station is busy; everything happens on one queue of low priority.
final class SegmentKeeper: @unchecked Sendable {
    // Unchecked: all state belongs to `queue`.

    private static let tickSeconds = 1
    /// Entries looked at in one event of the loop.
    private static let retireSlots: UInt32 = 20_000
    /// Octets carried forward in one event.
    private static let carriedOctetsMax = 256 << 10
    /// Events waited for at most, in seconds.
    private static let patienceSeconds = 60

    private let queue = DispatchQueue(label: "cable.segments", qos: .utility)
    private let loop: StationLoop
    private let archive: CableArchive
    private let history: CableHistory
    private let guardian: DiskGuard
    let scrub: DiskScrub
    private let log: EventLog
    private var retentionOctets: UInt64
    private let trail: AuditTrail
    private var auditMilliseconds: Int64
    private var upkeep = SegmentUpkeep()
    private var complaint = ""
    private var timer: (any DispatchSourceTimer)?
    /// Snapshots that are being taken: while there are such, nothing is removed.
    private var snapshots: [StateSnapshotHold] = []

    private var journal: Journal { archive.journal }

    init(
        loop: StationLoop, archive: CableArchive, scrub: DiskScrub, history: CableHistory, guardian: DiskGuard,
        log: EventLog,
        retentionOctets: UInt64, trail: AuditTrail, auditMilliseconds: Int64
    ) {
        self.trail = trail
        self.auditMilliseconds = auditMilliseconds
        self.loop = loop
        self.archive = archive
        self.history = history
        self.guardian = guardian
        self.scrub = scrub
        self.log = log
        self.retentionOctets = retentionOctets
    }

    func start() {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(
            deadline: .now() + .seconds(Self.tickSeconds), repeating: .seconds(Self.tickSeconds),
            leeway: .milliseconds(200))
        timer.setEventHandler { [weak self] in self?.tick() }
        timer.activate()
        self.timer = timer
    }

    /// Ends after the work under way.
    func stop() {
        queue.sync {
            timer?.cancel()
            timer = nil
        }
        scrub.stop()
    }

    /// Other settings hold.
    func adopt(_ settings: StationSettings) {
        scrub.adopt(interval: settings.scrub)
        queue.async { [self] in
            retentionOctets = settings.retentionOctets
            auditMilliseconds = Int64(clamping: settings.auditRetention)
        }
    }

    /// Removes nothing until the hold is let go of, or its holder makes no progress. Waits for the work under way.
    func hold() -> StateSnapshotHold {
        queue.sync {
            let hold = StateSnapshotHold()
            snapshots.append(hold)
            return hold
        }
    }

    private func tick() {
        upkeep.tick()
        guardian.look()
        guard journal.fault == nil else { return }
        scrub.look()
        snapshots.removeAll { !$0.isHeld }
        guard snapshots.isEmpty else { return }
        do {
            if upkeep.retires { try retire() }
            try digest()
            try clean()
            complaint = ""
        } catch {
            // Once, not every second: what stands in the way stays there until somebody looks.
            guard complaint != "\(error)" else { return }
            complaint = "\(error)"
            log.write(.alarm, "segment.unkept", [("why", complaint)])
        }
    }

    // MARK: Digests

    private func digest() throws {
        let records = journal.statistics.records
        guard let next = upkeep.digest(sealed: try journal.sealedSegments(), records: records) else { return }
        guard journal.files.digest(of: next) == nil else { return }
        let made = try journal.files.makeDigest(of: next, epoch: journal.epoch) { record in
            var writer = OctetWriter()
            try RecordDigest(record: record).write(to: &writer)
            return writer.octets
        }
        if !made { log.write(.alarm, "journal.damage", [("segment", SegmentName.of(next))]) }
    }

    // MARK: The end of keeping

    private func retire() throws {
        let early = retentionOctets > 0 && loop.look { $0.liveOctets } > retentionOctets
        var next: UInt32? = 0
        var unneeded: [ContentMark] = []
        while let first = next {
            guard
                let found = loop.run(
                    waiting: Self.patienceSeconds,
                    { custody, now, _ in custody.retire(from: first, most: Self.retireSlots, early: early, at: now) })
            else { return }
            unneeded.append(contentsOf: found.bodies)
            next = found.next
        }
        try removeBodies(unneeded)
    }

    /// None goes that is just being received, or has come meanwhile with another cable.
    private func removeBodies(_ unneeded: [ContentMark]) throws {
        let released = archive.bodies.takeReleased()
        let over = try upkeep.bodies(unneeded: unneeded, released: released) { try archive.bodies.list() }
        for (name, mark) in over {
            try archive.bodies.remove(name) { loop.look { $0.needs(body: mark) } }
        }
    }

    // MARK: Carrying forward

    private func clean() throws {
        do {
            while let work = try nextWork() {
                switch work {
                case .carry(let rest): try carry(rest)
                case .leave(let segment): try leave(segment)
                case .remove(let segment): guard try remove(segment) else { return }
                }
            }
        } catch {
            upkeep.failed()
            throw error
        }
    }

    private func nextWork() throws -> SegmentUpkeep.Work? {
        let sealed = try journal.sealedSegments().map { ($0, UInt64(journal.files.sizes.size(of: $0))) }
        let look = SegmentUpkeep.Look(
            sealed: sealed, isShort: guardian.isShort, oldestEnd: try journal.oldestEnd())
        let before = upkeep
        let (work, after) = loop.look { custody in
            var upkeep = before
            return (upkeep.next(look, custody), upkeep)
        }
        upkeep = after
        return work
    }

    private func leave(_ segment: UInt32) throws {
        let done: Void? = loop.run(waiting: Self.patienceSeconds) { custody, now, actions in
            custody.leave(segment, at: now, &actions)
        }
        guard done != nil, loop.durable(waiting: Self.patienceSeconds) else { throw unanswered("leave") }
        upkeep.left(segment)
    }

    /// False: it must stay for now.
    private func remove(_ segment: UInt32) throws -> Bool {
        try trail.keep(segment)
        try trail.drop(before: StationClock.now.wall - auditMilliseconds)
        guard try journal.removeOldest(segment) else { return false }
        upkeep.removed(segment)
        log.write(.info, "segment.removed", [("segment", SegmentName.of(segment))])
        return true
    }

    private func unanswered(_ call: String) -> JournalFault {
        .storage(StorageFault(call: call, path: journal.folder, number: 0, text: "the loop does not answer"))
    }

    private func carry(_ rest: [StationCustody.Remainder]) throws {
        var inputs: [StationLoop.Input] = []
        var octets = 0
        for item in rest where octets < Self.carriedOctetsMax {
            let record = try archive.octets(item.place)
            octets += record.count
            inputs.append(try carrying(item, record))
        }
        let batch = inputs
        let done: Void? = loop.run(waiting: Self.patienceSeconds) { custody, now, actions in
            for input in batch { input(&custody, now, &actions) }
        }
        guard done != nil, loop.durable(waiting: Self.patienceSeconds) else { throw unanswered("carry") }
    }

    private func carrying(_ item: StationCustody.Remainder, _ record: [UInt8]) throws -> StationLoop.Input {
        if item.last != .none {
            let acceptance = try JournalRecord.acceptance(in: record)
            let past = try history.past(from: item.last, acceptance: item.place, number: item.number).bounded
            return { custody, now, actions in
                custody.carry(item, acceptance: acceptance, past: past, at: now, &actions)
            }
        }
        guard let (message, proof, trace) = try JournalRecord(decoding: record).ownService else {
            return { _, _, _ in }
        }
        return { custody, now, actions in
            custody.carry(item, message: message, proof: proof, trace: trace, at: now, &actions)
        }
    }
}
