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
    private static let incomingMax = 256

    let link: Int
    let session: UInt64
    let peer: RoutingIndicator
    private let channel: SecureChannel
    private let around: LinkSurroundings
    private var state: LinkSession
    private var decoder = FrameDecoder()
    private var peerHello: Hello?
    private var timer: (any DispatchSourceTimer)?
    private var output = OctetWriter(reserving: 64 << 10)
    /// Records are read into it one after the other.
    private var scratch: [UInt8] = []
    private var sentCertificates: Set<Digest> = []
    /// What was offered, by channel number: the custody note must name it.
    private var offered: [UInt64: Digest] = [:]
    /// Octets of the window that an offer holds until custody is noted or refused.
    private var held: [UInt64: Int] = [:]
    private var incoming: [UInt64: IncomingCable] = [:]
    private var ended = false
    private var loopKnows = false
    /// Boot milliseconds of the neighbour's last answer to an offer.
    private var lastProgress = StationClock.boot
    private let onOpen: (Hello) -> Void
    private let onEnd: (_ code: String, _ text: String) -> Void

    /// A cable whose body comes in chunks.
    private struct IncomingCable {
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

    private func put(_ frame: Frame) {
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
            around.log.write(
                .alarm, "cable.unreadable",
                [("peer", peer.description), ("channel", "\(slice.channel)"), ("why", "\(error)")])
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

    private func takeCertificate(_ der: [UInt8]) {
        do throws(TransportFault) {
            if try around.book.learn(der) { keep(der) }
        } catch {
            end(error.code, error.text, alarm: true)
        }
    }

    private func keep(_ der: [UInt8]) {
        around.loop.post { custody, now, actions in custody.keepCertificate(der, at: now, &actions) }
    }

    private func takeCable(_ offer: CableOffer, _ count: Int) {
        let block: SignedBlock
        do throws(OctetFault) {
            block = try SignedBlock(decoding: offer.blockOctets)
        } catch {
            return end("FRAME_MALFORMED", "a signed block cannot be read: \(error)", alarm: true)
        }
        held[offer.channel, default: 0] += count
        guard let signer = around.book.signer(of: .cable, content: offer.blockOctets, proof: offer.proof) else {
            return refuse(offer.channel, "SIGNATURE", "the signature of \(block.identity) does not hold")
        }
        guard block.network == around.network, !offer.part.isEmpty,
            Set(offer.part).count == offer.part.count, offer.part.allSatisfy({ $0 < block.deliveries.count })
        else { return refuse(offer.channel, "ENVELOPE", "the envelope of \(block.identity) does not fit its block") }
        guard block.length <= around.cableOctetsMax else {
            return refuse(offer.channel, "TOO_LARGE", "\(block.identity) has \(block.length) octets")
        }
        guard let body = offer.body else { return expectBody(offer, block, signer) }
        guard UInt64(body.count) == block.length, ContentHash.of(body) == block.contentHash else {
            return refuse(offer.channel, "CONTENT_HASH", "the octets of \(block.identity) are not what was signed")
        }
        arrive(offer, block, signer, .inline(body))
    }

    private func expectBody(_ offer: CableOffer, _ block: SignedBlock, _ signer: RoutingIndicator) {
        guard incoming.count < Self.incomingMax else {
            return refuse(offer.channel, "BUSY", "too many cables are under way")
        }
        do throws(StorageFault) {
            let body = try BodyInbox(octets: block.length, bodies: around.archive.bodies)
            incoming[offer.channel] = IncomingCable(offer: offer, block: block, signer: signer, body: body)
            put(.resume(channel: offer.channel, offset: 0))
            returnWindow(offer.channel)
        } catch {
            refuse(offer.channel, "DISK", "the body cannot be written: \(error)")
        }
    }

    private func takeChunk(_ chunk: Chunk, _ count: Int) {
        guard let cable = incoming[chunk.channel] else {
            return returnWindow(octets: count)
        }
        guard chunk.offset == cable.body.received,
            cable.body.received + UInt64(chunk.octets.count) <= cable.block.length
        else { return end("FRAME_OUT_OF_ORDER", "a chunk is out of order", alarm: true) }
        do throws(StorageFault) {
            try chunk.octets.withUnsafeBufferPointer { (octets) throws(StorageFault) in
                try cable.body.append(UnsafeRawBufferPointer(octets))
            }
            returnWindow(octets: count)
            guard chunk.last else { return }
            incoming[chunk.channel] = nil
            guard cable.body.received == cable.block.length else {
                cable.body.abandon()
                return refuse(chunk.channel, "LENGTH", "the body ends early")
            }
            let (hash, body) = try cable.body.finish()
            guard hash == cable.block.contentHash else {
                return refuse(
                    chunk.channel, "CONTENT_HASH", "the octets of \(cable.block.identity) are not what was signed")
            }
            arrive(cable.offer, cable.block, cable.signer, body)
        } catch {
            incoming[chunk.channel] = nil
            cable.body.abandon()
            refuse(chunk.channel, "DISK", "the body cannot be written: \(error)")
        }
    }

    private func arrive(_ offer: CableOffer, _ block: SignedBlock, _ signer: RoutingIndicator, _ body: CableBody) {
        guard let hello = peerHello else { return }
        let reading: CableReading
        do {
            reading = try around.archive.reading(of: body)
        } catch {
            return refuse(offer.channel, "DISK", "the body cannot be read: \(error)")
        }
        let arrival = CableArrival(
            link: link, session: session,
            offered: CustodySource.Offered(
                peer: peer, epoch: hello.epoch, number: offer.number, start: hello.start, channel: offer.channel,
                suspectedDuplicate: offer.suspectedDuplicate),
            block: block, blockOctets: offer.blockOctets, proof: offer.proof, signer: signer,
            ageMilliseconds: offer.ageMilliseconds, trace: offer.trace, part: offer.part, body: body,
            classification: reading.gate, captions: reading.cable.captions, slugs: reading.cable.slugs)
        around.loop.post { custody, now, actions in custody.arrive(arrival, at: now, &actions) }
    }

    private func takeService(_ offer: ServiceOffer, _ count: Int) {
        guard let hello = peerHello else { return }
        held[offer.channel, default: 0] += count
        let message: ServiceMessage
        do throws(OctetFault) {
            message = try ServiceMessage(decoding: offer.messageOctets)
        } catch {
            return end("FRAME_MALFORMED", "a service message cannot be read: \(error)", alarm: true)
        }
        let mark = BatchTree.leaf(kind: message.leafKind.rawValue, content: offer.messageOctets)
        guard let signer = around.book.signer(ofLeaf: mark, proof: offer.proof), signer == message.station,
            message.network == around.network
        else { return refuse(offer.channel, "SIGNATURE", "the receipt for \(message.identity) is not genuine") }
        let arrival = ServiceArrival(
            link: link, session: session,
            offered: CustodySource.Offered(
                peer: peer, epoch: hello.epoch, number: offer.number, start: hello.start, channel: offer.channel,
                suspectedDuplicate: offer.suspectedDuplicate),
            message: message, proof: offer.proof, signer: signer, mark: mark, ageMilliseconds: offer.ageMilliseconds,
            trace: offer.trace)
        around.loop.post { custody, now, actions in custody.arrive(arrival, at: now, &actions) }
    }

    /// The neighbour must name what was offered, channel by channel, and sign it.
    private func takeNote(_ note: CustodyNote) {
        var channels: [UInt64] = []
        var marks: [Digest] = []
        for range in note.channels {
            for number in range {
                guard let mark = offered[number] else {
                    return end("FORGED", "a custody note names channel \(number), which was not offered", alarm: true)
                }
                channels.append(number)
                marks.append(mark)
            }
        }
        let statement = CustodyNote.statement(
            network: around.network, taker: peer, giver: around.station, giverStart: around.start, channels: channels,
            marks: marks)
        guard around.book.signer(of: .custody, content: statement, proof: note.proof) == peer else {
            return end("FORGED", "a custody note is not signed by \(peer)", alarm: true)
        }
        for number in channels { offered[number] = nil }
        lastProgress = StationClock.boot
        around.loop.post { [link, session] custody, now, actions in
            custody.custodyNoted(link, session: session, channels: note.channels, at: now, &actions)
        }
    }

    // MARK: The window

    private func refuse(_ number: UInt64, _ code: String, _ message: String) {
        around.log.write(.alarm, "offer.refused", [("peer", peer.description), ("code", code), ("why", message)])
        put(.refuse(channel: number, code: code, message: message))
        settle(number)
    }

    private func settle(_ number: UInt64) { returnWindow(number) }

    private func returnWindow(_ number: UInt64) {
        guard let octets = held.removeValue(forKey: number) else { return }
        returnWindow(octets: octets)
    }

    private func returnWindow(octets: Int) {
        if let frame = state.settled(octets: octets) { put(frame) }
    }

    // MARK: The end

    private func end(_ code: String, _ text: String, alarm: Bool) {
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
