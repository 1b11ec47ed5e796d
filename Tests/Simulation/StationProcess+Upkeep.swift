import Cables
import Custody
import Journal
import Octets

/// What a station does beside the traffic, as `SegmentKeeper` does it in the daemon; users read what came meanwhile.
extension StationProcess {
    private static let tickMilliseconds: UInt64 = 1_000
    private static let pollMilliseconds: UInt64 = 20
    /// Entries looked at in one event: few, so that a look takes several.
    private static let retireSlots: UInt32 = 8
    /// Of a hundred unread entries, so many are read between two looks.
    private static let readPercent = 15

    func sweepLives() {
        after(Self.lifeSweepMilliseconds) { [unowned self] in
            let isEarly = station.mutation == .noticeTooEarly
            post { [unowned self] custody, now, actions in
                var moment = now
                if isEarly { moment.boot += UInt64(custody.settings.lifeSeconds) * 1_000 }
                custody.endOverdueLives(at: moment, &actions)
                if station.mutation != .overdueNotOffered { custody.offerOverdueAgain(at: now, &actions) }
            }
            sweepLives()
        }
    }

    func lookAtSegments() {
        after(world.isPatient ? Self.lifeSweepMilliseconds : Self.tickMilliseconds) { [unowned self] in
            defer { lookAtSegments() }
            lookAtRoom()
            upkeep.tick()
            guard !readOnly else { return }
            if station.plan.keeping != nil, upkeep.retires {
                read()
                retire(from: 0, [])
            }
            attempt { try digest() }
            if station.plan.keeping != nil, !isCleaning { clean() }
        }
    }

    /// What may be taken follows from the room on the disk.
    private func lookAtRoom() {
        let space: (free: UInt64, total: UInt64)
        do throws(StorageFault) { space = try journal.space() } catch { return }
        var floor = DiskRoom.floor(free: space.free, total: space.total)
        if station.mutation == .reserveRefusesFlash, floor > .routine { floor = .critic }
        if station.mutation == .reserveStays { floor = max(floor, acceptsFrom) }
        guard floor != acceptsFrom else { return }
        acceptsFrom = floor
        post { custody, _, _ in custody.acceptsFrom = floor }
    }

    /// What fails is tried again at the next look.
    private func attempt(_ act: () throws -> Void) {
        do { try act() } catch { isCleaning = false }
    }

    private func digest() throws {
        let sealed = try journal.sealedSegments()
        guard let next = upkeep.digest(sealed: sealed, records: journal.statistics.records) else { return }
        guard journal.files.digest(of: next) == nil else { return }
        _ = try journal.files.makeDigest(of: next, epoch: journal.epoch) { record in
            var writer = OctetWriter()
            try RecordDigest(record: record).write(to: &writer)
            return writer.octets
        }
    }

    // MARK: The end of keeping

    private func read() {
        for item in custody.inboxItems() where item.readAt == nil && world.bits.chance(Self.readPercent) {
            post { custody, now, actions in custody.markRead(item.arrival, user: 0, at: now, &actions) }
        }
    }

    private func retire(from first: UInt32, _ bodies: [ContentMark]) {
        post { [unowned self] custody, now, _ in
            let found = custody.retire(from: first, most: Self.retireSlots, at: now)
            ledger.retired(station, custody)
            let unneeded = bodies + found.bodies
            after(0) { [unowned self] in
                if let next = found.next { retire(from: next, unneeded) } else { attempt { try remove(unneeded) } }
            }
        }
    }

    private func remove(_ unneeded: [ContentMark]) throws {
        let over = try upkeep.bodies(unneeded: unneeded, released: bodies.takeReleased()) { try bodies.list() }
        for (name, mark) in over { try bodies.remove(name) { custody.needs(body: mark) } }
    }

    // MARK: Carrying forward

    private func clean() {
        guard isAlive, !readOnly else {
            isCleaning = false
            return
        }
        isCleaning = true
        attempt {
            let sealed = try journal.sealedSegments().map { ($0, UInt64(journal.files.sizes.size(of: $0))) }
            let look = SegmentUpkeep.Look(
                sealed: sealed, isShort: acceptsFrom > .routine, oldestEnd: try journal.oldestEnd())
            switch upkeep.next(look, custody) {
            case nil: isCleaning = false
            case .carry(let rest) where station.mutation == .removeUncarried:
                guard let segment = rest.first?.place.segment else { return }
                perform([leaving(segment)]) { [unowned self] in attempt { try remove(segment) } }
            case .carry(let rest): perform(try rest.map { try carrying($0) }) { [unowned self] in clean() }
            case .leave(let segment):
                perform([leaving(segment)]) { [unowned self] in
                    upkeep.left(segment)
                    if station.mutation == .removeBeforeSync { return attempt { try remove(segment) } }
                    clean()
                }
            case .remove(let segment): try remove(segment)
            }
            if !isCleaning { upkeep.failed() }
        }
    }

    private func remove(_ segment: UInt32) throws {
        ledger.removes(station, segment)
        defer { isCleaning = false }
        guard try journal.removeOldest(segment) else { return }
        upkeep.removed(segment)
        ledger.removed(station, segment)
    }

    private func leaving(_ segment: UInt32) -> Input {
        { custody, now, actions in custody.leave(segment, at: now, &actions) }
    }

    private func carrying(_ item: StationCustody.Remainder) throws -> Input {
        let octets = try record(item.place)
        if item.last != .none {
            let acceptance = try JournalRecord.acceptance(in: octets)
            let past = try Carried.Past(
                from: item.last, acceptance: item.place, number: item.number, record
            ).bounded
            return { custody, now, actions in
                custody.carry(item, acceptance: acceptance, past: past, at: now, &actions)
            }
        }
        guard let (message, proof, trace) = try JournalRecord(decoding: octets).ownService else {
            return { _, _, _ in }
        }
        return { custody, now, actions in
            custody.carry(item, message: message, proof: proof, trace: trace, at: now, &actions)
        }
    }

    private func record(_ place: RecordPlace) throws -> [UInt8] {
        try journal.read(RecordLocation(segment: place.segment, offset: place.offset))
    }

    /// Acts when what the events record is on the disk.
    private func perform(_ events: [Input], then act: @escaping () -> Void) {
        post { [unowned self] custody, now, actions in
            for event in events { event(&custody, now, &actions) }
            let last = custody.nextSequence - 1
            after(0) { [unowned self] in whenSynced(last, act) }
        }
    }

    private func whenSynced(_ sequence: UInt64, _ act: @escaping () -> Void) {
        if custody.persistedThrough >= sequence || station.mutation == .removeBeforeSync { return act() }
        guard !readOnly else {
            upkeep.failed()
            isCleaning = false
            return
        }
        after(Self.pollMilliseconds) { [unowned self] in whenSynced(sequence, act) }
    }
}
