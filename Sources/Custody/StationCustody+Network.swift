package import Cables
import Octets
package import Routing

/// A new network file while the station runs: what waits takes its new way, what is held is looked at again, and nothing
/// is dropped.
extension StationCustody {
    /// - Returns: neighbours that are new, in the order of their links, and those whose session must not go on as it is:
    ///   the link is gone, or allows less than before.
    package mutating func adopt(
        _ routing: RoutingTable, _ addresses: AddressBook, at now: Instant, _ actions: inout Actions
    ) -> (new: [RoutingIndicator], narrowed: [RoutingIndicator]) {
        let before = released
        released = ReleasedRoutes(routing)
        self.addresses = addresses
        var new: [RoutingIndicator] = []
        for peer in routing.neighbours where linkOrdinal(peer) == nil {
            var ledger = LinkLedger(peer: peer, chunkOctets: settings.chunkOctets)
            ledger.downSince = now.boot + Self.startMilliseconds
            links.append(ledger)
            new.append(peer)
        }
        var narrowed: [RoutingIndicator] = []
        for link in links.indices {
            let peer = links[link].peer
            let wasGone = links[link].isGone
            links[link].isGone = !routing.neighbours.contains(peer)
            if wasGone, !links[link].isGone { links[link].downSince = now.boot + Self.startMilliseconds }
            if links[link].isGone || isNarrower(link, than: before) { narrowed.append(peer) }
        }
        refusedBy.removeAll()
        lookAgain(at: now, &actions)
        hearEarlyWords(at: now, &actions)
        for link in links.indices { fill(link, at: now, &actions) }
        actions.wake(at: now.boot + Self.startMilliseconds)
        return (new, narrowed)
    }

    private func isNarrower(_ link: Int, than before: ReleasedRoutes) -> Bool {
        let peer = links[link].peer
        return routing.clearance(ofLinkTo: peer) < before.plain.clearance(ofLinkTo: peer)
            || routing.network.station(peer)?.nation != before.plain.network.station(peer)?.nation
            || routing.network.captionRules != before.plain.network.captionRules
    }

    private mutating func lookAgain(at now: Instant, _ actions: inout Actions) {
        for slot in 0..<entries.high where entries.holds(slot) {
            var isOpen = false
            for position in 0..<entries[slot].deliveryCount {
                let state = entries[slot][delivery: position].state
                guard state == .queued || state == .held else { continue }
                isOpen = true
                followPost(slot, position, at: now, &actions)
            }
            if isOpen { unsettled.insert(entries[slot].sequence) }
        }
        settle(at: now, &actions)
        for number in services.keys.sorted() {
            guard let service = services[number], service.passedAt == 0 else { continue }
            if service.transmission == CustodyDelivery.none {
                if !unsynced.contains(where: { $0.work.isService(number) }) { route(number, at: now, &actions) }
            } else if links[Int(transmissions[service.transmission].link)].isGone {
                moveAway(service.transmission, at: now, &actions)
            }
        }
    }

    /// Rule 22: only where the delivery surely is. What is on its way is passed on by the station where it arrives.
    private mutating func followPost(_ slot: UInt32, _ position: Int, at now: Instant, _ actions: inout Actions) {
        let delivery = entries[slot][delivery: position]
        let post = names[delivery.post]
        if delivery.station == settings.station {
            // It waits between custody and desk: for a post that nobody knew, or while its cable is read.
            if delivery.state == .held {
                guard delivery.why == .unknownPost || delivery.why.endsByItself,
                    !addresses.stations(serving: post).isEmpty
                else { return }
                change(slot, position, .released, user: nil, reason: "", at: now, &actions)
            }
            return seekPosts(sequence: entries[slot].sequence, at: now, &actions)
        }
        let homes = addresses.stations(serving: post)
        guard !addresses.isServed(post, by: delivery.station), isInHand(slot, position),
            let station = homes.contains(settings.station) ? settings.station : homes.first
        else { return }
        let isOrigin = entries[slot].isOrigin
        // The addressee's station may know better where its post is; a relay moves what nobody else could.
        // Nor does it wait for a way to that station where the post is here.
        let isHome = station == settings.station && delivery.state == .held
        guard isOrigin || isHome || routing.network.station(delivery.station) == nil,
            delivery.state == .queued || delivery.why.endsByItself
        else { return }
        takeOff(slot, position)
        if delivery.state == .held { change(slot, position, .released, user: nil, reason: "", at: now, &actions) }
        change(slot, position, .moved(station), user: nil, reason: "", at: now, &actions)
        if station == settings.station { seekPosts(sequence: entries[slot].sequence, at: now, &actions) }
    }
}

extension StationCustody.Work {
    fileprivate func isService(_ number: CustodyNumber) -> Bool {
        switch self {
        case .cable: false
        case .service(let other): other == number
        }
    }
}
