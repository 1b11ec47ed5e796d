import Cables
import Routing

/// Room on a link, and what the link says of itself.
package struct LinkRoom: Sendable, Equatable {
    /// Octets more that it can take.
    package var octets: Int
    /// Octets more than that for FLASH and above.
    package var reserve: Int
    /// Octets of a body between two choices of what to send next.
    package var chunkOctets: Int
    /// Octets a second, and milliseconds; nil before anything is measured.
    package var rate: UInt64?
    package var roundTrip: UInt64?

    package init(octets: Int, reserve: Int = 0, chunkOctets: Int, rate: UInt64? = nil, roundTrip: UInt64? = nil) {
        self.octets = octets
        self.reserve = reserve
        self.chunkOctets = chunkOctets
        self.rate = rate
        self.roundTrip = roundTrip
    }
}

/// What goes next over a link: highest precedence first, chosen anew before every chunk (design, rule 4).
extension StationCustody {
    /// Octets that an offer needs besides the body: a guess for the link's window, exact enough to bound it.
    private static let offerOverheadOctets = 640
    private static let serviceOverheadOctets = 448
    private static let chunkOverheadOctets = 32
    /// Offers under way on one link at once.
    private static let inFlightMax = 16_384
    /// A cable that was offered before is asked about where it has more chunks than this: a part may be there.
    private static let askedAboveChunks = 4

    /// The link can take more octets.
    package mutating func room(
        _ link: Int, session: UInt64, _ room: LinkRoom, at now: Instant, _ actions: inout Actions
    ) {
        guard links[link].session == session else { return }
        links[link].room += room.octets
        links[link].reserve = room.reserve
        links[link].chunkOctets = room.chunkOctets
        links[link].rate = room.rate
        links[link].roundTrip = room.roundTrip
        fill(link, at: now, &actions)
    }

    /// Hands the link what it can take, choosing anew before every chunk (design, rule 4).
    mutating func fill(_ link: Int, at now: Instant, _ actions: inout Actions) {
        guard let session = links[link].session else { return }
        while links[link].inFlight.count - links[link].inFlightHead < Self.inFlightMax,
            let index = nextToSend(link)
        {
            guard hasRoom(for: index, on: link) else { return }
            guard mayLeave(index, over: link) else {
                bar(index, at: now, &actions)
                continue
            }
            noteInterruption(by: index, on: link, at: now, &actions)
            let slice = nextSlice(of: index, on: link, at: now)
            links[link].room -= slice.cost
            actions.now.append(.transmit(link: link, session: session, slice))
        }
    }

    /// The gate before the first octet: what was routed when the network was another one does not leave.
    private func mayLeave(_ index: UInt32, over link: Int) -> Bool {
        guard !transmissions[index].isService, transmissions[index].state == .ready else { return true }
        let slot = slot(carriedBy: index)
        return barrier(slot, over: link) == nil
    }

    /// Why a cable may not go over a link; nil: it may.
    func barrier(_ slot: UInt32, over link: Int) -> String? {
        released.barrier(over: links[link].peer, entries[slot].gate, captions(of: slot))
    }

    func captions(of slot: UInt32) -> [String] {
        guard entries[slot].circumstances != 0 else { return [] }
        return circumstances.circumstances(entries[slot].circumstances, sequence: entries[slot].sequence).captions
    }

    private mutating func bar(_ index: UInt32, at now: Instant, _ actions: inout Actions) {
        let slot = slot(carriedBy: index)
        let positions = (0..<entries[slot].deliveryCount).filter { entries[slot][delivery: $0].transmission == index }
        alarm(
            "cable.barred", entries[slot].identity, "link", links[Int(transmissions[index].link)].peer.description,
            &actions)
        refusedBy[entries[slot].sequence, default: []].insert(transmissions[index].link)
        take(positions, of: slot, off: index)
        assign(slot, positions, suspected: false, at: now, &actions)
    }

    /// A part of a body fits at least by half: what is under way stays within its bound, and is never cut small.
    private func hasRoom(for index: UInt32, on link: Int) -> Bool {
        let room = room(for: index, on: link)
        guard transmissions[index].state == .sending else { return room > 0 }
        let rest = Int(entries[slot(carriedBy: index)].length - transmissions[index].sent)
        return room > 0 && room >= min(rest, links[link].chunkOctets / 2)
    }

    /// Octets that may be sent of this now: FLASH and above have a reserve.
    private func room(for index: UInt32, on link: Int) -> Int {
        links[link].room + (transmissions[index].precedence >= .flash ? links[link].reserve : 0)
    }

    private mutating func nextSlice(of index: UInt32, on link: Int, at now: Instant) -> Slice {
        switch transmissions[index].state {
        case .ready:
            return offer(index, on: link, at: now)
        case .sending:
            return chunk(of: index, on: link, at: now)
        case .asking, .offered, .held:
            preconditionFailure("only what is ready or being sent stands in a queue")
        }
    }

    private mutating func offer(_ index: UInt32, on link: Int, at now: Instant) -> Slice {
        let channel = links[link].addInFlight(index, at: now.boot)
        links[link].sentNumber = channel
        transmissions[index].channel = channel
        links[link].overtaking[index] = nil
        guard !transmissions[index].isService else {
            links[link].queue.remove(index, &transmissions)
            return offerService(index, at: now)
        }
        let slot = slot(carriedBy: index)
        let length = Int(entries[slot].length)
        let way: Slice.BodyWay
        if length <= links[link].chunkOctets {
            way = .with
            transmissions[index].state = .offered
            count(slot, on: link)
        } else if hasSent(slot, before: index, over: link) {
            // The neighbour has the octets, or is getting them (rule 15).
            way = .asked
            transmissions[index].state = .asking
        } else if transmissions[index].attempts > 0, length > Self.askedAboveChunks * links[link].chunkOctets {
            way = .asked
            transmissions[index].state = .asking
        } else {
            way = .follows
            transmissions[index].state = .sending
            transmissions[index].sent = 0
            links[link].current = index
        }
        if way != .follows { links[link].queue.remove(index, &transmissions) }
        var slice = slice(
            index, .offerCable(entries[slot].place, deliveries: part(of: slot, on: index), body: way),
            cost: Self.offerOverheadOctets + (way == .with ? length : 0), born: entries[slot].born, at: now)
        slice.moved = movedMarks(of: slot, on: index)
        return slice
    }

    private mutating func offerService(_ index: UInt32, at now: Instant) -> Slice {
        transmissions[index].state = .offered
        guard let service = services[transmissions[index].number] else {
            preconditionFailure("a receipt that waits is in custody")
        }
        return slice(
            index, .offerService(service.place, desk: service.desk), cost: Self.serviceOverheadOctets,
            born: service.born, at: now)
    }

    private mutating func chunk(of index: UInt32, on link: Int, at now: Instant) -> Slice {
        let slot = slot(carriedBy: index)
        let offset = transmissions[index].sent
        let fitting = max(room(for: index, on: link) - Self.chunkOverheadOctets, links[link].chunkOctets / 2)
        let count = min(UInt32(min(links[link].chunkOctets, fitting)), entries[slot].length - offset)
        let last = offset + count == entries[slot].length
        transmissions[index].sent += count
        links[link].current = last ? nil : index
        if last {
            links[link].interrupted.remove(index)
            transmissions[index].state = .offered
            links[link].queue.remove(index, &transmissions)
            self.count(slot, on: link)
        }
        return slice(
            index, .chunk(entries[slot].place, offset: offset, count: count, last: last),
            cost: Self.chunkOverheadOctets + Int(count), born: entries[slot].born, at: now)
    }

    private mutating func count(_ slot: UInt32, on link: Int) {
        links[link].sentCables += 1
        links[link].sentOctets += UInt64(entries[slot].length)
    }

    private func slice(
        _ index: UInt32, _ content: Slice.Content, cost: Int, born: Int64, at now: Instant
    ) -> Slice {
        let age = max(0, Int64(clamping: now.boot) - born)
        return Slice(
            channel: transmissions[index].channel, number: transmissions[index].number,
            precedence: transmissions[index].precedence, ageMilliseconds: UInt64(age),
            suspectedDuplicate: transmissions[index].suspectedDuplicate, content: content, cost: cost)
    }

    /// The cable that a transmission carries.
    func slot(carriedBy index: UInt32) -> UInt32 {
        guard let slot = slot(ofSequence: transmissions[index].number.sequence) else {
            preconditionFailure("a cable that waits is in custody")
        }
        return slot
    }

    // MARK: Interruptions

    /// What will interrupt the transfer under way waits from now on for its chunk to end.
    mutating func noteOvertaking(_ index: UInt32, on link: Int, at now: Instant) {
        guard let current = links[link].current, transmissions[current].lane < transmissions[index].lane,
            links[link].queue.first() == index
        else { return }
        links[link].overtaking[index] = now.boot
    }

    /// The next chunk is of something else than the one before it, which is not whole.
    private mutating func noteInterruption(
        by index: UInt32, on link: Int, at now: Instant, _ actions: inout Actions
    ) {
        if links[link].interrupted.remove(index) != nil {
            tell(
                "cable.resumed", of: index,
                Interruption(
                    octet: transmissions[index].sent, by: nil, precedence: nil, waited: 0, peer: links[link].peer,
                    at: now.wall), &actions)
        }
        guard let current = links[link].current, current != index,
            transmissions[current].state == .sending, transmissions[current].sent > 0,
            transmissions[current].precedence < transmissions[index].precedence, !transmissions[index].isService
        else { return }
        let since = links[link].overtaking[index] ?? now.boot
        links[link].interrupted.insert(current)
        links[link].counts.preemptions += 1
        links[link].current = nil
        let slot = slot(carriedBy: index)
        tell(
            "cable.preempted", of: current,
            Interruption(
                octet: transmissions[current].sent, by: entries[slot].identity,
                precedence: transmissions[index].precedence, waited: now.boot - min(now.boot, since),
                peer: links[link].peer, at: now.wall), &actions)
    }

    private mutating func tell(
        _ event: String, of index: UInt32, _ interruption: Interruption, _ actions: inout Actions
    ) {
        let slot = slot(carriedBy: index)
        interruptions.add(interruption, to: entries[slot].sequence)
        actions.now.append(
            .event(
                StationEvent(
                    .info, event,
                    [
                        ("id", entries[slot].identity.description),
                        ("precedence", transmissions[index].precedence.word),
                        ("peer", interruption.peer.description), ("what", interruption.detail),
                    ])))
    }

    /// A transmission is not under way over the link any more.
    mutating func forget(_ index: UInt32, on link: Int) {
        if links[link].current == index { links[link].current = nil }
        links[link].interrupted.remove(index)
        links[link].overtaking[index] = nil
    }

    /// How often the cable was interrupted and went on, since the start; oldest first.
    package func interruptions(of sequence: UInt64) -> [Interruption] { interruptions.of(sequence) }

    /// Another transmission of the cable went over the same link.
    private func hasSent(_ slot: UInt32, before index: UInt32, over link: Int) -> Bool {
        entries[slot].deliveryCount > 1
            && (0..<entries[slot].deliveryCount).contains {
                let delivery = entries[slot][delivery: $0]
                guard delivery.transmission != index else { return false }
                guard delivery.transmission != CustodyDelivery.none else {
                    return delivery.state == .inTransit && Int(delivery.link) == link
                }
                let other = transmissions[delivery.transmission]
                return Int(other.link) == link && other.state == .offered
            }
    }

    private func movedMarks(of slot: UInt32, on index: UInt32) -> [MovedMark] {
        (0..<entries[slot].deliveryCount).compactMap {
            let delivery = entries[slot][delivery: $0]
            guard delivery.transmission == index, delivery.isMoved else { return nil }
            return MovedMark(index: delivery.index, station: delivery.station)
        }
    }

    /// The deliveries that a transmission carries: its set may shrink, never grow (rule 15).
    func part(of slot: UInt32, on index: UInt32) -> [UInt16] {
        (0..<entries[slot].deliveryCount).compactMap {
            let delivery = entries[slot][delivery: $0]
            return delivery.transmission == index ? delivery.index : nil
        }
    }
}
