import Octets
import Testing

@Suite("Durations by size")
struct DurationCountsTests {
    @Test("A duration counts at the first bound that it does not exceed")
    func places() {
        var counts = DurationCounts(bounds: [10, 100])
        for duration: UInt64 in [0, 10, 11, 100, 101, 5_000] { counts.add(microseconds: duration) }
        #expect(counts.counts == [2, 2, 2])
        #expect(counts.total == 6)
        #expect(counts.sum == 5_222)
    }
}
