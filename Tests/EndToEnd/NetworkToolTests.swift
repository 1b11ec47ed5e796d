import Foundation
import Testing

/// `network check|show|sign`, as whoever keeps the network file meets them.
@Suite("Network files, without a daemon")
struct NetworkToolTests {
    private static let weak = """
        {
          network: "LAB", version: 4,
          stations: [
            { indicator: "RUECAP", posts: ["CAPITAL"], address: "127.0.0.1:PORT1", clearance: "SECRET" },
            { indicator: "RUEHUB", posts: ["RELAY"], address: "127.0.0.1:PORT2", clearance: "CONFIDENTIAL" },
            { indicator: "RUENO", posts: ["NORTH & SOUTH"], address: "127.0.0.1:PORT3", clearance: "SECRET" },
          ],
          links: [{ between: ["RUECAP", "RUEHUB"], clearance: "SECRET" }, { between: ["RUEHUB", "RUENO"], cost: 4 }],
        }
        """

    private static func network(_ lab: Lab, _ arguments: String...) -> Lab.Outcome {
        lab.run("routerctl", ["network", arguments[0], lab.folder.path + "/network.json5"] + arguments.dropFirst())
    }

    @Test("check says what is weak and ends with 0; mistakes are 78, each with its line")
    func check() throws {
        let lab = try Lab(Self.weak)
        let weak = Self.network(lab, "check", "-o", "json")
        #expect(weak.status == 0)
        let kinds = (weak.document["warnings"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String }
        #expect(kinds == ["clearanceUnused", "linkAboveStation", "singlePoint"])
        let text = String(decoding: Self.network(lab, "check").output, as: UTF8.self)
        #expect(text.contains("warning: without RUEHUB nothing reaches"))
        try lab.rewriteNetwork { $0.replacingOccurrences(of: "RELAY", with: "CAPITAL") }
        let wrong = Self.network(lab, "check")
        #expect(wrong.status == 78)
        #expect(wrong.error.contains("network.json5:5") && wrong.error.contains("shared: true"))
    }

    @Test("show draws stations and links in the terminal and as SVG, and the path that a classification takes")
    func show() throws {
        let lab = try Lab(Self.weak)
        let drawing = lab.folder.path + "/net.svg"
        let shown = Self.network(
            lab, "show", "--from", "CAPITAL", "--to", "NORTH & SOUTH", "--classification", "confidential", "--svg",
            drawing)
        #expect(shown.status == 0, "\(shown.error)")
        let text = String(decoding: shown.output, as: UTF8.self)
        #expect(text.contains("CONFIDENTIAL: RUECAP - RUEHUB - RUENO  (cost 5)"))
        #expect(text.contains("* RUEHUB  CONFIDENTIAL  RELAY"))
        let svg = try String(contentsOfFile: drawing, encoding: .utf8)
        #expect(svg.hasPrefix("<svg") && svg.contains("NORTH &amp; SOUTH") && svg.hasSuffix("</svg>\n"))
        let parser = XMLProbe(svg)
        #expect(parser.isWellFormed)

        let refused = Self.network(lab, "show", "--from", "RUECAP", "--to", "RUENO", "--classification", "SECRET")
        #expect(refused.status == 65)
        #expect(String(decoding: refused.output, as: UTF8.self).contains("RUEHUB is cleared for CONFIDENTIAL only"))
        let path = Self.network(lab, "show", "--from", "RUECAP", "--to", "RUENO", "-o", "json").document
        #expect(path["path"] as? [String] == ["RUECAP", "RUEHUB", "RUENO"])
        #expect(Self.network(lab, "show", "--from", "RUECAP", "--to", "NORTH AND SOUTH").error.contains("did you mean"))
        #expect(Self.network(lab, "show", "--from", "RUECAP").status == 64)
    }

    @Test("sign takes the authority's key only, and writes a signature beside the file")
    func sign() throws {
        let lab = try Lab(Self.weak)
        let folder = lab.folder.path
        let key = folder + "/RUECAP/key.pem"
        let wrong = Self.network(lab, "sign", "--key", key, "--authority", folder + "/authority.pem")
        #expect(wrong.status == 65 && wrong.error.contains("NOT_SIGNED"))
        #expect(Self.network(lab, "sign").status == 64)
        let right = Self.network(
            lab, "sign", "--key", folder + "/authority.key", "--authority", folder + "/authority.pem", "-o", "json")
        #expect(right.document["version"] as? Int == 4)
        let size = try Data(contentsOf: URL(fileURLWithPath: folder + "/network.json5.sig")).count
        #expect((60...80).contains(size))
    }
}

/// Tags that close in the order in which they open: enough to see that nothing in a drawing breaks it.
private struct XMLProbe {
    var isWellFormed: Bool

    init(_ text: String) {
        var open: [Substring] = []
        isWellFormed = true
        for part in text.split(separator: "<") {
            let tag = part.prefix { $0 != ">" }
            if tag.hasPrefix("/") {
                if open.popLast() != tag.dropFirst() { isWellFormed = false }
            } else if !tag.hasSuffix("/"), part.contains(">") {
                open.append(tag.prefix { $0 != " " })
            }
        }
        if !open.isEmpty { isWellFormed = false }
    }
}
