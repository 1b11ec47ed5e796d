package import Routing
package import Settings
import Transport

/// Both files, read and held against each other; paths are made absolute.
package struct StationConfiguration: Sendable {
    package var settings: StationSettings
    package var network: Network
    /// The network file as it is: its hash is exchanged in the hello.
    package var networkOctets: [UInt8]

    /// - Throws: every problem as `FILE:LINE: what is wrong, what to write`.
    package static func read(_ path: String) throws(SettingsProblems) -> StationConfiguration {
        let octets = try file(path)
        var settings = try StationFile.read(octets: octets, file: path)
        let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
        func absolute(_ name: String) -> String { name.hasPrefix("/") ? name : "\(folder)/\(name)" }
        settings.network = absolute(settings.network)
        settings.state = absolute(settings.state)
        settings.control = absolute(settings.control)
        settings.tls.certificate = absolute(settings.tls.certificate)
        settings.tls.key = absolute(settings.tls.key)
        settings.tls.authorities = absolute(settings.tls.authorities)
        settings.tls.revocations = settings.tls.revocations.map(absolute)
        let networkOctets = try file(settings.network)
        let network = try NetworkFile.read(octets: networkOctets, file: settings.network)
        let mismatches = StationFile.mismatches(settings, network, octets: octets, file: path)
        guard mismatches.isEmpty else { throw SettingsProblems(mismatches) }
        return StationConfiguration(settings: settings, network: network, networkOctets: networkOctets)
    }

    private static func file(_ path: String) throws(SettingsProblems) -> [UInt8] {
        do throws(PlainFileFault) {
            return try PlainFile.read(path)
        } catch {
            throw SettingsProblems([
                SettingsProblem(file: path, line: 0, message: "cannot be read: \(error.reason)", advice: "name a file")
            ])
        }
    }
}
