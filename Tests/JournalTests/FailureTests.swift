import Journal
import Testing

@Suite struct FailureTests {
    /// Appends and commits, retrying where the journal fails; what was told durable is in the result.
    private func work(_ rig: JournalRig, _ sequences: ClosedRange<UInt64>) -> UInt64 {
        for sequence in sequences {
            rig.append(payload(sequence))
            guard sequence % 2 == 0 else { continue }
            do throws(StorageFault) {
                if rig.writer.hasRecordsInDoubt { try rig.retry() }
                try rig.commit()
            } catch {
                continue
            }
        }
        return rig.through
    }

    @Test("a failed sync: the records are written again elsewhere, same sequences, and survive the power going")
    func syncFailure() throws {
        for call in ["pwrite", "fdatasync"] {
            let storage = try written(5)
            let rig = try JournalRig(storage)
            for sequence in UInt64(6)...8 { rig.append(payload(sequence)) }
            storage.fail(call: call, 1)
            try rig.commit()
            #expect(rig.mended.map(\.call) == [call])
            #expect(rig.through == 8)
            #expect((6...8).map { rig.places[$0]?.segment } == [2, 2, 2])
            for sequence in UInt64(1)...8 { #expect(try rig.payload(of: sequence) == payload(sequence)) }

            rig.append(payload(9))
            try rig.commit()
            #expect(rig.places[9] == RecordLocation(segment: 3, offset: 64))
            for disk in [storage.crashed(.dropPending), storage.crashed(.keepPending), storage.killed()] {
                let after = try JournalRig(disk)
                #expect(after.replayed.map(\.sequence) == Array(1...9))
                #expect(after.replayed.map(\.location.segment) == [1, 1, 1, 1, 1, 2, 2, 2, 3])
                #expect(after.opened.report.damage.isEmpty)
            }
        }
    }

    @Test("batches that were placed in a closed segment before the failure was known follow the others")
    func batchesUnderWay() throws {
        let storage = try written(2)
        let rig = try JournalRig(storage)
        rig.append(payload(3))
        let first = rig.batches()
        rig.append(payload(4))
        let second = rig.batches()
        storage.fail(call: "fdatasync", 1)
        try rig.write(first)
        try rig.write(second)
        #expect(rig.through == 4)
        #expect(rig.places[4]?.segment == 2)
        let after = try JournalRig(storage.crashed(.dropPending))
        #expect(after.replayed.map(\.payload) == (1...4).map { payload($0) })
    }

    @Test("where mending fails too nothing is told durable, reads go on, and a retry saves every record in doubt")
    func readOnly() throws {
        let storage = try written(3)
        let rig = try JournalRig(storage)
        rig.append(payload(4))
        storage.fail(call: "fdatasync", 1, andOn: true)
        #expect(throws: StorageFault.self) { try rig.commit() }
        for _ in 0..<5 { #expect(throws: StorageFault.self) { try rig.retry() } }
        #expect(rig.through == 3)
        let isInDoubt = rig.writer.hasRecordsInDoubt
        #expect(isInDoubt)
        #expect(try rig.payload(of: 2) == payload(2))
        #expect(try JournalRig(storage.crashed(.dropPending)).replayed.map(\.sequence) == [1, 2, 3])

        storage.fail(nil)
        try rig.retry()
        rig.append(payload(5))
        try rig.commit()
        let after = try JournalRig(storage.crashed(.dropPending))
        #expect(after.replayed.map(\.payload) == (1...5).map { payload($0) })
        #expect(after.opened.report.damage.isEmpty)
    }

    @Test("a record torn by the first failure is no damage after the retry that saved it, however often it failed")
    func closingOutlastsRetries() throws {
        let storage = try written(3)
        let rig = try JournalRig(storage)
        rig.append(payload(4))
        storage.fail(call: "pwrite", 1, andOn: true)
        #expect(throws: StorageFault.self) { try rig.commit() }
        #expect(throws: StorageFault.self) { try rig.retry() }
        storage.fail(nil)
        try rig.retry()
        for disk in [storage.killed(), storage.crashed(.keepPending)] {
            let after = try JournalRig(disk)
            #expect(after.replayed.map(\.location.segment) == [1, 1, 1, 2])
            #expect(after.opened.report.damage.isEmpty)
        }
    }

    @Test("records that stand twice, because the closing of their first segment was lost, are replayed once")
    func recordsWrittenTwice() throws {
        let storage = try written(3)
        let rig = try JournalRig(storage)
        for sequence in UInt64(4)...6 { rig.append(payload(sequence)) }
        storage.fail(call: "fdatasync", 1)
        try rig.commit()
        rig.append(payload(7))
        try rig.commit()
        let disk = storage.killed()
        disk.change("\(JournalRig.folder)/segment-0000000002.journal") { $0[60] ^= 1 }
        let after = try JournalRig(disk)
        #expect(after.replayed.map(\.sequence) == Array(1...7))
        #expect(after.replayed.map(\.payload) == (1...7).map { payload($0) })
        #expect(after.opened.report.damage.map(\.kind) == [.header])
    }

    @Test("every segment that was replayed is synced at the start, not only the last")
    func openingSyncsAll() throws {
        let storage = MemoryStorage()
        let rig = try JournalRig(storage)
        for sequence in UInt64(1)...5 {
            rig.append(payload(sequence, 1 << 20))
            try rig.commit()
        }
        #expect(rig.places[5]?.segment == 2)
        let whole = storage.octets(firstSegment)
        storage.change(firstSegment) { $0[1_000] ^= 1 }
        try storage.open(firstSegment).write(Array(whole[1_000..<1_001]), at: 1_000)
        let restarted = try JournalRig(storage.killed())
        #expect(restarted.replayed.count == 5)
        #expect(try JournalRig(restarted.storage.crashed(.dropPending)).replayed.count == 5)
    }

    @Test("a retry uses up no segment numbers")
    func retriesAreCheap() throws {
        let storage = try written(3)
        let rig = try JournalRig(storage)
        rig.append(payload(4))
        storage.fail(call: "pwrite", 1, andOn: true)
        #expect(throws: StorageFault.self) { try rig.commit() }
        for _ in 0..<50 { #expect(throws: StorageFault.self) { try rig.retry() } }
        storage.fail(nil)
        try rig.retry()
        #expect(rig.places[4]?.segment == 2)
    }

    @Test("a page that a failed sync left in the cache is not evidence after a restart")
    func nothingIsReadBack() throws {
        let storage = try written(3)
        let rig = try JournalRig(storage)
        rig.append(payload(4))
        storage.fail(call: "fdatasync", 1, andOn: true)
        #expect(throws: StorageFault.self) { try rig.commit() }
        let restarted = try JournalRig(storage.killed())
        let told = restarted.through
        #expect(told == 3)
        let after = try JournalRig(restarted.storage.crashed(.dropPending))
        #expect(after.replayed.map(\.sequence) == Array(1...told))
    }

    @Test("after a kill the unsynced tail is synced before the journal opens: power that then goes loses none of it")
    func openingSyncs() throws {
        let storage = try written(3)
        let rig = try JournalRig(storage)
        rig.append(payload(4))
        let file = try storage.open(firstSegment)
        let batch = try #require(rig.batches().first)
        try file.write(batch.encoded, at: Int(batch.offset))
        let restarted = try JournalRig(storage.killed())
        #expect(restarted.through == 4)
        #expect(try JournalRig(restarted.storage.crashed(.dropPending)).replayed.map(\.sequence) == [1, 2, 3, 4])
    }

    @Test("whichever call fails, once: nothing that was told durable is lost, whatever the crash does with the rest")
    func nthCallFails() throws {
        var nth = 1
        while true {
            let storage = MemoryStorage()
            storage.fail(nth)
            var told: UInt64 = 0
            do {
                let rig = try JournalRig(storage)
                told = work(rig, 1...12)
            } catch is StorageFault {
                // The start failed and said so: nothing was told.
            }
            let isOver = storage.calls < nth
            try check(storage, told, "call \(nth)")
            if isOver { break }
            nth += 1
        }
        #expect(nth > 25, "the calls of a start and of six commits were failed one by one")
    }

    @Test("from whichever call on all fail: nothing that was told durable is lost")
    func allCallsFailFromTheNth() throws {
        var nth = 1
        while true {
            let storage = MemoryStorage()
            storage.fail(nth, andOn: true)
            var told: UInt64 = 0
            do {
                let rig = try JournalRig(storage)
                told = work(rig, 1...12)
            } catch is StorageFault {}
            let isOver = storage.calls < nth
            try check(storage, told, "from call \(nth) on")
            if isOver { break }
            nth += 1
        }
    }

    @Test("whichever call of a second start fails, the one after it finds everything")
    func reopeningFails() throws {
        let storage = try written(6)
        var nth = 1
        while true {
            let disk = storage.crashed(.dropPending)
            disk.fail(nth)
            do { _ = try JournalRig(disk) } catch is StorageFault {}
            let isOver = disk.calls < nth
            disk.fail(nil)
            #expect(try JournalRig(disk).replayed.map(\.payload) == (1...6).map { payload($0) }, "call \(nth)")
            if isOver { break }
            nth += 1
        }
    }

    private func check(_ storage: MemoryStorage, _ told: UInt64, _ what: String) throws {
        let crashes: [MemoryStorage.Crash] = [
            .dropPending, .keepPending, .tear(0x0000_1234_5555_5555), .tear(0x0000_0777_aaaa_aaaa),
        ]
        for crash in crashes {
            let after = try JournalRig(storage.crashed(crash))
            if case .dropPending = crash { #expect(after.opened.report.damage.isEmpty, "\(what): nothing was torn") }
            let found = after.replayed.map(\.sequence)
            #expect(found.count >= Int(told) && Array(found.prefix(Int(told))) == Array(1..<(told + 1)), "\(what)")
            #expect(after.replayed.allSatisfy { $0.payload == payload($0.sequence) }, "\(what)")
        }
    }
}
