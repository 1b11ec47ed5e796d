import Cables
import Octets
import Routing

/// A service message in custody here: waiting, under way, or passed on and kept for the grace (rule 9).
struct PendingService {
    var place: RecordPlace = .none
    /// Which desk of the acceptance states it; nil: it has a record of its own.
    var desk: UInt16?
    var destination: RoutingIndicator
    var precedence: Precedence
    var born: Int64
    var trace: [RoutingIndicator] = []
    /// Milliseconds since 1970: since when a neighbour has custody; 0: it is here.
    var passedAt: Int64 = 0
    /// The link over which it was passed, and is offered again; or `noLink`.
    var via = CustodyDelivery.noLink
    /// Offered again after the neighbour had forgotten it.
    var isSuspected = false
    /// The transmission that carries it, or `none`.
    var transmission = CustodyDelivery.none

    /// Octets that a record of its own takes, about.
    static let recordOctets: UInt64 = 640
}

extension StationCustody {
    mutating func keepService(_ number: CustodyNumber, _ service: PendingService) {
        guard services.updateValue(service, forKey: number) == nil else { return }
        if service.desk == nil {
            liveOctets += PendingService.recordOctets
        } else {
            openReceipts[number.sequence, default: 0] += 1
        }
    }

    mutating func dropService(_ number: CustodyNumber) {
        guard let service = services.removeValue(forKey: number) else { return }
        if service.desk == nil {
            liveOctets -= min(liveOctets, PendingService.recordOctets)
        } else if let count = openReceipts[number.sequence] {
            openReceipts[number.sequence] = count > 1 ? count - 1 : nil
        }
    }

    /// A neighbour has custody of a service message. It stays here for the grace: the neighbour may lose its disk.
    mutating func passService(_ number: CustodyNumber, to link: Int?, at: Int64) {
        guard let link else { return dropService(number) }
        services[number]?.passedAt = at
        services[number]?.via = UInt16(link)
        // Its record names them still.
        services[number]?.trace = []
    }

    /// Whether what was passed on must be known still, so that it can be offered again.
    func mayBeOfferedAgain(_ number: CustodyNumber, at now: Instant) -> Bool {
        if let service = services[number] {
            return service.passedAt == 0 || now.wall - service.passedAt <= settings.graceMilliseconds
        }
        guard number.isCable, let slot = slot(ofSequence: number.sequence) else { return false }
        return (0..<entries[slot].deliveryCount).contains {
            let delivery = entries[slot][delivery: $0]
            return delivery.state == .inTransit && !delivery.isAnswered
        }
    }

    /// Looks at a part of what was passed to each neighbour: what is too old for rule 9 is forgotten, and with it the
    /// service messages that were kept for it.
    mutating func forgetPassed(most: Int, at now: Instant) {
        for link in links.indices {
            var passed = PassedMemory()
            swap(&passed, &links[link].passed)
            var over: [CustodyNumber] = []
            passed.forget(most: most) { number in
                guard !mayBeOfferedAgain(number, at: now) else { return false }
                over.append(number)
                return true
            }
            swap(&passed, &links[link].passed)
            for number in over { dropService(number) }
        }
    }

    /// Says again what only segments up to one say of what was passed on.
    mutating func sayPassedAgain(through segment: UInt32, at now: Instant, _ actions: inout Actions) {
        for link in links.indices {
            guard let epoch = links[link].passed.epoch else { continue }
            let taken = links[link].passed.take(through: segment).filter { mayBeOfferedAgain($0.number, at: now) }
            var starts: [UInt64] = []
            for item in taken where starts.last != item.start && !starts.contains(item.start) {
                starts.append(item.start)
            }
            for start in starts {
                var items = taken.filter { $0.start == start }.map {
                    JournalRecord.Passed.Item(number: $0.number, deliveries: [], channel: $0.channel, previous: .none)
                }
                while !items.isEmpty {
                    let count = JournalRecord.Passed.fitting(items)
                    record(
                        .passed(
                            JournalRecord.Passed(
                                peer: links[link].peer, peerEpoch: epoch, start: start, at: 0,
                                items: Array(items[..<count]))), at: now, &actions)
                    items.removeFirst(count)
                }
            }
        }
    }
}
