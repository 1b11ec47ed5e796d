import Settings

/// One key of the station file, or several that belong together: whether a running station can take another value.
struct SettingsChange: Sendable {
    /// As in the file, without the names of the user's.
    var key: String
    /// Takes effect at once; else with the next start.
    var isLive: Bool
    var isSame: @Sendable (StationSettings, StationSettings) -> Bool
    var take: @Sendable (inout StationSettings, StationSettings) -> Void

    private static func live<Value: Equatable & SendableMetatype>(
        _ key: String, _ path: any WritableKeyPath<StationSettings, Value> & Sendable
    ) -> SettingsChange {
        SettingsChange(
            key: key, isLive: true, isSame: { $0[keyPath: path] == $1[keyPath: path] },
            take: { $0[keyPath: path] = $1[keyPath: path] })
    }

    private static func restart<Value: Equatable & SendableMetatype>(
        _ key: String, _ path: any WritableKeyPath<StationSettings, Value> & Sendable
    ) -> SettingsChange {
        SettingsChange(key: key, isLive: false, isSame: { $0[keyPath: path] == $1[keyPath: path] }, take: { _, _ in })
    }

    /// Every key. A test holds it against the table of keys.
    static let all: [SettingsChange] = [
        restart("station", \.station), restart("network", \.network), restart("state", \.state),
        restart("control", \.control), restart("tls", \.tls), restart("metrics", \.metrics),
        live("offices", \.offices),
        SettingsChange(
            key: "offices.hooks", isLive: true,
            isSame: { $0.desks.hooks.mapValues(\.plain) == $1.desks.hooks.mapValues(\.plain) },
            take: { $0.desks.hooks = $1.desks.hooks }),
        SettingsChange(
            key: "alarms", isLive: true,
            isSame: { $0.desks.alarms.mapValues(\.plain) == $1.desks.alarms.mapValues(\.plain) },
            take: { $0.desks.alarms = $1.desks.alarms }),
        SettingsChange(
            key: "roles", isLive: true, isSame: { $0.roles?.plain == $1.roles?.plain }, take: { $0.roles = $1.roles }),
        SettingsChange(
            key: "calendar", isLive: true,
            isSame: {
                $0.desks.weekend == $1.desks.weekend && $0.desks.holidays == $1.desks.holidays
                    && $0.desks.yearly.elementsEqual($1.desks.yearly, by: ==)
            },
            take: {
                $0.desks.weekend = $1.desks.weekend
                $0.desks.holidays = $1.desks.holidays
                $0.desks.yearly = $1.desks.yearly
            }),
        live("timeZone", \.timeZone), live("originators", \.originators), live("users", \.precedences),
        live("replies", \.desks.replies), live("acknowledgment.within", \.desks.acknowledgeWithin),
        live("acknowledgment.dutyOfficers", \.desks.dutyOfficers), live("custody.grace", \.grace),
        live("custody.retention", \.retention), live("custody.retentionOctets", \.retentionOctets),
        live("custody.auditRetention", \.auditRetention), live("custody.scrub", \.scrub),
        live("alternateAfter", \.alternateAfter), live("lives", \.lives), live("limits.life", \.limits.life),
        live("limits.hopLimit", \.limits.hopLimit), live("statusPage.subjects", \.statusSubjects),
        restart("limits.cableOctets", \.limits.cableOctets), restart("limits.windowOctets", \.limits.windowOctets),
        restart("limits.unsentOctetsPerLink", \.limits.unsentOctetsPerLink),
        restart("limits.partialOctets", \.limits.partialOctets),
        restart("limits.controlConnections", \.limits.controlConnections),
        restart("limits.controlConnectionsPerUser", \.limits.controlConnectionsPerUser),
        restart("limits.retryDelayMin", \.limits.retryDelayMin),
        restart("limits.retryDelayMax", \.limits.retryDelayMax),
        restart("limits.keepalive", \.limits.keepalive), restart("limits.silence", \.limits.silence),
        restart("limits.handshake", \.limits.handshake),
    ]

    /// What of a new file differs from what holds.
    ///
    /// - Returns: what holds from now on, and the keys that changed, by whether they take effect at once.
    static func merge(
        _ held: StationSettings, _ new: StationSettings
    ) -> (settings: StationSettings, applied: [String], needsRestart: [String]) {
        var settings = held
        var applied: [String] = []
        var needsRestart: [String] = []
        for change in all where !change.isSame(held, new) {
            if change.isLive {
                change.take(&settings, new)
                applied.append(change.key)
            } else {
                needsRestart.append(change.key)
            }
        }
        return (settings, applied, needsRestart)
    }
}

extension HookSettings {
    /// Without the line that it stood in.
    fileprivate var plain: HookSettings {
        var plain = self
        plain.line = 0
        return plain
    }
}

extension RoleSettings {
    /// Without the lines that groups stood in.
    fileprivate var plain: [String: [String]] {
        var plain = read.mapValues { $0.map(\.name) }
        // No office has a blank before its name.
        for (name, groups) in [(" watch", watch), (" submit", submit), (" operate", operate)] {
            plain[name] = groups.map(\.name)
        }
        return plain
    }
}
