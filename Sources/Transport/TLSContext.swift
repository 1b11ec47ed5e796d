import COpenSSL

/// TLS 1.3 with certificates on both sides, for one role (rule 26).
package final class TLSContext: @unchecked Sendable {
    // Unchecked: configured in init, then only read; OpenSSL counts references itself.
    package enum Role: Sendable { case listening, dialling }

    static let protocolName = Array("cable/1".utf8)

    let pointer: OpaquePointer
    let role: Role
    let authorities: Authorities
    package let network: String

    package init(role: Role, key: StationKey, authorities: Authorities) throws(TransportFault) {
        ERR_clear_error()
        let method = role == .listening ? TLS_server_method() : TLS_client_method()
        guard let pointer = SSL_CTX_new(method) else { throw .fromOpenSSL(.internalFailure, "no TLS context") }
        self.pointer = pointer
        self.role = role
        self.authorities = authorities
        network = key.network
        cable_ctx_harden(pointer)
        let suites = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"
        guard SSL_CTX_set_ciphersuites(pointer, suites) == 1, cable_ctx_groups(pointer, "X25519:P-256") == 1,
            SSL_CTX_use_certificate(pointer, key.certificateHandle.pointer) == 1,
            SSL_CTX_use_PrivateKey(pointer, key.key.pointer) == 1, SSL_CTX_check_private_key(pointer) == 1
        else { throw .fromOpenSSL(.keyUnusable, "TLS does not take the station's key") }
        X509_STORE_up_ref(authorities.store)
        SSL_CTX_set_cert_store(pointer, authorities.store)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        switch role {
        case .dialling:
            let offered = [UInt8(Self.protocolName.count)] + Self.protocolName
            // Zero is success here.
            guard SSL_CTX_set_alpn_protos(pointer, offered, UInt32(offered.count)) == 0 else {
                throw .fromOpenSSL(.internalFailure, "no memory for a TLS context")
            }
        case .listening:
            SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, nil)
        }
    }

    deinit { SSL_CTX_free(pointer) }
}

/// Takes `cable/1` and nothing else: whoever does not offer it is no station.
private func selectProtocol(
    _ connection: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ outLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    var place = 0
    while place < Int(offeredLength) {
        let length = Int(offered[place])
        guard place + 1 + length <= Int(offeredLength) else { break }
        let name = UnsafeBufferPointer(start: offered + place + 1, count: length)
        if name.elementsEqual(TLSContext.protocolName) {
            out?.pointee = UnsafePointer(offered + place + 1)
            outLength?.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        place += 1 + length
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
