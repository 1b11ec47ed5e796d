import Cables
import Control
import Foundation
import Octets
import Routing
import Settings
import Transport

/// What is carried to a post in one file: key, certificate, authority, revocations and network file.
///
/// Text, so that it can be looked at; each part has its length and digest, so that one that was altered or cut on the way
/// is not taken (docs/decisions.md).
struct StationBundle: Equatable {
    enum Part: String, CaseIterable {
        case key = "station.key"
        case certificate = "certificate.pem"
        case authority = "authority.pem"
        case revocations = "revocations.pem"
        case network = "network.json5"
        case signature = "network.json5.sig"

        var isNeeded: Bool {
            switch self {
            case .certificate, .authority, .revocations, .network: true
            // A renewed certificate goes without the key, a network may be unsigned.
            case .key, .signature: false
            }
        }
    }

    /// Why octets are no bundle.
    struct Flaw: Error, Equatable { var why: String }

    private static let title = "Cable Router bundle 1"
    /// Octets of a bundle at most.
    static let octetsMax = 64 << 20

    var network: String
    var station: String
    /// RFC 3339.
    var made: String
    var parts: [Part: [UInt8]]

    // MARK: Text

    var text: [UInt8] {
        var octets = Array("\(Self.title)\nnetwork: \(network)\nstation: \(station)\nmade: \(made)\n".utf8)
        if parts[.key] != nil {
            octets += Array("It holds the station's private key: who reads it can pass for the station.\n".utf8)
        }
        octets += Array("Install it at the post with: routerctl setup\n".utf8)
        for part in Part.allCases {
            guard let content = parts[part] else { continue }
            let isText = part != .signature
            octets += Array(
                "----- BEGIN \(part.rawValue) \(isText ? "text" : "base64") \(content.count) \(ContentHash.of(content)) -----\n"
                    .utf8)
            octets += isText ? content : Array(Data(content).base64EncodedString(options: .lineLength64Characters).utf8)
            if octets.last != 0x0A { octets.append(0x0A) }
            octets += Array("----- END \(part.rawValue) -----\n".utf8)
        }
        return octets + Array("\(Self.end(octets))\n".utf8)
    }

    private static func end(_ octets: [UInt8]) -> String { "----- END OF BUNDLE \(ContentHash.of(octets)) -----" }

    init(network: String, station: String, made: String, parts: [Part: [UInt8]]) {
        self.network = network
        self.station = station
        self.made = made
        self.parts = parts
    }

    init(reading octets: [UInt8]) throws(Flaw) {
        guard octets.count <= Self.octetsMax else { throw Flaw(why: "it is too long") }
        var reader = Lines(octets: octets)
        guard reader.next() == Self.title else { throw Flaw(why: "it does not begin with \(Self.title)") }
        var facts: [String: String] = [:]
        var parts: [Part: [UInt8]] = [:]
        while true {
            let start = reader.position
            guard let line = reader.next() else { throw Flaw(why: "its end is missing: it was cut on the way") }
            let words = line.split(separator: " ").map(String.init)
            if line.hasPrefix("----- END OF BUNDLE ") {
                guard line == Self.end(Array(octets[..<start])), reader.position == octets.count else {
                    throw Self.altered
                }
                break
            }
            if line.hasPrefix("----- BEGIN "), words.count == 7 {
                guard let part = Part(rawValue: words[2]), parts[part] == nil, let count = Int(words[4]), count >= 0
                else { throw Flaw(why: "the part \(words[2]) is not one that this version knows") }
                parts[part] = try reader.content(part.rawValue, count, words[5], isText: words[3] == "text")
                continue
            }
            guard parts.isEmpty else { throw Self.altered }
            if let colon = line.range(of: ": ") {
                facts[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
            }
        }
        for part in Part.allCases where part.isNeeded && parts[part] == nil {
            throw Flaw(why: "the part \(part.rawValue) is missing")
        }
        guard let network = facts["network"], let station = facts["station"] else { throw Self.altered }
        self.init(network: network, station: station, made: facts["made"] ?? "", parts: parts)
    }

    private static let altered = Flaw(
        why: "it was altered on the way: copy it again, as a file and not as lines of text")

    private struct Lines {
        let octets: [UInt8]
        private(set) var position = 0

        init(octets: [UInt8]) { self.octets = octets }

        mutating func next() -> String? {
            guard let end = octets[position...].firstIndex(of: 0x0A) else { return nil }
            defer { position = end + 1 }
            return String(decoding: octets[position..<end], as: UTF8.self)
        }

        mutating func content(_ name: String, _ count: Int, _ digest: String, isText: Bool) throws(Flaw) -> [UInt8] {
            var content: [UInt8] = []
            if isText {
                guard count <= octets.count - position else { throw StationBundle.altered }
                content = Array(octets[position..<position + count])
                position += count
                if content.last != 0x0A, position < octets.count, octets[position] == 0x0A { position += 1 }
            } else {
                var text = ""
                while position < octets.count, octets[position] != UInt8(ascii: "-"), let line = next() { text += line }
                guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
                    throw StationBundle.altered
                }
                content = Array(data)
            }
            guard content.count == count, ContentHash.of(content).description == digest,
                next() == "----- END \(name) -----"
            else { throw StationBundle.altered }
            return content
        }
    }

    // MARK: Truth

    /// What a bundle says, once all its parts were held against one another.
    struct Facts {
        var indicator: RoutingIndicator
        var certificate: StationCertificate
        /// Of the authority's certificate.
        var authority: Digest
        var network: Network
        var revocations: RevocationList
        var isSigned: Bool
    }

    /// Whether the parts belong together: the authority vouches for the certificate now, the key is the certificate's,
    /// and the network file has the station.
    func facts() throws(Flaw) -> Facts {
        let certificatePEM = parts[.certificate] ?? []
        let certificate: StationCertificate
        let revocations: RevocationList
        let authorityDigest: Digest
        do throws(TransportFault) {
            certificate = try StationCertificate(pem: certificatePEM, named: Part.certificate.rawValue)
            let authorities = try Authorities(
                certificatesPEM: parts[.authority] ?? [], revocationsPEM: parts[.revocations])
            _ = try authorities.verify(der: certificate.der, signing: false)
            authorityDigest = try Authorities.fingerprint(pem: parts[.authority] ?? [])
            revocations = try RevocationList(pem: parts[.revocations] ?? [], named: Part.revocations.rawValue)
            if let key = parts[.key] { _ = try StationKey(certificatePEM: certificatePEM, keyPEM: key) }
        } catch {
            throw Flaw(why: error.description)
        }
        let network: Network
        do throws(SettingsProblems) {
            network = try NetworkFile.read(octets: parts[.network] ?? [], file: Part.network.rawValue)
        } catch {
            throw Flaw(why: error.all.first.map { "\($0)" } ?? "the network file cannot be read")
        }
        guard certificate.network == network.name, network.name == self.network,
            certificate.indicator.description == station
        else {
            throw Flaw(
                why:
                    "its parts are of different stations: certificate of \(certificate.network)/\(certificate.indicator), "
                    + "network file of \(network.name), bundle of \(self.network)/\(station)")
        }
        if let signature = parts[.signature] {
            do throws(TransportFault) {
                try NetworkSignature.verify(
                    signature, over: parts[.network] ?? [], authoritiesPEM: parts[.authority] ?? [])
            } catch {
                throw Flaw(why: "its network file is not the one that was signed: \(error.text)")
            }
        }
        guard network.station(certificate.indicator) != nil else {
            throw Flaw(why: "its network file has no station \(station)")
        }
        return Facts(
            indicator: certificate.indicator, certificate: certificate, authority: authorityDigest, network: network,
            revocations: revocations, isSigned: parts[.signature] != nil)
    }
}
