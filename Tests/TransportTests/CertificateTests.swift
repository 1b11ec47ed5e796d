import Cables
import Foundation
import Octets
import Testing
import Transport

@Suite("Station certificates")
struct CertificateTests {
    private func kind(_ body: () throws -> Void) -> TransportFault.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? TransportFault)?.kind
        }
    }

    @Test("A station's certificate names network and station, and its signatures verify")
    func issue() throws {
        let network = try TestAuthority()
        let key = try network.key("RUAA")
        #expect(key.network == "TEST NET")
        #expect(key.indicator.description == "RUAA")
        #expect(key.fingerprint == ContentHash.of(key.certificateDER))
        let verified = try network.authorities.verify(der: key.certificateDER, signing: false)
        #expect(verified.fingerprint == key.fingerprint)
        #expect(verified.notBefore < verified.notAfter)
        #expect(verified.notAfter == key.notAfter)
        let text = Array("text".utf8)
        let signature = try key.sign(text)
        #expect(verified.verifies(signature, of: text))
        #expect(!verified.verifies(signature, of: Array("texT".utf8)))
        #expect(!verified.verifies(Array(signature.dropLast()), of: text))
        #expect(!verified.verifies([], of: text))
        #expect(!(try network.key("RUBB").certificate.verifies(signature, of: text)))
    }

    @Test("The openssl command takes the certificates for both uses", .enabled(if: OpenSSLCommand.isPresent))
    func secondOpinion() throws {
        let network = try TestAuthority("A network with a name that is longer than a common name may be, by far")
        let indicator = try #require(RoutingIndicator("RUAA"))
        let issued = try network.authority.issue(
            indicator, addresses: ["127.0.0.1", "::1", "relay-1.example.org"], days: 2)
        try PlainFile.write(issued.certificatePEM, to: network.path("a.pem"), mode: 0o600)
        for purpose in ["sslserver", "sslclient"] {
            let (status, text) = try OpenSSLCommand.run(
                [
                    "verify", "-x509_strict", "-purpose", purpose, "-CAfile", network.path("ca.pem"),
                    network.path("a.pem"),
                ])
            #expect(status == 0, "\(text)")
        }
        let shown = try OpenSSLCommand.run(["x509", "-in", network.path("a.pem"), "-noout", "-text"]).text
        #expect(shown.components(separatedBy: "URI:").count == 2)
        #expect(shown.contains("DNS:relay-1.example.org"))
        #expect(shown.contains("LAB ONLY"))
    }

    @Test("A host that could add names of its own is refused", arguments: ["", "a,URI:cable:N/RUBB", "a b", "ü"])
    func hosts(host: String) throws {
        let authority = try NetworkAuthority(creating: "N", labOnly: false, days: 1)
        let indicator = try #require(RoutingIndicator("RUAA"))
        #expect(kind { _ = try authority.issue(indicator, addresses: [host], days: 1) } == .certificateUnusable)
    }

    @Test("Another network's authority is not trusted")
    func foreign() throws {
        let (network, other) = (try TestAuthority(), try TestAuthority())
        let der = try other.key("RUAA").certificateDER
        let authorities = try network.authorities
        #expect(kind { _ = try authorities.verify(der: der, signing: false) } == .unknownAuthority)
        #expect(kind { _ = try authorities.verify(der: der, signing: true) } == .unknownAuthority)
    }

    @Test("What has expired is refused for a session and good for a stored signature, unless a time is given")
    func expired() throws {
        let network = try TestAuthority()
        let authorities = try network.authorities
        let der = try network.expiredKey("RUAA").certificateDER
        #expect(kind { _ = try authorities.verify(der: der, signing: false) } == .certificateExpired)
        #expect(kind { _ = try authorities.verify(der: der, signing: true) } == nil)
        let good = try network.key("RUBB").certificate
        for signing in [false, true] {
            #expect(kind { _ = try authorities.verify(der: good.der, signing: signing, at: good.notAfter - 60) } == nil)
            #expect(
                kind { _ = try authorities.verify(der: good.der, signing: signing, at: good.notAfter + 60) }
                    == .certificateExpired)
        }
    }

    @Test("A revoked certificate is refused, for signatures too; others of the same authority are not")
    func revoked() throws {
        let network = try TestAuthority()
        let (bad, good) = (try network.key("RUAA"), try network.key("RUBB"))
        let list = try network.authority.revocationList(of: [bad.certificate], days: 2)
        let authorities = try Authorities(certificatesPEM: network.authority.certificatePEM, revocationsPEM: list)
        for signing in [false, true] {
            #expect(
                kind { _ = try authorities.verify(der: bad.certificateDER, signing: signing) } == .certificateRevoked)
            #expect(kind { _ = try authorities.verify(der: good.certificateDER, signing: signing) } == nil)
        }
    }

    @Test("A list of authorities or revocations that is empty, cut short or of something else is refused whole")
    func lists() throws {
        let network = try TestAuthority()
        let whole = network.authority.certificatePEM
        let broken = Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        _ = try network.key("RUAA")
        let station = try PlainFile.read(network.path("RUAA.pem"))
        let list = try network.authority.revocationList(of: [], days: 2)
        for text in [[], broken, whole + broken, Array(whole.dropLast(40)), whole + station, list] {
            #expect(
                kind { _ = try Authorities(certificatesPEM: text, revocationsPEM: nil) } == .certificateUnusable)
        }
        for text in [[], whole, Array(list.dropLast(40))] {
            #expect(
                kind { _ = try Authorities(certificatesPEM: whole, revocationsPEM: text) } == .certificateUnusable)
        }
        #expect(kind { _ = try Authorities(file: network.path("none.pem"), revocations: nil) } == .certificateUnusable)
    }

    @Test("Octets that are not one certificate are refused")
    func octets() throws {
        let network = try TestAuthority()
        let der = try network.key("RUAA").certificateDER
        let authorities = try network.authorities
        for octets in [[], [1, 2, 3], Array(der.dropLast()), der + [0]] {
            #expect(kind { _ = try authorities.verify(der: octets, signing: true) } == .certificateUnusable)
        }
    }

    @Test("A key that others may read, or that is another's, is refused", arguments: [0o640, 0o604, 0o700])
    func keyFiles(mode: Int) throws {
        let network = try TestAuthority()
        _ = try network.key("RUAA")
        _ = try network.key("RUBB")
        let (certificate, key) = (network.path("RUAA.pem"), network.path("RUAA.key"))
        #expect(
            kind { _ = try StationKey(certificateFile: certificate, keyFile: network.path("RUBB.key")) } == .keyUnusable
        )
        #expect(kind { _ = try StationKey(certificateFile: certificate, keyFile: key) } == nil)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
        #expect(kind { _ = try StationKey(certificateFile: certificate, keyFile: key) } == .keyUnusable)
    }

    @Test("A key with a passphrase is refused without asking for it", .enabled(if: OpenSSLCommand.isPresent))
    func passphrase() throws {
        let network = try TestAuthority()
        _ = try network.key("RUAA")
        let (status, text) = try OpenSSLCommand.run([
            "pkcs8", "-topk8", "-in", network.path("RUAA.key"), "-out", network.path("locked.key"), "-passout",
            "pass:x",
        ])
        #expect(status == 0, "\(text)")
        let (certificate, key) = (
            try PlainFile.read(network.path("RUAA.pem")), try PlainFile.read(network.path("locked.key"))
        )
        #expect(kind { _ = try StationKey(certificatePEM: certificate, keyPEM: key) } == .keyUnusable)
    }

    @Test(
        "A certificate of the right authority that is not a station's is refused",
        .enabled(if: OpenSSLCommand.isPresent),
        arguments: [
            (
                "P-256", ["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"],
                "URI:cable:TEST%20NET/RUAA", true
            ),
            (
                "P-384", ["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"],
                "URI:cable:TEST%20NET/RUAA", false
            ),
            (
                "P-256", ["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth"], "URI:cable:TEST%20NET/RUAA",
                false
            ),
            ("P-256", ["keyUsage=digitalSignature"], "URI:cable:TEST%20NET/RUAA", false),
            ("P-256", ["extendedKeyUsage=serverAuth,clientAuth"], "URI:cable:TEST%20NET/RUAA", false),
            (
                "P-256", ["keyUsage=keyAgreement", "extendedKeyUsage=serverAuth,clientAuth"],
                "URI:cable:TEST%20NET/RUAA", false
            ),
            ("P-256", ["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"], "DNS:ruaa", false),
            (
                "P-256", ["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"],
                "URI:cable:TEST%20NET/RUAA,URI:cable:TEST%20NET/RUBB", false
            ),
            (
                "P-256", ["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"],
                "URI:cable:TEST%20NET/ruaa", false
            ),
            (
                "P-256", ["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"],
                "URI:cable:T%45ST%20NET/RUAA", false
            ),
        ])
    func notAStation(curve: String, usages: [String], names: String, good: Bool) throws {
        let network = try TestAuthority()
        func run(_ arguments: [String]) throws {
            let (status, text) = try OpenSSLCommand.run(arguments)
            try #require(status == 0, "\(text)")
        }
        let extensions = (usages + ["basicConstraints=CA:FALSE", "subjectAltName=\(names)"]).joined(separator: "\n")
        try PlainFile.write(Array(extensions.utf8), to: network.path("x.cnf"), mode: 0o600)
        try run([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-nodes", "-subj", "/CN=x",
            "-keyout", network.path("x.key"), "-out", network.path("x.csr"),
        ])
        try run([
            "x509", "-req", "-in", network.path("x.csr"), "-CA", network.path("ca.pem"), "-CAkey",
            network.path("ca.key"),
            "-days", "1", "-extfile", network.path("x.cnf"), "-out", network.path("x.der"), "-outform", "DER",
        ])
        let (authorities, der) = (try network.authorities, try PlainFile.read(network.path("x.der")))
        #expect(kind { _ = try authorities.verify(der: der, signing: true) } == (good ? nil : .certificateUnusable))
    }

    @Test("Names survive percent signs and blanks, and have one spelling", arguments: ["N", "A B", "Ä/%", "a.b-c_d"])
    func names(network: String) throws {
        let uri = StationName.uri(network: network, indicator: try #require(RoutingIndicator("RUAA")))
        #expect(StationName.read(uri)?.network == network)
        for other in [
            uri + "/X", uri + " ", "Cable" + uri.dropFirst(5), uri.replacingOccurrences(of: "RUAA", with: "RU"),
        ] {
            #expect(StationName.read(other) == nil, "\(other)")
        }
    }

    @Test(
        "A name in another spelling is no name",
        arguments: ["cable:%4E/RUAA", "cable:A B/RUAA", "cable:%+5/RUAA", "cable:a%2e%/RUAA", "cable:/RUAA"])
    func spellings(uri: String) { #expect(StationName.read(uri) == nil) }
}
