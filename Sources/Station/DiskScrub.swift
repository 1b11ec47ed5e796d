import Custody
import Dispatch
import Journal
import Octets
import Synchronization

/// Reads everything that is kept and verifies it: once a day, slowly, beside the traffic; and at once when somebody asks.
/// It has a queue of its own, so that digests and cleaning never wait for it.
final class DiskScrub: Sendable {
    /// Octets that the daily scrub reads a second at most.
    private static let octetsPerSecond = 16 << 20
    /// Octets between two looks at the clock.
    private static let paceOctets = 1 << 20
    /// Milliseconds behind a start before which no daily scrub begins: a station that starts has other things to read.
    private static let firstMilliseconds: Int64 = 600_000

    private let queue = DispatchQueue(label: "cable.scrub", qos: .background)
    private let loop: StationLoop
    private let archive: CableArchive
    private let alarms: AlarmBoard
    private let log: EventLog
    private let storage: any Storage
    private let folder: String
    private let startedAt: Int64
    private let state: Mutex<State>

    private struct State {
        var last: ScrubReport?
        var intervalMilliseconds: Int64
        var isRunning = false
        var isStopped = false
    }

    private var journal: Journal { archive.journal }

    /// - Parameters:
    ///   - folder: where it is noted what the last scrub found.
    ///   - interval: milliseconds from the end of a scrub to the beginning of the next.
    init(
        loop: StationLoop, archive: CableArchive, alarms: AlarmBoard, log: EventLog, storage: any Storage,
        folder: String, interval: UInt64, startedAt: Int64
    ) {
        self.loop = loop
        self.archive = archive
        self.alarms = alarms
        self.log = log
        self.storage = storage
        self.folder = folder
        self.startedAt = startedAt
        var last: ScrubReport?
        do {
            if try storage.list(folder).contains(Self.name) {
                let file = try storage.open("\(folder)/\(Self.name)")
                last = try ScrubReport(from: try file.read(at: 0, count: try file.size()))
            }
        } catch {
            log.write(.warning, "scrub.unread", [("why", "\(error)")])
        }
        state = Mutex(State(last: last, intervalMilliseconds: Int64(clamping: interval)))
        for damage in last?.damage ?? [] { raise(damage) }
    }

    private static let name = "scrubbed"

    /// The last one that came to its end.
    var last: ScrubReport? { state.withLock { $0.last } }

    /// - Parameter interval: milliseconds from the end of a scrub to the beginning of the next, from now on.
    func adopt(interval: UInt64) { state.withLock { $0.intervalMilliseconds = Int64(clamping: interval) } }

    /// Begins the daily scrub, where it is due.
    func look() {
        let wall = StationClock.now.wall
        let begins = state.withLock { state -> Bool in
            let intervalMilliseconds = state.intervalMilliseconds
            let first = startedAt + min(intervalMilliseconds, Self.firstMilliseconds)
            let due = max(first, state.last.map { $0.endedAt + intervalMilliseconds } ?? first)
            // A clock that was set back must not put it off for ever.
            let isAhead = state.last.map { $0.endedAt > wall } ?? false
            guard !state.isRunning, !state.isStopped, wall >= due || isAhead && wall >= first else { return false }
            state.isRunning = true
            return true
        }
        if begins {
            queue.async { [self] in
                _ = run(pace: Pace(octetsPerSecond: Self.octetsPerSecond, of: Self.paceOctets))
                state.withLock { $0.isRunning = false }
            }
        }
    }

    /// Scrubs at once, as fast as the disk allows.
    func scrub(_ done: @escaping @Sendable (ScrubReport) -> Void) {
        // Not behind the daily one, which may last for hours.
        DispatchQueue.global(qos: .utility).async { [self] in done(run(pace: nil)) }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    // MARK: Reading

    private struct Stopped: Error {}

    private func run(pace: Pace?) -> ScrubReport {
        var report = ScrubReport()
        do {
            for segment in try journal.sealedSegments() { try read(segment, pace, &report) }
            for place in loop.look({ $0.placesInOpenSegment(from: journal.firstOpenSegment) }) {
                guard !isStopped else { throw Stopped() }
                report.records += 1
                do throws(JournalFault) {
                    let octets = try archive.octets(place).count
                    report.octets += octets
                    pace?.read(octets)
                } catch {
                    report.damage.append("\(SegmentName.of(place.segment)) at \(place.offset): \(error)")
                }
            }
            for name in try archive.bodies.list() { try read(name, pace, &report) }
        } catch is Stopped {
            return report
        } catch {
            report.damage.append("the scrub could not read on: \(error)")
        }
        report.endedAt = StationClock.now.wall
        tell(report)
        if report.damage.isEmpty { alarms.clear("disk.damage") }
        keep(report)
        return report
    }

    private func read(_ segment: UInt32, _ pace: Pace?, _ report: inout ScrubReport) throws {
        do {
            let inspection = try journal.files.inspect(segment) { _, offset, end, _ in
                guard !isStopped else { throw Stopped() }
                pace?.read(Int(end - offset))
            }
            report.segments += 1
            report.records += inspection.records
            report.octets += inspection.octets
            report.damage += inspection.damage.map { "\($0.segment) at \($0.offset): \($0.kind.rawValue)" }
        } catch let fault as StorageFault {
            // It may have been cleaned meanwhile.
            guard try !journal.sealedSegments().contains(segment) else { throw fault }
        }
    }

    private func read(_ body: String, _ pace: Pace?, _ report: inout ScrubReport) throws {
        do {
            let hash = try archive.hash(ofBody: body) { octets in
                guard !isStopped else { throw Stopped() }
                report.octets += octets
                pace?.read(octets)
            }
            report.bodies += 1
            if hash.description != body {
                report.damage.append("body \(body): its octets are not what its name says")
            }
        } catch let fault as StorageFault {
            guard try !archive.bodies.list().contains(body) else { throw fault }
        }
    }

    // MARK: Telling

    private func tell(_ report: ScrubReport) {
        for damage in report.damage { raise(damage) }
        log.write(
            .info, "scrub.ended",
            [
                ("records", "\(report.records)"), ("bodies", "\(report.bodies)"), ("octets", "\(report.octets)"),
                ("damage", "\(report.damage.count)"),
            ])
    }

    private func raise(_ damage: String) {
        let event = StationEvent(.alarm, "disk.damage", [("what", damage)])
        alarms.raise(event, at: StationClock.now.wall)
        log.write(event)
    }

    private func keep(_ report: ScrubReport) {
        do {
            let path = "\(folder)/\(Self.name)"
            try storage.remove("\(path).new")
            let file = try storage.create("\(path).new")
            try file.write(report.encoded, at: 0)
            try file.sync()
            try storage.rename("\(path).new", to: path)
            try storage.syncFolder(folder)
        } catch {
            log.write(.warning, "scrub.unkept", [("why", "\(error)")])
        }
        state.withLock { $0.last = report }
    }
}

/// Waits where octets were read faster than they may be.
private final class Pace {
    private let octetsPerSecond: Int
    private let step: Int
    private var pending = 0
    private var next = DispatchTime.now()

    init(octetsPerSecond: Int, of step: Int) {
        self.octetsPerSecond = octetsPerSecond
        self.step = step
    }

    func read(_ octets: Int) {
        pending += octets
        guard pending >= step else { return }
        let now = DispatchTime.now()
        next = max(next, now) + .milliseconds(pending * 1_000 / octetsPerSecond)
        pending = 0
        _ = DispatchSemaphore(value: 0).wait(timeout: next)
    }
}

/// What a scrub found.
struct ScrubReport: Sendable, Equatable {
    private static let version: UInt8 = 1
    /// Damages that are kept for the next start; there may be more.
    private static let damageMax = 256

    var segments = 0
    var records = 0
    var octets = 0
    var bodies = 0
    var damage: [String] = []
    /// Milliseconds since 1970.
    var endedAt: Int64 = 0

    init() {}

    var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.u8(Self.version)
        writer.u64(UInt64(bitPattern: endedAt))
        for count in [segments, records, octets, bodies] { writer.varint(UInt64(count)) }
        writer.list(Array(damage.prefix(Self.damageMax))) { $0.string($1) }
        return writer.octets
    }

    init(from octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        let version = try reader.u8()
        guard version == Self.version else { throw .unknownValue(offset: 0, value: UInt64(version)) }
        endedAt = Int64(bitPattern: try reader.u64())
        segments = Int(clamping: try reader.varint())
        records = Int(clamping: try reader.varint())
        self.octets = Int(clamping: try reader.varint())
        bodies = Int(clamping: try reader.varint())
        damage = try reader.list(bound: Self.damageMax) { reader throws(OctetFault) in
            try reader.string(bound: 4_096)
        }
        try reader.finish()
    }
}
