import Settings

extension Manual {
    static let networkExample = """
        {
          network: "EXAMPLE",
          stations: [
            { indicator: "RUEXA", posts: ["EXAMPLE HQ"], address: "192.0.2.1:7100", clearance: "SECRET" },
            { indicator: "RUEXB", posts: ["EXAMPLE MISSION"], address: "192.0.2.2:7100", clearance: "SECRET" },
          ],
          links: [{ between: ["RUEXA", "RUEXB"], clearance: "CONFIDENTIAL" }],
          collectives: { "EXAMPLE POSTS": ["EXAMPLE HQ", "EXAMPLE MISSION"] },
        }
        """

    static let stationExample = """
        {
          station: "RUEXA",
          network: "network.json5",
          state: "/var/lib/routerd",
          tls: { certificate: "certificate.pem", key: "key.pem", authorities: "authority.pem" },
          offices: { "EXAMPLE HQ": { default: "REGISTRY", offices: ["OPS", "SUPPLY"] } },
          limits: { life: "3d" },
        }
        """

    static var networkFile: ManualPage {
        var page = ManualPage("cable-network.json5", 5, "the network file of Cable Router: stations, links and posts")
        page.heading("DESCRIPTION")
        page.paragraph(
            "All stations of a network have the same network file. It is JSON5: comments and trailing commas are allowed, "
                + "unknown and duplicate keys are errors. routerctl network check FILE names each mistake with its line."
        )
        page.heading("KEYS")
        keys(KeyTable.network, on: &page)
        page.heading("EXAMPLES")
        page.example(networkExample)
        page.seeAlso("routerd.json5.5", "routerd.8", "routerctl.8")
        return page
    }

    static var stationFile: ManualPage {
        var page = ManualPage("routerd.json5", 5, "the station file of Cable Router: what one routerd goes by")
        page.heading("DESCRIPTION")
        page.paragraph(
            "One file for each station, /etc/routerd/station.json5 unless routerd is told otherwise. Paths are relative to "
                + "its folder. It is JSON5: comments and trailing commas are allowed, unknown and duplicate keys are errors. "
                + "Durations are seconds, or texts such as 30m, 24h or 7d. routerctl config check FILE names each mistake "
                + "with its line.")
        page.heading("KEYS")
        keys(KeyTable.station, on: &page)
        page.heading("EXAMPLES")
        page.example(stationExample)
        page.seeAlso("cable-network.json5.5", "routerd.8", "routerctl.8")
        return page
    }

    private static func keys(_ table: [SettingsKey], on page: inout ManualPage) {
        page.paragraph("In a key's name, [] stands for each element of a list, and * for a name of your own.")
        for key in table {
            var words = "\(key.meaning.prefix(1).uppercased())\(key.meaning.dropFirst()). \(key.kind.words)"
            if !key.unit.isEmpty, key.unit != "duration" { words += ", \(key.unit)" }
            switch key.standard {
            case "": words += "."
            case "required": words += "; required."
            default: words += "; default: \(key.standard)."
            }
            page.item(key.path, words)
        }
    }
}

extension SettingsKey.Kind {
    /// What may stand behind the key, for a man page.
    fileprivate var words: String {
        switch self {
        case .text: "A text"
        case .flag: "true or false"
        case .whole(let range): "A whole number from \(range.lowerBound) to \(range.upperBound)"
        case .duration: "A duration"
        case .indicator: "A routing indicator"
        case .classification: "A classification"
        case .precedence: "A precedence"
        case .address: "host:port"
        case .loopback: "host:port of this machine, or the path of a socket"
        case .addresses: "host:port, or a list of them"
        case .texts: "A list of texts"
        case .elements: "A list"
        case .object: "An object"
        case .named: "An object with names of your own"
        }
    }
}
