import COpenSSL
package import Cables
package import Octets

/// A station's certificate and private key: what it proves itself and signs with.
package final class StationKey: Sendable {
    package let certificate: StationCertificate
    let certificateHandle: CertificateHandle
    let key: KeyHandle

    package var indicator: RoutingIndicator { certificate.indicator }
    package var network: String { certificate.network }
    package var fingerprint: Digest { certificate.fingerprint }

    /// The certificate as others are shown it.
    package var certificateDER: [UInt8] { certificate.der }
    /// Seconds since 1970.
    package var notAfter: Int64 { certificate.notAfter }

    /// Reads both PEM files.
    ///
    /// - Parameter modeMax: rights that the key's file may have.
    /// - Throws: `KEY_UNUSABLE` when the key is readable by others, encrypted, is not the certificate's or is no P-256
    ///   key; `CERTIFICATE_UNUSABLE` when the certificate is not a station's.
    package convenience init(
        certificateFile: String, keyFile: String, allowing modeMax: UInt32 = 0o600
    ) throws(TransportFault) {
        let certificateText: [UInt8]
        let keyText: [UInt8]
        let mode: UInt32
        do throws(PlainFileFault) {
            mode = try PlainFile.mode(keyFile)
            certificateText = try PlainFile.read(certificateFile)
            keyText = try PlainFile.read(keyFile)
        } catch {
            throw TransportFault(.keyUnusable, error.description)
        }
        guard mode & ~modeMax == 0 else {
            throw TransportFault(
                .keyUnusable, "\(keyFile) is open wider than 600 (mode \(String(mode, radix: 8))): chmod 600 it")
        }
        try self.init(
            certificatePEM: certificateText, keyPEM: keyText, certificateName: certificateFile, keyName: keyFile)
    }

    /// The same, from memory.
    package convenience init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TransportFault) {
        try self.init(
            certificatePEM: certificatePEM, keyPEM: keyPEM, certificateName: "the certificate", keyName: "the key")
    }

    private init(
        certificatePEM: [UInt8], keyPEM: [UInt8], certificateName: String, keyName: String
    ) throws(TransportFault) {
        ERR_clear_error()
        guard let certificate = withMemory(certificatePEM, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.certificateUnusable, "\(certificateName) holds no certificate (PEM)")
        }
        certificateHandle = CertificateHandle(certificate)
        // Without a callback OpenSSL would ask for a passphrase on the terminal.
        guard let key = withMemory(keyPEM, { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }) else {
            throw .fromOpenSSL(.keyUnusable, "\(keyName) holds no private key without a passphrase (PEM)")
        }
        self.key = KeyHandle(key)
        guard self.key.isP256 else { throw TransportFault(.keyUnusable, "\(keyName) is no P-256 key") }
        guard X509_check_private_key(certificate, key) == 1 else {
            throw .fromOpenSSL(.keyUnusable, "\(keyName) is not the key of \(certificateName)")
        }
        self.certificate = try StationCertificate(certificateHandle)
    }

    /// ECDSA P-256 with SHA-256, DER.
    package func sign(_ text: [UInt8]) throws(TransportFault) -> [UInt8] {
        if SignatureCost.isLeftOut { return [] }
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw .fromOpenSSL(.internalFailure, "no memory for a signature") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key.pointer) == 1 else {
            throw .fromOpenSSL(.keyUnusable, "the key cannot sign")
        }
        var signature = [UInt8](repeating: 0, count: 128)
        var length = signature.count
        guard EVP_DigestSign(context, &signature, &length, text, text.count) == 1 else {
            throw .fromOpenSSL(.keyUnusable, "the key cannot sign")
        }
        signature.removeSubrange(length...)
        return signature
    }
}
