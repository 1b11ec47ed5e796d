import Custody
import Octets
import Testing

@Suite("The audit's chain is found again at a start (rule 25)")
struct AuditRecoveryTests {
    @Test("Where the oldest segment is gone, its head stands behind entries that it does not cover (seed 654)")
    func headBehindEntries() throws {
        let hash: AuditChain.Hash = { octets in Digest(octets.reduce(7) { $0 &* 31 &+ UInt64($1) }, 1, 2, 3) }
        let head = AuditHead(
            network: "ROW", station: indicator("RUAA"), epoch: TestStation.epoch, through: 52,
            value: Digest(1, 2, 3, 4))
        let started = RecordDigest.started(JournalRecord.Started(start: 9, at: 1_000))
        var recovery = AuditRecovery()
        recovery.take(started, 53)
        recovery.take(.audit(.head(head, TestStation.proof)), 54)
        recovery.take(started, 55)
        var chain = AuditChain(head)
        for sequence in [53, 55] as [UInt64] { chain.add(sequence, try #require(AuditEntry(started)), hash: hash) }
        #expect(recovery.chain(hash: hash) == chain)
    }
}
