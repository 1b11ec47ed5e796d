import CChecksum
import Dispatch
import Foundation
import Journal
import Synchronization
import Testing

private func payload(_ number: UInt64, _ length: Int = 40) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: UInt64($0) &* 31 &+ number) }
}

/// What a replay of a folder gives.
private func replay(_ storage: any Storage, _ state: String = "s") throws -> (
    records: [(UInt64, [UInt8])], report: RecoveryReport
) {
    var records: [(UInt64, [UInt8])] = []
    let (_, report) = try Journal.open(state: state, storage: storage, newEpoch: (1, 2)) { sequence, _, payload in
        records.append((sequence, payload))
    }
    return (records, report)
}

/// Writes records through the synchronous writer, one batch each.
private func write(_ numbers: ClosedRange<UInt64>, _ storage: MemoryStorage) throws {
    let files = SegmentFiles()
    var writer = SegmentWriter(
        storage: storage, folder: "s/journal", epoch: (1, 2), files: files, current: 1, through: 0)
    var offset = SegmentHeader.octetCount
    for number in numbers {
        var batch = RecordBatch(segment: 1, offset: UInt32(offset))
        payload(number).withUnsafeBytes { RecordFormat.append($0, segment: 1, sequence: number, to: &batch.octets) }
        batch.records = [(number, 0, 40)]
        _ = try writer.write([batch])
        offset += batch.octets.count
    }
}

@Suite("The journal")
struct JournalTests {
    @Test("The checksum by instruction equals the one by table")
    func checksum() {
        for length in [0, 1, 7, 8, 9, 4_096, 4_099] {
            let octets = payload(UInt64(length), length)
            #expect(cable_crc32c(0, octets, octets.count) == cable_crc32c_table(0, octets, octets.count))
        }
        #expect(cable_crc32c(0, Array("123456789".utf8), 9) == 0xE306_9283)
    }

    @Test("What was appended and synced is replayed in order after the process is gone")
    func roundTrip() throws {
        let state = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: state) }
        let durable = DispatchSemaphore(value: 0)
        let reached = Mutex<UInt64>(0)
        var locations: [RecordLocation] = []
        do {
            let (journal, report) = try Journal.open(state: state, storage: FileStorage(), newEpoch: (7, 9)) {
                _, _, _ in
            }
            #expect(report.created)
            journal.start(
                Journal.Callbacks(
                    onDurable: { sequence, _ in
                        reached.withLock { $0 = sequence }
                        if sequence == 5_000 { durable.signal() }
                    }, onMended: { _ in }, onFailed: { _ in }))
            for number in 1...5_000 as ClosedRange<UInt64> {
                let (sequence, location) = journal.append(payload(number, 1_000))
                #expect(sequence == number)
                locations.append(location)
                if number % 7 == 0 || number == 5_000 { _ = journal.commit() }
            }
            #expect(durable.wait(timeout: .now() + .seconds(60)) == .success)
            #expect(Set(locations.map(\.segment)).count > 1, "several segments were filled")
            #expect(try journal.read(locations[4_321]) == payload(4_322, 1_000))
            #expect(throws: JournalFault.locked(folder: state)) {
                try Journal.open(state: state, storage: FileStorage(), newEpoch: (1, 1)) { _, _, _ in }
            }
        }
        let (records, report) = try replay(FileStorage(), state)
        #expect(records.map(\.0) == Array(1...5_000))
        #expect(records.allSatisfy { $0.1 == payload($0.0, 1_000) })
        #expect(report.damage.isEmpty)
    }

    @Test("A flip anywhere never serves a wrong record, keeps the octets, and loses no other record")
    func flips() throws {
        let clean = MemoryStorage()
        try write(1...6, clean)
        let name = "s/journal/segment-0000000001.journal"
        let end = SegmentHeader.octetCount + 6 * RecordFormat.span(40)
        for place in stride(from: SegmentHeader.octetCount, to: end, by: 1) {
            let storage = MemoryStorage()
            try write(1...6, storage)
            storage.files[name]?.octets[place] ^= 0x10
            let (records, report) = try replay(storage)
            let hit = UInt64((place - SegmentHeader.octetCount) / RecordFormat.span(40) + 1)
            #expect(records.allSatisfy { $0.1 == payload($0.0) })
            // The padding behind a payload holds nothing.
            let inPadding = (place - SegmentHeader.octetCount) % RecordFormat.span(40) >= RecordFormat.headerOctets + 40
            #expect(records.map(\.0) == (inPadding ? Array(1...6) : (1...6).filter { $0 != hit }), "octet \(place)")
            #expect(report.damage.isEmpty == inPadding)
            if !inPadding { #expect(storage.files.keys.contains { $0.hasPrefix("s/damaged/") }) }
        }
    }

    @Test("A tail torn at any octet is kept as possible damage, and what stands before it is replayed")
    func tornTails() throws {
        let name = "s/journal/segment-0000000001.journal"
        let span = RecordFormat.span(40)
        let last = SegmentHeader.octetCount + 3 * span
        for cut in 1..<(RecordFormat.headerOctets + 40) {
            let storage = MemoryStorage()
            try write(1...4, storage)
            for place in (last + cut)..<(last + span) { storage.files[name]?.octets[place] = 0 }
            // What was cut off may have been zeros anyway.
            let whole = payload(4)
            let (records, report) = try replay(storage)
            if records.count == 4 {
                #expect(records[3].1 == whole)
            } else {
                #expect(records.map(\.0) == [1, 2, 3])
                #expect(report.tailDamaged)
            }
        }
    }

    @Test("What a failed call put in doubt is written again, and what was called durable survives a crash")
    func nthFailure() throws {
        for nth in 1...40 {
            let storage = MemoryStorage()
            let files = SegmentFiles()
            var writer = SegmentWriter(
                storage: storage, folder: "s/journal", epoch: (1, 2), files: files, current: 1, through: 0)
            storage.failing = [nth]
            var offset = SegmentHeader.octetCount
            var durable: UInt64 = 0
            for number in 1...8 as ClosedRange<UInt64> {
                let segment = max(1, writer.firstFree)
                if segment > 1, offset != SegmentHeader.octetCount, durable == number - 1, writer.firstFree > 1 {
                    offset = SegmentHeader.octetCount + Int(number) * 64
                }
                var batch = RecordBatch(segment: segment, offset: UInt32(offset))
                payload(number).withUnsafeBytes {
                    RecordFormat.append($0, segment: segment, sequence: number, to: &batch.octets)
                }
                batch.records = [(number, 0, 40)]
                durable = try writer.write([batch]).through
                #expect(durable == number)
                offset += batch.octets.count
            }
            storage.failing = []
            storage.crash()
            let (records, _) = try replay(storage)
            #expect(Set(records.map(\.0)).isSuperset(of: Set(1...8)), "call \(nth) failed")
            #expect(records.allSatisfy { $0.1 == payload($0.0) })
        }
    }

    @Test("A segment of a newer format is refused with what to do")
    func newerVersion() throws {
        let storage = MemoryStorage()
        try write(1...2, storage)
        storage.files["s/journal/segment-0000000001.journal"]?.octets[8] = 9
        #expect(throws: JournalFault.newerVersion(file: "s/journal/segment-0000000001.journal", version: 9)) {
            try replay(storage)
        }
    }

    @Test("A large body stands under its name when it is finished, and leftovers are removed")
    func bodies() throws {
        let storage = MemoryStorage()
        let store = try BodyStore(state: "s", storage: storage)
        let writer = try store.create("a")
        let octets = payload(3, 100_000)
        octets.withUnsafeBytes { view in #expect(throws: Never.self) { try writer.append(view) } }
        try writer.finish(name: "whole")
        storage.crash()
        #expect(try store.read("whole", offset: 99_990, count: 100) == Array(octets[99_990...]))
        _ = try store.create("b")
        _ = try BodyStore(state: "s", storage: storage)
        #expect(!storage.files.keys.contains("s/bodies/part-b"))
    }
}
