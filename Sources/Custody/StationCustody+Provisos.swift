import Cables
import Octets
import Routing

/// What an arrival's octets, the caption rules and the posts of this network make of its deliveries beside what the block
/// says; and what the originator is told of it.
extension StationCustody {
    /// Rule 23: the addressees are read in the octets again, and the stricter holds.
    ///
    /// A collective, and a name that nobody knows here, may stand for any post: the network file of the originator's
    /// station may be a newer one.
    func provisos(_ arrival: CableArrival, _ captions: [String]) -> [Proviso] {
        var provisos: [Proviso] = []
        for index in arrival.part {
            let post = arrival.block.deliveries[Int(index)].post
            let movedTo = arrival.moved.first { $0.index == index }?.station
            var hold = HoldReason.none
            switch addresses.naming(of: post, in: arrival.addressees) {
            case .itself:
                if released.rules.barrier(post: post, collective: nil, captions) != nil { hold = .captionForbids }
            case .perhaps(let collective):
                if released.rules.barrier(post: post, collective: collective, captions) != nil {
                    hold = .captionForbids
                }
            case .not: hold = .notAddressed
            }
            if movedTo != nil || hold != .none {
                provisos.append(Proviso(index: index, movedTo: movedTo, hold: hold))
            }
        }
        return provisos
    }

    // MARK: The originator is told

    /// Records a hold of another station's cable, with the message to its originator, unless it was told before.
    ///
    /// - Returns: whether it did.
    mutating func tellOfHold(
        _ slot: UInt32, _ position: Int, _ why: HoldReason, at now: Instant, _ actions: inout Actions
    ) -> Bool {
        let index = entries[slot][delivery: position].index
        guard why.concernsOriginator, entries[slot].identity.station != settings.station,
            toldOfHold[entries[slot].sequence]?.contains(index) != true
        else { return false }
        change(
            slot, position, .held(why), user: nil, reason: "",
            message: message(
                .held, slot, position, entries[slot][delivery: position].precedence,
                "held by \(settings.station): \(why.sentence)", at: now), at: now, &actions)
        return true
    }

    /// The same for what is held from the first.
    mutating func tellOfHolds(sequence: UInt64, at now: Instant, _ actions: inout Actions) {
        guard let slot = slot(ofSequence: sequence) else { return }
        for position in 0..<entries[slot].deliveryCount where entries[slot][delivery: position].state == .held {
            let why = entries[slot][delivery: position].why
            // What may end by itself is told when it is found to stand.
            guard !why.endsByItself, why != .unknownPost else { continue }
            _ = tellOfHold(slot, position, why, at: now, &actions)
        }
    }

    // MARK: Posts that nobody knows here

    /// Deliveries for this station that are on no desk: the post has come here, has moved, or is not known (rule 22).
    mutating func seekPosts(sequence: UInt64, at now: Instant, _ actions: inout Actions) {
        guard let slot = slot(ofSequence: sequence) else { return }
        for position in 0..<entries[slot].deliveryCount {
            let delivery = entries[slot][delivery: position]
            guard delivery.state == .queued, delivery.station == settings.station else { continue }
            let post = names[delivery.post]
            guard !addresses.isServed(post, by: settings.station) else {
                bringHome(slot, position, &actions)
                continue
            }
            var message = message(
                .held, slot, position, delivery.precedence,
                "held by \(settings.station): \(HoldReason.unknownPost.sentence)", at: now)
            let isOwn = entries[slot].isOrigin
            let others = addresses.stations(serving: post)
            if let station = others.first {
                message.kind = .moved
                message.office = station.description
                message.reason = "\(settings.station) passes it on to \(station), where its post is now"
                change(
                    slot, position, .moved(station), user: nil, reason: "", message: isOwn ? nil : message, at: now,
                    &actions)
            } else {
                change(
                    slot, position, .held(.unknownPost), user: nil, reason: "", message: isOwn ? nil : message,
                    at: now, &actions)
                alarm("delivery.held", entries[slot].identity, "why", HoldReason.unknownPost.sentence, &actions)
            }
        }
    }
}
