import Cables
import Custody
import Dispatch
import Link
import Octets
import Routing
import Synchronization
import Transport
import Turns

/// Keeps a session open with each neighbour: dials, accepts, settles on one where both sides dialled.
///
/// Its own state belongs to one queue; open sessions are served on the loop's.
final class LinkKeeper: @unchecked Sendable {
    // Unchecked: everything but `current` belongs to `queue`; `current` is behind a lock.

    /// Milliseconds in which two sessions count as dialled at the same time by both sides.
    private static let simultaneousMilliseconds: UInt64 = 3_000

    private struct Neighbour {
        let indicator: RoutingIndicator
        var addresses: [SocketAddress]
        /// The network file has the link.
        var isLinked = true
        var schedule: RetrySchedule
        var dialling = false
        var nextAddress = 0
        var planned = false
        var session: Session?
        /// Why there is to be none, by an operator's order.
        var shut: String?
        /// How fast the way was when it was last known.
        var memory: LinkPace.Memory?
    }

    private struct Session {
        var driver: LinkDriver
        var channel: SecureChannel
        var dialledHere: Bool
        var peerStart: UInt64
        var since: UInt64
    }

    private let queue = DispatchQueue(label: "cable.links", qos: .userInitiated)
    private let around: LinkSurroundings
    private var dialContext: TLSContext
    private var listenContext: TLSContext
    private let known: Mutex<[RoutingIndicator]>
    private let retryDelayMin: UInt64
    private let retryDelayMax: UInt64
    private let handshakeMilliseconds: Int
    private var networkVersion: UInt64
    private var networkHash: Digest
    private var neighbours: [Neighbour]
    private var listeners: [Listener] = []
    private var drivers: [UInt64: LinkDriver] = [:]
    private var handshakes: [ObjectIdentifier: SecureChannel] = [:]
    /// Addresses of strangers whose handshakes are under way.
    private var addresses: [ObjectIdentifier: String] = [:]
    /// Handshakes are made here: neither the loop nor the keeper waits for what strangers have it calculate.
    private let strangers = TurnQueue(label: "cable.strangers")
    private var refusals: RefusalLog
    private var nextSession: UInt64 = 1
    private var stopping = false
    /// The open session of each link, for the loop.
    private let current: Mutex<[LinkDriver?]>
    /// Handshakes of strangers at once: more wait in the kernel.
    private static let handshakesMax = 256
    /// Of one address at once: one of many cannot keep all others out.
    private static let handshakesPerAddressMax = 64
    /// Sessions of one neighbour that have not yet greeted, or are about to give way to another.
    private static let sessionsPerNeighbourMax = 4

    init(
        around: LinkSurroundings, neighbours: [(indicator: RoutingIndicator, addresses: [String])],
        dialling: TLSContext, listening: TLSContext, handshakeMilliseconds: Int, retryDelayMin: UInt64,
        retryDelayMax: UInt64, networkVersion: UInt64, networkHash: Digest
    ) {
        self.around = around
        known = Mutex(neighbours.map(\.indicator))
        self.retryDelayMin = retryDelayMin
        self.retryDelayMax = retryDelayMax
        dialContext = dialling
        listenContext = listening
        self.handshakeMilliseconds = handshakeMilliseconds
        self.networkVersion = networkVersion
        self.networkHash = networkHash
        self.neighbours = neighbours.map {
            Neighbour(
                indicator: $0.indicator, addresses: $0.addresses.compactMap { SocketAddress($0) },
                schedule: RetrySchedule(delayMin: retryDelayMin, delayMax: retryDelayMax))
        }
        refusals = RefusalLog(log: around.log)
        current = Mutex([LinkDriver?](repeating: nil, count: neighbours.count))
    }

    /// Listens on every address of the station, then dials all its links at once.
    ///
    /// An address may be one by which only others reach the station: it is enough that there is another, and is told.
    func start(listening addresses: [SocketAddress]) throws(TransportFault) {
        for address in addresses {
            do throws(TransportFault) {
                listeners.append(
                    try Listener(address, queue: queue) { [weak self] descriptor in self?.accepted(descriptor) })
            } catch {
                guard addresses.count > 1 else { throw error }
                around.log.write(
                    .warning, "listen.failed",
                    [("address", address.description), ("code", error.code), ("why", error.text)])
            }
        }
        if listeners.isEmpty, let first = addresses.first {
            throw TransportFault(.listenFailed, "\(first): the station can listen on none of its addresses")
        }
        let shut = around.loop.look { custody in indicators.indices.map { custody.shutReason($0) } }
        queue.async { [self] in
            for link in neighbours.indices {
                neighbours[link].shut = shut[link]
                dial(link)
            }
        }
    }

    /// Ends every session with a goodbye.
    func stop() {
        queue.sync {
            stopping = true
            for listener in listeners { listener.stop() }
            for neighbour in neighbours { neighbour.session?.driver.close("CLOSING", "\(around.station) closes down") }
        }
    }

    /// An operator closed the link: its session ends, and there is no other until `open`. From any queue.
    func shut(_ link: Int, _ why: String) {
        queue.async { [self] in
            neighbours[link].shut = why
            neighbours[link].session?.driver.close(Self.shutCode, shutSentence(why))
        }
    }

    /// There may be a session again. From any queue.
    func open(_ link: Int) {
        queue.async { [self] in
            neighbours[link].shut = nil
            neighbours[link].schedule.reset()
            if !neighbours[link].planned { dial(link) }
        }
    }

    private static let shutCode = "LINK_SHUT"

    private func shutSentence(_ why: String) -> String {
        "\(around.station) has closed the link" + (why.isEmpty ? "" : ": \(why)")
    }

    /// From now on these authorities decide: every open session is verified again, and one that fails is closed at once.
    func trust(_ authorities: Authorities, dialling: TLSContext, listening: TLSContext) {
        queue.async { [self] in
            dialContext = dialling
            listenContext = listening
            for driver in drivers.values { driver.verify(with: authorities) }
        }
    }

    /// The neighbours of the network file that holds.
    var indicators: [RoutingIndicator] { known.withLock { $0 } }

    /// Another network file holds.
    ///
    /// - Parameters:
    ///   - new: neighbours whose links follow those that are known, in the order of the core's.
    ///   - narrowed: whose open session ends, so that the gate decides anew on what is under way.
    func adopt(
        _ network: Network, hash: Digest, new: [RoutingIndicator], narrowed: [RoutingIndicator],
        linked: Set<RoutingIndicator>
    ) {
        queue.async { [self] in
            networkVersion = network.version
            networkHash = hash
            for peer in new {
                neighbours.append(
                    Neighbour(
                        indicator: peer, addresses: [],
                        schedule: RetrySchedule(delayMin: retryDelayMin, delayMax: retryDelayMax)))
            }
            current.withLock { $0 += [LinkDriver?](repeating: nil, count: new.count) }
            known.withLock { $0 = neighbours.map(\.indicator).filter { linked.contains($0) } }
            for link in neighbours.indices {
                let peer = neighbours[link].indicator
                neighbours[link].isLinked = linked.contains(peer)
                neighbours[link].addresses = (network.station(peer)?.addresses ?? []).compactMap { SocketAddress($0) }
                guard neighbours[link].isLinked, !narrowed.contains(peer) else {
                    neighbours[link].session?.driver.close("NETWORK_CHANGED", "the network file has changed the link")
                    continue
                }
                dial(link)
            }
        }
    }

    func driver(_ link: Int, session: UInt64) -> LinkDriver? {
        current.withLock { drivers in
            guard let driver = drivers[link], driver.session == session else { return nil }
            return driver
        }
    }

    /// Some session has not come to its end. From any queue.
    var hasSessions: Bool { current.withLock { $0.contains { $0 != nil } } }

    /// Asks a neighbour what it holds of this station's audit; nil where it holds nothing, or is not reached. From any
    /// queue.
    func askForAudit(_ peer: RoutingIndicator, _ answer: @escaping LinkDriver.AuditQuestion) {
        queue.async { [self] in
            guard let neighbour = neighbours.first(where: { $0.indicator == peer }), let session = neighbour.session
            else { return answer(nil) }
            session.driver.askForAudit(answer)
        }
    }

    // MARK: Dialling

    private func dial(_ link: Int) {
        neighbours[link].planned = false
        guard !stopping, neighbours[link].isLinked, neighbours[link].shut == nil, neighbours[link].session == nil,
            !neighbours[link].dialling
        else {
            return
        }
        guard !neighbours[link].addresses.isEmpty else { return }
        let address = neighbours[link].addresses[neighbours[link].nextAddress % neighbours[link].addresses.count]
        neighbours[link].dialling = true
        waits(link, "dialling \(address)", nextAt: nil)
        Dialler.dial(address, queue: queue, milliseconds: handshakeMilliseconds) { [weak self] result in
            self?.dialled(link, result)
        }
    }

    private func dialled(_ link: Int, _ result: Result<Int32, TransportFault>) {
        switch result {
        case .success(let descriptor):
            let expecting = neighbours[link].indicator
            open(descriptor, dialContext, expecting: expecting, dialledFor: link)
        case .failure(let fault):
            neighbours[link].dialling = false
            neighbours[link].nextAddress += 1
            again(link, fault.code, fault.text)
        }
    }

    private func again(_ link: Int, _ code: String, _ text: String) {
        guard !stopping, neighbours[link].isLinked, neighbours[link].shut == nil, neighbours[link].session == nil,
            !neighbours[link].planned
        else {
            return
        }
        let delay = neighbours[link].schedule.next(random: RandomBits.word)
        neighbours[link].planned = true
        let nextAt = StationClock.now.wall + Int64(delay)
        waits(link, text, nextAt: nextAt)
        around.log.write(
            .notice, "link.waits",
            [
                ("peer", neighbours[link].indicator.description), ("code", code), ("why", text),
                ("again", "\(Double(delay) / 1_000)s"),
            ])
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(delay))) { [weak self] in self?.dial(link) }
    }

    private func waits(_ link: Int, _ why: String, nextAt: Int64?) {
        around.loop.post { custody, now, _ in custody.linkWaits(link, why: why, nextAt: nextAt, at: now) }
    }

    // MARK: Handshakes

    private func accepted(_ descriptor: Int32) {
        let address = SocketAddress.remote(of: descriptor)?.host ?? "unknown"
        let code =
            handshakes.count >= Self.handshakesMax
            ? "HANDSHAKES_MAX"
            : addresses.values.count { $0 == address } >= Self.handshakesPerAddressMax ? "ADDRESS_HANDSHAKES_MAX" : nil
        guard !stopping, code == nil else {
            if let code { refusals.write("connection.refused", code, [("address", address)]) }
            SecureChannel.refuse(descriptor)
            return
        }
        open(descriptor, listenContext, expecting: nil, dialledFor: nil, address: address)
    }

    private func open(
        _ descriptor: Int32, _ context: TLSContext, expecting: RoutingIndicator?, dialledFor link: Int?,
        address: String? = nil
    ) {
        do throws(TransportFault) {
            let channel = try SecureChannel(
                descriptor: descriptor, context: context, expecting: expecting,
                handshakeMilliseconds: handshakeMilliseconds, queue: around.loop.queue, handshakes: strangers)
            handshakes[ObjectIdentifier(channel)] = channel
            addresses[ObjectIdentifier(channel)] = address
            channel.onOpen = { [weak self, weak channel] peer in
                guard let self, let channel else { return }
                // The keeper decides on its queue; nothing is taken from the neighbour meanwhile.
                channel.onClosed = nil
                channel.pauseReading()
                queue.async {
                    guard let driver = self.opened(channel, peer, dialledFor: link) else {
                        return channel.queue.async {
                            channel.close(TransportFault(.closedHere, "no link to \(peer.indicator)"))
                        }
                    }
                    channel.queue.async { driver.begin() }
                }
            }
            channel.onClosed = { [weak self, weak channel] fault in
                guard let self else { return }
                let identity = channel.map { ObjectIdentifier($0) }
                queue.async { self.handshakeFailed(identity, fault, dialledFor: link) }
            }
            channel.start()
        } catch {
            if let link {
                neighbours[link].dialling = false
                again(link, error.code, error.text)
            }
        }
    }

    private func handshakeFailed(_ channel: ObjectIdentifier?, _ fault: TransportFault, dialledFor link: Int?) {
        let address = channel.flatMap { addresses.removeValue(forKey: $0) }
        if let channel { handshakes[channel] = nil }
        refusals.write(
            "handshake.failed", fault.code,
            [("peer", link.map { neighbours[$0].indicator.description } ?? address ?? "unknown"), ("why", fault.text)])
        guard let link else { return }
        neighbours[link].dialling = false
        again(link, fault.code, fault.text)
    }

    /// TLS stands.
    private func opened(_ channel: SecureChannel, _ peer: PeerIdentity, dialledFor: Int?) -> LinkDriver? {
        handshakes[ObjectIdentifier(channel)] = nil
        addresses[ObjectIdentifier(channel)] = nil
        if let dialledFor { neighbours[dialledFor].dialling = false }
        guard !stopping,
            let link = neighbours.firstIndex(where: { $0.indicator == peer.indicator && $0.isLinked })
        else {
            refusals.write("session.refused", "NOT_LINKED", [("peer", peer.indicator.description)])
            return nil
        }
        if let why = neighbours[link].shut {
            channel.send(Frame.bye(code: Self.shutCode, message: shutSentence(why)).encoded)
            return nil
        }
        guard drivers.values.count(where: { $0.link == link }) < Self.sessionsPerNeighbourMax else {
            refusals.write("session.refused", "SESSIONS_MAX", [("peer", peer.indicator.description)])
            return nil
        }
        let session = nextSession
        nextSession += 1
        let hello = greeting(link)
        let driver = LinkDriver(
            link: link, session: session, peer: peer, channel: channel, hello: hello,
            memory: neighbours[link].memory, around: around,
            onOpen: { [weak self, weak channel] hello in
                guard let self, let channel else { return }
                queue.async { self.greeted(link, session, channel, hello, dialledHere: dialledFor != nil) }
            },
            onEnd: { [weak self] code, text, memory in
                guard let self else { return }
                queue.async {
                    if let memory { self.neighbours[link].memory = memory }
                    self.ended(link, session, code, text)
                }
            })
        drivers[session] = driver
        return driver
    }

    private func greeting(_ link: Int) -> Hello {
        let (around, version, hash) = (around, networkVersion, networkHash)
        return around.loop.look { custody in
            let (epoch, starts) = custody.remembered(link)
            var hello = Hello(
                network: around.network, station: around.station, start: around.start, epoch: custody.settings.epoch,
                networkVersion: version, networkHash: hash, window: UInt32(around.limits.windowOctets),
                nextChannel: custody.nextChannel(link), rememberedEpoch: epoch,
                remembered: starts.map { Hello.Remembered(start: $0.start, channels: $0.channels) })
            hello.notice = custody.notice(link, at: StationClock.now)
            return hello
        }
    }

    // MARK: Sessions

    /// Both sides have greeted: this session, or the one that stands, goes on.
    private func greeted(
        _ link: Int, _ session: UInt64, _ channel: SecureChannel, _ hello: Hello, dialledHere: Bool
    ) {
        guard let driver = drivers[session] else { return }
        if let why = neighbours[link].shut { return driver.close(Self.shutCode, shutSentence(why)) }
        if let standing = neighbours[link].session {
            let sameStart = standing.peerStart == hello.start
            let atOnce = StationClock.boot - standing.since < Self.simultaneousMilliseconds
            // Of two dialled at once, the one that the lower indicator dialled stays, on both sides.
            let lowerDialled = dialledHere == (around.station < neighbours[link].indicator)
            let standingByLower = standing.dialledHere == (around.station < neighbours[link].indicator)
            if sameStart, atOnce, standingByLower || !lowerDialled {
                driver.close("DUPLICATE_SESSION", "another session stands")
                return
            }
            standing.driver.close("DUPLICATE_SESSION", "a newer session stands")
            down(link, standing.driver.session, "replaced by a newer session")
        }
        neighbours[link].session = Session(
            driver: driver, channel: channel, dialledHere: dialledHere, peerStart: hello.start,
            since: StationClock.boot)
        neighbours[link].schedule.reset()
        neighbours[link].nextAddress = 0
        current.withLock { $0[link] = driver }
        if hello.networkVersion != networkVersion || hello.networkHash != networkHash {
            around.log.write(
                .warning, "network.differs",
                [
                    ("peer", hello.station.description), ("version", "\(hello.networkVersion)"),
                    ("own", "\(networkVersion)"),
                ])
        }
        around.log.write(
            .info, "link.up", [("peer", hello.station.description), ("dialled", dialledHere ? "here" : "there")])
        var memory = NeighbourMemory(
            start: hello.start, epoch: hello.epoch, rememberedEpoch: hello.rememberedEpoch,
            remembered: hello.remembered.map { ($0.start, $0.channels) })
        memory.nextChannel = hello.nextChannel
        memory.notice = hello.notice
        memory.told = driver.told
        around.loop.post { [memory] custody, now, actions in
            custody.linkUp(link, session: session, neighbour: memory, at: now, &actions)
        }
        driver.opened()
    }

    private func ended(_ link: Int, _ session: UInt64, _ code: String, _ text: String) {
        drivers[session] = nil
        guard neighbours[link].session?.driver.session == session else {
            again(link, code, text)
            return
        }
        neighbours[link].session = nil
        current.withLock { $0[link] = nil }
        around.log.write(
            .notice, "link.down", [("peer", neighbours[link].indicator.description), ("code", code), ("why", text)])
        down(link, session, text)
        again(link, code, text)
    }

    private func down(_ link: Int, _ session: UInt64, _ why: String) {
        around.loop.post { custody, now, actions in
            custody.linkDown(link, session: session, why: why, nextAt: nil, at: now, &actions)
        }
    }
}
