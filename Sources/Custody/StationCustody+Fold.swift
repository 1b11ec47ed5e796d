import Cables
import Octets
import Routing

/// The fold: what each record makes of the state, for new records and for replayed ones alike.
extension StationCustody {
    mutating func fold(_ record: RecordDigest, at now: Instant) {
        switch record {
        case .started:
            break
        case .certificate(let der):
            if !certificates.contains(der) { certificates.append(der) }
        case .carried(let state, let acceptance):
            fold(state, acceptance, at: now)
        case .carriedService(let service):
            fold(service, at: now)
        case .standing(let standing):
            fold(standing)
        case .audit(let audit):
            fold(audit)
        case .accepted(let acceptance):
            fold(acceptance, at: now)
        case .passed(let passed):
            fold(passed)
        case .service(let service):
            fold(service, at: now)
        case .undeliverable(let end):
            fold(end, at: now)
        case .reoffered(let again):
            fold(again)
        case .read(let mark):
            fold(mark)
        case .changed(let changed):
            fold(changed, at: now)
        case .orders(let standing):
            fold(standing)
        case .words(let standing):
            fold(standing)
        case .link(let order):
            fold(order, at: now)
        case .stated(let statement):
            fold(statement, at: now)
        case .desk(let record):
            fold(record, at: now)
        }
    }

    mutating func fold(_ acceptance: AcceptanceDigest, at now: Instant) {
        guard let slot = insert(acceptance, sequence: nextSequence, at: now) else { return }
        endWaiting(acceptance)
        for index in acceptance.desks.indices {
            expectReceipt(acceptance, index, sequence: nextSequence, at: now)
        }
        if case .arrived(let offered) = acceptance.source, let link = linkOrdinal(offered.peer) {
            links[link].taken.take(
                offered,
                TakenMemory.Taken(acceptance.identity, acceptance.mark, part: acceptance.deliveries.map(\.index)))
        }
        whenSynced(.cable(slot))
    }

    /// A receipt for the desk is to be passed on to another station.
    mutating func expectReceipt(
        _ acceptance: AcceptanceDigest, _ index: Int, sequence: UInt64, at now: Instant
    ) {
        let desk = acceptance.desks[index]
        guard desk.receiptDue, let delivery = acceptance.deliveries.first(where: { $0.index == desk.index }) else {
            return
        }
        guard acceptance.identity.station != settings.station else { return settleOwn(acceptance, desk, delivery.post) }
        let number = CustodyNumber(sequence: sequence, part: UInt16(index + 1))
        keepService(
            number,
            PendingService(
                desk: UInt16(index), destination: acceptance.identity.station, precedence: delivery.precedence,
                born: Int64(clamping: now.boot)))
        whenSynced(.service(number))
    }

    /// A cable of this station's own came back to a post that has moved here: its originator need not be told.
    private mutating func settleOwn(
        _ acceptance: AcceptanceDigest, _ desk: AcceptanceDigest.Desk, _ post: String
    ) {
        guard case .arrived = acceptance.source else { return }
        settleHere(
            ServiceMessage(
                kind: .receipt, network: settings.network, identity: acceptance.identity,
                contentHash: Digest(acceptance.mark.high, acceptance.mark.low, 0, 0), post: post,
                station: settings.station, office: desk.office, at: desk.at, precedence: .routine, reason: ""),
            receivedAt: acceptance.at)
    }

    /// A cable is kept from now on.
    mutating func insert(_ acceptance: AcceptanceDigest, sequence: UInt64, at now: Instant) -> UInt32? {
        var deliveries = acceptance.deliveries.map { delivery(acceptance, $0) }
        for desk in acceptance.desks {
            guard let position = deliveries.firstIndex(where: { $0.index == desk.index }) else { continue }
            if desk.isDuplicate {
                deliveries[position].state = .duplicate
            } else if !deliveries[position].state.isOnDesk {
                deliveries[position].state = .delivered
                deliveries[position].office = names.number(of: desk.office)
            }
            deliveries[position].at = desk.at
        }
        guard let first = deliveries.first else { return nil }
        let dwell = max(0, min(now.wall - acceptance.at, Int64(acceptance.lifeSeconds) * 1_000))
        let age = Age.bounded(acceptance.ageMilliseconds) + dwell
        var isOrigin = false
        if case .submitted = acceptance.source { isOrigin = true }
        let slot = entries.insert(
            CustodyEntry(
                identity: acceptance.identity, mark: acceptance.mark, sequence: sequence, place: .none, last: .none,
                length: UInt32(clamping: acceptance.length), born: Int64(clamping: now.boot) - age,
                lifeSeconds: acceptance.lifeSeconds, gate: acceptance.gate,
                circumstances: circumstances.number(
                    of: Circumstances(
                        captions: released.rules.limiting(acceptance.captions), trace: acceptance.trace,
                        lives: acceptance.lives),
                    sequence: sequence), isOrigin: isOrigin, first: first,
                others: deliveries.count > 1 ? Array(deliveries.dropFirst()) : []))
        byIdentity.insert(slot, key: CustodyEntry.key(acceptance.identity)) {
            CustodyEntry.key(entries[$0].identity)
        }
        bySequence.insert(slot, key: sequence) { entries[$0].sequence }
        if acceptance.suffix > 0 { suffixes[sequence] = acceptance.suffix }
        liveOctets += CustodyEntry.recordOctets(acceptance.length)
        if acceptance.hasFile { bodies[acceptance.mark, default: 0] += 1 }
        for desk in acceptance.desks where !desk.isDuplicate { enter(desk, slot: slot, mrn: acceptance.mrn) }
        if let reply = acceptance.reply { link(reply, acceptance) }
        if acceptance.corrects != nil { noteCorrection(acceptance) }
        switch acceptance.source {
        case .submitted(_, let key):
            if let key {
                keys[key] = sequence
                reruns.made(key)
            }
            if acceptance.identity.start == settings.start {
                identitiesIssued = max(identitiesIssued, acceptance.identity.number)
            }
        case .arrived(let offered):
            entries[slot].isSuspected = offered.suspectedDuplicate
        }
        return slot
    }

    mutating func delivery(
        _ acceptance: AcceptanceDigest, _ signed: AcceptanceDigest.Delivery
    ) -> CustodyDelivery {
        let why = acceptance.hold == .none ? signed.hold : acceptance.hold
        var delivery = CustodyDelivery(
            index: signed.index, role: signed.role, precedence: signed.precedence, niact: signed.niact,
            state: why == .none ? .queued : .held, why: why, lateAfterNotice: false,
            post: names.number(of: signed.post), office: NameTable.none,
            station: signed.station, transmission: CustodyDelivery.none, link: CustodyDelivery.noLink,
            since: acceptance.at, at: 0)
        if signed.isMoved { delivery.move(to: signed.station) }
        return delivery
    }

    mutating func enter(_ desk: AcceptanceDigest.Desk, slot: UInt32, mrn: String?) {
        isOpenNow(slot)
        inbox.add(
            InboxEntry(
                arrival: desk.arrival, slot: slot, index: desk.index, office: names.number(of: desk.office),
                role: desk.role,
                suspectedDuplicate: desk.suspectedDuplicate, at: desk.at, readAt: nil, isAddressed: desk.receiptDue))
        entries[slot].isOnDesk = true
        enterDuties(desk, slot: slot)
        if let mrn, let key = Cable.canonicalMRN(mrn), desk.role != .sipdis {
            let sequence = entries[slot].sequence
            if deliveredByMRN[key]?.last != sequence { deliveredByMRN[key] = (deliveredByMRN[key] ?? []) + [sequence] }
        }
    }

    mutating func fold(_ passed: JournalRecord.Passed) {
        let link = linkOrdinal(passed.peer)
        for item in passed.items {
            if let link {
                links[link].passed.note(
                    item.number, start: passed.start, channel: item.channel, epoch: passed.peerEpoch)
            }
            if let service = services[item.number] {
                if service.passedAt == 0 { passService(item.number, to: link, at: passed.at) }
                continue
            }
            guard item.number.isCable, let slot = slot(ofSequence: item.number.sequence) else { continue }
            touch(slot)
            for position in 0..<entries[slot].deliveryCount
            where item.deliveries.contains(entries[slot][delivery: position].index)
                && waits(slot, position)
            {
                entries[slot][delivery: position].state = .inTransit
                entries[slot][delivery: position].why = .none
                entries[slot][delivery: position].since = passed.at
                entries[slot][delivery: position].link = link.map { UInt16($0) } ?? CustodyDelivery.noLink
                entries[slot][delivery: position].transmission = CustodyDelivery.none
            }
        }
    }

    /// No record says when a hold that ends by itself has ended: what was passed on was held no more.
    func waits(_ slot: UInt32, _ position: Int) -> Bool {
        let delivery = entries[slot][delivery: position]
        return delivery.state == .queued || delivery.state == .held && delivery.why.endsByItself
    }

    /// The neighbour forgot: custody is here again, and the next offer is marked.
    mutating func fold(_ again: JournalRecord.Reoffered) {
        let via = linkOrdinal(again.peer).map { UInt16($0) } ?? CustodyDelivery.noLink
        for item in again.items {
            if services[item.number] != nil {
                services[item.number]?.passedAt = 0
                services[item.number]?.isSuspected = true
                services[item.number]?.via = via
                whenSynced(.service(item.number))
                continue
            }
            guard item.number.isCable, let slot = slot(ofSequence: item.number.sequence) else { continue }
            touch(slot)
            entries[slot].isSuspected = true
            if item.number.timesAnew > 0 { entries[slot].reoffers = item.number.timesAnew }
            for position in 0..<entries[slot].deliveryCount
            where item.deliveries.contains(entries[slot][delivery: position].index)
                && entries[slot][delivery: position].state == .inTransit
            {
                entries[slot][delivery: position].state = .queued
                entries[slot][delivery: position].since = again.at
                entries[slot][delivery: position].link = CustodyDelivery.noLink
            }
            whenSynced(.cable(slot))
        }
    }

    mutating func fold(_ service: ServiceDigest, at now: Instant) {
        let sequence = nextSequence
        if let link = linkOrdinal(service.offered.peer) {
            links[link].taken.take(service.offered, TakenMemory.Taken(service.message))
        }
        note(service.message, at: service.at)
        guard service.message.destination == settings.station else {
            let dwell = max(0, min(now.wall - service.at, 86_400_000 * 365))
            let number = CustodyNumber(sequence: sequence)
            var pending = PendingService(
                destination: service.message.destination, precedence: service.message.precedence,
                born: Int64(clamping: now.boot) - Age.bounded(service.ageMilliseconds) - dwell,
                trace: service.trace)
            pending.via = link(after: service.message)
            keepService(number, pending)
            whenSynced(.service(number))
            noteAnswer(service.message)
            return
        }
        switch service.message.kind {
        case .receipt, .notice, .acknowledgment, .cancelled, .held, .moved, .rerun:
            hear(service.message, at: service.at)
        case .noReceipt: trust(service.message)
        case .inquiry, .hasReceipt, .cancelOrder, .raiseOrder, .tracer, .traceReport: break
        }
    }

    mutating func fold(_ end: EndDigest, at now: Instant) {
        if let slot = slot(ofSequence: end.number.sequence) {
            touch(slot)
            for position in 0..<entries[slot].deliveryCount where entries[slot][delivery: position].index == end.index {
                entries[slot][delivery: position].state = .undeliverable
                entries[slot][delivery: position].since = end.at
            }
        }
        // Custody that came back here may end at its originator's own station.
        guard end.message.identity.station != settings.station else {
            return settle(end.message, receivedAt: end.at)
        }
        let number = CustodyNumber(sequence: nextSequence)
        keepService(
            number,
            PendingService(
                destination: end.message.identity.station, precedence: end.message.precedence,
                born: Int64(clamping: now.boot)))
        whenSynced(.service(number))
    }

    /// A receipt on its way back says that what was passed on from here has arrived.
    mutating func noteAnswer(_ message: ServiceMessage) {
        guard message.kind == .receipt || message.kind == .acknowledgment, let post = names.known(message.post) else {
            return
        }
        var slots: [UInt32] = []
        _ = byIdentity.first(key: CustodyEntry.key(message.identity)) { slot in
            if entries[slot].identity == message.identity,
                entries[slot].mark == ContentMark(message.contentHash)
            {
                slots.append(slot)
            }
            return false
        }
        for slot in slots {
            touch(slot)
            for position in 0..<entries[slot].deliveryCount where entries[slot][delivery: position].post == post {
                let station = entries[slot][delivery: position].station
                guard station == message.station || addresses.isServed(message.post, by: message.station) else {
                    continue
                }
                entries[slot][delivery: position].isAnswered = true
            }
        }
    }

    /// Nobody else can end what waits here, nor say that it was cancelled where that was not ordered.
    private func mayEnd(_ message: ServiceMessage, _ slot: UInt32, _ position: Int) -> Bool {
        let delivery = entries[slot][delivery: position]
        switch message.kind {
        case .cancelled: return delivery.isCancelling || message.station == settings.station
        case .notice:
            let isHere = delivery.state == .queued || delivery.state == .held
            return !isHere || message.station == settings.station
        case .receipt, .acknowledgment, .inquiry, .noReceipt, .hasReceipt, .held, .moved, .cancelOrder, .raiseOrder,
            .tracer, .traceReport, .rerun:
            return true
        }
    }

    /// A receipt outranks a notice whatever the order of arrival (rule 20).
    mutating func settle(_ message: ServiceMessage, receivedAt: Int64) {
        guard let slot = origin(of: message), let position = position(of: message, in: slot) else { return }
        settle(message, slot, position, receivedAt: receivedAt)
    }

    /// The same for what was delivered here, whatever station the delivery was for.
    private mutating func settleHere(_ message: ServiceMessage, receivedAt: Int64) {
        guard let slot = origin(of: message), let position = delivery(of: message, in: slot) else { return }
        settle(message, slot, position, receivedAt: receivedAt)
    }

    private mutating func settle(_ message: ServiceMessage, _ slot: UInt32, _ position: Int, receivedAt: Int64) {
        let state = entries[slot][delivery: position].state
        guard mayEnd(message, slot, position) else { return }
        touch(slot)
        openSuspense(slot, position, message)
        switch (message.kind, state) {
        case (.receipt, .delivered), (.receipt, .acknowledged):
            // Of several deliveries the first counts: what came later may be a duplicate (rule 11). Where the
            // acknowledgment has overtaken the receipt, when the desk had it was not known until now.
            let known = entries[slot][delivery: position].at
            guard known == 0 || message.at < known else { return }
            entries[slot][delivery: position].at = message.at
            if state == .delivered { entries[slot][delivery: position].office = names.number(of: message.office) }
            return
        case (.notice, .delivered), (.receipt, .duplicate), (.notice, .duplicate), (.notice, .undeliverable),
            (.notice, .acknowledged), (.acknowledgment, .acknowledged), (.acknowledgment, .duplicate),
            (.notice, .cancelled), (.cancelled, .delivered), (.cancelled, .duplicate), (.cancelled, .undeliverable),
            (.cancelled, .cancelled), (.cancelled, .acknowledged):
            return
        case (.acknowledgment, .delivered):
            entries[slot][delivery: position].state = .acknowledged
            entries[slot][delivery: position].office = names.number(of: message.office)
            entries[slot][delivery: position].since = receivedAt
            return
        case (.cancelled, .queued), (.cancelled, .inTransit), (.cancelled, .held):
            entries[slot][delivery: position].state = .cancelled
        case (.receipt, .queued), (.receipt, .inTransit), (.receipt, .held), (.receipt, .undeliverable),
            (.receipt, .cancelled):
            entries[slot][delivery: position].lateAfterNotice = state == .undeliverable || state == .cancelled
            entries[slot][delivery: position].state = .delivered
            entries[slot][delivery: position].office = names.number(of: message.office)
        case (.acknowledgment, .queued), (.acknowledgment, .inTransit), (.acknowledgment, .held),
            (.acknowledgment, .undeliverable), (.acknowledgment, .cancelled):
            // It has overtaken its receipt, and says as much.
            if state == .undeliverable || state == .cancelled {
                entries[slot][delivery: position].lateAfterNotice = true
            }
            entries[slot][delivery: position].state = .acknowledged
            entries[slot][delivery: position].office = names.number(of: message.office)
            entries[slot][delivery: position].since = receivedAt
            entries[slot][delivery: position].at = 0
            return
        case (.notice, .queued), (.notice, .inTransit), (.notice, .held):
            entries[slot][delivery: position].state = .undeliverable
        case (.inquiry, _), (.noReceipt, _), (.hasReceipt, _), (.held, _), (.moved, _), (.cancelOrder, _),
            (.raiseOrder, _), (.tracer, _), (.traceReport, _), (.rerun, _):
            return
        }
        entries[slot][delivery: position].since = receivedAt
        entries[slot][delivery: position].at = message.at
    }
}
