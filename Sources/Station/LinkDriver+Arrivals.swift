import Cables
import Custody
import Journal
import Link
import Octets
import Transport

/// What a neighbour sends, checked and brought to the loop.
extension LinkDriver {
    func takeCertificate(_ der: [UInt8]) {
        do throws(TransportFault) {
            if try around.book.learn(der) { keep(der) }
        } catch {
            end(error.code, error.text, alarm: true)
        }
    }

    func keep(_ der: [UInt8]) {
        around.loop.leave { custody, now, actions in custody.keepCertificate(der, at: now, &actions) }
    }

    func takeCable(_ offer: CableOffer, _ count: Int) {
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

    func expectBody(_ offer: CableOffer, _ block: SignedBlock, _ signer: RoutingIndicator) {
        guard incoming.count < Self.incomingMax else {
            return refuse(offer.channel, "BUSY", "too many cables are under way")
        }
        do throws(StorageFault) {
            let body = try BodyInbox(octets: block.length, bodies: around.archive.bodies)
            incoming[offer.channel] = IncomingCable(offer: offer, block: block, signer: signer, body: body)
            put(.resume(channel: offer.channel, offset: 0))
            returnWindow(offer.channel)
        } catch {
            around.loop.alarm(error)
            refuse(offer.channel, "DISK", "the body cannot be written: \(error)")
        }
    }

    func takeChunk(_ chunk: Chunk, _ count: Int) {
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
            around.loop.alarm(error)
            refuse(chunk.channel, "DISK", "the body cannot be written: \(error)")
        }
    }

    func arrive(_ offer: CableOffer, _ block: SignedBlock, _ signer: RoutingIndicator, _ body: CableBody) {
        guard let hello = peerHello else { return }
        let reading: CableReading
        do {
            reading = try around.archive.reading(of: body, depth: .routing)
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
        around.loop.leave { custody, now, actions in custody.arrive(arrival, at: now, &actions) }
    }

    func takeService(_ offer: ServiceOffer, _ count: Int) {
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
        around.loop.leave { custody, now, actions in custody.arrive(arrival, at: now, &actions) }
    }

    /// The neighbour must name what was offered, channel by channel, and sign it.
    func takeNote(_ note: CustodyNote) {
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
        around.loop.leave { [link, session] custody, now, actions in
            custody.custodyNoted(link, session: session, channels: note.channels, at: now, &actions)
        }
    }

    // MARK: The window

    func refuse(_ number: UInt64, _ code: String, _ message: String) {
        around.log.write(.alarm, "offer.refused", [("peer", peer.description), ("code", code), ("why", message)])
        put(.refuse(channel: number, code: code, message: message))
        settle(number)
    }

    func settle(_ number: UInt64) { returnWindow(number) }

    func returnWindow(_ number: UInt64) {
        guard let octets = held.removeValue(forKey: number) else { return }
        returnWindow(octets: octets)
    }

    func returnWindow(octets: Int) {
        if let frame = state.settled(octets: octets) { put(frame) }
    }
}
