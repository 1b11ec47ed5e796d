import Synchronization

/// Encoded records in order, for one segment: what one or more turns of the owner want kept.
///
/// Its octets stay at one address while it is written.
package final class RecordBatch: @unchecked Sendable {
    // Unchecked: handed over whole, from the owner who fills it to the writer who empties it.

    private static let capacityMin = 64 << 10

    package private(set) var segment: UInt32 = 0
    /// Where the first record goes in the segment.
    package private(set) var offset: UInt32 = 0
    package private(set) var firstSequence: UInt64 = 0
    package private(set) var records = 0
    /// Octets of all records, headers and padding included.
    package private(set) var count = 0
    private var octets: UnsafeMutableRawBufferPointer

    package init() {
        octets = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.capacityMin, alignment: 16)
    }

    deinit { octets.deallocate() }

    package var lastSequence: UInt64 { firstSequence + UInt64(records) - 1 }
    package var isEmpty: Bool { records == 0 }
    package var capacity: Int { octets.count }
    package var encoded: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: octets[..<count]) }

    package func begin(segment: UInt32, offset: UInt32, firstSequence: UInt64) {
        self.segment = segment
        self.offset = offset
        self.firstSequence = firstSequence
        records = 0
        count = 0
    }

    package func append(_ payload: UnsafeRawBufferPointer) {
        let span = RecordFormat.span(payload.count)
        if count + span > octets.count { grow(to: count + span) }
        RecordFormat.write(
            payload, segment: segment, sequence: firstSequence + UInt64(records), to: octets, at: count)
        records += 1
        count += span
    }

    private func grow(to least: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(octets.count * 2, least), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[..<count]))
        octets.deallocate()
        octets = larger
    }

    /// The record that stands at a place of the segment, as it was appended; nil where it is not one of these.
    func record(at location: RecordLocation) -> UnsafeRawBufferPointer? {
        guard location.segment == segment, location.offset >= offset, Int(location.offset - offset) < count else {
            return nil
        }
        return next(at: Int(location.offset - offset))?.payload
    }

    /// The records from one place in `encoded` on: place, span and payload of each.
    func next(at place: Int) -> (span: Int, payload: UnsafeRawBufferPointer)? {
        guard place < count else { return nil }
        let length = RecordFormat.header(in: encoded, at: place).length
        let start = place + RecordFormat.headerOctets
        return (RecordFormat.span(length), UnsafeRawBufferPointer(rebasing: encoded[start..<(start + length)]))
    }
}

/// Batches that have been written, for use again.
package final class BatchPool: Sendable {
    /// Batches kept, and octets of the largest that is kept: what the pool holds at most is the product.
    private static let batchesMax = 4
    private static let octetsMax = 2 << 20

    private let batches = Mutex<[RecordBatch]>([])

    package init() {}

    /// The one that was given back first: what was written last can still be read in the others.
    package func take() -> RecordBatch {
        batches.withLock { $0.count < Self.batchesMax ? nil : $0.removeFirst() } ?? RecordBatch()
    }

    package func give(back batch: RecordBatch) {
        guard batch.capacity <= Self.octetsMax else { return }
        batches.withLock { if $0.count < Self.batchesMax { $0.append(batch) } }
    }
}
