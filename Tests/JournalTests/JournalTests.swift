import CChecksum
import Dispatch
import Foundation
import Journal
import Synchronization
import Testing

/// A folder of its own for one test, removed at the end.
private final class TestFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
    deinit {
        // A folder left behind in the temporary directory concerns nobody.
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// What a journal said, and a wait for it.
private final class Listener: Sendable {
    struct Heard {
        var through: UInt64 = 0
        var calls = 0
        var relocated: [UInt64: RecordLocation] = [:]
        var mended = 0
        var failed: [JournalFault] = []
    }
    let heard = Mutex(Heard())
    private let something = DispatchSemaphore(value: 0)

    var callbacks: Journal.Callbacks {
        Journal.Callbacks(
            onDurable: { [self] through, relocated in
                heard.withLock { heard in
                    heard.through = through
                    heard.calls += 1
                    for record in relocated { heard.relocated[record.sequence] = record.location }
                }
                something.signal()
            },
            onMended: { [self] _ in heard.withLock { $0.mended += 1 } },
            onFailed: { [self] fault in
                heard.withLock { $0.failed.append(fault) }
                something.signal()
            })
    }

    /// Waits until what was heard is so; false after a minute without any news.
    func wait(_ isSo: (Heard) -> Bool) -> Bool {
        while !heard.withLock({ isSo($0) }) {
            guard something.wait(timeout: .now() + .seconds(60)) == .success else { return false }
        }
        return true
    }
}

@Suite struct JournalTests {
    private func open(
        _ storage: any Storage, _ state: String = "/state", writing: Journal.Writing = .behind,
        _ take: JournalOpening.Taker = { _, _, _ in }
    ) throws -> (journal: Journal, report: RecoveryReport, listener: Listener) {
        let (journal, report) = try Journal.open(
            state: state, storage: storage, newEpoch: (7, 9), writing: writing, take: take)
        let listener = Listener()
        journal.start(listener.callbacks)
        return (journal, report, listener)
    }

    @Test("the checksum by instruction equals the one by table, and the published value")
    func checksum() {
        for length in [0, 1, 7, 8, 9, 15, 16, 4_095, 4_099] {
            let octets = payload(UInt64(length), length)
            for first in [0, 0xdead_beef] as [UInt32] {
                #expect(cable_crc32c(first, octets, length) == cable_crc32c_table(first, octets, length))
            }
            #expect(cable_crc32c(0, octets, length) == Checksums.crc32c(octets))
        }
        #expect(cable_crc32c(0, Array("123456789".utf8), 9) == 0xe306_9283)
    }

    @Test("zeros at both ends of octets are counted exactly")
    func zeros() {
        for (before, after) in [(0, 0), (1, 0), (4_095, 1), (4_096, 8_193), (9_000, 4_097)] {
            let octets = [UInt8](repeating: 0, count: before) + [1, 0, 1] + [UInt8](repeating: 0, count: after)
            #expect(cable_leading_zeros(octets, octets.count) == before)
            #expect(cable_trailing_zeros(octets, octets.count) == after)
        }
        let empty = [UInt8](repeating: 0, count: 10_000)
        #expect(cable_leading_zeros(empty, 10_000) == 10_000 && cable_trailing_zeros(empty, 10_000) == 10_000)
    }

    @Test("on a real disk: appended, committed in groups over segments, read back, replayed after reopening")
    func realDisk() throws {
        let folder = TestFolder()
        var locations: [RecordLocation] = []
        do {
            // The folder is free as soon as its owner has let go of it.
            let (journal, report, listener) = try open(FileStorage(), folder.path, writing: .atOnce)
            #expect(report.created)
            for number in UInt64(1)...6_000 {
                locations.append(journal.append(payload(number, 1_000)).location)
                if number % 7 == 0 { _ = journal.commit() }
            }
            _ = journal.commit()
            #expect(journal.lastSequence == 6_000)
            #expect(listener.wait { $0.through == 6_000 })
            var scratch: [UInt8] = []
            for number in [1, 4_321, 6_000] {
                #expect(try journal.read(locations[number - 1]) == payload(UInt64(number), 1_000))
                let range = try journal.read(locations[number - 1], into: &scratch)
                #expect(Array(scratch[range]) == payload(UInt64(number), 1_000))
            }
            let statistics = journal.statistics
            #expect(statistics.records == 6_000)
            #expect(statistics.syncs < 6_000 / 7 + 10 && statistics.lastSyncNanoseconds > 0)
            #expect(try journal.space().free > 0)
        }
        var replayed: [UInt64] = []
        let (journal, report, _) = try open(FileStorage(), folder.path) { sequence, location, octets in
            #expect(octets == payload(sequence, 1_000))
            #expect(location == locations[Int(sequence) - 1])
            replayed.append(sequence)
        }
        #expect(replayed == Array(1...6_000))
        #expect(report.damage.isEmpty && report.segments == 2)
        #expect(journal.epoch == (7, 9))
    }

    @Test("files are 0600 and folders 0700")
    func modes() throws {
        let folder = TestFolder()
        let (journal, _, listener) = try open(FileStorage(), folder.path)
        _ = journal.append([1])
        _ = journal.commit()
        #expect(listener.wait { $0.through == 1 })
        let bodies = try BodyStore(state: folder.path, storage: FileStorage())
        try bodies.create("a").finish(name: "body")
        func mode(_ name: String) throws -> Int? {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder.path)\(name)")
            return (facts[.posixPermissions] as? NSNumber)?.intValue
        }
        for name in ["", "/journal", "/damaged", "/bodies", "/partial"] { #expect(try mode(name) == 0o700, "\(name)") }
        for name in ["/lock", "/journal/segment-0000000001.journal", "/bodies/body"] {
            #expect(try mode(name) == 0o600, "\(name)")
        }
    }

    @Test("a state folder belongs to one journal at a time")
    func lock() throws {
        let folder = TestFolder()
        do {
            let first = try open(FileStorage(), folder.path)
            #expect(throws: JournalFault.locked(folder: folder.path)) { try open(FileStorage(), folder.path) }
            #expect(first.journal.lastSequence == 0)
        }
        let again = try open(FileStorage(), folder.path)
        #expect(again.journal.lastSequence == 0)
    }

    @Test("an append without a commit waits for the next commit")
    func appendWithoutCommit() throws {
        let (journal, _, listener) = try open(MemoryStorage())
        #expect(!journal.commit())
        _ = journal.append([1])
        _ = journal.append([2])
        #expect(journal.commit())
        #expect(!journal.commit())
        #expect(listener.wait { $0.through == 2 })
        #expect(listener.heard.withLock { $0.calls } == 1)
    }

    @Test("what was committed just now is at hand without the disk; what others took the place of is not")
    func recent() throws {
        let (journal, _, listener) = try open(MemoryStorage())
        var scratch: [UInt8] = []
        var places: [RecordLocation] = []
        for number in UInt64(1)...40 {
            places.append(journal.append(payload(number)).location)
            _ = journal.commit()
            #expect(listener.wait { $0.through == number })
            let range = try #require(journal.recent(places[Int(number) - 1], into: &scratch))
            #expect(Array(scratch[range]) == payload(number))
        }
        #expect(journal.recent(places[0], into: &scratch) == nil)
        #expect(journal.recent(RecordLocation(segment: 2, offset: 64), into: &scratch) == nil)
        #expect(try journal.read(places[0]) == payload(1))
    }

    @Test("a failed sync is mended behind the owner's back: the new places are told, and read")
    func mending() throws {
        let storage = MemoryStorage()
        let (journal, _, listener) = try open(storage)
        _ = journal.append(payload(1))
        _ = journal.commit()
        #expect(listener.wait { $0.through == 1 })
        storage.fail(call: "fdatasync", 1)
        let told = journal.append(payload(2)).location
        _ = journal.commit()
        #expect(listener.wait { $0.through == 2 })
        let heard = listener.heard.withLock { $0 }
        let moved = try #require(heard.relocated[2])
        #expect(heard.mended == 1 && moved != told && heard.relocated[1] == nil)
        #expect(try journal.read(moved) == payload(2))
        #expect(journal.append(payload(3)).location.segment > moved.segment)
    }

    @Test("a journal that cannot be mended is read-only until a retry succeeds, which saves all that waits")
    func readOnly() throws {
        let storage = MemoryStorage()
        let (journal, _, listener) = try open(storage)
        let first = journal.append(payload(1)).location
        _ = journal.commit()
        #expect(listener.wait { $0.through == 1 })
        storage.fail(call: "fdatasync", 1, andOn: true)
        _ = journal.append(payload(2))
        _ = journal.commit()
        #expect(listener.wait { $0.failed.count == 1 })
        #expect(journal.isReadOnly)
        #expect(try journal.read(first) == payload(1))
        _ = journal.append(payload(3))
        _ = journal.commit()
        journal.retry()
        #expect(listener.wait { $0.failed.count == 2 })
        storage.fail(nil)
        journal.retry()
        #expect(listener.wait { $0.through == 3 })
        #expect(!journal.isReadOnly)
        var replayed: [[UInt8]] = []
        _ = try open(storage.crashed(.dropPending)) { _, _, octets in replayed.append(octets) }
        #expect(replayed == [payload(1), payload(2), payload(3)])
    }

    @Test("a place without a whole record is a fault, never other octets")
    func wrongPlaces() throws {
        let storage = try written(3)
        let (journal, _, _) = try open(storage)
        for offset in stride(from: UInt32(0), to: 400, by: 4) where ![64, 88, 120].contains(offset) {
            let location = RecordLocation(segment: 1, offset: offset)
            let isRecord = (try? JournalRig(storage.crashed(.dropPending)))?.places.values.contains(location) ?? false
            if isRecord { continue }
            #expect(throws: JournalFault.damagedRecord(location)) { try journal.read(location) }
        }
        #expect(throws: JournalFault.self) { try journal.read(RecordLocation(segment: 9, offset: 64)) }
    }

    @Test("what the taker throws is thrown on, and the folder is free again")
    func takerThrows() throws {
        struct Refused: Error {}
        let storage = try written(3)
        #expect(throws: Refused.self) { try open(storage) { _, _, _ in throw Refused() } }
        _ = try open(storage)
    }
}
