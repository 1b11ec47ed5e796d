import Dispatch
import Synchronization

/// Append-only records with group commit.
///
/// `append` and `commit` belong to one owner queue; `read` may be called from anywhere, for durable records only.
/// What was appended before a `commit` becomes durable together; `onDurable` says so, on the journal's own queue.
package final class Journal: @unchecked Sendable {
    // Unchecked: `batch`, `pendingBatches`, `segment`, `offset`, `nextSequence` are the owner queue's; `writer` the
    // journal queue's; the rest is behind locks.

    /// Octets of one group commit, unless one batch is larger: the sync of a FLASH must not wait for more.
    private static let groupOctetsMax = 1 << 20
    /// Octets read at once for a record; a longer one needs a second call.
    private static let readAheadOctets = 4_096

    package let epoch: (high: UInt64, low: UInt64)
    package let folder: String
    private let storage: any Storage
    private let files: SegmentFiles
    private let queue = DispatchQueue(label: "cable.journal", qos: .userInitiated)
    private let spareQueue = DispatchQueue(label: "cable.journal.spare", qos: .utility)
    private let folderLock: any Sendable

    private var writer: SegmentWriter
    private var batch: RecordBatch
    private var pendingBatches: [RecordBatch] = []
    private var segment: UInt32
    private var offset: Int
    private var nextSequence: UInt64
    private let segmentFloor = Atomic<UInt32>(0)

    private struct Shared {
        var handed: [RecordBatch] = []
        var busy = false
        var fault: JournalFault?
        var statistics = Statistics()
    }

    package struct Statistics: Sendable {
        package var syncs: UInt64 = 0
        package var records: UInt64 = 0
        package var octets: UInt64 = 0
    }

    private let shared = Mutex(Shared())
    private let callbacks = Mutex<Callbacks?>(nil)

    package struct Callbacks: Sendable {
        package var onDurable: @Sendable (UInt64, [(sequence: UInt64, location: RecordLocation)]) -> Void
        package var onMended: @Sendable (StorageFault) -> Void
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

    /// Opens or creates the journal in `state/journal`, replaying every record in order.
    ///
    /// - Parameter newEpoch: 128 random bits, used when the journal is created (rule 2).
    /// - Throws: `JournalFault`, or what `take` throws.
    package static func open(
        state: String, storage: any Storage, newEpoch: (high: UInt64, low: UInt64), take: JournalOpening.Taker
    ) throws -> (journal: Journal, report: RecoveryReport) {
        do {
            try storage.makeFolder(state)
            guard let lock = try storage.lock("\(state)/lock") else { throw JournalFault.locked(folder: state) }
            var opening = JournalOpening(
                storage: storage, folder: "\(state)/journal", damagedFolder: "\(state)/damaged", newEpoch: newEpoch)
            let opened = try opening.run(take)
            try storage.syncFolder(state)
            return (Journal(opened, storage: storage, folder: "\(state)/journal", lock: lock), opened.report)
        } catch let fault as StorageFault {
            throw JournalFault.storage(fault)
        }
    }

    private init(_ opened: JournalOpening.Opened, storage: any Storage, folder: String, lock: any Sendable) {
        epoch = opened.epoch
        self.folder = folder
        self.storage = storage
        files = opened.files
        folderLock = lock
        segment = opened.segment
        offset = opened.offset
        nextSequence = opened.lastSequence + 1
        batch = RecordBatch(segment: opened.segment, offset: UInt32(opened.offset))
        writer = SegmentWriter(
            storage: storage, folder: folder, epoch: opened.epoch, files: opened.files, current: opened.segment,
            through: opened.lastSequence)
    }

    package func start(_ callbacks: Callbacks) { self.callbacks.withLock { $0 = callbacks } }

    package var lastSequence: UInt64 { nextSequence - 1 }

    package var statistics: Statistics { shared.withLock { $0.statistics } }

    package var fault: JournalFault? { shared.withLock { $0.fault } }

    package func space() throws(StorageFault) -> (free: UInt64, total: UInt64) { try storage.space(folder) }

    // MARK: Owner's side

    /// Takes a record into the present batch. It is durable only after `commit` and `onDurable`.
    package func append(_ payload: [UInt8]) -> (sequence: UInt64, location: RecordLocation) {
        let floor = segmentFloor.load(ordering: .acquiring)
        let span = RecordFormat.span(payload.count)
        if segment <= floor || offset + span > SegmentWriter.size(of: segment) {
            closeBatch()
            segment = max(segment, floor) + 1
            offset = SegmentHeader.octetCount
            batch = RecordBatch(segment: segment, offset: UInt32(offset))
        }
        let sequence = nextSequence
        let location = RecordLocation(segment: segment, offset: UInt32(offset))
        batch.records.append((sequence, batch.octets.count, payload.count))
        payload.withUnsafeBytes {
            RecordFormat.append($0, segment: segment, sequence: sequence, to: &batch.octets)
        }
        nextSequence += 1
        offset += span
        return (sequence, location)
    }

    /// Everything appended so far shall become durable, soon and together.
    ///
    /// - Returns: whether there was anything: then `onDurable` or `onFailed` is called.
    package func commit() -> Bool {
        closeBatch()
        guard !pendingBatches.isEmpty else { return false }
        let batches = pendingBatches
        pendingBatches.removeAll(keepingCapacity: true)
        let start = shared.withLock { shared -> Bool in
            shared.handed.append(contentsOf: batches)
            defer { shared.busy = true }
            return !shared.busy
        }
        if start { queue.async { [self] in drain() } }
        return true
    }

    private func closeBatch() {
        guard !batch.records.isEmpty else { return }
        pendingBatches.append(batch)
        batch = RecordBatch(segment: segment, offset: UInt32(offset))
    }

    // MARK: Journal's queue

    private func drain() {
        while let group = nextGroup() {
            do throws(StorageFault) {
                let outcome = try writer.write(group)
                if let mended = outcome.mended { callbacks.withLock { $0 }?.onMended(mended) }
                if !outcome.relocated.isEmpty { segmentFloor.store(writer.firstFree - 1, ordering: .releasing) }
                shared.withLock { shared in
                    shared.statistics.syncs += 1
                    for batch in group {
                        shared.statistics.records += UInt64(batch.records.count)
                        shared.statistics.octets += UInt64(batch.octets.count)
                    }
                }
                callbacks.withLock { $0 }?.onDurable(outcome.through, outcome.relocated)
                prepareNext(after: group)
            } catch {
                let fault = JournalFault.readOnly(error)
                shared.withLock { shared in
                    shared.fault = fault
                    shared.handed.removeAll()
                }
                callbacks.withLock { $0 }?.onFailed(fault)
                return
            }
        }
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
                octets += shared.handed[count].octets.count
                if count > 0, octets > Self.groupOctetsMax { break }
                count += 1
            }
            let group = Array(shared.handed[..<count])
            shared.handed.removeFirst(count)
            return group
        }
    }

    /// Prepares the next segment when this one is half full, so that nobody waits for its zeros.
    private func prepareNext(after group: [RecordBatch]) {
        guard let last = group.last else { return }
        let next = last.segment + 1
        guard Int(last.offset) > SegmentWriter.size(of: last.segment) / 2, files[next] == nil,
            files.spareNumber != next
        else { return }
        spareQueue.async { [storage, folder, files] in
            files.preparing {
                guard files[next] == nil, files.spareNumber != next else { return }
                do throws(StorageFault) {
                    files.keepSpare(next, try SegmentWriter.zeroFilled(next, storage: storage, folder: folder))
                } catch {
                    // Without a spare the segment is made when it is needed; a full disk is told by that failure.
                    return
                }
            }
        }
    }

    // MARK: Reading

    /// The payload of a durable record.
    package func read(_ location: RecordLocation) throws(JournalFault) -> [UInt8] {
        guard let file = files[location.segment] else { throw .damagedRecord(location) }
        var octets: [UInt8]
        let header: RecordFormat.Header
        let whole: Int
        do throws(StorageFault) {
            octets = try file.read(at: Int(location.offset), count: Self.readAheadOctets)
            header = RecordFormat.header(of: octets)
            whole = RecordFormat.headerOctets + header.length
            if header.length <= RecordFormat.payloadMax, whole > octets.count {
                octets += try file.read(at: Int(location.offset) + octets.count, count: whole - octets.count)
            }
        } catch {
            throw .storage(error)
        }
        guard header.length > 0, header.length <= RecordFormat.payloadMax, octets.count >= whole else {
            throw .damagedRecord(location)
        }
        octets.removeSubrange(whole...)
        octets.removeFirst(RecordFormat.headerOctets)
        let checksum = octets.withUnsafeBytes {
            RecordFormat.checksum(segment: location.segment, sequence: header.sequence, payload: $0)
        }
        guard checksum == header.checksum else { throw .damagedRecord(location) }
        return octets
    }
}

extension StorageFile {
    /// Up to `count` octets; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(StorageFault) -> [UInt8] {
        var fault: StorageFault?
        let octets = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(StorageFault) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return octets
    }
}
