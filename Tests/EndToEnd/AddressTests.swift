import Foundation
import Testing

@Suite("Addresses of a station")
struct AddressTests {
    /// The hub has an address that nobody reaches, a name that nobody knows, and one of IPv6.
    private static let network = Lab.row.replacingOccurrences(
        of: "address: \"127.0.0.1:PORT2\"",
        with: "address: [\"192.0.2.1:7411\", \"nowhere.invalid:7411\", \"[::1]:PORT2\"]")

    @Test(
        "A neighbour's addresses are tried in turn, of IPv4, IPv6 and by name, and the station listens on those that are its own"
    )
    func severalAddresses() throws {
        let lab = try Lab(Self.network)
        try lab.configure("RUECAP") { $0["limits"] = ["retryDelayMin": 0.1, "handshake": 2] }
        try lab.start("RUECAP", "RUEHUB")
        try lab.wait("the link is up") {
            lab.ctl("RUECAP", "link", "list").rows.first { $0["peer"] as? String == "RUEHUB" }?["state"] as? String
                == "up"
        }
        #expect(lab.log("RUEHUB").contains("listen.failed"))
    }
}
