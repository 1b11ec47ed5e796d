package import Cables
package import Custody
package import Octets

/// Hashes and signatures of the simulated network: no secret to anybody, but what is altered or forged does not verify.
///
/// 256 bits, mixed in four lanes: nothing in a simulation tries to break it, and it is fast.
package enum SimulatedHash {
    package static func of(_ octets: [UInt8], kind: UInt64 = 0) -> Digest {
        octets.withUnsafeBytes { of($0, kind: kind) }
    }

    package static func of(_ octets: UnsafeRawBufferPointer, kind: UInt64 = 0) -> Digest {
        var lanes = SIMD4<UInt64>(
            0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89)
        lanes[0] ^= kind &* 0x9e37_79b9_7f4a_7c15
        lanes[1] ^= UInt64(octets.count)
        var place = 0
        while place + 32 <= octets.count {
            var words = SIMD4<UInt64>()
            for lane in 0..<4 {
                words[lane] = UInt64(
                    littleEndian: octets.loadUnaligned(fromByteOffset: place + lane * 8, as: UInt64.self))
            }
            lanes = mix(lanes, words)
            place += 32
        }
        var rest = SIMD4<UInt64>()
        var index = 0
        while place < octets.count {
            rest[index / 8] |= UInt64(octets[place]) << UInt64(index % 8 * 8)
            place += 1
            index += 1
        }
        lanes = mix(lanes, rest)
        for round in 0..<4 { lanes = mix(lanes, SIMD4(repeating: UInt64(round) &* 0xd6e8_feb8_6659_fd93)) }
        return Digest(lanes[0], lanes[1], lanes[2], lanes[3])
    }

    private static func mix(_ lanes: SIMD4<UInt64>, _ words: SIMD4<UInt64>) -> SIMD4<UInt64> {
        var mixed = (lanes ^ words) &* SIMD4(repeating: 0xff51_afd7_ed55_8ccd)
        mixed ^= mixed &>> SIMD4(repeating: 32)
        let turned = SIMD4(mixed[1], mixed[2], mixed[3], mixed[0])
        mixed = (mixed &+ turned) &* SIMD4(repeating: 0xc4ce_b9fe_1a85_ec53)
        return mixed ^ (mixed &>> SIMD4(repeating: 29))
    }
}

/// The authority of a simulated network: certificates are names, and each station has a key that only it signs with.
package struct SimulatedSeals: Sendable {
    package let network: String

    package init(network: String) { self.network = network }

    package func certificate(of station: RoutingIndicator) -> [UInt8] { Array("station \(station) of \(network)".utf8) }

    /// The station that a certificate names; nil for what the authority never gave.
    package func station(in certificate: [UInt8]) -> RoutingIndicator? {
        let words = String(decoding: certificate, as: UTF8.self).split(separator: " ")
        guard words.count == 4, let station = RoutingIndicator(words[1]), self.certificate(of: station) == certificate
        else { return nil }
        return station
    }

    package func fingerprint(of station: RoutingIndicator) -> Digest {
        SimulatedHash.of(certificate(of: station), kind: 1)
    }

    package static func leaf(_ kind: LeafKind, _ content: [UInt8]) -> Digest {
        SimulatedHash.of(content, kind: 0x100 | UInt64(kind.rawValue))
    }

    /// A proof for one statement: a batch of one leaf.
    package func sign(_ leaf: Digest, by station: RoutingIndicator, start: UInt64, batch: UInt64) -> BatchProof {
        let fingerprint = fingerprint(of: station)
        return BatchProof(
            fingerprint: fingerprint, start: start, batch: batch, index: 0, count: 1, path: [],
            signature: signature(leaf, station, fingerprint, start, batch).octets)
    }

    package func verifies(_ proof: BatchProof, of leaf: Digest, by station: RoutingIndicator) -> Bool {
        proof.count == 1 && proof.index == 0 && proof.path.isEmpty
            && proof.signature
                == signature(leaf, station, proof.fingerprint, proof.start, proof.batch).octets
    }

    private func signature(
        _ leaf: Digest, _ station: RoutingIndicator, _ fingerprint: Digest, _ start: UInt64, _ batch: UInt64
    ) -> Digest {
        SimulatedHash.of(
            BatchProof.signedText(
                network: network, station: station.description, fingerprint: fingerprint, start: start, batch: batch,
                count: 1, root: leaf), kind: 2 ^ station.packed)
    }
}
