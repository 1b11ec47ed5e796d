/// The owner's side of the journal: gives each record its sequence and its place at once, and gathers records into
/// batches for the writer. Synchronous: a queue or a simulator drives it.
package struct RecordAppender: ~Copyable {
    /// Octets after which a new batch is begun, so that a group commit can stay within its bound.
    package static let batchOctetsMax = 1 << 20

    private let pool: BatchPool
    private let sizes: SegmentSizes
    private var batch: RecordBatch?
    private var closed: [RecordBatch] = []
    private var segment: UInt32
    private var offset: Int
    package private(set) var nextSequence: UInt64

    /// - Parameter offset: behind the last record of `segment`, or behind the header of one that is not there yet.
    package init(segment: UInt32, offset: Int, nextSequence: UInt64, pool: BatchPool, sizes: SegmentSizes = .standard) {
        self.sizes = sizes
        self.segment = segment
        self.offset = offset
        self.nextSequence = nextSequence
        self.pool = pool
    }

    /// Takes a record of 1 octet to 1 MiB.
    ///
    /// - Parameter floor: segments up to this one take nothing more (`SegmentWriter.floor`).
    package mutating func append(
        _ payload: UnsafeRawBufferPointer, floor: UInt32
    ) -> (sequence: UInt64, location: RecordLocation) {
        let span = RecordFormat.span(payload.count)
        if segment <= floor || offset + span > sizes.size(of: segment) {
            close()
            segment = max(segment, floor) + 1
            offset = SegmentHeader.octetCount
        }
        let batch = self.batch ?? begin()
        batch.append(payload)
        let taken = (nextSequence, RecordLocation(segment: segment, offset: UInt32(offset)))
        nextSequence += 1
        offset += span
        if batch.count >= Self.batchOctetsMax { close() }
        return taken
    }

    /// All that was appended since the last call, in order.
    package mutating func take() -> [RecordBatch] {
        close()
        let taken = closed
        closed.removeAll(keepingCapacity: true)
        return taken
    }

    /// Leaves sequences up to `sequence` unused. Only before the first record after a recovery with a damaged tail.
    package mutating func skip(through sequence: UInt64) {
        precondition(
            batch == nil && closed.isEmpty && offset == SegmentHeader.octetCount && sequence >= nextSequence - 1,
            "sequences are skipped at the beginning of a segment only")
        nextSequence = sequence + 1
    }

    private mutating func begin() -> RecordBatch {
        let fresh = pool.take()
        fresh.begin(segment: segment, offset: UInt32(offset), firstSequence: nextSequence)
        batch = fresh
        return fresh
    }

    private mutating func close() {
        guard let full = batch else { return }
        closed.append(full)
        batch = nil
    }
}
