package import Cables
import Octets

/// What need not be answered for any longer goes; what must be stays, though its segment goes.
extension StationCustody {
    // MARK: The end of keeping

    /// Drops the cables whose time is over: passed on and the grace is over, or ended here, read, and the retention is
    /// over. What is queued, held, unread or without a receipt here stays (rule 11: marks of deliveries stay behind).
    ///
    /// - Parameters:
    ///   - first: where to begin, and `most`: how many to look at, so that nobody waits long.
    ///   - early: of what has ended, drop also what the retention would keep: room is needed.
    /// - Returns: where to go on, and the content of large bodies that no cable needs now; nil: all were looked at.
    package mutating func retire(
        from first: UInt32, most: UInt32, early: Bool = false, at now: Instant
    ) -> (next: UInt32?, bodies: [ContentMark]) {
        if first == 0 { beginRetirement(at: now) }
        forgetPassed(most: 4 * Int(most), at: now)
        forgetTexts()
        let end = min(entries.high, first + most)
        let unneeded = drop(overdue(first..<end, early: early, at: now), at: now)
        return (end < entries.high ? end : nil, unneeded)
    }

    /// Submission keys and reference numbers of cables that are kept no longer, a part at each look.
    private mutating func forgetTexts() {
        keys.putBack(keys.takePart().filter { keeps($0.value) })
        deliveredByMRN.putBack(
            deliveredByMRN.takePart().compactMapValues { sequences in
                let kept = sequences.filter { keeps($0) }
                return kept.isEmpty ? nil : kept
            })
    }

    private mutating func beginRetirement(at now: Instant) {
        busy = RetirementView(
            unread: Set(inbox.entries.filter { isOpen($0) }.map(\.slot)))
        marks.expire(before: now.wall - settings.duplicateWindowMilliseconds)
        orders.expire(before: now.wall - settings.duplicateWindowMilliseconds)
    }

    /// Somebody has to look at an entry of this cable: also in a look for what is over that has begun before.
    mutating func isOpenNow(_ slot: UInt32) {
        if !isReplaying { busy.unread.insert(slot) }
    }

    private func overdue(_ slots: Range<UInt32>, early: Bool, at now: Instant) -> [UInt32] {
        slots.filter { entries.holds($0) && isOver($0, early: early, at: now) }
    }

    private mutating func drop(_ slots: [UInt32], at now: Instant) -> [ContentMark] {
        guard !slots.isEmpty else { return [] }
        let dropped = Set(slots)
        // In the same event: the slots are used again by the next cables.
        let gone = inbox.entries.filter { dropped.contains($0.slot) }
        inbox.removeAll { dropped.contains($0.slot) }
        forgetDesks(slots, gone)
        var unneeded: [ContentMark] = []
        for slot in slots {
            if let body = drop(slot, at: now) { unneeded.append(body) }
        }
        return unneeded
    }

    private func isOver(_ slot: UInt32, early: Bool, at now: Instant) -> Bool {
        var newest: Int64 = 0
        for position in 0..<entries[slot].deliveryCount {
            let delivery = entries[slot][delivery: position]
            // What is at its end by another's word may still wait for a link here.
            guard delivery.transmission == CustodyDelivery.none else { return false }
            switch delivery.state {
            case .queued, .held: return false
            case .inTransit: if entries[slot].isOrigin { return false }
            case .delivered, .duplicate, .undeliverable, .acknowledged, .cancelled: break
            }
            // A receipt may come before the custody note, or by another way: what is offered must be there.
            guard delivery.transmission == CustodyDelivery.none else { return false }
            newest = max(newest, delivery.since)
        }
        guard !busy.unread.contains(slot), openReceipts[entries[slot].sequence] == nil, !awaitsReply(slot) else {
            return false
        }
        let isKept = entries[slot].isOrigin || entries[slot].isOnDesk
        let patience = isKept && !early ? settings.retentionMilliseconds : settings.graceMilliseconds
        return now.wall - newest > patience
    }

    private mutating func drop(_ slot: UInt32, at now: Instant) -> ContentMark? {
        let entry = entries[slot]
        if entry.isOrigin { markAnswers(entry, at: now) }
        doubts.entries[slot] = nil
        if entry.isOnDesk {
            for position in 0..<entry.deliveryCount {
                let delivery = entry[delivery: position]
                // What went to another station's desk, or came home in an arrival of its own, has its mark there.
                guard delivery.state.isOnDesk, delivery.station == settings.station,
                    !entry.isOrigin || !delivery.isMoved
                else { continue }
                marks.add(
                    DeliveryMark(identity: entry.identity, content: entry.mark, post: names[delivery.post]),
                    at: delivery.since, segment: entry.place.segment)
            }
        }
        byIdentity.remove(slot, key: CustodyEntry.key(entry.identity))
        bySequence.remove(slot, key: entry.sequence)
        circumstances.forget(entry.circumstances, sequence: entry.sequence)
        suffixes[entry.sequence] = nil
        refusedBy[entry.sequence] = nil
        unsettled.remove(entry.sequence)
        advice[entry.sequence] = nil
        early.forget(entry.sequence)
        reruns.forget(entry.sequence)
        toldOfHold[entry.sequence] = nil
        liveOctets -= min(liveOctets, CustodyEntry.recordOctets(UInt64(entry.length)))
        entries.release(slot)
        forgetCorrection(entry.identity)
        guard entry.hasFile, let count = bodies[entry.mark] else { return nil }
        bodies[entry.mark] = count > 1 ? count - 1 : nil
        return count > 1 ? nil : entry.mark
    }

    /// Whether a cable that is kept has its octets in the file of this content.
    package func needs(body: ContentMark) -> Bool { bodies[body] != nil }

    /// Whether the cable of this custody is kept.
    package func keeps(_ sequence: UInt64) -> Bool { slot(ofSequence: sequence) != nil }

    // MARK: Carrying forward

    /// Something whose record stands in a segment that shall go.
    package struct Remainder: Sendable {
        package var number: CustodyNumber
        package var place: RecordPlace
        /// The newest record in the cable's history.
        package var last: RecordPlace
    }

    /// What a segment still holds, up to a bound.
    package func remainder(of segment: UInt32, most: Int) -> [Remainder] {
        var found: [Remainder] = []
        for slot in 0..<entries.high where entries.holds(slot) && entries[slot].place.segment == segment {
            found.append(
                Remainder(
                    number: entries[slot].custodyNumber, place: entries[slot].place, last: entries[slot].last))
            if found.count == most { return found }
        }
        for number in services.keys.sorted() where number.part == 0 && services[number]?.place.segment == segment {
            found.append(Remainder(number: number, place: services[number]?.place ?? .none, last: .none))
            if found.count == most { return found }
        }
        return found
    }

    /// Where the cables stand whose records are in this segment or a later one.
    package func placesInOpenSegment(from segment: UInt32) -> [RecordPlace] {
        var places: [RecordPlace] = []
        for slot in 0..<entries.high where entries.holds(slot) && entries[slot].place.segment >= segment {
            places.append(entries[slot].place)
        }
        return places
    }

    /// Writes a cable again, with what has become of it.
    ///
    /// - Parameter acceptance: its acceptance's record as it stands in the journal.
    package mutating func carry(
        _ remainder: Remainder, acceptance: [UInt8], past: Carried.Past, at now: Instant,
        _ actions: inout Actions
    ) {
        guard let slot = slot(ofSequence: remainder.number.sequence), entries[slot].place == remainder.place else {
            return
        }
        let sequence = remainder.number.sequence
        let desks: [AcceptanceDigest.Desk]
        do throws(OctetFault) {
            desks = try AcceptanceDigest(acceptance: acceptance).desks
        } catch {
            // The journal vouched for the record; it stays where it is, and its segment with it.
            alarm("cable.unreadable", entries[slot].identity, "why", "\(error)", &actions)
            return
        }
        let state = CarriedState(
            sequence: sequence, at: now.wall,
            ageMilliseconds: UInt64(max(0, Int64(clamping: now.boot) - entries[slot].born)),
            isSuspected: entries[slot].isSuspected, reoffers: entries[slot].reoffers,
            deliveries: (0..<entries[slot].deliveryCount).map { carried(entries[slot][delivery: $0]) },
            reads: desks.compactMap { desk in
                inbox[desk.arrival]?.readAt.map { CarriedState.Read(arrival: desk.arrival, at: $0) }
            },
            desks: standings(of: desks, sequence: sequence))
        record(
            .carried(Carried(state: state, past: past, acceptance: acceptance)), at: now, &actions)
        carryFacts(slot, desks, at: now, &actions)
        let (words, homes) = (early[sequence], early.homes(of: sequence))
        guard !words.isEmpty || !homes.isEmpty else { return }
        record(
            .words(JournalRecord.StandingWords(sequence: sequence, words: words, homes: homes)), at: now, &actions)
    }

    private func standings(of desks: [AcceptanceDigest.Desk], sequence: UInt64) -> [CarriedState.Desk] {
        var standings: [CarriedState.Desk] = []
        for (index, desk) in desks.enumerated() {
            if let receipt = services[CustodyNumber(sequence: sequence, part: UInt16(index + 1))] {
                standings.append(
                    CarriedState.Desk(index: UInt16(index), receipt.passedAt == 0 ? .receiptDue : .receiptPassed))
            }
            if desk.suspectedDuplicate, let entry = inbox[desk.arrival], !entry.suspectedDuplicate {
                standings.append(CarriedState.Desk(index: UInt16(index), .trusted))
            }
        }
        return standings
    }

    private func carried(_ delivery: CustodyDelivery) -> CarriedState.Delivery {
        CarriedState.Delivery(
            index: delivery.index, state: delivery.state, why: delivery.why,
            lateAfterNotice: delivery.lateAfterNotice, isCancelling: delivery.isCancelling,
            raisedTo: delivery.precedence, movedTo: delivery.isMoved ? delivery.station : nil,
            isAnswered: delivery.isAnswered, office: names[delivery.office],
            link: delivery.link == CustodyDelivery.noLink ? nil : links[Int(delivery.link)].peer,
            since: delivery.since, at: delivery.at)
    }

    /// Writes a receipt or notice again.
    package mutating func carry(
        _ remainder: Remainder, message: ServiceMessage, proof: BatchProof, trace: [RoutingIndicator], at now: Instant,
        _ actions: inout Actions
    ) {
        guard let service = services[remainder.number], service.place == remainder.place else { return }
        record(
            .carriedService(
                CarriedService(
                    number: remainder.number, message: message, proof: proof, at: now.wall,
                    ageMilliseconds: UInt64(max(0, Int64(clamping: now.boot) - service.born)), trace: trace,
                    passedAt: service.passedAt)),
            at: now, &actions)
    }

    /// Writes again whatever else a segment alone holds, so that it can go.
    package mutating func leave(_ segment: UInt32, at now: Instant, _ actions: inout Actions) {
        for (index, place) in certificatePlaces.enumerated() where place == segment {
            record(.certificate(certificates[index]), at: now, &actions)
        }
        for record in audit.standing(in: segment) { self.record(.audit(record), at: now, &actions) }
        keepLinkOrders(in: segment, at: now, &actions)
        sayPassedAgain(through: segment, at: now, &actions)
        var items = orders.standing(in: segment).map { JournalRecord.StandingOrders.Item(key: $0.key, mark: $0.mark) }
        while !items.isEmpty {
            let part = Array(items.prefix(JournalRecord.StandingOrders.itemsMax))
            items.removeFirst(part.count)
            record(.orders(JournalRecord.StandingOrders(items: part)), at: now, &actions)
        }
        var marks = marks.standing(in: segment).map { Standing.Mark(mark: $0.mark, at: $0.at) }
        var due = reruns.standing
        repeat {
            let part = Array(marks.prefix(Standing.marksMax))
            marks.removeFirst(part.count)
            let standing = Standing(lastArrival: inbox.last, taken: takenNow, marks: part, reruns: due)
            record(.standing(standing), at: now, &actions)
            due = []
        } while !marks.isEmpty
    }

    private var takenNow: [Standing.Taken] {
        links.compactMap { link in
            link.taken.epoch.map { epoch in
                Standing.Taken(
                    peer: link.peer, epoch: epoch,
                    starts: link.taken.starts.map { Standing.Start(start: $0.start, channels: $0.channels) })
            }
        }
    }

    // MARK: The fold

    mutating func fold(_ state: CarriedState, _ acceptance: AcceptanceDigest, at now: Instant) {
        guard slot(ofSequence: state.sequence) == nil else { return }
        guard let slot = insert(acceptance, sequence: state.sequence, at: now) else { return }
        entries[slot].isSuspected = state.isSuspected
        entries[slot].reoffers = state.reoffers
        for carried in state.deliveries {
            let position = (0..<entries[slot].deliveryCount).first {
                entries[slot][delivery: $0].index == carried.index
            }
            guard let position else { continue }
            entries[slot][delivery: position].state = carried.state
            entries[slot][delivery: position].why = carried.why
            if carried.state == .held, carried.why.endsByItself { unsettled.insert(state.sequence) }
            entries[slot][delivery: position].lateAfterNotice = carried.lateAfterNotice
            entries[slot][delivery: position].isCancelling = carried.isCancelling
            if let precedence = carried.raisedTo { entries[slot][delivery: position].precedence = precedence }
            if let station = carried.movedTo { entries[slot][delivery: position].move(to: station) }
            entries[slot][delivery: position].isAnswered = carried.isAnswered
            if !carried.office.isEmpty {
                entries[slot][delivery: position].office = names.number(of: carried.office)
            }
            entries[slot][delivery: position].link =
                carried.link.flatMap { linkOrdinal($0) }.map { UInt16($0) } ?? CustodyDelivery.noLink
            entries[slot][delivery: position].since = carried.since
            entries[slot][delivery: position].at = carried.at
        }
        for read in state.reads { inbox.markRead(read.arrival, by: 0, at: read.at) }
        for desk in state.desks where Int(desk.index) < acceptance.desks.count {
            switch desk.standing {
            case .trusted: inbox.trust(acceptance.desks[Int(desk.index)].arrival)
            case .receiptDue: expectReceipt(acceptance, Int(desk.index), sequence: state.sequence, at: now)
            case .receiptPassed:
                expectReceipt(acceptance, Int(desk.index), sequence: state.sequence, at: now)
                // Over which link is not told again; the way there is the same.
                services[CustodyNumber(sequence: state.sequence, part: desk.index + 1)]?.passedAt = state.at
            }
        }
    }

    mutating func fold(_ carried: CarriedServiceDigest, at now: Instant) {
        guard services[carried.number] == nil, isReplaying else { return }
        let dwell = max(0, min(now.wall - carried.at, 86_400_000 * 365))
        keepService(
            carried.number,
            PendingService(
                destination: carried.message.destination, precedence: carried.message.precedence,
                born: Int64(clamping: now.boot) - Age.bounded(carried.ageMilliseconds) - dwell,
                trace: carried.trace, passedAt: carried.passedAt, via: link(after: carried.message)))
    }

    mutating func fold(_ standing: Standing) {
        knowsArrivals = true
        inbox.given(through: standing.lastArrival)
        for taken in standing.taken {
            guard let link = linkOrdinal(taken.peer) else { continue }
            links[link].taken.restore(taken)
        }
        for mark in standing.marks { marks.add(mark.mark, at: mark.at, segment: 0) }
        for rerun in standing.reruns { expectStillDue(rerun) }
    }

    /// A record of marks has its place.
    mutating func placed(_ standing: Standing, in segment: UInt32) {
        for mark in standing.marks { marks.add(mark.mark, at: mark.at, segment: segment) }
    }

    /// A carried record has its place.
    mutating func carriedTo(_ place: RecordPlace, _ carried: CarriedPlace) {
        guard isReplaying else { return carriedPlaces.append(carried) }
        guard carried.number.isCable, let slot = slot(ofSequence: carried.number.sequence),
            entries[slot].place != .none
        else { return settle(carried) }
        carriedLast = carried
    }

    /// A cable is read where it was carried to when all that was carried with it has been read. Where a power cut took the
    /// rest of it, it is still where it was, and is carried anew.
    mutating func settleReplayed(before next: RecordDigest) {
        guard let carried = carriedLast else { return }
        let sequence = carried.number.sequence
        switch next {
        case .desk(.facts(let facts)) where facts.sequence == sequence: return
        case .words(let standing) where standing.sequence == sequence: return
        case .started, .certificate, .accepted, .passed, .service, .undeliverable, .read, .reoffered, .carried,
            .carriedService, .standing, .changed, .orders, .words, .audit, .stated, .link, .desk:
            carriedLast = nil
            settle(carried)
        }
    }

    /// What is synced is read where it was carried to; before, nothing need be there to read.
    mutating func settleCarried(through sequence: UInt64) {
        var count = 0
        while count < carriedPlaces.count, carriedPlaces[count].sequence <= sequence {
            settle(carriedPlaces[count])
            count += 1
        }
        carriedPlaces.removeFirst(count)
    }

    private mutating func settle(_ carried: CarriedPlace) {
        guard carried.number.isCable, services[carried.number] == nil else {
            services[carried.number]?.place = carried.place
            return
        }
        let sequence = carried.number.sequence
        guard let slot = slot(ofSequence: sequence) else { return }
        entries[slot].place = carried.place
        guard openReceipts[sequence] != nil else { return }
        for desk in 0..<carried.desks {
            services[CustodyNumber(sequence: sequence, part: UInt16(desk + 1))]?.place = carried.place
        }
    }
}

/// Where a cable or a service message was carried to.
struct CarriedPlace: Sendable {
    /// Of the record that carries it.
    var sequence: UInt64
    var number: CustodyNumber
    var desks: Int
    var place: RecordPlace
}

/// What a look for cables whose time is over must know of the whole, gathered once.
struct RetirementView: Sendable {
    /// Cables with an entry that nobody has read.
    var unread: Set<UInt32> = []
}
