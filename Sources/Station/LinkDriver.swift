import Cables
import Custody
import Dispatch
import Journal
import Link
import Octets
import Transport

/// What all sessions of a station share.
struct LinkSurroundings: Sendable {
    var network: String
    var station: RoutingIndicator
    var start: UInt64
    var cableOctetsMax: UInt64
    var limits: LinkLimits
    var loop: StationLoop
    var archive: CableArchive
    var book: SignatureBook
    var log: EventLog
}

/// Drives one session: octets and frames on its queue, facts to and from the loop.
final class LinkDriver: @unchecked Sendable {
    // Unchecked: all state belongs to the channel's queue.

    /// Milliseconds between two looks at the clock.
    private static let tickMilliseconds = 1_000
    /// Bodies of one session under way at once.
    static let incomingMax = 256

    let link: Int
    let session: UInt64
    let peer: RoutingIndicator
    let channel: SecureChannel
    let around: LinkSurroundings
    var state: LinkSession
    private var decoder = FrameDecoder()
    var peerHello: Hello?
    private var timer: (any DispatchSourceTimer)?
    private var output = OctetWriter(reserving: 64 << 10)
    /// Records are read into it one after the other.
    private var scratch: [UInt8] = []
    private var sentCertificates: Set<Digest> = []
    /// What was offered, by channel number: the custody note must name it.
    var offered: [UInt64: Digest] = [:]
    /// Octets of the window that an offer holds until custody is noted or refused.
    var held: [UInt64: Int] = [:]
    var incoming: [UInt64: IncomingCable] = [:]
    private var ended = false
    private var loopKnows = false
    /// Boot milliseconds of the neighbour's last answer to an offer.
    var lastProgress = StationClock.boot
    private let onOpen: (Hello) -> Void
    private let onEnd: (_ code: String, _ text: String) -> Void

    /// A cable whose body comes in chunks.
    struct IncomingCable {
        var offer: CableOffer
        var block: SignedBlock
        var signer: RoutingIndicator
        var body: BodyInbox
    }

    /// Made on the channel's queue when TLS stands.
    ///
    /// - Parameters:
    ///   - onOpen: both sides have greeted.
    ///   - onEnd: called once, with a stable code and a sentence.
    init(
        link: Int, session: UInt64, peer: PeerIdentity, channel: SecureChannel, hello: Hello,
        around: LinkSurroundings, onOpen: @escaping (Hello) -> Void, onEnd: @escaping (String, String) -> Void
    ) {
        self.link = link
        self.session = session
        self.peer = peer.indicator
        self.channel = channel
        self.around = around
        self.onOpen = onOpen
        self.onEnd = onEnd
        state = LinkSession(own: hello, peer: peer.indicator, limits: around.limits, now: StationClock.boot)
        if around.book.add(peer.certificate) { keep(peer.certificate.der) }
        sentCertificates.insert(peer.certificate.fingerprint)
        channel.onOctets = { [weak self] in self?.take($0) }
        channel.onDrained = { [weak self] in self?.grantRoom() }
        channel.onClosed = { [weak self] in self?.finish($0.code, $0.text) }
        let timer = DispatchSource.makeTimerSource(queue: channel.queue)
        timer.schedule(
            deadline: .now() + .milliseconds(Self.tickMilliseconds), repeating: .milliseconds(Self.tickMilliseconds))
        timer.setEventHandler { [weak self] in self?.tick() }
        timer.activate()
        self.timer = timer
        put(state.started())
        flush()
    }

    // MARK: From the loop

    /// Sends what the core chose. From any queue.
    func send(_ slices: [Slice]) {
        channel.queue.async { [self] in
            guard !ended else { return }
            for slice in slices { transmit(slice) }
            flush()
            grantRoom()
        }
    }

    /// Sends a frame of the session. From any queue.
    func send(_ frame: Frame) {
        channel.queue.async { [self] in
            guard !ended else { return }
            switch frame {
            case .custody(let note):
                for range in note.channels { for number in range { settle(number) } }
            case .refuse(let number, _, _): settle(number)
            case .hello, .certificate, .offerCable, .offerService, .resume, .chunk, .window, .ping, .pong, .bye: break
            }
            put(frame)
            flush()
        }
    }

    /// The loop knows of the session: traffic may flow. From any queue.
    func opened() {
        channel.queue.async { [self] in
            loopKnows = true
            takeFrames()
            grantRoom()
        }
    }

    /// Says goodbye and closes. From any queue.
    func close(_ code: String, _ text: String) {
        channel.queue.async { [self] in
            guard !ended else { return }
            put(.bye(code: code, message: text))
            flush()
            channel.close(TransportFault(.closedHere, text))
        }
    }

    // MARK: Sending

    func put(_ frame: Frame) {
        let before = output.octets.count
        frame.write(to: &output)
        state.sends(frame, wireOctets: output.octets.count - before)
    }

    private func flush() {
        guard !output.octets.isEmpty else { return }
        channel.send(output.octets)
        output = OctetWriter(reserving: 16 << 10)
    }

    private func grantRoom() {
        // Room given for a session that the loop does not know yet would be lost, and the link would stand still.
        guard !ended, loopKnows else { return }
        let octets = state.grant(unsent: channel.unsentOctets)
        guard octets > 0 else { return }
        around.loop.post { [link, session] custody, now, actions in
            custody.room(link, session: session, octets: octets, at: now, &actions)
        }
    }

    private func transmit(_ slice: Slice) {
        state.used(cost: slice.cost)
        do {
            switch slice.content {
            case .offerCable(let place, let deliveries, let withBody):
                try offerCable(slice, place, deliveries, withBody)
            case .offerService(let place, let desk):
                try offerService(slice, place, desk)
            case .chunk(let place, let offset, let count, let last):
                let body = try StoredCable(record: try around.archive.octets(place, &scratch)).body
                let octets = try around.archive.slice(of: body, offset: Int(offset), count: Int(count))
                guard octets.count == Int(count) else {
                    return end("DISK", "a body is shorter than its record says", alarm: true)
                }
                put(.chunk(Chunk(channel: slice.channel, offset: UInt64(offset), last: last, octets: octets)))
            }
        } catch {
            // What cannot be read cannot be sent; the operator must know, and the queue must not stop for it.
            around.loop.alarm(unreadable: error)
            around.loop.post { [link, session] custody, now, actions in
                custody.refused(
                    link, session: session, channel: slice.channel, code: "UNREADABLE",
                    message: "its octets cannot be read here", at: now, &actions)
            }
        }
    }

    private func offerCable(_ slice: Slice, _ place: RecordPlace, _ deliveries: [UInt16], _ withBody: Bool) throws {
        let cable = try StoredCable(record: try around.archive.octets(place, &scratch))
        guard let proof = cable.proof else {
            return end("UNSIGNED", "a stored cable has no signature", alarm: true)
        }
        introduce(proof.fingerprint)
        offered[slice.channel] = cable.contentHash
        put(
            .offerCable(
                CableOffer(
                    channel: slice.channel, number: slice.number, suspectedDuplicate: slice.suspectedDuplicate,
                    ageMilliseconds: slice.ageMilliseconds, trace: cable.trace + [around.station],
                    part: deliveries, blockOctets: cable.blockOctets, proof: proof,
                    body: withBody ? try around.archive.whole(cable.body) : nil)))
    }

    private func offerService(_ slice: Slice, _ place: RecordPlace, _ desk: UInt16?) throws {
        let record = try around.archive.octets(place, &scratch)
        let stored: (message: ServiceMessage, proof: BatchProof, trace: [RoutingIndicator])?
        if let desk {
            let receipt = try StoredReceipt(record: record, desk: desk, station: around.station)
            stored = receipt.proof.map { (receipt.message, $0, []) }
        } else {
            stored = try JournalRecord(decoding: record).ownService
        }
        guard let (message, proof, trace) = stored else {
            return end("UNSIGNED", "a stored receipt has no signature", alarm: true)
        }
        introduce(proof.fingerprint)
        let octets = message.encoded
        offered[slice.channel] = BatchTree.leaf(kind: message.leafKind.rawValue, content: octets)
        put(
            .offerService(
                ServiceOffer(
                    channel: slice.channel, number: slice.number, suspectedDuplicate: slice.suspectedDuplicate,
                    ageMilliseconds: slice.ageMilliseconds, trace: trace + [around.station], messageOctets: octets,
                    proof: proof)))
    }

    /// Once per session, the certificate that a signature refers to (rule 25).
    private func introduce(_ fingerprint: Digest) {
        guard sentCertificates.insert(fingerprint).inserted,
            let certificate = around.book.certificate(fingerprint)
        else { return }
        put(.certificate(certificate.der))
    }

    // MARK: Receiving

    private func take(_ octets: UnsafeRawBufferPointer) {
        decoder.append(octets)
        takeFrames()
    }

    /// What follows the hello waits until the loop knows of the session: it drops what comes over unknown ones, and
    /// the neighbour would wait for a custody note that never comes.
    private func takeFrames() {
        do throws(LinkFault) {
            while !ended, loopKnows || peerHello == nil, let (frame, count) = try decoder.next() {
                for action in state.received(frame, wireOctets: count, now: StationClock.boot) { act(action) }
            }
        } catch {
            end(error.code, error.sentence, alarm: true)
        }
        around.loop.wake()
        flush()
    }

    /// Offers that nobody answers, though the octets have left, mean that the two sides differ about the session: a new
    /// one settles it, and everything under way is offered again.
    private func expectProgress() {
        let now = StationClock.boot
        if offered.isEmpty || channel.unsentOctets > 0 { lastProgress = now }
        guard !ended, now - lastProgress > 2 * around.limits.silenceMilliseconds else { return }
        end("NO_PROGRESS", "offers were not answered for \((now - lastProgress) / 1_000) s", alarm: true)
    }

    private func tick() {
        expectProgress()
        for action in state.ticked(now: StationClock.boot) { act(action) }
        flush()
    }

    private func act(_ action: LinkAction) {
        guard !ended else { return }
        switch action {
        case .send(let frame): put(frame)
        case .opened(let hello):
            peerHello = hello
            onOpen(hello)
        case .cable(let offer, let count): takeCable(offer, count)
        case .service(let offer, let count): takeService(offer, count)
        case .chunk(let chunk, let count): takeChunk(chunk, count)
        case .certificate(let der): takeCertificate(der)
        case .resume(let number, let offset):
            lastProgress = StationClock.boot
            around.loop.post { [link, session] custody, now, actions in
                custody.resume(link, session: session, channel: number, offset: offset, at: now, &actions)
            }
        case .custody(let note): takeNote(note)
        case .refused(let number, let code, let message):
            offered[number] = nil
            around.loop.post { [link, session] custody, now, actions in
                custody.refused(
                    link, session: session, channel: number, code: code, message: message, at: now, &actions)
            }
        case .windowOpened: grantRoom()
        case .close(let fault):
            if case .closed(let code, let message) = fault {
                end(code, message, alarm: false)
            } else {
                end(fault.code, fault.sentence, alarm: true)
            }
        }
    }

    // MARK: The end

    func end(_ code: String, _ text: String, alarm: Bool) {
        guard !ended else { return }
        if alarm {
            around.log.write(.warning, "session.fault", [("peer", peer.description), ("code", code), ("why", text)])
            put(.bye(code: code, message: text))
            flush()
        }
        channel.close(TransportFault(.closedHere, text))
        finish(code, text)
    }

    private func finish(_ code: String, _ text: String) {
        guard !ended else { return }
        ended = true
        timer?.cancel()
        timer = nil
        for (_, cable) in incoming { cable.body.abandon() }
        incoming.removeAll()
        onEnd(code, text)
    }
}
