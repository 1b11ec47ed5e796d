package import Octets
import Synchronization

/// A hash over octets that come in parts.
package protocol BodyHash {
    mutating func update(_ octets: UnsafeRawBufferPointer)
    /// Of all that came; the hash is used up.
    mutating func finish() -> Digest
}

/// A body on its way in, in order: small ones in memory, large ones to a file; hashed as it comes.
///
/// What came of an interrupted one is kept and gone on with later, from whatever neighbour (rule 18). Belongs to one
/// session; only `surrender` may be called by another.
package final class BodyInbox: @unchecked Sendable {
    // Unchecked: everything that changes is behind a lock.

    /// Where a body that is whole stands.
    package enum Kept: Equatable, Sendable {
        case memory([UInt8])
        /// Under this name in the folder of bodies, synced.
        case file(name: String)
    }

    private enum Place {
        case memory([UInt8])
        case file(BodyWriter)
        /// Under its hash from an earlier transfer: nothing more need come.
        case whole(BodyClaim)
        /// Interrupted, whole, or given up: nothing more is taken.
        case gone
    }

    private struct State {
        var place: Place
        var hash: any BodyHash
        var received: UInt64
        /// Octets of it that a partial file holds.
        var onDisk: UInt64
    }

    /// Octets that were here already when it began: the neighbour is asked for what follows.
    package let start: UInt64
    /// Its name among the partial transfers; nil: nothing is kept of it when it is interrupted.
    let name: String?
    /// Nil where nobody has said what it should be.
    private let expected: Digest?
    private let store: PartialStore
    private let lock = Mutex(())
    private var state: State

    init(
        _ store: PartialStore, _ expected: Digest?, name: String?, octets: [UInt8], hash: any BodyHash
    ) {
        self.expected = expected
        self.store = store
        self.name = name
        start = UInt64(octets.count)
        state = State(place: .memory(octets), hash: hash, received: start, onDisk: start)
    }

    init(_ store: PartialStore, _ expected: Digest?, name: String?, writer: BodyWriter, hash: any BodyHash) {
        self.expected = expected
        self.store = store
        self.name = name
        start = UInt64(writer.written)
        state = State(place: .file(writer), hash: hash, received: start, onDisk: start)
    }

    /// Nothing of it stands on the disk: neither taking octets nor finishing it waits.
    package var isInMemory: Bool {
        lock.withLock { _ in
            if case .memory = state.place { state.onDisk == 0 } else { false }
        }
    }

    /// The body is here already, whole, under its hash.
    init(_ store: PartialStore, whole expected: Digest, length: UInt64, claim: BodyClaim, hash: any BodyHash) {
        self.expected = expected
        self.store = store
        name = nil
        start = length
        state = State(place: .whole(claim), hash: hash, received: length, onDisk: length)
    }

    package func append(_ octets: [UInt8]) throws(StorageFault) {
        try octets.withUnsafeBufferPointer { (octets) throws(StorageFault) in
            try append(UnsafeRawBufferPointer(octets))
        }
    }

    /// The octets behind those that came before.
    package func append(_ octets: UnsafeRawBufferPointer) throws(StorageFault) {
        try guarded { (state: inout State) throws(StorageFault) in
            switch state.place {
            case .memory(var all):
                state.place = .memory([])
                all.append(contentsOf: octets)
                state.place = .memory(all)
            case .file(let writer):
                try writer.append(octets)
            case .whole, .gone: return
            }
            state.hash.update(octets)
            state.received += UInt64(octets.count)
        }
    }

    /// What came so far is on the disk when this returns, where it has a file.
    package func sync() throws(StorageFault) {
        try guarded { (state: inout State) throws(StorageFault) in
            guard case .file(let writer) = state.place else { return }
            try writer.sync()
        }
    }

    /// The body is whole and, where it has a file, synced under its hash: the file stays while the claim is held. Of what
    /// was kept nothing is left.
    ///
    /// - Returns: another hash than was expected when the octets are wrong: then they are thrown away. The same when
    ///   another session has taken it over.
    package func finish() throws(StorageFault) -> (hash: Digest, kept: Kept, claim: BodyClaim?) {
        let finished = try guarded { (state: inout State) throws(StorageFault) -> (Digest, Kept, BodyClaim?) in
            if case .gone = state.place { return (.zero, .memory([]), nil) }
            if case .whole(let claim) = state.place, let expected {
                // Who brought it may still be about to sync its name.
                try store.bodies.syncNames()
                state.place = .gone
                return (expected, .file(name: expected.description), claim)
            }
            let digest = state.hash.finish()
            defer { state.place = .gone }
            guard digest == expected ?? digest else {
                if case .file(let writer) = state.place { try writer.abandon() }
                if let name, case .memory = state.place, state.onDisk > 0 { try store.bodies.removePartial(name) }
                return (digest, .memory([]), nil)
            }
            switch state.place {
            case .memory(let octets):
                if let name, state.onDisk > 0 { try store.bodies.removePartial(name) }
                return (digest, .memory(octets), nil)
            case .file(let writer):
                let claim = store.bodies.claim(digest.description)
                try writer.finish(name: digest.description)
                return (digest, .file(name: digest.description), claim)
            case .whole, .gone: preconditionFailure("a body is finished once")
            }
        }
        if let name { store.ended(name) }
        return finished
    }

    /// No more comes over this session: what is here is synced and kept. Once only counts.
    package func interrupt() {
        var kept: UInt64 = 0
        let isMine = lock.withLock { _ -> Bool in
            if case .gone = state.place { return false }
            do throws(StorageFault) { kept = try Self.keep(&state, name, store.bodies) } catch { kept = 0 }
            state.place = .gone
            return true
        }
        guard isMine, let name else { return }
        store.interrupted(name, octets: kept)
    }

    /// What came is wrong or cannot be kept: it is thrown away.
    package func discard() {
        let isMine = lock.withLock { _ -> Bool in
            defer { state.place = .gone }
            switch state.place {
            case .memory, .whole: return true
            case .file(let writer):
                // What stays is found by its hash, or removed at the next start.
                do throws(StorageFault) { try writer.abandon() } catch {}
                return true
            case .gone: return false
            }
        }
        guard isMine, let name else { return }
        store.discarded(name)
    }

    private static func keep(
        _ state: inout State, _ name: String?, _ bodies: BodyStore
    ) throws(StorageFault) -> UInt64 {
        switch state.place {
        case .memory(let octets):
            guard let name, !octets.isEmpty else { return 0 }
            let (writer, size) = try bodies.resume(partial: name)
            guard size < octets.count else { return UInt64(size) }
            try octets.withUnsafeBufferPointer { (all) throws(StorageFault) in
                try writer.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[size...])))
            }
            try writer.sync()
            return UInt64(writer.synced)
        case .file(let writer):
            guard name != nil else {
                try writer.abandon()
                return 0
            }
            try writer.sync()
            return UInt64(writer.synced)
        case .whole, .gone: return 0
        }
    }

    /// The lock's own closure has no typed error.
    private func guarded<Answer: Sendable>(
        _ work: (inout State) throws(StorageFault) -> Answer
    ) throws(StorageFault) -> Answer {
        let result = lock.withLock { _ -> Result<Answer, StorageFault> in
            do throws(StorageFault) { return .success(try work(&state)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
