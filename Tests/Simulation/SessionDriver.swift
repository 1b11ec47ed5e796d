import Cables
import Custody
import Journal
import Link
import Octets

/// Drives one session over a simulated connection: what `LinkDriver` does, with the same session, frames and checks.
final class SessionDriver {
    private static let tickMilliseconds: UInt64 = 1_000
    /// Where hours pass with nothing to do.
    private static let patientTickMilliseconds: UInt64 = 20_000
    static let incomingMax = 256

    unowned let process: StationProcess
    let link: Int
    let session: UInt64
    let peer: RoutingIndicator
    let peerIndex: Int
    let connection: Connection
    let side: Int
    let dialledHere: Bool
    var state: LinkSession
    private var decoder = FrameDecoder()
    var peerHello: Hello?
    private var output = OctetWriter(reserving: 1_024)
    private var sentCertificates: Set<Digest> = []
    var offered: [UInt64: Digest] = [:]
    var held: [UInt64: Int] = [:]
    var incoming: [UInt64: IncomingCable] = [:]
    /// For the checkers: what stands behind each channel that the neighbour used.
    var offers: [UInt64: Ledger.Taken] = [:]
    private(set) var ended = false
    private var loopKnows = false
    var lastProgress: UInt64

    struct IncomingCable {
        var offer: CableOffer
        var block: SignedBlock
        var signer: RoutingIndicator
        var body: IncomingBody
    }

    init(
        _ process: StationProcess, link: Int, session: UInt64, connection: Connection, side: Int, hello: Hello
    ) {
        self.process = process
        self.link = link
        self.session = session
        self.connection = connection
        self.side = side
        dialledHere = side == 0
        peer = process.custody.peer(of: link)
        peerIndex = side == 0 ? connection.ends.1 : connection.ends.0
        let boot = process.station.clock.boot
        state = LinkSession(own: hello, peer: peer, limits: process.station.plan.limits, now: boot)
        lastProgress = boot
        let certificate = process.station.seals.certificate(of: peer)
        if process.learn(certificate) { keep(certificate) }
        sentCertificates.insert(process.station.seals.fingerprint(of: peer))
        connection.onOctets[side] = { [weak self] octets in self?.alive { $0.take(octets) } }
        connection.onDrained[side] = { [weak self] in self?.alive { $0.grantRoom() } }
        connection.onClosed[side] = { [weak self] why in self?.alive { $0.finish(why) } }
        tickLater()
        put(state.started())
        flush()
    }

    private func alive(_ act: (SessionDriver) -> Void) {
        guard process.isAlive else { return }
        let station = process.station
        act(self)
        station.endIfInterrupted()
    }

    var boot: UInt64 { process.station.clock.boot }

    // MARK: From the loop

    func send(_ slices: [Slice]) {
        process.after(0) { [weak self] in
            guard let self, !ended else { return }
            for slice in slices { transmit(slice) }
            flush()
            grantRoom()
        }
    }

    func send(_ frame: Frame) {
        process.after(0) { [weak self] in self?.sendNow(frame) }
    }

    func sendNow(_ frame: Frame) {
        guard !ended else { return }
        switch frame {
        case .custody(let note):
            for range in note.channels {
                for number in range {
                    if let taken = offers.removeValue(forKey: number) {
                        process.ledger.toldTaken(process.station, taken, to: peerIndex)
                    }
                    settle(number)
                }
            }
        case .refuse(let number, let code, _):
            process.world.note(process.station.index, .refusal, peer: peerIndex, number, 0, code)
            settle(number)
        case .hello, .certificate, .offerCable, .offerService, .resume, .chunk, .window, .ping, .pong, .bye: break
        }
        put(frame)
        flush()
    }

    func opened() {
        loopKnows = true
        takeFrames()
        grantRoom()
    }

    func close(_ code: String, _ text: String) {
        guard !ended else { return }
        put(.bye(code: code, message: text))
        flush()
        finish(text)
    }

    // MARK: Sending

    func put(_ frame: Frame) {
        let before = output.octets.count
        frame.write(to: &output)
        state.sends(frame, wireOctets: output.octets.count - before)
    }

    func flush() {
        guard !output.octets.isEmpty else { return }
        connection.send(output.octets, from: side)
        output.removeAll()
    }

    private func grantRoom() {
        guard !ended, loopKnows else { return }
        let octets = state.grant(unsent: connection.unsent(side))
        guard octets > 0 else { return }
        process.post { [link, session] custody, now, actions in
            custody.room(link, session: session, octets: octets, at: now, &actions)
        }
    }

    private func transmit(_ slice: Slice) {
        state.used(cost: slice.cost)
        process.ledger.sends(process.station, slice, link: link, peer: peerIndex)
        process.orders?.sent(slice, link: link, session: session)
        do {
            switch slice.content {
            case .offerCable(let place, let deliveries, let withBody):
                try offerCable(slice, place, deliveries, withBody)
            case .offerService(let place, let desk):
                try offerService(slice, place, desk)
            case .chunk(let place, let offset, let count, let last):
                let body = try StoredCable(record: try process.octets(place)).body
                let octets = try process.slice(of: body, offset: Int(offset), count: Int(count))
                guard octets.count == Int(count) else { return end("DISK", "a body is shorter than its record says") }
                process.world.note(process.station.index, .chunk, peer: peerIndex, slice.channel, UInt64(offset))
                put(
                    .chunk(
                        Chunk(channel: slice.channel, offset: UInt64(offset), last: last, octets: altered(octets))))
            }
        } catch {
            guard process.isAlive else { return }
            process.ledger.unreadable(process.station, slice, "\(error)")
            process.post { [link, session, process] custody, now, actions in
                process.orders?.refused(
                    link, session: session, channel: slice.channel, code: "UNREADABLE", boot: now.boot)
                custody.refused(
                    link, session: session, channel: slice.channel, code: "UNREADABLE",
                    message: "its octets cannot be read here", at: now, &actions)
            }
        }
    }

    /// A mistake made on purpose, or what was read.
    private func altered(_ octets: [UInt8]) -> [UInt8] {
        guard process.station.mutation == .alteredOctet, !octets.isEmpty else { return octets }
        return [octets[0] ^ 1] + octets.dropFirst()
    }

    private func offerCable(_ slice: Slice, _ place: RecordPlace, _ deliveries: [UInt16], _ withBody: Bool) throws {
        let cable = try StoredCable(record: try process.octets(place))
        guard let proof = cable.proof else { return end("UNSIGNED", "a stored cable has no signature") }
        introduce(proof.fingerprint)
        offered[slice.channel] = cable.contentHash
        process.world.note(
            process.station.index, .offer, peer: peerIndex, slice.channel, slice.number.raw,
            "\(slice.precedence.word) \(deliveries)")
        put(
            .offerCable(
                CableOffer(
                    channel: slice.channel, number: slice.number, suspectedDuplicate: slice.suspectedDuplicate,
                    ageMilliseconds: slice.ageMilliseconds, trace: cable.trace + [process.station.name],
                    part: deliveries, blockOctets: cable.blockOctets, proof: proof,
                    body: withBody ? try process.slice(of: cable.body, offset: 0, count: Frame.bodyMax) : nil)))
    }

    private func offerService(_ slice: Slice, _ place: RecordPlace, _ desk: UInt16?) throws {
        let record = try process.octets(place)
        let stored: (message: ServiceMessage, proof: BatchProof, trace: [RoutingIndicator])?
        if let desk {
            let receipt = try StoredReceipt(record: record, desk: desk, station: process.station.name)
            stored = receipt.proof.map { (receipt.message, $0, []) }
        } else {
            stored = try JournalRecord(decoding: record).ownService
        }
        guard let (message, proof, trace) = stored else { return end("UNSIGNED", "a stored receipt has no signature") }
        introduce(proof.fingerprint)
        let octets = message.encoded
        offered[slice.channel] = SimulatedSeals.leaf(message.leafKind, octets)
        process.world.note(
            process.station.index, .service, peer: peerIndex, slice.channel, slice.number.raw, "\(message.kind)")
        put(
            .offerService(
                ServiceOffer(
                    channel: slice.channel, number: slice.number, suspectedDuplicate: slice.suspectedDuplicate,
                    ageMilliseconds: slice.ageMilliseconds, trace: trace + [process.station.name],
                    messageOctets: octets, proof: proof)))
    }

    private func introduce(_ fingerprint: Digest) {
        guard sentCertificates.insert(fingerprint).inserted, let name = process.certificates[fingerprint] else {
            return
        }
        put(.certificate(process.station.seals.certificate(of: name)))
    }

    func keep(_ certificate: [UInt8]) {
        process.leave { custody, now, actions in custody.keepCertificate(certificate, at: now, &actions) }
    }

    // MARK: Receiving

    private func take(_ octets: [UInt8]) {
        octets.withUnsafeBytes { decoder.append($0) }
        takeFrames()
    }

    private func takeFrames() {
        do throws(LinkFault) {
            while !ended, loopKnows || peerHello == nil, let (frame, count) = try decoder.next() {
                for action in state.received(frame, wireOctets: count, now: boot) { act(action) }
            }
        } catch {
            end(error.code, error.sentence)
        }
        process.wake()
        flush()
    }

    private func tickLater() {
        process.after(process.world.isPatient ? Self.patientTickMilliseconds : Self.tickMilliseconds) { [weak self] in
            guard let self, !ended else { return }
            expectProgress()
            for action in state.ticked(now: boot) { act(action) }
            flush()
            tickLater()
        }
    }

    private func expectProgress() {
        let now = boot
        if offered.isEmpty || connection.unsent(side) > 0 { lastProgress = now }
        guard !ended, now - lastProgress > 2 * process.station.plan.limits.silenceMilliseconds else { return }
        end("NO_PROGRESS", "offers were not answered for \((now - lastProgress) / 1_000) s")
    }

    private func act(_ action: LinkAction) {
        guard !ended, process.isAlive else { return }
        switch action {
        case .send(let frame): put(frame)
        case .opened(let hello):
            peerHello = hello
            process.after(0) { [weak self] in
                guard let self, !ended else { return }
                process.keeper.greeted(self, hello)
            }
        case .cable(let offer, let count): takeCable(offer, count)
        case .service(let offer, let count): takeService(offer, count)
        case .chunk(let chunk, let count): takeChunk(chunk, count)
        case .certificate(let der): if process.learn(der) { keep(der) }
        case .resume(let number, let offset):
            lastProgress = boot
            process.post { [link, session, process] custody, now, actions in
                process.orders?.resumed(link, session: session, channel: number)
                custody.resume(link, session: session, channel: number, offset: offset, at: now, &actions)
            }
        case .custody(let note): takeNote(note)
        case .refused(let number, let code, let message):
            offered[number] = nil
            process.ledger.refused(process.station, by: peerIndex, code)
            process.post { [link, session, process] custody, now, actions in
                process.orders?.refused(link, session: session, channel: number, code: code, boot: now.boot)
                custody.refused(
                    link, session: session, channel: number, code: code, message: message, at: now, &actions)
            }
        case .windowOpened: grantRoom()
        case .close(let fault):
            if case .closed(let code, let message) = fault {
                finish("\(code) \(message)")
            } else {
                end(fault.code, fault.sentence)
            }
        }
    }

    // MARK: The end

    /// The session is given up, and the neighbour is blamed.
    func end(_ code: String, _ text: String) {
        guard !ended, process.isAlive else { return }
        process.ledger.blames(process.station, peerIndex, code, text)
        put(.bye(code: code, message: text))
        flush()
        finish("\(code) \(text)")
    }

    private func finish(_ why: String) {
        guard !ended else { return }
        ended = true
        connection.close(side)
        for number in incoming.keys.sorted() { incoming[number]?.body.abandon() }
        incoming.removeAll()
        process.after(0) { [process, self] in process.keeper.ended(self, why) }
    }
}
