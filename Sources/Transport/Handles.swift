import COpenSSL

/// An OpenSSL certificate, freed with its last owner. OpenSSL counts references with atomics and does not change it.
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

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
