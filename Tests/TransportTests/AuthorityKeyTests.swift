import Cables
import Foundation
import Testing
import Transport

@Suite("The authority's key, and renewal")
struct AuthorityKeyTests {
    private func kind(_ body: () throws -> Void) -> TransportFault.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? TransportFault)?.kind
        }
    }

    private let passphrase = Array("the mill stands by the river".utf8)

    @Test("A key that was encrypted is opened with its passphrase and no other; a short one is not taken")
    func passphrases() throws {
        let authority = try NetworkAuthority(creating: "N", labOnly: false, days: 2)
        let locked = try AuthorityKey.encrypted(authority.keyPEM, passphrase: passphrase)
        #expect(AuthorityKey.isEncrypted(locked) && !AuthorityKey.isEncrypted(authority.keyPEM))
        let opened = try AuthorityKey.opened(locked, passphrase: passphrase)
        _ = try NetworkAuthority(opening: "N", certificatePEM: authority.certificatePEM, keyPEM: opened)
        #expect(kind { _ = try AuthorityKey.opened(locked, passphrase: passphrase.dropLast()) } == .keyUnusable)
        #expect(kind { _ = try AuthorityKey.opened(authority.keyPEM, passphrase: passphrase) } == .keyUnusable)
        #expect(
            kind { _ = try AuthorityKey.encrypted(authority.keyPEM, passphrase: Array("short".utf8)) } == .keyUnusable)
    }

    @Test("The openssl command opens the key, with scrypt as its cost", .enabled(if: OpenSSLCommand.isPresent))
    func secondOpinion() throws {
        let network = try TestAuthority()
        let locked = try AuthorityKey.encrypted(network.authority.keyPEM, passphrase: passphrase)
        try PlainFile.write(locked, to: network.path("locked.key"), mode: 0o600)
        let word = String(decoding: passphrase, as: UTF8.self)
        let opened = try OpenSSLCommand.run(["pkey", "-in", network.path("locked.key"), "-passin", "pass:\(word)"])
        #expect(opened.status == 0 && opened.text == String(decoding: network.authority.keyPEM, as: UTF8.self))
        #expect(try OpenSSLCommand.run(["asn1parse", "-in", network.path("locked.key")]).text.contains(":scrypt"))
    }

    @Test("An authority is opened only with its own key, for its own network")
    func opening() throws {
        let (one, other) = (try TestAuthority("ONE"), try TestAuthority("OTHER"))
        let pem = one.authority.certificatePEM
        #expect(
            kind {
                _ = try NetworkAuthority(opening: "ONE", certificatePEM: pem, keyPEM: other.authority.keyPEM)
            } == .keyUnusable)
        #expect(
            kind {
                _ = try NetworkAuthority(opening: "OTHER", certificatePEM: pem, keyPEM: one.authority.keyPEM)
            } == .wrongNetwork)
    }

    @Test("A renewed certificate is for the same key and station, with a number of its own, and its key's file fits it")
    func renewal() throws {
        let network = try TestAuthority()
        let before = try network.key("RUAA")
        let authority = try NetworkAuthority(
            opening: "TEST NET", certificatePEM: network.authority.certificatePEM, keyPEM: network.authority.keyPEM)
        let pem = try authority.renew(before.certificate, days: 30)
        let after = try StationKey(certificatePEM: pem, keyPEM: try PlainFile.read(network.path("RUAA.key")))
        #expect(after.indicator == before.indicator && after.certificate.serial != before.certificate.serial)
        #expect(after.notAfter > before.notAfter)
        _ = try network.authorities.verify(der: after.certificateDER, signing: false)
        let text = Array("text".utf8)
        #expect(before.certificate.verifies(try after.sign(text), of: text))
        #expect(kind { _ = try TestAuthority("OTHER").authority.renew(before.certificate, days: 1) } == .wrongNetwork)
    }

    @Test("A list of revocations says until when it holds, how many it names, and when each was revoked")
    func list() throws {
        let network = try TestAuthority()
        let bad = try network.key("RUAA").certificate
        let list = try network.authority.revocationList(of: [bad], at: [1_000_000_000], days: 3)
        let facts = try RevocationList(pem: list, named: "x")
        let now = Int64(Date().timeIntervalSince1970)
        #expect(facts.revoked == 1 && abs((facts.until ?? 0) - now - 3 * 86_400) < 10)
        #expect(try RevocationList(pem: network.authority.revocationList(of: [], days: 1), named: "x").revoked == 0)
        guard OpenSSLCommand.isPresent else { return }
        try PlainFile.write(list, to: network.path("crl.pem"), mode: 0o600)
        let text = try OpenSSLCommand.run(["crl", "-in", network.path("crl.pem"), "-noout", "-text"]).text
        #expect(text.contains("Serial Number: \(bad.serial)") && text.contains("Sep  9 01:46:40 2001"))
    }
}
