import Cables
import Custody

/// What orders keep from a station's links, as a checker knows it: from records on the disk, and from what neighbours said.
struct KnownRestraints {
    private struct Side {
        var floor = Precedence.routine
        var floorEndsAt: UInt64 = 0
        var isClosing = false
        var closingEndsAt: UInt64?

        mutating func end(at boot: UInt64) {
            if floorEndsAt <= boot { floor = .routine }
            if let closingEndsAt, closingEndsAt <= boot { isClosing = false }
        }
    }

    private var own: [Side]
    private var theirs: [Side]

    init(links: Int) {
        own = [Side](repeating: Side(), count: links)
        theirs = own
    }

    mutating func ordered(_ link: Int, _ order: LinkOrder, at now: Instant) {
        let left = order.until.map { max(0, $0 - now.wall) }
        let endsAt = left.map { now.boot + UInt64($0) }
        switch order.change {
        case .open: own[link].isClosing = false
        case .drain, .shut:
            own[link].isClosing = left != 0
            own[link].closingEndsAt = endsAt
        case .limit(let precedence):
            own[link].floor = left == 0 ? .routine : precedence
            own[link].floorEndsAt = endsAt ?? 0
        }
    }

    mutating func noticed(_ link: Int, _ notice: LinkNotice, boot: UInt64) {
        theirs[link] = Side()
        if let limit = notice.limit {
            theirs[link].floor = limit.precedence
            theirs[link].floorEndsAt = boot + limit.milliseconds
        }
        if let closing = notice.closing {
            theirs[link].isClosing = true
            theirs[link].closingEndsAt = closing.milliseconds.map { boot + $0 }
        }
    }

    /// The core looks at its clock: what is over holds no more.
    mutating func woke(at boot: UInt64) {
        for link in own.indices {
            own[link].end(at: boot)
            theirs[link].end(at: boot)
        }
    }

    /// - Parameters:
    ///   - lane: rank, as in the core: two for each precedence, receipts above cables.
    ///   - isBegun: a part of it has been sent in this session.
    func allow(lane: Int, isBegun: Bool, over link: Int) -> Bool {
        let isService = lane % 2 == 1
        let flash = Int(Precedence.flash.rawValue) * 2
        for side in [own[link], theirs[link]] {
            if side.isClosing, lane < flash, !isBegun { return false }
            if !isService, lane < Int(side.floor.rawValue) * 2 { return false }
        }
        return true
    }
}

extension Ledger {
    /// A limit of which a neighbour was told, as far as the station knows.
    struct Announced {
        var floor: Precedence
        var from: UInt64
        var until: UInt64
        /// The session in which it was told still stands.
        var stands: () -> Bool
    }

    /// Milliseconds in which a neighbour hears what it is told, where nothing is broken.
    private static let hearingMilliseconds: UInt64 = 5_000

    func announced(
        _ station: SimulatedStation, _ process: StationProcess, _ link: Int, session: UInt64, _ notice: LinkNotice
    ) {
        let pair = [station.index, plan.index(of: process.custody.peer(of: link))]
        announced[pair] = notice.limit.map { limit in
            Announced(
                floor: limit.precedence, from: world.now, until: world.now + limit.milliseconds,
                stands: { [weak process] in
                    process?.isAlive == true && process?.keeper.driver(link, session: session) != nil
                })
        }
    }

    /// The neighbour has said some time ago that this does not pass. A station whose disk fails hears nothing meanwhile.
    func wasForbidden(lane: Int, from index: Int, to peer: Int, _ network: SimulatedNetwork) -> Bool {
        guard lane % 2 == 0, let told = announced[[peer, index]], lane < Int(told.floor.rawValue) * 2,
            world.now > max(told.from, lastDiskTrouble) + Self.hearingMilliseconds, world.now < told.until,
            told.stands(),
            network.isSound(index, peer, for: Self.hearingMilliseconds)
        else { return false }
        return true
    }

    /// A newer order of the same kind says what this one does.
    func isOutdated(_ station: SimulatedStation, _ sequence: UInt64, _ order: LinkOrder) -> Bool {
        if let until = order.until, until <= station.clock.wall { return true }
        if order.change == .open || order.change == .limit(.routine) { return true }
        // It ends by the clock of the machine's uptime, also where the other one was set back (seed 746).
        if let process = station.running,
            let item = process.custody.linkItems(at: station.clock).first(where: { $0.peer == order.peer }),
            order.isLimit
                ? !item.limits.contains(where: { $0.by == station.name })
                : item.closedUntil == nil && item.state != .closed && item.state != .draining
        {
            return true
        }
        return books[station.index].kept.contains { other, kept in
            guard other > sequence, case .link(let newer) = kept.digest, newer.peer == order.peer else { return false }
            return newer.isLimit == order.isLimit && isOnDisk(station, other)
        }
    }
}

extension LinkOrder {
    fileprivate var isLimit: Bool {
        switch change {
        case .limit: true
        case .open, .drain, .shut: false
        }
    }
}
