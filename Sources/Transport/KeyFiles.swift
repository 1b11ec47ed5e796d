import Glibc

/// A station's four files of keys and certificates, as its settings name them.
package struct KeyFiles: Sendable {
    package var certificate: String
    package var key: String
    package var authorities: String
    package var revocations: String?

    package init(certificate: String, key: String, authorities: String, revocations: String?) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
        self.revocations = revocations
    }

    /// Where the key really is: a credential that systemd handed to this service goes before the file of that name.
    package var keyPlace: String { Self.credential(key) ?? key }

    private static func credential(_ path: String) -> String? {
        guard let folder = getenv("CREDENTIALS_DIRECTORY") else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let place = "\(String(cString: folder))/\(name)"
        return access(place, F_OK) == 0 ? place : nil
    }

    /// Reads all of them: the key is the certificate's, and the authority vouches for it now.
    package func load() throws(TransportFault) -> (key: StationKey, authorities: Authorities) {
        let place = keyPlace
        // systemd lets the service's user read its credentials by an entry of their ACL, which shows as a group's right.
        let isCredential = place != key
        let key = try StationKey(
            certificateFile: certificate, keyFile: place, allowing: isCredential ? 0o440 : 0o600)
        let authorities = try Authorities(file: authorities, revocations: revocations)
        _ = try authorities.verify(der: key.certificate.der, signing: false)
        return (key, authorities)
    }
}
