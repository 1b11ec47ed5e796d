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

    @Test("A number that a neighbour gives twice, to another cable, is custody of its own (a restored backup)")
    func numberTwice() throws {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        _ = origin.submit(mark: 1)
        _ = origin.submit(mark: 2)
        _ = origin.sync()
        let slices = origin.room(0)
        let first = try origin.arrival(of: slices[0])
        var second = try origin.arrival(of: slices[1])
        second.offered.number = first.offered.number
        let arrivals = [first, second, second]
        var relay = TestStation("RUBB")
        relay.linkUp(0)
        _ = relay.act { core, now, actions in
            for arrival in arrivals { core.arrive(arrival, at: now, &actions) }
        }
        #expect(relay.core.cablesHeld == 2, "the third is the second again")
    }

    @Test("What is offered anew, since no receipt came, is another custody for a relay that remembers the first")
    func anew() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(.flash)
        let first = try station.firstOffer().number
        let now = station.now
        _ = station.act { core, _, actions in core.custodyNoted(0, session: 1, channels: [1...1], at: now, &actions) }
        station.now.boot += 1_800_001
        let later = station.now
        _ = station.act { core, _, actions in core.offerOverdueAgain(at: later, &actions) }
        let again = try #require(station.slices(station.sync()).first)
        #expect(again.suspectedDuplicate)
        #expect(again.number != first)
        #expect(again.number.sequence == first.sequence)
    }
}

extension Slice.Content {
    fileprivate var deliveries: [UInt16] {
        if case .offerCable(_, let deliveries, _) = self { deliveries } else { [] }
    }
}
