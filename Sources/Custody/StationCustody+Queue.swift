package import Cables

/// One cable on one link, as the queue list shows it.
package struct QueueItem: Sendable {
    package enum State: String, Sendable { case ready, sending, waiting, held, awaitingReceipt }

    package var identity: CableIdentity
    package var place: RecordPlace
    package var precedence: Precedence
    package var state: State
    package var ageMilliseconds: Int64
    package var size: UInt32
    /// Octets that were sent, of what is under way.
    package var sent: UInt32?
    package var to: [String]
    package var link: RoutingIndicator?
    package var attempts: Int
    /// Milliseconds since 1970.
    package var nextAt: Int64?
    /// Never empty for what does not move.
    package var why: String

    package var secondsLeft: Int64 { precedence.speedOfServiceSeconds - ageMilliseconds / 1_000 }
}

/// One line of the queue list before it is read: a million of them fit into memory where the lines would not.
package struct QueueKey: Sendable {
    /// What the list is sorted by first, ascending.
    package let weight: Int64
    fileprivate let number: CustodyNumber
    fileprivate let slot: UInt32
    fileprivate let position: UInt16
    package let precedence: Precedence

    /// By weight, then highest precedence first, then first accepted.
    package static func comesBefore(_ one: QueueKey, _ other: QueueKey) -> Bool {
        if one.weight != other.weight { return one.weight < other.weight }
        if one.precedence != other.precedence { return one.precedence > other.precedence }
        return one.number < other.number
    }
}

extension StationCustody {
    /// Everything that is in custody or awaits a receipt here: highest precedence first, then first accepted.
    package func queueItems(at now: Instant) -> [QueueItem] {
        var keys: [QueueKey] = []
        var next: UInt32? = 0
        while let first = next { next = queueKeys(from: first, most: .max, at: now, into: &keys) }
        return keys.sorted(by: QueueKey.comesBefore).compactMap { queueItem($0, at: now) }
    }

    /// The lines of the next cables, unsorted: whoever lists a million asks piece by piece.
    ///
    /// - Parameters:
    ///   - first: from 0, then what the call before has given.
    ///   - most: places looked at.
    ///   - weigh: what a line is sorted by first, or nil to leave it out; without it all are taken.
    /// - Returns: where to go on, or nil at the end.
    package func queueKeys(
        from first: UInt32, most: Int, at now: Instant, into keys: inout [QueueKey],
        weigh: ((QueueItem) -> Int64?)? = nil
    ) -> UInt32? {
        let end = first < entries.high && Int(entries.high - first) > most ? first + UInt32(most) : entries.high
        for slot in first..<max(first, end) where entries.holds(slot) {
            var seen: [UInt32] = []
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                guard isListed(delivery, of: slot) else { continue }
                let group = group(delivery)
                guard !seen.contains(group) else { continue }
                seen.append(group)
                var weight: Int64 = 0
                if let weigh {
                    guard let given = weigh(queueItem(slot, delivery, group: group, at: now)) else { continue }
                    weight = given
                }
                keys.append(
                    QueueKey(
                        weight: weight, number: entries[slot].custodyNumber, slot: slot, position: UInt16(position),
                        precedence: highest(slot, group)))
            }
        }
        return end < entries.high ? end : nil
    }

    /// The line as it is now, or nil where the delivery has ended.
    package func queueItem(_ key: QueueKey, at now: Instant) -> QueueItem? {
        guard slot(ofSequence: key.number.sequence) == key.slot, Int(key.position) < entries[key.slot].deliveryCount
        else { return nil }
        let delivery = entries[key.slot][delivery: Int(key.position)]
        guard isListed(delivery, of: key.slot) else { return nil }
        return queueItem(key.slot, delivery, group: group(delivery), at: now)
    }

    private func isListed(_ delivery: CustodyDelivery, of slot: UInt32) -> Bool {
        !delivery.state.isEnded && (delivery.state != .inTransit || entries[slot].isOrigin)
    }

    private func highest(_ slot: UInt32, _ group: UInt32) -> Precedence {
        var highest = Precedence.routine
        for position in 0..<entries[slot].deliveryCount {
            let other = entries[slot][delivery: position]
            if !other.state.isEnded, self.group(other) == group { highest = max(highest, other.precedence) }
        }
        return highest
    }

    /// Deliveries of one cable that are shown in one line share this number.
    private func group(_ delivery: CustodyDelivery) -> UInt32 {
        switch delivery.state {
        case .queued: delivery.transmission
        case .inTransit: 0x8000_0000 | UInt32(delivery.link)
        case .held: 0xC000_0000 | UInt32(delivery.why.rawValue)
        case .delivered, .undeliverable, .duplicate, .acknowledged, .cancelled: CustodyDelivery.none
        }
    }

    private func queueItem(
        _ slot: UInt32, _ delivery: CustodyDelivery, group: UInt32, at now: Instant
    ) -> QueueItem {
        var to: [String] = []
        var precedence = delivery.precedence
        for position in 0..<entries[slot].deliveryCount {
            let other = entries[slot][delivery: position]
            guard !other.state.isEnded, self.group(other) == group else { continue }
            to.append(names[other.post])
            precedence = max(precedence, other.precedence)
        }
        var item = QueueItem(
            identity: entries[slot].identity, place: entries[slot].place, precedence: precedence, state: .ready,
            ageMilliseconds: max(0, Int64(clamping: now.boot) - entries[slot].born), size: entries[slot].length,
            to: to, link: nil, attempts: 0, nextAt: nil, why: why(delivery, slot))
        switch delivery.state {
        case .held: item.state = .held
        case .inTransit:
            item.state = .awaitingReceipt
            if delivery.link != CustodyDelivery.noLink { item.link = links[Int(delivery.link)].peer }
        case .queued, .delivered, .undeliverable, .duplicate, .acknowledged, .cancelled:
            guard delivery.transmission != CustodyDelivery.none, transmissions.holds(delivery.transmission) else {
                item.state = .waiting
                return item
            }
            fill(&item, from: delivery.transmission, at: now)
        }
        return item
    }

    private func fill(_ item: inout QueueItem, from index: UInt32, at now: Instant) {
        let transmission = transmissions[index]
        let link = links[Int(transmission.link)]
        item.link = link.peer
        item.attempts = Int(transmission.attempts)
        switch transmission.state {
        case .ready: item.state = link.isUp ? .ready : .waiting
        case .asking, .sending, .offered:
            item.state = .sending
            item.sent = transmission.state == .offered ? item.size : transmission.sent
        case .held: item.state = .held
        }
        if let notBefore = held[index] {
            item.nextAt = now.wall + max(0, Int64(clamping: notBefore) - Int64(clamping: now.boot))
        } else if let endsAt = restraintEnd(Int(transmission.link), transmission.precedence) {
            item.nextAt = now.wall + max(0, Int64(clamping: endsAt) - Int64(clamping: now.boot))
        } else if !link.isUp {
            item.nextAt = link.nextAt
        }
    }
}
