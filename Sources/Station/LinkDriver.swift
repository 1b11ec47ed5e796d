import Cables
import Custody
import Dispatch
import Journal
import Link
import Octets
import Transport
import Turns

/// What all sessions of a station share.
struct LinkSurroundings: Sendable {
    var network: String
    var station: RoutingIndicator
    var start: UInt64
    var limits: LinkLimits
    var loop: StationLoop
    var archive: CableArchive
    var book: SignatureBook
    var log: EventLog
}

/// The edge of one session: octets on the loop's queue, files on one of its own, facts to and from the loop. What is
/// decided is decided by `LinkSession`.
final class LinkDriver: @unchecked Sendable {
    // Unchecked: all state belongs to the channel's queue, which is the loop's.

    /// Milliseconds between two looks at the clock.
    private static let tickMilliseconds = 1_000
    /// Octets of answers that wait for a neighbour which does not take them: then nothing more is taken from it either.
    private static let unsentOctetsMax = 1 << 20
    /// Octets of frames around a chunk that fit its record.
    private static let recordOverheadOctets = 64
    /// Looks at the clock between two syncs of bodies that are not whole: so much at most is sent again after a power cut.
    private static let ticksPerSync = 5

    let link: Int
    let session: UInt64
    let peer: RoutingIndicator
    /// What the neighbour was told of orders for the link when it was greeted.
    let told: LinkNotice
    private let certificate: StationCertificate
    let channel: SecureChannel
    let around: LinkSurroundings
    var state: LinkSession
    /// Bodies that come in parts, by channel.
    var bodies: [UInt64: BodyInbox] = [:]
    /// Whole bodies whose cables are just being handed to the loop.
    var claims: [UInt64: BodyClaim] = [:]
    /// Where files are read and written, which may take its time.
    let disk = DispatchQueue(label: "cable.link", target: .global(qos: .userInitiated))
    /// The disk is at work for a frame of the neighbour's: what follows it waits.
    private(set) var awaitsDisk = false
    /// What is to be done when it is ready.
    private var deferred: [LinkAction] = []
    private var outgoing = OutgoingSlices()
    private var ticking: Alarm?
    private var ticks = 0
    var ended = false
    /// When the audit's head was sent last, and which.
    var auditSent: (at: UInt64, through: UInt64)?
    var tellsAudit = false
    var auditQuestions: [AuditQuestion] = []
    private let onOpen: (Hello) -> Void
    private let onEnd: (_ code: String, _ text: String, LinkPace.Memory?) -> Void

    /// Made when TLS stands; nothing happens before `begin`.
    ///
    /// - Parameters:
    ///   - memory: how fast the way was in an earlier session.
    ///   - onOpen: both sides have greeted.
    ///   - onEnd: called once, with a stable code, a sentence, and how fast the way was.
    init(
        link: Int, session: UInt64, peer: PeerIdentity, channel: SecureChannel, hello: Hello,
        memory: LinkPace.Memory?, around: LinkSurroundings, onOpen: @escaping (Hello) -> Void,
        onEnd: @escaping (String, String, LinkPace.Memory?) -> Void
    ) {
        self.link = link
        self.session = session
        self.peer = peer.indicator
        told = hello.notice
        certificate = peer.certificate
        self.channel = channel
        self.around = around
        self.onOpen = onOpen
        self.onEnd = onEnd
        state = LinkSession(
            link: link, session: session, own: hello, peer: peer.indicator,
            introduced: peer.certificate.fingerprint, limits: around.limits, memory: memory,
            now: StationClock.boot)
    }

    /// Greets, and takes what comes. On the channel's queue.
    func begin() {
        guard channel.isOpen else { return finish("CONNECTION_LOST", "the connection ended before it was used") }
        if around.book.add(certificate) { keep(certificate.der) }
        channel.onOctets = { [weak self] in self?.take($0) }
        channel.onDrained = { [weak self] in
            guard let self else { return }
            fitReading()
            grantRoom()
        }
        channel.onClosed = { [weak self] fault in
            guard let self, !ended else { return }
            // Bodies that are under way are kept whatever the disk is doing.
            for action in state.lost() { act(action) }
            finish(fault.code, fault.text)
        }
        planTick()
        flush()
        fitReading()
    }

    private func planTick() {
        ticking = channel.queue.alarm(milliseconds: Self.tickMilliseconds) { [weak self] in
            guard let self, !ended else { return }
            planTick()
            tick()
        }
    }

    // MARK: From the loop

    /// Sends what the core chose. On the loop's queue.
    func send(_ slices: [Slice]) {
        guard !ended else { return }
        outgoing.add(slices)
        transmit()
    }

    /// Sends a frame of the station's own. On the loop's queue.
    func send(_ frame: Frame) {
        // The neighbour knows the certificate that it was shown; a renewed one it does not.
        if case .custody(let note) = frame, !ended { introduce(note.proof) }
        state.say(frame)
        flush()
    }

    /// The loop knows of the session: traffic may flow. From any queue.
    func opened() {
        channel.queue.async { [self] in
            state.loopNowKnows()
            takeFrames()
            grantRoom()
        }
    }

    /// Closes unless the authorities still vouch for the neighbour. From any queue.
    func verify(with authorities: Authorities) {
        channel.queue.async { [self] in
            guard !ended else { return }
            do throws(TransportFault) {
                _ = try authorities.verify(der: certificate.der, signing: false)
            } catch {
                act(state.abort(code: error.code, text: "the certificate of \(peer): \(error.text)"))
            }
        }
    }

    /// Says goodbye and closes. From any queue.
    func close(_ code: String, _ text: String) {
        channel.queue.async { [self] in act(state.close(code: code, text: text)) }
    }

    // MARK: Sending

    func flush() {
        let octets = state.takeOutput()
        guard !octets.isEmpty else { return }
        channel.send(octets)
        fitReading()
    }

    /// Nothing is taken from a neighbour that does not take its answers, nor while much waits for the disk.
    private func fitReading() {
        let unsent = channel.unsentOctets > Self.unsentOctetsMax + around.limits.pipeOctets
        if unsent || (awaitsDisk && state.waitingOctets > Self.unsentOctetsMax) {
            channel.pauseReading()
        } else {
            channel.resumeReading()
        }
    }

    private func grantRoom() {
        guard let room = state.grant(unsent: channel.unsentOctets) else { return }
        channel.fit(
            record: room.chunkOctets + Self.recordOverheadOctets, notSent: state.pace.notSent,
            waiting: state.pace.pipe, ceiling: state.pace.ceiling)
        around.loop.post { [link, session] custody, now, actions in
            custody.room(link, session: session, room, at: now, &actions)
        }
    }

    /// Sends in order what is at hand; what stands on the disk only is fetched first.
    private func transmit() {
        while !ended, let (slice, content) = outgoing.next(around.archive, around.station) { put(slice, content) }
        if !ended, let wanted = outgoing.beginFetching() {
            disk.async { [self] in
                var scratch: [UInt8] = []
                let contents = wanted.map { SliceContent(of: $0, around.archive, around.station, &scratch) }
                channel.queue.async { [self] in
                    outgoing.fetched(contents)
                    transmit()
                }
            }
        }
        flush()
        grantRoom()
    }

    private func put(_ slice: Slice, _ content: SliceContent) {
        switch content {
        case .cable(let cable, let deliveries, let body):
            introduce(cable.proof)
            if !state.offer(slice, cable, deliveries: deliveries, body: body, now: StationClock.boot) {
                unsigned("cable")
            }
        case .service(let service):
            guard let service else { return unsigned("receipt") }
            introduce(service.proof)
            let octets = service.message.encoded
            state.offer(
                slice, service, octets,
                mark: BatchTree.leaf(kind: service.message.leafKind.rawValue, content: octets),
                now: StationClock.boot)
        case .chunk(let octets, let offset, let count, let last):
            guard octets.count == Int(count) else {
                return act(state.abort(code: "DISK", text: "a body is shorter than its record says"))
            }
            state.send(slice, chunk: octets, offset: offset, last: last, now: StationClock.boot)
        case .unreadable(let error):
            state.skip(slice)
            // What cannot be read cannot be sent; the operator must know, and the queue must not stop for it.
            around.loop.alarm(unreadable: error)
            around.loop.post { [link, session] custody, now, actions in
                custody.refused(
                    link, session: session, channel: slice.channel, code: "UNREADABLE",
                    message: "its octets cannot be read here", at: now, &actions)
            }
        }
    }

    private func unsigned(_ what: String) {
        act(state.abort(code: "UNSIGNED", text: "a stored \(what) has no signature"))
    }

    /// Once per session, the certificate that a signature refers to (rule 25).
    func introduce(_ proof: BatchProof?) {
        guard let proof, state.introduces(proof.fingerprint),
            let certificate = around.book.certificate(proof.fingerprint)
        else { return }
        state.introduce(certificate.der)
    }

    // MARK: Receiving

    private func take(_ octets: UnsafeRawBufferPointer) {
        state.append(octets, now: StationClock.boot)
        takeFrames()
    }

    private func takeFrames() {
        while !awaitsDisk, let actions = state.next(now: StationClock.boot) { act(actions) }
        around.loop.wake()
        flush()
    }

    /// Has something done by the disk; what comes from the neighbour waits meanwhile, and the loop does not.
    func askDisk<Answer: Sendable>(
        _ work: @escaping @Sendable () -> Answer, then: @escaping @Sendable (Answer) -> Void
    ) {
        awaitsDisk = true
        disk.async { [self] in
            let answer = work()
            channel.queue.async { [self] in
                awaitsDisk = false
                then(answer)
                let actions = deferred
                deferred = []
                act(actions)
                takeFrames()
                fitReading()
            }
        }
    }

    private func tick() {
        sendAuditHead()
        ticks += 1
        if ticks % Self.ticksPerSync == 0 { syncBodies() }
        act(state.ticked(unsent: channel.unsentOctets, now: StationClock.boot))
        flush()
    }

    func act(_ actions: [LinkAction]) {
        for (place, action) in actions.enumerated() where !ended {
            guard !awaitsDisk else {
                deferred.append(contentsOf: actions[place...])
                return
            }
            act(action)
        }
    }

    private func act(_ action: LinkAction) {
        switch action {
        case .opened(let hello): onOpen(hello)
        case .certificate(let der): learn(der)
        case .judgeCable(let cable): judge(cable)
        case .judgeService(let service): judge(service)
        case .judgeNote(let note):
            let signer = around.book.signer(of: .custody, content: note.statement, proof: note.note.proof)
            act(state.judged(note, isGenuine: signer == peer, now: StationClock.boot))
        case .beginBody(let cable): beginBody(cable)
        case .appendBody(let channel, let octets): appendBody(channel, octets)
        case .finishBody(let channel): finishBody(channel)
        case .dropBody(let channel, let keeps):
            guard let body = bodies.removeValue(forKey: channel) else { return }
            disk.async { if keeps { body.interrupt() } else { body.discard() } }
        case .cable(let cable, let signer, let body): arrive(cable, signer, body)
        case .service(let arrival):
            around.loop.leave { custody, now, actions in custody.arrive(arrival, at: now, &actions) }
        case .resume(let number, let offset):
            around.loop.post { [link, session] custody, now, actions in
                custody.resume(link, session: session, channel: number, offset: offset, at: now, &actions)
            }
        case .custodyPassed(let channels, let note):
            around.loop.leave { [link, session] custody, now, actions in
                custody.custodyNoted(link, session: session, channels: channels, note, at: now, &actions)
            }
        case .refused(let number, let code, let message):
            around.loop.post { [link, session] custody, now, actions in
                custody.refused(
                    link, session: session, channel: number, code: code, message: message, at: now, &actions)
            }
        case .refusedHere(_, let code, let message):
            around.loop.refused(.peer(peer), code)
            around.loop.alarm(
                StationEvent(
                    .alarm, "offer.refused", [("peer", peer.description), ("code", code), ("why", message)]))
        case .judgeAuditHead(let head, let proof): judge(head, proof)
        case .auditAsked: tellAudit()
        case .auditHeld(let head, let proof): auditAnswered((head, proof))
        case .auditNotHeld: auditAnswered(nil)
        case .noticed(let notice):
            around.loop.post { [link, session] custody, now, actions in
                custody.noticed(link, session: session, notice, at: now, &actions)
            }
        case .drained:
            around.loop.post { [link, session] custody, now, actions in
                custody.neighbourDrained(link, session: session, &actions)
            }
        case .windowOpened: grantRoom()
        case .end(let code, let text, let blames):
            if blames {
                around.log.write(
                    .warning, "session.fault", [("peer", peer.description), ("code", code), ("why", text)])
            }
            flush()
            channel.close(TransportFault(.closedHere, text))
            finish(code, text)
        }
    }

    private func finish(_ code: String, _ text: String) {
        guard !ended else { return }
        ended = true
        ticking?.cancel()
        auditAnswered(nil)
        onEnd(code, text, state.pace.memory)
    }
}
