import Cables
import Custody
import Link
import Testing

@Suite("What a turn sends")
struct OutgoingTests {
    private func slice(_ channel: UInt64) -> Slice {
        Slice(
            channel: channel, number: CustodyNumber(sequence: channel), precedence: .routine, ageMilliseconds: 0,
            suspectedDuplicate: false,
            content: .offerService(RecordPlace(segment: 1, offset: 64), desk: nil), cost: 1)
    }

    @Test("A session that replaces another within one turn is not handed, nor robbed of, the other's slices")
    func sessionsAreKeptApart() {
        var outgoing = Outgoing()
        outgoing.add(slice(1), session: 1, link: 0)
        outgoing.add(slice(2), session: 2, link: 0)
        outgoing.add(slice(3), session: 2, link: 0)
        outgoing.add(slice(1), session: 7, link: 1)
        #expect(outgoing.bundles.map(\.session) == [1, 2, 7])
        #expect(outgoing.bundles.map { $0.slices.map(\.channel) } == [[1], [2, 3], [1]])
    }
}
