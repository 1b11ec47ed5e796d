import Dispatch
package import Octets
import Synchronization

/// Append-only records with group commit.
///
/// `append`, `commit` and `skip` belong to one owner queue; all else may be called from anywhere. What was appended
/// before a `commit` becomes durable together; `onDurable` says so, on the journal's own queue.
package final class Journal: @unchecked Sendable {
    // Unchecked: `appender` and `recent` are the owner queue's; `writer` the journal queue's; the rest is behind locks.

    /// Octets of one group commit, unless one batch is larger: the sync of a FLASH must not wait for more.
    private static let groupOctetsMax = 1 << 20
    /// Octets read at once for a record; a longer one needs a second call.
    private static let readAheadOctets = 4_096

    package let epoch: (high: UInt64, low: UInt64)
    package let folder: String
    private let storage: any Storage
    package let files: SegmentFiles
    /// The segment that the next group commit goes to, or a later one: all before it are sealed.
    private let openSegment: Atomic<UInt32>
    private let pool: BatchPool
    private let queue = DispatchQueue(label: "cable.journal", qos: .userInitiated)
    private let folderLock: any Sendable

    private var writer: SegmentWriter
    private var appender: RecordAppender
    /// What was committed last, for who reads it at once: the owner's.
    private var recent: [RecordBatch] = []
    private static let recentMax = 3
    private let segmentFloor = Atomic<UInt32>(0)

    private struct Shared {
        var handed: [RecordBatch] = []
        /// A drain is scheduled or under way; stays so after a failure, until `retry` succeeds.
        var busy = false
        var isRetrying = false
        var fault: JournalFault?
        var end: JournalEnd
        var statistics = Statistics()
    }

    package struct Statistics: Sendable {
        package var syncs: UInt64 = 0
        /// Records that are on the disk since the start.
        package var records: UInt64 = 0
        /// Octets of them, headers and padding included.
        package var octets: UInt64 = 0
        /// How long the last group commit took to write and sync.
        package var lastSyncNanoseconds: UInt64 = 0
        /// How long each of them took.
        package var commits = DurationCounts(bounds: Statistics.commitBounds)

        /// A tenth of a millisecond to ten seconds.
        private static let commitBounds: [UInt64] = [
            100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
            10_000_000,
        ]
    }

    /// Which thread writes and syncs.
    package enum Writing: Sendable {
        /// The owner's, which has nothing else to do meanwhile.
        case atOnce
        /// The journal's own.
        case behind
    }

    private let writing: Writing
    private let shared: Mutex<Shared>
    private let callbacks = Mutex<Callbacks?>(nil)

    /// Called on the journal's queue; must not block.
    package struct Callbacks: Sendable {
        /// Everything up to the sequence is on the disk; these records stand elsewhere than `append` said.
        package var onDurable: @Sendable (UInt64, [(sequence: UInt64, location: RecordLocation)]) -> Void
        /// A write or sync failed and its records were written again.
        package var onMended: @Sendable (StorageFault) -> Void
        /// Mending failed too: nothing more becomes durable until `retry` succeeds.
        package var onFailed: @Sendable (JournalFault) -> Void

        package init(
            onDurable: @escaping @Sendable (UInt64, [(sequence: UInt64, location: RecordLocation)]) -> Void,
            onMended: @escaping @Sendable (StorageFault) -> Void, onFailed: @escaping @Sendable (JournalFault) -> Void
        ) {
            self.onDurable = onDurable
            self.onMended = onMended
            self.onFailed = onFailed
        }
    }

    // MARK: Opening

    /// Opens or creates the journal in `state/journal`, replaying every record in order. What was replayed is synced
    /// when this returns (rule 8); damage is kept under `state/damaged` and told in the report.
    ///
    /// - Parameters:
    ///   - newEpoch: 128 random bits, used when the journal is created (rule 2).
    ///   - progress: hears before each segment how many of how many are done.
    /// - Throws: `JournalFault`, or what `take` throws.
    package static func open(
        state: String, storage: any Storage, newEpoch: (high: UInt64, low: UInt64), writing: Writing = .atOnce,
        digests: JournalOpening.DigestTaker? = nil, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in },
        take: JournalOpening.Taker
    ) throws -> (journal: Journal, report: RecoveryReport) {
        do {
            try storage.makeFolder(state)
            guard let lock = try storage.lock("\(state)/lock") else { throw JournalFault.locked(folder: state) }
            var opening = JournalOpening(
                storage: storage, folder: "\(state)/journal", damagedFolder: "\(state)/damaged", newEpoch: newEpoch)
            let opened = try opening.run(take, digests: digests, progress: progress)
            try storage.syncFolder(state)
            let journal = try Journal(
                opened, storage: storage, folder: "\(state)/journal", lock: lock, writing: writing)
            return (journal, opened.report)
        } catch let fault as StorageFault {
            throw JournalFault.storage(fault)
        }
    }

    private init(
        _ opened: JournalOpening.Opened, storage: any Storage, folder: String, lock: any Sendable,
        writing: Writing
    ) throws(StorageFault) {
        epoch = opened.epoch
        self.folder = folder
        self.storage = storage
        files = opened.files
        folderLock = lock
        self.writing = writing
        pool = BatchPool()
        openSegment = Atomic(opened.start.segment)
        writer = try SegmentWriter(files: files, pool: pool, epoch: opened.epoch, start: opened.start)
        shared = Mutex(Shared(end: writer.end))
        appender = RecordAppender(
            segment: opened.start.segment, offset: opened.start.offset, nextSequence: opened.start.lastSequence + 1,
            pool: pool, sizes: storage.segmentSizes)
    }

    /// Before the first `commit`.
    package func start(_ callbacks: Callbacks) { self.callbacks.withLock { $0 = callbacks } }

    /// Segments that take no more records, oldest first.
    package func sealedSegments() throws(StorageFault) -> [UInt32] {
        let open = openSegment.load(ordering: .acquiring)
        return try storage.list(folder).compactMap { SegmentName.number(of: $0) }.filter { $0 < open }
    }

    /// All segments, oldest first.
    package func segments() throws(StorageFault) -> [UInt32] {
        try storage.list(folder).compactMap { SegmentName.number(of: $0) }
    }

    /// The first segment that may still take records.
    package var firstOpenSegment: UInt32 { openSegment.load(ordering: .acquiring) }

    package var statistics: Statistics { shared.withLock { $0.statistics } }

    /// How far it is on the disk.
    package var durableEnd: JournalEnd { shared.withLock { $0.end } }

    package var fault: JournalFault? { shared.withLock { $0.fault } }

    /// No record becomes durable at present: the owner should take nothing that needs one.
    package var isReadOnly: Bool { fault != nil }

    /// Octets free and in all on the file system of the journal.
    package func space() throws(StorageFault) -> (free: UInt64, total: UInt64) { try storage.space(folder) }

    /// The last sequence in the oldest segment; nil where it is not known where the next one begins.
    package func oldestEnd() throws(StorageFault) -> UInt64? {
        let first = try segments().prefix(2)
        guard first.count == 2, let next = first.last, let sequence = files.firstSequence(of: next) else { return nil }
        return sequence - 1
    }

    /// Octets that all segments have on the disk, and how many there are.
    package func size() throws(StorageFault) -> (octets: UInt64, segments: Int) {
        var octets: UInt64 = 0
        let all = try segments()
        for segment in all {
            do throws(StorageFault) {
                octets += UInt64(try storage.open(files.path(segment)).size())
            } catch {
                // It may have been removed just now.
                guard try !storage.list(folder).contains(SegmentName.of(segment)) else { throw error }
            }
        }
        return (octets, all.count)
    }

    /// Removes the oldest segment, of which nothing is needed any more.
    ///
    /// - Returns: false where it must stay: `oldestEnd` is nil.
    package func removeOldest(_ segment: UInt32) throws(StorageFault) -> Bool {
        guard let end = try oldestEnd() else { return false }
        try files.removeOldest(segment, lastSequence: end, epoch: epoch)
        return true
    }

    // MARK: Owner's side

    /// The last sequence given out, whether or not it is durable.
    package var lastSequence: UInt64 { appender.nextSequence - 1 }

    /// Leaves sequences up to this one unused: after a recovery with a damaged tail, whose sequences may be known to
    /// neighbours. Before the first `append` only.
    package func skip(through sequence: UInt64) { appender.skip(through: sequence) }

    /// Takes a record of 1 octet to 1 MiB into the present batch. It is durable only after `commit` and `onDurable`.
    ///
    /// While `isReadOnly`, the record waits in memory for a `retry` that succeeds: the owner stops appending when it
    /// hears of the failure.
    package func append(_ payload: [UInt8]) -> (sequence: UInt64, location: RecordLocation) {
        let floor = segmentFloor.load(ordering: .acquiring)
        return payload.withUnsafeBytes { appender.append($0, floor: floor) }
    }

    /// Everything appended so far becomes durable together, unless the journal fails.
    ///
    /// - Returns: whether there was anything: then `onDurable` or `onFailed` is called, before this returns where the
    ///   journal writes at once.
    package func commit() -> Bool {
        let batches = appender.take()
        guard !batches.isEmpty else { return false }
        recent.append(contentsOf: batches)
        if recent.count > Self.recentMax { recent.removeFirst(recent.count - Self.recentMax) }
        let start = shared.withLock { shared -> Bool in
            shared.handed.append(contentsOf: batches)
            defer { shared.busy = true }
            return !shared.busy
        }
        if start { write { [self] in drain() } }
        return true
    }

    private func write(_ work: @escaping @Sendable () -> Void) {
        switch writing {
        case .atOnce: queue.sync(execute: work)
        case .behind: queue.async(execute: work)
        }
    }

    /// Tries again after `onFailed`: the records in doubt first, then what waits. `onDurable` or `onFailed` says how it
    /// went; does nothing where nothing failed, or where a retry is under way.
    package func retry() {
        let begins = shared.withLock { shared -> Bool in
            guard shared.fault != nil, !shared.isRetrying else { return false }
            shared.isRetrying = true
            return true
        }
        guard begins else { return }
        write { [self] in
            guard write({ writer throws(StorageFault) in try writer.retry() }) else { return }
            drain()
        }
    }

    /// Copies a record that was committed just now into a buffer that the caller keeps; nil: it is to be read. Only
    /// durable places may be asked for.
    package func recent(_ location: RecordLocation, into scratch: inout [UInt8]) -> Range<Int>? {
        for batch in recent.reversed() {
            guard let payload = batch.record(at: location) else { continue }
            scratch.removeAll(keepingCapacity: true)
            scratch.append(contentsOf: payload)
            return 0..<payload.count
        }
        return nil
    }

    // MARK: Writing

    private func drain() {
        while let group = nextGroup() {
            guard write({ writer throws(StorageFault) in try writer.write(group) }) else { return }
        }
    }

    private func write(
        _ work: (inout SegmentWriter) throws(StorageFault) -> SegmentWriter.Outcome
    ) -> Bool {
        let began = DispatchTime.now().uptimeNanoseconds
        do throws(StorageFault) {
            let outcome = try work(&writer)
            segmentFloor.store(writer.floor, ordering: .releasing)
            tell(outcome, nanoseconds: DispatchTime.now().uptimeNanoseconds - began)
            return true
        } catch {
            segmentFloor.store(writer.floor, ordering: .releasing)
            let fault = JournalFault.readOnly(error)
            shared.withLock { shared in
                shared.fault = fault
                shared.isRetrying = false
            }
            callbacks.withLock { $0 }?.onFailed(fault)
            return false
        }
    }

    private func tell(_ outcome: SegmentWriter.Outcome, nanoseconds: UInt64) {
        let end = writer.end
        shared.withLock { shared in
            shared.fault = nil
            shared.isRetrying = false
            shared.end = end
            shared.statistics.syncs += outcome.syncs
            shared.statistics.records += outcome.records
            shared.statistics.octets += outcome.octets
            shared.statistics.lastSyncNanoseconds = nanoseconds
            shared.statistics.commits.add(microseconds: nanoseconds / 1_000)
        }
        openSegment.store(writer.segment, ordering: .releasing)
        let callbacks = callbacks.withLock { $0 }
        if let mended = outcome.mended { callbacks?.onMended(mended) }
        callbacks?.onDurable(outcome.through, outcome.relocated)
    }

    private func nextGroup() -> [RecordBatch]? {
        shared.withLock { shared in
            guard !shared.handed.isEmpty else {
                shared.busy = false
                return nil
            }
            var octets = 0
            var count = 0
            while count < shared.handed.count {
                octets += shared.handed[count].count
                if count > 0, octets > Self.groupOctetsMax { break }
                count += 1
            }
            let group = Array(shared.handed[..<count])
            shared.handed.removeFirst(count)
            return group
        }
    }

    // MARK: Reading

    /// The payload of a durable record, whose checksum was verified. Of one that is not durable yet: a fault.
    package func read(_ location: RecordLocation) throws(JournalFault) -> [UInt8] {
        var payload: [UInt8] = []
        let range = try read(location, into: &payload)
        payload.removeSubrange(range.upperBound...)
        payload.removeFirst(range.lowerBound)
        return payload
    }

    /// Reads a durable record into a buffer that the caller keeps for the next ones: it grows where it must, and is
    /// never made smaller.
    ///
    /// - Returns: where in the buffer the payload stands.
    package func read(
        _ location: RecordLocation, into scratch: inout [UInt8]
    ) throws(JournalFault) -> Range<Int> {
        let range: Range<Int>?
        do throws(StorageFault) {
            range = try files.open(location.segment).record(location, into: &scratch, Self.readAheadOctets)
        } catch {
            throw .storage(error)
        }
        guard let range else { throw .damagedRecord(location) }
        return range
    }
}

extension StorageFile {
    /// Reads the record at a place and verifies it; nil when it is not whole.
    fileprivate func record(
        _ location: RecordLocation, into scratch: inout [UInt8], _ ahead: Int
    ) throws(StorageFault) -> Range<Int>? {
        var held = try fill(&scratch, 0..<ahead, from: Int(location.offset))
        guard held > RecordFormat.headerOctets else { return nil }
        let header = scratch.withUnsafeBytes { RecordFormat.header(in: $0, at: 0) }
        guard header.hasLegalLength else { return nil }
        let payload = RecordFormat.headerOctets..<(RecordFormat.headerOctets + header.length)
        if payload.upperBound > held {
            held += try fill(&scratch, held..<payload.upperBound, from: Int(location.offset) + held)
        }
        guard payload.upperBound <= held else { return nil }
        let checksum = scratch.withUnsafeBytes {
            RecordFormat.checksum(
                segment: location.segment, sequence: header.sequence,
                payload: UnsafeRawBufferPointer(rebasing: $0[payload]))
        }
        return checksum == header.checksum ? payload : nil
    }

    /// Reads octets into a part of a buffer, which grows to hold it; gives how many there were.
    private func fill(_ buffer: inout [UInt8], _ part: Range<Int>, from place: Int) throws(StorageFault) -> Int {
        if buffer.count < part.upperBound {
            buffer.append(contentsOf: repeatElement(0, count: part.upperBound - buffer.count))
        }
        return try buffer.withUnsafeMutableBufferPointer { (all) throws(StorageFault) in
            let target = UnsafeMutableBufferPointer(rebasing: all[part])
            return try read(into: UnsafeMutableRawBufferPointer(target), at: place)
        }
    }
}
