import Custody
import Octets
import Testing

@Suite("Records of custody passed")
struct PassedTests {
    @Test("However many deliveries the cables have, no record is longer than the journal takes")
    func bound() {
        var items = (1...4_096).map { number in
            JournalRecord.Passed.Item(
                number: CustodyNumber(sequence: UInt64(number) << 30), deliveries: [UInt16](0..<600),
                channel: UInt64(number) << 40, previous: RecordPlace(segment: .max, offset: .max))
        }
        var records = 0
        while !items.isEmpty {
            let count = JournalRecord.Passed.fitting(items)
            var writer = OctetWriter()
            JournalRecord.passed(
                JournalRecord.Passed(
                    peer: indicator("RUBB"), peerEpoch: JournalEpoch(high: 1, low: 1), start: 1, at: 1,
                    items: Array(items[..<count]))
            ).write(to: &writer)
            #expect(writer.octets.count <= 1 << 20)
            items.removeFirst(count)
            records += 1
        }
        #expect(records < 20)
        #expect(JournalRecord.Passed.fitting([]) == 0)
    }
}
