package import Cables
import Custody
import Journal
import Link
import Octets
import Routing

/// What is true of a simulated network, kept apart from what its stations believe: the checkers read it.
///
/// It sees every record that a station writes, looks at the disk itself for what is synced, and holds each thing that a
/// station tells against that.
package final class Ledger {
    /// What a neighbour offered and a station took.
    struct Taken: Hashable {
        var peer: RoutingIndicator
        var epoch: JournalEpoch
        var number: CustodyNumber
        var identity: CableIdentity
        var part: [UInt16]

        init(_ offered: CustodySource.Offered, identity: CableIdentity, part: [UInt16]) {
            peer = offered.peer
            epoch = offered.epoch
            number = offered.number
            self.identity = identity
            self.part = part
        }

        var key: OfferKey { OfferKey(peer: peer, epoch: epoch, number: number) }
    }

    struct OfferKey: Hashable {
        var peer: RoutingIndicator
        var epoch: JournalEpoch
        var number: CustodyNumber
    }

    /// One record of a station.
    struct Kept {
        var digest: RecordDigest
        var location: RecordLocation
        /// It was seen on the disk, whole, under a name that is on the disk.
        var isOnDisk = false
    }

    /// A desk that a cable reached.
    struct DeskKey: Hashable {
        var station: Int
        var identity: CableIdentity
        var mark: ContentMark
        var post: String
        var office: String
    }

    struct Entry: Equatable {
        var arrival: UInt64
        var desk: DeskKey
        /// When it was delivered, and whether it bears the sign of a suspected duplicate.
        var at: Int64
        var isSuspected: Bool
        /// The acceptance that brought it.
        var sequence: UInt64
    }

    /// What the ledger knows of one station.
    struct Books {
        var epoch = JournalEpoch(high: 0, low: 0)
        var kept: [UInt64: Kept] = [:]
        /// In order of sequence.
        var sequences: [UInt64] = []
        /// Deliveries of one cable may come in several offers of one number.
        var byOffer: [OfferKey: [UInt64]] = [:]
        var byIdentity: [CableIdentity: [UInt64]] = [:]
        var passed: [UInt64: Set<UInt16>] = [:]
        var syncedThrough: UInt64 = 0
        var heardThrough: UInt64 = 0
        /// The highest sequence that was ever on the disk in this epoch.
        var highest: UInt64 = 0
        /// The inbox as it is on the disk, in order of arrival.
        var inbox: [Entry] = []
        /// The disk was altered, lost or put back since the last start.
        var isDamaged = false
        /// It was altered, lost or put back at any time.
        var wasDamaged = false
        /// A start found damage: what a failed sync left, at least. The audit rightly shows it.
        var showedDamage = false
        /// Orders to cancel that were on the disk before their cables.
        var cancelOrders: Set<Fates.Answer> = []
        /// Records up to this one may be damaged behind what vouches for them.
        var damagedThrough: UInt64 = 0
        /// When the disk had room again; the highest moment while it is short.
        var shortUntil: UInt64?
        var orders: OrderChecker?
        /// Segments up to this one are gone, or about to go: their records are in `kept` still.
        var goneThrough: UInt32 = 0
        /// What has come to its end, of what was accepted here.
        var fates = Fates()
        /// Custody of cables that the station keeps no more, and their identities: also of those that a start brought
        /// back.
        var retired: Set<UInt64> = []
        var retiredIdentities: Set<String> = []
    }

    /// A cable as its originator handed it in.
    package struct CableTruth {
        package var octets: [UInt8]
        package var classification: Classification
        package var captions: [String]
        /// Who submitted it.
        package var station: Int
        package var from = ""
        /// It asks for a reply by a time.
        package var asks = false
    }

    /// One delivery that a submitter was told is accepted.
    struct Promise {
        var identity: CableIdentity
        var mark: ContentMark
        var post: String
        var station: RoutingIndicator
        var origin: Int
    }

    let world: World
    let plan: NetworkPlan
    var books: [Books]
    private(set) var truths: [ContentMark: CableTruth] = [:]
    var marks: [CableIdentity: ContentMark] = [:]
    var promises: [Promise] = []
    var replies: [Reply] = []
    /// What stations were seen to tell people and programs.
    var performed: Set<Task> = []
    /// A delivery was told at a station: to whom, and with which number.
    var whenArrived: (Int, CableIdentity, UInt64, String) -> Void = { _, _, _, _ in }
    /// Deliveries, by desk: on the disk of the addressee's station, unmarked.
    var delivered: [DeskKey: UInt64] = [:]
    /// Cables of which somebody ordered that they be cancelled, and the highest rank to which each was ordered.
    var cancelled: Set<CableIdentity> = []
    var raised: [CableIdentity: Precedence] = [:]
    /// Stations to which posts moved.
    var newHomes: [String: Set<Int>] = [:]
    /// When each cable was accepted by its originator's station.
    var accepted: [CableIdentity: UInt64] = [:]
    /// How often a clock was set: ages over a restart are known by it.
    var clockSteps: UInt64 = 0
    /// Cables that stood on a disk which was altered or lost: what becomes of them depends on what the core does then.
    var atRisk: Set<CableIdentity> = []
    /// The limits that stations have told, by station and neighbour.
    var announced: [[Int]: Announced] = [:]
    /// Disk calls failed lately: sessions without progress and refusals for the disk are no accusation.
    var lastDiskTrouble: UInt64 = 0
    package internal(set) var counts = Counts()

    package struct Counts: Sendable {
        package var submitted = 0
        package var accepted = 0
        package var delivered = 0
        package var receipts = 0
        package var auditHeads = 0
        package var notes = 0
        package var reruns = 0
        package var reports = 0
        package var notices = 0
        package var slices = 0
        package var starts = 0
        package var failedStarts = 0
        package var duplicatesDiscarded = 0
        package var retired = 0
        package var carried = 0
        package var removed = 0
    }

    /// Whether power was ever cut at a station.
    var hasLostPages: (Int) -> Bool = { _ in false }

    init(world: World, plan: NetworkPlan) {
        self.world = world
        self.plan = plan
        books = plan.network.stations.map { _ in Books() }
    }

    // MARK: Submissions

    func submitted(_ truth: CableTruth) -> Digest {
        let hash = SimulatedHash.of(truth.octets)
        truths[ContentMark(hash)] = truth
        counts.submitted += 1
        return hash
    }

    /// The submitter hears that its cable is accepted.
    func told(_ station: SimulatedStation, _ answer: AcceptedCable) {
        world.note(station.index, .answer, UInt64(answer.deliveries.count), 0, "\(answer.identity)")
        guard let sequences = books[station.index].byIdentity[answer.identity],
            let first = sequences.first, isOnDisk(station, first)
        else {
            return world.breaks(
                .nothingBeforeSync, station: station.index, "a submitter was told of \(answer.identity) before its sync"
            )
        }
        guard let mark = marks[answer.identity] else { return }
        guard !promises.contains(where: { $0.identity == answer.identity }) else { return }
        counts.accepted += 1
        for delivery in answer.deliveries {
            promises.append(
                Promise(
                    identity: answer.identity, mark: mark, post: delivery.post, station: delivery.station,
                    origin: station.index))
        }
    }

    // MARK: Records

    func appended(_ station: SimulatedStation, _ sequence: UInt64, _ record: JournalRecord, _ location: RecordLocation)
    {
        let digest: RecordDigest
        do throws(OctetFault) {
            digest = try RecordDigest(record)
        } catch {
            return world.breaks(.journalKeeps, station: station.index, "record \(sequence) cannot be read: \(error)")
        }
        enter(station.index, sequence, digest, location)
        if sequence <= books[station.index].highest {
            world.breaks(.numbersOnce, station: station.index, "sequence \(sequence) is given a second time")
        }
        if case .passed(let passed) = record { checkNote(station, passed) }
        if case .accepted(let acceptance) = record { checkRerun(station, acceptance) }
        switch digest {
        case .accepted(let acceptance): checkAcceptance(station, acceptance)
        case .passed(let passed): checkPassed(station, passed)
        case .stated(let statement):
            checkAnswer(station, statement.message)
            checkReport(station, statement.message)
        case .desk(let record): checkDesk(station, record)
        case .carried(let state, _): checkCarried(station, state)
        case .undeliverable(let end): checkLife(station, end)
        case .service, .started, .certificate, .read, .reoffered, .carriedService, .standing, .audit, .orders, .words,
            .link:
            break
        case .changed(let changed): checkChange(station, changed)
        }
    }

    func enter(_ index: Int, _ sequence: UInt64, _ digest: RecordDigest, _ location: RecordLocation) {
        books[index].kept[sequence] = Kept(digest: digest, location: location)
        books[index].sequences.append(sequence)
        books[index].fates.take(sequence, digest, own: plan.name(index))
        switch digest {
        case .accepted(let acceptance):
            books[index].byIdentity[acceptance.identity, default: []].append(sequence)
            if marks[acceptance.identity] == nil { marks[acceptance.identity] = acceptance.mark }
            if case .arrived(let offered) = acceptance.source { take(index, offered, sequence) }
        case .service(let service): take(index, service.offered, sequence)
        case .passed(let passed):
            for item in passed.items { books[index].passed[item.number.raw, default: []].formUnion(item.deliveries) }
        case .undeliverable, .started, .certificate, .read, .reoffered, .carried, .carriedService, .standing, .audit,
            .stated, .desk, .changed, .orders, .words, .link:
            break
        }
    }

    private func take(_ index: Int, _ offered: CustodySource.Offered, _ sequence: UInt64) {
        books[index].byOffer[
            OfferKey(peer: offered.peer, epoch: offered.epoch, number: offered.number), default: []
        ].append(sequence)
    }

    func moved(_ station: SimulatedStation, _ records: [(sequence: UInt64, location: RecordLocation)]) {
        for record in records { books[station.index].kept[record.sequence]?.location = record.location }
    }

    /// The journal says that records are on the disk.
    func synced(_ station: SimulatedStation, through sequence: UInt64) {
        let index = station.index
        let old = books[index].syncedThrough
        books[index].syncedThrough = max(old, sequence)
        books[index].highest = max(books[index].highest, sequence)
        world.note(index, .sync, sequence, UInt64(station.disk.calls))
        for number in newest(index, after: old) where number <= sequence {
            guard let kept = books[index].kept[number] else { continue }
            guard look(station, number) else {
                world.breaks(
                    .nothingBeforeSync, station: index, "record \(number) is called synced and is not on the disk")
                return
            }
            settled(station, number, kept.digest, isNew: true)
        }
    }

    private func newest(_ index: Int, after sequence: UInt64) -> ArraySlice<UInt64> {
        let list = books[index].sequences
        var place = list.count
        while place > 0, list[place - 1] > sequence { place -= 1 }
        return list[place...]
    }

    /// The core has heard of it: from here on its cables may leave.
    func heard(_ station: SimulatedStation, through sequence: UInt64) {
        let old = books[station.index].heardThrough
        books[station.index].heardThrough = max(old, sequence)
        for number in newest(station.index, after: old) where number <= sequence {
            guard let digest = books[station.index].kept[number]?.digest else { continue }
            books[station.index].orders?.released(number, digest)
        }
    }

    /// Whether the disk itself has the record, under a name that it has.
    func isOnDisk(_ station: SimulatedStation, _ sequence: UInt64) -> Bool {
        guard let kept = books[station.index].kept[sequence] else { return false }
        return kept.isOnDisk || look(station, sequence)
    }

    private func look(_ station: SimulatedStation, _ sequence: UInt64) -> Bool {
        guard let kept = books[station.index].kept[sequence] else { return false }
        let path = "/state/journal/\(SegmentName.of(kept.location.segment))"
        guard station.disk.hasRecord(sequence, in: path, kept.location) else { return false }
        books[station.index].kept[sequence]?.isOnDisk = true
        return true
    }

    // MARK: Starts

    func stopped(_ station: SimulatedStation) { books[station.index].orders = nil }

    func startFailed(_ station: SimulatedStation) {
        counts.failedStarts += 1
        if station.disk.interrupted == nil { lastDiskTrouble = world.now }
    }

    /// What a station found on its disk at the start.
    func replayed(
        _ station: SimulatedStation, _ found: [(sequence: UInt64, digest: RecordDigest, location: RecordLocation)],
        epoch: JournalEpoch
    ) {
        let index = station.index
        let old = books[index]
        counts.starts += 1
        books[index].kept.removeAll()
        books[index].sequences.removeAll()
        books[index].byOffer.removeAll()
        books[index].byIdentity.removeAll()
        books[index].passed.removeAll()
        books[index].fates = Fates()
        books[index].retired.removeAll()
        if books[index].epoch != epoch {
            books[index].highest = 0
            books[index].goneThrough = 0
        }
        books[index].epoch = epoch
        // What was about to go may have stayed.
        let oldest = found.map(\.location.segment).min() ?? .max
        books[index].goneThrough = min(books[index].goneThrough, max(1, oldest) - 1)
        enterGone(index, old, but: Set(found.map(\.sequence)))
        for record in found { enter(index, record.sequence, record.digest, record.location) }
        noteRetired(index)
        guard !old.isDamaged else { return }
        for sequence in old.sequences where sequence <= old.syncedThrough {
            guard let before = old.kept[sequence] else { continue }
            guard let after = books[index].kept[sequence], after.digest == before.digest else {
                world.breaks(.journalKeeps, station: index, "record \(sequence) was synced and is not replayed")
                return
            }
        }
    }

    func recovered(_ station: SimulatedStation, _ process: StationProcess) {
        let index = station.index
        let known = books[index].isDamaged ? [] : books[index].inbox
        let claimed = books[index].isDamaged ? 0 : books[index].syncedThrough
        let last = books[index].sequences.last ?? 0
        books[index].syncedThrough = last
        books[index].heardThrough = last
        books[index].orders = OrderChecker(station, process)
        books[index].inbox = []
        // What has its receipt is not offered again at a start, whatever was passed on.
        for sequence in books[index].sequences {
            guard let digest = books[index].kept[sequence]?.digest else { continue }
            books[index].orders?.willOfferAnew(digest)
            if case .service = digest { books[index].orders?.replayed(digest) }
        }
        for sequence in books[index].sequences {
            guard let digest = books[index].kept[sequence]?.digest else { continue }
            // The digest of a sealed segment vouches for records that were damaged behind it.
            if sequence <= books[index].damagedThrough { books[index].kept[sequence]?.isOnDisk = true }
            guard isOnDisk(station, sequence) else {
                world.breaks(
                    .nothingBeforeSync, station: index, "record \(sequence) is replayed and is not on the disk")
                return
            }
            if sequence > claimed {
                settled(station, sequence, digest, isNew: false)
            } else if case .accepted(let acceptance) = digest {
                enterDesks(index, sequence, acceptance, isNew: false)
            } else if case .service(let service) = digest {
                trust(index, service.message)
            } else if case .desk(.forwarded(let forwarded)) = digest {
                enter(index, forwarded)
            }
            books[index].orders?.released(sequence, digest)
            books[index].orders?.replayed(digest)
        }
        checkInbox(station, process, known: known)
        checkDesks(station, process)
        books[index].isDamaged = false
    }
}
