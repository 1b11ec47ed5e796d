import Cables
import Custody
import Octets
import Transport

/// Signs everything that one turn of the loop states, with one signature (rule 25).
struct BatchSigner {
    private let network: String
    private let key: StationKey
    private let start: UInt64
    private var batch: UInt64 = 0

    init(network: String, key: StationKey, start: UInt64) {
        self.network = network
        self.key = key
        self.start = start
    }

    /// One proof per statement, in order.
    mutating func sign(
        _ statements: [(kind: LeafKind, content: [UInt8])]
    ) throws(TransportFault) -> [BatchProof] {
        guard !statements.isEmpty else { return [] }
        precondition(statements.count <= 1 << BatchProof.pathMax, "a batch is bounded by the loop")
        let tree = BatchTree(leaves: statements.map { BatchTree.leaf(kind: $0.kind.rawValue, content: $0.content) })
        batch += 1
        let count = UInt32(statements.count)
        let text = BatchProof.signedText(
            network: network, station: key.indicator.description, fingerprint: key.fingerprint, start: start,
            batch: batch, count: count, root: tree.root)
        let signature = try key.sign(text)
        return statements.indices.map {
            BatchProof(
                fingerprint: key.fingerprint, start: start, batch: batch, index: UInt32($0), count: count,
                path: tree.path(of: $0), signature: signature)
        }
    }
}
