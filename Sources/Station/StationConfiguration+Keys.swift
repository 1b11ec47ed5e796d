import Routing
package import Settings
import Transport

extension KeyFiles {
    init(_ settings: StationSettings.TLS) {
        self.init(
            certificate: settings.certificate, key: settings.key, authorities: settings.authorities,
            revocations: settings.revocations)
    }
}

extension StationConfiguration {
    /// What is wrong with the keys and certificates that the station file names.
    package func keyProblem(_ file: String) -> SettingsProblem? {
        do throws(TransportFault) {
            let key = try KeyFiles(settings.tls).load().key
            guard key.indicator == settings.station, key.network == network.name else {
                return SettingsProblem(
                    file: file, line: 0,
                    message: "\(settings.tls.certificate) is the certificate of \(key.network)/\(key.indicator)",
                    advice: "take that of \(network.name)/\(settings.station)")
            }
            return nil
        } catch {
            return SettingsProblem(
                file: file, line: 0, message: "keys and certificates cannot be used: \(error)",
                advice: "install the station's bundle: routerctl setup")
        }
    }
}
