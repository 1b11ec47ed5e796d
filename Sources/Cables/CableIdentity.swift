/// The name of a cable in the network: `RUEHC-7KQ2M9XA-41`.
///
/// The originating station, 40 random bits drawn at the start of its daemon (Crockford base 32), and a counter since
/// then. A lost disk, a restored snapshot or a copied machine draws other bits and so never issues a name twice.
package struct CableIdentity: Hashable, Sendable, CustomStringConvertible {
    package let station: RoutingIndicator
    /// 40 random bits.
    package let start: UInt64
    /// From 1.
    package let number: UInt64

    package static let startBits: UInt64 = 40
    /// Eight letters, eight of the start, twenty figures, two hyphens.
    private static let textOctetsMax = 38
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    package init(station: RoutingIndicator, start: UInt64, number: UInt64) {
        self.station = station
        self.start = start & ((1 << Self.startBits) - 1)
        self.number = number
    }

    /// A number by which cables are shared out evenly: neighbouring identities go different ways.
    package var share: UInt64 {
        // The last steps of SplitMix64.
        var bits = start << 24 &+ number
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    /// Reads the text form. Lower case, and O for 0, I and L for 1, are taken as Crockford's alphabet allows.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let station = RoutingIndicator(parts[0].uppercased()),
            let start = Self.startBits(parts[1]), let number = UInt64(parts[2]), number > 0
        else { return nil }
        self.init(station: station, start: start, number: number)
    }

    package var description: String {
        String(unsafeUninitializedCapacity: Self.textOctetsMax) { octets in
            var count = 0
            func put(_ octet: UInt8) {
                octets[count] = octet
                count += 1
            }
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                let letter = UInt8(truncatingIfNeeded: station.packed >> shift)
                if letter != 0 { put(letter) }
            }
            put(UInt8(ascii: "-"))
            for shift in stride(from: UInt64(35), through: 0, by: -5) { put(Self.alphabet[Int(start >> shift & 31)]) }
            put(UInt8(ascii: "-"))
            var divisor: UInt64 = 1
            while number / divisor >= 10 { divisor *= 10 }
            while divisor > 0 {
                put(UInt8(ascii: "0") + UInt8(number / divisor % 10))
                divisor /= 10
            }
            return count
        }
    }

    /// The eight letters of a start.
    package static func text(ofStart start: UInt64) -> String {
        let letters = stride(from: UInt64(35), through: 0, by: -5).map { alphabet[Int(start >> $0 & 31)] }
        return String(decoding: letters, as: UTF8.self)
    }

    private static func startBits(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.count == 8 else { return nil }
        var bits: UInt64 = 0
        for letter in text.uppercased().utf8 {
            let plain: UInt8 =
                switch letter {
                case UInt8(ascii: "O"): UInt8(ascii: "0")
                case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
                default: letter
                }
            guard let value = alphabet.firstIndex(of: plain) else { return nil }
            bits = bits << 5 | UInt64(value)
        }
        return bits
    }
}
