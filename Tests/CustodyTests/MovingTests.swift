import Cables
import Custody
import Octets
import Testing

@Suite("Records that were written again elsewhere")
struct MovingTests {
    private static func elsewhere(_ sequence: Int) -> RecordPlace {
        RecordPlace(segment: 2, offset: UInt32(1_000 + sequence))
    }

    @Test("What a mended sync has moved is offered from its new place")
    func cable() throws {
        var sender = TestStation("RUAA")
        sender.linkUp(0)
        _ = sender.room(0)
        _ = sender.submit()
        let sequence = sender.journal.count
        sender.core.moved([(UInt64(sequence), Self.elsewhere(sequence))])
        let offer = try #require(sender.slices(sender.sync()).first)
        guard case .offerCable(let place, _, _) = offer.content else { return #expect(Bool(false), "no cable") }
        #expect(place == Self.elsewhere(sequence))
    }

    @Test("A receipt that an acceptance states moves with it")
    func receipt() throws {
        var sender = TestStation("RUAA")
        sender.linkUp(0)
        _ = sender.submit(to: ["HUB"])
        let offer = try sender.firstOffer()
        var hub = TestStation("RUBB")
        hub.linkUp(0)
        hub.linkUp(1)
        _ = hub.room(0)
        let arrival = try sender.arrival(of: offer)
        _ = hub.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        let sequence = hub.journal.count
        hub.core.moved([(UInt64(sequence), Self.elsewhere(sequence))])
        let slices = hub.slices(hub.sync())
        let receipt = try #require(slices.first)
        #expect(receipt.content == .offerService(Self.elsewhere(sequence), desk: 0))
    }

    @Test("A cable's newest record is found where it was moved to, whatever record it is")
    func history() throws {
        var sender = TestStation("RUAA")
        sender.linkUp(0)
        _ = sender.submit()
        let offer = try sender.firstOffer()
        guard case .found(let slot) = sender.core.find("RUAA-00000005-1") else {
            return #expect(Bool(false), "not found")
        }
        let first = sender.core.lastPlace(of: slot)
        _ = sender.act { core, now, actions in
            core.custodyNoted(0, session: 1, channels: [offer.channel...offer.channel], at: now, &actions)
        }
        let sequence = sender.journal.count
        #expect(sender.core.lastPlace(of: slot) != first)
        sender.core.moved([(UInt64(sequence), Self.elsewhere(sequence))])
        #expect(sender.core.lastPlace(of: slot) == Self.elsewhere(sequence))
        #expect(sender.core.place(of: slot) == first)
    }

    @Test("A record names the one before it, also where both were made in one turn")
    func chained() throws {
        var sender = TestStation("RUAA")
        sender.linkUp(0)
        _ = sender.submit()
        let offer = try sender.firstOffer()
        var actions = Actions()
        sender.core.custodyNoted(0, session: 1, channels: [offer.channel...offer.channel], at: sender.now, &actions)
        guard case .passed(var passed) = actions.persist.first else { return #expect(Bool(false), "nothing passed") }
        guard case .found(let slot) = sender.core.find("RUAA-00000005-1") else {
            return #expect(Bool(false), "not found")
        }
        passed.items[0].previous = .none
        guard case .passed(let chained) = sender.core.chained(.passed(passed)) else { return }
        #expect(chained.items[0].previous == sender.core.lastPlace(of: slot))
    }
}
