/// Records in order, for one segment: what one or more turns of the owner want kept.
package struct RecordBatch: Sendable {
    package var segment: UInt32
    package var offset: UInt32
    package var octets: [UInt8]
    /// Sequence and place within `octets` of each record.
    package var records: [(sequence: UInt64, at: Int, length: Int)]

    package init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
        octets = []
        records = []
    }
}

/// Writes batches into segments and mends a failed sync (rule 7). Synchronous: a queue or a simulator drives it.
package struct SegmentWriter: ~Copyable {
    /// The first segment's octets; each next is twice as large, up to the largest.
    package static let sizeMin = 4 << 20
    package static let sizeMax = 64 << 20

    package struct Outcome: Sendable {
        /// The last sequence that is on the disk now.
        package var through: UInt64
        /// Records that had to be written again elsewhere.
        package var relocated: [(sequence: UInt64, location: RecordLocation)] = []
        /// The failure that was mended, for the log.
        package var mended: StorageFault?
    }

    private let storage: any Storage
    private let folder: String
    private let epoch: (high: UInt64, low: UInt64)
    private let files: SegmentFiles
    /// The segment that is written, and the last offset known to be on the disk.
    private var current: UInt32
    /// Segments up to this one take nothing more: what is meant for them is written elsewhere.
    private var abandoned: UInt32?
    private var mendingOffset = 0
    private var through: UInt64

    package init(
        storage: any Storage, folder: String, epoch: (high: UInt64, low: UInt64), files: SegmentFiles,
        current: UInt32, through: UInt64
    ) {
        self.storage = storage
        self.folder = folder
        self.epoch = epoch
        self.files = files
        self.current = current
        self.through = through
    }

    package static func name(_ segment: UInt32) -> String {
        let digits = String(segment)
        return "segment-\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits).journal"
    }

    package static func size(of segment: UInt32) -> Int {
        min(sizeMax, sizeMin << Int(min(segment > 0 ? segment - 1 : 0, 8)))
    }

    /// Writes a group of batches and syncs once for each segment that it touches.
    package mutating func write(_ group: [RecordBatch]) throws(StorageFault) -> Outcome {
        do throws(StorageFault) {
            return try commit(group)
        } catch {
            return try mend(group, error)
        }
    }

    private mutating func commit(_ group: [RecordBatch]) throws(StorageFault) -> Outcome {
        var outcome = Outcome(through: through)
        var first = 0
        while first < group.count {
            if let abandoned, group[first].segment <= abandoned {
                try rewrite(group[first], &outcome)
                first += 1
                continue
            }
            var last = first
            while last + 1 < group.count, group[last + 1].segment == group[first].segment { last += 1 }
            try append(group[first...last])
            first = last + 1
        }
        through = max(through, group.last?.records.last?.sequence ?? through)
        outcome.through = through
        return outcome
    }

    private mutating func append(_ batches: ArraySlice<RecordBatch>) throws(StorageFault) {
        guard let start = batches.first else { return }
        let file = try segment(start.segment, firstSequence: start.records.first?.sequence ?? through + 1)
        for batch in batches { try file.write(batch.octets, at: Int(batch.offset)) }
        try file.sync()
    }

    /// The file of a segment, made when it is first written: zero-filled, which makes later syncs cheaper.
    private mutating func segment(_ number: UInt32, firstSequence: UInt64) throws(StorageFault) -> any StorageFile {
        if let file = files[number] { return file }
        let file = try files.preparing { () throws(StorageFault) in try make(number, firstSequence: firstSequence) }
        current = max(current, number)
        return file
    }

    private func make(_ number: UInt32, firstSequence: UInt64) throws(StorageFault) -> any StorageFile {
        let file: any StorageFile
        if let spare = files.takeSpare(number) {
            file = spare
        } else {
            file = try Self.zeroFilled(number, storage: storage, folder: folder)
        }
        let header = SegmentHeader(
            segment: number, epochHigh: epoch.high, epochLow: epoch.low, firstSequence: firstSequence,
            size: UInt64(Self.size(of: number)))
        try file.write(header.encoded, at: 0)
        try file.sync()
        try storage.rename("\(folder)/spare-\(number)", to: "\(folder)/\(Self.name(number))")
        try storage.syncFolder(folder)
        files[number] = file
        return file
    }

    /// Makes the file of a coming segment under a temporary name.
    package static func zeroFilled(
        _ number: UInt32, storage: any Storage, folder: String
    ) throws(StorageFault) -> any StorageFile {
        let path = "\(folder)/spare-\(number)"
        try storage.remove(path)
        let file = try storage.create(path)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while offset < size(of: number) {
            let count = min(zeros.count, size(of: number) - offset)
            try file.write(count == zeros.count ? zeros : Array(zeros[..<count]), at: offset)
            offset += count
        }
        try file.sync()
        return file
    }

    // MARK: Mending

    /// All written since the last good sync counts as not written: it is written again in a segment of its own, and
    /// nothing is read back as evidence.
    private mutating func mend(_ group: [RecordBatch], _ cause: StorageFault) throws(StorageFault) -> Outcome {
        let highest = max(current, group.map(\.segment).max() ?? current)
        abandoned = highest
        current = highest + 1
        mendingOffset = SegmentHeader.octetCount
        files.forget(current)
        var outcome = Outcome(through: through)
        outcome.mended = cause
        for batch in group { try rewrite(batch, &outcome) }
        through = max(through, group.last?.records.last?.sequence ?? through)
        outcome.through = through
        return outcome
    }

    private mutating func rewrite(_ batch: RecordBatch, _ outcome: inout Outcome) throws(StorageFault) {
        var octets: [UInt8] = []
        for record in batch.records {
            let span = RecordFormat.span(record.length)
            if mendingOffset + octets.count + span > Self.size(of: current) {
                try flush(&octets, firstSequence: record.sequence)
                current += 1
                abandoned = current - 1
                mendingOffset = SegmentHeader.octetCount
            }
            outcome.relocated.append(
                (record.sequence, RecordLocation(segment: current, offset: UInt32(mendingOffset + octets.count))))
            let start = record.at + RecordFormat.headerOctets
            let number = current
            batch.octets.withUnsafeBytes { all in
                RecordFormat.append(
                    UnsafeRawBufferPointer(rebasing: all[start..<(start + record.length)]), segment: number,
                    sequence: record.sequence, to: &octets)
            }
        }
        try flush(&octets, firstSequence: batch.records.first?.sequence ?? through + 1)
        // What the owner appends from now on must not share this segment with what is written again.
        abandoned = current
    }

    private mutating func flush(_ octets: inout [UInt8], firstSequence: UInt64) throws(StorageFault) {
        guard !octets.isEmpty else { return }
        let file = try segment(current, firstSequence: firstSequence)
        try file.write(octets, at: mendingOffset)
        try file.sync()
        mendingOffset += octets.count
        octets.removeAll(keepingCapacity: true)
    }

    /// The first segment number that the owner may use for what it appends next.
    package var firstFree: UInt32 { (abandoned ?? 0) + 1 }
}

extension StorageFile {
    package func write(_ octets: [UInt8], at offset: Int) throws(StorageFault) {
        try octets.withUnsafeBufferPointer { (view) throws(StorageFault) -> Void in
            try self.write(UnsafeRawBufferPointer(view), at: offset)
        }
    }
}
