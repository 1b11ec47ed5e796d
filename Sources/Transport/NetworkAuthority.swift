import COpenSSL
package import Cables
import Glibc
package import Octets

/// The authority of a network: it vouches for its stations.
package final class NetworkAuthority: Sendable {
    private let certificate: CertificateHandle
    private let key: KeyHandle
    package let network: String
    package let certificatePEM: [UInt8]
    /// Without a passphrase: for labs, and for keeping encrypted (`AuthorityKey`).
    package let keyPEM: [UInt8]
    /// Of the certificate (DER): by this the authority is known to people.
    package let fingerprint: Digest
    /// Seconds since 1970.
    package let notAfter: Int64
    /// Days that a certificate may last: a hundred years.
    private static let daysMax = 36_500

    /// Makes a new one.
    ///
    /// - Parameter labOnly: marks it `LAB ONLY` in its name: its key lies about unprotected.
    package init(creating network: String, labOnly: Bool, days: Int) throws(TransportFault) {
        self.network = network
        let mark = labOnly ? " (LAB ONLY)" : ""
        let name = Self.commonName("Cable Router authority of ", network, mark)
        let key = try Self.newKey()
        self.key = key
        certificate = try Self.certificate(
            subject: name, issuer: nil, subjectKey: key, signer: key, from: Self.anHourAgo, days: days,
            extensions: [
                (cable_nid_basic_constraints(), "critical,CA:TRUE,pathlen:0"),
                (cable_nid_key_usage(), "critical,keyCertSign,cRLSign"),
                (cable_nid_subject_key_identifier(), "hash"),
            ])
        certificatePEM = try Self.pem(certificate)
        keyPEM = try Self.pem(key)
        fingerprint = ContentHash.of(certificate.der)
        notAfter = StationCertificate.seconds(X509_get0_notAfter(certificate.pointer)) ?? 0
    }

    /// One that was made before.
    ///
    /// - Parameter keyPEM: without a passphrase, as `AuthorityKey.opened` gives it.
    /// - Throws: unless both belong together and are the authority of this network.
    package init(opening network: String, certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TransportFault) {
        ERR_clear_error()
        guard let pointer = withMemory(certificatePEM, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.certificateUnusable, "the authority's file holds no certificate (PEM)")
        }
        certificate = CertificateHandle(pointer)
        guard let key = withMemory(keyPEM, { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }) else {
            throw .fromOpenSSL(.keyUnusable, "the authority's key cannot be read (PEM)")
        }
        self.key = KeyHandle(key)
        guard X509_check_ca(pointer) > 0, X509_check_private_key(pointer, key) == 1 else {
            ERR_clear_error()
            throw TransportFault(.keyUnusable, "the key is not that of the authority's certificate")
        }
        let names = ["", " (LAB ONLY)"].map { Self.commonName("Cable Router authority of ", network, $0) }
        guard let name = Self.commonName(of: pointer), names.contains(name) else {
            throw TransportFault(.wrongNetwork, "the certificate is not that of the authority of \(network)")
        }
        self.network = network
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        fingerprint = ContentHash.of(certificate.der)
        notAfter = StationCertificate.seconds(X509_get0_notAfter(pointer)) ?? 0
    }

    /// A certificate and a key for a station: both key usages, the name once (rule 26).
    ///
    /// - Parameters:
    ///   - addresses: hosts, as names or addresses in figures, that stand beside the name; stations do not read them.
    ///   - unixSeconds: when it begins to be good; nil: an hour ago, because the clocks of posts differ.
    package func issue(
        _ indicator: RoutingIndicator, addresses: [String] = [], days: Int, from unixSeconds: Int64? = nil
    ) throws(TransportFault) -> (certificatePEM: [UInt8], keyPEM: [UInt8]) {
        let key = try Self.newKey()
        let issued = try issue(indicator, key, addresses, days, unixSeconds ?? Self.anHourAgo)
        return (try Self.pem(issued), try Self.pem(key))
    }

    /// Another certificate for the key of one that this authority issued: the key need not be here.
    package func renew(
        _ certificate: StationCertificate, addresses: [String] = [], days: Int
    ) throws(TransportFault) -> [UInt8] {
        guard certificate.network == network else {
            throw TransportFault(.wrongNetwork, "\(certificate.indicator) has a certificate of \(certificate.network)")
        }
        return try Self.pem(issue(certificate.indicator, certificate.key, addresses, days, Self.anHourAgo))
    }

    private func issue(
        _ indicator: RoutingIndicator, _ key: KeyHandle, _ addresses: [String], _ days: Int, _ unixSeconds: Int64
    ) throws(TransportFault) -> CertificateHandle {
        var names = ["URI:\(StationName.uri(network: network, indicator: indicator))"]
        for address in addresses { names.append(try Self.hostName(address)) }
        return try Self.certificate(
            subject: indicator.description, issuer: certificate, subjectKey: key, signer: self.key,
            from: unixSeconds, days: days,
            extensions: [
                (cable_nid_basic_constraints(), "critical,CA:FALSE"),
                (cable_nid_key_usage(), "critical,digitalSignature"),
                (cable_nid_ext_key_usage(), "serverAuth,clientAuth"),
                (cable_nid_subject_alt_name(), names.joined(separator: ",")),
                (cable_nid_subject_key_identifier(), "hash"),
                (cable_nid_authority_key_identifier(), "keyid"),
            ])
    }

    /// A revocation list that names these certificates, PEM; it replaces earlier ones, so name all that are revoked.
    ///
    /// - Parameters:
    ///   - at: when each was revoked, seconds since 1970, in the order of the certificates; without it, now.
    ///   - days: until stations refuse everybody unless there is a newer one.
    package func revocationList(
        of certificates: [StationCertificate], at: [Int64] = [], days: Int
    ) throws(TransportFault) -> [UInt8] {
        try Self.checkDays(days)
        ERR_clear_error()
        guard let list = X509_CRL_new() else { throw .fromOpenSSL(.internalFailure, "no memory") }
        defer { X509_CRL_free(list) }
        let now = Int64(time(nil))
        guard let from = ASN1_TIME_set(nil, Int(now - 3_600)), let until = ASN1_TIME_set(nil, Int(now) + days * 86_400)
        else { throw .fromOpenSSL(.internalFailure, "the days of the revocation list") }
        defer {
            ASN1_TIME_free(from)
            ASN1_TIME_free(until)
        }
        var good = X509_CRL_set_version(list, 1) == 1
        good = good && X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate.pointer)) == 1
        good = good && X509_CRL_set1_lastUpdate(list, from) == 1 && X509_CRL_set1_nextUpdate(list, until) == 1
        for (index, revoked) in certificates.enumerated() {
            let handle = try CertificateHandle(der: revoked.der)
            guard let date = ASN1_TIME_set(nil, index < at.count ? Int(at[index]) : Int(now - 3_600)) else {
                throw .fromOpenSSL(.internalFailure, "no memory")
            }
            defer { ASN1_TIME_free(date) }
            guard let entry = X509_REVOKED_new() else { throw .fromOpenSSL(.internalFailure, "no memory") }
            let named =
                X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(handle.pointer)) == 1
                && X509_REVOKED_set_revocationDate(entry, date) == 1
            // The list owns the entry once it is added.
            guard named, X509_CRL_add0_revoked(list, entry) == 1 else {
                X509_REVOKED_free(entry)
                throw .fromOpenSSL(.internalFailure, "\(revoked.indicator) could not be named in the list")
            }
        }
        good = good && X509_CRL_sort(list) == 1
        guard good, X509_CRL_sign(list, key.pointer, EVP_sha256()) > 0,
            let text = textOfMemory({ PEM_write_bio_X509_CRL($0, list) == 1 })
        else { throw .fromOpenSSL(.internalFailure, "the revocation list could not be signed") }
        return text
    }

    private static func checkDays(_ days: Int) throws(TransportFault) {
        guard (1...daysMax).contains(days) else {
            throw TransportFault(.certificateUnusable, "\(days) days: write 1 to \(daysMax)")
        }
    }

    private static var anHourAgo: Int64 { Int64(time(nil)) - 3_600 }

    /// A common name holds 64 characters; a long network name is cut here and stands whole in each station's name.
    private static func commonName(_ before: String, _ network: String, _ after: String) -> String {
        let room = 64 - before.unicodeScalars.count - after.unicodeScalars.count
        return before + String(String.UnicodeScalarView(network.unicodeScalars.prefix(room))) + after
    }

    private static func commonName(of certificate: OpaquePointer) -> String? {
        var text = [CChar](repeating: 0, count: 512)
        let length = X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate), cable_nid_common_name(), &text, Int32(text.count))
        guard length > 0 else { return nil }
        return String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A host as OpenSSL's extension text has it; anything else could add names of its own to the list.
    private static func hostName(_ host: String) throws(TransportFault) -> String {
        var address = in6_addr()
        if inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1 { return "IP:\(host)" }
        let legal = host.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        guard legal, !host.isEmpty, host.utf8.count <= 253 else {
            throw TransportFault(.certificateUnusable, "\(host) is no host: write a name or an address in figures")
        }
        return "DNS:\(host)"
    }

    private static func newKey() throws(TransportFault) -> KeyHandle {
        ERR_clear_error()
        guard let key = cable_generate_p256() else { throw .fromOpenSSL(.internalFailure, "no key was made") }
        return KeyHandle(key)
    }

    private static func certificate(
        subject: String, issuer: CertificateHandle?, subjectKey: KeyHandle, signer: KeyHandle,
        from unixSeconds: Int64, days: Int,
        extensions: [(nid: Int32, value: String)]
    ) throws(TransportFault) -> CertificateHandle {
        try checkDays(days)
        ERR_clear_error()
        guard let pointer = X509_new() else { throw .fromOpenSSL(.internalFailure, "no memory") }
        let made = CertificateHandle(pointer)
        var good = X509_set_version(pointer, 2) == 1
        let serial = RandomBits.word >> 1
        good = good && ASN1_INTEGER_set_uint64(X509_get_serialNumber(pointer), serial) == 1
        let until = Int(unixSeconds) + days * 86_400
        good = good && ASN1_TIME_set(X509_getm_notBefore(pointer), Int(unixSeconds)) != nil
        good = good && ASN1_TIME_set(X509_getm_notAfter(pointer), until) != nil
        good = good && X509_set_pubkey(pointer, subjectKey.pointer) == 1
        let name = X509_get_subject_name(pointer)
        good = good && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, subject, -1, -1, 0) == 1
        let issuerPointer = issuer?.pointer ?? pointer
        good = good && X509_set_issuer_name(pointer, X509_get_subject_name(issuerPointer)) == 1
        for item in extensions {
            guard let made = cable_extension(pointer, issuerPointer, item.nid, item.value) else {
                throw .fromOpenSSL(.internalFailure, "extension \(item.value)")
            }
            good = good && X509_add_ext(pointer, made, -1) == 1
            X509_EXTENSION_free(made)
        }
        guard good, X509_sign(pointer, signer.pointer, EVP_sha256()) > 0 else {
            throw .fromOpenSSL(.internalFailure, "the certificate could not be signed")
        }
        return made
    }

    private static func pem(_ certificate: CertificateHandle) throws(TransportFault) -> [UInt8] {
        guard let text = textOfMemory({ PEM_write_bio_X509($0, certificate.pointer) == 1 }) else {
            throw .fromOpenSSL(.internalFailure, "certificate to PEM")
        }
        return text
    }

    private static func pem(_ key: KeyHandle) throws(TransportFault) -> [UInt8] {
        guard
            let text = textOfMemory({ PEM_write_bio_PKCS8PrivateKey($0, key.pointer, nil, nil, 0, nil, nil) == 1 })
        else { throw .fromOpenSSL(.internalFailure, "key to PEM") }
        return text
    }
}
