import Cables
import Custody
import Journal
import Link
import Octets
import Transport

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
        do throws(StorageFault) {
            let body = try around.archive.partials.begin(
                cable.block.contentHash, length: cable.block.length, precedence: highest.rawValue,
                isUrgent: highest >= .flash, peer: UInt64(link), session: session,
                mark: "\(session)-\(channel)-\(String(RandomBits.word, radix: 16))")
            guard let body else {
                return act(
                    state.bodyFailed(channel: channel, code: "BUSY", why: "too much is under way to \(around.station)"))
            }
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
        } catch {
            bodyFailed(channel, error)
        }
    }

    func syncBodies() {
        for (channel, body) in bodies {
            do throws(StorageFault) { try body.sync() } catch { bodyFailed(channel, error) }
        }
    }

    func appendBody(_ channel: UInt64, _ octets: [UInt8]) {
        guard let body = bodies[channel] else { return }
        do throws(StorageFault) { try body.append(octets) } catch { bodyFailed(channel, error) }
    }

    func finishBody(_ channel: UInt64) {
        guard let body = bodies[channel] else { return }
        do throws(StorageFault) {
            let (hash, kept, claim) = try body.finish()
            bodies[channel] = nil
            claims[channel] = claim
            defer { claims[channel] = nil }
            act(state.bodyEnds(channel: channel, hash: hash, body: CableBody(kept)))
        } catch {
            bodyFailed(channel, error)
        }
    }

    private func bodyFailed(_ channel: UInt64, _ fault: StorageFault) {
        around.loop.alarm(fault)
        act(state.bodyFailed(channel: channel, code: "DISK", why: "the body cannot be written: \(fault)"))
    }

    func arrive(_ cable: OfferedCable, _ signer: RoutingIndicator, _ body: CableBody) {
        let reading: CableReading
        // What a cable asks of replies stands in its text, and matters where it is acted on.
        let isForDesk = cable.isActedOn(at: around.station)
        do {
            reading = try around.archive.reading(of: body, depth: isForDesk ? .whole : .routing)
        } catch {
            return act(state.refuse(cable.offer.channel, "DISK", "the body cannot be read: \(error)"))
        }
        guard var arrival = state.arrival(cable, signer: signer, body: body, reading: reading) else { return }
        arrival.desk = DeskClues(reading.cable)
        let complete = arrival
        around.loop.leave { [claim = claims[cable.offer.channel]] custody, now, actions in
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
