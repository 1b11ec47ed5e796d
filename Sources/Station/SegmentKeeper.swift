import Custody
import Dispatch
import Journal
import Octets

/// Looks after what is written, beside the traffic: digests of sealed segments, the end of keeping, the carrying forward
/// of what is still needed from the oldest segment, and the room on the disk.
///
/// Its work can wait, and does while the station is busy; everything happens on one queue of low priority.
final class SegmentKeeper: @unchecked Sendable {
    // Unchecked: all state belongs to `queue`.

    private static let tickSeconds = 1
    /// Sealed segments without a digest that may wait for a quiet moment; more are not left to a start.
    private static let waitingMax = 4
    /// Ticks between two looks for cables whose time is over.
    private static let retireTicks = 10
    /// Entries looked at in one event of the loop.
    private static let retireSlots: UInt32 = 20_000
    /// Things carried forward in one event, and octets of them.
    private static let carriedMax = 64
    private static let carriedOctetsMax = 256 << 10
    /// Octets that the journal may have beyond twice what is needed, before its oldest segment is cleaned.
    private static let slackOctets: UInt64 = 64 << 20
    /// Segments cleaned in one tick at most.
    private static let cleanedMax = 4
    /// Ticks for which a cleaned segment stays: somebody may just be reading in it.
    private static let farewellTicks = 10
    /// Events waited for at most, in seconds.
    private static let patienceSeconds = 60

    private let queue = DispatchQueue(label: "cable.segments", qos: .utility)
    private let loop: StationLoop
    private let archive: CableArchive
    private let history: CableHistory
    private let guardian: DiskGuard
    let scrub: DiskScrub
    private let log: EventLog
    private let retentionOctets: UInt64
    private let trail: AuditTrail
    private let auditMilliseconds: Int64
    /// Sealed segments that have a digest, or can have none.
    private var settled: Set<UInt32> = []
    /// Cleaned segments on their way out, oldest first.
    private var leaving: [(segment: UInt32, ticks: Int)] = []
    private var leavingBodies: [ContentMark] = []
    private var lastRecords: UInt64 = 0
    private var ticks = 0
    private var complaint = ""
    private var timer: (any DispatchSourceTimer)?

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

    private func tick() {
        ticks += 1
        guardian.look()
        guard journal.fault == nil else { return }
        scrub.look()
        do {
            if ticks % Self.retireTicks == 0 { try retire() }
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
        let isQuiet = records == lastRecords
        lastRecords = records
        let waiting = try journal.sealedSegments().filter { !settled.contains($0) }
        guard let next = waiting.first, isQuiet || waiting.count > Self.waitingMax else { return }
        settled.insert(next)
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
        try removeBodies()
        leavingBodies = unneeded
    }

    /// Bodies go one look later than their last cable: somebody may just be reading. None goes that is just being
    /// received, or has come meanwhile with another cable. What was received for a cable that was refused goes too.
    private func removeBodies() throws {
        let released = archive.bodies.takeReleased()
        guard !leavingBodies.isEmpty || !released.isEmpty else { return }
        let marks = leavingBodies
        leavingBodies = []
        let names = try archive.bodies.list().filter { name in
            released.contains(name) || marks.contains { name.hasPrefix($0.hexadecimal) }
        }
        for name in names {
            guard let mark = Digest(hexadecimal: name).map({ ContentMark($0) }) else { continue }
            try archive.bodies.remove(name) { loop.look { $0.needs(body: mark) } }
        }
    }

    // MARK: Carrying forward

    private func clean() throws {
        while let first = leaving.first, ticks - first.ticks >= Self.farewellTicks {
            leaving.removeFirst()
            guard loop.look({ $0.remainder(of: first.segment, most: 1).isEmpty }) else { continue }
            try remove(first.segment)
        }
        for _ in 0..<Self.cleanedMax {
            guard try cleanOldest() else { return }
        }
    }

    /// Carries forward what the oldest segment still holds, where it is to go. False: there is none.
    private func cleanOldest() throws -> Bool {
        let sealed = try journal.sealedSegments().filter { $0 > leaving.last?.segment ?? 0 }
        guard let oldest = sealed.first else { return false }
        let held = sealed.reduce(0) { $0 + UInt64(journal.files.sizes.size(of: $1)) }
        let live = loop.look { $0.liveOctets }
        let isEmpty = loop.look { $0.remainder(of: oldest, most: 1).isEmpty }
        guard isEmpty || held > 2 * live + Self.slackOctets || (guardian.isShort && held > live) else { return false }
        var before: CustodyNumber?
        while case let rest = loop.look({ $0.remainder(of: oldest, most: Self.carriedMax) }), let first = rest.first {
            // What cannot be carried stays, and its segment with it.
            guard first.number != before else { return false }
            before = first.number
            try carry(rest)
        }
        let left: Void? = loop.run(waiting: Self.patienceSeconds) { custody, now, actions in
            custody.leave(oldest, at: now, &actions)
        }
        guard left != nil, loop.durable(waiting: Self.patienceSeconds) else { return false }
        leaving.append((oldest, ticks))
        return true
    }

    private func remove(_ segment: UInt32) throws {
        guard let next = journal.files.firstSequence(of: segment + 1) else { return }
        try trail.keep(segment)
        try trail.drop(before: StationClock.now.wall - auditMilliseconds)
        try journal.files.removeOldest(segment, lastSequence: next - 1, epoch: journal.epoch)
        settled.remove(segment)
        log.write(.info, "segment.removed", [("segment", SegmentName.of(segment))])
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
        guard done != nil, loop.durable(waiting: Self.patienceSeconds) else {
            throw JournalFault.storage(
                StorageFault(call: "carry", path: journal.folder, number: 0, text: "the loop does not answer"))
        }
    }

    private func carrying(_ item: StationCustody.Remainder, _ record: [UInt8]) throws -> StationLoop.Input {
        if item.last != .none {
            let acceptance = try JournalRecord.acceptance(in: record)
            var past = try history.past(from: item.last, number: item.number)
            past.events = Array(past.events.suffix(Carried.eventsMax))
            var octets = 0
            past.answers = past.answers.filter { answer in
                octets += answer.count
                return octets <= Carried.answersOctetsMax
            }
            let kept = past
            return { custody, now, actions in
                custody.carry(item, acceptance: acceptance, past: kept, at: now, &actions)
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

extension ContentMark {
    /// The first half of the name of a body's file.
    fileprivate var hexadecimal: String { String(Digest(high, low, 0, 0).description.prefix(32)) }
}
