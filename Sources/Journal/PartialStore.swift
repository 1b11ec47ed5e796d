package import Octets
import Synchronization

/// Bodies on their way in, and what was kept of those that were interrupted. Safe from any thread.
package final class PartialStore: Sendable {
    /// Octets that are read and hashed at a time when a body goes on.
    private static let sliceOctets = 256 << 10

    let bodies: BodyStore
    /// Octets up to which a body stays in memory.
    private let inlineMax: Int
    private let makeHash: @Sendable () -> any BodyHash
    private let state: Mutex<State>

    private struct State {
        var shelf: PartialShelf
        /// Who writes which transfer, and for whom.
        var users: [String: (peer: UInt64, session: UInt64, body: BodyInbox)] = [:]
    }

    /// - Parameters:
    ///   - capacity: octets of all transfers that are not whole.
    ///   - inlineMax: octets up to which a body stays in memory.
    package init(
        bodies: BodyStore, capacity: UInt64, inlineMax: Int, hash: @escaping @Sendable () -> any BodyHash
    ) throws(StorageFault) {
        self.bodies = bodies
        self.inlineMax = inlineMax
        makeHash = hash
        var found: [(name: String, octets: UInt64)] = []
        for name in try bodies.partials() { found.append((name, UInt64(try bodies.partialSize(name)))) }
        state = Mutex(State(shelf: PartialShelf(capacity: capacity, found: found)))
    }

    /// Octets that transfers which are not whole take or will take.
    package var octets: UInt64 { state.withLock { $0.shelf.octets } }

    /// A body begins, or goes on where it was interrupted; nil when there is no room for it.
    ///
    /// - Parameters:
    ///   - peer: from whom, and over which session: an older one of the same neighbour gives it up.
    ///   - isUrgent: there is always room for it.
    ///   - mark: letters that no other unfinished body has.
    package func begin(
        _ hash: Digest, length: UInt64, precedence: UInt8, isUrgent: Bool, peer: UInt64, session: UInt64,
        mark: String
    ) throws(StorageFault) -> BodyInbox? {
        if let whole = whole(hash, length) { return whole }
        if let older = user(of: hash, length, peer, before: session) { older.interrupt() }
        let (place, removed) = state.withLock {
            $0.shelf.begin(hash, length: length, precedence: precedence, isUrgent: isUrgent)
        }
        for name in removed { try bodies.removePartial(name) }
        switch place {
        case .full: return nil
        case .separate:
            guard length > UInt64(inlineMax) else {
                return BodyInbox(self, hash, name: nil, octets: [], hash: makeHash())
            }
            return BodyInbox(self, hash, name: nil, writer: try bodies.create(mark), hash: makeHash())
        case .keyed(let name):
            do throws(StorageFault) {
                let body = try open(name, hash, length)
                state.withLock { $0.users[name] = (peer, session, body) }
                return body
            } catch {
                state.withLock { $0.shelf.ended(name) }
                throw error
            }
        }
    }

    /// The octets are here from another cable, or another transmission of this one (rule 15): found by their hash.
    private func whole(_ hash: Digest, _ length: UInt64) -> BodyInbox? {
        let name = hash.description
        guard length > UInt64(inlineMax), has(name, length) else { return nil }
        // It may have gone between the look and the claim, and stays from the claim to the cable's record.
        let claim = bodies.claim(name)
        guard has(name, length), isIntact(name, hash) else { return nil }
        return BodyInbox(self, whole: hash, length: length, claim: claim, hash: makeHash())
    }

    /// The hash over the whole is checked before custody (rule 18). What the disk has altered is taken anew, and replaced.
    private func isIntact(_ name: String, _ expected: Digest) -> Bool {
        do throws(StorageFault) {
            let file = try bodies.open(name)
            file.forgetCache()
            var hash = makeHash()
            var offset = 0
            while true {
                let part = try file.read(at: offset, count: Self.sliceOctets)
                guard !part.isEmpty else { return hash.finish() == expected }
                part.withUnsafeBytes { hash.update($0) }
                offset += part.count
            }
        } catch {
            return false
        }
    }

    private func has(_ name: String, _ length: UInt64) -> Bool {
        do throws(StorageFault) { return try UInt64(bodies.size(name)) == length } catch { return false }
    }

    /// A body that a client hands in: it is whole or nothing.
    ///
    /// - Parameter mark: letters that no other unfinished body has.
    package func upload(octets: UInt64, mark: String) throws(StorageFault) -> BodyInbox {
        guard octets > UInt64(inlineMax) else { return BodyInbox(self, nil, name: nil, octets: [], hash: makeHash()) }
        return BodyInbox(self, nil, name: nil, writer: try bodies.create(mark), hash: makeHash())
    }

    private func user(
        of hash: Digest, _ length: UInt64, _ peer: UInt64, before session: UInt64
    ) -> BodyInbox? {
        state.withLock { state in
            state.shelf.name(hash, length: length).flatMap { name in
                state.users[name].flatMap { $0.peer == peer && $0.session != session ? $0.body : nil }
            }
        }
    }

    private func open(_ name: String, _ expected: Digest, _ length: UInt64) throws(StorageFault) -> BodyInbox {
        var hash = makeHash()
        let known = state.withLock { $0.shelf.octets(of: name) }
        if length <= UInt64(inlineMax) {
            var octets: [UInt8] = []
            if known > 0 {
                octets = try bodies.resume(partial: name).writer.read(at: 0, count: Int(min(length, UInt64(inlineMax))))
            }
            octets.withUnsafeBytes { hash.update($0) }
            return BodyInbox(self, expected, name: name, octets: octets, hash: hash)
        }
        let (writer, size) = try bodies.resume(partial: name)
        guard UInt64(size) <= length else {
            try bodies.removePartial(name)
            return BodyInbox(self, expected, name: name, writer: try bodies.resume(partial: name).writer, hash: hash)
        }
        var offset = 0
        while offset < size {
            let part = try writer.read(at: offset, count: min(Self.sliceOctets, size - offset))
            guard !part.isEmpty else { break }
            part.withUnsafeBytes { hash.update($0) }
            offset += part.count
        }
        return BodyInbox(self, expected, name: name, writer: writer, hash: hash)
    }

    // MARK: From the bodies

    func ended(_ name: String) {
        state.withLock { state in
            state.shelf.ended(name)
            state.users[name] = nil
        }
    }

    func discarded(_ name: String) {
        ended(name)
        // What stays is found by its hash.
        do throws(StorageFault) { try bodies.removePartial(name) } catch {}
    }

    func interrupted(_ name: String, octets: UInt64) {
        let isKept = state.withLock { state -> Bool in
            state.users[name] = nil
            return state.shelf.interrupted(name, octets: octets)
        }
        guard !isKept else { return }
        do throws(StorageFault) { try bodies.removePartial(name) } catch {}
    }
}
