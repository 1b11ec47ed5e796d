import Custody
import Dispatch
import Journal
import Octets

/// Looks after the journal's sealed segments, beside the traffic: makes their digests.
///
/// Its work can wait, and does while the station is busy; everything happens on one queue of low priority.
final class SegmentKeeper: @unchecked Sendable {
    // Unchecked: all state belongs to `queue`.

    /// Seconds between two looks.
    private static let tickSeconds = 1
    /// Sealed segments without a digest that may wait for a quiet moment; more are not left to a start.
    private static let waitingMax = 4

    private let queue = DispatchQueue(label: "cable.segments", qos: .utility)
    private let journal: Journal
    private let log: EventLog
    /// Sealed segments that have a digest, or can have none.
    private var settled: Set<UInt32> = []
    private var lastRecords: UInt64 = 0
    private var timer: (any DispatchSourceTimer)?

    init(journal: Journal, log: EventLog) {
        self.journal = journal
        self.log = log
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
    }

    private func tick() {
        do {
            try digest()
        } catch {
            log.write(.warning, "segment.unread", [("why", "\(error)")])
        }
    }

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
}
