import Cables
import Custody
import Octets
import Routing

/// Holds every choice of what a link sends next against what was ready for it: by precedence at every chunk, receipts
/// before cables, and within one the first accepted first.
///
/// It knows by itself what waits; which link that waits for it asks the core, since deliveries change links.
final class OrderChecker {
    /// Milliseconds for which a refused offer rests, as in the core.
    private static let refusalPause: UInt64 = 60_000
    private static let diskPause: UInt64 = 5_000

    private enum State: Equatable {
        case ready
        /// Offered without its body: the neighbour has not said where it wants it from.
        case asking
        case offered
        /// Refused: not before this moment, unless another link takes it.
        case paused(until: UInt64)
    }

    /// One delivery of a cable, or one receipt, notice or order.
    private struct Key: Hashable {
        var sequence: UInt64
        var part: UInt16
        /// -1: no cable.
        var delivery: Int

        init(_ number: CustodyNumber) {
            sequence = number.sequence
            part = number.part
            delivery = -1
        }

        init(_ sequence: UInt64, delivery: UInt16) {
            self.sequence = sequence
            part = 0
            self.delivery = Int(delivery)
        }

        var number: CustodyNumber { CustodyNumber(sequence: sequence, part: part) }
    }

    private struct Unit {
        var lane: Int
        var state = State.ready
        var channel: UInt64 = 0
        /// Over which it was offered last.
        var link = -1

        func mayGo(over link: Int) -> Bool {
            switch state {
            case .ready: true
            case .asking, .offered: false
            case .paused: self.link != link
            }
        }
    }

    private unowned let station: SimulatedStation
    private unowned let process: StationProcess
    private let own: RoutingIndicator
    private var units: [Key: Unit] = [:]
    /// Lanes to which deliveries were raised.
    private var raised: [Key: Int] = [:]
    /// Stations to which deliveries have moved.
    private var homes: [Key: RoutingIndicator] = [:]
    private var wereHome: Set<Key> = []
    private var sessions: [UInt64?]
    private let neighbours: [RoutingIndicator]
    private var restraints: KnownRestraints
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
        self.process = process
        own = station.name
        neighbours = process.custody.routing.neighbours
        sessions = neighbours.map { _ in nil }
        restraints = KnownRestraints(links: neighbours.count)
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
                    delivery.precedence)
            }
        case .service(let service):
            addService(
                CustodyNumber(sequence: sequence), to: service.message.destination, service.message.precedence)
        case .changed(let changed):
            if let message = changed.message {
                addService(CustodyNumber(sequence: sequence), to: message.destination, message.precedence)
            }
            apply(changed)
            switch changed.change {
            case .released: if !isForDesk(changed) { addChanged(changed) }
            case .moved(let station): if station != own, waits(changed) { addChanged(changed) }
            case .held, .cancelling, .cancelled, .raised: break
            }
        case .stated(let statement):
            addService(
                CustodyNumber(sequence: sequence), to: statement.message.destination, statement.message.precedence)
        case .undeliverable(let end):
            addService(CustodyNumber(sequence: sequence), to: end.message.identity.station, end.message.precedence)
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
                    addAgain(item.number, delivery.precedence)
                case .service(let service)?: addAgain(item.number, service.message.precedence)
                case .undeliverable(let end)?: addAgain(item.number, end.message.precedence)
                case .changed(let changed)?:
                    if let message = changed.message { addAgain(item.number, message.precedence) }
                case .stated(let said)?: addAgain(item.number, said.message.precedence)
                case .desk(let record)?:
                    if let message = record.statement { addAgain(item.number, message.precedence) }
                case .passed?, .started?, .certificate?, .read?, .reoffered?, .carried?, .carriedService?, .standing?,
                    .audit?, .orders?, .words?, .link?, nil:
                    break
                }
            }
        case .desk(.acknowledged(let given)):
            guard let message = given.message else { break }
            addService(CustodyNumber(sequence: sequence), to: message.identity.station, message.precedence)
        case .desk(.forwarded), .desk(.archived), .desk(.suspenseClosed), .desk(.told), .desk(.facts): break
        case .passed, .started, .certificate, .read, .carried, .carriedService, .standing, .audit, .orders, .words,
            .link:
            break
        }
    }

    /// What a change takes away, or lifts.
    private func apply(_ changed: ChangeDigest) {
        if let order = changed.endsOrder { units[Key(order)] = nil }
        let key = Key(changed.number.sequence, delivery: changed.index)
        switch changed.change {
        // What ends by itself waits on, though it is told.
        case .held(let why): if !why.endsByItself { units[key] = nil }
        case .cancelled: units[key] = nil
        case .raised(let precedence):
            let lane = Int(precedence.rawValue) * 2
            raised[key] = max(raised[key] ?? 0, lane)
            if let unit = units[key] { units[key]?.lane = max(unit.lane, lane) }
        case .moved(let station):
            homes[key] = station
            // It goes to a desk here.
            if station == own {
                units[key] = nil
                wereHome.insert(key)
            }
        case .released, .cancelling: break
        }
    }

    /// Nobody is to get it over a link.
    private func isForDesk(_ changed: ChangeDigest) -> Bool {
        if let home = homes[key(changed)] { return home == own }
        let digest = station.ledger.books[station.index].kept[changed.number.sequence]?.digest
        guard case .accepted(let acceptance)? = digest else { return false }
        return acceptance.deliveries.contains { $0.index == changed.index && $0.station == own }
    }

    private func key(_ changed: ChangeDigest) -> Key { Key(changed.number.sequence, delivery: changed.index) }

    /// What was passed on and has moved behind that is only shown elsewhere.
    private func waits(_ moved: ChangeDigest) -> Bool {
        if units[key(moved)] != nil || wereHome.contains(key(moved)) { return true }
        let digest = station.ledger.books[station.index].kept[moved.number.sequence]?.digest
        guard case .accepted(let acceptance)? = digest else { return false }
        return acceptance.deliveries.contains { $0.index == moved.index && $0.station == own }
    }

    private func addChanged(_ changed: ChangeDigest) {
        let sequence = changed.number.sequence
        guard case .accepted(let acceptance)? = station.ledger.books[station.index].kept[sequence]?.digest else {
            return
        }
        for delivery in acceptance.deliveries where delivery.index == changed.index {
            let key = Key(sequence, delivery: delivery.index)
            units[key] = Unit(lane: max(raised[key] ?? 0, Int(delivery.precedence.rawValue) * 2))
        }
    }

    private func addCable(_ sequence: UInt64, _ acceptance: AcceptanceDigest, only: Set<UInt16>? = nil) {
        guard acceptance.hold == .none else { return }
        var isOrigin = false
        if case .submitted = acceptance.source { isOrigin = true }
        for delivery in acceptance.deliveries
        where only?.contains(delivery.index) ?? true {
            let home = homes[Key(sequence, delivery: delivery.index)] ?? delivery.station
            guard home != own else { continue }
            if isOrigin, isAnswered(acceptance.identity, delivery.post) { continue }
            let key = Key(sequence, delivery: delivery.index)
            units[key] = Unit(lane: max(raised[key] ?? 0, Int(delivery.precedence.rawValue) * 2))
        }
    }

    /// From here on a cable is offered under another number.
    func willOfferAnew(_ digest: RecordDigest) {
        guard case .reoffered(let again) = digest else { return }
        for item in again.items where item.number.timesAnew > 0 { anew[item.number.sequence] = item.number.timesAnew }
    }

    /// An answer of a station that nobody here knows as the delivery's yet does not count: it goes again.
    private func isAnswered(_ identity: CableIdentity, _ post: String) -> Bool {
        guard answered.contains(Answer(identity: identity, post: post)) else { return false }
        guard let slot = process.custody.find(identity) else { return true }
        return process.custody.reports(of: slot).contains { $0.post == post && $0.state.isEnded }
    }

    private func addService(_ number: CustodyNumber, to destination: RoutingIndicator, _ precedence: Precedence) {
        guard destination != own else { return }
        units[Key(number)] = Unit(lane: Int(precedence.rawValue) * 2 + 1)
    }

    /// A service message goes again to the neighbour that has forgotten it.
    private func addAgain(_ number: CustodyNumber, _ precedence: Precedence) {
        units[Key(number)] = Unit(lane: Int(precedence.rawValue) * 2 + 1)
    }

    /// The core has decided on a record: what it ends is not sent any more.
    func decided(_ record: JournalRecord) {
        switch record {
        case .passed(let passed): ended(passed)
        case .undeliverable(let end): units[Key(end.number.sequence, delivery: end.index)] = nil
        case .service(let service): answered(service.message)
        case .changed:
            do throws(OctetFault) {
                if case .changed(let changed) = try RecordDigest(record) { apply(changed) }
            } catch {
                breaks("a record of the core's own cannot be read: \(error)")
            }
        case .accepted, .started, .certificate, .read, .reoffered, .carried, .carriedService, .standing, .audit,
            .stated, .desk, .orders, .words:
            break
        case .link(let order): ordered(order)
        }
    }

    /// The same for a record that was replayed.
    func replayed(_ digest: RecordDigest) {
        switch digest {
        case .passed(let passed): ended(passed)
        case .undeliverable(let end): units[Key(end.number.sequence, delivery: end.index)] = nil
        case .service(let service): answered(service.message)
        case .changed(let changed): apply(changed)
        case .accepted, .started, .certificate, .read, .reoffered, .carried, .carriedService, .standing, .audit,
            .stated, .desk, .orders, .words:
            break
        case .link(let order): ordered(order)
        }
    }

    private func ordered(_ order: LinkOrder) {
        guard let link = neighbours.firstIndex(of: order.peer) else { return }
        restraints.ordered(link, order, at: station.clock)
    }

    func noticed(_ link: Int, session: UInt64, _ notice: LinkNotice, boot: UInt64) {
        if sessions[link] == session { restraints.noticed(link, notice, boot: boot) }
    }

    private func ended(_ passed: JournalRecord.Passed) {
        for item in passed.items {
            guard item.number.isCable, !item.deliveries.isEmpty else {
                units[Key(item.number)] = nil
                continue
            }
            for delivery in item.deliveries { units[Key(item.number.sequence, delivery: delivery)] = nil }
        }
    }

    private func answered(_ message: ServiceMessage) {
        guard message.isOutcome, message.identity.station == own else { return }
        answered.insert(Answer(identity: message.identity, post: message.post))
    }

    // MARK: What the core is told

    func linkUp(_ link: Int, session: UInt64, _ notice: LinkNotice, boot: UInt64) {
        if sessions[link] != nil { takeBack(link) }
        sessions[link] = session
        restraints.noticed(link, notice, boot: boot)
    }

    func linkDown(_ link: Int, session: UInt64) {
        guard sessions[link] == session else { return }
        takeBack(link)
        sessions[link] = nil
    }

    /// What was under way waits again.
    private func takeBack(_ link: Int) {
        for key in units.keys where units[key]?.link == link {
            switch units[key]?.state {
            case .asking?, .offered?: units[key]?.state = .ready
            case .ready?, .paused?, nil: break
            }
            units[key]?.channel = 0
        }
    }

    func resumed(_ link: Int, session: UInt64, channel: UInt64) {
        guard sessions[link] == session else { return }
        for key in keys(onChannel: channel, link) where units[key]?.state == .asking { units[key]?.state = .ready }
    }

    /// - Parameter boot: the station's clock.
    func refused(_ link: Int, session: UInt64, channel: UInt64, code: String, boot: UInt64) {
        guard sessions[link] == session else { return }
        let again = code == StationCustody.offerAgain
        for key in keys(onChannel: channel, link) {
            units[key]?.state =
                again ? .ready : .paused(until: boot + (code == "DISK" ? Self.diskPause : Self.refusalPause))
            units[key]?.channel = 0
        }
    }

    func woke(at boot: UInt64) {
        restraints.woke(at: boot)
        for key in units.keys {
            if case .paused(let until)? = units[key]?.state, until <= boot { units[key]?.state = .ready }
        }
    }

    private func keys(onChannel channel: UInt64, _ link: Int) -> [Key] {
        units.filter { $0.value.channel == channel && $0.value.link == link }.map(\.key)
    }

    /// What is not yet at its end, or nil.
    ///
    /// - Parameter restingCounts: false where octets were damaged, so that some offers rest for ever.
    func waiting(restingCounts: Bool) -> String? {
        var count = 0
        var first: Key?
        for (key, unit) in units {
            if case .paused = unit.state, !restingCounts { continue }
            // What is held has no place in a queue: the ledger looks for its reason.
            guard case .transmission = carriage(key) else { continue }
            count += 1
            if first.map({ key.number < $0.number }) ?? true { first = key }
        }
        guard let first, let unit = units[first], case .transmission(_, let link) = carriage(first) else { return nil }
        return "\(count) wait, first custody \(first.number.raw) for \(neighbours[link]), \(unit.state)"
    }

    private func carriage(_ key: Key) -> Carriage {
        key.delivery < 0
            ? process.custody.carriage(of: key.number)
            : process.custody.carriage(of: key.sequence, delivery: UInt16(key.delivery))
    }

    // MARK: What the core chose

    func chose(_ slice: Slice, link: Int) {
        let keys = self.keys(of: slice, link)
        let sequence = slice.number.sequence
        guard !keys.isEmpty, keys.allSatisfy({ units[$0] != nil }) else {
            return breaks(
                "custody \(slice.number.raw) is sent over link \(link), and of \(keys.map(\.delivery)) there wait \(keys.filter { units[$0] != nil }.map(\.delivery))"
            )
        }
        guard keys.allSatisfy({ units[$0]?.mayGo(over: link) == true }) else {
            return breaks("custody \(slice.number.raw) is sent, and is not ready")
        }
        if keys[0].delivery >= 0, slice.number != CustodyNumber(sequence: sequence, anew: anew[sequence] ?? 0) {
            return breaks("custody \(slice.number.raw) is offered under another number")
        }
        let lane = keys.compactMap { units[$0]?.lane }.max() ?? 0
        let hasBegun = keys.contains { isBegun($0, link) }
        if !restraints.allow(lane: lane, isBegun: hasBegun, over: link)
            || station.ledger.wasForbidden(
                lane: lane, from: station.index, to: station.plan.index(of: neighbours[link]), station.connections)
        {
            station.world.breaks(
                .limitsHold, station: station.index,
                "custody \(slice.number.raw) of lane \(lane) is sent over link \(link), which an order keeps it from")
        }
        if let first = first(on: link), (first.lane, sequence) > (lane, first.sequence) {
            breaks("custody \(slice.number.raw) of lane \(lane) is sent before \(first.sequence) of \(first.lane)")
        }
        for key in keys {
            units[key]?.channel = slice.channel
            units[key]?.link = link
            switch slice.content {
            case .offerCable(_, _, .with): units[key]?.state = .offered
            case .offerCable(_, _, .follows): break
            case .offerCable(_, _, .asked): units[key]?.state = .asking
            case .offerService: units[key]?.state = .offered
            case .chunk(_, _, _, let last): if last { units[key]?.state = .offered }
            }
        }
        chosen[link].append((sessions[link], slice))
    }

    private func keys(of slice: Slice, _ link: Int) -> [Key] {
        switch slice.content {
        case .offerCable(_, let deliveries, _): deliveries.map { Key(slice.number.sequence, delivery: $0) }
        case .offerService: [Key(slice.number)]
        case .chunk: keys(onChannel: slice.channel, link)
        }
    }

    /// A part of it was sent in the session that stands.
    private func isBegun(_ key: Key, _ link: Int) -> Bool {
        units[key].map { $0.channel != 0 && $0.link == link } ?? false
    }

    /// What should be sent next over a link: of the highest rank, and among those of the lowest number.
    private func first(on link: Int) -> (lane: Int, sequence: UInt64)? {
        var best: (lane: Int, sequence: UInt64)?
        var ranks: [UInt32: (lane: Int, sequence: UInt64)] = [:]
        var begun: Set<UInt32> = []
        for (key, unit) in units where unit.mayGo(over: link) {
            guard case .transmission(let index, link) = carriage(key), !isOver(key) else { continue }
            ranks[index] = (max(unit.lane, ranks[index]?.lane ?? 0), key.sequence)
            if isBegun(key, link) { begun.insert(index) }
        }
        for (index, rank) in ranks
        where restraints.allow(lane: rank.lane, isBegun: begun.contains(index), over: link) {
            guard let known = best else {
                best = rank
                continue
            }
            if (rank.lane, known.sequence) > (known.lane, rank.sequence) { best = rank }
        }
        return best
    }

    /// A delivery of an own cable whose receipt came while it waited: nothing is owed to it.
    private func isOver(_ key: Key) -> Bool {
        guard key.delivery >= 0,
            case .accepted(let acceptance)? = station.ledger.books[station.index].kept[key.sequence]?.digest,
            case .submitted = acceptance.source,
            let delivery = acceptance.deliveries.first(where: { Int($0.index) == Int(key.delivery) })
        else { return false }
        return isAnswered(acceptance.identity, delivery.post)
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
