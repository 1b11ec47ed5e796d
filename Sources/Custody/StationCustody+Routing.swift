import Cables
import Octets
import Routing

/// Which link each delivery takes: the cheapest that may have it, another one while that is down for too long (rule 14).
extension StationCustody {
    /// Where a delivery goes now.
    enum Choice: Equatable {
        /// `isBest`: no other link would be taken if it were up.
        case link(Int, isBest: Bool)
        case held(HoldReason)
    }

    /// A synced thing may move: it gets its transmissions.
    mutating func release(_ work: Work, at now: Instant, _ actions: inout Actions) {
        switch work {
        case .cable(let slot): route(slot, at: now, &actions)
        case .service(let number): route(number, at: now, &actions)
        }
    }

    /// Whether a link can be counted on for this precedence: it is up, or not down for long.
    func isUsable(_ link: Int, _ precedence: Precedence, isService: Bool = false, at now: Instant) -> Bool {
        let ledger = links[link]
        if ledger.isGone { return false }
        let down = ledger.isUp ? nil : ledger.downSince
        guard let since = barredSince(link, precedence, isService: isService) else {
            return down.map { isPatient($0, precedence, at: now) } ?? true
        }
        // A closing whose end is told is waited for by what has the time.
        let endIsTold = (ledger.own.closing ?? ledger.theirs.closing)?.endsAt != nil
        return (endIsTold && precedence == .routine) || isPatient(min(since, down ?? since), precedence, at: now)
    }

    private func isPatient(_ since: UInt64, _ precedence: Precedence, at now: Instant) -> Bool {
        now.boot < since || now.boot - since < patience(precedence)
    }

    /// Since when orders keep this precedence from a link.
    private func barredSince(_ link: Int, _ precedence: Precedence, isService: Bool) -> UInt64? {
        let own = links[link].own.since(precedence, isService: isService)
        let theirs = links[link].theirs.since(precedence, isService: isService)
        return own.map { min($0, theirs ?? $0) } ?? theirs
    }

    func patience(_ precedence: Precedence) -> UInt64 {
        settings.alternateAfterMilliseconds[Int(precedence.rawValue)]
    }

    // MARK: The choice

    /// The cheapest link that can be counted on and does not lead back; else one that leads back, once; else the
    /// cheapest, to wait for it. What came back here goes to no station again that has had it: loops end in a hold.
    mutating func choose(
        to station: RoutingIndicator, _ precedence: Precedence, _ slot: UInt32, at now: Instant
    ) -> Choice {
        let course = circumstances.circumstances(entries[slot].circumstances, sequence: entries[slot].sequence)
        let routes = released.routes(to: station, entries[slot].gate, course.captions)
        let refusers = refusedBy[entries[slot].sequence] ?? []
        var forward: (link: Int, isBest: Bool)?
        var back: (link: Int, isUsable: Bool)?
        var isBest = true
        for route in routes {
            guard let link = linkOrdinal(route.nextStation) else { continue }
            let isUsable = isUsable(link, precedence, at: now)
            if course.trace.contains(route.nextStation) {
                if back == nil || (isUsable && back?.isUsable == false) { back = (link, isUsable) }
                continue
            }
            if refusers.contains(UInt16(link)), !refusersAll(refusers, routes, course.trace) { continue }
            if isUsable { return .link(link, isBest: isBest) }
            if forward == nil { forward = (link, isBest) }
            isBest = false
        }
        let hadBefore = course.trace.contains(settings.station)
        if let back, back.isUsable, !hadBefore { return .link(back.link, isBest: false) }
        if let forward { return .link(forward.link, isBest: forward.isBest) }
        if let back { return hadBefore ? .held(.loop) : .link(back.link, isBest: true) }
        return .held(reasonWithoutRoute(to: station))
    }

    /// Where every link that leads on has refused the cable, it is offered again where it would go first.
    private func refusersAll(_ refusers: Set<UInt16>, _ routes: [Route], _ trace: [RoutingIndicator]) -> Bool {
        routes.allSatisfy { route in
            guard let link = linkOrdinal(route.nextStation), !trace.contains(route.nextStation) else { return true }
            return refusers.contains(UInt16(link))
        }
    }

    func reasonWithoutRoute(to station: RoutingIndicator) -> HoldReason {
        released.plain.routes(to: station, classification: .unclassified).isEmpty ? .noRoute : .notCleared
    }

    // MARK: Cables

    /// Deliveries that share a next station share one transmission (rule 15).
    mutating func route(_ slot: UInt32, at now: Instant, _ actions: inout Actions) {
        var open: [Int] = []
        for position in 0..<entries[slot].deliveryCount {
            let delivery = entries[slot][delivery: position]
            // What has a transmission keeps it: only what was handed on and came back is without one.
            guard delivery.state == .queued, delivery.station != settings.station,
                delivery.transmission == CustodyDelivery.none
            else { continue }
            open.append(position)
        }
        assign(slot, open, suspected: false, at: now, &actions)
    }

    /// Gives deliveries without a transmission theirs, or holds them with a reason.
    mutating func assign(
        _ slot: UInt32, _ positions: [Int], suspected: Bool, at now: Instant, _ actions: inout Actions
    ) {
        var ways: [(link: Int, positions: [Int])] = []
        for position in positions {
            let delivery = entries[slot][delivery: position]
            switch choose(to: delivery.station, delivery.precedence, slot, at: now) {
            case .held(let why): hold(slot, position, why, suspected: suspected, at: now, &actions)
            case .link(let link, let isBest):
                if !isBest { unsettled.insert(entries[slot].sequence) }
                if let way = ways.firstIndex(where: { $0.link == link }) {
                    ways[way].positions.append(position)
                } else {
                    ways.append((link, [position]))
                }
            }
        }
        for way in ways {
            for group in groups(way.positions, of: slot) {
                transmit(slot, group, over: way.link, suspected: suspected, at: now)
            }
            planAlternate(way.link, at: now, &actions)
        }
    }

    /// A FLASH does not take lower deliveries for other stations along where they would cost it chunks (rule 15).
    private func groups(_ positions: [Int], of slot: UInt32) -> [[Int]] {
        guard positions.count > 1, Int(entries[slot].length) > settings.chunkOctets else { return [positions] }
        let urgent = positions.filter { entries[slot][delivery: $0].precedence >= .flash }
        guard !urgent.isEmpty, urgent.count < positions.count else { return [positions] }
        let stations = Set(urgent.map { entries[slot][delivery: $0].station })
        let first = positions.filter { stations.contains(entries[slot][delivery: $0].station) }
        let rest = positions.filter { !stations.contains(entries[slot][delivery: $0].station) }
        return rest.isEmpty ? [first] : [first, rest]
    }

    /// It stays until a way opens. The originator is told the first time.
    private mutating func hold(
        _ slot: UInt32, _ position: Int, _ why: HoldReason, suspected: Bool, at now: Instant, _ actions: inout Actions
    ) {
        if suspected { entries[slot].isSuspected = true }
        if !tellOfHold(slot, position, why, at: now, &actions) {
            entries[slot][delivery: position].state = .held
            entries[slot][delivery: position].why = why
            entries[slot][delivery: position].since = now.wall
        }
        unsettled.insert(entries[slot].sequence)
        alarm("delivery.held", entries[slot].identity, "why", why.sentence, &actions)
    }

    private mutating func transmit(
        _ slot: UInt32, _ positions: [Int], over link: Int, suspected: Bool, at now: Instant
    ) {
        let precedence = positions.map { entries[slot][delivery: $0].precedence }.max() ?? .routine
        let index = transmissions.insert(
            Transmission(
                number: entries[slot].offerNumber, isService: false, link: UInt16(link), precedence: precedence))
        transmissions[index].suspectedDuplicate = entries[slot].isSuspected || suspected
        for position in positions { entries[slot][delivery: position].transmission = index }
        links[link].queue.append(index, &transmissions)
        links[link].waiting[Int(precedence.rawValue)] += 1
        noteOvertaking(index, on: link, at: now)
    }

    // MARK: Receipts, notices, orders

    mutating func route(_ number: CustodyNumber, at now: Instant, _ actions: inout Actions) {
        guard let service = services[number], service.passedAt == 0 else { return }
        guard let link = serviceLink(service, at: now) else {
            actions.now.append(
                .event(
                    StationEvent(
                        .warning, "receipt.unroutable", [("station", service.destination.description)])))
            return
        }
        let index = transmissions.insert(
            Transmission(number: number, isService: true, link: UInt16(link), precedence: service.precedence))
        transmissions[index].suspectedDuplicate = service.isSuspected
        services[number]?.transmission = index
        planAlternate(link, at: now, &actions)
        links[link].queue.append(index, &transmissions)
    }

    /// As for cables; but where every way leads back it goes back, once: it costs little, and nobody holds a receipt by
    /// hand. What has been here before takes the best way, and waits where that way is cut: else two stations that are cut
    /// off together would hand it to one another as fast as they can.
    private func serviceLink(_ service: PendingService, at now: Instant) -> Int? {
        // What a neighbour has forgotten goes to it again, and an order goes after its cable.
        if service.via != CustodyDelivery.noLink,
            isUsable(Int(service.via), service.precedence, isService: true, at: now),
            !service.trace.contains(links[Int(service.via)].peer)
        {
            return Int(service.via)
        }
        var first: Int?
        var back: Int?
        for route in released.plain.routes(to: service.destination, classification: .unclassified) {
            guard let link = linkOrdinal(route.nextStation) else { continue }
            guard !service.trace.contains(route.nextStation) else {
                if back == nil, isUsable(link, service.precedence, isService: true, at: now) { back = link }
                continue
            }
            if isUsable(link, service.precedence, isService: true, at: now) { return link }
            first = first ?? link
        }
        let hadBefore = service.trace.contains(settings.station) || service.trace.count >= Acceptance.traceMax - 1
        if let back, !hadBefore { return back }
        return first
            ?? released.plain.routes(to: service.destination, classification: .unclassified).first
            .flatMap { linkOrdinal($0.nextStation) }
    }

    // MARK: Alternates

    /// Moves what waits for links that are down for longer than its precedence allows, where another link may have it.
    ///
    /// What was offered and may have been taken goes on marked as a suspected duplicate: the desk tells it (rule 5).
    mutating func moveToAlternates(at now: Instant, _ actions: inout Actions) {
        guard links.contains(where: \.isUp) else { return }
        for link in links.indices where !links[link].isUp || links[link].isRestrained {
            for precedence in Precedence.allCases.reversed() where !isUsable(link, precedence, at: now) {
                for index in links[link].queue.waiting(precedence, transmissions) {
                    moveAway(index, at: now, &actions)
                }
            }
        }
    }

    mutating func moveAway(_ index: UInt32, at now: Instant, _ actions: inout Actions) {
        let link = Int(transmissions[index].link)
        guard transmissions[index].state == .ready else { return }
        if transmissions[index].isService {
            let number = transmissions[index].number
            guard let service = services[number], let other = serviceLink(service, at: now), other != link else {
                return
            }
            links[link].queue.remove(index, &transmissions)
            transmissions.release(index)
            route(number, at: now, &actions)
            return
        }
        reassign(index, at: now, &actions)
    }

    /// Takes the deliveries of a transmission that others would carry better, and gives them to those.
    mutating func reassign(_ index: UInt32, at now: Instant, _ actions: inout Actions) {
        guard let slot = slot(ofSequence: transmissions[index].number.sequence) else { return }
        let link = Int(transmissions[index].link)
        var leaving: [Int] = []
        for position in 0..<entries[slot].deliveryCount
        where entries[slot][delivery: position].transmission == index {
            let delivery = entries[slot][delivery: position]
            if case .link(link, _) = choose(to: delivery.station, delivery.precedence, slot, at: now) { continue }
            leaving.append(position)
        }
        guard !leaving.isEmpty else { return }
        let inDoubt = transmissions[index].isInDoubt
        let suspected = transmissions[index].suspectedDuplicate
        take(leaving, of: slot, off: index)
        assign(slot, leaving, suspected: inDoubt || suspected, at: now, &actions)
    }

    /// A transmission's set of deliveries shrinks; it ranks as the highest that is left in it, and ends with the last
    /// (rule 15). Only what is not under way.
    mutating func take(_ positions: [Int], of slot: UInt32, off index: UInt32) {
        for position in positions { entries[slot][delivery: position].transmission = CustodyDelivery.none }
        let left = (0..<entries[slot].deliveryCount).filter { entries[slot][delivery: $0].transmission == index }
        guard let highest = left.map({ entries[slot][delivery: $0].precedence }).max() else { return drop(index) }
        rank(index, as: highest)
    }

    /// Gives a transmission its rank; its place among equals stays by number (rule 14).
    mutating func rank(_ index: UInt32, as precedence: Precedence) {
        let old = transmissions[index].precedence
        guard old != precedence else { return }
        let link = Int(transmissions[index].link)
        let inQueue = transmissions[index].state == .ready || transmissions[index].state == .sending
        if inQueue { links[link].queue.remove(index, &transmissions) }
        transmissions[index].precedence = precedence
        if inQueue { links[link].queue.putBack(index, &transmissions) }
        links[link].waiting[Int(old.rawValue)] -= 1
        links[link].waiting[Int(precedence.rawValue)] += 1
    }

    /// A better link may be there now: what left for another one and is not under way yet goes back, and what was held
    /// because every way led back is looked at again.
    mutating func settle(at now: Instant, _ actions: inout Actions) {
        for sequence in unsettled.sorted() {
            unsettled.remove(sequence)
            guard let slot = slot(ofSequence: sequence) else { continue }
            var again: [Int] = []
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                switch delivery.state {
                case .held where delivery.why.endsByItself:
                    if case .held = choose(to: delivery.station, delivery.precedence, slot, at: now) {
                        unsettled.insert(sequence)
                    } else {
                        entries[slot][delivery: position].state = .queued
                        entries[slot][delivery: position].why = .none
                        entries[slot][delivery: position].since = now.wall
                        again.append(position)
                    }
                case .queued:
                    guard delivery.transmission != CustodyDelivery.none else { continue }
                    if transmissions[delivery.transmission].state == .ready {
                        reassign(delivery.transmission, at: now, &actions)
                    }
                    if isOffBest(slot, position, at: now) { unsettled.insert(sequence) }
                case .held, .inTransit, .delivered, .undeliverable, .duplicate, .acknowledged, .cancelled: continue
                }
            }
            assign(slot, again, suspected: false, at: now, &actions)
        }
    }

    private mutating func isOffBest(_ slot: UInt32, _ position: Int, at now: Instant) -> Bool {
        let delivery = entries[slot][delivery: position]
        guard delivery.state == .queued else { return delivery.state == .held }
        guard case .link(let link, let isBest) = choose(to: delivery.station, delivery.precedence, slot, at: now),
            delivery.transmission != CustodyDelivery.none
        else { return true }
        return !isBest || Int(transmissions[delivery.transmission].link) != link
    }

    /// When the next precedence loses patience with a link that is down.
    func planAlternates(at now: Instant, _ actions: inout Actions) {
        for link in links.indices where !links[link].queue.isEmpty { planAlternate(link, at: now, &actions) }
    }

    /// The same for one link, behind which something was put.
    private func planAlternate(_ link: Int, at now: Instant, _ actions: inout Actions) {
        guard !links[link].isUp || links[link].isRestrained else { return }
        for precedence in Precedence.allCases where isUsable(link, precedence, at: now) {
            let barred = barredSince(link, precedence, isService: false)
            guard let since = links[link].isUp ? barred : min(barred ?? .max, links[link].downSince) else { continue }
            let instant = since + patience(precedence)
            if instant > now.boot { actions.wake(at: instant) }
        }
    }
}
