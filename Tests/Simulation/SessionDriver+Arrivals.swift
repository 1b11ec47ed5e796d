import Cables
import Custody
import Journal
import Link
import Octets
import Routing

/// What a neighbour sends, verified, kept and brought to the loop.
extension SessionDriver {
    func judge(_ cable: OfferedCable) {
        let signer = process.signer(of: SimulatedSeals.leaf(.cable, cable.offer.blockOctets), cable.offer.proof)
        act(state.judged(cable, signer: signer, bodyHash: cable.offer.body.map { SimulatedHash.of($0) }))
    }

    func judge(_ service: OfferedService) {
        let mark = SimulatedSeals.leaf(service.message.leafKind, service.offer.messageOctets)
        act(state.judged(service, signer: process.signer(of: mark, service.offer.proof), mark: mark))
    }

    func judge(_ note: OfferedNote) {
        let signer = process.signer(of: SimulatedSeals.leaf(.custody, note.statement), note.note.proof)
        for number in note.channels where signer == peer {
            if process.station.mutation == .freeOnUnsyncedNote, let mark = marks[number] { process.free(mark) }
            if process.station.mutation == .noteTakenForReceipt { process.ledger.toldTooEarly(process.station, peer) }
            marks[number] = nil
        }
        act(state.judged(note, isGenuine: signer == peer, now: boot))
    }

    // MARK: Bodies

    func beginBody(_ cable: OfferedCable) {
        let channel = cable.offer.channel
        let highest = cable.offer.part.map { cable.block.deliveries[Int($0)].precedence }.max() ?? .routine
        do throws(StorageFault) {
            let body = try process.partials.begin(
                cable.block.contentHash, length: cable.block.length, precedence: highest.rawValue,
                isUrgent: highest >= .flash, peer: UInt64(link), session: session, mark: "x\(process.world.bits.next())"
            )
            guard let body else {
                return act(state.bodyFailed(channel: channel, code: "BUSY", why: "too much is under way"))
            }
            bodies[channel] = body
            if body.start > 0 {
                process.world.note(process.station.index, .resumed, peer: peerIndex, channel, body.start)
            }
            let skips = process.station.mutation == .resumeAtWrongOffset && body.start > 0
            state.bodyBegins(channel: channel, at: body.start + (skips ? 1 : 0))
        } catch {
            bodyFailed(channel, error)
        }
    }

    func syncBodies() {
        for channel in bodies.keys.sorted() {
            do throws(StorageFault) { try bodies[channel]?.sync() } catch { bodyFailed(channel, error) }
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
        guard process.isAlive else { return }
        act(state.bodyFailed(channel: channel, code: "DISK", why: "the body cannot be written: \(fault)"))
    }

    // MARK: Arrivals

    func arrive(_ cable: OfferedCable, _ signer: RoutingIndicator, _ body: CableBody) {
        let reading: CableReading
        do {
            reading = try process.reading(
                of: body, depth: cable.isActedOn(at: process.station.name) ? .whole : .routing)
        } catch {
            guard process.isAlive else { return }
            return act(state.refuse(cable.offer.channel, "DISK", "the body cannot be read: \(error)"))
        }
        guard var arrival = state.arrival(cable, signer: signer, body: body, reading: reading) else { return }
        arrival.desk = DeskClues(reading.cable)
        let complete = arrival
        offers[cable.offer.channel] = Ledger.Taken(
            arrival.offered, identity: cable.block.identity, part: cable.offer.part)
        if process.station.mutation == .relayDiscardsDuplicate, discards(arrival) { return }
        process.leave { [claim = claims[cable.offer.channel]] custody, now, actions in
            custody.arrive(complete, at: now, &actions)
            _ = claim
        }
    }

    func arrive(_ arrival: ServiceArrival) {
        offers[arrival.offered.channel] = Ledger.Taken(
            arrival.offered, identity: arrival.message.identity, part: [])
        var arrival = arrival
        if process.station.mutation == .orderLeavesNoMark, arrival.message.kind.isOrder,
            arrival.message.destination == process.station.name
        {
            // Nobody's order: the core passes it over.
            arrival.message.station = process.station.name
        }
        if process.station.mutation == .signStays, arrival.message.kind == .noReceipt,
            arrival.message.destination == process.station.name
        {
            arrival.message.kind = .hasReceipt
        }
        process.leave { [arrival] custody, now, actions in custody.arrive(arrival, at: now, &actions) }
    }

    /// A mistake made on purpose: what has been here is only acknowledged.
    private func discards(_ arrival: CableArrival) -> Bool {
        guard process.custody.find(arrival.block.identity) != nil,
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
}

/// The simulation's hash over a body that comes in parts.
struct SimulatedBodyHash: BodyHash {
    private var octets: [UInt8] = []

    mutating func update(_ part: UnsafeRawBufferPointer) { octets.append(contentsOf: part) }

    mutating func finish() -> Digest { SimulatedHash.of(octets) }
}

extension CableBody {
    init(_ kept: BodyInbox.Kept) {
        switch kept {
        case .memory(let octets): self = .inline(octets)
        case .file(let name): self = .file(name: name)
        }
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

    func reading(of body: CableBody, depth: ParseDepth) throws -> CableReading {
        CableParser.parse(
            try slice(of: body, offset: 0, count: 1 << 20), receiptYear: SimulatedStation.year, depth: depth)
    }
}
