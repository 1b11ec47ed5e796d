import Cables
import Custody
import Routing

/// People at desks: they read, acknowledge, forward, archive and answer what reaches them, or do not.
///
/// They have bits of their own, so that what they do moves nothing of the rest of a run.
final class People {
    private let world: World
    private let plan: NetworkPlan
    private let ledger: Ledger
    private let traffic: Traffic
    private let stations: [SimulatedStation]
    private var bits: SeededBits
    /// Of those who doubt: they came later, and move nothing of what the others do.
    private var doubts: SeededBits

    init(
        seed: UInt64, world: World, plan: NetworkPlan, ledger: Ledger, traffic: Traffic, stations: [SimulatedStation]
    ) {
        self.world = world
        self.plan = plan
        self.ledger = ledger
        self.traffic = traffic
        self.stations = stations
        bits = SeededBits(seed ^ 0x5eed_0de5)
        doubts = SeededBits(seed ^ 0xd0b7_5eed)
        ledger.whenArrived = { [unowned self] station, identity, arrival, post in
            arrived(station, identity, arrival, post)
            doubt(station, identity, post)
        }
        for _ in 0..<doubts.below(6) {
            world.after(UInt64(doubts.within(500...40_000))) { [weak self] in self?.trace() }
        }
    }

    // MARK: Doubts

    /// What came is garbled, somebody says.
    private func doubt(_ station: Int, _ identity: CableIdentity, _ post: String) {
        guard doubts.chance(10) else { return }
        world.after(UInt64(doubts.within(20...4_000))) { [weak self] in
            self?.look(station, identity) { block, custody, now, actions in
                _ = custody.askForRerun(block, post: post, reason: "GARBLED", at: now, &actions)
            }
        }
    }

    /// Where is that cable?
    private func trace() {
        guard !ledger.promises.isEmpty else { return }
        let promise = doubts.pick(ledger.promises)
        look(promise.origin, promise.identity) { block, custody, now, actions in
            _ = custody.trace(block, at: now, &actions)
        }
    }

    private func look(
        _ station: Int, _ identity: CableIdentity,
        _ act: @escaping (SignedBlock, inout StationCustody, Instant, inout Actions) -> Void
    ) {
        guard let process = stations[station].running, let slot = process.custody.find(identity) else { return }
        let place = process.custody.place(of: slot)
        defer { stations[station].endIfInterrupted() }
        let block: SignedBlock
        do { block = try process.acceptance(place).block } catch { return }
        process.post { custody, now, actions in act(block, &custody, now, &actions) }
    }

    private func arrived(_ station: Int, _ identity: CableIdentity, _ arrival: UInt64, _ post: String) {
        let pause = UInt64(bits.within(50...6_000))
        switch bits.below(10) {
        case 0...2: after(pause, station) { $0.markRead(arrival, user: 1, at: $1, &$2) }
        case 3...5: after(pause, station) { Self.acknowledge(arrival, &$0, $1, &$2) }
        case 6:
            let office = bits.pick(["POL", "ECO", "REG"])
            after(pause, station) { custody, now, actions in
                do throws(DeskRefusal) {
                    _ = try custody.forward(arrival, to: office, user: 1, reason: "R", at: now, &actions)
                } catch { return }
            }
        case 7:
            after(pause, station) { custody, now, actions in
                do throws(DeskRefusal) { try custody.archive(arrival, user: 1, at: now, &actions) } catch { return }
            }
        default: break
        }
        guard let mark = ledger.marks[identity], let truth = ledger.truths[mark], bits.chance(truth.asks ? 60 : 10)
        else {
            return
        }
        let precedence = bits.pick([Precedence.routine, .priority, .immediate])
        world.after(pause + 20) { [weak self] in
            self?.traffic.submit(
                Traffic.Wish(from: post, to: [(truth.from, precedence)], answers: [identity]), at: station, keyed: true)
        }
    }

    private func after(_ pause: UInt64, _ station: Int, _ act: @escaping StationProcess.Input) {
        world.after(pause) { [weak self] in self?.stations[station].running?.post(act) }
    }

    private static func acknowledge(
        _ arrival: UInt64, _ custody: inout StationCustody, _ now: Instant, _ actions: inout Actions
    ) {
        do throws(DeskRefusal) { try custody.acknowledge(arrival, user: 1, at: now, &actions) } catch { return }
    }
}
