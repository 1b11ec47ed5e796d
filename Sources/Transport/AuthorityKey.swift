import COpenSSL
import Cables

/// The authority's private key as it is kept: encrypted with a passphrase (PKCS #8, scrypt, AES-256), as the openssl
/// command reads it, too.
package enum AuthorityKey {
    /// Octets of a passphrase at least, at most.
    package static let passphraseOctets = 12...1_024
    /// Cost of scrypt: 16 MiB and some tenths of a second for each guess. OpenSSL opens nothing that needs above 32 MiB.
    private static let (scryptN, scryptR, scryptP): (UInt64, UInt64, UInt64) = (16_384, 8, 5)
    private static let saltOctets: Int32 = 16

    /// Whether a PEM text is a key with a passphrase.
    package static func isEncrypted(_ pem: [UInt8]) -> Bool {
        String(decoding: pem, as: UTF8.self).holds("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    }

    /// - Parameter keyPEM: without a passphrase.
    package static func encrypted(_ keyPEM: [UInt8], passphrase: [UInt8]) throws(TransportFault) -> [UInt8] {
        guard passphraseOctets.contains(passphrase.count) else {
            throw TransportFault(
                .keyUnusable, "a passphrase has \(passphraseOctets.lowerBound) to \(passphraseOctets.upperBound) octets"
            )
        }
        ERR_clear_error()
        guard let key = withMemory(keyPEM, { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }) else {
            throw .fromOpenSSL(.keyUnusable, "there is no private key without a passphrase (PEM)")
        }
        let handle = KeyHandle(key)
        guard let plain = EVP_PKEY2PKCS8(handle.pointer) else { throw .fromOpenSSL(.internalFailure, "key to PKCS #8") }
        defer { PKCS8_PRIV_KEY_INFO_free(plain) }
        guard
            let way = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nil, saltOctets, nil, scryptN, scryptR, scryptP)
        else { throw .fromOpenSSL(.internalFailure, "the key could not be encrypted") }
        let locked = passphrase.withUnsafeBytes { octets in
            PKCS8_set0_pbe(octets.bindMemory(to: CChar.self).baseAddress, Int32(octets.count), plain, way)
        }
        guard let locked else {
            X509_ALGOR_free(way)
            throw .fromOpenSSL(.internalFailure, "the key could not be encrypted")
        }
        defer { X509_SIG_free(locked) }
        guard let text = textOfMemory({ PEM_write_bio_PKCS8($0, locked) == 1 }) else {
            throw .fromOpenSSL(.internalFailure, "key to PEM")
        }
        return text
    }

    /// The key without its passphrase, PEM: never to be written to a disk.
    package static func opened(_ pem: [UInt8], passphrase: [UInt8]) throws(TransportFault) -> [UInt8] {
        ERR_clear_error()
        guard let locked = withMemory(pem, { PEM_read_bio_PKCS8($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.keyUnusable, "there is no private key with a passphrase (PEM)")
        }
        defer { X509_SIG_free(locked) }
        let plain = passphrase.withUnsafeBytes { octets in
            PKCS8_decrypt(locked, octets.bindMemory(to: CChar.self).baseAddress, Int32(octets.count))
        }
        guard let plain else {
            ERR_clear_error()
            throw TransportFault(.keyUnusable, "the passphrase is not that of the key")
        }
        defer { PKCS8_PRIV_KEY_INFO_free(plain) }
        guard let pointer = EVP_PKCS82PKEY(plain) else { throw .fromOpenSSL(.keyUnusable, "the key cannot be read") }
        let key = KeyHandle(pointer)
        guard
            let text = textOfMemory({ PEM_write_bio_PKCS8PrivateKey($0, key.pointer, nil, nil, 0, nil, nil) == 1 })
        else { throw .fromOpenSSL(.internalFailure, "key to PEM") }
        return text
    }
}

/// What is known of a list of revocations.
package struct RevocationList: Sendable, Equatable {
    /// Seconds since 1970; nil: for ever.
    package var until: Int64?
    package var revoked: Int

    /// The first list of a PEM text.
    package init(pem: [UInt8], named name: String) throws(TransportFault) {
        ERR_clear_error()
        guard let list = withMemory(pem, { PEM_read_bio_X509_CRL($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.certificateUnusable, "\(name) holds no revocation list (PEM)")
        }
        defer { X509_CRL_free(list) }
        until = StationCertificate.seconds(X509_CRL_get0_nextUpdate(list))
        revoked = Int(cable_revoked_count(list))
    }
}
