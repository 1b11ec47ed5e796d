import Custody
import Journal
import Octets
import Transport

/// A body on its way in, in order: small ones in memory, large ones to a file; hashed as it comes.
final class BodyInbox {
    private enum Place {
        case memory([UInt8])
        case file(BodyWriter)
    }

    private var place: Place
    private let bodies: BodyStore
    private var hash = HashStream()
    private(set) var received: UInt64 = 0

    init(octets: UInt64, bodies: BodyStore) throws(StorageFault) {
        self.bodies = bodies
        if octets <= UInt64(CableBody.inlineMax) {
            place = .memory([])
        } else {
            let mark = RandomBits.octets(8).map { String($0, radix: 16) }.joined(separator: "-")
            place = .file(try bodies.create(mark))
        }
    }

    func append(_ octets: UnsafeRawBufferPointer) throws(StorageFault) {
        hash.update(octets)
        received += UInt64(octets.count)
        switch place {
        case .memory(var all):
            place = .memory([])
            all.append(contentsOf: octets)
            place = .memory(all)
        case .file(let writer):
            try writer.append(octets)
        }
    }

    /// The body is whole and, where it has a file, synced under its name: the file stays while the claim is held.
    func finish() throws(StorageFault) -> (hash: Digest, body: CableBody, claim: BodyClaim?) {
        let digest = hash.finish()
        switch place {
        case .memory(let octets): return (digest, .inline(octets), nil)
        case .file(let writer):
            let name = digest.description
            let claim = bodies.claim(name)
            try writer.finish(name: name)
            return (digest, .file(name: name), claim)
        }
    }

    func abandon() {
        switch place {
        case .memory: return
        case .file(let writer):
            // What stays is removed at the next start.
            do throws(StorageFault) { try writer.abandon() } catch { return }
        }
    }
}
