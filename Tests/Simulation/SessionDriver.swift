import Cables
import Custody
import Journal
import Link
import Octets

/// The edge of one session over a simulated connection: what `LinkDriver` does around the same `LinkSession`.
final class SessionDriver {
    private static let tickMilliseconds: UInt64 = 1_000
    /// Where hours pass with nothing to do.
    private static let ticksPerSync = 5
    private static let patientTickMilliseconds: UInt64 = 20_000

    unowned let process: StationProcess
    let link: Int
    let session: UInt64
    let peer: RoutingIndicator
    let peerIndex: Int
    let connection: Connection
    let side: Int
    let dialledHere: Bool
    var state: LinkSession
    var bodies: [UInt64: BodyInbox] = [:]
    /// What became whole stays until the record of its cable is made.
    var claims: [UInt64: BodyClaim] = [:]
    /// For the checkers: what stands behind each channel that the neighbour used.
    var offers: [UInt64: Ledger.Taken] = [:]
    /// For mistakes made on purpose: what was offered, by channel.
    var marks: [UInt64: Digest] = [:]
    private var lastNote: KeptNote?
    private var ticks = 0
    /// Octets that might ever be under way.
    private var allowed = 0
    /// Octets by which slices were longer than the core had reckoned, since room was last given.
    private var beyondCost = 0
    private(set) var ended = false
    var auditSentAt: UInt64?

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
        state = LinkSession(
            link: link, session: session, own: hello, peer: peer,
            introduced: process.station.seals.fingerprint(of: peer), limits: process.station.plan.limits,
            memory: process.keeper.memory(link), now: process.station.clock.boot)
        let certificate = process.station.seals.certificate(of: peer)
        if process.learn(certificate) { keep(certificate) }
        connection.onOctets[side] = { [weak self] octets in self?.alive { $0.take(octets) } }
        connection.onDrained[side] = { [weak self] in self?.alive { $0.grantRoom() } }
        connection.onClosed[side] = { [weak self] why in
            self?.alive {
                guard !$0.ended else { return }
                $0.act($0.state.lost())
                $0.finish(why)
            }
        }
        tickLater()
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
            var slices = slices
            if process.station.mutation == .lowerGoesOn { slices.sort { $0.precedence < $1.precedence } }
            for slice in slices where !ended && process.isAlive {
                let before = state.pace.inFlight
                transmit(slice)
                beyondCost += max(0, state.pace.inFlight - before - slice.cost)
            }
            checkPace(slices)
            flush()
            grantRoom()
        }
    }

    /// What is under way stays within what was ever allowed, but for the offer that was being sent.
    private func checkPace(_ slices: [Slice]) {
        let largest = slices.map(\.cost).max() ?? 0
        guard !ended, state.pace.inFlight > allowed + largest + beyondCost + process.station.plan.chunkOctets else {
            return
        }
        process.world.breaks(
            .boundInFlight, station: process.station.index,
            "\(state.pace.inFlight) octets are under way to S\(peerIndex), \(allowed) are allowed")
    }

    func send(_ frame: Frame) {
        process.after(0) { [weak self] in self?.sendNow(frame) }
    }

    func sendNow(_ frame: Frame) {
        guard !ended else { return }
        switch frame {
        case .custody(let note):
            introduce(note.proof)
            for range in note.channels {
                for number in range {
                    if let taken = offers.removeValue(forKey: number) {
                        process.ledger.toldTaken(process.station, taken, to: peerIndex)
                    }
                }
            }
        case .refuse(let number, let code, _):
            process.world.note(process.station.index, .refusal, peer: peerIndex, number, 0, code)
        case .hello, .certificate, .offerCable, .offerService, .resume, .chunk, .window, .ping, .pong, .bye,
            .auditHead, .auditAsk, .auditHeld, .linkNotice, .linkDrained:
            break
        }
        state.say(frame)
        flush()
    }

    func opened() {
        state.loopNowKnows()
        takeFrames()
        grantRoom()
    }

    func close(_ code: String, _ text: String) { act(state.close(code: code, text: text)) }

    // MARK: Sending

    func flush() {
        let octets = state.takeOutput()
        if !octets.isEmpty { connection.send(octets, from: side) }
    }

    private func grantRoom() {
        guard !ended else { return }
        guard var room = state.grant(unsent: connection.unsent(side)) else { return }
        allowed = max(allowed, state.pace.bound + state.pace.reserve)
        beyondCost = 0
        if process.station.mutation == .boundIgnored { room.octets += 64 << 10 }
        process.post { [link, session] custody, now, actions in
            custody.room(link, session: session, room, at: now, &actions)
        }
    }

    private func transmit(_ slice: Slice) {
        process.ledger.sends(process.station, slice, link: link, peer: peerIndex)
        process.orders?.sent(slice, link: link, session: session)
        do {
            switch slice.content {
            case .offerCable(let place, let deliveries, let way):
                let cable = try StoredCable(record: try process.octets(place))
                let body = way == .with ? try process.slice(of: cable.body, offset: 0, count: Frame.bodyMax) : nil
                introduce(cable.proof)
                marks[slice.channel] = cable.contentHash
                process.world.note(
                    process.station.index, .offer, peer: peerIndex, slice.channel, slice.number.raw,
                    "\(slice.precedence.word) \(deliveries)")
                var slice = slice
                if process.station.mutation == .movedMarkLost { slice.moved = [] }
                if !state.offer(slice, cable, deliveries: deliveries, body: body, now: boot) { unsigned("cable") }
            case .offerService(let place, let desk):
                let record = try process.octets(place)
                guard let service = try StoredService(record: record, desk: desk, station: process.station.name) else {
                    return unsigned("receipt")
                }
                introduce(service.proof)
                process.world.note(
                    process.station.index, .service, peer: peerIndex, slice.channel, slice.number.raw,
                    "\(service.message.kind)")
                let octets = service.message.encoded
                state.offer(
                    slice, service, octets, mark: SimulatedSeals.leaf(service.message.leafKind, octets), now: boot)
            case .chunk(let place, let offset, let count, let last):
                let body = try StoredCable(record: try process.octets(place)).body
                let octets = try process.slice(of: body, offset: Int(offset), count: Int(count))
                guard octets.count == Int(count) else {
                    return act(state.abort(code: "DISK", text: "a body is shorter than its record says"))
                }
                process.world.note(process.station.index, .chunk, peer: peerIndex, slice.channel, UInt64(offset))
                state.send(slice, chunk: altered(octets), offset: offset, last: last, now: boot)
            }
        } catch {
            guard process.isAlive else { return }
            state.skip(slice)
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

    private func unsigned(_ what: String) {
        act(state.abort(code: "UNSIGNED", text: "a stored \(what) has no signature"))
    }

    func introduce(_ proof: BatchProof?) {
        guard let proof, state.introduces(proof.fingerprint), let name = process.certificates[proof.fingerprint] else {
            return
        }
        state.introduce(process.station.seals.certificate(of: name))
    }

    func keep(_ certificate: [UInt8]) {
        process.leave { custody, now, actions in custody.keepCertificate(certificate, at: now, &actions) }
    }

    // MARK: Receiving

    private func take(_ octets: [UInt8]) {
        octets.withUnsafeBytes { state.append($0, now: boot) }
        takeFrames()
    }

    private func takeFrames() {
        while !ended, process.isAlive, let actions = state.next(now: boot) { act(actions) }
        process.wake()
        flush()
    }

    private func tickLater() {
        process.after(process.world.isPatient ? Self.patientTickMilliseconds : Self.tickMilliseconds) { [weak self] in
            guard let self, !ended else { return }
            sendAuditHead()
            ticks += 1
            if ticks % Self.ticksPerSync == 0 { syncBodies() }
            act(state.ticked(unsent: connection.unsent(side), now: boot))
            flush()
            tickLater()
        }
    }

    func act(_ actions: [LinkAction]) {
        for action in actions where !ended && process.isAlive { act(action) }
    }

    private func act(_ action: LinkAction) {
        switch action {
        case .opened(let hello):
            process.after(0) { [weak self] in
                guard let self, !ended else { return }
                process.keeper.greeted(self, hello)
            }
        case .certificate(let der): if process.learn(der) { keep(der) }
        case .judgeCable(let cable): judge(cable)
        case .judgeService(let service): judge(service)
        case .judgeNote(let note): judge(note)
        case .beginBody(let cable): beginBody(cable)
        case .appendBody(let channel, let octets): appendBody(channel, octets)
        case .finishBody(let channel): finishBody(channel)
        case .dropBody(let channel, let keeps):
            let body = bodies.removeValue(forKey: channel)
            if keeps { body?.interrupt() } else { body?.discard() }
        case .cable(let cable, let signer, let body): arrive(cable, signer, body)
        case .service(let arrival): arrive(arrival)
        case .resume(let number, let offset):
            process.post { [link, session, process] custody, now, actions in
                process.orders?.resumed(link, session: session, channel: number)
                custody.resume(link, session: session, channel: number, offset: offset, at: now, &actions)
            }
        case .custodyPassed(let channels, let note):
            process.world.note(
                process.station.index, .note, peer: peerIndex, channels.first?.lowerBound ?? 0,
                UInt64(channels.reduce(0) { $0 + $1.count }))
            let kept = process.station.mutation == .noteOfAnotherOffer ? lastNote ?? note : note
            lastNote = note
            process.leave { [link, session] custody, now, actions in
                custody.custodyNoted(link, session: session, channels: channels, kept, at: now, &actions)
            }
        case .refused(let number, let code, let message):
            process.ledger.refused(process.station, by: peerIndex, code)
            process.post { [link, session, process] custody, now, actions in
                process.orders?.refused(link, session: session, channel: number, code: code, boot: now.boot)
                custody.refused(
                    link, session: session, channel: number, code: code, message: message, at: now, &actions)
            }
        case .refusedHere(let number, let code, _):
            process.world.note(process.station.index, .refusal, peer: peerIndex, number, 0, code)
        case .judgeAuditHead(let head, let proof): judge(head, proof)
        case .auditAsked: break
        case .auditHeld, .auditNotHeld: break
        case .noticed(let notice):
            process.post { [link, session, process] custody, now, actions in
                process.orders?.noticed(link, session: session, notice, boot: now.boot)
                guard process.station.mutation != .noticeUnheeded else { return }
                custody.noticed(link, session: session, notice, at: now, &actions)
            }
        case .drained:
            process.post { [link, session] custody, now, actions in
                custody.neighbourDrained(link, session: session, &actions)
            }
        case .windowOpened: grantRoom()
        case .end(let code, let text, let blames):
            if blames { process.ledger.blames(process.station, peerIndex, code, text) }
            flush()
            finish("\(code) \(text)")
        }
    }

    private func finish(_ why: String) {
        guard !ended else { return }
        ended = true
        connection.close(side)
        process.after(0) { [process, self] in process.keeper.ended(self, why) }
    }
}
