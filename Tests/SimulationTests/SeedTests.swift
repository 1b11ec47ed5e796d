import Simulation
import Testing

@Suite("Whole networks by seed")
struct SeedTests {
    @Test("Seeds pass, and one seed gives one trace", arguments: 1...10 as ClosedRange<UInt64>)
    func seeds(seed: UInt64) {
        let first = SimulatedRun.random(seed: seed)
        #expect(first.complete() == .right)
        let second = SimulatedRun.random(seed: seed)
        #expect(second.complete() == .right)
        #expect(first.world.trace.hash == second.world.trace.hash)
    }
}
