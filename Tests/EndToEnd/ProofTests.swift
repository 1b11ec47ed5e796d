import Foundation
import Testing

/// A receipt convinces somebody who has no station, only the authority's certificate (rule 25).
@Suite("Proofs that leave the network", .serialized)
struct ProofTests {
    /// Four stations in a row: the proof is carried past three of them.
    private static let four = """
        {
          network: "LAB",
          stations: [
            { indicator: "RUECAP", posts: ["FOREIGN OFFICE CAPITAL"], address: "127.0.0.1:PORT1", clearance: "SECRET" },
            { indicator: "RUEHUB", posts: ["RELAY"], address: "127.0.0.1:PORT2", clearance: "SECRET" },
            { indicator: "RUEMID", posts: ["MIDWAY"], address: "127.0.0.1:PORT3", clearance: "SECRET" },
            { indicator: "RUENO", posts: ["EMBASSY NORTHLAND"], address: "127.0.0.1:PORT4", clearance: "SECRET" },
          ],
          links: [
            { between: ["RUECAP", "RUEHUB"] }, { between: ["RUEHUB", "RUEMID"] }, { between: ["RUEMID", "RUENO"] },
          ],
        }
        """

    @Test(
        "A receipt is exported, carried away, and verified with the authority's certificate alone; altered, it is not")
    func carried() throws {
        let lab = try Lab(Self.four)
        try lab.start("RUECAP", "RUEHUB", "RUEMID", "RUENO")
        let cable = Lab.cable(7)
        let id = try #require(lab.ctl("RUECAP", "submit", "-", input: cable).document["id"] as? String)
        let early = lab.ctl("RUECAP", "receipt", "export", "NOSUCH")
        #expect(early.status == 65)
        try lab.wait("the receipt is back") {
            lab.ctl("RUECAP", "receipt", "list", id).rows.contains { $0["state"] as? String == "delivered" }
        }
        let exported = lab.ctl("RUECAP", "receipt", "export", id)
        #expect(exported.status == 0, "\(exported.error)")
        #expect(lab.ctl("RUENO", "receipt", "export", id).error.contains("NOT_OURS"))

        let away = lab.folder.appendingPathComponent("away")
        try FileManager.default.createDirectory(at: away, withIntermediateDirectories: true)
        let authority = away.appendingPathComponent("ca.pem")
        try FileManager.default.copyItem(atPath: try Self.authority(of: lab), toPath: authority.path)
        let proof = away.appendingPathComponent("proof.txt")
        let text = away.appendingPathComponent("cable.txt")
        try exported.output.write(to: proof)
        try cable.write(to: text)
        func verify(_ more: String...) -> Lab.Outcome {
            lab.run(
                "routerctl", ["-o", "json", "receipt", "verify", proof.path, "--authorities", authority.path] + more)
        }
        let whole = verify("--cable", text.path)
        #expect(whole.status == 0, "\(whole.error)")
        let row = try #require(whole.rows.first)
        #expect(row["verified"] as? Bool == true)
        #expect(row["post"] as? String == "EMBASSY NORTHLAND")
        #expect(row["indicator"] as? String == "RUENO")

        try Data("another".utf8).write(to: text)
        let other = verify("--cable", text.path)
        #expect(other.status == 65)
        #expect(other.error.contains("OTHER_CABLE"))

        let strange = try Lab(Self.four)
        let foreign = try Self.authority(of: strange)
        let unknown = lab.run("routerctl", ["receipt", "verify", proof.path, "--authorities", foreign])
        #expect(unknown.status == 65)
        #expect(unknown.error.contains("NOT_PROVED"))

        try flips(exported.output, into: proof) { verify() }
    }

    private static func authority(of lab: Lab) throws -> String {
        let url = lab.folder.appendingPathComponent("RUECAP/station.json5")
        let file = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
        let name = try #require((file?["tls"] as? [String: Any])?["authorities"] as? String)
        return name.hasPrefix("/") ? name : "\(lab.folder.path)/RUECAP/\(name)"
    }

    /// One octet changed at a time, all over the packed proof.
    private func flips(_ text: Data, into file: URL, _ verify: () -> Lab.Outcome) throws {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        let begin = try #require(lines.firstIndex { $0.hasPrefix("-----BEGIN") })
        let end = try #require(lines.firstIndex { $0.hasPrefix("-----END") })
        let octets = try #require(Data(base64Encoded: lines[(begin + 1)..<end].joined()))
        for place in stride(from: 0, to: octets.count, by: max(1, octets.count / 60)) {
            var altered = octets
            altered[altered.startIndex + place] ^= 0x01
            let body = altered.base64EncodedString()
            try Data("\(lines[begin])\n\(body)\n\(lines[end])\n".utf8).write(to: file)
            let outcome = verify()
            #expect(outcome.status == 65, "octet \(place) of \(octets.count) was changed unseen")
            let why = outcome.rows.compactMap { $0["why"] as? String }.first ?? outcome.error
            #expect(!why.isEmpty, "octet \(place): no reason is given")
        }
    }
}
