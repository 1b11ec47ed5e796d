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

    @Test("What is offered again over one link leaves what waits for another alone")
    func otherLinks() throws {
        var station = TestStation("RUBB")
        station.linkUp(0)
        _ = station.submit(to: ["CAPITAL", "NORTH"], from: "HUB")
        _ = station.sync()
        #expect(station.room(0).count == 1)
        let now = station.now
        _ = station.act { core, _, actions in core.custodyNoted(0, session: 1, channels: [1...1], at: now, &actions) }
        _ = station.sync()
        station.linkUp(
            0, session: 2,
            NeighbourMemory(
                start: 9, epoch: JournalEpoch(high: 3, low: 3), rememberedEpoch: nil, remembered: []))
        _ = station.sync()
        #expect(station.room(0, session: 2).map(\.content.deliveries) == [[0]])
        station.linkUp(1)
        #expect(station.room(1).map(\.content.deliveries) == [[1]])
    }
}

extension Slice.Content {
    fileprivate var deliveries: [UInt16] {
        if case .offerCable(_, let deliveries, _) = self { deliveries } else { [] }
    }
}
