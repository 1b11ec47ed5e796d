package import Cables
import Octets
package import Routing

/// What the core is told at the start; where it is read again, all but station, start and epoch may change.
package struct CustodySettings: Sendable {
    package var network: String
    package var station: RoutingIndicator
    /// 40 random bits of this start, and 128 of the journal.
    package var start: UInt64
    package var epoch: JournalEpoch
    /// Seconds that a cable originated here may live.
    package var lifeSeconds: UInt32
    /// Stations that a cable may pass.
    package var hopLimit: Int
    /// Octets of a body that go between two choices of what to send next, before a link has been measured.
    package var chunkOctets: Int
    /// Milliseconds for which a cable that was passed on is kept (rule 9).
    package var graceMilliseconds: Int64 = 86_400_000
    /// Milliseconds for which a cable that originated or was delivered here stays retrievable after its end.
    package var retentionMilliseconds: Int64 = 30 * 86_400_000
    /// Milliseconds for which a delivery that is no longer kept is known as such (rule 11): longer than any life.
    package var duplicateWindowMilliseconds: Int64 = 30 * 86_400_000
    /// Milliseconds for which a link may be down before deliveries of each precedence take another one, by rank.
    package var alternateAfterMilliseconds = Self.standardAlternateAfter
    package static let standardAlternateAfter: [UInt64] = Precedence.allCases.map {
        switch $0 {
        case .critic, .emergencyCommand, .flash: 0
        case .immediate: 30_000
        case .priority: 120_000
        case .routine: 300_000
        }
    }
    /// Seconds that a delivery of each precedence may live, by rank; empty: `lifeSeconds`.
    package var livesSeconds: [UInt32] = []
    /// By which the times of replies are reckoned.
    package var calendar = PostCalendar()
    /// Milliseconds in which a FLASH or NIACT is to be acknowledged; then, and each time they are over again, the next
    /// duty officer is called.
    package var acknowledgeMilliseconds: Int64 = 600_000
    /// FM names, besides this station's posts, that users here may send for.
    package var originators: Set<String>

    package init(
        network: String, station: RoutingIndicator, start: UInt64, epoch: JournalEpoch, lifeSeconds: UInt32,
        hopLimit: Int, chunkOctets: Int, originators: Set<String>
    ) {
        self.network = network
        self.station = station
        self.start = start
        self.epoch = epoch
        self.lifeSeconds = lifeSeconds
        self.hopLimit = hopLimit
        self.chunkOctets = chunkOctets
        self.originators = originators
    }
}

/// The pure core: in charge of a station's traffic.
///
/// ## Overview
/// Every event is one method; each appends what is to be done to `Actions` and touches nothing outside itself. Every
/// fact that must outlive the daemon is a `JournalRecord`; `fold` alone turns records into state, for new records and
/// for those replayed at the start.
///
/// ## Function
/// 1. Accepts cables from users and from neighbours, and delivers those for posts of this station.
/// 2. Routes every delivery, and queues one transmission per cable and next station, by precedence.
/// 3. Says what each link sends next, chunk by chunk.
/// 4. Hands custody on when the neighbour's note comes, and brings receipts and notices to their originators.
///
/// The loop must call `placed` for each record that it appended, in order, and `persisted` when they are synced.
package struct StationCustody: ~Copyable {
    package var settings: CustodySettings
    /// The ways for cables with and without limiting captions.
    package internal(set) var released: ReleasedRoutes
    package internal(set) var addresses: AddressBook
    package var offices: OfficeDirectory

    var circumstances = CircumstanceTable()
    /// More than 0: of several cables that bear one identity (rule 1), by sequence of the acceptance.
    var suffixes: [UInt64: UInt8] = [:]
    var entries = Slab<CustodyEntry>()
    var byIdentity = SlotIndex()
    var bySequence = SlotIndex()
    var transmissions = Slab<Transmission>()
    var links: [LinkLedger]
    var names = NameTable()
    var inbox = Inbox()
    var desk = DeskBook()
    /// Acceptances by canonical MRN, and by submission key. What is no longer kept is found missing when looked for, and
    /// goes at one of the next looks.
    var deliveredByMRN = PartedIndex<[UInt64]>()
    var keys = PartedIndex<UInt64>()
    /// Receipts and notices in custody here, and those passed on that a neighbour may yet forget. Changed by
    /// `keepService` and `dropService`.
    var services: [CustodyNumber: PendingService] = [:]
    /// How many receipts are kept of those that an acceptance states, by its sequence.
    var openReceipts: [UInt64: Int] = [:]
    /// Certificates (DER) that stored signatures need, as recorded.
    package internal(set) var certificates: [[UInt8]] = []

    /// The sequence that the next record will get.
    package internal(set) var nextSequence: UInt64 = 1
    package private(set) var persistedThrough: UInt64 = 0
    /// What becomes sendable when its record is synced, oldest first.
    var unsynced: [(sequence: UInt64, work: Work)] = []
    var isReplaying = true
    /// Nothing is missing before what was replayed, or a record told what was given there.
    var knowsArrivals = false
    var doubts = Doubts()
    /// Marks of deliveries that are no longer kept.
    var marks = DuplicateMarks()
    /// Octets of the journal that are still answered for, about.
    package internal(set) var liveOctets: UInt64 = 0
    /// Large bodies, and how many of the cables kept have each.
    var bodies: [ContentMark: Int] = [:]
    var busy = RetirementView()
    /// The lowest precedence that is taken: higher than ROUTINE while the disk is short of room.
    package var acceptsFrom = Precedence.routine
    /// Where the certificates stand in the journal: the newest segment of each.
    var certificatePlaces: [UInt32] = []
    /// Stations that were asked about a cable of this station's since the start, by its sequence.
    var tracers: [UInt64: [RoutingIndicator]] = [:]
    /// Corrected copies, by the cable that they correct.
    var corrections: [CableIdentity: [CableIdentity]] = [:]
    /// Reruns that were asked for and are not made.
    var reruns = RerunBook()
    /// Deliveries here for posts that are this station's now.
    var homecomings = HomecomingBook()
    /// What the audit has come to, here and at the neighbours.
    var audit = AuditLedger()
    /// Digests of new records that wait for their places, oldest first, and how many of them have theirs.
    private var unplaced: [RecordDigest] = []
    private var placedCount = 0
    /// Where things were carried to, oldest first: until that is synced they are read where they stood.
    var carriedPlaces: [CarriedPlace] = []
    /// The newest cable that was carried, while records are replayed that belong to it.
    var carriedLast: CarriedPlace?
    /// Where records were put that are not known to be synced.
    var placesInDoubt: [(sequence: UInt64, place: RecordPlace)] = []
    var identitiesIssued: UInt64 = 0
    /// Orders for deliveries, also for such as are not here (rule 21).
    var orders = OrderMarks()
    /// At the originator: what a station said of a delivery that is not at its end, by sequence and index.
    var advice: [UInt64: [UInt16: String]] = [:]
    /// What stations said of deliveries that are not known to be theirs.
    var early = EarlyWords()
    /// Deliveries of whose hold here the originator was told, by sequence.
    var toldOfHold: [UInt64: Set<UInt16>] = [:]
    /// What was accepted up to here was accepted before this start: it may have been offered, too.
    private(set) var replayedThrough: UInt64 = 0
    /// Cables of which a delivery is held until a way opens, or does not go the best way: looked at again when links change.
    var unsettled: Set<UInt64> = []
    /// Links whose neighbour's gate refused a cable, by its sequence; until the neighbour greets anew.
    var refusedBy: [UInt64: Set<UInt16>] = [:]
    /// Refused transmissions, and the milliseconds of the boot clock before which each is not offered again.
    var held: [UInt32: UInt64] = [:]
    /// The last interruptions of transfers, oldest first.
    var interruptions = InterruptionBook()
    var traffic = TrafficCounts()

    /// Milliseconds after a start in which links count as up: they are being dialled.
    static let startMilliseconds: UInt64 = 5_000

    enum Work {
        case cable(UInt32)
        case service(CustodyNumber)
    }

    package init(
        settings: CustodySettings, routing: RoutingTable, addresses: AddressBook, offices: OfficeDirectory
    ) {
        self.settings = settings
        released = ReleasedRoutes(routing)
        self.addresses = addresses
        self.offices = offices
        links = routing.neighbours.map { LinkLedger(peer: $0, chunkOctets: settings.chunkOctets) }
    }

    package var routing: RoutingTable { released.plain }

    package var linkCount: Int { links.count }

    package func linkOrdinal(_ peer: RoutingIndicator) -> Int? { links.firstIndex { $0.peer == peer } }

    // MARK: Records

    /// Takes a record that was on disk at the start.
    package mutating func replay(_ digest: RecordDigest, sequence: UInt64, place: RecordPlace, at now: Instant) {
        nextSequence = sequence
        if sequence == 1 { knowsArrivals = true }
        settleReplayed(before: digest)
        fold(digest, at: now)
        nextSequence = sequence + 1
        placed(digest, sequence: sequence, place: place)
        persistedThrough = sequence
    }

    /// Leaves sequences up to this one unused: a damaged tail may have held records under them, whose custody numbers
    /// neighbours remember (rule 9). Between `replay` and `recovered` only.
    ///
    /// Where the tail held the only record that told how many arrival numbers were given, those go on behind the sequences.
    package mutating func skip(through sequence: UInt64) {
        precondition(isReplaying && sequence >= nextSequence - 1, "sequences are skipped before the first new record")
        if !knowsArrivals { inbox.given(through: max(inbox.last + (sequence + 1 - nextSequence), sequence)) }
        nextSequence = sequence + 1
        persistedThrough = sequence
    }

    /// Notes the start and routes everything that is in custody.
    package mutating func recovered(at now: Instant, _ actions: inout Actions) {
        isReplaying = false
        carriedLast = nil
        replayedThrough = nextSequence - 1
        for link in links.indices { links[link].downSince = now.boot + Self.startMilliseconds }
        actions.wake(at: now.boot + Self.startMilliseconds)
        planRestraints(&actions)
        record(.started(JournalRecord.Started(start: settings.start, at: now.wall)), at: now, &actions)
        let waiting = services.filter { $0.value.passedAt == 0 }.keys.sorted()
        let changed = redoWhatFollowsAcceptance(at: now, &actions)
        // What was just changed, and what that states, goes on when it is synced (rule 6).
        for slot in changed.sorted() { unsynced.append((nextSequence - 1, .cable(slot))) }
        for slot in 0..<entries.high where entries.holds(slot) && !changed.contains(slot) {
            release(.cable(slot), at: now, &actions)
        }
        for number in waiting { release(.service(number), at: now, &actions) }
        hearEarlyWords(at: now, &actions)
        settle(at: now, &actions)
        tend(at: now, &actions)
        beginReruns(&actions)
        beginHomecomings(&actions)
    }

    /// A certificate that stored signatures need is to be kept. Once each: the loop knows which are.
    package mutating func keepCertificate(_ der: [UInt8], at now: Instant, _ actions: inout Actions) {
        record(.certificate(der), at: now, &actions)
    }

    /// Every record up to `sequence` is synced.
    package mutating func persisted(through sequence: UInt64, at now: Instant, _ actions: inout Actions) {
        persistedThrough = max(persistedThrough, sequence)
        placesInDoubt.removeAll { $0.sequence <= sequence }
        settleCarried(through: sequence)
        doubts.synced(through: persistedThrough)
        var ready = 0
        while ready < unsynced.count, unsynced[ready].sequence <= persistedThrough { ready += 1 }
        guard ready > 0 else { return }
        let work = unsynced[..<ready]
        unsynced.removeFirst(ready)
        for item in work { release(item.work, at: now, &actions) }
        for link in links.indices { fill(link, at: now, &actions) }
    }

    mutating func record(_ record: JournalRecord, at now: Instant, _ actions: inout Actions) {
        let digest = Self.digest(of: record)
        fold(digest, at: now)
        unplaced.append(digest)
        nextSequence += 1
        actions.keep(record)
    }

    private static func digest(of record: JournalRecord) -> RecordDigest {
        do throws(OctetFault) {
            return try RecordDigest(record)
        } catch {
            preconditionFailure("a record of this station's own cannot be read: \(error)")
        }
    }

    func forEachUnplaced(_ take: (_ sequence: UInt64, RecordDigest) -> Void) {
        var sequence = nextSequence - UInt64(unplaced.count - placedCount)
        for digest in unplaced[placedCount...] {
            take(sequence, digest)
            sequence += 1
        }
    }

    /// The journal has put the oldest record that had no place yet at `place`.
    package mutating func placed(sequence: UInt64, place: RecordPlace) {
        placed(unplaced[placedCount], sequence: sequence, place: place)
        placedCount += 1
        guard placedCount == unplaced.count else { return }
        unplaced.removeAll(keepingCapacity: true)
        placedCount = 0
    }

    private mutating func placed(_ record: RecordDigest, sequence: UInt64, place: RecordPlace) {
        if !isReplaying { placesInDoubt.append((sequence, place)) }
        switch record {
        case .accepted(let acceptance):
            guard let slot = slot(ofSequence: sequence) else { return }
            entries[slot].place = place
            entries[slot].last = place
            for (index, desk) in acceptance.desks.enumerated() where desk.receiptDue {
                services[CustodyNumber(sequence: sequence, part: UInt16(index + 1))]?.place = place
            }
        case .passed(let passed):
            for item in passed.items where item.number.isCable && !item.deliveries.isEmpty {
                if let slot = slot(ofSequence: item.number.sequence) { entries[slot].last = place }
            }
            if let link = linkOrdinal(passed.peer) {
                links[link].passed.placed(passed.items.lazy.map(\.number), in: place.segment)
            }
        case .service(let service):
            services[CustodyNumber(sequence: sequence)]?.place = place
            if service.message.kind.isOrder {
                orders.placed(OrderMarks.key(service.message.identity, service.message.post), in: place.segment)
            }
            if service.message.identity.station == settings.station {
                if let slot = origin(of: service.message) {
                    entries[slot].last = place
                } else {
                    markLate(service.message, at: service.at, segment: place.segment)
                }
            }
        case .undeliverable(let end):
            services[CustodyNumber(sequence: sequence)]?.place = place
            if let slot = slot(ofSequence: end.number.sequence) { entries[slot].last = place }
        case .reoffered(let again):
            for item in again.items where item.number.isCable && !item.deliveries.isEmpty {
                if let slot = slot(ofSequence: item.number.sequence) { entries[slot].last = place }
            }
        case .carried(let state, let acceptance):
            if let slot = slot(ofSequence: state.sequence) { entries[slot].last = place }
            carriedTo(
                place,
                CarriedPlace(
                    sequence: sequence, number: CustodyNumber(sequence: state.sequence), desks: acceptance.desks.count,
                    place: place))
        case .carriedService(let service):
            carriedTo(place, CarriedPlace(sequence: sequence, number: service.number, desks: 0, place: place))
        case .certificate(let der):
            guard let index = certificates.firstIndex(of: der) else { return }
            while certificatePlaces.count <= index { certificatePlaces.append(0) }
            certificatePlaces[index] = place.segment
        case .link(let order): placed(order, in: place.segment)
        case .standing(let standing): placed(standing, in: place.segment)
        case .audit(let audit): placed(audit, sequence: sequence, in: place.segment)
        case .stated: services[CustodyNumber(sequence: sequence)]?.place = place
        case .desk(let record): placed(record, sequence: sequence, place: place)
        case .changed(let changed):
            services[CustodyNumber(sequence: sequence)]?.place = place
            if let slot = slot(ofSequence: changed.number.sequence) { entries[slot].last = place }
            if let message = changed.message, message.kind.isOrder {
                orders.placed(OrderMarks.key(message.identity, message.post), in: place.segment)
            }
        case .orders(let standing):
            for item in standing.items { orders.placed(item.key, in: place.segment) }
        case .started, .read, .words:
            break
        }
    }

    mutating func whenSynced(_ work: Work) {
        if !isReplaying { unsynced.append((nextSequence, work)) }
    }

    // MARK: Finding

    func slot(ofSequence sequence: UInt64) -> UInt32? {
        bySequence.first(key: sequence) { entries[$0].sequence == sequence }
    }

    func origin(of message: ServiceMessage) -> UInt32? {
        byIdentity.first(key: CustodyEntry.key(message.identity)) {
            entries[$0].isOrigin && entries[$0].isArrival(of: message.identity)
                && entries[$0].mark == ContentMark(message.contentHash)
        }
    }

    /// The delivery that a receipt or notice is about; only its own station may say how it ended.
    func position(of message: ServiceMessage, in slot: UInt32) -> Int? {
        guard let post = names.known(message.post) else { return nil }
        return (0..<entries[slot].deliveryCount).first {
            let delivery = entries[slot][delivery: $0]
            guard delivery.post == post else { return false }
            switch message.kind {
            case .notice, .held, .cancelled, .moved: return true
            case .receipt, .acknowledgment, .rerun: return speaks(message.station, for: delivery, of: slot)
            case .inquiry, .noReceipt, .hasReceipt, .cancelOrder, .raiseOrder, .tracer, .traceReport:
                return delivery.station == message.station
            }
        }
    }
}
