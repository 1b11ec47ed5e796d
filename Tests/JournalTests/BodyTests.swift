import Dispatch
import Journal
import Synchronization
import Testing

@Suite struct BodyTests {
    private func append(_ octets: [UInt8], to writer: BodyWriter) throws(StorageFault) {
        try octets.withUnsafeBufferPointer { (view) throws(StorageFault) in
            try writer.append(UnsafeRawBufferPointer(view))
        }
    }

    private func open() throws -> (MemoryStorage, BodyStore) {
        let storage = MemoryStorage()
        try storage.makeFolder("/state")
        return (storage, try BodyStore(state: "/state", storage: storage))
    }

    @Test("a finished body is there under its name after a power cut, octet for octet")
    func finished() throws {
        let (storage, bodies) = try open()
        let writer = try bodies.create("1")
        let octets = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        for start in stride(from: 0, to: octets.count, by: 30_000) {
            try append(Array(octets[start..<min(octets.count, start + 30_000)]), to: writer)
        }
        try writer.finish(name: "hash")
        let after = try BodyStore(state: "/state", storage: storage.crashed(.dropPending))
        #expect(try after.list() == ["hash"])
        #expect(try after.size("hash") == octets.count)
        #expect(try after.read("hash", offset: 99_990, count: 100) == Array(octets[99_990...]))
        #expect(try after.open("hash").read(at: 5, count: 7) == Array(octets[5..<12]))
        try after.remove("hash")
        #expect(try after.list().isEmpty)
    }

    @Test("a body is synced every MiB and at the end, however its octets come")
    func syncs() throws {
        let (storage, bodies) = try open()
        let writer = try bodies.create("1")
        storage.fail(call: "fdatasync", nil)
        try append([UInt8](repeating: 1, count: 2_500_000), to: writer)
        #expect(storage.calls == 2)
        #expect(writer.synced == 2 << 20)
        try writer.finish(name: "hash")
        #expect(storage.calls == 3)
    }

    @Test("what an earlier run left unfinished is removed")
    func leftovers() throws {
        let (storage, bodies) = try open()
        try append([1, 2, 3], to: try bodies.create("1"))
        #expect(try storage.list("/state/bodies") == ["part-1"])
        _ = try BodyStore(state: "/state", storage: storage)
        #expect(try storage.list("/state/bodies").isEmpty)
    }

    @Test("a partial transfer goes on at its synced offset after a power cut, and becomes a body")
    func partial() throws {
        let (storage, bodies) = try open()
        let (writer, offset) = try bodies.resume(partial: "hash-5")
        #expect(offset == 0)
        try append([1, 2, 3], to: writer)
        try writer.sync()
        try append([9, 9], to: writer)
        let after = storage.crashed(.dropPending)
        let again = try BodyStore(state: "/state", storage: after)
        #expect(try again.partials() == ["hash-5"])
        #expect(try again.partialSize("hash-5") == 3)
        let (second, resumed) = try again.resume(partial: "hash-5")
        #expect(resumed == 3)
        try append([4, 5], to: second)
        try second.finish(name: "hash")
        let last = try BodyStore(state: "/state", storage: after.crashed(.dropPending))
        #expect(try last.partials().isEmpty)
        #expect(try last.read("hash", offset: 0, count: 9) == [1, 2, 3, 4, 5])
    }

    @Test("a writer whose sync failed takes nothing more, and what it had not synced is cut off")
    func failedSync() throws {
        let (storage, bodies) = try open()
        let (writer, _) = try bodies.resume(partial: "p")
        try append([1, 2, 3], to: writer)
        try writer.sync()
        try append([4], to: writer)
        storage.fail(call: "fdatasync", 1)
        #expect(throws: StorageFault.self) { try writer.sync() }
        #expect(throws: StorageFault.self) { try append([5], to: writer) }
        #expect(throws: StorageFault.self) { try writer.finish(name: "hash") }
        let (_, offset) = try bodies.resume(partial: "p")
        #expect(offset == 3)
    }

    @Test("whichever call fails, a body bears its name only when it is whole")
    func nthCallFails() throws {
        var nth = 1
        while true {
            let (storage, bodies) = try open()
            storage.fail(nth)
            do throws(StorageFault) {
                let writer = try bodies.create("1")
                try append([UInt8](repeating: 7, count: 3 << 19), to: writer)
                try writer.finish(name: "hash")
            } catch {}
            let isOver = storage.calls < nth
            for crash in [MemoryStorage.Crash.dropPending, .keepPending] {
                let after = try BodyStore(state: "/state", storage: storage.crashed(crash))
                if try after.list() == ["hash"] { #expect(try after.size("hash") == 3 << 19, "call \(nth)") }
                #expect(try isOver ? after.list() == ["hash"] : true)
            }
            if isOver { break }
            nth += 1
        }
        #expect(nth > 6)
    }

    @Test("an abandoned body leaves nothing")
    func abandoned() throws {
        let (storage, bodies) = try open()
        let writer = try bodies.create("1")
        try append([1], to: writer)
        try writer.abandon()
        #expect(try storage.list("/state/bodies").isEmpty)
    }

    @Test("a body that is just being received, or whose cable is just being recorded, is not removed, whenever that is")
    func claims() throws {
        let (_, bodies) = try open()
        func receive() throws -> BodyClaim {
            let writer = try bodies.create("1")
            try append([1, 2, 3], to: writer)
            let claim = bodies.claim("hash")
            try writer.finish(name: "hash")
            return claim
        }
        var claim: BodyClaim? = try receive()
        #expect(try !bodies.remove("hash", unless: { false }), "its cable is not recorded yet")
        #expect(claim != nil)
        claim = nil
        #expect(bodies.takeReleased() == ["hash"])
        #expect(try !bodies.remove("hash", unless: { true }), "it is recorded now")
        #expect(try bodies.remove("hash", unless: { false }))
        #expect(try bodies.list().isEmpty)
    }

    @Test("whoever receives the same octets while they are removed comes behind the removal, and has them")
    func claimsAndRemovals() throws {
        let (_, bodies) = try open()
        let needed = Mutex(0)
        // As in the daemon: many receive, one removes, and the need is known to a third.
        DispatchQueue.concurrentPerform(iterations: 4) { worker in
            for turn in 0..<300 {
                if worker == 0 {
                    _ = try? bodies.remove("hash") { needed.withLock { $0 > 0 } }
                    continue
                }
                let writer = try! bodies.create("\(worker)-\(turn)")
                try! append([UInt8](repeating: 7, count: 100), to: writer)
                let claim = bodies.claim("hash")
                try! writer.finish(name: "hash")
                needed.withLock { $0 += 1 }
                withExtendedLifetime(claim) {}
                #expect((try? bodies.size("hash")) == 100)
                needed.withLock { $0 -= 1 }
            }
        }
    }
}
