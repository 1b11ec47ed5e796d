import COpenSSL

/// An OpenSSL certificate, freed with its last owner. OpenSSL counts references with atomics and does not change it.
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    /// - Throws: `CERTIFICATE_UNUSABLE` unless the octets are one certificate and nothing else.
    convenience init(der: [UInt8]) throws(TransportFault) {
        ERR_clear_error()
        let (parsed, read) = der.withUnsafeBufferPointer { octets -> (OpaquePointer?, Int) in
            var rest = octets.baseAddress
            let parsed = d2i_X509(nil, &rest, octets.count)
            guard let start = octets.baseAddress, let rest else { return (parsed, 0) }
            return (parsed, rest - start)
        }
        guard let parsed else { throw .fromOpenSSL(.certificateUnusable, "the octets are no certificate") }
        self.init(parsed)
        guard read == der.count else {
            throw TransportFault(.certificateUnusable, "octets follow the certificate")
        }
    }

    deinit { X509_free(pointer) }

    var der: [UInt8] {
        var length = i2d_X509(pointer, nil)
        guard length > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, filled in
            var out = buffer.baseAddress
            length = i2d_X509(pointer, &out)
            filled = Int(max(0, length))
        }
    }
}

/// A key of OpenSSL, freed with its last owner; used for signing and verifying only, which do not change it.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    var isP256: Bool {
        guard EVP_PKEY_get_base_id(pointer) == EVP_PKEY_EC else { return false }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1 else { return false }
        return name.prefix(length).elementsEqual("prime256v1".utf8.map { CChar(bitPattern: $0) })
    }
}

/// Reads every entry that `next` finds in a PEM text.
///
/// - Throws: `CERTIFICATE_UNUSABLE` when there is none, or when one cannot be read: a list cut short would trust, or
///   let in, what it should not.
func everyEntry(
    _ text: [UInt8], _ file: String, _ what: String, _ next: (OpaquePointer) -> Bool?
) throws(TransportFault) {
    ERR_clear_error()
    var count = 0
    var refused = false
    let opened: Void? = withMemory(text) { bio in
        while let taken = next(bio) {
            count += 1
            if !taken {
                refused = true
                return
            }
        }
    }
    let last = ERR_peek_last_error()
    let atEnd = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE
    guard opened != nil, !refused, atEnd else {
        throw .fromOpenSSL(
            .certificateUnusable, "\(file): entry \(refused ? count : count + 1) is no usable \(what) (PEM)")
    }
    ERR_clear_error()
    guard count > 0 else { throw TransportFault(.certificateUnusable, "\(file) holds no \(what) (PEM)") }
}

/// Text in memory as OpenSSL reads it.
func withMemory<Result>(_ octets: [UInt8], _ body: (OpaquePointer) -> Result?) -> Result? {
    guard let bio = BIO_new_mem_buf(octets, Int32(octets.count)) else { return nil }
    defer { BIO_free(bio) }
    return body(bio)
}

/// What OpenSSL writes as text.
func textOfMemory(_ body: (OpaquePointer) -> Bool) -> [UInt8]? {
    guard let bio = BIO_new(BIO_s_mem()) else { return nil }
    defer { BIO_free(bio) }
    guard body(bio) else { return nil }
    var octets: UnsafeMutablePointer<CChar>?
    let count = cable_bio_pending(bio, &octets)
    guard count > 0, let octets else { return nil }
    return Array(UnsafeRawBufferPointer(start: octets, count: count))
}
