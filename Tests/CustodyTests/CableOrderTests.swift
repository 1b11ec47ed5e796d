import Cables
import Custody
import Octets
import Routing
import Testing

@Suite("Orders that follow a cable")
struct CableOrderTests {
    private static func order(_ station: inout TestStation, _ order: StationCustody.Order) -> Refusal? {
        var refusal: Refusal?
        _ = station.act { core, now, actions in
            guard case .found(let slot) = core.find("RUAA-00000005-1") else { return }
            refusal = core.order(order, slot: slot, user: 7, reason: "why", ceiling: .flash, at: now, &actions)
        }
        return refusal
    }

    private static func words(_ station: borrowing TestStation) -> [String] {
        guard case .found(let slot) = station.core.find("RUAA-00000005-1") else { return [] }
        return station.core.reports(of: slot).map(\.word)
    }

    /// The order that the station's newest record states.
    private static func message(_ station: borrowing TestStation) throws -> ServiceMessage {
        let found = station.journal.reversed().lazy.compactMap { record -> ServiceMessage? in
            if case .changed(let changed) = record { return changed.message }
            return nil
        }.first
        return try #require(found)
    }

    private static func service(_ message: ServiceMessage, from peer: String, link: Int, number: UInt64 = 900)
        -> ServiceArrival
    {
        ServiceArrival(
            link: link, session: 1,
            offered: CustodySource.Offered(
                peer: indicator(peer), epoch: TestStation.epoch, number: CustodyNumber(sequence: number), start: 5,
                channel: number, suspectedDuplicate: false),
            message: message, proof: TestStation.proof, signer: message.station, mark: .zero, ageMilliseconds: 0,
            trace: [indicator(peer)])
    }

    @Test("What has not left is cancelled here and at once")
    func cancelHere() {
        var station = TestStation("RUAA")
        _ = station.submit(to: ["NORTH", "HUB"])
        _ = station.sync()
        #expect(Self.order(&station, .cancel) == nil)
        #expect(Self.words(station) == ["cancelled", "cancelled"])
        station.linkUp(0)
        #expect(station.room(0).isEmpty)
        #expect(Self.order(&station, .cancel)?.code == "TOO_LATE")
    }

    @Test("What was here before a restart may have been offered: it is not called cancelled, the order follows it")
    func cancelAfterRestart() throws {
        var station = TestStation("RUAA")
        _ = station.submit()
        _ = station.sync()
        var again = TestStation(restarting: station, synced: station.journal.count, start: 6)
        #expect(Self.order(&again, .cancel) == nil)
        #expect(Self.words(again) == ["cancelling"])
        #expect(try Self.message(again).kind == .cancelOrder)
        _ = again.sync()
        again.linkUp(0)
        #expect(again.room(0).count == 2)
    }

    @Test("So is what is held; the hold says so, and an order to cancel lets it go")
    func cancelHeldAfterRestart() throws {
        var station = TestStation("RUAA")
        _ = station.submit()
        _ = station.sync()
        var again = TestStation(restarting: station, synced: station.journal.count, start: 6)
        #expect(Self.order(&again, .hold) == nil)
        guard case .found(let slot) = again.core.find("RUAA-00000005-1") else { return }
        #expect(again.core.reports(of: slot).map(\.why) == [HoldReason.byOperatorInDoubt.sentence])
        #expect(Self.order(&again, .cancel) == nil)
        #expect(Self.words(again) == ["cancelling"])
        _ = again.sync()
        again.linkUp(0)
        #expect(again.room(0).count == 2)
    }

    @Test("Custody with an open offer is not cancelled: the order goes after it, and only an outcome ends it (rule 21)")
    func cancelling() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit()
        _ = try station.firstOffer()
        #expect(Self.order(&station, .cancel) == nil)
        #expect(Self.words(station) == ["cancelling"])
        let slices = station.slices(station.sync())
        #expect(slices.count == 1)
        var outcome = try Self.message(station)
        #expect(outcome.kind == .cancelOrder && outcome.destination == indicator("RUCC"))
        outcome.kind = .cancelled
        outcome.station = indicator("RUBB")
        let arrival = Self.service(outcome, from: "RUBB", link: 0)
        _ = station.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        #expect(Self.words(station) == ["cancelled"])
    }

    @Test("A receipt outranks the outcome of an order, whichever comes first")
    func receiptWins() throws {
        for receiptFirst in [true, false] {
            var station = TestStation("RUAA")
            station.linkUp(0)
            _ = station.submit()
            _ = try station.firstOffer()
            _ = Self.order(&station, .cancel)
            var outcome = try Self.message(station)
            outcome.kind = .cancelled
            var receipt = outcome
            receipt.kind = .receipt
            receipt.station = indicator("RUCC")
            var number: UInt64 = 900
            for message in receiptFirst ? [receipt, outcome] : [outcome, receipt] {
                number += 1
                let arrival = Self.service(message, from: "RUBB", link: 0, number: number)
                _ = station.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
            }
            #expect(Self.words(station) == ["delivered"])
        }
    }

    @Test("An order that overtakes its cable leaves its mark: the cable meets it, and ends with an outcome")
    func overtaken() throws {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        _ = origin.submit()
        let offer = try origin.firstOffer()
        _ = Self.order(&origin, .cancel)
        let order = try Self.message(origin)
        var end = TestStation("RUCC")
        end.linkUp(0)
        let first = Self.service(order, from: "RUBB", link: 0)
        _ = end.act { core, now, actions in core.arrive(first, at: now, &actions) }
        // The mark outlives the process.
        var again = TestStation(restarting: end, synced: end.journal.count, start: 6)
        again.linkUp(0)
        var cable = try origin.arrival(of: offer)
        cable.offered.peer = indicator("RUBB")
        _ = again.act { core, now, actions in core.arrive(cable, at: now, &actions) }
        #expect(again.core.inboxItems().isEmpty)
        let outcome = try Self.message(again)
        #expect(outcome.kind == .cancelled && outcome.station == indicator("RUCC"))
        #expect(outcome.destination == indicator("RUAA"))
    }

    @Test("A raise reorders what waits, follows the cable, and never lowers")
    func raise() throws {
        var station = TestStation("RUAA")
        _ = station.submit(.routine, mark: 1)
        _ = station.submit(.priority, mark: 2)
        _ = station.sync()
        #expect(Self.order(&station, .raise(.flash)) == nil)
        #expect(Self.order(&station, .raise(.immediate))?.code == "NOTHING_TO_RAISE")
        _ = station.sync()
        station.linkUp(0)
        let slices = station.room(0)
        #expect(slices.map(\.precedence) == [.flash, .flash, .priority])
        let order = try Self.message(station)
        #expect(order.kind == .raiseOrder && order.precedence == .flash)
        var hub = TestStation("RUBB")
        hub.linkUp(0)
        let first = Self.service(order, from: "RUAA", link: 0)
        _ = hub.act { core, now, actions in core.arrive(first, at: now, &actions) }
        let cable = try station.arrival(of: slices[1])
        _ = hub.act { core, now, actions in core.arrive(cable, at: now, &actions) }
        _ = hub.sync()
        hub.linkUp(1)
        let onward = hub.room(1)
        #expect(onward.map(\.precedence) == [.flash, .flash])
    }

    @Test("A hold survives a restart, and a release puts the cable at its old place")
    func hold() throws {
        var station = TestStation("RUAA")
        _ = station.submit(.routine, mark: 1)
        _ = station.submit(.routine, mark: 2)
        _ = station.sync()
        #expect(Self.order(&station, .hold) == nil)
        #expect(Self.words(station) == ["held"])
        var again = TestStation(restarting: station, synced: station.journal.count, start: 6)
        #expect(Self.words(again) == ["held"])
        #expect(Self.order(&again, .release) == nil)
        _ = again.sync()
        again.linkUp(0)
        let numbers = again.room(0).map(\.number)
        #expect(numbers.count == 2 && numbers == numbers.sorted())
    }

    @Test("Only the originator's station cancels, and an order of another station changes nothing")
    func authority() throws {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        _ = origin.submit()
        let offer = try origin.firstOffer()
        var hub = TestStation("RUBB")
        hub.linkUp(0)
        let cable = try origin.arrival(of: offer)
        _ = hub.act { core, now, actions in core.arrive(cable, at: now, &actions) }
        _ = hub.sync()
        #expect(Self.order(&hub, .cancel)?.code == "NOT_ORIGINATED_HERE")
        _ = Self.order(&origin, .cancel)
        var order = try Self.message(origin)
        order.station = indicator("RUCC")
        let forged = Self.service(order, from: "RUAA", link: 0)
        _ = hub.act { core, now, actions in core.arrive(forged, at: now, &actions) }
        #expect(Self.words(hub) == ["queued"])
    }

    @Test("The records of orders are read as they were written")
    func packing() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit()
        _ = try station.firstOffer()
        _ = Self.order(&station, .raise(.immediate))
        _ = Self.order(&station, .cancel)
        for record in station.journal {
            var writer = OctetWriter()
            record.write(to: &writer)
            #expect(try JournalRecord(decoding: writer.octets) == record)
            let digest = try RecordDigest(record)
            var packed = OctetWriter()
            digest.write(to: &packed)
            #expect(try RecordDigest(from: OctetReader(packed.octets)) == digest)
        }
    }

    @Test("A post that nobody serves here is held with its reason, and its originator is told without its text")
    func unknownPost() throws {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        _ = origin.submit(to: ["HUB"])
        let offer = try origin.firstOffer()
        var network = rowNetwork()
        network.stations[1].posts = ["OTHER"]
        var hub = TestStation("RUBB", network: network)
        hub.linkUp(0)
        let cable = try origin.arrival(of: offer)
        _ = hub.act { core, now, actions in core.arrive(cable, at: now, &actions) }
        #expect(Self.words(hub) == ["held"])
        #expect(hub.core.inboxItems().isEmpty)
        let notice = try Self.message(hub)
        #expect(notice.kind == .held && notice.destination == indicator("RUAA"))
        let arrival = Self.service(notice, from: "RUBB", link: 0)
        _ = origin.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        guard case .found(let slot) = origin.core.find("RUAA-00000005-1") else { return }
        #expect(origin.core.reports(of: slot).first?.state != .undeliverable)
    }
}
