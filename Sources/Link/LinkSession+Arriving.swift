package import Cables
package import Custody
package import Octets

/// What the neighbour offers, from the frame to the arrival that the core gets.
extension LinkSession {
    // MARK: Cables

    mutating func take(_ offer: CableOffer, _ wireOctets: Int) -> [LinkAction] {
        let block: SignedBlock
        do throws(OctetFault) {
            block = try SignedBlock(decoding: offer.blockOctets)
        } catch {
            return fail(.malformedFrame(error))
        }
        held[offer.channel, default: 0] += wireOctets
        guard block.network == own.network, !offer.part.isEmpty, Set(offer.part).count == offer.part.count,
            offer.part.allSatisfy({ $0 < block.deliveries.count }),
            offer.moved.allSatisfy({ offer.part.contains($0.index) })
        else { return refuse(offer.channel, "ENVELOPE", "the envelope of \(block.identity) does not fit its block") }
        guard block.length <= limits.cableOctetsMax else {
            return refuse(offer.channel, "TOO_LARGE", "\(block.identity) has \(block.length) octets")
        }
        return [.judgeCable(OfferedCable(offer: offer, block: block))]
    }

    /// - Parameters:
    ///   - signer: the station that signed the block; nil where the signature does not hold.
    ///   - bodyHash: of the body, where it came with the offer.
    package mutating func judged(
        _ cable: OfferedCable, signer: RoutingIndicator?, bodyHash: Digest?
    ) -> [LinkAction] {
        guard state == .open else { return [] }
        let (channel, block) = (cable.offer.channel, cable.block)
        guard let signer else {
            return refuse(channel, "SIGNATURE", "the signature of \(block.identity) does not hold")
        }
        guard let body = cable.offer.body else {
            guard incoming.count < limits.bodiesMax else {
                return refuse(channel, "BUSY", "too many cables are under way")
            }
            guard incoming[channel] == nil else { return fail(.outOfOrder("channel \(channel) is used twice")) }
            incoming[channel] = IncomingCable(cable: cable, signer: signer, received: 0, start: 0)
            return [.beginBody(cable)]
        }
        guard UInt64(body.count) == block.length, bodyHash == block.contentHash else {
            return refuse(channel, "CONTENT_HASH", "the octets of \(block.identity) are not what was signed")
        }
        return [.cable(cable, signer: signer, body: .inline(body))]
    }

    /// There is a place for the body, and the neighbour is asked for what follows (rule 18).
    ///
    /// - Parameter offset: octets of it that are here and synced.
    package mutating func bodyBegins(channel: UInt64, at offset: UInt64) {
        guard state == .open, incoming[channel] != nil else { return }
        incoming[channel]?.received = offset
        incoming[channel]?.start = offset
        put(.resume(channel: channel, offset: offset))
        settle(channel)
    }

    /// There is no room for the body, or its octets cannot be kept.
    package mutating func bodyFailed(channel: UInt64, code: String, why: String) -> [LinkAction] {
        guard state == .open, incoming.removeValue(forKey: channel) != nil else { return [] }
        return [.dropBody(channel: channel, keeps: false)] + refuse(channel, code, why)
    }

    mutating func take(_ chunk: Chunk, _ wireOctets: Int) -> [LinkAction] {
        giveBack(wireOctets)
        guard let cable = incoming[chunk.channel] else { return [] }
        let length = cable.cable.block.length
        guard chunk.offset <= cable.received, UInt64(chunk.octets.count) <= length - chunk.offset else {
            return fail(.outOfOrder("a chunk of channel \(chunk.channel)"))
        }
        // A neighbour that began before it heard what is here sends some of it again.
        let known = cable.received - chunk.offset
        let fresh =
            known == 0 ? chunk.octets : Array(chunk.octets.dropFirst(Int(min(known, UInt64(chunk.octets.count)))))
        incoming[chunk.channel]?.received += UInt64(fresh.count)
        let append = fresh.isEmpty ? [] : [LinkAction.appendBody(channel: chunk.channel, octets: fresh)]
        guard chunk.last else { return append }
        guard cable.received + UInt64(fresh.count) == length else {
            incoming[chunk.channel] = nil
            return [.dropBody(channel: chunk.channel, keeps: false)]
                + refuse(chunk.channel, "LENGTH", "the body ends early")
        }
        return append + [.finishBody(channel: chunk.channel)]
    }

    /// The body is whole and, where it has a file, synced under its name.
    package mutating func bodyEnds(channel: UInt64, hash: Digest, body: CableBody) -> [LinkAction] {
        guard state == .open, let cable = incoming.removeValue(forKey: channel) else { return [] }
        guard hash == cable.cable.block.contentHash else {
            // Some of it may have come from another neighbour, or from a damaged disk: it is thrown away, and offered
            // again at once. Then nothing is kept of it, and the blame is the neighbour's.
            return refuse(
                channel, cable.start > 0 ? Frame.offerAgain : "CONTENT_HASH",
                "the octets of \(cable.cable.block.identity) are not what was signed")
        }
        return [.cable(cable.cable, signer: cable.signer, body: body)]
    }

    /// What the core is told of a cable that is here; nil when the session is over.
    ///
    /// - Parameter reading: of the octets here; the stricter of it and the block holds (rule 23).
    package func arrival(
        _ cable: OfferedCable, signer: RoutingIndicator, body: CableBody, reading: CableReading
    ) -> CableArrival? {
        guard state == .open,
            let source = source(cable.offer.channel, cable.offer.number, cable.offer.suspectedDuplicate)
        else { return nil }
        var arrival = CableArrival(
            link: link, session: session, offered: source, block: cable.block, blockOctets: cable.offer.blockOctets,
            proof: cable.offer.proof, signer: signer, ageMilliseconds: cable.offer.ageMilliseconds,
            trace: cable.offer.trace, part: cable.offer.part, body: body, classification: reading.gate,
            captions: reading.cable.captions, slugs: reading.cable.slugs)
        arrival.ages = cable.offer.ages
        arrival.moved = cable.offer.moved
        arrival.addressees = reading.cable.addresseeNames
        return arrival
    }

    private func source(
        _ channel: UInt64, _ number: CustodyNumber, _ suspected: Bool
    ) -> CustodySource.Offered? {
        peerHello.map {
            CustodySource.Offered(
                peer: peer, epoch: $0.epoch, number: number, start: $0.start, channel: channel,
                suspectedDuplicate: suspected)
        }
    }

    // MARK: Receipts and notices

    mutating func take(_ offer: ServiceOffer, _ wireOctets: Int) -> [LinkAction] {
        held[offer.channel, default: 0] += wireOctets
        do throws(OctetFault) {
            return [
                .judgeService(
                    OfferedService(offer: offer, message: try ServiceMessage(decoding: offer.messageOctets)))
            ]
        } catch {
            return fail(.malformedFrame(error))
        }
    }

    /// - Parameters:
    ///   - signer: the station that signed the message; nil where the signature does not hold.
    ///   - mark: the leaf hash of the message.
    package mutating func judged(
        _ service: OfferedService, signer: RoutingIndicator?, mark: Digest
    ) -> [LinkAction] {
        let offer = service.offer
        guard state == .open, let source = source(offer.channel, offer.number, offer.suspectedDuplicate) else {
            return []
        }
        guard let signer, signer == service.message.station, service.message.network == own.network else {
            return refuse(offer.channel, "SIGNATURE", "the receipt for \(service.message.identity) is not genuine")
        }
        return [
            .service(
                ServiceArrival(
                    link: link, session: session, offered: source, message: service.message, proof: offer.proof,
                    signer: signer, mark: mark, ageMilliseconds: offer.ageMilliseconds, trace: offer.trace))
        ]
    }

    // MARK: Custody notes

    /// The neighbour must name what was offered, channel by channel, and sign it.
    mutating func take(_ note: CustodyNote) -> [LinkAction] {
        var channels: [UInt64] = []
        var marks: [Digest] = []
        for range in note.channels {
            for number in range {
                guard let mark = offered[number] else {
                    return fail(.forged("a custody note names channel \(number), which was not offered"))
                }
                channels.append(number)
                marks.append(mark)
            }
        }
        let statement = CustodyNote.statement(
            network: own.network, taker: peer, giver: own.station, giverStart: own.start, channels: channels,
            marks: marks)
        return [.judgeNote(OfferedNote(note: note, channels: channels, statement: statement))]
    }

    /// - Parameter isGenuine: the neighbour signed the statement.
    package mutating func judged(_ note: OfferedNote, isGenuine: Bool, now: UInt64) -> [LinkAction] {
        guard state == .open else { return [] }
        guard isGenuine else { return fail(.forged("a custody note is not signed by \(peer)")) }
        for number in note.channels { offered[number] = nil }
        lastProgress = now
        return [
            .custodyPassed(
                channels: note.note.channels, KeptNote(statement: note.statement, proof: note.note.proof))
        ]
    }

    // MARK: Refusals

    /// An offer of the neighbour's cannot be taken.
    package mutating func refuse(_ channel: UInt64, _ code: String, _ message: String) -> [LinkAction] {
        guard state == .open else { return [] }
        put(.refuse(channel: channel, code: code, message: message))
        settle(channel)
        return [.refusedHere(channel: channel, code: code, message: message)]
    }
}
