import Cables
import Control
import Custody
import Glibc
import Journal
import Octets
import Routing
import Settings

/// Every metric of a station. Names are kept once they are there: alert rules and dashboards rest on them.
extension MetricsText {
    /// Highest first, as everywhere.
    private static let precedences = Precedence.allCases.reversed()

    init(_ form: Form, _ snapshot: Snapshot, _ source: SnapshotDesk) {
        self.init(form)
        station(snapshot, source)
        queues(snapshot)
        links(snapshot.figures.links)
        traffic(snapshot, source.desk)
        desks(snapshot, source.desk)
        journal(snapshot, source.desk)
        certificates(source.desk, at: snapshot.at)
        process(source.facts)
    }

    private mutating func station(_ snapshot: Snapshot, _ source: SnapshotDesk) {
        family(
            "cable_station", .info, "The station, its network and the version of routerd.",
            [
                Sample(
                    [
                        ("station", source.facts.settings.station.description), ("network", source.facts.network.name),
                        ("version", source.facts.version),
                    ], 1)
            ])
        family(
            "cable_station_accepting", .gauge, "Whether cables are taken: 1 yes, 0 no.",
            [Sample([], snapshot.state == "serving" ? 1 : 0)])
        family(
            "cable_station_read_only", .gauge, "Whether the journal takes no records: 1 it takes none, 0 all is well.",
            [Sample([], snapshot.state == "readOnly" ? 1 : 0)])
        family(
            "cable_alarms", .gauge, "Alarms that stand, and how often each was raised.",
            snapshot.alarms.sorted { $0.code < $1.code }.map { Sample([("code", $0.code)], $0.count) })
    }

    private mutating func queues(_ snapshot: Snapshot) {
        func perLink(_ value: (LinkFigures, Precedence) -> Double) -> [Sample] {
            snapshot.figures.links.flatMap { link in
                Self.precedences.map { precedence in
                    Sample([("link", "\(link.item.peer)"), ("precedence", precedence.word)], value(link, precedence))
                }
            }
        }
        family(
            "cable_queue_depth", .gauge, "Cables that wait for a link or are under way on it.",
            perLink { Double($0.item.queued[$1] ?? 0) })
        family(
            "cable_queue_oldest_age_seconds", .gauge, unit: "seconds",
            "Age of the oldest of them since its acceptance; 0 where none waits.",
            perLink { Double($0.oldest[$1] ?? 0) / 1_000 })
        family(
            "cable_overdue_deliveries", .gauge,
            "Deliveries in custody or originated here that are past their speed of service.",
            Self.precedences.map { Sample([("precedence", $0.word)], snapshot.survey.overdue[$0] ?? 0) })
        family(
            "cable_held_deliveries", .gauge, "Deliveries that are held, with a reason that queue list shows.",
            Self.precedences.map { Sample([("precedence", $0.word)], snapshot.survey.held[$0] ?? 0) })
        family(
            "cable_speed_of_service_limit_seconds", .gauge, unit: "seconds",
            "Time allowed from acceptance to delivery.",
            Self.precedences.map { Sample([("precedence", $0.word)], $0.speedOfServiceSeconds) })
        family(
            "cable_kept_cables", .gauge, "Cables that are kept, ended ones too.", [Sample([], snapshot.figures.kept)])
    }

    private mutating func links(_ links: [LinkFigures]) {
        func each(_ value: (LinkFigures) -> Double?) -> [Sample] {
            links.compactMap { link in value(link).map { Sample([("link", "\(link.item.peer)")], $0) } }
        }
        func ranked(_ value: (LinkCounts) -> [UInt64]) -> [Sample] {
            links.flatMap { link in
                Self.precedences.map { precedence in
                    Sample(
                        [("link", "\(link.item.peer)"), ("precedence", precedence.word)],
                        value(link.counts)[Int(precedence.rawValue)])
                }
            }
        }
        family(
            "cable_link_up", .gauge, "Whether a session with the neighbour is open: 1 yes, 0 no.",
            each { $0.item.state.isOpen ? 1 : 0 })
        family(
            "cable_link_shut", .gauge,
            "Whether an operator has closed the link, or it is being emptied for that: 1 yes.",
            each { $0.item.state == .closed || $0.item.state == .draining ? 1 : 0 })
        family(
            "cable_link_limited", .gauge, "Whether an operator keeps precedences from the link: 1 yes.",
            each { $0.item.limits.isEmpty ? 0 : 1 })
        family(
            "cable_link_state_since_timestamp_seconds", .gauge, unit: "seconds",
            "Since when the link is as it is, in seconds since 1970.", each { Double($0.item.since) / 1_000 })
        family(
            "cable_link_rate_bytes_per_second", .gauge, "Measured rate of the link.",
            each { $0.item.rate.map { Double($0) } })
        family(
            "cable_link_round_trip_seconds", .gauge, unit: "seconds", "Measured round trip of the link.",
            each { $0.item.roundTrip.map { Double($0) / 1_000 } })
        family(
            "cable_link_sent_bytes", .counter, unit: "bytes", "Octets of cables sent.",
            each { Double($0.item.sentOctets) })
        family(
            "cable_link_received_bytes", .counter, unit: "bytes", "Octets of cables received.",
            each { Double($0.item.receivedOctets) })
        family("cable_handed_on", .counter, "Cables whose custody the neighbour took.", ranked { $0.handedOn })
        family("cable_received", .counter, "Cables whose custody the neighbour gave.", ranked { $0.received })
        family(
            "cable_offers_refused", .counter, "Offers that the neighbour refused.", each { Double($0.counts.refused) })
        family(
            "cable_preemptions", .counter, "Transfers that a higher precedence interrupted.",
            each { Double($0.counts.preemptions) })
        histogram(
            "cable_custody_latency_seconds", "From the offer of a cable to the neighbour's custody note.",
            links.map { ([("link", "\($0.item.peer)")], $0.counts.custody) })
    }

    private mutating func traffic(_ snapshot: Snapshot, _ desk: ControlDesk) {
        let counts = snapshot.figures.counts
        func ranked(_ value: (TrafficCounts.ByPrecedence) -> UInt64) -> [Sample] {
            Self.precedences.map { Sample([("precedence", $0.word)], value(counts[$0])) }
        }
        family("cable_accepted", .counter, "Cables accepted from users.", ranked { $0.accepted })
        family(
            "cable_relayed", .counter, "Cables of other stations that were handed on.", ranked { $0.relayed })
        family(
            "cable_delivered", .counter, "Entries of desks here, without copies for SIPDIS.", ranked { $0.delivered })
        family(
            "cable_undeliverable", .counter, "Deliveries of cables originated here that ended with a notice.",
            ranked { $0.undeliverable })
        family(
            "cable_refused", .counter, "What users and neighbours were refused, by reason.",
            desk.loop.refusalTotals.map { Sample([("source", $0.kind.source), ("reason", $0.kind.code)], $0.count) })
        histogram(
            "cable_speed_of_service_seconds", "From the acceptance at the originator to the desk here.",
            Self.precedences.map { ([("precedence", $0.word)], counts[$0].toDesk) })
        histogram(
            "cable_receipt_latency_seconds", "From the acceptance here to the receipt here.",
            Self.precedences.map { ([("precedence", $0.word)], counts[$0].toReceipt) })
    }

    private mutating func desks(_ snapshot: Snapshot, _ desk: ControlDesk) {
        let (waiting, late) = snapshot.figures.unacknowledged
        family(
            "cable_unacknowledged_cables", .gauge, "FLASH and NIACT cables on desks here that nobody has acknowledged.",
            [Sample([("state", "waiting")], waiting - late), Sample([("state", "late")], late)])
        let (open, overdue) = (snapshot.survey.suspenses, snapshot.survey.overdueSuspenses)
        family(
            "cable_suspenses", .gauge, "Replies that are due.",
            [Sample([("state", "open")], open - overdue), Sample([("state", "overdue")], overdue)])
        let hooks = desk.hooks.rows
        let held = hooks.count { $0.state == "held" }
        family(
            "cable_hook_work", .gauge, "Pieces of work for programs that are not done.",
            [Sample([("state", "waiting")], hooks.count - held), Sample([("state", "held")], held)])
    }

    private mutating func journal(_ snapshot: Snapshot, _ desk: ControlDesk) {
        let statistics = desk.archive.journal.statistics
        histogram(
            "cable_journal_sync_seconds", "How long a group commit took to write and sync.",
            [([], statistics.commits)])
        family(
            "cable_journal_records", .counter, "Records written and synced.", [Sample([], statistics.records)])
        family(
            "cable_journal_needed_bytes", .gauge, unit: "bytes", "What is still answered for, about.",
            [Sample([], snapshot.figures.liveOctets)])
        do throws(StorageFault) {
            let (octets, segments) = try desk.archive.journal.size()
            family(
                "cable_journal_bytes", .gauge, unit: "bytes", "What the journal's segments have on the disk.",
                [Sample([], octets)])
            family("cable_journal_segments", .gauge, "Segments of the journal.", [Sample([], segments)])
        } catch {
            desk.log.write(.warning, "journal.sizeUnknown", [("why", "\(error)")])
        }
        guard let disk = snapshot.disk else { return }
        family(
            "cable_disk_free_bytes", .gauge, unit: "bytes", "What is free on the disk of the state.",
            [Sample([], disk.free)])
        family("cable_disk_size_bytes", .gauge, unit: "bytes", "The disk of the state.", [Sample([], disk.total)])
    }

    private mutating func certificates(_ desk: ControlDesk, at now: Instant) {
        let rows = desk.certificates?.rows(at: now.wall) ?? []
        family(
            "cable_certificate_left_seconds", .gauge, unit: "seconds",
            "Time until the certificate of a station ends, in whole days.",
            rows.map { Sample([("station", $0.station), ("own", $0.own ? "yes" : "no")], $0.daysLeft * 86_400) })
        family(
            "cable_certificate_good", .gauge, "Whether the certificate verifies now: 1 yes, 0 expired or revoked.",
            rows.map {
                Sample([("station", $0.station), ("own", $0.own ? "yes" : "no")], $0.why == "in force" ? 1 : 0)
            }
        )
    }

    /// Named as every exporter names them.
    private mutating func process(_ facts: StationFacts) {
        family(
            "process_start_time_seconds", .gauge, unit: "seconds", "Start of the process in seconds since 1970.",
            [Sample([], Double(facts.startedAt) / 1_000)])
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return }
        let seconds =
            Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
        family("process_cpu_seconds", .counter, unit: "seconds", "Processor time used.", [Sample([], seconds)])
        family(
            "process_peak_memory_bytes", .gauge, unit: "bytes", "The most memory that was resident.",
            [Sample([], usage.ru_maxrss * 1_024)])
    }
}
