import Cables
import Custody
import Routing

/// Holds every choice of what a link sends next against what was ready for it: by precedence at every chunk, receipts
/// before cables, and within one the first accepted first.
final class OrderChecker {
    /// Milliseconds for which a refused offer rests, as in the core.
    private static let refusalPause: UInt64 = 60_000
    private static let diskPause: UInt64 = 5_000

    private enum State: Equatable {
        case ready
        /// Offered without its body: the neighbour has not said where it wants it from.
        case asking
        case offered
        /// Refused: not before this moment.
        case paused(until: UInt64)
    }

    private struct Item {
        var lane: Int
        var number: CustodyNumber
        var state = State.ready
        var channel: UInt64 = 0
        var deliveries: Set<UInt16>
    }

    private unowned let station: SimulatedStation
    private let routing: RoutingTable
    private let own: RoutingIndicator
    private var links: [[UInt64: Item]]
    private var sessions: [UInt64?]
    private let neighbours: [RoutingIndicator]
    /// How often the cables here were offered anew.
    private var anew: [UInt64: UInt8] = [:]
    /// What was chosen and is not yet on its way, in order.
    private var chosen: [[(session: UInt64?, slice: Slice)]]
    /// Deliveries whose receipt or notice has come to its end here.
    private var answered: Set<Answer> = []

    private struct Answer: Hashable {
        var identity: CableIdentity
        var post: String
    }

    init(_ station: SimulatedStation, _ process: StationProcess) {
        self.station = station
        routing = process.custody.routing
        own = station.name
        neighbours = routing.neighbours
        links = neighbours.map { _ in [:] }
        sessions = neighbours.map { _ in nil }
        chosen = neighbours.map { _ in [] }
    }

    // MARK: What becomes ready

    /// The core has heard that a record is synced.
    func released(_ sequence: UInt64, _ digest: RecordDigest) {
        switch digest {
        case .accepted(let acceptance):
            addCable(sequence, acceptance)
            for (index, desk) in acceptance.desks.enumerated() where desk.receiptDue {
                guard let delivery = acceptance.deliveries.first(where: { $0.index == desk.index }) else { continue }
                addService(
                    CustodyNumber(sequence: sequence, part: UInt16(index + 1)), to: acceptance.identity.station,
                    delivery.precedence, trace: [])
            }
        case .service(let service):
            addService(
                CustodyNumber(sequence: sequence), to: service.message.destination, service.message.precedence,
                trace: service.trace)
        case .stated(let statement):
            addService(
                CustodyNumber(sequence: sequence), to: statement.message.destination, statement.message.precedence,
                trace: [])
        case .undeliverable(let end):
            addService(
                CustodyNumber(sequence: sequence), to: end.message.identity.station, end.message.precedence, trace: [])
        case .reoffered(let again):
            willOfferAnew(digest)
            for item in again.items {
                let sequence = item.number.sequence
                switch station.ledger.books[station.index].kept[sequence]?.digest {
                case .accepted(let acceptance)? where item.number.isCable:
                    addCable(sequence, acceptance, only: Set(item.deliveries))
                case .accepted(let acceptance)?:
                    let desk = acceptance.desks[Int(item.number.part) - 1]
                    guard let delivery = acceptance.deliveries.first(where: { $0.index == desk.index }) else { break }
                    addAgain(item.number, over: again.peer, delivery.precedence)
                case .service(let service)?: addAgain(item.number, over: again.peer, service.message.precedence)
                case .undeliverable(let end)?: addAgain(item.number, over: again.peer, end.message.precedence)
                case .stated(let said)?: addAgain(item.number, over: again.peer, said.message.precedence)
                case .passed?, .started?, .certificate?, .read?, .reoffered?, .carried?, .carriedService?, .standing?,
                    .audit?, nil:
                    break
                }
            }
        case .passed, .started, .certificate, .read, .carried, .carriedService, .standing, .audit: break
        }
    }

    private func addCable(_ sequence: UInt64, _ acceptance: AcceptanceDigest, only: Set<UInt16>? = nil) {
        guard acceptance.hold == .none else { return }
        let number = CustodyNumber(sequence: sequence, anew: anew[sequence] ?? 0)
        for delivery in acceptance.deliveries
        where delivery.station != own && only?.contains(delivery.index) ?? true {
            if answered.contains(Answer(identity: acceptance.identity, post: delivery.post)) { continue }
            guard let next = routing.routes(to: delivery.station, classification: acceptance.gate).first?.nextStation,
                let link = neighbours.firstIndex(of: next)
            else { continue }
            let lane = Int(delivery.precedence.rawValue) * 2
            var item = links[link][number.raw] ?? Item(lane: lane, number: number, deliveries: [])
            item.lane = max(item.lane, lane)
            item.deliveries.insert(delivery.index)
            links[link][number.raw] = item
        }
    }

    /// From here on a cable is offered under another number.
    func willOfferAnew(_ digest: RecordDigest) {
        guard case .reoffered(let again) = digest else { return }
        for item in again.items where item.number.timesAnew > 0 { anew[item.number.sequence] = item.number.timesAnew }
    }

    private func addService(
        _ number: CustodyNumber, to destination: RoutingIndicator, _ precedence: Precedence, trace: [RoutingIndicator]
    ) {
        guard destination != own else { return }
        let routes = routing.routes(to: destination, classification: .unclassified)
        let onward = routes.first { !trace.contains($0.nextStation) } ?? routes.first
        guard let next = onward?.nextStation, let link = neighbours.firstIndex(of: next) else { return }
        links[link][number.raw] = Item(lane: Int(precedence.rawValue) * 2 + 1, number: number, deliveries: [])
    }

    /// A service message goes again to the neighbour that has forgotten it.
    private func addAgain(_ number: CustodyNumber, over peer: RoutingIndicator, _ precedence: Precedence) {
        guard let link = neighbours.firstIndex(of: peer) else { return }
        links[link][number.raw] = Item(lane: Int(precedence.rawValue) * 2 + 1, number: number, deliveries: [])
    }

    /// The core has decided on a record: what it ends is not sent any more.
    func decided(_ record: JournalRecord) {
        switch record {
        case .passed(let passed): ended(passed)
        case .undeliverable(let end): ended(end.number, end.index)
        case .service(let service): answered(service.message)
        case .accepted, .started, .certificate, .read, .reoffered, .carried, .carriedService, .standing, .audit,
            .stated:
            break
        }
    }

    /// The same for a record that was replayed.
    func replayed(_ digest: RecordDigest) {
        switch digest {
        case .passed(let passed): ended(passed)
        case .undeliverable(let end): ended(end.number, end.index)
        case .service(let service): answered(service.message)
        case .accepted, .started, .certificate, .read, .reoffered, .carried, .carriedService, .standing, .audit,
            .stated:
            break
        }
    }

    private func ended(_ passed: JournalRecord.Passed) {
        guard let link = neighbours.firstIndex(of: passed.peer) else { return }
        for item in passed.items {
            guard item.number.isCable, !item.deliveries.isEmpty else {
                links[link][item.number.raw] = nil
                continue
            }
            let same = links[link].keys.filter {
                CustodyNumber(raw: $0).sequence == item.number.sequence && CustodyNumber(raw: $0).isCable
            }
            for number in same { end(number, Set(item.deliveries), link) }
        }
    }

    private func ended(_ number: CustodyNumber, _ index: UInt16) {
        for link in links.indices {
            let same = links[link].keys.filter {
                CustodyNumber(raw: $0).sequence == number.sequence && CustodyNumber(raw: $0).isCable
            }
            for number in same { end(number, [index], link) }
        }
    }

    private func end(_ number: UInt64, _ deliveries: Set<UInt16>, _ link: Int) {
        guard var item = links[link][number], !item.deliveries.isEmpty else { return }
        item.deliveries.subtract(deliveries)
        links[link][number] = item.deliveries.isEmpty ? nil : item
    }

    private func answered(_ message: ServiceMessage) {
        guard message.isOutcome, message.identity.station == own else { return }
        answered.insert(Answer(identity: message.identity, post: message.post))
    }

    // MARK: What the core is told

    func linkUp(_ link: Int, session: UInt64) {
        if sessions[link] != nil { takeBack(link) }
        sessions[link] = session
    }

    func linkDown(_ link: Int, session: UInt64) {
        guard sessions[link] == session else { return }
        takeBack(link)
        sessions[link] = nil
    }

    /// What was under way waits again.
    private func takeBack(_ link: Int) {
        for number in links[link].keys {
            switch links[link][number]?.state {
            case .asking?, .offered?: links[link][number]?.state = .ready
            case .ready?, .paused?, nil: break
            }
            links[link][number]?.channel = 0
        }
    }

    func resumed(_ link: Int, session: UInt64, channel: UInt64) {
        guard sessions[link] == session, let number = number(onChannel: channel, link),
            links[link][number]?.state == .asking
        else { return }
        links[link][number]?.state = .ready
    }

    /// - Parameter boot: the station's clock.
    func refused(_ link: Int, session: UInt64, channel: UInt64, code: String, boot: UInt64) {
        guard sessions[link] == session, let number = number(onChannel: channel, link) else { return }
        links[link][number]?.state = .paused(
            until: boot + (code == "DISK" ? Self.diskPause : Self.refusalPause))
        links[link][number]?.channel = 0
    }

    func woke(at boot: UInt64) {
        for link in links.indices {
            for number in links[link].keys {
                if case .paused(let until)? = links[link][number]?.state, until <= boot {
                    links[link][number]?.state = .ready
                }
            }
        }
    }

    private func number(onChannel channel: UInt64, _ link: Int) -> UInt64? {
        links[link].first { $0.value.channel == channel }?.key
    }

    /// What is not yet at its end, or nil.
    ///
    /// - Parameter restingCounts: false where octets were damaged, so that some offers rest for ever.
    func waiting(restingCounts: Bool) -> String? {
        for (link, all) in links.enumerated() {
            let items = all.filter {
                if case .paused = $0.value.state { return restingCounts }
                return true
            }
            guard let number = items.keys.min(), let item = items[number] else { continue }
            return "\(items.count) wait for \(neighbours[link]), first custody \(number), \(item.state)"
        }
        return nil
    }

    // MARK: What the core chose

    func chose(_ slice: Slice, link: Int) {
        guard let item = links[link][slice.number.raw] else {
            return breaks("custody \(slice.number.raw) is sent, and nothing of it is to go over link \(link)")
        }
        guard item.state == .ready else {
            return breaks("custody \(slice.number.raw) is sent, and is not ready")
        }
        let ready = links[link].values.filter { $0.state == .ready }
        if let first = ready.max(by: { ($0.lane, $1.number) < ($1.lane, $0.number) }), first.number != item.number {
            breaks(
                "custody \(item.number.raw) of lane \(item.lane) is sent before \(first.number.raw) of \(first.lane)")
        }
        links[link][slice.number.raw]?.channel = slice.channel
        chosen[link].append((sessions[link], slice))
        switch slice.content {
        case .offerCable(_, _, let withBody): links[link][slice.number.raw]?.state = withBody ? .offered : .asking
        case .offerService: links[link][slice.number.raw]?.state = .offered
        case .chunk(_, _, _, let last): if last { links[link][slice.number.raw]?.state = .offered }
        }
    }

    /// What was chosen leaves in the order in which it was chosen.
    func sent(_ slice: Slice, link: Int, session: UInt64) {
        while let next = chosen[link].first, next.session != session { chosen[link].removeFirst() }
        guard let next = chosen[link].first, next.slice == slice else {
            return breaks("custody \(slice.number.raw) leaves out of turn")
        }
        chosen[link].removeFirst()
    }

    private func breaks(_ what: String) {
        station.world.breaks(.orderOnLinks, station: station.index, what)
    }
}
