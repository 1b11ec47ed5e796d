import Cables
import Custody
import Octets
import Testing

@Suite("What a link is offered, and in which order")
struct OfferingTests {
    @Test("What was refused rests, and comes again by precedence, not in the order of the refusals")
    func refusedTogether() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(.routine, mark: 1)
        _ = station.submit(.flash, mark: 2)
        _ = station.sync()
        let offers = station.room(0)
        #expect(offers.map(\.precedence) == [.flash, .routine])
        let now = station.now
        _ = station.act { core, _, actions in
            for channel in [2, 1] as [UInt64] {
                core.refused(
                    0, session: 1, channel: channel, code: "DISK", message: "full", at: now, &actions)
            }
        }
        station.now.boot += 60_001
        let later = station.now
        let again = station.slices(station.act { core, _, actions in core.woke(at: later, &actions) })
        #expect(again.map(\.precedence) == [.flash, .routine])
    }
}
