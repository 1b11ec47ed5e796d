import COpenSSL

/// The detached signature of a network file by its authority (rule 27): ECDSA P-256 with SHA-256 over the file's octets,
/// DER, as `openssl dgst -sha256 -verify` takes it.
package enum NetworkSignature {
    private static let octetsMax = 256

    /// - Parameter keyPEM: the authority's key, without a passphrase.
    package static func make(over octets: [UInt8], keyPEM: [UInt8]) throws(TransportFault) -> [UInt8] {
        ERR_clear_error()
        // Without a callback OpenSSL would ask for a passphrase on the terminal.
        guard let pointer = withMemory(keyPEM, { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }) else {
            throw .fromOpenSSL(.keyUnusable, "the file holds no private key without a passphrase (PEM)")
        }
        let key = KeyHandle(pointer)
        guard key.isP256 else { throw TransportFault(.keyUnusable, "the authority's key is no P-256 key") }
        guard let context = EVP_MD_CTX_new() else { throw .fromOpenSSL(.internalFailure, "no memory for a signature") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: octetsMax)
        var length = signature.count
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key.pointer) == 1,
            EVP_DigestSign(context, &signature, &length, octets, octets.count) == 1
        else { throw .fromOpenSSL(.keyUnusable, "the key cannot sign") }
        signature.removeSubrange(length...)
        return signature
    }

    /// - Throws: unless one of the authorities signed these octets.
    package static func verify(
        _ signature: [UInt8], over octets: [UInt8], authoritiesPEM: [UInt8]
    ) throws(TransportFault) {
        guard signature.count <= octetsMax else {
            throw TransportFault(.certificateUnusable, "the file is no signature: it is too long")
        }
        var isGenuine = false
        try everyEntry(authoritiesPEM, "the file of the authorities", "certificate of an authority") { bio in
            guard let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else { return nil }
            defer { X509_free(certificate) }
            guard X509_check_ca(certificate) > 0 else { return false }
            if signed(signature, octets, by: certificate) { isGenuine = true }
            return true
        }
        guard isGenuine else {
            throw TransportFault(
                .unknownAuthority,
                "the signature is not of an authority of this network, or the network file was altered")
        }
    }

    private static func signed(_ signature: [UInt8], _ octets: [UInt8], by certificate: OpaquePointer) -> Bool {
        defer { ERR_clear_error() }
        guard let key = X509_get0_pubkey(certificate), let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, octets, octets.count) == 1
    }
}
