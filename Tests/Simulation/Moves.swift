import Routing

/// Posts that move while cables are under way (rule 22): a new version of the network file, which the stations read one
/// after the other. It has bits of its own, so that it moves nothing of the rest of a run.
final class Moves {
    private static let chancePercent = 25
    private static let spreadMilliseconds = 20_000

    private let world: World
    private let ledger: Ledger
    private let stations: [SimulatedStation]
    private var newest: Network
    private var bits: SeededBits

    init(seed: UInt64, world: World, plan: NetworkPlan, ledger: Ledger, stations: [SimulatedStation]) {
        self.world = world
        self.ledger = ledger
        self.stations = stations
        newest = plan.network
        bits = SeededBits(seed ^ 0x0a0e_5eed)
    }

    /// One to three moves in a quarter of the runs; none where the stations do not agree on the network anyway.
    func plan(within milliseconds: Int) {
        guard bits.chance(Self.chancePercent) else { return }
        for _ in 0..<bits.within(1...3) {
            world.after(UInt64(bits.below(milliseconds))) { [weak self] in self?.move() }
        }
    }

    private func move() {
        let homes = newest.stations.indices.filter { newest.stations[$0].posts.count > 1 }
        guard !homes.isEmpty else { return }
        let from = bits.pick(homes)
        let to = (from + 1 + bits.below(newest.stations.count - 1)) % newest.stations.count
        guard let post = newest.stations[from].posts.last else { return }
        move(post, from: from, to: to)
        for station in stations {
            let network = newest
            world.after(UInt64(bits.below(Self.spreadMilliseconds))) { station.adopt(network) }
        }
    }

    func move(_ post: String, from: Int, to: Int) {
        newest.version += 1
        newest.stations[from].posts.removeAll { $0 == post }
        newest.stations[to].posts.append(post)
        ledger.moved(post, to: to)
    }

    /// Everybody has the newest file.
    func settle() {
        for station in stations { station.adopt(newest) }
    }

    /// The stations named have it, the others not yet.
    func spread(to indices: [Int]) {
        for index in indices { stations[index].adopt(newest) }
    }
}
