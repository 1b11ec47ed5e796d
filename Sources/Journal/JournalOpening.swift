/// Reads a journal folder at the start: replays every record that is whole, keeps the octets of what is not.
package struct JournalOpening {
    package struct Opened {
        package var epoch: (high: UInt64, low: UInt64)
        package var files: SegmentFiles
        /// The segment to go on with, and the offset behind its last record.
        package var segment: UInt32
        package var offset: Int
        package var lastSequence: UInt64
        package var report: RecoveryReport
    }

    package typealias Taker = (_ sequence: UInt64, _ location: RecordLocation, _ payload: [UInt8]) throws -> Void

    private let storage: any Storage
    private let folder: String
    private let damagedFolder: String
    private let newEpoch: (high: UInt64, low: UInt64)
    private var opened: Opened

    package init(storage: any Storage, folder: String, damagedFolder: String, newEpoch: (high: UInt64, low: UInt64)) {
        self.storage = storage
        self.folder = folder
        self.damagedFolder = damagedFolder
        self.newEpoch = newEpoch
        opened = Opened(
            epoch: newEpoch, files: SegmentFiles(), segment: 1, offset: SegmentHeader.octetCount, lastSequence: 0,
            report: RecoveryReport())
    }

    /// - Throws: `JournalFault`, or what the taker throws: then nothing was changed but kept copies of damage.
    package mutating func run(_ take: Taker) throws -> Opened {
        try storage.makeFolder(folder)
        try storage.makeFolder(damagedFolder)
        let names = try storage.list(folder)
        for name in names where name.hasPrefix("spare-") { try storage.remove("\(folder)/\(name)") }
        let segments = names.filter { $0.hasPrefix("segment-") && $0.hasSuffix(".journal") }
        opened.report.created = segments.isEmpty
        for (index, name) in segments.enumerated() {
            try replay(name, isLast: index == segments.count - 1, take)
        }
        // Rule 8: what was replayed is on the disk before anything rests on it.
        for name in segments {
            if let number = Self.number(of: name), let file = opened.files[number] { try file.sync() }
        }
        try storage.syncFolder(folder)
        try storage.syncFolder(damagedFolder)
        return opened
    }

    private static func number(of name: String) -> UInt32? {
        UInt32(name.dropFirst("segment-".count).dropLast(".journal".count))
    }

    private mutating func replay(_ name: String, isLast: Bool, _ take: Taker) throws {
        let path = "\(folder)/\(name)"
        let file = try storage.open(path)
        let size = try file.size()
        let octets = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 8)
        defer { octets.deallocate() }
        let count = try file.read(into: octets, at: 0)
        let view = UnsafeRawBufferPointer(rebasing: octets[..<count])
        guard let number = Self.number(of: name) else { return }
        opened.segment = number
        opened.report.segments += 1
        do throws(SegmentHeader.Fault) {
            let header = try SegmentHeader(decoding: Array(view.prefix(SegmentHeader.octetCount)))
            guard header.segment == number else { throw .damaged }
            if opened.report.records == 0 { opened.epoch = (header.epochHigh, header.epochLow) }
        } catch {
            switch error {
            case .newerVersion(let version): throw JournalFault.newerVersion(file: path, version: version)
            case .notASegment, .damaged:
                try keep(view, .header, name, 0..<min(count, SegmentHeader.octetCount))
            }
        }
        opened.files[number] = file
        try scan(view, name, number, isLast: isLast, take)
    }

    private mutating func scan(
        _ view: UnsafeRawBufferPointer, _ name: String, _ number: UInt32, isLast: Bool, _ take: Taker
    ) throws {
        guard view.count > SegmentHeader.octetCount else {
            opened.segment = number + 1
            return
        }
        var scan = SegmentScan(segment: number, last: opened.lastSequence)
        while true {
            switch scan.next(view) {
            case .record(let sequence, let offset, let payload):
                let location = RecordLocation(segment: number, offset: UInt32(offset))
                try take(sequence, location, Array(view[payload]))
                opened.lastSequence = sequence
                opened.report.records += 1
                opened.report.octets += UInt64(payload.count)
            case .damage(.middle, let range):
                try keep(view, .middle, name, range)
            case .damage(let kind, let range):
                try keep(view, kind, name, range)
                if isLast { opened.report.tailDamaged = true }
                opened.segment = number + 1
                opened.offset = SegmentHeader.octetCount
                return
            case .end(let offset):
                opened.offset = offset
                if view.count < SegmentWriter.size(of: number) {
                    opened.segment = number + 1
                    opened.offset = SegmentHeader.octetCount
                }
                return
            }
        }
    }

    /// The octets of what is damaged stay where somebody can look at them.
    private mutating func keep(
        _ view: UnsafeRawBufferPointer, _ kind: JournalDamage.Kind, _ name: String, _ range: Range<Int>
    ) throws {
        opened.report.damage.append(
            JournalDamage(kind: kind, segment: name, offset: range.lowerBound, octets: range.count))
        let path = "\(damagedFolder)/\(name).\(range.lowerBound)"
        try storage.remove(path)
        let copy = try storage.create(path)
        try copy.write(Array(view[range]), at: 0)
        try copy.sync()
    }
}
