import Cables
import Foundation
import Routing
import Testing
import Transport

@testable import routerctl

@Suite("The bundle that is carried to a post")
struct StationBundleTests {
    private static let network = """
        { network: "N", stations: [{ indicator: "RUAA", posts: ["POST A"], address: "127.0.0.1:7001", clearance: "SECRET" }],
          links: [] }
        """

    private func made(_ station: String = "RUAA", network: String = network, key: [UInt8]? = nil) throws
        -> StationBundle
    {
        let authority = try NetworkAuthority(creating: "N", labOnly: false, days: 3)
        let issued = try authority.issue(try #require(RoutingIndicator(station)), days: 2)
        return StationBundle(
            network: "N", station: station, made: "2026-11-25T09:00:00Z",
            parts: [
                .certificate: issued.certificatePEM, .key: key ?? issued.keyPEM, .authority: authority.certificatePEM,
                .revocations: try authority.revocationList(of: [], days: 3), .network: Array(network.utf8),
                .signature: try NetworkSignature.make(over: Array(network.utf8), keyPEM: authority.keyPEM),
            ])
    }

    private func flaw(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StationBundle.Flaw)?.why
        }
    }

    @Test(
        "What is written is read again, octet for octet, also without a newline at an end, and octets that are no text")
    func roundTrip() throws {
        let bundle = try made()
        let read = try StationBundle(reading: bundle.text)
        #expect(read == bundle)
        #expect(try read.facts().indicator.description == "RUAA")
        var without = bundle
        without.parts[.key] = nil
        without.parts[.signature] = nil
        let facts = try StationBundle(reading: without.text).facts()
        #expect(!facts.isSigned && facts.network.name == "N")
    }

    @Test("One octet that was altered anywhere, or an end that is missing, and it is not taken")
    func altered() throws {
        let text = try made().text
        for place in stride(from: 0, to: text.count, by: 7) {
            var other = text
            other[place] ^= 0x01
            #expect(flaw { _ = try StationBundle(reading: other) } != nil, "\(place)")
        }
        for count in [0, 10, text.count / 2, text.count - 1] {
            #expect(flaw { _ = try StationBundle(reading: Array(text[..<count])) } != nil, "\(count)")
        }
        let asLines = String(decoding: text, as: UTF8.self).replacingOccurrences(of: "\n", with: "\r\n")
        #expect(flaw { _ = try StationBundle(reading: Array(asLines.utf8)) } != nil)
    }

    @Test("Parts that do not belong together are not taken, though none was altered")
    func together() throws {
        let (bundle, foreignBundle) = (try made(), try made())
        for part in [StationBundle.Part.key, .authority, .revocations] {
            var mixed = bundle
            mixed.parts[part] = foreignBundle.parts[part]
            let read = try StationBundle(reading: mixed.text)
            #expect(flaw { _ = try read.facts() } != nil, "\(part)")
        }
        #expect(flaw { _ = try made("RUBB").facts() }?.contains("no station RUBB") == true)
        let foreign = Self.network.replacingOccurrences(of: "\"N\"", with: "\"M\"")
        #expect(flaw { _ = try made(network: foreign).facts() }?.contains("different stations") == true)
        #expect(flaw { _ = try made(network: "{").facts() }?.contains("network.json5:1") == true)
        var other = bundle
        other.parts[.network] = Array(Self.network.replacingOccurrences(of: "7001", with: "7002").utf8)
        #expect(flaw { _ = try other.facts() }?.contains("not the one that was signed") == true)
        var missing = bundle
        missing.parts[.revocations] = nil
        #expect(flaw { _ = try StationBundle(reading: missing.text) }?.contains("revocations.pem is missing") == true)
    }
}
