import Control
import Custody
import Dispatch
import Journal
import Settings
import Synchronization
import Transport

/// The station as it is at one moment, for whoever measures or looks.
struct Snapshot: Sendable {
    var at: Instant
    var figures: StationFigures
    var survey: ServiceSurvey
    var alarms: [AlarmBoard.Alarm]
    /// `serving`, `readOnly` or `draining`.
    var state: String
    /// Octets; nil where the disk does not say.
    var disk: (free: UInt64, total: UInt64)?
}

/// Takes snapshots: on the loop's queue only as much as costs the same however much waits.
final class SnapshotDesk: Sendable {
    let desk: ControlDesk
    private let shelf: SurveyShelf

    init(desk: ControlDesk) {
        self.desk = desk
        shelf = desk.surveys
    }

    var facts: StationFacts { desk.facts }

    /// - Parameter then: called on another queue, when all that the snapshot tells is synced.
    func take(_ then: @escaping @Sendable (Snapshot) -> Void) {
        desk.loop.view { [self] custody, now in
            (now, custody.figures(at: now), shelf.survey(custody, at: now))
        } then: { [self] now, figures, survey in
            desk.offQueue { [self] in then(complete(now, figures, survey)) }
        }
    }

    private func complete(_ now: Instant, _ figures: StationFigures, _ survey: ServiceSurvey) -> Snapshot {
        var disk: (free: UInt64, total: UInt64)?
        do { disk = try desk.archive.journal.space() } catch {
            desk.log.write(.warning, "disk.unknown", [("why", "\(error)")])
        }
        return Snapshot(
            at: now, figures: figures, survey: survey, alarms: desk.alarms.all,
            state: desk.archive.journal.fault != nil ? "readOnly" : desk.isAccepting ? "serving" : "draining",
            disk: disk)
    }

    /// The metrics as text.
    func metrics(_ form: MetricsText.Form, _ then: @escaping @Sendable ([UInt8]) -> Void) {
        take { [self] snapshot in then(MetricsText(form, snapshot, self).octets) }
    }
}

/// Keeps the last survey, whoever asked for it. A survey walks over everything that is kept, so it is used again for a
/// while.
final class SurveyShelf: Sendable {
    /// This many times as long as it took: surveys take a thousandth of the loop's time at most.
    static let restFactor: UInt64 = 1_000

    private struct Kept {
        var survey: ServiceSurvey
        /// Nanoseconds.
        var until: UInt64
    }

    private let kept = Mutex<Kept?>(nil)
    private let clock: @Sendable () -> UInt64

    /// - Parameter clock: nanoseconds that only grow.
    init(clock: @escaping @Sendable () -> UInt64 = { DispatchTime.now().uptimeNanoseconds }) { self.clock = clock }

    func survey(_ custody: borrowing StationCustody, at now: Instant) -> ServiceSurvey {
        survey { custody.survey(at: now) }
    }

    func survey(_ make: () -> ServiceSurvey) -> ServiceSurvey {
        let began = clock()
        if let kept = kept.withLock({ $0 }), began < kept.until { return kept.survey }
        let survey = make()
        let ended = clock()
        kept.withLock { $0 = Kept(survey: survey, until: ended + (ended - began) * Self.restFactor) }
        return survey
    }
}
