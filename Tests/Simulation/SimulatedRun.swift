import Custody
import Journal
import Routing

/// How a run ended.
package enum Verdict: Equatable, Sendable {
    case right
    case broken(BrokenRule)
    /// All faults were healed, and something still stands.
    case noProgress(String)
    case faultNeverFired(String)

    /// The exit status of `simulate`; 3 is a crash.
    package var exit: Int32 {
        switch self {
        case .right: 0
        case .broken: 1
        case .noProgress: 2
        case .faultNeverFired: 4
        }
    }
}

/// One network from its first start to its last receipt.
package final class SimulatedRun {
    /// Milliseconds after which a healed network must have nothing left to do; where a disk was damaged, the originator
    /// offers again only what is long overdue.
    private var drainMilliseconds: UInt64 { ledger.hasDamage ? 200_000_000 : 1_200_000 }
    private static let patienceMilliseconds: UInt64 = 400_000
    private static let patientLookMilliseconds: UInt64 = 60_000
    private static let faultsMilliseconds: UInt64 = 300_000
    private static let lookMilliseconds: UInt64 = 500
    /// Longer than any reply is due for.
    private static let remindersMilliseconds: UInt64 = 6 * 3_600_000
    private static let forgettingMilliseconds = 40_000
    private static let removalMilliseconds: UInt64 = 300_000

    package let seed: UInt64
    package let world: World
    package let plan: NetworkPlan
    package let ledger: Ledger
    package let stations: [SimulatedStation]
    let connections: SimulatedNetwork
    let traffic: Traffic
    let faults: FaultPlan
    /// Who sits at the desks; in scenarios nobody does.
    private var people: People?
    private var operators: Operators?
    let moves: Moves
    package private(set) var verdict = Verdict.right
    package var faultsFired: Int { faults.fired }

    package init(seed: UInt64, plan: NetworkPlan, world: World, mutation: Mutation? = nil) {
        self.seed = seed
        self.plan = plan
        self.world = world
        let connections = SimulatedNetwork(world: world)
        let ledger = Ledger(world: world, plan: plan)
        self.connections = connections
        self.ledger = ledger
        let stations = plan.network.stations.indices.map {
            SimulatedStation(
                index: $0, plan: plan, world: world, connections: connections, ledger: ledger, mutation: mutation)
        }
        self.stations = stations
        for station in stations {
            station.neighbour = { [unowned connections] in
                _ = connections
                return stations[$0].running
            }
        }
        ledger.hasLostPages = { [unowned world] in
            _ = world
            return stations[$0].disk.hasLostPages
        }
        connections.hasPower = { [unowned world] in
            _ = world
            return stations[$0].hasPower
        }
        traffic = Traffic(world: world, plan: plan, ledger: ledger, stations: stations)
        moves = Moves(seed: seed, world: world, plan: plan, ledger: ledger, stations: stations)
        faults = FaultPlan(world: world, plan: plan, stations: stations, connections: connections, ledger: ledger)
    }

    /// A network, its traffic and its faults as the seed decides them.
    package static func random(seed: UInt64, mutation: Mutation? = nil) -> SimulatedRun {
        let world = World(seed: seed)
        var plan = NetworkPlan.random(&world.bits)
        if world.bits.chance(10) { plan.disagree(&world.bits) }
        let run = SimulatedRun(seed: seed, plan: plan, world: world, mutation: mutation)
        run.people = People(
            seed: seed, world: world, plan: plan, ledger: run.ledger, traffic: run.traffic, stations: run.stations)
        let span = world.bits.within(3_000...30_000)
        for station in run.stations { world.after(UInt64(world.bits.below(300))) { station.start() } }
        for _ in 0..<world.bits.within(5...40) {
            let station = world.bits.below(run.stations.count)
            let keyed = world.bits.chance(60)
            world.after(UInt64(world.bits.below(span))) { [unowned run] in
                run.traffic.submit(run.traffic.randomWish(from: station), at: station, keyed: keyed)
            }
        }
        if world.bits.chance(50) { run.traffic.ordersChance = world.bits.pick([10, 40]) }
        if seed % 3 == 2 {
            run.operators = Operators(seed: seed, world: world, stations: run.stations)
            run.operators?.plan(span: span)
        }
        if plan.ownNetwork.isEmpty { run.moves.plan(within: span) }
        let mayFlip = world.bits.chance(25)
        for _ in 0..<world.bits.within(1...10) {
            run.faults.plan(FaultPlan.random(&world.bits, mayFlip: mayFlip), at: UInt64(world.bits.below(span)))
        }
        return run
    }

    // MARK: Running

    /// Runs until a moment.
    package func run(until: UInt64) {
        var isOver = false
        world.after(until > world.now ? until - world.now : 0) { isOver = true }
        while !isOver, world.step() {}
    }

    /// The whole course: traffic and faults, healing, draining, and sometimes the same again behind a power cut.
    @discardableResult
    package func complete() -> Verdict {
        defer { tearDown() }
        run(until: 31_000)
        while world.broken == nil, !faults.hasFired, world.now < Self.faultsMilliseconds { run(until: world.now + 500) }
        if world.broken == nil, !faults.hasFired {
            verdict = .faultNeverFired("\(faults.count - faults.fired) of \(faults.count) planned faults never fired")
            return verdict
        }
        heal()
        if drain(), people != nil, seed % 10 == 3 {
            waitForReminders()
            _ = drain()
        }
        guard verdict == .right, forgetWhatIsOver() else { return verdict }
        if world.bits.chance(30) {
            for station in stations { station.stop(.powerCut) }
            run(until: world.now + 10)
            for station in stations { station.start() }
            run(until: world.now + 5_000)
            _ = drain()
        }
        return verdict
    }

    /// Replies become due while nothing else happens.
    private func waitForReminders() {
        world.isPatient = true
        run(until: world.now + Self.remindersMilliseconds)
        world.isPatient = false
    }

    /// Where times are short, everything is over some time later, and the oldest segments go; meanwhile processes end.
    private func forgetWhatIsOver() -> Bool {
        guard plan.keeping != nil else { return true }
        for _ in 0..<world.bits.below(6) {
            let fault: Fault = world.bits.pick([.killInCall, .powerCutInCall, .powerCutInCall, .kill])
            faults.plan(fault, at: UInt64(world.bits.below(Self.forgettingMilliseconds)))
        }
        run(until: world.now + UInt64(Self.forgettingMilliseconds))
        heal()
        guard drain() else { return false }
        let began = world.now
        while world.broken == nil, ledger.counts.removed == 0, isRemovalDue,
            world.now < began + Self.removalMilliseconds
        {
            run(until: world.now + Self.lookMilliseconds)
        }
        if let broken = world.broken {
            verdict = .broken(broken)
        } else if ledger.counts.removed == 0, isRemovalDue {
            verdict = .faultNeverFired("no segment was ever removed, and one that nothing needs is there")
        }
        return verdict == .right
    }

    /// The oldest segment of a station holds nothing that is kept: it must go.
    private var isRemovalDue: Bool {
        stations.contains { station in
            guard let process = station.running else { return false }
            do {
                guard let oldest = try process.journal.sealedSegments().first,
                    let end = try process.journal.oldestEnd(),
                    process.custody.isAudited(through: end)
                else { return false }
                return process.custody.remainder(of: oldest, most: 1).isEmpty
            } catch {
                return false
            }
        }
    }

    /// Heals, drains, and lets go.
    package func finish() -> Verdict {
        defer { tearDown() }
        heal()
        _ = drain()
        return verdict
    }

    func heal() {
        world.note(-1, .heal)
        connections.heal()
        for station in stations {
            station.disk.failing.removeAll()
            station.disk.isBroken = false
            ledger.giveRoom(station)
            station.disk.interruption = nil
            station.disk.interruptOn = nil
            station.syncRange = 1...4
            station.start()
        }
        moves.settle()
    }

    /// Demands that everything comes to its end without anybody's help.
    package func drain() -> Bool {
        let began = world.now
        var open = ledger.unfinished(stations, traffic)
        while world.broken == nil, open != nil, world.now < began + drainMilliseconds {
            world.isPatient = world.now > began + Self.patienceMilliseconds
            run(until: world.now + (world.isPatient ? Self.patientLookMilliseconds : Self.lookMilliseconds))
            open = ledger.unfinished(stations, traffic)
        }
        world.isPatient = false
        if let broken = world.broken {
            verdict = .broken(broken)
        } else if let open {
            verdict = .noProgress(open)
        } else {
            ledger.checkEnd(stations)
            if let broken = world.broken { verdict = .broken(broken) }
        }
        world.note(-1, .drained, UInt64(ledger.counts.accepted), UInt64(ledger.counts.delivered))
        return verdict == .right
    }

    /// Stations and processes know one another: they are let go by hand.
    private func tearDown() {
        for station in stations { station.letGo() }
        connections.letGo()
        world.end()
    }
}
