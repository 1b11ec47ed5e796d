import Control
import Custody
import Routing
import Settings
import Synchronization

/// The station file that holds, read again on order: what can change while the station runs takes effect, what cannot is
/// named, and a file with a mistake changes nothing.
final class SettingsKeeper: Sendable {
    private let file: String
    private let held: Mutex<StationSettings>
    private let adopt: @Sendable (StationSettings, StationConfiguration) -> Void

    /// - Parameter adopt: has every part of the station go by the settings that hold from now on.
    init(
        file: String, settings: StationSettings,
        adopt: @escaping @Sendable (StationSettings, StationConfiguration) -> Void
    ) {
        self.file = file
        held = Mutex(settings)
        self.adopt = adopt
    }

    /// - Returns: `applied` and `needsRestart` for each key that changed.
    /// - Throws: `SettingsProblems`; then what held before holds.
    func reload() throws(SettingsProblems) -> [(key: String, value: String)] {
        let new = try StationConfiguration.read(file)
        let before = held.withLock { $0 }
        let (settings, applied, needsRestart) = SettingsChange.merge(before, new.settings)
        if !applied.isEmpty {
            held.withLock { $0 = settings }
            adopt(settings, new)
        }
        return applied.map { ("applied", $0) } + needsRestart.map { ("needsRestart", $0) }
    }
}

extension CustodySettings {
    /// Takes what may change while the station runs; who it is, and its start and journal, stay.
    mutating func adopt(_ settings: StationSettings, _ calendar: PostCalendar) {
        lifeSeconds = UInt32(clamping: settings.limits.life / 1_000)
        hopLimit = settings.limits.hopLimit
        originators = Set(settings.originators)
        alternateAfterMilliseconds = settings.alternateAfter
        livesSeconds = settings.lives.map { UInt32(clamping: max(1, $0 / 1_000)) }
        graceMilliseconds = Int64(clamping: settings.grace)
        retentionMilliseconds = Int64(clamping: settings.retention)
        self.calendar = calendar
        acknowledgeMilliseconds = Int64(clamping: settings.desks.acknowledgeWithin)
        duplicateWindowMilliseconds = max(
            retentionMilliseconds, 2 * Int64(clamping: settings.lives.max() ?? settings.limits.life))
    }
}
