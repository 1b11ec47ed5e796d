import Custody
import Octets
import Routing
import Settings
import Transport

/// The network file that holds, read again when it changes: verified first, and then adopted by all parts at once.
final class NetworkKeeper: Sendable {
    private let settings: StationSettings
    private let loop: StationLoop
    private let keeper: LinkKeeper
    private let desk: ControlDesk

    init(settings: StationSettings, loop: StationLoop, keeper: LinkKeeper, desk: ControlDesk) {
        self.settings = settings
        self.loop = loop
        self.keeper = keeper
        self.desk = desk
    }

    /// Files whose change is noticed.
    var files: [String] {
        settings.tls.requireSignedNetwork
            ? [settings.network, SignedNetwork.signatureFile(of: settings.network)] : [settings.network]
    }

    /// - Throws: `SettingsProblems`; then the old file holds.
    func reload() throws(SettingsProblems) -> [(key: String, value: String)] {
        let (network, octets) = try SignedNetwork.read(settings)
        let old = desk.facts.network
        try check(network, old)
        guard network != old else { return [("version", "\(network.version)"), ("changed", "no")] }
        let routing = RoutingTable(network: network, own: settings.station)
        let addresses = AddressBook(network)
        let hash = ContentHash.of(octets)
        let (keeper, linked) = (keeper, Set(routing.neighbours))
        desk.adopt(network, routing)
        loop.post { custody, now, actions in
            let (new, narrowed) = custody.adopt(routing, addresses, at: now, &actions)
            keeper.adopt(network, hash: hash, new: new, narrowed: narrowed, linked: linked)
        }
        var values = [
            (key: "version", value: "\(network.version)"), ("stations", "\(network.stations.count)"),
            ("links", "\(network.links.count)"),
        ]
        let own = settings.station
        if network.station(own)?.addresses != old.station(own)?.addresses {
            values.append(("address", "of this station: holds after a restart"))
        }
        return values
    }

    private func check(_ network: Network, _ old: Network) throws(SettingsProblems) {
        func problem(_ message: String, _ advice: String) -> SettingsProblems {
            SettingsProblems([SettingsProblem(file: settings.network, line: 1, message: message, advice: advice)])
        }
        guard network.name == old.name else {
            throw problem("the file is of the network \(network.name), not of \(old.name)", "install the right file")
        }
        guard network.station(settings.station) != nil else {
            throw problem("the file knows no station \(settings.station)", "add it, or stop this station first")
        }
        guard network.version >= old.version else {
            throw problem(
                "the file has version \(network.version), older than \(old.version) that holds",
                "install a newer file, or restart the station to go back")
        }
    }
}

/// Reads a network file, and holds its signature against the network's authorities where the station asks for that
/// (rule 27).
enum SignedNetwork {
    static func signatureFile(of network: String) -> String { "\(network).sig" }

    static func read(_ settings: StationSettings) throws(SettingsProblems) -> (network: Network, octets: [UInt8]) {
        let octets = try file(settings.network)
        if settings.tls.requireSignedNetwork { try verify(octets, settings) }
        return (try NetworkFile.read(octets: octets, file: settings.network), octets)
    }

    private static func verify(_ octets: [UInt8], _ settings: StationSettings) throws(SettingsProblems) {
        let name = signatureFile(of: settings.network)
        let signature = try file(name)
        let authorities = try file(settings.tls.authorities)
        do throws(TransportFault) {
            try NetworkSignature.verify(signature, over: octets, authoritiesPEM: authorities)
        } catch {
            throw SettingsProblems([
                SettingsProblem(
                    file: name, line: 0, message: "\(error.text)",
                    advice: "sign the file again: routerctl network sign FILE --key KEY")
            ])
        }
    }

    static func file(_ path: String) throws(SettingsProblems) -> [UInt8] {
        do throws(PlainFileFault) {
            return try PlainFile.read(path)
        } catch {
            throw SettingsProblems([
                SettingsProblem(file: path, line: 0, message: "cannot be read: \(error.reason)", advice: "name a file")
            ])
        }
    }
}
