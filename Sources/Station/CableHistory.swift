import Cables
import Control
import Custody

/// Shows what has happened to a cable, as its records say it.
struct CableHistory {
    let archive: CableArchive
    let station: RoutingIndicator

    /// Oldest first.
    ///
    /// - Parameter acceptance: where the cable's first record stands: shown also where one between cannot be found, as
    ///   after a failed sync, which moves records that name one another.
    /// - Parameter interruptions: of the cable's transfers since the start; no records are made of them.
    func rows(
        from last: RecordPlace, acceptance: RecordPlace, number: CustodyNumber, interruptions: [Interruption]
    ) throws -> [HistoryRow] {
        var events = try past(from: last, acceptance: acceptance, number: number).events
        for interruption in interruptions {
            let behind = events.firstIndex { $0.at > interruption.at } ?? events.count
            events.insert(
                Carried.Event(
                    at: interruption.at, name: interruption.by == nil ? "resumed" : "preempted",
                    link: interruption.peer.description, post: nil, detail: interruption.detail), at: behind)
        }
        return events.map {
            HistoryRow(
                at: Timestamp(milliseconds: $0.at).description, event: $0.name, station: station.description,
                link: $0.link, post: $0.post, detail: $0.detail)
        }
    }

    /// What happened to the cable, oldest first, and the records of the answers that came.
    func past(
        from last: RecordPlace, acceptance: RecordPlace, number: CustodyNumber
    ) throws -> Carried.Past {
        try Carried.Past(from: last, acceptance: acceptance, number: number) { try archive.octets($0) }
    }
}
