import Journal
import Octets
import Testing

/// A hash that is enough to tell octets apart.
private struct Sum: BodyHash {
    private var state: UInt64 = 7

    mutating func update(_ octets: UnsafeRawBufferPointer) {
        for octet in octets { state = state &* 1_099_511_628_211 ^ UInt64(octet) }
    }

    mutating func finish() -> Digest { Digest(state, 0, 0, 0) }

    static func of(_ octets: [UInt8]) -> Digest {
        var sum = Sum()
        octets.withUnsafeBytes { sum.update($0) }
        return sum.finish()
    }
}

@Suite struct PartialStoreTests {
    private func open(_ storage: MemoryStorage, capacity: UInt64 = 1 << 20) throws -> PartialStore {
        try storage.makeFolder("/state")
        return try PartialStore(
            bodies: BodyStore(state: "/state", storage: storage), capacity: capacity, inlineMax: 100,
            hash: { Sum() })
    }

    private func begin(
        _ store: PartialStore, _ octets: [UInt8], precedence: UInt8 = 0, peer: UInt64 = 1, session: UInt64 = 1,
        urgent: Bool = false
    ) throws -> BodyInbox? {
        try store.begin(
            Sum.of(octets), length: UInt64(octets.count), precedence: precedence, isUrgent: urgent, peer: peer,
            session: session,
            mark: "m\(octets.count)-\(peer)-\(urgent)")
    }

    @Test("octets that are here under their hash need not come again, and are claimed (rule 15)")
    func whole() throws {
        let octets = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let storage = MemoryStorage()
        let store = try open(storage)
        let first = try #require(try begin(store, octets))
        try first.append(octets)
        let (_, kept, claim) = try first.finish()
        let again = try #require(try begin(store, octets, peer: 2))
        #expect(again.start == 5_000)
        let (hash, same, second) = try again.finish()
        #expect(hash == Sum.of(octets) && same == kept)
        withExtendedLifetime(claim) {}
        #expect(second != nil)
        let other = try #require(try begin(store, Array(octets.dropLast())))
        #expect(other.start == 0)
        // What the disk has altered is taken anew, and mended.
        storage.change("/state/bodies/\(Sum.of(octets))") { $0[17] ^= 1 }
        let mending = try #require(try begin(store, octets, peer: 3))
        #expect(mending.start == 0)
        try mending.append(octets)
        #expect(try mending.finish().hash == Sum.of(octets))
        #expect(storage.octets("/state/bodies/\(Sum.of(octets))") == octets)
    }

    @Test(
        "what came is kept over an interruption and a power cut, small or large, and the whole is hashed",
        arguments: [60, 5_000])
    func goesOn(length: Int) throws {
        let octets = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let storage = MemoryStorage()
        let first = try #require(try begin(try open(storage), octets))
        #expect(first.start == 0)
        try first.append(Array(octets[..<40]))
        first.interrupt()
        let after = storage.crashed(.dropPending)
        let store = try open(after)
        let second = try #require(try begin(store, octets, peer: 2))
        #expect(second.start == 40)
        try second.append(Array(octets[40...]))
        let (hash, kept, _) = try second.finish()
        #expect(hash == Sum.of(octets))
        #expect(kept == (length <= 100 ? .memory(octets) : .file(name: "\(hash)")))
        #expect(store.octets == 0)
        #expect(try after.list("/state/partial").isEmpty)
    }

    @Test("octets that are not what was signed are thrown away once, and become no body")
    func wrong() throws {
        let octets = [UInt8](repeating: 3, count: 300)
        let storage = MemoryStorage()
        let store = try open(storage)
        let first = try #require(try begin(store, octets))
        try first.append([UInt8](repeating: 4, count: 100))
        first.interrupt()
        let second = try #require(try begin(store, octets))
        try second.append(Array(octets[100...]))
        #expect(try second.finish().hash != Sum.of(octets))
        #expect(try storage.list("/state/bodies").isEmpty)
        #expect(try #require(try begin(store, octets)).start == 0)
    }

    @Test("two neighbours with the same octets do not write one file; a new session of the same one takes it over")
    func users() throws {
        let octets = [UInt8](repeating: 3, count: 300)
        let store = try open(MemoryStorage())
        let first = try #require(try begin(store, octets, peer: 1))
        try first.append([3, 3, 3])
        #expect(try #require(try begin(store, octets, peer: 2)).start == 0)
        #expect(try #require(try begin(store, octets, peer: 1)).start == 0, "twice within one session")
        #expect(try #require(try begin(store, octets, peer: 1, session: 2)).start == 3)
        // The old session's octets go nowhere.
        try first.append([3, 3, 3])
        first.interrupt()
    }

    @Test("where room is short, the lowest precedence and the oldest go first, and a FLASH is always taken")
    func room() throws {
        let storage = MemoryStorage()
        let store = try open(storage, capacity: 1_000)
        func keep(_ fill: UInt8, _ count: Int, _ precedence: UInt8) throws {
            let octets = [UInt8](repeating: fill, count: 900)
            let body = try #require(try begin(store, octets, precedence: precedence, urgent: true))
            try body.append([UInt8](repeating: fill, count: count))
            body.interrupt()
        }
        try keep(1, 300, 1)
        try keep(2, 200, 0)
        try keep(3, 200, 0)
        #expect(store.octets == 300 + 200 || store.octets <= 1_000)
        // A ROUTINE does not push out a PRIORITY.
        #expect(try begin(store, [UInt8](repeating: 9, count: 950), precedence: 0) == nil)
        #expect(try begin(store, [UInt8](repeating: 9, count: 950), precedence: 3, urgent: true) != nil)
    }
}
