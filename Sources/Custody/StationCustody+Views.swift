package import Cables

/// One inbox entry as it is listed.
package struct InboxItem: Sendable {
    package var identity: CableIdentity
    package var place: RecordPlace
    package var arrival: UInt64
    package var post: String
    package var office: String
    package var role: DeskDelivery.Role
    package var precedence: Precedence
    package var niact: Bool
    package var suspectedDuplicate: Bool
    package var receivedAt: Int64
    package var readAt: Int64?
    package var readBy: UInt32
    package var isAddressed: Bool
    package var facts: DeskFacts
    package var replyDue: Int64?
    package var correctedBy: [CableIdentity]
}

/// What is known of one delivery of a cable that originated here.
package struct ReceiptItem: Sendable {
    package var identity: CableIdentity
    package var place: RecordPlace
    package var last: RecordPlace
    package var delivery: DeliveryReport
    package var isOverdue: Bool
}

/// Where a cable that may be a section of another stands.
package struct SectionPlace: Sendable {
    package var identity: CableIdentity
    package var place: RecordPlace
}

/// What an ID of the user names.
package enum Lookup: Sendable {
    case found(UInt32)
    /// Nothing, but the number that it ends in is the beginning of one cable's. Enough to look at that cable; to act on it
    /// would be a mistake where the cable that was meant is no longer kept.
    case beginning(UInt32)
    case nothing
    case several([CableIdentity])
}

/// How something in custody goes on.
package enum Carriage: Equatable, Sendable {
    /// With a transmission, over a link (ordinal of own links).
    case transmission(UInt32, link: Int)
    /// It does not move, or needs not.
    case none
}

extension StationCustody {
    package func carriage(of sequence: UInt64, delivery index: UInt16) -> Carriage {
        guard let slot = slot(ofSequence: sequence),
            let position = (0..<entries[slot].deliveryCount).first(where: {
                entries[slot][delivery: $0].index == index
            })
        else { return .none }
        return carriage(by: entries[slot][delivery: position].transmission)
    }

    /// Of a receipt, notice or order.
    package func carriage(of number: CustodyNumber) -> Carriage {
        carriage(by: services[number]?.transmission ?? CustodyDelivery.none)
    }

    private func carriage(by index: UInt32) -> Carriage {
        guard index != CustodyDelivery.none, transmissions.holds(index) else { return .none }
        return .transmission(index, link: Int(transmissions[index].link))
    }

    package var cablesHeld: Int { entries.count }

    package func identity(of slot: UInt32) -> CableIdentity { entries[slot].identity }
    package func place(of slot: UInt32) -> RecordPlace { entries[slot].place }
    package func lastPlace(of slot: UInt32) -> RecordPlace { entries[slot].last }
    package func custodyNumber(of slot: UInt32) -> CustodyNumber { entries[slot].custodyNumber }
    package func slot(of number: CustodyNumber) -> UInt32? { slot(ofSequence: number.sequence) }
    package func size(of slot: UInt32) -> UInt32 { entries[slot].length }
    package func gate(of slot: UInt32) -> Classification { entries[slot].gate }

    /// The identity, with or without the routing indicator, or a unique prefix of it.
    package func find(_ text: String) -> Lookup {
        if let identity = CableIdentity(text), let slot = find(identity) { return .found(slot) }
        let wanted = text.uppercased()
        guard !wanted.isEmpty else { return .nothing }
        var matches: [CableIdentity: UInt32] = [:]
        for slot in 0..<entries.high where entries.holds(slot) {
            let identity = entries[slot].identity
            let whole = identity.description
            let short = whole.drop { $0 != "-" }.dropFirst()
            guard whole.hasPrefix(wanted) || short.hasPrefix(wanted) else { continue }
            if short == wanted { return find(whole) }
            if matches[identity].map({ isBetter(slot, than: $0) }) ?? true { matches[identity] = slot }
        }
        if matches.count == 1, let only = matches.first {
            let hyphens = only.key.description.hasPrefix(wanted) ? 2 : 1
            let isNumberCut = wanted.count { $0 == "-" } == hyphens && wanted.last != "-"
            return isNumberCut ? .beginning(only.value) : .found(only.value)
        }
        if matches.isEmpty { return .nothing }
        return .several(
            matches.keys.sorted { ($0.station.packed, $0.start, $0.number) < ($1.station.packed, $1.start, $1.number) })
    }

    /// The cable of just this identity, where it is kept.
    package func find(_ identity: CableIdentity) -> UInt32? {
        var best: UInt32?
        _ = byIdentity.first(key: CustodyEntry.key(identity)) { slot in
            if entries[slot].isArrival(of: identity), best.map({ isBetter(slot, than: $0) }) ?? true { best = slot }
            return false
        }
        return best
    }

    /// Of several arrivals of one cable: the one that originated here, else the one on a desk, else the first.
    private func isBetter(_ slot: UInt32, than other: UInt32) -> Bool {
        func rank(_ slot: UInt32) -> Int { entries[slot].isOrigin ? 2 : entries[slot].isOnDesk ? 1 : 0 }
        return rank(slot) > rank(other)
    }

    package func reports(of slot: UInt32) -> [DeliveryReport] {
        (0..<entries[slot].deliveryCount).map { report(slot, $0) }
    }

    func report(_ slot: UInt32, _ position: Int) -> DeliveryReport {
        let delivery = entries[slot][delivery: position]
        return DeliveryReport(
            post: names[delivery.post], station: delivery.station, role: delivery.role,
            precedence: delivery.precedence, niact: delivery.niact, state: delivery.state, since: delivery.since,
            why: why(delivery, slot),
            office: delivery.office == NameTable.none ? nil : names[delivery.office],
            lateAfterNotice: delivery.lateAfterNotice, isCancelling: delivery.isCancelling,
            movedTo: delivery.isMoved ? delivery.station : nil, at: delivery.at == 0 ? nil : delivery.at)
    }

    func why(_ delivery: CustodyDelivery, _ slot: UInt32) -> String {
        let length = entries[slot].length
        switch delivery.state {
        case .queued:
            guard delivery.transmission != CustodyDelivery.none, transmissions.holds(delivery.transmission) else {
                return delivery.station == settings.station
                    ? "its post is at this station now: it is read for its desk" : "its record is being synced"
            }
            return why(transmissions[delivery.transmission], length: length)
        case .inTransit:
            if let advice = advice[entries[slot].sequence]?[delivery.index] { return advice }
            let taker = delivery.link == CustodyDelivery.noLink ? "a neighbour" : "\(links[Int(delivery.link)].peer)"
            return "\(taker) has custody; the receipt of \(delivery.station) is awaited"
        case .held: return delivery.why.sentence
        case .delivered:
            return isAcknowledgmentDue(delivery) ? "delivered, not acknowledged" : ""
        case .cancelled: return "ended by order of the originator's station"
        case .duplicate, .undeliverable, .acknowledged: return ""
        }
    }

    private func why(_ transmission: Transmission, length: UInt32) -> String {
        let link = links[Int(transmission.link)]
        switch transmission.state {
        case .held: return "\(link.peer) refused it; it is offered again"
        case .asking: return "offered to \(link.peer); it has not yet said from which octet it wants it"
        case .sending: return "\(transmission.sent) of \(length) octets sent to \(link.peer)"
        case .offered: return "sent to \(link.peer); its custody note is awaited"
        case .ready:
            return restraintSentence(Int(transmission.link), transmission.precedence)
                ?? (link.isUp
                    ? "waits for its turn on the link to \(link.peer)" : "link to \(link.peer) is down: \(link.why)")
        }
    }

    package func inboxItems() -> [InboxItem] {
        inbox.entries.map { inboxItem($0) }
    }

    func inboxItem(_ entry: InboxEntry) -> InboxItem {
        let position = (0..<entries[entry.slot].deliveryCount).first {
            entries[entry.slot][delivery: $0].index == entry.index
        }
        let delivery = entries[entry.slot][delivery: position ?? 0]
        return InboxItem(
            identity: entries[entry.slot].identity, place: entries[entry.slot].place, arrival: entry.arrival,
            post: names[delivery.post], office: names[entry.office], role: entry.role,
            precedence: delivery.precedence, niact: delivery.niact, suspectedDuplicate: entry.suspectedDuplicate,
            receivedAt: entry.at, readAt: entry.readAt, readBy: entry.readBy, isAddressed: entry.isAddressed,
            facts: desk.facts[entry.arrival] ?? DeskFacts(),
            replyDue: entry.isAddressed
                ? desk.suspenses[SuspenseKey(sequence: entries[entry.slot].sequence, index: entry.index)]?.due : nil,
            correctedBy: corrections(of: entries[entry.slot].identity))
    }

    /// Every receipt and notice that came back, and what is overdue, for cables that originated here.
    package func receiptItems(at now: Instant) -> [ReceiptItem] {
        var items: [ReceiptItem] = []
        for slot in 0..<entries.high where entries.holds(slot) && entries[slot].isOrigin {
            for position in 0..<entries[slot].deliveryCount {
                let report = report(slot, position)
                let overdue = isOverdue(slot, report, at: now)
                guard report.state.isEnded || overdue else { continue }
                items.append(
                    ReceiptItem(
                        identity: entries[slot].identity, place: entries[slot].place, last: entries[slot].last,
                        delivery: report, isOverdue: overdue))
            }
        }
        return items
    }

    private func isOverdue(_ slot: UInt32, _ report: DeliveryReport, at now: Instant) -> Bool {
        let age = Int64(clamping: now.boot) - entries[slot].born
        return !report.state.isEnded && age > report.precedence.speedOfServiceSeconds * 1_000
    }

    /// Deliveries of cables in custody or originated here that are past their speed of service.
    package func overdueCount(at now: Instant) -> Int {
        var count = 0
        for slot in 0..<entries.high where entries.holds(slot) {
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                let open = delivery.state == .queued || delivery.state == .held || entries[slot].isOrigin
                let age = Int64(clamping: now.boot) - entries[slot].born
                if open, !delivery.state.isEnded, age > delivery.precedence.speedOfServiceSeconds * 1_000 { count += 1 }
            }
        }
        return count
    }

    /// Cables on their way to a link, by precedence.
    package func queuedCounts() -> [Precedence: Int] {
        var counts: [Precedence: Int] = [:]
        for precedence in Precedence.allCases {
            counts[precedence] = links.reduce(0) { $0 + $1.waiting[Int(precedence.rawValue)] }
        }
        return counts
    }

    /// The newest cable that was delivered here and bears one of these references.
    ///
    /// - Parameter keys: canonical MRNs, in the order of the REF line: the first that names a delivered cable counts.
    package func delivered(bearing keys: [String]) -> UInt32? {
        for key in keys {
            for sequence in (deliveredByMRN[key] ?? []).reversed() {
                if let slot = slot(ofSequence: sequence) { return slot }
            }
        }
        return nil
    }

    /// Cables delivered here under one reference, the newest first: sections of one cable bear the same.
    package func sectionPlaces(bearing key: String) -> [SectionPlace] {
        (deliveredByMRN[key] ?? []).reversed().compactMap { sequence in
            slot(ofSequence: sequence).map { SectionPlace(identity: entries[$0].identity, place: entries[$0].place) }
        }
    }

    /// What the hello states for rule 9: the channels of each start of the neighbour that are remembered as taken.
    package func remembered(_ link: Int) -> (epoch: JournalEpoch?, starts: [(start: UInt64, channels: ChannelRanges)]) {
        (links[link].taken.epoch, links[link].taken.starts)
    }

    package func peer(of link: Int) -> RoutingIndicator { links[link].peer }
    package func peerStart(of link: Int) -> UInt64 { links[link].peerStart }

    /// The post that a delivery of the cable's block is for.
    package func post(of slot: UInt32, delivery index: UInt16) -> String? {
        (0..<entries[slot].deliveryCount).first { entries[slot][delivery: $0].index == index }
            .map { names[entries[slot][delivery: $0].post] }
    }

    package func nextChannel(_ link: Int) -> UInt64 { links[link].nextChannel }
}
