import Cables
import Testing
import Transport

@Suite("The signature of a network file")
struct NetworkSignatureTests {
    private static let octets = Array("{ network: \"N\" }".utf8)

    @Test("What an authority of the list signed is genuine; one octet more, or another authority, is not")
    func genuine() throws {
        let (ours, theirs) = (
            try NetworkAuthority(creating: "N", labOnly: true, days: 2),
            try NetworkAuthority(creating: "N", labOnly: true, days: 2)
        )
        let signature = try NetworkSignature.make(over: Self.octets, keyPEM: ours.keyPEM)
        let both = theirs.certificatePEM + ours.certificatePEM
        try NetworkSignature.verify(signature, over: Self.octets, authoritiesPEM: both)
        #expect(throws: TransportFault.self) {
            try NetworkSignature.verify(signature, over: Self.octets + [32], authoritiesPEM: both)
        }
        #expect(throws: TransportFault.self) {
            try NetworkSignature.verify(signature, over: Self.octets, authoritiesPEM: theirs.certificatePEM)
        }
    }

    @Test("What is no signature, and a station's own key, are refused", arguments: [0, 1, 70, 300])
    func refused(count: Int) throws {
        let authority = try NetworkAuthority(creating: "N", labOnly: true, days: 2)
        #expect(throws: TransportFault.self) {
            try NetworkSignature.verify(
                [UInt8](repeating: 48, count: count), over: Self.octets, authoritiesPEM: authority.certificatePEM)
        }
        let station = try authority.issue(#require(RoutingIndicator("RUAA")), days: 2)
        let signature = try NetworkSignature.make(over: Self.octets, keyPEM: station.keyPEM)
        #expect(throws: TransportFault.self) {
            try NetworkSignature.verify(
                signature, over: Self.octets, authoritiesPEM: authority.certificatePEM + station.certificatePEM)
        }
    }
}
