package import Cables
package import Custody
import Link
import Routing

/// A network on which a scenario plays: what happens, in the order in which it is written down.
package final class Stage {
    package let run: SimulatedRun

    package init(_ plan: NetworkPlan, mutation: Mutation?, seed: UInt64 = 1) {
        run = SimulatedRun(seed: seed, plan: plan, world: World(seed: seed), mutation: mutation)
        for station in run.stations { station.start() }
        pass(2_000)
    }

    package func pass(_ milliseconds: UInt64) { run.run(until: run.world.now + milliseconds) }

    /// Hours and days, in which everybody looks less often.
    package func passPatiently(_ milliseconds: UInt64) {
        run.world.isPatient = true
        pass(milliseconds)
        run.world.isPatient = false
    }

    /// Deliveries that a station calls overdue.
    package func overdue(at index: Int) -> Int {
        guard let process = station(index).running else { return 0 }
        return process.custody.receiptItems(at: station(index).clock).count(where: \.isOverdue)
    }

    /// Goes on until something is so, for a bounded time.
    ///
    /// - Returns: whether it came to be.
    @discardableResult
    package func wait(most milliseconds: UInt64 = 60_000, until isSo: () -> Bool) -> Bool {
        let limit = run.world.now + milliseconds
        while !isSo(), run.world.broken == nil, run.world.now < limit { pass(1) }
        return isSo()
    }

    /// A short cable from the first post of one station to the first post of another.
    package func submit(
        from: Int, to: Int, _ precedence: Precedence = .routine, octets: Int = 200,
        classification: Classification = .unclassified, post: Int = 0
    ) {
        var wish = Traffic.Wish(from: NetworkPlan.post(from, 0), to: [(NetworkPlan.post(to, post), precedence)])
        wish.octets = octets
        wish.classification = classification
        run.traffic.submit(wish, at: from, keyed: false)
    }

    /// An order for the first cable that the first station accepted.
    package func give(_ order: StationCustody.Order, at index: Int) {
        guard let identity = run.ledger.promises.first?.identity else { return }
        run.traffic.give(order, identity, at: index)
    }

    /// An operator's order for a link of a station.
    package func give(_ change: LinkOrder.Change, _ milliseconds: Int64?, at index: Int, link: Int) {
        Operators(seed: 0, world: run.world, stations: run.stations).give(change, milliseconds, at: index, link)
    }

    /// The second post of one station is at another one from now on: those named know it, the others do not yet.
    package func movePost(from: Int, to: Int, knownTo stations: [Int]) {
        run.moves.move(NetworkPlan.post(from, 1), from: from, to: to)
        run.moves.spread(to: stations)
    }

    package func station(_ index: Int) -> SimulatedStation { run.stations[index] }

    /// Carries nothing between two stations until it is healed.
    package func cut(_ a: Int, _ b: Int) { run.connections.block(a, b, until: .max) }

    package func loseConnections(_ a: Int, _ b: Int) {
        for connection in run.connections.open(between: a, b) { connection.lose() }
    }

    /// What a station sends to another arrives nowhere, and nobody hears of it.
    package func deafen(from a: Int, to b: Int) {
        for connection in run.connections.open(between: a, b) { connection.deafen(connection.ends.0 == a ? 0 : 1) }
    }

    package func mend() { run.connections.heal() }

    package func powerCut(_ index: Int) { station(index).stop(.powerCut) }

    package func start(_ index: Int) { station(index).start() }

    /// Acceptances on a station's disk.
    package func accepted(at index: Int) -> Int {
        let books = run.ledger.books[index]
        return books.kept.values.count {
            if case .accepted = $0.digest { return $0.isOnDisk }
            return false
        }
    }

    package func delivered(at index: Int) -> Int { run.ledger.books[index].inbox.count }

    /// Deliveries as their originator's station shows them.
    package func reports(at index: Int) -> [DeliveryReport] {
        guard let process = station(index).running else { return [] }
        return (0..<UInt32(process.custody.cablesHeld)).flatMap { process.custody.reports(of: $0) }
    }

    /// Alters one bit in each of the newest records on a station's disk, while it has no power.
    package func flipLastRecords(_ index: Int, _ count: Int) {
        for place in run.ledger.lastRecords(station(index), count) {
            station(index).disk.flip(place.path, octet: place.octets.lowerBound + 5, bit: 3)
        }
        run.ledger.damaged(station(index))
    }

    package func wipe(_ index: Int) {
        run.ledger.damaged(station(index))
        station(index).disk.wipe()
    }

    package func restore(_ index: Int, _ files: [String: [UInt8]]) {
        run.ledger.damaged(station(index))
        station(index).disk.restore(files)
        // Nothing on the disk tells a station that it was put back.
        run.ledger.books[index].highest = 0
    }

    /// Mends everything, demands that it comes to rest, and holds it against all rules.
    package func finish(else why: String? = nil) -> Verdict {
        if run.world.broken == nil, let why { run.world.breaks(.nothingVanishes, station: -1, why) }
        return run.finish()
    }
}
