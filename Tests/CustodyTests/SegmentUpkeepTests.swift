import Custody
import Octets
import Testing

@Suite("Which segment is cleaned and goes, and when")
struct SegmentUpkeepTests {
    private static let sealed = SegmentUpkeep.Look(
        sealed: [(1, 1_000), (2, 1_000), (3, 1_000)], isShort: false, oldestEnd: 9)

    @Test("Only the oldest goes: where it cannot, those behind it wait, and it is asked for again")
    func oldestFirst() {
        let station = TestStation("RUAA")
        var upkeep = SegmentUpkeep()
        for segment in UInt32(2)...3 {
            guard case .leave(segment)? = upkeep.next(Self.behindFirst, station.core) else {
                Issue.record("segment \(segment) holds nothing")
                return
            }
            upkeep.left(segment)
        }
        let work1 = upkeep.next(Self.behindFirst, station.core)
        #expect(work1 == nil, "somebody may be reading")
        for _ in 0..<SegmentUpkeep.Limits().farewellTicks { upkeep.tick() }
        for _ in 0..<2 {
            guard case .remove(2)? = upkeep.next(Self.behindFirst, station.core) else {
                Issue.record("2 is the oldest, and is there still")
                return
            }
            upkeep.failed()
        }
        upkeep.removed(2)
        guard case .remove(3)? = upkeep.next(Self.behindFirst, station.core) else {
            Issue.record("3 is the oldest now")
            return
        }
    }

    @Test("A segment stays until a signed head that is synced covers what the audit says of it (rule 25, seed 654)")
    func audited() {
        var station = TestStation("RUAA")
        for through in [8, 9] as [UInt64] {
            let head = AuditHead(
                network: "ROW", station: indicator("RUAA"), epoch: TestStation.epoch, through: through,
                value: Digest(1, 2, 3, 4))
            _ = station.act { core, now, actions in core.keepAuditHead(head, TestStation.proof, at: now, &actions) }
            var isAudited = station.core.isAudited(through: 9)
            #expect(!isAudited, "it is not synced")
            _ = station.sync()
            isAudited = station.core.isAudited(through: 9)
            #expect(isAudited == (through == 9))
        }
    }

    /// What a test's station holds stands in segment 1.
    private static let behindFirst = SegmentUpkeep.Look(
        sealed: Array(sealed.sealed[1...]), isShort: false, oldestEnd: 9)

    @Test("What cannot be carried stays, and its segment with it")
    func stuck() {
        var station = TestStation("RUAA")
        _ = station.submit(mark: 1)
        _ = station.sync()
        var limits = SegmentUpkeep.Limits()
        limits.slackOctets = 0
        var upkeep = SegmentUpkeep(limits)
        let large = SegmentUpkeep.Look(sealed: [(1, 1 << 20)], isShort: false, oldestEnd: 9)
        guard case .carry(let rest)? = upkeep.next(large, station.core) else {
            Issue.record("a cable stands in it")
            return
        }
        let number = station.core.custodyNumber(of: 0)
        #expect(rest.map(\.number.sequence) == [number.sequence])
        let work2 = upkeep.next(large, station.core)
        #expect(work2 == nil, "nothing was carried")
        let needed = SegmentUpkeep.Look(sealed: [(1, 10)], isShort: true, oldestEnd: 9)
        let work3 = upkeep.next(needed, station.core)
        #expect(work3 == nil, "all of it is needed")
    }

    @Test("A digest waits for a quiet moment, but not where many wait; each is asked for once")
    func digests() {
        var upkeep = SegmentUpkeep()
        #expect(upkeep.digest(sealed: [1], records: 10) == nil)
        #expect(upkeep.digest(sealed: [1], records: 10) == 1)
        #expect(upkeep.digest(sealed: [1], records: 10) == nil)
        #expect(upkeep.digest(sealed: [1, 2, 3, 4, 5], records: 11) == nil)
        #expect(upkeep.digest(sealed: [1, 2, 3, 4, 5, 6], records: 12) == 2)
    }
}
