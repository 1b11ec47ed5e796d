import Cables
import Custody
import Journal
import Octets
import Routing

/// What must hold when nothing is left to do.
extension Ledger {
    /// Why the network is not at rest, or nil.
    func unfinished(_ stations: [SimulatedStation], _ traffic: Traffic) -> String? {
        for station in stations {
            guard station.running != nil else { return "S\(station.index) does not run" }
            if let waiting = books[station.index].orders?.waiting(
                restingCounts: !books[station.index].wasDamaged)
            {
                return "S\(station.index): \(waiting)"
            }
        }
        guard traffic.isQuiet else { return "a submitter waits for an answer" }
        if let open = unheardAcknowledgment(stations) ?? unansweredQuestion(stations) { return open }
        for promise in promises where !isExcused(promise) {
            guard let report = report(promise, at: stations[promise.origin]) else { continue }
            if report.state.isEnded || isHeld(promise, stations) { continue }
            return "\(promise.identity) to \(promise.post) is \(report.state.word) at S\(promise.origin): \(report.why)"
        }
        return nil
    }

    /// The originator's disk was damaged: nobody is left who must answer for the cable.
    private func isExcused(_ promise: Promise) -> Bool {
        atRisk.contains(promise.identity) && books[promise.origin].wasDamaged
    }

    var hasDamage: Bool { books.contains(where: \.wasDamaged) }

    private func report(_ promise: Promise, at station: SimulatedStation) -> DeliveryReport? {
        guard let process = station.running,
            let slot = process.custody.find(promise.identity)
        else { return nil }
        return process.custody.reports(of: slot).first { $0.post == promise.post }
    }

    /// As the station says; of what it no longer keeps, as its records said.
    private func state(_ promise: Promise, at station: SimulatedStation) -> DeliveryState? {
        if let report = report(promise, at: station) { return report.state }
        if promise.station == station.name {
            let isHere = books[promise.origin].inbox.contains {
                $0.desk.identity == promise.identity && $0.desk.post == promise.post
            }
            if isHere { return .delivered }
        }
        // A receipt outranks what was believed before it.
        let outcome = books[promise.origin].fates.outcomes[Fates.Answer(identity: promise.identity, post: promise.post)]
        return outcome ?? (wasCancelledHere(promise) ? .cancelled : nil)
    }

    private func wasCancelledHere(_ promise: Promise) -> Bool {
        let books = books[promise.origin]
        return (books.byIdentity[promise.identity] ?? []).contains { sequence in
            guard case .accepted(let acceptance)? = books.kept[sequence]?.digest else { return false }
            return acceptance.deliveries.contains {
                $0.post == promise.post && books.fates.cancelled[sequence]?.contains($0.index) == true
            }
        }
    }

    /// An operator can see it in a hold, with its reason.
    private func isHeld(_ promise: Promise, _ stations: [SimulatedStation]) -> Bool {
        stations.contains { station in
            guard let process = station.running else { return false }
            return process.custody.queueItems(at: station.clock).contains {
                $0.identity == promise.identity && $0.state == .held && !$0.why.isEmpty && $0.to.contains(promise.post)
            }
        }
    }

    /// Every accepted delivery has come to its end: on its desk, with a notice, or in a hold.
    func checkEnd(_ stations: [SimulatedStation]) {
        for promise in promises where !isExcused(promise) {
            guard let state = state(promise, at: stations[promise.origin]) else {
                return world.breaks(
                    .nothingVanishes, station: promise.origin, "\(promise.identity) is not known where it was accepted")
            }
            let index = plan.index(of: promise.station)
            let homes = homes(of: promise.post)
            let isThere = homes.contains { home in
                books[home].inbox.contains {
                    $0.desk.identity == promise.identity && $0.desk.post == promise.post && $0.desk.mark == promise.mark
                }
            }
            switch state {
            case .delivered, .duplicate, .acknowledged:
                if !isThere, !homes.contains(where: { books[$0].wasDamaged }) {
                    return world.breaks(
                        .nothingVanishes, station: index, "\(promise.identity) to \(promise.post) is on no desk")
                }
            case .undeliverable: break
            case .cancelled:
                guard cancelled.contains(promise.identity) else {
                    return world.breaks(
                        .nothingVanishes, station: promise.origin,
                        "\(promise.identity) to \(promise.post) was cancelled, and nobody ordered it")
                }
                if isThere, !atRisk.contains(promise.identity) {
                    return world.breaks(
                        .truthfulReceipts, station: promise.origin,
                        "\(promise.identity) to \(promise.post) is called cancelled, and is on its desk")
                }
            case .held, .queued, .inTransit:
                if !isHeld(promise, stations) {
                    return world.breaks(
                        .nothingVanishes, station: promise.origin,
                        "\(promise.identity) to \(promise.post) is \(state.word) and nobody holds it")
                }
            }
        }
        checkDesksAtRest(stations)
        for station in stations {
            checkQueues(station)
            checkSigns(station)
            checkAudit(station)
        }
    }

    /// What bears the sign of a suspected duplicate, and was asked about at a station that knows, has been answered.
    private func checkSigns(_ station: SimulatedStation) {
        guard !books[station.index].wasDamaged else { return }
        for entry in books[station.index].inbox where entry.isSuspected {
            let origin = plan.index(of: entry.desk.identity.station)
            guard origin >= 0, origin != station.index, !books[origin].wasDamaged else { continue }
            // Who keeps it no longer knows that there was a receipt, and not of which delivery.
            let isKept = !books[origin].retiredIdentities.contains(entry.desk.identity.description)
            let wasReceived = books[origin].kept.values.contains {
                guard case .service(let service) = $0.digest, service.message.identity == entry.desk.identity,
                    service.message.post == entry.desk.post
                else { return false }
                // Of what another desk of the post has, no clock says which was first.
                return isKept && service.message.station == station.name
                    ? service.message.kind == .receipt && service.message.at < entry.at
                    : service.message.kind == .receipt || service.message.kind == .acknowledgment
            }
            if !wasReceived {
                world.breaks(
                    .truthfulReceipts, station: station.index,
                    "\(entry.desk.identity) is suspected still, though its originator has no other receipt")
            }
        }
    }

    private func checkQueues(_ station: SimulatedStation) {
        guard let process = station.running else { return }
        for item in process.custody.queueItems(at: station.clock) where item.why.isEmpty {
            world.breaks(.saysWhy, station: station.index, "\(item.identity) does not say why it stands")
        }
    }

    /// Where the newest records stand that are on a station's disk.
    func lastRecords(_ station: SimulatedStation, _ count: Int) -> [(path: String, octets: Range<Int>)] {
        let books = books[station.index]
        return books.sequences.filter { $0 <= books.syncedThrough }.suffix(count).compactMap { place(station, $0) }
    }

    private func place(_ station: SimulatedStation, _ sequence: UInt64) -> (path: String, octets: Range<Int>)? {
        guard let kept = books[station.index].kept[sequence], isOnDisk(station, sequence) else { return nil }
        let path = "/state/journal/\(SegmentName.of(kept.location.segment))"
        let start = Int(kept.location.offset)
        guard let head = station.disk.durableOctets(path, start..<(start + RecordFormat.headerOctets)) else {
            return nil
        }
        let length = head.withUnsafeBytes { RecordFormat.header(in: $0, at: 0).length }
        return (path, start..<(start + RecordFormat.headerOctets + length))
    }
}
