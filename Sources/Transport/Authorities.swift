import COpenSSL
package import Octets

/// The authorities whose certificates this network trusts, and what they have revoked.
package final class Authorities: @unchecked Sendable {
    // Unchecked: the store is filled in init and only read afterwards; OpenSSL locks it itself.
    let store: OpaquePointer

    /// - Parameters:
    ///   - file: PEM, one certificate of an authority or more.
    ///   - revocations: a PEM file of revocation lists, or nil. When given, it must have a list that is in force from the
    ///     authority of every certificate that is shown.
    package convenience init(file: String, revocations: String?) throws(TransportFault) {
        let text: [UInt8]
        var lists: [UInt8]?
        do throws(PlainFileFault) {
            text = try PlainFile.read(file)
            if let revocations { lists = try PlainFile.read(revocations) }
        } catch {
            throw TransportFault(.certificateUnusable, error.description)
        }
        try self.init(
            certificatesPEM: text, revocationsPEM: lists, named: file, revocations ?? "the revocation list")
    }

    /// The same, from memory.
    package convenience init(certificatesPEM: [UInt8], revocationsPEM: [UInt8]?) throws(TransportFault) {
        try self.init(
            certificatesPEM: certificatesPEM, revocationsPEM: revocationsPEM, named: "the authorities",
            "the revocation list")
    }

    private init(
        certificatesPEM: [UInt8], revocationsPEM: [UInt8]?, named file: String, _ revocations: String
    ) throws(TransportFault) {
        ERR_clear_error()
        guard let store = X509_STORE_new() else { throw .fromOpenSSL(.internalFailure, "no memory for certificates") }
        self.store = store
        try everyEntry(certificatesPEM, file, "certificate of an authority") { bio in
            guard let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else { return nil }
            defer { X509_free(certificate) }
            return X509_check_ca(certificate) > 0 && X509_STORE_add_cert(store, certificate) == 1
        }
        guard let revocationsPEM else { return }
        try everyEntry(revocationsPEM, revocations, "revocation list") { bio in
            guard let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) else { return nil }
            defer { X509_CRL_free(list) }
            return X509_STORE_add_crl(store, list) == 1
        }
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK))
    }

    deinit { X509_STORE_free(store) }

    /// The digest of the first certificate (DER) of a PEM text: people tell each other this.
    package static func fingerprint(pem: [UInt8]) throws(TransportFault) -> Digest { try facts(pem: pem).fingerprint }

    /// Of the first certificate of a PEM text.
    ///
    /// - Returns: the digest of the certificate, and its end in seconds since 1970.
    package static func facts(pem: [UInt8]) throws(TransportFault) -> (fingerprint: Digest, notAfter: Int64) {
        ERR_clear_error()
        guard let pointer = withMemory(pem, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.certificateUnusable, "there is no certificate of an authority (PEM)")
        }
        let handle = CertificateHandle(pointer)
        return (ContentHash.of(handle.der), StationCertificate.seconds(X509_get0_notAfter(pointer)) ?? 0)
    }

    /// Whether the network's authority vouches for a station's certificate.
    ///
    /// - Parameters:
    ///   - signing: for a stored signature a certificate that has expired meanwhile is still good.
    ///   - unixSeconds: when given, the certificate must be good at that time, also for a signature; else now.
    package func verify(
        der: [UInt8], signing: Bool, at unixSeconds: Int64? = nil
    ) throws(TransportFault) -> StationCertificate {
        ERR_clear_error()
        let handle = try CertificateHandle(der: der)
        try check(handle, signing: signing, at: unixSeconds)
        return try StationCertificate(handle)
    }

    func check(_ handle: CertificateHandle, signing: Bool, at unixSeconds: Int64? = nil) throws(TransportFault) {
        ERR_clear_error()
        guard let context = X509_STORE_CTX_new() else {
            throw .fromOpenSSL(.internalFailure, "no memory for a certificate check")
        }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, store, handle.pointer, nil) == 1 else {
            throw .fromOpenSSL(.internalFailure, "certificate check")
        }
        if let unixSeconds {
            X509_STORE_CTX_set_time(context, 0, Int(unixSeconds))
        } else if signing {
            X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_NO_CHECK_TIME))
        }
        guard X509_verify_cert(context) != 1 else { return }
        ERR_clear_error()
        throw Self.fault(X509_STORE_CTX_get_error(context))
    }

    static func fault(_ code: Int32) -> TransportFault {
        let text = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "code \(code)"
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID:
            return TransportFault(.certificateExpired, text)
        case X509_V_ERR_CERT_REVOKED:
            return TransportFault(.certificateRevoked, text)
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return TransportFault(.unknownAuthority, text)
        case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID:
            return TransportFault(.certificateUnusable, "\(text): give a revocation list that is in force")
        default:
            return TransportFault(.certificateUnusable, text)
        }
    }
}
