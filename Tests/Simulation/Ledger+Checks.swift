import Cables
import Custody
import Journal
import Link
import Octets
import Routing

/// The checks behind each step.
extension Ledger {
    // MARK: Records

    func checkAcceptance(_ station: SimulatedStation, _ acceptance: AcceptanceDigest) {
        world.note(
            station.index, .accept, UInt64(acceptance.deliveries.count), UInt64(acceptance.desks.count),
            "\(acceptance.identity)")
        if accepted[acceptance.identity] == nil { accepted[acceptance.identity] = world.now }
        guard let truth = truths[acceptance.mark] else {
            return world.breaks(
                .sameOctets, station: station.index, "\(acceptance.identity) has octets that nobody submitted")
        }
        let clearance = plan.network.stations[station.index].clearance
        guard clearance >= truth.classification else {
            return world.breaks(
                .clearance, station: station.index,
                "\(acceptance.identity) is \(truth.classification.word), the station is cleared for \(clearance.word)")
        }
        for desk in acceptance.desks where desk.role == .sipdis {
            let isRestricted = truth.captions.contains("NODIS") || truth.captions.contains("EXDIS")
            if isRestricted || !truth.captions.contains("SIPDIS") {
                world.breaks(.clearance, station: station.index, "\(acceptance.identity) may not go to \(desk.office)")
            }
        }
        for desk in acceptance.desks where desk.arrival == 0 { counts.duplicatesDiscarded += 1 }
    }

    /// The neighbour must have taken exactly what ends here, and its disk must have it.
    func checkPassed(_ station: SimulatedStation, _ passed: JournalRecord.Passed) {
        let taker = plan.index(of: passed.peer)
        guard taker >= 0 else { return }
        for item in passed.items {
            guard !books[taker].wasDamaged, !books[station.index].wasDamaged else { continue }
            let key = OfferKey(peer: station.name, epoch: books[station.index].epoch, number: item.number)
            let sequences = (books[taker].byOffer[key] ?? []).filter { books[taker].kept[$0]?.isOnDisk == true }
            guard !sequences.isEmpty else {
                return world.breaks(
                    .custodyPassesOnce, station: station.index,
                    "custody \(item.number.raw) ends, and \(passed.peer) has not taken it")
            }
            let taken = sequences.compactMap { sequence -> AcceptanceDigest? in
                guard case .accepted(let acceptance)? = books[taker].kept[sequence]?.digest else { return nil }
                return acceptance
            }
            guard !taken.isEmpty else { continue }
            guard taken.contains(where: { Set($0.deliveries.map(\.index)).isSuperset(of: item.deliveries) }) else {
                return world.breaks(
                    .custodyPassesOnce, station: station.index,
                    "custody \(item.number.raw) ends for \(item.deliveries), and \(passed.peer) took less")
            }
        }
    }

    /// A record is on the disk.
    ///
    /// - Parameter isNew: written by the process that runs. What survived an unsynced tail may follow a number of a record
    ///   that did not, which was told to nobody.
    func settled(_ station: SimulatedStation, _ sequence: UInt64, _ digest: RecordDigest, isNew: Bool) {
        if case .service(let service) = digest {
            trust(station.index, service.message)
            noteOrder(station.index, service.message)
        }
        if case .desk(.forwarded(let forwarded)) = digest { return enter(station.index, forwarded) }
        guard case .accepted(let acceptance) = digest else { return }
        promiseRerun(station, acceptance)
        guard !acceptance.desks.isEmpty else { return }
        enterDesks(station.index, sequence, acceptance, isNew: isNew)
        for desk in acceptance.desks where desk.arrival > 0 {
            guard let post = acceptance.deliveries.first(where: { $0.index == desk.index })?.post else { continue }
            let key = DeskKey(
                station: station.index, identity: acceptance.identity, mark: acceptance.mark, post: post,
                office: desk.office)
            counts.delivered += 1
            world.note(station.index, .desk, sequence, desk.arrival, "\(acceptance.identity) \(post) \(desk.office)")
            if !books[station.index].isDamaged { checkBody(station, sequence, acceptance) }
            checkOrderWasObeyed(station.index, acceptance, post, isNew: isNew)
            guard !desk.suspectedDuplicate else { continue }
            if delivered.updateValue(sequence, forKey: key) != nil, !atRisk.contains(acceptance.identity) {
                return world.breaks(
                    .noDuplicate, station: station.index, "\(acceptance.identity) reached \(post) \(desk.office) twice")
            }
        }
    }

    func enterDesks(_ index: Int, _ sequence: UInt64, _ acceptance: AcceptanceDigest, isNew: Bool) {
        for desk in acceptance.desks where desk.arrival > 0 {
            guard let post = acceptance.deliveries.first(where: { $0.index == desk.index })?.post else { continue }
            let key = DeskKey(
                station: index, identity: acceptance.identity, mark: acceptance.mark, post: post, office: desk.office)
            let last = books[index].inbox.last?.arrival ?? 0
            if desk.arrival <= last || isNew && desk.arrival != last + 1, !books[index].wasDamaged {
                return world.breaks(
                    .arrivalNumbers, station: index, "arrival \(desk.arrival) follows arrival \(last)")
            }
            books[index].inbox.append(
                Entry(
                    arrival: desk.arrival, desk: key, at: desk.at, isSuspected: desk.suspectedDuplicate,
                    sequence: sequence))
        }
    }

    /// "No receipt here": the sign of a suspected duplicate is taken away (rule 11).
    func trust(_ index: Int, _ message: ServiceMessage) {
        guard message.kind == .noReceipt else { return }
        let mark = ContentMark(message.contentHash)
        for place in books[index].inbox.indices {
            let desk = books[index].inbox[place].desk
            if books[index].inbox[place].at == message.at, desk.identity == message.identity, desk.mark == mark,
                desk.post == message.post
            {
                books[index].inbox[place].isSuspected = false
            }
        }
    }

    /// The originator says what it has: a receipt for a delivery before the one in question, or none.
    func checkAnswer(_ station: SimulatedStation, _ message: ServiceMessage) {
        guard message.kind == .noReceipt || message.kind == .hasReceipt else { return }
        guard !books[station.index].wasDamaged else { return }
        let earlier = books[station.index].kept.values.contains {
            guard case .service(let service) = $0.digest, service.message.kind == .receipt else { return false }
            return service.message.identity == message.identity && service.message.post == message.post
                && service.message.contentHash == message.contentHash && service.message.at < message.at
        }
        if message.kind == .noReceipt, earlier {
            world.breaks(
                .truthfulReceipts, station: station.index,
                "\(message.identity) is called no duplicate at \(message.post), and a receipt had come before")
        }
    }

    /// The octets that an office will read are those that were accepted, and are on the disk.
    private func checkBody(_ station: SimulatedStation, _ sequence: UInt64, _ acceptance: AcceptanceDigest) {
        guard let truth = truths[acceptance.mark], let kept = books[station.index].kept[sequence] else { return }
        let path = "/state/journal/\(SegmentName.of(kept.location.segment))"
        let start = Int(kept.location.offset)
        guard let head = station.disk.durableOctets(path, start..<(start + RecordFormat.headerOctets)) else { return }
        let length = head.withUnsafeBytes { RecordFormat.header(in: $0, at: 0).length }
        let payload = start + RecordFormat.headerOctets
        var body: [UInt8]?
        if let octets = station.disk.durableOctets(path, payload..<(payload + length)) {
            do throws(OctetFault) {
                switch try StoredCable(record: OctetReader(octets)).body {
                case .inline(let octets): body = octets
                case .file(let name):
                    let file = "/state/bodies/\(name)"
                    body = station.disk.durableSize(file).flatMap { station.disk.durableOctets(file, 0..<$0) }
                }
            } catch {
                body = nil
            }
        }
        if body != truth.octets {
            world.breaks(
                .sameOctets, station: station.index,
                "\(acceptance.identity) has \(body?.count ?? -1) octets on the disk, \(truth.octets.count) were accepted"
            )
        }
    }

    // MARK: The inbox

    /// What was on the disk before is there after a start, at the same arrival number.
    func checkInbox(_ station: SimulatedStation, _ process: StationProcess, known: [Entry]) {
        let items = process.custody.inboxItems()
        let inbox = books[station.index].inbox
        let listed = inbox.filter { !books[station.index].retired.contains($0.sequence) }
        guard items.count == listed.count,
            zip(items, listed).allSatisfy({
                $0.arrival == $1.arrival && $0.identity == $1.desk.identity && $0.post == $1.desk.post
                    && $0.office == $1.desk.office && $0.suspectedDuplicate == $1.isSuspected
            })
        else {
            return world.breaks(
                .arrivalNumbers, station: station.index,
                "the inbox has \(items.count) entries, the journal \(listed.count) deliveries")
        }
        let isKept = known.allSatisfy { old in
            inbox.contains { $0.arrival == old.arrival && $0.desk == old.desk && (old.isSuspected || !$0.isSuspected) }
        }
        guard isKept else {
            return world.breaks(
                .arrivalNumbers, station: station.index, "an entry of the inbox moved or is gone after a start")
        }
    }

    func told(
        _ station: SimulatedStation, _ identity: CableIdentity, arrival: UInt64, post: String, office: String
    ) {
        let inbox = books[station.index].inbox
        guard let entry = inbox.first(where: { $0.arrival == arrival })?.desk else {
            return world.breaks(
                .nothingBeforeSync, station: station.index, "arrival \(arrival) was told, and is not on the disk")
        }
        guard entry.identity == identity, entry.post == post, entry.office == office else {
            return world.breaks(.arrivalNumbers, station: station.index, "arrival \(arrival) is not \(identity)")
        }
        whenArrived(station.index, identity, arrival, post)
    }

    // MARK: What neighbours are told

    func toldTaken(_ station: SimulatedStation, _ taken: Taken, to peer: Int) {
        let books = books[station.index]
        let sequences = (books.byOffer[taken.key] ?? []).filter { isOnDisk(station, $0) }
        guard let newest = sequences.last else {
            return world.breaks(
                .nothingBeforeSync, station: station.index,
                "custody \(taken.number.raw) of S\(peer) is said to be taken, and is not on the disk")
        }
        switch books.kept[newest]?.digest {
        case .accepted(let acceptance)?:
            let isThere = sequences.contains { sequence in
                guard case .accepted(let acceptance)? = books.kept[sequence]?.digest else { return false }
                return acceptance.identity == taken.identity
                    && Set(acceptance.deliveries.map(\.index)).isSuperset(of: taken.part)
            }
            guard isThere else {
                return world.breaks(
                    .nothingVanishes, station: station.index,
                    "\(taken.identity) is said to be taken, and \(acceptance.identity) was")
            }
        case .service(let service)?:
            guard service.message.identity == taken.identity else {
                return world.breaks(
                    .nothingVanishes, station: station.index, "a receipt for \(taken.identity) is said to be taken")
            }
        case .passed?, .undeliverable?, .started?, .certificate?, .read?, .reoffered?, .carried?, .carriedService?,
            .standing?, .audit?, .stated?, .desk?, .changed?, .orders?, .words?, .link?, nil:
            world.breaks(.nothingVanishes, station: station.index, "what was taken is no custody")
        }
    }

    /// Octets leave for a neighbour: what they are of must be on the disk, and cleared.
    func sends(_ station: SimulatedStation, _ slice: Slice, link: Int, peer: Int) {
        counts.slices += 1
        let sequence = slice.number.sequence
        guard isOnDisk(station, sequence) else {
            return world.breaks(
                .nothingBeforeSync, station: station.index, "record \(sequence) leaves before it is on the disk")
        }
        guard case .accepted(let acceptance)? = books[station.index].kept[sequence]?.digest, slice.number.isCable,
            let truth = truths[acceptance.mark]
        else { return }
        let ends = (station.name, plan.name(peer))
        let terms = plan.network.links.first { ($0.a, $0.b) == ends || ($0.b, $0.a) == ends }
        let clearance = min(
            terms?.clearance ?? .topSecret, plan.network.stations[peer].clearance,
            plan.network.stations[station.index].clearance)
        if clearance < truth.classification {
            world.breaks(
                .clearance, station: station.index,
                "\(acceptance.identity) is \(truth.classification.word), the link to S\(peer) is for \(clearance.word)")
        }
    }

    func unreadable(_ station: SimulatedStation, _ slice: Slice, _ why: String) {
        guard !books[station.index].wasDamaged else { return }
        world.breaks(
            .sameOctets, station: station.index, "custody \(slice.number.raw) cannot be read back: \(why)")
    }

    // MARK: Room

    /// Milliseconds until a station notices that it has room again: as often as it looks while hours pass.
    private static let noticeMilliseconds: UInt64 = 65_000

    func shorten(_ station: SimulatedStation, to octets: UInt64) {
        world.note(station.index, .shortDisk, octets)
        station.disk.room = octets
        books[station.index].shortUntil = .max
    }

    func giveRoom(_ station: SimulatedStation) {
        station.disk.room = SimulatedDisk.roomMax
        if books[station.index].shortUntil == .max { books[station.index].shortUntil = world.now }
    }

    /// A station refuses for want of room: only what is below FLASH, and only while it is short.
    func refusedForRoom(_ index: Int, _ highest: Precedence?) {
        guard let until = books[index].shortUntil, until == .max || world.now < until + Self.noticeMilliseconds else {
            return world.breaks(.roomComesBack, station: index, "it refuses for want of room, and has enough")
        }
        if let highest, highest >= .flash {
            world.breaks(.roomForFlash, station: index, "it refuses \(highest.word) for want of room")
        }
    }

    func refused(_ station: SimulatedStation, by peer: Int, _ code: String) {
        if code == "NO_ROOM" { return refusedForRoom(peer, nil) }
        if code == "DISK" || code == "BUSY" || code == "UNREADABLE" { return }
        // A power cut, or a failed sync, may tear what was kept of a body; nothing else may.
        if code == StationCustody.offerAgain, hasLostPages(peer) { return }
        world.breaks(.honestNeighbours, station: peer, "it refused an honest offer of S\(station.index): \(code)")
    }

    func blames(_ station: SimulatedStation, _ peer: Int, _ code: String, _ text: String) {
        world.note(station.index, .fault, peer: peer, 0, 0, "\(code) \(text)")
        switch code {
        case "NEIGHBOUR_SILENT": return
        case "NO_PROGRESS", "DISK": if world.now < lastDiskTrouble + 200_000 { return }
        default: break
        }
        world.breaks(.honestNeighbours, station: station.index, "it blames S\(peer): \(code) \(text)")
    }

    func logged(_ station: SimulatedStation, _ event: StationEvent) {
        switch event.name {
        case "cable.refused" where event.values.contains { $0.value == "NO_ROOM" }: return
        case "cable.refused", "receipt.unmatched", "rerun.unmatched", "inquiry.unmatched", "custody.denied",
            "cable.identityCollision":
            guard !hasDamage, !isAboutRetired(event, at: station.index) else { return }
            world.breaks(.honestNeighbours, station: station.index, "\(event.name) \(event.values.map(\.value))")
        case "audit.contradiction": contradicted(station, event)
        default: break
        }
    }

    /// What a station keeps no longer it does not know, and what a relay dropped it denies.
    private func isAboutRetired(_ event: StationEvent, at index: Int) -> Bool {
        guard event.name.hasSuffix(".unmatched") || event.name == "custody.denied" else { return false }
        let denying = event.values.first { $0.key == "station" }.flatMap { RoutingIndicator($0.value) }
        let keeper = event.name == "custody.denied" ? denying.map { plan.index(of: $0) } ?? index : index
        return event.values.contains { books[keeper].retiredIdentities.contains($0.value) }
    }

    // MARK: Orders

    /// A delivery ends by an order, or ranks higher by one, only where somebody gave it (rule 21).
    func checkChange(_ station: SimulatedStation, _ changed: ChangeDigest) {
        guard case .accepted(let acceptance)? = books[station.index].kept[changed.number.sequence]?.digest else {
            return
        }
        let identity = acceptance.identity
        switch changed.change {
        case .cancelled, .cancelling:
            if !cancelled.contains(identity) {
                world.breaks(.truthfulReceipts, station: station.index, "\(identity) is cancelled without an order")
            }
            if changed.change == .cancelled, changed.message?.kind.isOrder == true {
                world.breaks(
                    .truthfulReceipts, station: station.index,
                    "\(identity) is called cancelled while an order goes after it")
            }
        case .raised(let precedence):
            if raised[identity].map({ precedence > $0 }) ?? true {
                world.breaks(.truthfulReceipts, station: station.index, "\(identity) is raised without an order")
            }
        case .held, .released, .moved: break
        }
    }

    // MARK: Receipts

    func told(_ station: SimulatedStation, _ outcome: Outcome) {
        world.note(station.index, .outcome, 0, 0, "\(outcome.identity) \(outcome.post) \(outcome.state.word)")
        switch outcome.state {
        case .delivered, .duplicate: checkReceipt(station, outcome.identity, outcome.post)
        case .acknowledged: checkAcknowledgment(station, outcome.identity, outcome.post)
        case .undeliverable: counts.notices += 1
        case .cancelled:
            guard cancelled.contains(outcome.identity) else {
                return world.breaks(
                    .truthfulReceipts, station: station.index,
                    "\(outcome.identity) was cancelled, and nobody ordered it")
            }
        case .queued, .inTransit, .held:
            world.breaks(.truthfulReceipts, station: station.index, "an outcome says \(outcome.state.word)")
        }
    }

    /// A receipt is true where the desk's disk has the delivery.
    func checkReceipt(_ station: SimulatedStation, _ identity: CableIdentity, _ post: String) {
        counts.receipts += 1
        guard let mark = marks[identity], !atRisk.contains(identity) else { return }
        let stations = homes(of: post)
        let isThere = stations.contains { index in
            books[index].inbox.contains {
                $0.desk.identity == identity && $0.desk.mark == mark && $0.desk.post == post
            }
        }
        if !isThere {
            world.breaks(
                .truthfulReceipts, station: station.index, "a receipt for \(identity) names \(post), which has it not")
        }
    }

    // MARK: Mistakes made on purpose

    /// Custody notes end the newest arrival of a cable.
    func misdirect(_ station: SimulatedStation, _ records: inout [JournalRecord]) {
        let books = books[station.index]
        for index in records.indices {
            guard case .passed(var passed) = records[index] else { continue }
            for item in passed.items.indices {
                guard case .accepted(let acceptance)? = books.kept[passed.items[item].number.sequence]?.digest,
                    let newest = books.byIdentity[acceptance.identity]?.last
                else { continue }
                passed.items[item].number = CustodyNumber(sequence: newest)
            }
            records[index] = .passed(passed)
        }
    }

    /// Every delivery that was handed to the neighbour is called delivered.
    func toldTooEarly(_ station: SimulatedStation, _ peer: RoutingIndicator) {
        for promise in promises where promise.origin == station.index && promise.station == peer {
            checkReceipt(station, promise.identity, promise.post)
        }
        for promise in promises where promise.origin == station.index && promise.station != peer {
            checkReceipt(station, promise.identity, promise.post)
        }
    }

    // MARK: Damage

    /// A disk was altered, lost or put back: what it held may be lost with it, until other stations offer it again.
    func damaged(_ station: SimulatedStation) {
        let index = station.index
        books[index].isDamaged = true
        books[index].wasDamaged = true
        books[index].damagedThrough = books[index].sequences.last ?? 0
        for sequence in books[index].sequences {
            switch books[index].kept[sequence]?.digest {
            case .accepted(let acceptance)?: atRisk.insert(acceptance.identity)
            case .service(let service)?: atRisk.insert(service.message.identity)
            case .undeliverable(let end)?: atRisk.insert(end.message.identity)
            case .stated(let statement)?: atRisk.insert(statement.message.identity)
            case .desk(.acknowledged(let given))?: if let message = given.message { atRisk.insert(message.identity) }
            case .desk(.forwarded)?, .desk(.archived)?, .desk(.suspenseClosed)?, .desk(.told)?, .desk(.facts)?: break
            case .changed(let changed)?:
                if let message = changed.message { atRisk.insert(message.identity) }
            case .passed?, .started?, .certificate?, .read?, .reoffered?, .carried?, .carriedService?, .standing?,
                .audit?, .orders?, .words?, .link?, nil:
                break
            }
        }
    }
}
