import Custody
import Journal
import Routing

/// A fault that a run has planned: when, what, and whether it fired.
package enum Fault: Sendable, Equatable {
    case kill, powerCut
    /// Within one of the next calls to the disk.
    case killInCall, powerCutInCall
    /// The power goes, and one bit of the last records is another one afterwards.
    case powerCutAndFlip
    /// A sync fails, and the process is killed before it has dealt with it.
    case failedSyncThenKill
    case loseConnection, deafen
    case partition, isolate, slowLink
    case failCalls(SimulatedDisk.Call)
    case brokenDisk, slowDisk
    /// There is little room on the disk for a while.
    case shortDisk
    /// The disk is slow, and connections are lost while it syncs.
    case slowDiskAndLoss
    /// The machine gets a new, empty disk.
    case lostDisk
    case clockStep
    /// All stations at once.
    case blackout
}

/// Fires the faults of a run, each at its moment or as soon as there is something to break.
final class FaultPlan {
    private struct Planned {
        var fault: Fault
        var fired = false
    }

    private static let retryMilliseconds: UInt64 = 50

    private let world: World
    private let stations: [SimulatedStation]
    private let connections: SimulatedNetwork
    private let ledger: Ledger
    private let links: [(Int, Int)]
    private var planned: [Planned] = []

    init(
        world: World, plan: NetworkPlan, stations: [SimulatedStation], connections: SimulatedNetwork, ledger: Ledger
    ) {
        self.world = world
        self.stations = stations
        self.connections = connections
        self.ledger = ledger
        links = plan.network.links.map { (plan.index(of: $0.a), plan.index(of: $0.b)) }
    }

    var fired: Int { planned.count { $0.fired } }
    var count: Int { planned.count }
    var hasFired: Bool { planned.allSatisfy(\.fired) }

    static func random(_ bits: inout SeededBits, mayFlip: Bool) -> Fault {
        switch bits.below(mayFlip ? 29 : 25) {
        case 0...1: .kill
        case 2...4: .powerCut
        case 5...6: .killInCall
        case 7...9: .powerCutInCall
        case 10: .failedSyncThenKill
        case 11...13: .loseConnection
        case 14: .deafen
        case 15: .partition
        case 16: .isolate
        case 17: .slowLink
        case 18...19: .failCalls(bits.pick([.sync, .sync, .write, .create, .rename, .syncFolder, .truncate]))
        case 20: bits.chance(50) ? .brokenDisk : .blackout
        case 21: .slowDisk
        case 22: .clockStep
        case 23: .slowDiskAndLoss
        case 24: .shortDisk
        case 25: .lostDisk
        default: .powerCutAndFlip
        }
    }

    func plan(_ fault: Fault, at: UInt64) {
        planned.append(Planned(fault: fault))
        let index = planned.count - 1
        world.after(at) { [weak self] in self?.attempt(index) }
    }

    private func attempt(_ index: Int) {
        if fire(index) {
            planned[index].fired = true
        } else {
            world.after(Self.retryMilliseconds) { [weak self] in self?.attempt(index) }
        }
    }

    // MARK: Firing

    private func anyRunning() -> SimulatedStation? {
        let running = stations.filter(\.isRunning)
        return running.isEmpty ? nil : world.bits.pick(running)
    }

    private func fire(_ index: Int) -> Bool {
        switch planned[index].fault {
        case .kill: return stop(.kill)
        case .powerCut: return stop(.powerCut)
        case .killInCall: return stopInCall(.kill, failing: 0)
        case .powerCutInCall: return stopInCall(.powerCut, failing: 0)
        case .failedSyncThenKill: return stopInCall(.kill, failing: 1)
        case .powerCutAndFlip: return cutAndFlip()
        case .loseConnection:
            guard let connection = anyConnection() else { return false }
            world.note(connection.ends.0, .cutConnection, peer: connection.ends.1)
            connection.lose()
            return true
        case .deafen:
            guard let connection = anyConnection() else { return false }
            let side = world.bits.below(2)
            world.note(connection.ends.0, .halfOpen, peer: connection.ends.1, UInt64(side))
            connection.deafen(side)
            return true
        case .partition:
            let (a, b) = world.bits.pick(links)
            block(a, b, world.bits.within(500...60_000))
            return true
        case .isolate:
            let station = world.bits.below(stations.count)
            let milliseconds = world.bits.within(500...40_000)
            for (a, b) in links where a == station || b == station { block(a, b, milliseconds) }
            return true
        case .slowLink:
            let (a, b) = world.bits.pick(links)
            let rate = UInt64(world.bits.within(2_000...20_000))
            world.note(a, .slow, peer: b, rate)
            connections.slow(a, b, delay: UInt64(world.bits.within(20...600)), rate: rate)
            return true
        case .failCalls(let call):
            guard let station = anyRunning() else { return false }
            ledger.lastDiskTrouble = world.now
            let count = world.bits.within(1...3)
            world.note(station.index, .failCalls, UInt64(call.rawValue), UInt64(count), "\(call)")
            station.disk.failing[call, default: 0] += count
            return true
        case .brokenDisk: return breakDisk()
        case .slowDisk:
            guard let station = anyRunning() else { return false }
            world.note(station.index, .slow)
            station.syncRange = 200...1_500
            world.after(UInt64(world.bits.within(1_000...8_000))) { station.syncRange = 1...4 }
            return true
        case .shortDisk:
            guard let station = anyRunning() else { return false }
            let milliseconds = world.bits.within(2_000...20_000)
            ledger.shorten(station, to: UInt64(world.bits.below(3)) * DiskRoom.reserveMax + 1)
            world.after(UInt64(milliseconds)) { [ledger] in ledger.giveRoom(station) }
            return true
        case .slowDiskAndLoss:
            guard let station = anyRunning() else { return false }
            world.note(station.index, .slow, 1)
            station.syncRange = 700...1_500
            for turn in 1...6 as ClosedRange<UInt64> { loseLater(station, turn * 600) }
            world.after(6_000) { station.syncRange = 1...4 }
            return true
        case .lostDisk:
            guard let station = anyRunning() else { return false }
            station.stop(.powerCut)
            world.note(station.index, .wipe)
            ledger.damaged(station)
            station.disk.wipe()
            startLater(station)
            return true
        case .clockStep:
            let station = world.bits.pick(stations)
            let step = Int64(world.bits.within(-20_000...20_000))
            station.wallOffset += step
            ledger.clockSteps += 1
            world.note(station.index, .clock, UInt64(bitPattern: step))
            return true
        case .blackout:
            guard stations.contains(where: \.isRunning) else { return false }
            for station in stations where station.isRunning {
                station.stop(.powerCut)
                startLater(station)
            }
            return true
        }
    }

    private func anyConnection() -> Connection? {
        let open = connections.open
        return open.isEmpty ? nil : world.bits.pick(open)
    }

    private func loseLater(_ station: SimulatedStation, _ milliseconds: UInt64) {
        world.after(milliseconds) { [connections] in
            for connection in connections.open
            where connection.ends.0 == station.index || connection.ends.1 == station.index {
                connection.lose()
            }
        }
    }

    private func block(_ a: Int, _ b: Int, _ milliseconds: Int) {
        world.note(a, .partition, peer: b, UInt64(milliseconds))
        connections.block(a, b, until: world.now + UInt64(milliseconds))
    }

    private func startLater(_ station: SimulatedStation) {
        world.after(UInt64(world.bits.within(1...8_000))) { station.start() }
    }

    private func stop(_ how: SimulatedDisk.Interruption) -> Bool {
        guard let station = anyRunning() else { return false }
        station.stop(how)
        startLater(station)
        return true
    }

    /// The station ends within a call; where it makes none for a while, between two.
    private func stopInCall(_ how: SimulatedDisk.Interruption, failing: Int) -> Bool {
        guard let station = anyRunning(), station.disk.interruption == nil else { return false }
        let far = failing > 0 ? world.bits.within(2...3) : world.bits.within(1...30)
        if failing > 0 {
            ledger.lastDiskTrouble = world.now
            station.disk.failing[.sync, default: 0] += failing
        }
        station.disk.interruption = (station.disk.calls + far, how)
        world.after(3_000) { [weak self] in
            guard let self else { return }
            station.disk.interruption = nil
            station.stop(how)
            startLater(station)
        }
        return true
    }

    private func cutAndFlip() -> Bool {
        guard let station = anyRunning() else { return false }
        let places = ledger.lastRecords(station, world.bits.within(1...4))
        guard !places.isEmpty else { return false }
        station.stop(.powerCut)
        for place in places {
            let octet = place.octets.lowerBound + world.bits.below(max(1, place.octets.count))
            world.note(station.index, .flip, UInt64(octet))
            station.disk.flip(place.path, octet: octet, bit: world.bits.below(8))
        }
        ledger.damaged(station)
        startLater(station)
        return true
    }

    /// Every sync fails for a while: the journal must give up, and come back.
    private func breakDisk() -> Bool {
        guard let station = anyRunning() else { return false }
        world.note(station.index, .brokenDisk)
        station.disk.isBroken = true
        ledger.lastDiskTrouble = world.now
        world.after(UInt64(world.bits.within(500...15_000))) { [ledger, world] in
            station.disk.isBroken = false
            ledger.lastDiskTrouble = world.now
        }
        return true
    }
}
