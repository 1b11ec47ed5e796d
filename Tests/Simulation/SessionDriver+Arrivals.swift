import Cables
import Custody
import Journal
import Link
import Octets
import Routing

/// What a neighbour sends, checked and brought to the loop.
extension SessionDriver {
    func takeCable(_ offer: CableOffer, _ count: Int) {
        let block: SignedBlock
        do throws(OctetFault) {
            block = try SignedBlock(decoding: offer.blockOctets)
        } catch {
            return end("FRAME_MALFORMED", "a signed block cannot be read: \(error)")
        }
        held[offer.channel, default: 0] += count
        guard let signer = process.signer(of: SimulatedSeals.leaf(.cable, offer.blockOctets), offer.proof) else {
            return refuse(offer.channel, "SIGNATURE", "the signature of \(block.identity) does not hold")
        }
        guard block.network == process.station.plan.network.name, !offer.part.isEmpty,
            Set(offer.part).count == offer.part.count, offer.part.allSatisfy({ $0 < block.deliveries.count })
        else { return refuse(offer.channel, "ENVELOPE", "the envelope of \(block.identity) does not fit its block") }
        guard let body = offer.body else { return expectBody(offer, block, signer) }
        guard UInt64(body.count) == block.length, SimulatedHash.of(body) == block.contentHash else {
            return refuse(offer.channel, "CONTENT_HASH", "the octets of \(block.identity) are not what was signed")
        }
        arrive(offer, block, signer, .inline(body))
    }

    private func expectBody(_ offer: CableOffer, _ block: SignedBlock, _ signer: RoutingIndicator) {
        guard incoming.count < Self.incomingMax else {
            return refuse(offer.channel, "BUSY", "too many cables are under way")
        }
        do throws(StorageFault) {
            let body = try IncomingBody(octets: block.length, process: process)
            incoming[offer.channel] = IncomingCable(offer: offer, block: block, signer: signer, body: body)
            put(.resume(channel: offer.channel, offset: 0))
            returnWindow(offer.channel)
        } catch {
            refuse(offer.channel, "DISK", "the body cannot be written: \(error)")
        }
    }

    func takeChunk(_ chunk: Chunk, _ count: Int) {
        guard let cable = incoming[chunk.channel] else { return returnWindow(octets: count) }
        guard chunk.offset == cable.body.received,
            cable.body.received + UInt64(chunk.octets.count) <= cable.block.length
        else { return end("FRAME_OUT_OF_ORDER", "a chunk is out of order") }
        do throws(StorageFault) {
            try cable.body.append(chunk.octets)
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
            reading = try process.reading(of: body)
        } catch {
            return refuse(offer.channel, "DISK", "the body cannot be read: \(error)")
        }
        let source = CustodySource.Offered(
            peer: peer, epoch: hello.epoch, number: offer.number, start: hello.start, channel: offer.channel,
            suspectedDuplicate: offer.suspectedDuplicate)
        offers[offer.channel] = Ledger.Taken(source, identity: block.identity, part: offer.part)
        let arrival = CableArrival(
            link: link, session: session, offered: source, block: block, blockOctets: offer.blockOctets,
            proof: offer.proof, signer: signer, ageMilliseconds: offer.ageMilliseconds, trace: offer.trace,
            part: offer.part, body: body, classification: reading.gate, captions: reading.cable.captions,
            slugs: reading.cable.slugs)
        if process.station.mutation == .relayDiscardsDuplicate, discards(arrival) { return }
        process.leave { custody, now, actions in custody.arrive(arrival, at: now, &actions) }
    }

    /// A mistake made on purpose: what has been here is only acknowledged.
    private func discards(_ arrival: CableArrival) -> Bool {
        guard case .found = process.custody.find(arrival.block.identity.description),
            arrival.part.allSatisfy({ arrival.block.deliveries[Int($0)].station != process.station.name })
        else { return false }
        process.leave { [link, session] _, _, actions in
            actions.afterPersist.append(
                .custodyTaken(
                    link: link, session: session, channel: arrival.offered.channel, mark: arrival.block.contentHash,
                    mayWait: false))
        }
        return true
    }

    func takeService(_ offer: ServiceOffer, _ count: Int) {
        guard let hello = peerHello else { return }
        held[offer.channel, default: 0] += count
        let message: ServiceMessage
        do throws(OctetFault) {
            message = try ServiceMessage(decoding: offer.messageOctets)
        } catch {
            return end("FRAME_MALFORMED", "a service message cannot be read: \(error)")
        }
        let mark = SimulatedSeals.leaf(message.leafKind, offer.messageOctets)
        guard let signer = process.signer(of: mark, offer.proof), signer == message.station,
            message.network == process.station.plan.network.name
        else { return refuse(offer.channel, "SIGNATURE", "the receipt for \(message.identity) is not genuine") }
        let source = CustodySource.Offered(
            peer: peer, epoch: hello.epoch, number: offer.number, start: hello.start, channel: offer.channel,
            suspectedDuplicate: offer.suspectedDuplicate)
        offers[offer.channel] = Ledger.Taken(source, identity: message.identity, part: [])
        let arrival = ServiceArrival(
            link: link, session: session, offered: source, message: message, proof: offer.proof, signer: signer,
            mark: mark, ageMilliseconds: offer.ageMilliseconds, trace: offer.trace)
        process.leave { custody, now, actions in custody.arrive(arrival, at: now, &actions) }
    }

    func takeNote(_ note: CustodyNote) {
        var channels: [UInt64] = []
        var marks: [Digest] = []
        for range in note.channels {
            for number in range {
                guard let mark = offered[number] else {
                    return end("FORGED", "a custody note names channel \(number), which was not offered")
                }
                channels.append(number)
                marks.append(mark)
            }
        }
        let statement = CustodyNote.statement(
            network: process.station.plan.network.name, taker: peer, giver: process.station.name,
            giverStart: process.start, channels: channels, marks: marks)
        guard process.signer(of: SimulatedSeals.leaf(.custody, statement), note.proof) == peer else {
            return end("FORGED", "a custody note is not signed by \(peer)")
        }
        for number in channels {
            if process.station.mutation == .freeOnUnsyncedNote, let mark = offered[number] { process.free(mark) }
            if process.station.mutation == .noteTakenForReceipt { process.ledger.toldTooEarly(process.station, peer) }
            offered[number] = nil
        }
        lastProgress = boot
        process.world.note(
            process.station.index, .note, peer: peerIndex, channels.first ?? 0, UInt64(channels.count))
        process.leave { [link, session] custody, now, actions in
            custody.custodyNoted(link, session: session, channels: note.channels, at: now, &actions)
        }
    }

    // MARK: The window

    func refuse(_ number: UInt64, _ code: String, _ message: String) {
        guard process.isAlive else { return }
        process.world.note(process.station.index, .refusal, peer: peerIndex, number, 0, code)
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

/// A body on its way in: small ones in memory, large ones to a file.
final class IncomingBody {
    private var octets: [UInt8] = []
    private let writer: BodyWriter?
    private(set) var received: UInt64 = 0

    init(octets: UInt64, process: StationProcess) throws(StorageFault) {
        writer =
            octets > UInt64(process.station.plan.inlineOctetsMax)
            ? try process.bodies.create("x\(process.world.bits.next())") : nil
    }

    func append(_ part: [UInt8]) throws(StorageFault) {
        octets.append(contentsOf: part)
        received += UInt64(part.count)
        guard let writer else { return }
        try part.withUnsafeBufferPointer { (view) throws(StorageFault) in
            try writer.append(UnsafeRawBufferPointer(view))
        }
    }

    func finish() throws(StorageFault) -> (hash: Digest, body: CableBody) {
        let hash = SimulatedHash.of(octets)
        guard let writer else { return (hash, .inline(octets)) }
        try writer.finish(name: hash.description)
        return (hash, .file(name: hash.description))
    }

    func abandon() {
        do throws(StorageFault) { try writer?.abandon() } catch { return }
    }
}

/// Cables read back from journal and bodies.
extension StationProcess {
    func octets(_ place: RecordPlace) throws(JournalFault) -> OctetReader {
        OctetReader(try journal.read(RecordLocation(segment: place.segment, offset: place.offset)))
    }

    func slice(of body: CableBody, offset: Int, count: Int) throws -> [UInt8] {
        switch body {
        case .inline(let octets):
            guard offset < octets.count else { return [] }
            return Array(octets[offset..<min(octets.count, offset + count)])
        case .file(let name): return try bodies.read(name, offset: offset, count: count)
        }
    }

    /// A mistake made on purpose: rule 12 frees nothing before the note is on the disk.
    func free(_ mark: Digest) {
        do throws(StorageFault) { try bodies.remove(mark.description) } catch { return }
    }

    func reading(of body: CableBody) throws -> CableReading {
        CableParser.parse(
            try slice(of: body, offset: 0, count: 1 << 20), receiptYear: SimulatedStation.year, depth: .routing)
    }
}
