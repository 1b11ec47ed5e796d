import Cables
import Custody
import Octets
import Synchronization
import Transport

/// The certificates whose signatures this station has met, and the batch roots that it has verified (rule 25).
///
/// Used from every link's queue.
final class SignatureBook: Sendable {
    /// Verified roots kept per signer: a batch's signature is checked once, not once per cable.
    private static let rootsMax = 4_096
    /// Certificates kept; a network of a thousand stations that renews has two each.
    private static let certificatesMax = 4_096

    private struct Root: Hashable {
        var fingerprint: Digest
        var start: UInt64
        var batch: UInt64
        var count: UInt32
        var root: Digest
    }

    private struct State {
        var certificates: [Digest: StationCertificate] = [:]
        /// Those that the authorities do not vouch for any more: they are kept for what was signed, and sign nothing new.
        var distrusted: Set<Digest> = []
        var authorities: Authorities
        var roots: Set<Root> = []
        var order: [Root] = []
        var oldest = 0
    }

    private let network: String
    private let state: Mutex<State>

    init(network: String, authorities: Authorities) {
        self.network = network
        state = Mutex(State(authorities: authorities))
    }

    /// Takes a certificate in, if the network's authority vouches for it.
    ///
    /// - Returns: true when it was not known before.
    func learn(_ der: [UInt8]) throws(TransportFault) -> Bool {
        let certificate = try state.withLock { $0.authorities }.verify(der: der, signing: true)
        guard certificate.network == network else {
            throw TransportFault(.wrongNetwork, "the certificate belongs to network \(certificate.network)")
        }
        return add(certificate)
    }

    /// Takes in what the journal has kept. A certificate that has ended or was revoked since is known, and not trusted: what it
    /// signed is still kept, and the station starts.
    func recall(_ ders: [[UInt8]]) {
        for der in ders {
            guard let certificate = try? StationCertificate(der: der), certificate.network == network else { continue }
            _ = add(certificate)
        }
        _ = trust(state.withLock { $0.authorities })
    }

    /// - Returns: true when it was not known before.
    func add(_ certificate: StationCertificate) -> Bool {
        state.withLock { state in
            guard state.certificates[certificate.fingerprint] == nil,
                state.certificates.count < Self.certificatesMax
            else { return false }
            state.certificates[certificate.fingerprint] = certificate
            return true
        }
    }

    /// From now on these authorities, and what they have revoked, decide. Gives the number of certificates that are not
    /// trusted any more.
    func trust(_ authorities: Authorities) -> Int {
        let known = state.withLock { state in
            state.authorities = authorities
            return state.certificates
        }
        var distrusted: Set<Digest> = []
        for (fingerprint, certificate) in known {
            do throws(TransportFault) {
                _ = try authorities.verify(der: certificate.der, signing: true)
            } catch {
                distrusted.insert(fingerprint)
            }
        }
        let found = distrusted
        state.withLock { $0.distrusted = found }
        return found.count
    }

    /// Of each station the certificate that ends last.
    func newest(of stations: [RoutingIndicator]) -> [StationCertificate] {
        let all = state.withLock { $0.certificates.values.sorted { $0.notAfter > $1.notAfter } }
        return stations.compactMap { station in all.first { $0.indicator == station } }
    }

    func certificate(_ fingerprint: Digest) -> StationCertificate? {
        state.withLock { $0.certificates[fingerprint] }
    }

    /// The station that signed `content`, or nil when the proof does not hold or its certificate is not known.
    func signer(of kind: LeafKind, content: [UInt8], proof: BatchProof) -> RoutingIndicator? {
        signer(ofLeaf: BatchTree.leaf(kind: kind.rawValue, content: content), proof: proof)
    }

    func signer(ofLeaf leaf: Digest, proof: BatchProof) -> RoutingIndicator? {
        guard
            let root = BatchTree.root(
                leaf: leaf, index: Int(proof.index), count: Int(proof.count), path: proof.path),
            let certificate = state.withLock({ state in
                state.distrusted.contains(proof.fingerprint) ? nil : state.certificates[proof.fingerprint]
            })
        else { return nil }
        let key = Root(
            fingerprint: proof.fingerprint, start: proof.start, batch: proof.batch, count: proof.count, root: root)
        if state.withLock({ $0.roots.contains(key) }) { return certificate.indicator }
        let text = BatchProof.signedText(
            network: network, station: certificate.indicator.description, fingerprint: proof.fingerprint,
            start: proof.start, batch: proof.batch, count: proof.count, root: root)
        guard certificate.verifies(proof.signature, of: text) else { return nil }
        state.withLock { state in
            guard state.roots.insert(key).inserted else { return }
            if state.order.count < Self.rootsMax {
                state.order.append(key)
            } else {
                state.roots.remove(state.order[state.oldest])
                state.order[state.oldest] = key
                state.oldest = (state.oldest + 1) % Self.rootsMax
            }
        }
        return certificate.indicator
    }
}
