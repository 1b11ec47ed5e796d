import COpenSSL
package import Cables

/// The authority of a network: it vouches for its stations.
package final class NetworkAuthority: Sendable {
    private let certificate: CertificateHandle
    private let key: KeyHandle
    package let network: String
    package let certificatePEM: [UInt8]
    package let keyPEM: [UInt8]

    /// Makes a new one.
    ///
    /// - Parameter labOnly: marks it `LAB ONLY` in its name: its key lies about unprotected.
    package init(creating network: String, labOnly: Bool, days: Int) throws(TransportFault) {
        self.network = network
        let name = labOnly ? "Cable Router authority of \(network) (LAB ONLY)" : "Cable Router authority of \(network)"
        let key = try Self.newKey()
        self.key = key
        certificate = try Self.certificate(
            subject: name, issuer: nil, subjectKey: key, signer: key, days: days,
            extensions: [
                (cable_nid_basic_constraints(), "critical,CA:TRUE,pathlen:0"),
                (cable_nid_key_usage(), "critical,keyCertSign,cRLSign"),
                (cable_nid_subject_key_identifier(), "hash"),
            ])
        certificatePEM = try Self.pem(certificate)
        keyPEM = try Self.pem(key)
    }

    /// A certificate and a key for a station: both key usages, the name once (rule 26).
    package func issue(
        _ indicator: RoutingIndicator, days: Int
    ) throws(TransportFault) -> (certificatePEM: [UInt8], keyPEM: [UInt8]) {
        let key = try Self.newKey()
        let uri = StationName.uri(network: network, indicator: indicator)
        let issued = try Self.certificate(
            subject: indicator.description, issuer: certificate, subjectKey: key, signer: self.key, days: days,
            extensions: [
                (cable_nid_basic_constraints(), "critical,CA:FALSE"),
                (cable_nid_key_usage(), "critical,digitalSignature"),
                (cable_nid_ext_key_usage(), "serverAuth,clientAuth"),
                (cable_nid_subject_alt_name(), "URI:\(uri)"),
                (cable_nid_subject_key_identifier(), "hash"),
                (cable_nid_authority_key_identifier(), "keyid"),
            ])
        return (try Self.pem(issued), try Self.pem(key))
    }

    private static func newKey() throws(TransportFault) -> KeyHandle {
        ERR_clear_error()
        guard let key = cable_generate_p256() else { throw .fromOpenSSL(.internalFailure, "no key was made") }
        return KeyHandle(key)
    }

    private static func certificate(
        subject: String, issuer: CertificateHandle?, subjectKey: KeyHandle, signer: KeyHandle, days: Int,
        extensions: [(nid: Int32, value: String)]
    ) throws(TransportFault) -> CertificateHandle {
        guard let pointer = X509_new() else { throw .fromOpenSSL(.internalFailure, "no memory") }
        let made = CertificateHandle(pointer)
        var good = X509_set_version(pointer, 2) == 1
        let serial = RandomBits.word >> 1
        good = good && ASN1_INTEGER_set_uint64(X509_get_serialNumber(pointer), serial) == 1
        // An hour back: clocks of posts differ.
        good = good && X509_gmtime_adj(X509_getm_notBefore(pointer), -3_600) != nil
        good = good && X509_gmtime_adj(X509_getm_notAfter(pointer), days * 86_400) != nil
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
