import Cables
import Custody
import Journal
import Octets
import Routing

/// What a station may forget, and what must stand elsewhere before a segment goes.
///
/// The ledger forgets nothing: records of segments that are gone stay in its books, so that what a station makes of what
/// it carried forward is held against the whole history.
extension Ledger {
    /// How far what one station accepted has come to its end, by its records.
    struct Fates {
        struct Answer: Hashable {
            var identity: CableIdentity
            var post: String
        }

        /// Deliveries of a cable that were passed on, or ended here.
        var ended: [UInt64: Set<UInt16>] = [:]
        /// The same without those that ended here.
        var passed: [UInt64: Set<UInt16>] = [:]
        /// Deliveries that were cancelled here.
        var cancelled: [UInt64: Set<UInt16>] = [:]
        /// Receipts, notices and statements that were passed on.
        var passedServices: Set<CustodyNumber> = []
        /// What came back for cables of this station's.
        var outcomes: [Answer: DeliveryState] = [:]
        var readArrivals: Set<UInt64> = []
        /// The records that carried a cable or a service message, by its custody.
        var carried: [CustodyNumber: [UInt64]] = [:]
        /// Records with a mark or of the delivery itself, and those with a certificate.
        var marked: [DeliveryMark: [UInt64]] = [:]
        var certified: [[UInt8]: [UInt64]] = [:]

        mutating func take(_ sequence: UInt64, _ digest: RecordDigest, own: RoutingIndicator) {
            switch digest {
            case .passed(let record):
                for item in record.items {
                    guard item.number.isCable, !item.deliveries.isEmpty else {
                        passedServices.insert(item.number)
                        continue
                    }
                    ended[item.number.sequence, default: []].formUnion(item.deliveries)
                    passed[item.number.sequence, default: []].formUnion(item.deliveries)
                }
            case .reoffered(let record):
                for item in record.items {
                    passedServices.remove(item.number)
                    guard item.number.isCable else { continue }
                    ended[item.number.sequence]?.subtract(item.deliveries)
                    passed[item.number.sequence]?.subtract(item.deliveries)
                }
            case .undeliverable(let end):
                ended[end.number.sequence, default: []].insert(end.index)
                passed[end.number.sequence]?.remove(end.index)
                answered(end.message, own)
            case .service(let service):
                answered(service.message, own)
                markReceipt(service.message, sequence)
            case .read(let mark): readArrivals.insert(mark.arrival)
            case .carried(let state, let acceptance):
                carried[CustodyNumber(sequence: state.sequence), default: []].append(sequence)
                mark(acceptance, sequence, own)
            case .carriedService(let service): carried[service.number, default: []].append(sequence)
            case .standing(let standing):
                for mark in standing.marks { marked[mark.mark, default: []].append(sequence) }
            case .certificate(let der): certified[der, default: []].append(sequence)
            case .desk(let record): done(record)
            case .changed(let changed):
                // Custody that came back may end at its originator's own station.
                if let message = changed.message { answered(message, own) }
                if let order = changed.endsOrder { passedServices.insert(order) }
                guard case .cancelled = changed.change else { return }
                ended[changed.number.sequence, default: []].insert(changed.index)
                cancelled[changed.number.sequence, default: []].insert(changed.index)
            case .accepted(let acceptance):
                mark(acceptance, sequence, own)
                // What waited here for a post that came here is on its desk.
                if case .arrived(let offered) = acceptance.source, offered.peer == own {
                    let home = acceptance.deliveries.map(\.index)
                    ended[offered.number.sequence, default: []].formUnion(home)
                    passed[offered.number.sequence, default: []].formUnion(home)
                }
            case .started, .audit, .stated, .orders, .words, .link: break
            }
        }

        /// How a delivery ended is known by the record of its receipt, too.
        private mutating func markReceipt(_ message: ServiceMessage, _ sequence: UInt64) {
            guard message.kind == .receipt || message.kind == .acknowledgment else { return }
            let mark = DeliveryMark(
                .received, identity: message.identity, content: ContentMark(message.contentHash), post: message.post)
            marked[mark, default: []].append(sequence)
        }

        /// While a delivery's own record stands, it is known by that.
        private mutating func mark(_ acceptance: AcceptanceDigest, _ sequence: UInt64, _ own: RoutingIndicator) {
            if case .submitted = acceptance.source {
                for delivery in acceptance.deliveries {
                    for answer in [DeliveryMark.Answer.received, .nothing] {
                        let mark = DeliveryMark(
                            answer, identity: acceptance.identity, content: acceptance.mark, post: delivery.post)
                        marked[mark, default: []].append(sequence)
                    }
                }
            }
            for desk in acceptance.desks where desk.arrival > 0 {
                guard let post = acceptance.deliveries.first(where: { $0.index == desk.index })?.post else { continue }
                let mark = DeliveryMark(identity: acceptance.identity, content: acceptance.mark, post: post)
                marked[mark, default: []].append(sequence)
                // It came back to a post that had moved to its originator's own station.
                if acceptance.identity.station == own {
                    outcomes[Answer(identity: acceptance.identity, post: post)] = .delivered
                }
            }
        }

        /// Who did something with an entry need not look at it any more.
        private mutating func done(_ record: DeskRecord) {
            switch record {
            case .acknowledged(let given): readArrivals.insert(given.arrival)
            case .forwarded(let forwarded): readArrivals.insert(forwarded.arrival)
            case .archived(let archived): readArrivals.insert(archived.arrival)
            case .suspenseClosed, .told, .facts: break
            }
        }

        private mutating func answered(_ message: ServiceMessage, _ own: RoutingIndicator) {
            guard message.isOutcome, message.identity.station == own else { return }
            let answer = Answer(identity: message.identity, post: message.post)
            switch message.kind {
            case .receipt, .acknowledgment: outcomes[answer] = .delivered
            case .cancelled: if outcomes[answer] != .delivered { outcomes[answer] = .cancelled }
            case .notice: if outcomes[answer] == nil { outcomes[answer] = .undeliverable }
            case .inquiry, .noReceipt, .hasReceipt, .held, .moved, .cancelOrder, .raiseOrder, .tracer, .traceReport,
                .rerun:
                break
            }
        }
    }

    // MARK: The end of keeping

    /// The station has dropped cables: each must be over.
    func retired(_ station: SimulatedStation, _ custody: borrowing StationCustody) {
        let index = station.index
        for sequence in books[index].sequences where !books[index].retired.contains(sequence) {
            guard case .accepted(let acceptance)? = books[index].kept[sequence]?.digest, !custody.keeps(sequence) else {
                continue
            }
            note(index, sequence, acceptance)
            counts.retired += 1
            world.note(index, .retired, sequence, 0, "\(acceptance.identity)")
            guard !books[index].wasDamaged, let why = unfinished(index, sequence, acceptance) else { continue }
            return world.breaks(
                .nothingVanishes, station: index, "\(acceptance.identity) is dropped as custody \(sequence), and \(why)"
            )
        }
    }

    private func note(_ index: Int, _ sequence: UInt64, _ acceptance: AcceptanceDigest) {
        books[index].retired.insert(sequence)
        books[index].retiredIdentities.insert(acceptance.identity.description)
    }

    /// Why a cable is not over, or nil.
    private func unfinished(_ index: Int, _ sequence: UInt64, _ acceptance: AcceptanceDigest) -> String? {
        let fates = books[index].fates
        var isOrigin = false
        if case .submitted = acceptance.source { isOrigin = true }
        for delivery in acceptance.deliveries {
            let answer = Fates.Answer(identity: acceptance.identity, post: delivery.post)
            if acceptance.desks.contains(where: { $0.index == delivery.index }) { continue }
            if fates.cancelled[sequence]?.contains(delivery.index) == true { continue }
            if isOrigin ? fates.outcomes[answer] != nil : fates.ended[sequence]?.contains(delivery.index) == true {
                continue
            }
            return "its delivery to \(delivery.post) has not come to its end"
        }
        for (place, desk) in acceptance.desks.enumerated() {
            if desk.receiptDue, acceptance.identity.station != plan.name(index),
                !fates.passedServices.contains(CustodyNumber(sequence: sequence, part: UInt16(place + 1)))
            {
                return "its receipt has not left"
            }
        }
        return nil
    }

    // MARK: Carrying forward

    /// What is carried says what has become of the cable.
    func checkCarried(_ station: SimulatedStation, _ state: CarriedState) {
        counts.carried += 1
        world.note(station.index, .carried, state.sequence, UInt64(state.deliveries.count))
        guard !books[station.index].wasDamaged, let passed = books[station.index].fates.passed[state.sequence] else {
            return
        }
        for delivery in state.deliveries where passed.contains(delivery.index) && delivery.state == .queued {
            return world.breaks(
                .custodyPassesOnce, station: station.index,
                "custody \(state.sequence) was passed for delivery \(delivery.index), and is carried as queued")
        }
    }

    // MARK: Removal

    func isGone(_ index: Int, _ kept: Kept) -> Bool { kept.location.segment <= books[index].goneThrough }

    /// A segment is about to go: what it holds must be over, or stand on the disk behind it.
    func removes(_ station: SimulatedStation, _ segment: UInt32) {
        let index = station.index
        world.note(index, .removing, UInt64(segment))
        defer { books[index].goneThrough = max(books[index].goneThrough, segment) }
        guard !books[index].wasDamaged else { return }
        for sequence in books[index].sequences {
            guard let kept = books[index].kept[sequence], kept.location.segment <= segment, !isGone(index, kept),
                let why = needed(station, sequence, kept.digest, behind: segment)
            else { continue }
            return world.breaks(.nothingVanishes, station: index, "segment \(segment) goes, and \(why)")
        }
    }

    func removed(_ station: SimulatedStation, _ segment: UInt32) {
        counts.removed += 1
        world.note(station.index, .removed, UInt64(segment))
    }

    /// What a record says that no later one does, or nil.
    private func needed(
        _ station: SimulatedStation, _ sequence: UInt64, _ digest: RecordDigest, behind segment: UInt32
    ) -> String? {
        let fates = books[station.index].fates
        func stands(_ sequences: [UInt64]?) -> Bool {
            (sequences ?? []).contains {
                (books[station.index].kept[$0]?.location.segment ?? 0) > segment && isOnDisk(station, $0)
            }
        }
        func needsService(_ number: CustodyNumber, _ message: ServiceMessage) -> String? {
            guard message.destination != station.name, !fates.passedServices.contains(number),
                !stands(fates.carried[number])
            else { return nil }
            return "the \(message.kind) \(number.raw) for \(message.identity) waits in it"
        }
        switch digest {
        case .accepted(let acceptance):
            return needsCable(station, CustodyNumber(sequence: sequence), acceptance, stands)
        case .carried(let state, let acceptance):
            return needsCable(station, CustodyNumber(sequence: state.sequence), acceptance, stands)
        case .service(let service): return needsService(CustodyNumber(sequence: sequence), service.message)
        case .stated(let said): return needsService(CustodyNumber(sequence: sequence), said.message)
        case .undeliverable(let end):
            guard end.message.identity.station != station.name else { return nil }
            return needsService(CustodyNumber(sequence: sequence), end.message)
        case .carriedService(let service): return needsService(service.number, service.message)
        case .standing(let standing):
            for mark in standing.marks where isInWindow(station, mark.at) && !stands(fates.marked[mark.mark]) {
                return "a mark of a delivery stands in it alone"
            }
            return nil
        case .changed(let changed):
            return changed.message.flatMap { needsService(CustodyNumber(sequence: sequence), $0) }
        case .desk(.acknowledged(let given)):
            return given.message.flatMap { needsService(CustodyNumber(sequence: sequence), $0) }
        case .certificate(let der): return stands(fates.certified[der]) ? nil : "a certificate stands in it alone"
        case .passed, .started, .read, .reoffered, .audit, .orders, .words: return nil
        case .link(let order):
            return isOutdated(station, sequence, order)
                ? nil : "an order for the link to \(order.peer) stands in it alone"
        case .desk(.forwarded), .desk(.archived), .desk(.suspenseClosed), .desk(.told), .desk(.facts): return nil
        }
    }

    private func needsCable(
        _ station: SimulatedStation, _ number: CustodyNumber, _ acceptance: AcceptanceDigest,
        _ stands: ([UInt64]?) -> Bool
    ) -> String? {
        let books = books[station.index]
        guard !stands(books.fates.carried[number]) else { return nil }
        guard books.retired.contains(number.sequence) else {
            return "custody \(number.sequence), \(acceptance.identity), is kept and stands in it alone"
        }
        if let why = unfinished(station.index, number.sequence, acceptance) { return why }
        for desk in acceptance.desks where desk.arrival > 0 {
            // By now its record is on the disk, with what was carried.
            guard books.fates.readArrivals.contains(desk.arrival) else { return "nobody has read \(desk.arrival)" }
            guard isInWindow(station, desk.at) else { continue }
            guard let post = acceptance.deliveries.first(where: { $0.index == desk.index })?.post else { continue }
            let mark = DeliveryMark(identity: acceptance.identity, content: acceptance.mark, post: post)
            if !stands(books.fates.marked[mark]) {
                return "the mark of \(acceptance.identity) at \(post) stands nowhere"
            }
        }
        return nil
    }

    private static let clockSteps: Int64 = 60_000

    /// Hours are what marks are counted in, and the clock may have been ahead.
    private func isInWindow(_ station: SimulatedStation, _ at: Int64) -> Bool {
        guard let window = station.running?.custody.settings.duplicateWindowMilliseconds else { return false }
        return at / 3_600_000 >= (station.clock.wall - window + Self.clockSteps) / 3_600_000
    }

    // MARK: Starts

    /// Records of segments that are gone stay in the books.
    func enterGone(_ index: Int, _ old: Books, but found: Set<UInt64>) {
        guard books[index].goneThrough > 0 else { return }
        for sequence in old.sequences where !found.contains(sequence) {
            guard let kept = old.kept[sequence], isGone(index, kept) else { continue }
            enter(index, sequence, kept.digest, kept.location)
            books[index].kept[sequence]?.isOnDisk = true
        }
    }

    /// Cables of which no record is replayed are kept no longer: that they may go was seen when their segments went.
    func noteRetired(_ index: Int) {
        for sequence in books[index].sequences {
            guard let kept = books[index].kept[sequence], case .accepted(let acceptance) = kept.digest,
                isGone(index, kept)
            else { continue }
            let again = books[index].fates.carried[CustodyNumber(sequence: sequence)] ?? []
            let isCarried = again.contains { books[index].kept[$0].map { !isGone(index, $0) } ?? false }
            if !isCarried { note(index, sequence, acceptance) }
        }
    }
}
