import Cables
import Custody
import Link
import Octets
import Routing

/// Keeps a session open with each neighbour: dials, answers, settles on one where both sides dialled, as `LinkKeeper`.
final class SessionKeeper {
    private static let simultaneousMilliseconds: UInt64 = 3_000
    private static let handshakeMilliseconds: UInt64 = 10_000

    private struct Standing {
        var driver: SessionDriver
        var peerStart: UInt64
        var since: UInt64
    }

    private struct Neighbour {
        let index: Int
        var schedule: RetrySchedule
        var dialling = false
        var planned = false
        var standing: Standing?
        var memory: LinkPace.Memory?
        /// By an operator's order there is to be no session.
        var isShut = false
    }

    private unowned let process: StationProcess
    private var neighbours: [Neighbour]
    private var drivers: [UInt64: SessionDriver] = [:]
    private var nextSession: UInt64 = 1

    init(_ process: StationProcess) {
        self.process = process
        let plan = process.station.plan
        neighbours = (0..<process.custody.linkCount).map { link in
            Neighbour(
                index: plan.index(of: process.custody.peer(of: link)),
                schedule: RetrySchedule(delayMin: plan.retryDelayMin, delayMax: plan.retryDelayMax))
        }
    }

    private var station: SimulatedStation { process.station }

    func start() {
        for link in neighbours.indices {
            neighbours[link].isShut = process.custody.shutReason(link) != nil
            dial(link)
        }
    }

    /// The process is gone: its connections end without a word of its own.
    func abandon() {
        let silently = station.disk.interrupted == .powerCut
        for session in drivers.keys.sorted() {
            guard let driver = drivers[session] else { continue }
            driver.connection.abandon(driver.side, silently: silently)
        }
        drivers.removeAll()
    }

    func driver(_ link: Int, session: UInt64) -> SessionDriver? {
        guard let driver = neighbours[link].standing?.driver, driver.session == session else { return nil }
        return driver
    }

    func memory(_ link: Int) -> LinkPace.Memory? { neighbours[link].memory }

    func shut(_ link: Int) {
        neighbours[link].isShut = true
        neighbours[link].standing?.driver.close("LINK_SHUT", "the link is closed")
    }

    func open(_ link: Int) {
        neighbours[link].isShut = false
        neighbours[link].schedule.reset()
        if !neighbours[link].planned { dial(link) }
    }

    // MARK: Dialling

    private func dial(_ link: Int) {
        neighbours[link].planned = false
        guard !neighbours[link].isShut, neighbours[link].standing == nil, !neighbours[link].dialling else { return }
        neighbours[link].dialling = true
        let (own, other) = (station.index, neighbours[link].index)
        let network = station.connections
        let terms = network.terms(own, other)
        process.world.note(own, .dial, peer: other)
        waits(link, "dialling")
        guard network.blocked(own, other) == nil else { return fails(link, after: Self.handshakeMilliseconds) }
        process.after(3 * terms.delay + UInt64(2 + process.world.bits.below(20))) { [unowned self] in
            guard network.blocked(own, other) == nil else { return fails(link, after: Self.handshakeMilliseconds) }
            guard let peer = station.neighbour(other), peer.isAlive else {
                return fails(link, after: network.hasPower(other) ? 2 : Self.handshakeMilliseconds)
            }
            let connection = network.connect(own, other)
            neighbours[link].dialling = false
            open(link, connection, side: 0)
            peer.keeper.answer(from: station.name, connection)
        }
    }

    private func fails(_ link: Int, after milliseconds: UInt64) {
        process.after(milliseconds) { [unowned self] in
            neighbours[link].dialling = false
            again(link, "the neighbour cannot be reached")
        }
    }

    private func again(_ link: Int, _ why: String) {
        guard !neighbours[link].isShut, neighbours[link].standing == nil, !neighbours[link].planned else { return }
        let delay = neighbours[link].schedule.next(random: process.world.bits.next())
        neighbours[link].planned = true
        waits(link, why)
        process.after(delay) { [unowned self] in dial(link) }
    }

    private func waits(_ link: Int, _ why: String) {
        process.post { custody, now, _ in custody.linkWaits(link, why: why, nextAt: nil, at: now) }
    }

    private func answer(from name: RoutingIndicator, _ connection: Connection) {
        guard let link = process.custody.linkOrdinal(name), !neighbours[link].isShut else { return connection.close(1) }
        open(link, connection, side: 1)
    }

    private func open(_ link: Int, _ connection: Connection, side: Int) {
        let session = nextSession
        nextSession += 1
        drivers[session] = SessionDriver(
            process, link: link, session: session, connection: connection, side: side, hello: greeting(link))
    }

    private func greeting(_ link: Int) -> Hello {
        let (epoch, starts) = process.custody.remembered(link)
        var hello = Hello(
            network: station.plan.network.name, station: station.name, start: process.start,
            epoch: process.custody.settings.epoch, networkVersion: station.plan.network.version, networkHash: .zero,
            window: UInt32(station.plan.limits.windowOctets), nextChannel: process.custody.nextChannel(link),
            rememberedEpoch: epoch,
            remembered: starts.map { Hello.Remembered(start: $0.start, channels: $0.channels) })
        hello.notice = process.custody.notice(link, at: station.clock)
        return hello
    }

    // MARK: Sessions

    func greeted(_ driver: SessionDriver, _ hello: Hello) {
        let link = driver.link
        if neighbours[link].isShut { return driver.close("LINK_SHUT", "the link is closed") }
        let isLower = station.name < driver.peer
        if let standing = neighbours[link].standing {
            let sameStart = standing.peerStart == hello.start
            let atOnce = station.clock.boot - standing.since < Self.simultaneousMilliseconds
            let lowerDialled = driver.dialledHere == isLower
            let standingByLower = standing.driver.dialledHere == isLower
            if sameStart, atOnce, standingByLower || !lowerDialled {
                driver.close("DUPLICATE_SESSION", "another session stands")
                return
            }
            standing.driver.close("DUPLICATE_SESSION", "a newer session stands")
            down(standing.driver, "replaced by a newer session")
        }
        neighbours[link].standing = Standing(driver: driver, peerStart: hello.start, since: station.clock.boot)
        neighbours[link].schedule.reset()
        process.world.note(station.index, .up, peer: driver.peerIndex, driver.session, UInt64(driver.side))
        var memory = NeighbourMemory(
            start: hello.start, epoch: hello.epoch, rememberedEpoch: hello.rememberedEpoch,
            remembered: hello.remembered.map { ($0.start, $0.channels) })
        memory.nextChannel = hello.nextChannel
        memory.notice = hello.notice
        memory.told = driver.state.own.notice
        process.post { [process, memory] custody, now, actions in
            process.orders?.linkUp(link, session: driver.session, memory.notice, boot: now.boot)
            custody.linkUp(link, session: driver.session, neighbour: memory, at: now, &actions)
        }
        driver.opened()
    }

    func ended(_ driver: SessionDriver, _ why: String) {
        drivers[driver.session] = nil
        if let memory = driver.state.pace.memory { neighbours[driver.link].memory = memory }
        guard neighbours[driver.link].standing?.driver === driver else { return again(driver.link, why) }
        neighbours[driver.link].standing = nil
        process.world.note(station.index, .down, peer: driver.peerIndex, driver.session, 0, why)
        down(driver, why)
        again(driver.link, why)
    }

    private func down(_ driver: SessionDriver, _ why: String) {
        let (link, session) = (driver.link, driver.session)
        process.post { [process] custody, now, actions in
            process.orders?.linkDown(link, session: session)
            custody.linkDown(link, session: session, why: why, nextAt: nil, at: now, &actions)
        }
    }
}
