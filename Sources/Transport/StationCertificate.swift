import COpenSSL
package import Cables
package import Octets

/// A station's certificate whose name has been read: URI `cable:NETWORK/RI`, exactly one (rule 26).
package final class StationCertificate: Sendable {
    package let network: String
    package let indicator: RoutingIndicator
    package let fingerprint: Digest
    package let der: [UInt8]
    /// Seconds since 1970.
    package let notBefore: Int64
    /// Seconds since 1970.
    package let notAfter: Int64
    /// In hexadecimal figures, upper case, as `openssl x509 -serial` prints it.
    package let serial: String
    let key: KeyHandle

    init(_ handle: CertificateHandle) throws(TransportFault) {
        der = handle.der
        fingerprint = ContentHash.of(der)
        serial = Self.serial(handle.pointer)
        guard let name = Self.onlyURI(handle.pointer) else {
            throw TransportFault(
                .certificateUnusable, "the certificate must have exactly one URI name cable:NETWORK/RI")
        }
        guard let (network, indicator) = StationName.read(name) else {
            throw TransportFault(.certificateUnusable, "the name \(name) is not cable:NETWORK/RI")
        }
        self.network = network
        self.indicator = indicator
        guard Self.hasBothUsages(handle.pointer) else {
            throw TransportFault(
                .certificateUnusable,
                "the certificate of \(indicator) must be no authority's and allow digitalSignature, clientAuth, serverAuth"
            )
        }
        guard let key = X509_get_pubkey(handle.pointer) else {
            throw .fromOpenSSL(.certificateUnusable, "the certificate of \(indicator) has no usable key")
        }
        self.key = KeyHandle(key)
        guard self.key.isP256 else {
            throw TransportFault(.certificateUnusable, "the key of \(indicator) is no P-256 key")
        }
        guard let notBefore = Self.seconds(X509_get0_notBefore(handle.pointer)),
            let notAfter = Self.seconds(X509_get0_notAfter(handle.pointer))
        else { throw TransportFault(.certificateUnusable, "the certificate of \(indicator) has no legal times") }
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// Only read: nobody vouches for it.
    package convenience init(der: [UInt8]) throws(TransportFault) { try self.init(try CertificateHandle(der: der)) }

    /// The first certificate of a PEM file.
    package convenience init(pem: [UInt8], named name: String) throws(TransportFault) {
        ERR_clear_error()
        guard let pointer = withMemory(pem, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            throw .fromOpenSSL(.certificateUnusable, "\(name) holds no certificate (PEM)")
        }
        try self.init(CertificateHandle(pointer))
    }

    private static func serial(_ certificate: OpaquePointer) -> String {
        guard let number = X509_get0_serialNumber(certificate) else { return "" }
        let octets = UnsafeBufferPointer(start: ASN1_STRING_get0_data(number), count: Int(ASN1_STRING_length(number)))
        return octets.map { octet in
            let figures = String(octet, radix: 16, uppercase: true)
            return figures.utf8.count == 1 ? "0\(figures)" : figures
        }.joined()
    }

    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }

    /// Missing extensions would mean "anything" to OpenSSL; a station's certificate must say what it is for.
    private static func hasBothUsages(_ certificate: OpaquePointer) -> Bool {
        let flags = X509_get_extension_flags(certificate)
        let wanted = UInt32(EXFLAG_KUSAGE | EXFLAG_XKUSAGE)
        let usages = UInt32(XKU_SSL_SERVER | XKU_SSL_CLIENT)
        return flags & wanted == wanted && flags & UInt32(EXFLAG_CA | EXFLAG_INVALID) == 0
            && X509_get_key_usage(certificate) & UInt32(KU_DIGITAL_SIGNATURE) != 0
            && X509_get_extended_key_usage(certificate) & usages == usages
    }

    private static func onlyURI(_ certificate: OpaquePointer) -> String? {
        guard let names = cable_subject_names(certificate) else { return nil }
        defer { cable_names_free(names) }
        var found: [String] = []
        for index in 0..<cable_names_count(names) {
            var length: Int32 = 0
            guard let octets = cable_name_uri(cable_names_at(names, index), &length) else { continue }
            found.append(String(decoding: UnsafeBufferPointer(start: octets, count: Int(length)), as: UTF8.self))
        }
        return found.count == 1 ? found[0] : nil
    }

    /// Whether the station signed `text`: ECDSA P-256 with SHA-256, DER.
    package func verifies(_ signature: [UInt8], of text: [UInt8]) -> Bool {
        if SignatureCost.isLeftOut { return true }
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key.pointer) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, text, text.count) == 1
    }
}

/// The name of a station in its certificate.
package enum StationName {
    /// `cable:NETWORK/RI`, with everything but letters, figures, `-`, `.` and `_` percent-encoded.
    package static func uri(network: String, indicator: RoutingIndicator) -> String {
        var text = "cable:"
        for octet in network.utf8 {
            if isPlain(octet) {
                text.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                let digits = String(octet, radix: 16, uppercase: true)
                text += "%\(digits.count == 1 ? "0" : "")\(digits)"
            }
        }
        return "\(text)/\(indicator)"
    }

    /// Nil unless `uri` is exactly what `uri(network:indicator:)` writes: one station has one spelling.
    package static func read(_ uri: String) -> (network: String, indicator: RoutingIndicator)? {
        guard uri.hasPrefix("cable:") else { return nil }
        let parts = uri.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let indicator = RoutingIndicator(parts[1]) else { return nil }
        var octets: [UInt8] = []
        var rest = parts[0].utf8[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
            octets.append(value)
            rest = rest.dropFirst(2)
        }
        guard let network = String(validating: octets, as: UTF8.self), !network.isEmpty,
            Self.uri(network: network, indicator: indicator) == uri
        else { return nil }
        return (network, indicator)
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
