import Cables
import Custody
import Journal
import Octets
import Routing

/// Users who submit cables, with and without a key, and ask again where no answer comes.
final class Traffic {
    private static let patienceMilliseconds: UInt64 = 4_000

    private struct Client {
        var station: Int
        var octets: [UInt8]
        var header: CableHeader
        var hash: Digest
        var key: String?
        var highest: Precedence
        var isAnswered = false
        var isGivenUp = false
        var answers: [CableIdentity] = []
        var identity: CableIdentity?
    }

    private let world: World
    private let plan: NetworkPlan
    private let ledger: Ledger
    private let stations: [SimulatedStation]
    private var clients: [Client] = []
    private var nextNumber = 1
    /// Of a hundred cables so many are followed by an order.
    var ordersChance = 0

    init(world: World, plan: NetworkPlan, ledger: Ledger, stations: [SimulatedStation]) {
        self.world = world
        self.plan = plan
        self.ledger = ledger
        self.stations = stations
        for station in stations {
            station.onAnswer = { [unowned self] token, answer in answered(Int(token), answer, station) }
        }
    }

    /// Everybody has an answer, or has given up.
    var isQuiet: Bool { clients.allSatisfy { $0.isAnswered || $0.isGivenUp } }

    // MARK: Cables

    struct Wish {
        var from: String
        var to: [(post: String, precedence: Precedence)]
        var info: [(post: String, precedence: Precedence)] = []
        var classification = Classification.unclassified
        var captions: [String] = []
        var slugs: [String] = []
        var octets = 200
        /// It asks for a reply within so many hours; 0: it does not.
        var dueHours = 0
        var answers: [CableIdentity] = []
    }

    func randomWish(from station: Int) -> Wish {
        let posts = plan.network.stations.flatMap(\.posts)
        let from = world.bits.pick(plan.network.stations[station].posts)
        func addressee() -> (post: String, precedence: Precedence) {
            let name =
                world.bits.chance(15) ? world.bits.pick(plan.network.collectives.map(\.name)) : world.bits.pick(posts)
            return (name, world.bits.pick([.routine, .routine, .priority, .immediate, .flash]))
        }
        var wish = Wish(from: from, to: [addressee()])
        while world.bits.chance(35), wish.to.count < 5 { wish.to.append(addressee()) }
        while world.bits.chance(25), wish.info.count < 3 { wish.info.append(addressee()) }
        wish.classification = world.bits.pick([
            .unclassified, .unclassified, .unclassified, .confidential, .secret,
        ])
        if world.bits.chance(30) { wish.captions.append("SIPDIS") }
        if world.bits.chance(15) { wish.captions.append("NODIS") }
        if world.bits.chance(30) { wish.slugs.append(world.bits.pick(["POL", "ECO"])) }
        wish.octets =
            switch world.bits.below(10) {
            case 0...5: world.bits.within(150...700)
            case 6...7: world.bits.within(700...2_900)
            default: world.bits.within(2_900...9_000)
            }
        // Behind what was decided before, and with no bits of its own: a third of the cables ask for a reply.
        wish.dueHours = wish.octets % 3 == 0 ? 1 + wish.octets % 5 : 0
        return wish
    }

    private func text(_ wish: Wish) -> [UInt8] {
        let highest = (wish.to + wish.info).map(\.precedence).max() ?? .routine
        let number = nextNumber
        nextNumber += 1
        var lines = ["\(Character(UnicodeScalar(highest.prosign))) 061011Z MAY 26", "FM \(wish.from)"]
        for (index, addressee) in wish.to.enumerated() {
            lines.append("\(index == 0 ? "TO " : "")\(addressee.post) \(addressee.precedence.word)")
        }
        for (index, addressee) in wish.info.enumerated() {
            lines.append("\(index == 0 ? "INFO " : "")\(addressee.post) \(addressee.precedence.word)")
        }
        lines.append("")
        let word =
            switch wish.classification {
            case .confidential: "C O N F I D E N T I A L"
            case .secret: "S E C R E T"
            case .unclassified, .sensitiveButUnclassified, .restricted, .topSecret: "UNCLAS"
            }
        lines.append("\(word) SIMTOWN \(String(repeating: "0", count: 6 - "\(number)".count))\(number)")
        lines.append("")
        lines += wish.captions
        if !wish.slugs.isEmpty { lines.append("FOR \(wish.slugs.joined(separator: " AND "))") }
        lines += ["", "SUBJECT: EXERCISE -- NUMBER \(number)", "", "1. (U) EXERCISE."]
        if wish.dueHours > 0 { lines.append("2. (U) PLEASE REPLY WITHIN \(wish.dueHours) HOURS OF RECEIPT.") }
        var text = Array(lines.joined(separator: "\n").utf8) + [10]
        let filler = Array("A LINE THAT SAYS NOTHING BUT IS LONG ENOUGH FOR A TELEPRINTER.\n".utf8)
        while text.count + filler.count <= wish.octets { text += filler }
        return text
    }

    // MARK: Submitting

    /// - Returns: false where the text is no cable.
    @discardableResult
    func submit(_ wish: Wish, at station: Int, keyed: Bool) -> Bool {
        let octets = text(wish)
        let reading = CableParser.parse(octets, receiptYear: SimulatedStation.year)
        guard let header = header(reading) else { return false }
        let hash = ledger.submitted(
            Ledger.CableTruth(
                octets: octets, classification: wish.classification, captions: wish.captions, station: station,
                from: wish.from, asks: wish.dueHours > 0))
        let token = clients.count
        clients.append(
            Client(
                station: station, octets: octets, header: header, hash: hash, key: keyed ? "key-\(token)" : nil,
                highest: highest(header), answers: wish.answers))
        hand(token)
        return true
    }

    /// The highest precedence that is left when collectives are resolved: nobody writes to itself.
    private func highest(_ header: CableHeader) -> Precedence {
        let expansion = AddressBook(plan.network).expand(
            from: header.from, addressees: header.addressees, exempt: header.exempt)
        return expansion.deliveries.map(\.precedence).max() ?? .routine
    }

    private func header(_ reading: CableReading) -> CableHeader? {
        guard var header = CableHeader(reading) else { return nil }
        header.desk = DeskClues(reading.cable)
        return header
    }

    private func hand(_ token: Int) {
        guard !clients[token].isAnswered else { return }
        let client = clients[token]
        world.after(Self.patienceMilliseconds) { [weak self] in self?.lostPatience(token) }
        guard let process = stations[client.station].running else { return }
        world.note(client.station, .submit, UInt64(token), UInt64(client.octets.count))
        let body: CableBody
        do throws(StorageFault) {
            body = try store(client, process)
        } catch {
            // The submitter hears that it was not accepted, and tries later.
            stations[client.station].endIfInterrupted()
            return
        }
        var submission = Submission(
            token: UInt64(token), user: 0, key: client.key, header: client.header, contentHash: client.hash,
            length: UInt64(client.octets.count), body: body, precedenceMax: .flash)
        if stations[client.station].mutation != .replyWithoutLink { submission.answers = client.answers }
        let complete = submission
        process.post { custody, now, actions in custody.submit(complete, at: now, &actions) }
        stations[client.station].endIfInterrupted()
    }

    private func store(_ client: Client, _ process: StationProcess) throws(StorageFault) -> CableBody {
        let body = try process.partials.upload(
            octets: UInt64(client.octets.count), mark: "x\(process.world.bits.next())")
        try body.append(client.octets)
        return CableBody(try body.finish().kept)
    }

    // MARK: Orders

    /// Somebody changes his mind about a cable, at its originator's station or along its way.
    private func planOrder(_ identity: CableIdentity, _ origin: Int) {
        let delay = UInt64(world.bits.below(6_000))
        let order: StationCustody.Order =
            switch world.bits.below(5) {
            case 0...1: .cancel
            case 2...3: .raise(world.bits.pick([.priority, .immediate, .flash]))
            default: .hold
            }
        let station = order == .hold ? world.bits.below(stations.count) : origin
        world.after(delay) { [weak self] in self?.give(order, identity, at: station) }
        guard order == .hold else { return }
        world.after(delay + UInt64(world.bits.within(500...20_000))) { [weak self] in
            self?.release(identity, at: station)
        }
    }

    /// - Returns: whether the station runs.
    @discardableResult
    func give(_ order: StationCustody.Order, _ identity: CableIdentity, at index: Int) -> Bool {
        guard let process = stations[index].running else { return false }
        switch order {
        case .cancel: ledger.cancelled.insert(identity)
        case .raise(let precedence):
            ledger.raised[identity] = max(ledger.raised[identity] ?? .routine, precedence)
        case .hold, .release, .retry: break
        }
        world.note(index, .order, 0, 0, "\(order) \(identity)")
        process.post { custody, now, actions in
            guard let slot = custody.find(identity) else { return }
            _ = custody.order(
                order, slot: slot, user: 0, reason: "EXERCISE", ceiling: .flash, at: now, &actions)
        }
        stations[index].endIfInterrupted()
        return true
    }

    /// Whoever holds a cable releases it again, when the station runs.
    private func release(_ identity: CableIdentity, at index: Int) {
        guard !give(.release, identity, at: index) else { return }
        world.after(2_000) { [weak self] in self?.release(identity, at: index) }
    }

    /// Without a key nobody dares to submit again: it may have been accepted.
    private func lostPatience(_ token: Int) {
        guard !clients[token].isAnswered else { return }
        if clients[token].key == nil {
            clients[token].isGivenUp = true
        } else {
            hand(token)
        }
    }

    private func answered(_ token: Int, _ answer: SubmissionAnswer, _ station: SimulatedStation) {
        switch answer {
        case .accepted(let cable):
            ledger.told(station, cable)
            for answered in clients[token].answers where clients[token].identity == nil {
                ledger.replies.append(
                    Ledger.Reply(
                        identity: cable.identity, answers: answered, from: clients[token].header.from,
                        station: station.index))
            }
            // A key is known as long as its cable is kept.
            if let known = clients[token].identity, known != cable.identity,
                !ledger.books[station.index].retiredIdentities.contains(known.description)
            {
                world.breaks(
                    .noDuplicate, station: station.index,
                    "one key was accepted twice, as \(known) and \(cable.identity)")
            }
            let isNew = clients[token].identity == nil
            clients[token].identity = cable.identity
            if isNew, ordersChance > 0, world.bits.chance(ordersChance) { planOrder(cable.identity, station.index) }
        case .refused(let refusal):
            world.note(station.index, .refused, UInt64(token), 0, refusal.code)
            switch refusal.code {
            case "NOT_CLEARED", "NO_ROUTE", "NO_ADDRESSEE": break
            // Its post has left, or comes later.
            case "FM_NOT_OURS" where !ledger.newHomes.isEmpty: break
            case "NO_ROOM": ledger.refusedForRoom(station.index, clients[token].highest)
            default:
                world.breaks(.honestNeighbours, station: station.index, "a submission was refused: \(refusal.code)")
            }
        }
        clients[token].isAnswered = true
    }
}
