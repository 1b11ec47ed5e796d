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

    /// Reads both PEM files.
    ///
    /// - Throws: `KEY_UNUSABLE` when the key is readable by others, is not the certificate's or is no P-256 key.
    package init(certificateFile: String, keyFile: String) throws(TransportFault) {
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
        guard mode & 0o077 == 0 else {
            throw TransportFault(
                .keyUnusable, "\(keyFile) may be read by others (mode \(String(mode, radix: 8))): chmod 600 it")
        }
        ERR_clear_error()
        guard let certificate = withMemory(certificateText, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.certificateUnusable, "\(certificateFile) holds no certificate")
        }
        certificateHandle = CertificateHandle(certificate)
        guard let key = withMemory(keyText, { PEM_read_bio_PrivateKey($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.keyUnusable, "\(keyFile) holds no private key")
        }
        self.key = KeyHandle(key)
        guard X509_check_private_key(certificate, key) == 1 else {
            throw .fromOpenSSL(.keyUnusable, "\(keyFile) is not the key of \(certificateFile)")
        }
        self.certificate = try StationCertificate(certificateHandle)
    }

    /// ECDSA P-256 with SHA-256, DER.
    package func sign(_ text: [UInt8]) throws(TransportFault) -> [UInt8] {
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
