import Cables
import Custody

/// Operators who limit, drain and close links. What they order ends by itself, or they end it.
final class Operators {
    private static let againMilliseconds: UInt64 = 2_000

    private let world: World
    private let stations: [SimulatedStation]
    /// Apart from the run's, so that the rest of a run stays what it was before there were operators.
    private var bits: SeededBits

    init(seed: UInt64, world: World, stations: [SimulatedStation]) {
        self.world = world
        self.stations = stations
        bits = SeededBits(seed ^ 0x6c69_6e6b)
    }

    /// - Parameter span: milliseconds in which orders are given.
    func plan(span: Int) {
        for _ in 0..<bits.within(1...5) {
            let station = bits.below(stations.count)
            let link = bits.below(8)
            let at = UInt64(bits.below(span))
            let lasts = Int64(bits.within(2_000...60_000))
            let change: LinkOrder.Change =
                switch bits.below(8) {
                case 0...3: .limit(bits.pick([.priority, .immediate, .flash]))
                case 4...5: .drain
                case 6: .shut
                default: .drain
                }
            let endsByItself = bits.chance(60) || change != .drain
            world.after(at) { [weak self] in
                self?.give(change, endsByItself ? lasts : nil, at: station, link)
            }
            guard !endsByItself else { continue }
            world.after(at + UInt64(lasts)) { [weak self] in self?.open(station, link) }
        }
    }

    /// - Returns: whether the station runs.
    @discardableResult
    func give(_ change: LinkOrder.Change, _ milliseconds: Int64?, at index: Int, _ link: Int) -> Bool {
        guard let process = stations[index].running else { return false }
        world.note(index, .order, UInt64(link), UInt64(milliseconds ?? 0), "\(change)")
        process.post { custody, now, actions in
            guard custody.linkCount > 0 else { return }
            custody.order(
                link % custody.linkCount, change, until: milliseconds.map { now.wall + $0 }, user: 0,
                reason: "EXERCISE", at: now, &actions)
        }
        stations[index].endIfInterrupted()
        return true
    }

    /// Until it is so: a station that is down, or dies before the order is synced, is told again (seed 464).
    private func open(_ index: Int, _ link: Int) {
        give(.open, nil, at: index, link)
        world.after(Self.againMilliseconds) { [weak self] in
            guard let self, !isOpen(index, link) else { return }
            open(index, link)
        }
    }

    private func isOpen(_ index: Int, _ link: Int) -> Bool {
        guard let process = stations[index].running else { return false }
        let count = process.custody.linkCount
        return count == 0 || !process.custody.isClosing(link % count)
    }
}
