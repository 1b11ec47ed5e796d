import Cables
import Octets
import Routing
import Testing

@testable import Custody

/// What an originator's station must answer for when it keeps a cable no longer, or was interrupted; and who is named.
@Suite("Answers for what was sent")
struct AccountabilityTests {
    /// RUAA has sent a cable to NORTH, and RUBB has custody.
    private struct Sender: ~Copyable {
        var station = TestStation("RUAA")
        let acceptance: Acceptance

        init(key: String? = nil) throws {
            station.linkUp(0)
            _ = station.submit(key: key, mark: 1)
            let offer = try station.firstOffer()
            station.note([offer], 0)
            guard case .accepted(let acceptance)? = station.journal.first(where: { $0.isAcceptance }) else {
                throw TestStation.NothingOffered()
            }
            self.acceptance = acceptance
        }

        func message(_ kind: ServiceMessage.Kind, from name: String = "RUCC", at: Int64 = 50) -> ServiceMessage {
            var message = ServiceMessage(
                kind: kind, network: "ROW", identity: acceptance.block.identity,
                contentHash: acceptance.block.contentHash, post: "NORTH", station: indicator(name), office: "OPS",
                at: at, precedence: .routine, reason: "")
            if kind.isOrder || kind == .traceReport { message.asker = indicator("RUAA") }
            return message
        }

        /// Days pass, and what is over is dropped.
        mutating func retire() {
            station.now.wall += 40 * 86_400_000
            station.now.boot += 40 * 86_400_000
            let now = station.now
            _ = station.act { core, _, _ in _ = core.retire(from: 0, most: 100, at: now) }
        }

        mutating func answers() -> [ServiceMessage.Kind] {
            let before = station.journal.count
            station.take(message(.inquiry, at: 90), from: "RUBB", number: UInt64(before))
            return station.journal[before...].compactMap { record in
                guard case .stated(let statement) = record else { return nil }
                return statement.message.kind
            }
        }
    }

    @Test(
        "An inquiry is answered when the cable is kept no longer, also when its segment has gone",
        arguments: [(.receipt, .hasReceipt), (.notice, .noReceipt), (.acknowledgment, .hasReceipt)]
            as [(ServiceMessage.Kind, ServiceMessage.Kind)])
    func retired(end: ServiceMessage.Kind, answer: ServiceMessage.Kind) throws {
        var sender = try Sender()
        sender.station.take(sender.message(end), from: "RUBB", number: 4)
        sender.retire()
        #expect(sender.station.core.find(sender.acceptance.block.identity) == nil)
        #expect(sender.answers() == [answer])
        let gone = try sender.station.carryForward()
        sender.station = TestStation(
            restarting: sender.station, synced: sender.station.journal.count, start: 8, from: gone)
        sender.station.linkUp(0)
        #expect(sender.station.core.find(sender.acceptance.block.identity) == nil)
        #expect(sender.answers() == [answer])
    }

    @Test("A receipt that comes behind notice and retirement counts, and what is not known is not answered")
    func late() throws {
        var sender = try Sender()
        sender.station.take(sender.message(.notice), from: "RUBB", number: 4)
        sender.retire()
        sender.station.take(sender.message(.receipt), from: "RUBB", number: 5)
        #expect(sender.answers() == [.hasReceipt])

        var stranger = TestStation("RUAA")
        stranger.linkUp(0)
        stranger.take(sender.message(.inquiry, at: 90), from: "RUBB", number: 4)
        #expect(!stranger.journal.contains { if case .stated = $0 { true } else { false } })
    }

    @Test("Keys and numbers of cables that are kept no longer go, a part at each look")
    func texts() throws {
        var sender = try Sender(key: "K")
        sender.station.take(sender.message(.receipt), from: "RUBB", number: 4)
        #expect(sender.station.core.keys.count == 1)
        sender.retire()
        let now = sender.station.now
        for _ in 0..<256 { _ = sender.station.act { core, _, _ in _ = core.retire(from: 0, most: 100, at: now) } }
        #expect(sender.station.core.keys.count == 0)
        var other = try Sender(key: "K")
        let later = other.station.now
        for _ in 0..<256 { _ = other.station.act { core, _, _ in _ = core.retire(from: 0, most: 100, at: later) } }
        #expect(other.station.core.keys["K"] != nil, "its cable is kept")
    }

    // MARK: Reruns

    private func asked(_ actions: borrowing Actions) -> [String] {
        actions.afterPersist.compactMap { if case .rerunAsked(_, _, let key) = $0 { key } else { nil } }
    }

    /// What a start finds due.
    private func recovered(_ station: borrowing TestStation, from first: Int = 0) -> [String] {
        var again = TestStation(replaying: station, from: first)
        return asked(again.act { core, now, actions in core.recovered(at: now, &actions) })
    }

    @Test("A rerun that a crash prevented is due again at the start; once it is made it is not")
    func reruns() throws {
        var sender = try Sender()
        sender.station.take(sender.message(.rerun), from: "RUBB", number: 4)
        let due = recovered(sender.station)
        #expect(due.count == 1)
        let key = try #require(due.first)
        let original = sender.acceptance
        _ = sender.station.act { core, now, actions in
            core.rerun(original, post: "NORTH", key: key, at: now, &actions)
        }
        _ = sender.station.sync()
        #expect(recovered(sender.station).isEmpty)
        // The same question within the hour.
        sender.station.take(sender.message(.rerun, at: 51), from: "RUBB", number: 5)
        #expect(recovered(sender.station).isEmpty)
    }

    @Test("A rerun is still due when the segment of its question is gone (seed 8055)")
    func rerunsOutliveTheirQuestion() throws {
        var sender = try Sender()
        sender.station.take(sender.message(.rerun), from: "RUBB", number: 4)
        let gone = try sender.station.carryForward()
        #expect(recovered(sender.station, from: gone).count == 1)
    }

    @Test("A rerun that could not be read, or for which there was no room, is tried at the next look")
    func again() throws {
        var sender = try Sender()
        sender.station.core.acceptsFrom = .flash
        let question = sender.message(.rerun)
        sender.station.take(question, from: "RUBB", number: 4)
        func look(_ sender: inout Sender) -> [String] {
            asked(sender.station.act { core, now, actions in core.offerOverdueAgain(at: now, &actions) })
        }
        #expect(look(&sender).isEmpty)
        sender.station.core.acceptsFrom = .routine
        let keys = look(&sender)
        #expect(keys.count == 1)
        #expect(look(&sender).isEmpty, "it is being read")
        for key in keys { sender.station.core.rerunFailed(key) }
        #expect(look(&sender) == keys)
    }

    // MARK: Who is named

    private func alarms(_ actions: borrowing Actions) -> [String] {
        actions.now.compactMap { effect in
            guard case .event(let event) = effect, event.severity == .alarm else { return nil }
            return ([event.name] + event.values.filter { $0.key != "id" }.map(\.value)).joined(separator: " ")
        }
    }

    private func arrive(_ sender: inout Sender, _ message: ServiceMessage, number: UInt64) -> [String] {
        let arrival = ServiceArrival(
            link: 0, session: 1,
            offered: CustodySource.Offered(
                peer: indicator("RUBB"), epoch: TestStation.epoch, number: CustodyNumber(sequence: number), start: 9,
                channel: number, suspectedDuplicate: false), message: message, proof: TestStation.proof,
            signer: message.station, mark: .zero, ageMilliseconds: 0, trace: [])
        return alarms(sender.station.act { core, now, actions in core.arrive(arrival, at: now, &actions) })
    }

    @Test("A relay that drops a cable it has signed for is named when the time is over, and when it denies to a tracer")
    func dropped() throws {
        var sender = try Sender()
        let last = sender.station.now.boot
        let time: Int64 = Precedence.routine.speedOfServiceSeconds * 1_000 + 1
        let block = sender.acceptance.block
        _ = sender.station.act { core, now, actions in _ = core.trace(block, at: now, &actions) }
        var report = sender.message(.traceReport, from: "RUBB")
        report.steps = [TraceStep(outcome: .unknown, post: "", next: nil, since: 0, why: "no custody on record")]
        #expect(arrive(&sender, report, number: 7) == ["custody.denied RUBB"])
        sender.station.now.boot += UInt64(time)
        sender.station.now.wall += time
        var over = 0
        let actions = sender.station.act { core, now, actions in over = core.noteSpeed(since: last, at: now, &actions) }
        #expect(over == 1)
        let said = alarms(actions).first ?? ""
        #expect(said.hasPrefix("speed.passed 100 ROUTINE NORTH"))
        #expect(said.contains("RUBB or beyond"), "\(said)")
    }

    @Test("A relay that dropped it long ago may have forgotten it: that is no accusation")
    func forgotten() throws {
        var sender = try Sender()
        let block = sender.acceptance.block
        sender.station.now.wall += sender.station.core.settings.graceMilliseconds + 1
        _ = sender.station.act { core, now, actions in _ = core.trace(block, at: now, &actions) }
        var report = sender.message(.traceReport, from: "RUBB")
        report.steps = [TraceStep(outcome: .unknown, post: "", next: nil, since: 0, why: "no custody on record")]
        #expect(arrive(&sender, report, number: 7).isEmpty)
    }

    @Test("A cancel that another than the originator's station gives does nothing, and its station is named")
    func forgedCancel() throws {
        var relay = TestStation("RUBB")
        relay.linkUp(0)
        let origin = try Sender()
        var offered = TestStation("RUAA")
        offered.linkUp(0)
        _ = offered.submit(mark: 1)
        let arrival = try offered.arrival(of: try offered.firstOffer())
        _ = relay.act { core, now, actions in core.arrive(arrival, at: now, &actions) }
        _ = relay.sync()
        var order = origin.message(.cancelOrder, from: "RUCC")
        order.identity = arrival.block.identity
        order.asker = indicator("RUBB")
        let forged = ServiceArrival(
            link: 0, session: 1,
            offered: CustodySource.Offered(
                peer: indicator("RUAA"), epoch: TestStation.epoch, number: CustodyNumber(sequence: 90), start: 5,
                channel: 90, suspectedDuplicate: false), message: order, proof: TestStation.proof,
            signer: order.station, mark: .zero, ageMilliseconds: 0, trace: [])
        let said = alarms(relay.act { core, now, actions in core.arrive(forged, at: now, &actions) })
        #expect(said == ["order.forged RUCC"])
        let slot = try #require(relay.core.find(arrival.block.identity) as UInt32?)
        #expect(relay.core.reports(of: slot).map(\.state) == [.queued])
    }

    @Test("A batch that is played again under other numbers is custody at a relay, and reaches no desk twice")
    func replayed() throws {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        _ = origin.submit(mark: 1)
        var arrival = try origin.arrival(of: try origin.firstOffer())
        arrival.offered.peer = indicator("RUBB")
        var desk = TestStation("RUCC")
        desk.linkUp(0)
        for number in 1...3 as ClosedRange<UInt64> {
            var again = arrival
            again.offered.number = CustodyNumber(sequence: 40 + number)
            again.offered.channel = number
            let cable = again
            _ = desk.act { core, now, actions in core.arrive(cable, at: now, &actions) }
            _ = desk.sync()
        }
        #expect(desk.core.inboxItems().count == 1)
        let duplicates = desk.journal.count { record in
            if case .accepted(let acceptance) = record {
                acceptance.desks.allSatisfy { $0.arrival == 0 }
            } else {
                false
            }
        }
        #expect(duplicates == 2, "the journal tells of them")
    }
}

extension JournalRecord {
    fileprivate var isAcceptance: Bool { if case .accepted = self { true } else { false } }
}
