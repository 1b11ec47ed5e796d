/// Writes batches into segments and mends a failed sync (rule 7). Synchronous: a queue or a simulator drives it.
///
/// A batch goes to the place that the owner gave its records. After a failure all that was written since the last good
/// sync counts as not written: the segment is closed at its last good offset, a new one is begun whose synced header
/// says so, and the records in doubt are written again there. Batches that still name a closed segment follow them.
/// Nothing is read back as evidence.
package struct SegmentWriter: ~Copyable {
    package struct Outcome: Sendable {
        /// The last sequence that is on the disk now.
        package var through: UInt64
        /// Records that stand elsewhere than the owner was told, in order.
        package var relocated: [(sequence: UInt64, location: RecordLocation)] = []
        /// The failure that was mended, for the log.
        package var mended: StorageFault?
        package var syncs: UInt64 = 0
        package var records: UInt64 = 0
        package var octets: UInt64 = 0

        package init(through: UInt64) { self.through = through }
    }

    /// Where a journal goes on.
    package struct Start: Equatable, Sendable {
        package var segment: UInt32
        /// Behind the last good record, or behind the header of a segment that is not there yet.
        package var offset: Int
        /// The segment's file is there.
        package var exists: Bool
        package var lastSequence: UInt64
        /// What the header of the next segment must say of an earlier one.
        package var closing: SegmentHeader.Closing?
    }

    private let files: SegmentFiles
    private let pool: BatchPool
    private let epoch: (high: UInt64, low: UInt64)
    /// The segment that is written, and the end of what is known to be on the disk in it.
    private var current: UInt32
    private var good: Int
    /// Its file; nil before it is made, and after a failure.
    private var file: (any StorageFile)?
    private var currentSize: Int
    /// A closing that the next segment's header states; kept until a record in that segment is on the disk.
    private var closing: SegmentHeader.Closing?
    private var through: UInt64
    /// Records that are neither on the disk nor given up.
    private var inDoubt: [RecordBatch] = []
    /// What was saved before mending failed: the owner hears of it with the next success.
    private var unfinished: Outcome?

    /// Segments up to this one take nothing more at the place that the owner gives: 0, or what the owner must heed.
    package private(set) var floor: UInt32 = 0

    package init(
        files: SegmentFiles, pool: BatchPool, epoch: (high: UInt64, low: UInt64), start: Start
    ) throws(StorageFault) {
        self.files = files
        self.pool = pool
        self.epoch = epoch
        current = start.segment
        good = start.offset
        currentSize = files.sizes.size(of: start.segment)
        closing = start.closing
        through = start.lastSequence
        file = start.exists ? try files.open(start.segment) : nil
    }

    /// The segment that is written.
    package var segment: UInt32 { current }

    /// How far it has come on the disk.
    package var end: JournalEnd { JournalEnd(segment: current, offset: good, sequence: through) }

    package var hasRecordsInDoubt: Bool { !inDoubt.isEmpty }

    /// Writes a group of batches and syncs once for each segment that it touches.
    ///
    /// - Throws: when mending failed too. The records stay in doubt: nothing may be written but by `retry`.
    package mutating func write(_ group: [RecordBatch]) throws(StorageFault) -> Outcome {
        precondition(inDoubt.isEmpty, "records in doubt come first")
        inDoubt = group
        var outcome = Outcome(through: through)
        do throws(StorageFault) {
            try settle(&outcome)
            return outcome
        } catch {
            outcome.mended = error
            abandon()
            return try mend(outcome)
        }
    }

    /// Tries again, in a new place, to write what is in doubt.
    package mutating func retry() throws(StorageFault) -> Outcome {
        try mend(unfinished ?? Outcome(through: through))
    }

    private mutating func mend(_ begun: Outcome) throws(StorageFault) -> Outcome {
        var outcome = begun
        do throws(StorageFault) {
            try settle(&outcome)
        } catch {
            abandon()
            unfinished = outcome
            throw error
        }
        unfinished = nil
        return outcome
    }

    // MARK: Writing

    private mutating func settle(_ outcome: inout Outcome) throws(StorageFault) {
        while let first = inDoubt.first {
            if first.segment <= floor {
                try rewrite(first, &outcome)
                saved(1, &outcome)
            } else {
                let run = inDoubt.prefix { $0.segment == first.segment }
                try place(run)
                saved(run.count, &outcome)
            }
        }
    }

    /// Writes batches where the owner placed them: one write, one sync.
    private mutating func place(_ run: ArraySlice<RecordBatch>) throws(StorageFault) {
        guard let first = run.first else { return }
        if first.segment != current { turn(to: first.segment, size: files.sizes.size(of: first.segment)) }
        precondition(Int(first.offset) == good, "records follow one another without a gap")
        let file = try file(firstSequence: first.firstSequence)
        try file.write(slices: run.map(\.encoded), at: good)
        try file.sync()
        advance(by: run.reduce(0) { $0 + $1.count })
    }

    /// Writes the records of a batch to a place of the writer's own.
    private mutating func rewrite(_ batch: RecordBatch, _ outcome: inout Outcome) throws(StorageFault) {
        let again = RecordBatch()
        var place = 0
        var moved: [(sequence: UInt64, location: RecordLocation)] = []
        while let record = batch.next(at: place) {
            if good + again.count + record.span > currentSize {
                try flush(again)
                floor = max(floor, current + 1)
                turn(to: current + 1, size: files.sizes.least)
            }
            let sequence = batch.firstSequence + UInt64(moved.count)
            if again.isEmpty { again.begin(segment: current, offset: UInt32(good), firstSequence: sequence) }
            moved.append((sequence, RecordLocation(segment: current, offset: UInt32(good + again.count))))
            again.append(record.payload)
            place += record.span
        }
        try flush(again)
        outcome.relocated.append(contentsOf: moved)
    }

    private mutating func flush(_ batch: RecordBatch) throws(StorageFault) {
        guard !batch.isEmpty else { return }
        let file = try file(firstSequence: batch.firstSequence)
        try file.write(batch.encoded, at: good)
        try file.sync()
        advance(by: batch.count)
        batch.begin(segment: current, offset: UInt32(good), firstSequence: batch.lastSequence + 1)
    }

    private mutating func saved(_ count: Int, _ outcome: inout Outcome) {
        for batch in inDoubt[..<count] {
            through = batch.lastSequence
            outcome.records += UInt64(batch.records)
            outcome.octets += UInt64(batch.count)
            pool.give(back: batch)
        }
        inDoubt.removeFirst(count)
        outcome.through = through
        outcome.syncs += 1
    }

    private mutating func advance(by octets: Int) {
        good += octets
        closing = nil
    }

    private mutating func turn(to segment: UInt32, size: Int) {
        current = segment
        currentSize = size
        good = SegmentHeader.octetCount
        file = nil
    }

    private mutating func file(firstSequence: UInt64) throws(StorageFault) -> any StorageFile {
        if let file { return file }
        let header = SegmentHeader(
            segment: current, epochHigh: epoch.high, epochLow: epoch.low, firstSequence: firstSequence,
            size: UInt64(currentSize), closing: closing)
        let made = try files.make(header)
        file = made
        return made
    }

    /// Gives up the rest of the present segment: what is in doubt goes to the next number, or to the same where
    /// nothing good stands in it, whose file is then replaced.
    private mutating func abandon() {
        if good > SegmentHeader.octetCount {
            closing = SegmentHeader.Closing(segment: current, end: UInt32(good))
            turn(to: current + 1, size: files.sizes.least)
        } else {
            files.forget(current)
            turn(to: current, size: files.sizes.least)
        }
        floor = max(floor, current)
    }
}
