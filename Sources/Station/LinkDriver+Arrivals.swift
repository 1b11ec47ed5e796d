import Cables
import Custody
import Dispatch
import Journal
import Link
import Octets
import Transport
import Turns

/// What a neighbour sends, verified, kept and brought to the loop.
extension LinkDriver {
    func learn(_ der: [UInt8]) {
        do throws(TransportFault) {
            if try around.book.learn(der) { keep(der) }
        } catch {
            act(state.abort(code: error.code, text: error.text))
        }
    }

    func keep(_ der: [UInt8]) {
        around.loop.leave { custody, now, actions in custody.keepCertificate(der, at: now, &actions) }
    }

    func judge(_ cable: OfferedCable) {
        let signer = around.book.signer(of: .cable, content: cable.offer.blockOctets, proof: cable.offer.proof)
        act(
            state.judged(
                cable, signer: signer, bodyHash: signer == nil ? nil : cable.offer.body.map { ContentHash.of($0) }))
    }

    func judge(_ service: OfferedService) {
        let mark = BatchTree.leaf(
            kind: service.message.leafKind.rawValue, content: service.offer.messageOctets)
        act(state.judged(service, signer: around.book.signer(ofLeaf: mark, proof: service.offer.proof), mark: mark))
    }

    // MARK: Bodies

    func beginBody(_ cable: OfferedCable) {
        let channel = cable.offer.channel
        let highest = cable.offer.part.map { cable.block.deliveries[Int($0)].precedence }.max() ?? .routine
        let mark = "\(session)-\(channel)-\(String(RandomBits.word, radix: 16))"
        askDisk { [around, link, session] () -> Result<BodyInbox?, StorageFault> in
            do throws(StorageFault) {
                return .success(
                    try around.archive.partials.begin(
                        cable.block.contentHash, length: cable.block.length, precedence: highest.rawValue,
                        isUrgent: highest >= .flash, peer: UInt64(link), session: session, mark: mark))
            } catch {
                return .failure(error)
            }
        } then: { [self] begun in
            bodyBegun(cable, begun)
        }
    }

    private func bodyBegun(_ cable: OfferedCable, _ begun: Result<BodyInbox?, StorageFault>) {
        let channel = cable.offer.channel
        switch begun {
        case .success(nil):
            act(state.bodyFailed(channel: channel, code: "BUSY", why: "too much is under way to \(around.station)"))
        case .success(let body?):
            // The session may have ended meanwhile.
            guard !ended else { return disk.async { body.interrupt() } }
            bodies[channel] = body
            if body.start > 0 {
                around.log.write(
                    .info, "body.resumed",
                    [
                        ("id", cable.block.identity.description), ("peer", peer.description),
                        ("offset", "\(body.start)"), ("length", "\(cable.block.length)"),
                    ])
            }
            state.bodyBegins(channel: channel, at: body.start)
        case .failure(let fault):
            bodyFailed(channel, fault)
        }
    }

    func syncBodies() {
        for (channel, body) in bodies {
            disk.async { [self] in
                do throws(StorageFault) {
                    try body.sync()
                } catch {
                    self.channel.queue.async { [self] in bodyFailed(channel, error) }
                }
            }
        }
    }

    func appendBody(_ channel: UInt64, _ octets: [UInt8]) {
        guard let body = bodies[channel] else { return }
        work(on: body) { () throws(StorageFault) in
            try body.append(octets)
        } then: { [self] in
            if case .failure(let fault) = $0 { bodyFailed(channel, fault) }
        }
    }

    /// At once where the body is in memory, else by the disk.
    private func work<Answer: Sendable>(
        on body: BodyInbox, _ work: @escaping @Sendable () throws(StorageFault) -> Answer,
        then: @escaping @Sendable (Result<Answer, StorageFault>) -> Void
    ) {
        let result: @Sendable () -> Result<Answer, StorageFault> = {
            do throws(StorageFault) { return .success(try work()) } catch { return .failure(error) }
        }
        if body.isInMemory { then(result()) } else { askDisk(result, then: then) }
    }

    func finishBody(_ channel: UInt64) {
        guard let body = bodies[channel] else { return }
        work(on: body) { () throws(StorageFault) in
            try body.finish()
        } then: { [self] finished in
            switch finished {
            case .success((let hash, let kept, let claim)):
                bodies[channel] = nil
                claims[channel] = claim
                defer { claims[channel] = nil }
                act(state.bodyEnds(channel: channel, hash: hash, body: CableBody(kept)))
            case .failure(let fault):
                bodyFailed(channel, fault)
            }
        }
    }

    private func bodyFailed(_ channel: UInt64, _ fault: StorageFault) {
        around.loop.alarm(fault)
        act(state.bodyFailed(channel: channel, code: "DISK", why: "the body cannot be written: \(fault)"))
    }

    func arrive(_ cable: OfferedCable, _ signer: RoutingIndicator, _ body: CableBody) {
        // What a cable asks of replies stands in its text, and matters where it is acted on.
        let depth: ParseDepth = cable.isActedOn(at: around.station) ? .whole : .routing
        let claim = claims[cable.offer.channel]
        let read: @Sendable () -> Result<CableReading, any Error> = { [archive = around.archive] in
            Result { try archive.reading(of: body, depth: depth) }
        }
        let arrived: @Sendable (Result<CableReading, any Error>) -> Void = { [self] reading in
            switch reading {
            case .success(let reading): arrive(cable, signer, body, reading, claim)
            case .failure(let error):
                act(state.refuse(cable.offer.channel, "DISK", "the body cannot be read: \(error)"))
            }
        }
        switch body {
        case .inline: arrived(read())
        case .file: askDisk(read, then: arrived)
        }
    }

    private func arrive(
        _ cable: OfferedCable, _ signer: RoutingIndicator, _ body: CableBody, _ reading: CableReading,
        _ claim: BodyClaim?
    ) {
        guard var arrival = state.arrival(cable, signer: signer, body: body, reading: reading) else { return }
        arrival.desk = DeskClues(reading.cable)
        let complete = arrival
        around.loop.leave { [claim] custody, now, actions in
            custody.arrive(complete, at: now, &actions)
            _ = claim
        }
    }
}

extension CableBody {
    init(_ kept: BodyInbox.Kept) {
        switch kept {
        case .memory(let octets): self = .inline(octets)
        case .file(let name): self = .file(name: name)
        }
    }
}

extension HashStream: BodyHash {}
