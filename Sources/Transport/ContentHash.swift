import COpenSSL
package import Octets

/// SHA-256 over the octets of a cable.
package enum ContentHash {
    package static func of(_ octets: UnsafeRawBufferPointer) -> Digest {
        digest { cable_hash_small(octets.baseAddress, octets.count, $0) }
    }

    package static func of(_ octets: [UInt8]) -> Digest { octets.withUnsafeBytes { of($0) } }

    static func digest(_ hash: (UnsafeMutablePointer<UInt8>) -> Int32) -> Digest {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Digest.octetCount) { out in
            guard let base = out.baseAddress, hash(base) == 1 else {
                preconditionFailure("SHA-256 cannot fail on memory")
            }
            let words = UnsafeRawBufferPointer(out)
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: words.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return Digest(word(0), word(1), word(2), word(3))
        }
    }
}

/// SHA-256 over octets that come in parts.
package struct HashStream {
    private var context = SHA256_CTX()

    package init() { _ = cable_hash_many_init(&context) }

    package mutating func update(_ octets: UnsafeRawBufferPointer) {
        _ = cable_hash_many_update(&context, octets.baseAddress, octets.count)
    }

    /// The hash of all that came; the stream is used up.
    package mutating func finish() -> Digest {
        ContentHash.digest { cable_hash_many_final($0, &context) }
    }
}

/// Random bits of the system's generator.
package enum RandomBits {
    package static func octets(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
                preconditionFailure("the system gives no random bits")
            }
            filled = count
        }
    }

    package static var word: UInt64 { octets(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
