import Journal

/// Appender and writer driven by hand, without queues: as a simulator does.
final class JournalRig {
    static let folder = "/state/journal"

    let storage: MemoryStorage
    let opened: JournalOpening.Opened
    /// What was replayed.
    var replayed: [(sequence: UInt64, location: RecordLocation, payload: [UInt8])] = []
    var appender: RecordAppender
    var writer: SegmentWriter
    /// Where records stand, as the owner knows it.
    var places: [UInt64: RecordLocation] = [:]
    var through: UInt64 = 0
    var mended: [StorageFault] = []

    init(_ storage: MemoryStorage) throws {
        self.storage = storage
        try storage.makeFolder("/state")
        var opening = JournalOpening(
            storage: storage, folder: Self.folder, damagedFolder: "/state/damaged", newEpoch: (0x0102, 0x0304))
        var found: [(sequence: UInt64, location: RecordLocation, payload: [UInt8])] = []
        opened = try opening.run { sequence, location, payload in found.append((sequence, location, payload)) }
        replayed = found
        for record in found { places[record.sequence] = record.location }
        let start = opened.start
        through = start.lastSequence
        try storage.syncFolder("/state")
        let pool = BatchPool()
        writer = try SegmentWriter(files: opened.files, pool: pool, epoch: opened.epoch, start: start)
        appender = RecordAppender(
            segment: start.segment, offset: start.offset, nextSequence: start.lastSequence + 1, pool: pool)
    }

    @discardableResult
    func append(_ payload: [UInt8]) -> UInt64 {
        let floor = writer.floor
        let (sequence, location) = payload.withUnsafeBytes { appender.append($0, floor: floor) }
        places[sequence] = location
        return sequence
    }

    /// One batch on its way to the writer.
    func batches() -> [RecordBatch] { appender.take() }

    func commit() throws(StorageFault) { try write(appender.take()) }

    func write(_ group: [RecordBatch]) throws(StorageFault) { heed(try writer.write(group)) }

    func retry() throws(StorageFault) { heed(try writer.retry()) }

    private func heed(_ outcome: SegmentWriter.Outcome) {
        through = max(through, outcome.through)
        if let fault = outcome.mended { mended.append(fault) }
        for record in outcome.relocated { places[record.sequence] = record.location }
    }

    /// The octets that stand at a record's place, verified.
    func payload(of sequence: UInt64) throws -> [UInt8]? {
        guard let place = places[sequence] else { return nil }
        let octets = try opened.files.open(place.segment).read(
            at: Int(place.offset), count: RecordFormat.headerOctets + RecordFormat.payloadMax)
        return octets.withUnsafeBytes { view -> [UInt8]? in
            guard view.count > RecordFormat.headerOctets else { return nil }
            let header = RecordFormat.header(in: view, at: 0)
            guard header.hasLegalLength, RecordFormat.headerOctets + header.length <= view.count else { return nil }
            let payload = UnsafeRawBufferPointer(
                rebasing: view[RecordFormat.headerOctets..<(RecordFormat.headerOctets + header.length)])
            let sum = RecordFormat.checksum(segment: place.segment, sequence: header.sequence, payload: payload)
            return sum == header.checksum && header.sequence == sequence ? Array(payload) : nil
        }
    }
}

/// A payload that tells its sequence, of a length that varies.
func payload(_ sequence: UInt64, _ length: Int? = nil) -> [UInt8] {
    let length = length ?? 1 + Int(sequence * 7 % 61)
    guard length < 4_096 else { return [UInt8](repeating: UInt8(truncatingIfNeeded: sequence | 1), count: length) }
    return (0..<length).map { UInt8(truncatingIfNeeded: sequence &* 31 &+ UInt64($0)) }
}

let firstSegment = "\(JournalRig.folder)/segment-0000000001.journal"

/// A journal with so many records, synced, in groups of three.
func written(_ records: UInt64, length: Int? = nil) throws -> MemoryStorage {
    let storage = MemoryStorage()
    let rig = try JournalRig(storage)
    for sequence in 1...records {
        rig.append(payload(sequence, length))
        if sequence % 3 == 0 { try rig.commit() }
    }
    try rig.commit()
    return storage
}
