import Journal
import Testing

@Suite struct WritingTests {
    @Test("what was written is replayed, in order and octet for octet, where it was said to stand")
    func roundTrip() throws {
        let storage = try written(50)
        let rig = try JournalRig(storage)
        #expect(rig.replayed.map(\.sequence) == Array(1...50))
        for record in rig.replayed {
            #expect(record.payload == payload(record.sequence))
            #expect(try rig.payload(of: record.sequence) == record.payload)
        }
        #expect(rig.opened.report.damage.isEmpty)
        #expect(!rig.opened.report.created)
        #expect(rig.opened.epoch == (0x0102, 0x0304))
    }

    @Test("a second replay gives the same as the first, with what was appended in between behind it")
    func replayEquality() throws {
        let storage = try written(10)
        let rig = try JournalRig(storage)
        rig.append(payload(11))
        try rig.commit()
        let again = try JournalRig(storage.crashed(.dropPending))
        #expect(again.replayed.map(\.sequence) == Array(1...11))
        #expect(again.replayed.dropLast().map(\.location) == rig.replayed.map(\.location))
    }

    @Test("a group of batches costs one sync")
    func groupCommit() throws {
        let storage = try written(1)
        let rig = try JournalRig(storage)
        var group: [RecordBatch] = []
        for sequence in UInt64(2)...9 {
            rig.append(payload(sequence))
            group += rig.batches()
        }
        storage.fail(call: "fdatasync", nil)
        try rig.write(group)
        #expect(group.count == 8)
        #expect(storage.calls == 1)
        #expect(rig.through == 9)
    }

    @Test("what was not committed is not on the disk, and what was is, when the power goes")
    func durability() throws {
        let storage = try written(4)
        let rig = try JournalRig(storage)
        rig.append(payload(5))
        try rig.commit()
        rig.append(payload(6))
        let after = try JournalRig(storage.crashed(.dropPending))
        #expect(after.replayed.map(\.sequence) == Array(1...5))
    }

    @Test("a record that does not fit begins the next segment, and all are replayed over segments")
    func rolling() throws {
        let storage = MemoryStorage()
        let rig = try JournalRig(storage)
        for sequence in UInt64(1)...30 {
            rig.append(payload(sequence, (1 << 20) >> Int(sequence % 2)))
            if sequence % 4 == 0 { try rig.commit() }
        }
        try rig.commit()
        #expect(rig.through == 30)
        let after = try JournalRig(storage.crashed(.dropPending))
        #expect(after.replayed.map(\.sequence) == Array(1...30))
        #expect(after.opened.report.segments == 3)
        #expect(after.opened.report.damage.isEmpty)
        #expect(after.replayed.allSatisfy { $0.payload == payload($0.sequence, (1 << 20) >> Int($0.sequence % 2)) })
        #expect(storage.octets(firstSegment).count == 4 << 20)
    }

    @Test("a segment that an earlier run left unfinished is removed at the start")
    func unfinished() throws {
        let storage = try written(3)
        storage.put("\(JournalRig.folder)/unfinished.journal", [1, 2, 3])
        let rig = try JournalRig(storage)
        #expect(storage.octets("\(JournalRig.folder)/unfinished.journal").isEmpty)
        #expect(rig.through == 3)
        #expect(rig.opened.report.damage.isEmpty)
    }

    @Test("sequences behind skipped ones are not given again when all their records are damaged")
    func skippedTwice() throws {
        let storage = try written(5)
        storage.change(firstSegment) { $0[Self.end(of: $0) - 2] ^= 0xff }
        let rig = try JournalRig(storage)
        rig.appender.skip(through: rig.through + rig.opened.report.tailRecordsMax + 40)
        let given = rig.append(payload(77))
        try rig.commit()
        storage.change("\(JournalRig.folder)/segment-0000000002.journal") { $0[Self.end(of: $0) - 2] ^= 0xff }
        let again = try JournalRig(storage)
        #expect(again.opened.report.tailDamaged)
        #expect(again.through + again.opened.report.tailRecordsMax >= given)
    }

    @Test("skipped sequences are no damage at the next start")
    func skipping() throws {
        let storage = try written(5)
        storage.change(firstSegment) { $0[Self.end(of: $0) - 2] ^= 0xff }
        let rig = try JournalRig(storage)
        #expect(rig.opened.report.tailDamaged)
        rig.appender.skip(through: rig.through + rig.opened.report.tailRecordsMax)
        let first = rig.append(payload(77))
        #expect(first == 5 + rig.opened.report.tailRecordsMax)
        try rig.commit()
        let after = try JournalRig(storage.crashed(.dropPending))
        #expect(after.replayed.map(\.sequence) == [1, 2, 3, 4, first])
        #expect(after.opened.report.damage.isEmpty)
    }

    /// Behind the last octet written to a segment that holds little.
    static func end(of octets: [UInt8]) -> Int { (octets.prefix(65_536).lastIndex { $0 != 0 } ?? 0) + 1 }
}
