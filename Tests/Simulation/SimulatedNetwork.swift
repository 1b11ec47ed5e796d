/// Connections between stations: octets arrive late, in pieces, in order; a connection can be lost at any octet, stand
/// still, or be gone for one side only.
package final class SimulatedNetwork {
    let world: World
    /// When all that was blocked or slow came to its end at once.
    private var healedAt: UInt64?
    /// Links that carry nothing until a moment, by pair.
    private var blockedUntil: [Int: UInt64] = [:]
    /// Milliseconds that a link adds, and octets a second that it carries, by pair.
    private var slowness: [Int: (delay: UInt64, rate: UInt64)] = [:]
    private var connections: [Connection] = []
    /// Octets that a connection holds between two stations.
    package var flightOctetsMax = 8_192
    package private(set) var made = 0
    /// Whether a station's machine has power.
    var hasPower: (Int) -> Bool = { _ in true }

    package init(world: World) { self.world = world }

    /// The run is over: what it was told of the machines holds on to them.
    func letGo() {
        hasPower = { _ in true }
        connections.removeAll()
    }

    private static func pair(_ a: Int, _ b: Int) -> Int { min(a, b) << 8 | max(a, b) }

    package func block(_ a: Int, _ b: Int, until: UInt64) {
        blockedUntil[Self.pair(a, b)] = max(until, blockedUntil[Self.pair(a, b)] ?? 0)
    }

    package func slow(_ a: Int, _ b: Int, delay: UInt64, rate: UInt64) { slowness[Self.pair(a, b)] = (delay, rate) }

    package func heal() {
        healedAt = world.now
        blockedUntil.removeAll()
        slowness.removeAll()
    }

    func blocked(_ a: Int, _ b: Int) -> UInt64? {
        blockedUntil[Self.pair(a, b)].flatMap { $0 > world.now ? $0 : nil }
    }

    func terms(_ a: Int, _ b: Int) -> (delay: UInt64, rate: UInt64) { slowness[Self.pair(a, b)] ?? (0, 4_000_000) }

    func connect(_ dialler: Int, _ answerer: Int) -> Connection {
        made += 1
        let connection = Connection(self, number: made, ends: (dialler, answerer))
        connections.append(connection)
        return connection
    }

    /// Connections that stand, oldest first.
    package var open: [Connection] {
        connections.removeAll { $0.isGone }
        return connections
    }

    /// Nothing is wrong between two stations that anybody knows of, and nothing has stood still for so long.
    func isSound(_ a: Int, _ b: Int, for milliseconds: UInt64) -> Bool {
        let between = open(between: a, b)
        return max(blockedUntil[Self.pair(a, b)] ?? 0, healedAt ?? 0) + milliseconds <= world.now
            && slowness[Self.pair(a, b)] == nil
            && between.count == 1
            && !between.contains(where: \.isDeaf)
    }

    package func open(between a: Int, _ b: Int) -> [Connection] {
        open.filter { ($0.ends.0 == a && $0.ends.1 == b) || ($0.ends.0 == b && $0.ends.1 == a) }
    }
}

/// One connection: two ways for octets.
package final class Connection {
    /// One way: what the sender's kernel has not taken, and what is between the stations.
    struct Way {
        var backlog: [UInt8] = []
        var taken = 0
        var flight: [[UInt8]] = []
        var inFlight = 0
        var lastArrival: UInt64 = 0
        /// Octets on this way are thrown away, and nobody hears of it.
        var isDeaf = false
        var owesDrained = false

        var unsent: Int { backlog.count - taken }
    }

    /// Octets that arrive together at most: frames come in pieces.
    private static let pieceOctetsMax = 1_460

    let network: SimulatedNetwork
    let number: Int
    let ends: (Int, Int)
    private var ways = [Way(), Way()]
    private var isLost = false
    private(set) var closed = [false, false]
    var onOctets: [(([UInt8]) -> Void)?] = [nil, nil]
    var onDrained: [(() -> Void)?] = [nil, nil]
    var onClosed: [((String) -> Void)?] = [nil, nil]

    init(_ network: SimulatedNetwork, number: Int, ends: (Int, Int)) {
        self.network = network
        self.number = number
        self.ends = ends
    }

    var isDeaf: Bool { ways.contains(where: \.isDeaf) }
    var isGone: Bool { closed[0] && closed[1] }

    func unsent(_ side: Int) -> Int { ways[side].unsent }

    /// Side 0 dialled. Octets go to the other side.
    func send(_ octets: [UInt8], from side: Int) {
        guard !closed[side], !isLost, !octets.isEmpty else { return }
        ways[side].backlog.append(contentsOf: octets)
        ways[side].owesDrained = true
        pump(side)
    }

    private func pump(_ side: Int) {
        let terms = network.terms(ends.0, ends.1)
        while ways[side].unsent > 0, ways[side].inFlight < network.flightOctetsMax {
            let count = min(ways[side].unsent, 1 + network.world.bits.below(Self.pieceOctetsMax))
            let piece = Array(ways[side].backlog[ways[side].taken..<(ways[side].taken + count)])
            ways[side].taken += count
            if ways[side].taken == ways[side].backlog.count {
                ways[side].backlog.removeAll(keepingCapacity: true)
                ways[side].taken = 0
            }
            ways[side].flight.append(piece)
            ways[side].inFlight += count
            let now = network.world.now
            let carried = UInt64(count) * 1_000 / terms.rate
            let delay = terms.delay + UInt64(1 + network.world.bits.below(8))
            ways[side].lastArrival = max(now + delay, ways[side].lastArrival) + carried
            network.world.after(ways[side].lastArrival - now) { [weak self] in self?.arrive(side) }
        }
        guard ways[side].owesDrained, ways[side].unsent == 0 else { return }
        ways[side].owesDrained = false
        network.world.after(0) { [weak self] in
            guard let self, !closed[side] else { return }
            onDrained[side]?()
        }
    }

    private func arrive(_ side: Int) {
        guard !ways[side].flight.isEmpty else { return }
        if let until = network.blocked(ends.0, ends.1) {
            network.world.after(until - network.world.now) { [weak self] in self?.arrive(side) }
            return
        }
        let piece = ways[side].flight.removeFirst()
        ways[side].inFlight -= piece.count
        guard !ways[side].isDeaf else { return pump(side) }
        if !closed[1 - side] {
            onOctets[1 - side]?(piece)
        } else if network.hasPower(side == 0 ? ends.1 : ends.0) {
            // The machine knows nothing of the connection, and says so.
            tellEnd(side, after: 2)
        }
        if !closed[side], !isLost { pump(side) }
    }

    /// One side closes: the other hears of it behind the octets that are under way.
    func close(_ side: Int) {
        guard !closed[side] else { return }
        closed[side] = true
        release(side)
        guard !ways[side].isDeaf else { return }
        let delay = max(ways[side].lastArrival, network.world.now + 1) - network.world.now
        tellEnd(1 - side, after: delay)
    }

    private func tellEnd(_ side: Int, after delay: UInt64) {
        network.world.after(delay) { [weak self] in
            guard let self, !closed[side] else { return }
            if let until = network.blocked(ends.0, ends.1) {
                tellEnd(side, after: until - network.world.now)
                return
            }
            end(side, "the neighbour closed the connection")
        }
    }

    private func end(_ side: Int, _ why: String) {
        guard !closed[side] else { return }
        closed[side] = true
        let tell = onClosed[side]
        release(side)
        tell?(why)
    }

    /// Callbacks hold on to the sessions: they end with the side.
    private func release(_ side: Int) {
        onOctets[side] = nil
        onDrained[side] = nil
        onClosed[side] = nil
    }

    // MARK: Faults

    /// The connection is lost: of what is under way a part arrives, up to any octet.
    package func lose() {
        isLost = true
        for side in 0...1 {
            ways[side].backlog.removeAll()
            ways[side].taken = 0
            let kept = network.world.bits.below(ways[side].flight.count + 1)
            if kept < ways[side].flight.count {
                ways[side].flight.removeSubrange((kept + 1)...)
                ways[side].flight[kept].removeLast(network.world.bits.below(ways[side].flight[kept].count + 1))
            }
            ways[side].inFlight = 0
        }
        for side in 0...1 {
            let delay = max(ways[1 - side].lastArrival, network.world.now) - network.world.now
            let later = delay + 1 + UInt64(network.world.bits.below(50))
            network.world.after(later) { [weak self] in self?.end(side, "the connection was lost") }
        }
    }

    /// What one side sends arrives nowhere, and neither side is told.
    package func deafen(_ side: Int) {
        ways[side].isDeaf = true
    }

    /// The process at one side is gone without a word: its kernel says so, or, where the machine is gone too, nobody.
    func abandon(_ side: Int, silently: Bool) {
        guard !closed[side] else { return }
        closed[side] = true
        release(side)
        ways[side].backlog.removeAll()
        ways[side].taken = 0
        guard !silently else { return }
        tellEnd(1 - side, after: max(ways[side].lastArrival, network.world.now + 1) - network.world.now)
    }
}
