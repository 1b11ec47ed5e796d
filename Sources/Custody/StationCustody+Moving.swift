import Cables

extension StationCustody {
    /// The journal wrote records again elsewhere after a failed sync (rule 7). To be called before `persisted` tells
    /// that they are synced: what is offered then is read from these places.
    package mutating func moved(_ records: [(sequence: UInt64, place: RecordPlace)]) {
        var bySequence: [UInt64: RecordPlace] = [:]
        for record in records { bySequence[record.sequence] = record.place }
        var byPlace: [RecordPlace: RecordPlace] = [:]
        for (sequence, place) in placesInDoubt { if let new = bySequence[sequence] { byPlace[place] = new } }
        for index in carriedPlaces.indices {
            if let new = byPlace[carriedPlaces[index].place] { carriedPlaces[index].place = new }
        }
        // Any cable's newest record may be one of them, not only those that were just accepted.
        for slot in 0..<entries.high where entries.holds(slot) {
            if let new = byPlace[entries[slot].place] { entries[slot].place = new }
            if let new = byPlace[entries[slot].last] { entries[slot].last = new }
        }
        for number in services.keys {
            if let place = services[number]?.place, let new = byPlace[place] { services[number]?.place = new }
        }
    }

    /// Names in a record, just before it is written, the newest record of each cable that it is about.
    ///
    /// When the record was made, one that was made earlier in the same turn had no place yet, and would be missing
    /// from the cable's history.
    package func chained(_ record: JournalRecord) -> JournalRecord {
        switch record {
        case .passed(var passed):
            chain(&passed.items)
            return .passed(passed)
        case .reoffered(var again):
            chain(&again.items)
            return .reoffered(again)
        case .service(var service):
            guard service.message.identity.station == settings.station, let slot = origin(of: service.message) else {
                return record
            }
            service.previous = entries[slot].last
            return .service(service)
        case .undeliverable(var end):
            guard let slot = slot(ofSequence: end.number.sequence) else { return record }
            end.previous = entries[slot].last
            return .undeliverable(end)
        case .desk(let desk):
            guard let history = desk.history, let slot = slot(ofSequence: history.number.sequence) else {
                return record
            }
            return .desk(desk.behind(entries[slot].last))
        case .changed(var changed):
            guard let slot = slot(ofSequence: changed.number.sequence) else { return record }
            changed.previous = entries[slot].last
            return .changed(changed)
        case .started, .certificate, .accepted, .read, .carried, .carriedService, .standing, .audit, .stated, .orders,
            .words, .link:
            return record
        }
    }

    private func chain(_ items: inout [JournalRecord.Passed.Item]) {
        for index in items.indices where items[index].number.isCable && !items[index].deliveries.isEmpty {
            if let slot = slot(ofSequence: items[index].number.sequence) { items[index].previous = entries[slot].last }
        }
    }
}
