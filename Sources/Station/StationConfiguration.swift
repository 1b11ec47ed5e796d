import Control
import Glibc
package import Routing
package import Settings
import Transport

/// Both files, read and held against each other; paths are made absolute.
package struct StationConfiguration: Sendable {
    /// The path of the station file.
    package var file: String
    package var settings: StationSettings
    package var network: Network
    /// The network file as it is: its hash is exchanged in the hello.
    package var networkOctets: [UInt8]
    /// By which the times of replies are reckoned here.
    package var calendar: PostCalendar

    /// - Throws: every problem as `FILE:LINE: what is wrong, what to write`.
    package static func read(_ path: String) throws(SettingsProblems) -> StationConfiguration {
        let octets = try SignedNetwork.file(path)
        var settings = try StationFile.read(octets: octets, file: path)
        let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
        func absolute(_ name: String) -> String { name.hasPrefix("/") ? name : "\(folder)/\(name)" }
        settings.network = absolute(settings.network)
        settings.state = absolute(settings.state)
        settings.control = absolute(settings.control)
        if let metrics = settings.metrics, metrics.contains("/") { settings.metrics = absolute(metrics) }
        settings.tls.certificate = absolute(settings.tls.certificate)
        settings.tls.key = absolute(settings.tls.key)
        settings.tls.authorities = absolute(settings.tls.authorities)
        settings.tls.revocations = settings.tls.revocations.map(absolute)
        let (network, networkOctets) = try SignedNetwork.read(settings)
        let mismatches = StationFile.mismatches(settings, network, octets: octets, file: path)
        guard mismatches.isEmpty else { throw SettingsProblems(mismatches) }
        func absolute(_ hook: HookSettings) -> HookSettings {
            var hook = hook
            hook.program = absolute(hook.program)
            return hook
        }
        settings.desks.hooks = settings.desks.hooks.mapValues(absolute)
        settings.desks.alarms = settings.desks.alarms.mapValues(absolute)
        let zone = TimeZoneOffsets.read(settings.timeZone ?? "UTC")
        let problems = settings.machineProblems(
            file: path, runs: { access($0, X_OK) == 0 }, isGroup: { UserGroup.number($0) != nil },
            isZone: { _ in zone != nil })
        guard problems.isEmpty else { throw SettingsProblems(problems) }
        let calendar = PostCalendar(
            weekend: settings.desks.weekend, holidays: settings.desks.holidays,
            yearly: Set(settings.desks.yearly.map { PostCalendar.MonthDay(month: $0.month, day: $0.day) }),
            zone: zone ?? .utc)
        return StationConfiguration(
            file: path, settings: settings, network: network, networkOctets: networkOctets, calendar: calendar)
    }
}
