package import Octets

/// Reads a journal folder at the start: replays every record that is whole, keeps the octets of what is not.
///
/// Damage never stops it. It throws when another format stands there, when the folder cannot be listed or synced, or
/// when the taker throws.
package struct JournalOpening: ~Copyable {
    package struct Opened {
        package var epoch: (high: UInt64, low: UInt64)
        package var files: SegmentFiles
        package var start: SegmentWriter.Start
        package var report: RecoveryReport
    }

    package typealias Taker = (_ sequence: UInt64, _ location: RecordLocation, _ payload: [UInt8]) throws -> Void
    /// The same for the digest of a record.
    package typealias DigestTaker = (_ sequence: UInt64, _ location: RecordLocation, _ digest: OctetReader) throws ->
        Void

    /// One file that is to be replayed.
    private struct Segment {
        var name: String
        var number: UInt32
        /// nil when it cannot be read.
        var header: SegmentHeader?
    }

    /// Octets copied at once from a segment to the folder for damage.
    private static let copyOctets = 1 << 20

    private let storage: any Storage
    private let folder: String
    private let damagedFolder: String
    private let files: SegmentFiles
    private var epoch: (high: UInt64, low: UInt64)
    private var start: SegmentWriter.Start
    private var report = RecoveryReport()
    private var closings: [UInt32: Int] = [:]
    /// Segments whose digest was taken: they were synced before it was written.
    private var digested: Set<UInt32> = []
    /// The first damage behind the last record taken.
    private var damageBehindLast: Int?
    /// The last segment that was scanned: where its records end, and whether it may take more.
    private var tail: (end: Int, isClean: Bool, hasRecords: Bool) = (SegmentHeader.octetCount, true, false)

    package init(storage: any Storage, folder: String, damagedFolder: String, newEpoch: (high: UInt64, low: UInt64)) {
        self.storage = storage
        self.folder = folder
        self.damagedFolder = damagedFolder
        files = SegmentFiles(storage: storage, folder: folder)
        epoch = newEpoch
        start = SegmentWriter.Start(
            segment: 1, offset: SegmentHeader.octetCount, exists: false, lastSequence: 0)
    }

    /// - Throws: `JournalFault`, `StorageFault`, or what the taker throws: then nothing was changed but kept copies of
    ///   damage.
    ///
    /// - Parameters:
    ///   - takeDigest: takes what the digests of sealed segments say; without it every segment is read.
    ///   - progress: hears before each segment how many of how many are done.
    package mutating func run(
        _ take: Taker, digests takeDigest: DigestTaker? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> Opened {
        try storage.makeFolder(folder)
        try storage.makeFolder(damagedFolder)
        let names = try storage.list(folder)
        try files.removeLeftovers(names)
        let segments = try recognize(names.filter { $0.hasPrefix("segment-") && !$0.hasSuffix(".digest") })
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            progress(index, segments.count)
            if !isLast, let takeDigest, try replayDigest(segment, takeDigest) { continue }
            try replay(segment, isLast: isLast, take)
        }
        conclude(segments)
        // Rule 8: what was replayed is on the disk before anything rests on it.
        for segment in segments where !digested.contains(segment.number) { try files.open(segment.number).sync() }
        try storage.syncFolder(folder)
        try storage.syncFolder(damagedFolder)
        return Opened(epoch: epoch, files: files, start: start, report: report)
    }

    // MARK: Before the records

    /// Reads all headers: what a later one says of an earlier segment must be known before that is replayed.
    private mutating func recognize(_ names: [String]) throws -> [Segment] {
        var segments: [Segment] = []
        var highest: UInt32 = 0
        for name in names {
            guard let number = SegmentName.number(of: name) else {
                report.damage.append(JournalDamage(kind: .foreign, segment: name, offset: 0, octets: 0))
                continue
            }
            highest = number
            segments.append(Segment(name: name, number: number, header: try header(of: name, number)))
        }
        report.created = names.isEmpty
        if let known = segments.compactMap(\.header).first { epoch = (known.epochHigh, known.epochLow) }
        segments.removeAll { segment in
            guard let header = segment.header,
                header.segment != segment.number || (header.epochHigh, header.epochLow) != epoch
            else { return false }
            report.damage.append(
                JournalDamage(kind: .foreign, segment: segment.name, offset: 0, octets: Int(clamping: header.size)))
            return true
        }
        if let removed = files.removed(), (removed.epochHigh, removed.epochLow) == epoch {
            // A crash came between saying that they are gone and removing them.
            for segment in segments where segment.number <= removed.segment { try files.remove(segment.number) }
            segments.removeAll { $0.number <= removed.segment }
            start.lastSequence = removed.sequence
            highest = max(highest, removed.segment)
        }
        for case let closing? in segments.map({ $0.header?.closing }) {
            closings[closing.segment] = Int(closing.end)
        }
        report.segments = segments.count
        start.segment = highest + 1
        return segments
    }

    private func header(of name: String, _ number: UInt32) throws -> SegmentHeader? {
        let file = try files.open(number)
        let octets: [UInt8]
        do throws(StorageFault) {
            octets = try file.read(at: 0, count: SegmentHeader.octetCount)
        } catch {
            // The scan gives up the octets that cannot be read, and reports them.
            return nil
        }
        do throws(SegmentHeader.Fault) {
            return try SegmentHeader(decoding: octets)
        } catch {
            switch error {
            case .newerVersion(let version):
                throw JournalFault.newerVersion(file: "\(folder)/\(name)", version: version)
            case .notASegment, .damaged: return nil
            }
        }
    }

    // MARK: Records

    /// True when the segment's digest is there, fits the segment, and was taken in its place.
    private mutating func replayDigest(_ segment: Segment, _ take: DigestTaker) throws -> Bool {
        guard let header = segment.header, let digest = files.digest(of: segment.number),
            digest.segment == segment.number, (digest.epochHigh, digest.epochLow) == epoch, digest.count > 0,
            digest.firstSequence > start.lastSequence,
            Int(digest.end) <= closings[segment.number] ?? Int(clamping: header.size)
        else { return false }
        explain(digest.firstSequence, segment, SegmentHeader.octetCount)
        try digest.handOn { sequence, offset, octets in
            try take(sequence, RecordLocation(segment: segment.number, offset: offset), octets)
        }
        start.lastSequence = digest.lastSequence
        report.records += UInt64(digest.count)
        report.digests += 1
        digested.insert(segment.number)
        return true
    }

    private mutating func replay(_ segment: Segment, isLast: Bool, _ take: Taker) throws {
        let file = try files.open(segment.number)
        if isLast {
            // Pages of a sync that failed in an earlier run look clean: the last segment is read from the disk.
            try file.sync()
            file.forgetCache()
        }
        var window = try SegmentWindow(file)
        if segment.header == nil {
            note(.header, segment, 0..<min(window.size, SegmentHeader.octetCount), &window)
        }
        var scan = SegmentScan(
            segment: segment.number, last: start.lastSequence, firstSequence: segment.header?.firstSequence,
            closedEnd: closings[segment.number])
        tail = (SegmentHeader.octetCount, segment.header != nil, false)
        var finding = scan.next(&window)
        while true {
            switch finding {
            case .record(let sequence, let offset, let length):
                try self.take(segment, sequence, offset, length, &window, take)
            case .repeated:
                tail.hasRecords = true
            case .damage(let kind, let range):
                note(kind, segment, range, &window)
                if kind == .tail { tail.isClean = false }
            case .end(let offset):
                tail.end = offset
                finish(segment, &window)
                return
            }
            finding = scan.next(&window)
        }
    }

    private mutating func take(
        _ segment: Segment, _ sequence: UInt64, _ offset: Int, _ length: Int, _ window: inout SegmentWindow,
        _ take: Taker
    ) throws {
        explain(sequence, segment, offset)
        guard let octets = window.octets(at: offset + RecordFormat.headerOctets, count: length) else { return }
        let location = RecordLocation(segment: segment.number, offset: UInt32(offset))
        try take(sequence, location, Array(octets))
        start.lastSequence = sequence
        report.records += 1
        report.octets += UInt64(length)
        tail.hasRecords = true
    }

    /// Records that are missing before this one belong to the damage before it; where there is none, and no closing
    /// says that they were never written, that is damage of its own.
    private mutating func explain(_ sequence: UInt64, _ segment: Segment, _ offset: Int) {
        defer { damageBehindLast = nil }
        let missing = sequence - start.lastSequence - 1
        guard missing > 0 else { return }
        if let known = damageBehindLast {
            report.damage[known].records = missing
        } else if segment.header?.closing == nil || segment.header?.firstSequence != sequence {
            var damage = JournalDamage(kind: .missing, segment: segment.name, offset: offset, octets: 0)
            damage.records = missing
            report.damage.append(damage)
        }
    }

    private mutating func finish(_ segment: Segment, _ window: inout SegmentWindow) {
        for range in window.unreadable {
            tail.isClean = false
            report.damage.append(
                JournalDamage(
                    kind: .unreadable, segment: segment.name, offset: range.lowerBound, octets: range.count))
        }
        guard let size = segment.header.map({ Int(clamping: $0.size) }) else { return }
        if window.size < size {
            note(.short, segment, window.size..<window.size, &window)
            tail.isClean = false
            report.damage[report.damage.count - 1].octets = size - window.size
        }
        // What the owner counts on: a segment of another size takes no more.
        if size != files.sizes.size(of: segment.number) { tail.isClean = false }
    }

    private mutating func conclude(_ segments: [Segment]) {
        if let first = damageBehindLast {
            report.tailDamaged = true
            let octets = report.damage[first...].reduce(0) { $0 + $1.octets }
            // Behind skipped sequences the header alone says where the damaged records began.
            let begun = min(segments.compactMap { $0.header?.firstSequence }.max() ?? 1, SegmentScan.sequenceMax)
            let unseen = begun > start.lastSequence ? begun - 1 - start.lastSequence : 0
            report.tailRecordsMax = unseen + UInt64(octets / RecordFormat.spanMin + 1)
        }
        guard let last = segments.last else { return }
        if tail.isClean, last.number + 1 == start.segment, closings[last.number] == nil {
            start.segment = last.number
            start.offset = tail.end
            start.exists = true
            // Until a record stands in it, the segment can still be replaced: then its header must say the same.
            if !tail.hasRecords { start.closing = last.header?.closing }
        } else {
            start.closing = SegmentHeader.Closing(segment: last.number, end: UInt32(tailEnd(last)))
        }
    }

    private func tailEnd(_ last: Segment) -> Int {
        let tails = report.damage.filter { $0.segment == last.name && $0.kind == .tail }
        return tails.map(\.offset).min() ?? tail.end
    }

    // MARK: Damage

    private mutating func note(
        _ kind: JournalDamage.Kind, _ segment: Segment, _ range: Range<Int>, _ window: inout SegmentWindow
    ) {
        var damage = JournalDamage(kind: kind, segment: segment.name, offset: range.lowerBound, octets: range.count)
        do throws(StorageFault) {
            damage.kept = try keep(segment, range, &window)
        } catch {
            // A full disk must not keep a station from starting: the octets stay in the segment, and `kept` says so.
            damage.kept = 0
        }
        if damageBehindLast == nil { damageBehindLast = report.damage.count }
        report.damage.append(damage)
    }

    /// The octets of what is damaged stay where somebody can look at them.
    private func keep(
        _ segment: Segment, _ range: Range<Int>, _ window: inout SegmentWindow
    ) throws(StorageFault) -> Int {
        guard !range.isEmpty else { return 0 }
        let name = "\(segment.name).\(range.lowerBound)"
        let path = "\(damagedFolder)/\(name)"
        if try storage.list(damagedFolder).contains(name), try storage.open(path).size() == range.count {
            return range.count
        }
        try storage.remove(path)
        let copy = try storage.create(path)
        var done = 0
        while done < range.count {
            let count = min(Self.copyOctets, range.count - done)
            guard let octets = window.octets(at: range.lowerBound + done, count: count) else { break }
            try copy.write(octets, at: done)
            done += count
        }
        try copy.sync()
        return done
    }
}
