import Cables
import Custody
import Octets
import Routing

func indicator(_ text: String) -> RoutingIndicator { RoutingIndicator(text)! }

/// A row of three stations: RUAA (CAPITAL) - RUBB (HUB) - RUCC (NORTH, CAMP).
func rowNetwork() -> Network {
    func station(_ name: String, _ posts: [String]) -> Network.Station {
        Network.Station(indicator: indicator(name), posts: posts, addresses: [], clearance: .secret)
    }
    return Network(
        name: "ROW", version: 1,
        stations: [station("RUAA", ["CAPITAL"]), station("RUBB", ["HUB"]), station("RUCC", ["NORTH", "CAMP"])],
        links: [
            Network.Link(a: indicator("RUAA"), b: indicator("RUBB")),
            Network.Link(a: indicator("RUBB"), b: indicator("RUCC")),
        ],
        collectives: [Network.Collective(name: "FIELD", members: ["NORTH", "CAMP"])], aliases: [])
}

/// The core with a journal that is a list: records are synced when the test says so.
struct TestStation: ~Copyable {
    static let epoch = JournalEpoch(high: 1, low: 1)

    var core: StationCustody
    var journal: [JournalRecord] = []
    var now = Instant(boot: 1_000_000, wall: 1_700_000_000_000)
    let name: RoutingIndicator

    init(
        _ name: String, start: UInt64 = 5, chunkOctets: Int = 16_384, network: Network = rowNetwork(),
        offices: [OfficePlan] = []
    ) {
        self.name = indicator(name)
        core = StationCustody(
            settings: CustodySettings(
                network: "ROW", station: indicator(name), start: start, epoch: Self.epoch, lifeSeconds: 3_600,
                hopLimit: 8, chunkOctets: chunkOctets, originators: []),
            routing: RoutingTable(network: network, own: indicator(name)), addresses: AddressBook(network),
            offices: OfficeDirectory(offices))
        _ = act { core, now, actions in core.recovered(at: now, &actions) }
        _ = sync()
    }

    /// The station after its process was killed: the synced records are replayed.
    ///
    /// - Parameters:
    ///   - first: how many of the oldest records are gone.
    ///   - unused: sequences that a damaged tail may have held.
    init(restarting old: borrowing TestStation, synced: Int, start: UInt64, from first: Int = 0, unused: Int = 0) {
        self.init(empty: old.name, start: start)
        now = Instant(boot: 50, wall: old.now.wall + 5_000)
        journal = Array(old.journal[..<first])
        for (index, record) in old.journal[..<synced].enumerated().dropFirst(first) {
            core.replay(try! RecordDigest(record), sequence: UInt64(index + 1), place: Self.place(index), at: now)
            journal.append(record)
        }
        if unused > 0 { core.skip(through: UInt64(synced + unused)) }
        _ = act { core, now, actions in core.recovered(at: now, &actions) }
        _ = sync()
    }

    /// As another station's records make it, before it has begun.
    ///
    /// - Parameter first: how many of the oldest records are gone.
    init(replaying old: borrowing TestStation, from first: Int = 0) {
        self.init(empty: old.name, start: 77)
        now = old.now
        journal = Array(old.journal[..<first])
        for (index, record) in old.journal.enumerated().dropFirst(first) {
            core.replay(try! RecordDigest(record), sequence: UInt64(index + 1), place: Self.place(index), at: now)
            journal.append(record)
        }
    }

    private init(empty name: RoutingIndicator, start: UInt64) {
        self.name = name
        let network = rowNetwork()
        core = StationCustody(
            settings: CustodySettings(
                network: "ROW", station: name, start: start, epoch: Self.epoch, lifeSeconds: 3_600, hopLimit: 8,
                chunkOctets: 16_384, originators: []),
            routing: RoutingTable(network: network, own: name), addresses: AddressBook(network),
            offices: OfficeDirectory([]))
    }

    static func place(_ index: Int) -> RecordPlace { RecordPlace(segment: 1, offset: UInt32(index + 1)) }

    static let proof = BatchProof(
        fingerprint: .zero, start: 0, batch: 0, index: 0, count: 1, path: [], signature: [])

    /// One event: its records go to the journal, unsynced.
    mutating func act(_ event: (inout StationCustody, Instant, inout Actions) -> Void) -> Actions {
        var actions = Actions()
        event(&core, now, &actions)
        for var record in actions.persist {
            let leaves = record.unsignedLeaves(station: name).count
            record.attach([BatchProof](repeating: Self.proof, count: leaves)[...])
            journal.append(record)
            core.placed(sequence: UInt64(journal.count), place: Self.place(journal.count - 1))
        }
        return actions
    }

    mutating func sync() -> Actions {
        let count = UInt64(journal.count)
        return act { core, now, actions in core.persisted(through: count, at: now, &actions) }
    }

    mutating func submit(
        to posts: [String] = ["NORTH"], from: String = "CAPITAL", _ precedence: Precedence = .routine,
        key: String? = nil,
        mark: UInt64 = 1, length: UInt64 = 100, classification: Classification? = .unclassified,
        captions: [String] = []
    ) -> SubmissionAnswer? {
        submit(
            posts.map { ($0, precedence) }, from: from, key: key, mark: mark, length: length,
            classification: classification, captions: captions)
    }

    mutating func submit(
        _ addressees: KeyValuePairs<String, Precedence>, mark: UInt64 = 1, length: UInt64 = 100
    ) -> SubmissionAnswer? {
        submit(
            addressees.map { ($0.key, $0.value) }, from: "CAPITAL", key: nil, mark: mark, length: length,
            classification: .unclassified, captions: [])
    }

    private mutating func submit(
        _ addressees: [(post: String, precedence: Precedence)], from: String, key: String?, mark: UInt64,
        length: UInt64, classification: Classification?, captions: [String]
    ) -> SubmissionAnswer? {
        let header = CableHeader(
            from: from, mrn: "CAPITAL \(mark)", dateTimeGroup: nil, classification: classification,
            captions: captions, slugs: [],
            addressees: addressees.map {
                AddresseeName(
                    post: $0.post, indicator: nil, deliveredByOtherMeans: false, role: .action,
                    precedence: $0.precedence, niact: false)
            }, exempt: [])
        let actions = act { core, now, actions in
            core.submit(
                Submission(
                    token: 1, user: 0, key: key, header: header, contentHash: Digest(mark, 0, 0, 0), length: length,
                    body: .inline([UInt8](repeating: 65, count: Int(min(length, 100)))), precedenceMax: .flash),
                at: now, &actions)
        }
        for case .submission(_, let answer) in actions.afterPersist { return answer }
        return nil
    }

    /// A heading that asks for a reply within so many days.
    static func asking(from: String, to post: String, days: Int, _ precedence: Precedence) -> CableHeader {
        var header = CableHeader(
            from: from, mrn: "\(from) 1", dateTimeGroup: nil, classification: .unclassified, captions: [], slugs: [],
            addressees: [
                AddresseeName(
                    post: post, indicator: nil, deliveredByOtherMeans: false, role: .action, precedence: precedence,
                    niact: false)
            ], exempt: [])
        header.desk.replyDue = ReplyInstructions.Due(
            count: days, unit: .days, date: nil, anchor: .receipt, text: "")
        return header
    }

    /// Everything is written again, as when its segment goes: what stands before is needed no more.
    ///
    /// - Returns: how many of the oldest records may be gone now.
    mutating func carryForward() throws -> Int {
        let old = journal.count
        for item in core.remainder(of: 1, most: 1_000) {
            let record = journal[Int(item.place.offset) - 1]
            if item.last == .none {
                let service = record.ownService
                _ = act { core, now, actions in
                    guard let (message, proof, trace) = service else { return }
                    core.carry(item, message: message, proof: proof, trace: trace, at: now, &actions)
                }
            } else {
                var writer = OctetWriter()
                record.write(to: &writer)
                let octets = try JournalRecord.acceptance(in: writer.octets)
                _ = act { core, now, actions in
                    core.carry(item, acceptance: octets, past: .empty, at: now, &actions)
                }
            }
        }
        _ = act { core, now, actions in core.leave(1, at: now, &actions) }
        _ = sync()
        return old
    }

    /// The neighbour notes what it was sent.
    mutating func note(_ slices: [Slice], _ link: Int, session: UInt64 = 1) {
        _ = act { core, now, actions in
            for slice in slices {
                core.custodyNoted(link, session: session, channels: [slice.channel...slice.channel], at: now, &actions)
            }
        }
        _ = sync()
    }

    /// A service message comes from a neighbour.
    mutating func take(
        _ message: ServiceMessage, from peer: String, number: UInt64, link: Int = 0, session: UInt64 = 1
    ) {
        _ = act { core, now, actions in
            core.arrive(
                ServiceArrival(
                    link: link, session: session,
                    offered: CustodySource.Offered(
                        peer: indicator(peer), epoch: Self.epoch, number: CustodyNumber(sequence: number), start: 9,
                        channel: number, suspectedDuplicate: false), message: message, proof: Self.proof,
                    signer: message.station, mark: .zero, ageMilliseconds: 0, trace: []), at: now, &actions)
        }
        _ = sync()
    }

    /// A service message that is not for this station comes from a neighbour, and is synced.
    ///
    /// - Returns: what that sends.
    mutating func passOn(
        _ message: ServiceMessage, from peer: String, number: UInt64, link: Int, trace: [String]
    ) -> Actions {
        _ = act { core, now, actions in
            core.arrive(
                ServiceArrival(
                    link: link, session: 1,
                    offered: CustodySource.Offered(
                        peer: indicator(peer), epoch: Self.epoch, number: CustodyNumber(sequence: number), start: 9,
                        channel: number, suspectedDuplicate: false), message: message, proof: Self.proof,
                    signer: message.station, mark: .zero, ageMilliseconds: 0, trace: trace.map { indicator($0) }),
                at: now, &actions)
        }
        return sync()
    }

    mutating func linkUp(_ link: Int, session: UInt64 = 1) {
        let neighbour = NeighbourMemory(start: 9, epoch: Self.epoch, rememberedEpoch: nil, remembered: [])
        linkUp(link, session: session, neighbour)
    }

    mutating func linkUp(_ link: Int, session: UInt64, _ neighbour: NeighbourMemory) {
        _ = act { core, now, actions in
            core.linkUp(link, session: session, neighbour: neighbour, at: now, &actions)
        }
    }

    mutating func room(_ link: Int, _ octets: Int = 1 << 20, session: UInt64 = 1) -> [Slice] {
        slices(
            act { core, now, actions in
                core.room(
                    link, session: session, LinkRoom(octets: octets, chunkOctets: core.settings.chunkOctets), at: now,
                    &actions)
            })
    }

    func slices(_ actions: Actions) -> [Slice] {
        actions.now.compactMap { if case .transmit(_, _, let slice) = $0 { slice } else { nil } }
    }

    /// The links over which something is sent, in order.
    func links(_ actions: Actions) -> [Int] {
        actions.now.compactMap { if case .transmit(let link, _, _) = $0 { link } else { nil } }
    }

    struct NothingOffered: Error {}

    /// Syncs, gives the link room, and takes the first offer.
    mutating func firstOffer() throws -> Slice {
        let early = slices(sync())
        guard let offer = early.first ?? room(0).first else { throw NothingOffered() }
        return offer
    }

    /// What the station would offer for a slice, as the next one gets it.
    func arrival(of slice: Slice, link: Int = 0, session: UInt64 = 1, start: UInt64 = 5, zfd: Bool = false) throws
        -> CableArrival
    {
        guard case .offerCable(let place, let part, _) = slice.content,
            case .accepted(let acceptance) = journal[Int(place.offset) - 1]
        else { throw NothingOffered() }
        var arrival = CableArrival(
            link: link, session: session,
            offered: CustodySource.Offered(
                peer: name, epoch: Self.epoch, number: slice.number, start: start, channel: slice.channel,
                suspectedDuplicate: zfd),
            block: acceptance.block, blockOctets: acceptance.blockOctets, proof: acceptance.proof ?? Self.proof,
            signer: acceptance.block.identity.station, ageMilliseconds: slice.ageMilliseconds,
            trace: acceptance.trace + [name], part: part, body: acceptance.body, classification: .unclassified,
            captions: [], slugs: [])
        arrival.moved = slice.moved
        arrival.addressees = acceptance.block.deliveries.map {
            AddresseeName(
                post: $0.post, indicator: nil, deliveredByOtherMeans: false, role: .action,
                precedence: $0.precedence, niact: false)
        }
        return arrival
    }
}
