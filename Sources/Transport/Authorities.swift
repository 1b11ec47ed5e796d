import COpenSSL

/// The authorities whose certificates this network trusts, and what they have revoked.
package final class Authorities: @unchecked Sendable {
    // Unchecked: the store is filled in init and only read afterwards; OpenSSL locks it itself.
    let store: OpaquePointer

    /// - Parameter revocations: a PEM file of revocation lists, or nil.
    package init(file: String, revocations: String?) throws(TransportFault) {
        ERR_clear_error()
        guard let store = X509_STORE_new() else { throw .fromOpenSSL(.internalFailure, "no memory for certificates") }
        self.store = store
        let text: [UInt8]
        do throws(PlainFileFault) {
            text = try PlainFile.read(file)
        } catch {
            throw TransportFault(.certificateUnusable, error.description)
        }
        var count = 0
        _ = withMemory(text) { bio -> Void? in
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                if X509_STORE_add_cert(store, certificate) == 1 { count += 1 }
                X509_free(certificate)
            }
            return ()
        }
        ERR_clear_error()
        guard count > 0 else {
            throw TransportFault(.certificateUnusable, "\(file) holds no certificate of an authority (PEM)")
        }
        if let revocations { try readRevocations(revocations) }
    }

    deinit { X509_STORE_free(store) }

    private func readRevocations(_ file: String) throws(TransportFault) {
        let text: [UInt8]
        do throws(PlainFileFault) {
            text = try PlainFile.read(file)
        } catch {
            throw TransportFault(.certificateUnusable, error.description)
        }
        var count = 0
        _ = withMemory(text) { bio -> Void? in
            while let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) {
                if X509_STORE_add_crl(store, list) == 1 { count += 1 }
                X509_CRL_free(list)
            }
            return ()
        }
        ERR_clear_error()
        guard count > 0 else {
            throw TransportFault(.certificateUnusable, "\(file) holds no revocation list (PEM)")
        }
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK))
    }

    /// Whether the network's authority vouches for a station's certificate.
    ///
    /// - Parameter signing: for a stored signature a certificate that has expired meanwhile is still good.
    package func verify(
        der: [UInt8], signing: Bool
    ) throws(TransportFault) -> StationCertificate {
        ERR_clear_error()
        var rest: UnsafePointer<UInt8>?
        let parsed = der.withUnsafeBufferPointer { octets -> OpaquePointer? in
            rest = octets.baseAddress
            return d2i_X509(nil, &rest, octets.count)
        }
        guard let parsed else { throw .fromOpenSSL(.certificateUnusable, "not a certificate") }
        let handle = CertificateHandle(parsed)
        try check(handle, signing: signing)
        return try StationCertificate(handle)
    }

    func check(_ handle: CertificateHandle, signing: Bool) throws(TransportFault) {
        guard let context = X509_STORE_CTX_new() else {
            throw .fromOpenSSL(.internalFailure, "no memory for a certificate check")
        }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, store, handle.pointer, nil) == 1 else {
            throw .fromOpenSSL(.internalFailure, "certificate check")
        }
        if signing { X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_NO_CHECK_TIME)) }
        guard X509_verify_cert(context) != 1 else { return }
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
        default:
            return TransportFault(.certificateUnusable, text)
        }
    }
}
