import Cables
import Control
import Custody
import Journal

extension ControlDesk {
    /// `check disk`: the room, what is known to be damaged; with a scrub, everything that is kept is read first.
    func checkDisk(_ request: ControlRequest, _ reply: ControlReply) {
        guard request["scrub"] != nil else { return reply.document(diskCheck(nil)) }
        guard let segments else {
            return reply.failed(
                ControlFailure(
                    code: "NOT_SERVING", message: "the station is still starting", advice: "try again",
                    exit: ExitStatus.tryLater))
        }
        segments.scrub.scrub { [self] report in reply.document(diskCheck(report)) }
    }

    /// `check certificates`: the station's own and its neighbours', the first to end first.
    func checkCertificates(_ reply: ControlReply) {
        reply.document(CertificateCheck(certificates?.rows(at: StationClock.now.wall) ?? []))
    }

    private func diskCheck(_ report: ScrubReport?) -> DiskCheck {
        var space: (free: UInt64, total: UInt64) = (0, 0)
        do { space = try archive.journal.space() } catch {
            log.write(.warning, "disk.unknown", [("why", "\(error)")])
        }
        let floor = DiskRoom.floor(free: space.free, total: space.total)
        let known = alarms.all.filter { $0.code == "journal.damage" || $0.code == "disk.damage" }
        let damage = report?.damage ?? known.map(\.text)
        let isDamaged = !damage.isEmpty || !known.isEmpty
        let isCritical = archive.journal.fault != nil || floor > .priority || isDamaged
        return DiskCheck(
            status: isCritical ? "critical" : floor > .routine ? "warning" : "ok", free: space.free,
            total: space.total, accepts: archive.journal.fault == nil ? floor.word : "nothing", damage: damage,
            scrub: report.map { shown($0) }, lastScrub: segments?.scrub.last.map { shown($0) })
    }

    private func shown(_ report: ScrubReport) -> DiskCheck.Scrub {
        DiskCheck.Scrub(
            segments: report.segments, records: report.records, octets: report.octets, bodies: report.bodies,
            endedAt: Timestamp(milliseconds: report.endedAt).description, damaged: report.damage.count)
    }
}
