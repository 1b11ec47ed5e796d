extension VerbTable {
    /// Links, ways and the network.
    static let links: [Verb] = [
        Verb(
            name: "link list", usage: "", operands: 0...0, options: [], summary: "the station's links and how they do",
            examples: [
                ("routerctl link list", "state, since when, why, and what waits"),
                ("routerctl link list -o json", "with channel numbers and counts"),
            ], run: ListCommands.links),
        Verb(
            name: "route test", usage: "--to POST", operands: 0...0,
            options: [
                VerbOption(name: "--to", value: "POST", meaning: "the addressee"),
                VerbOption(name: "--precedence", value: "WORD", meaning: "ROUTINE unless said"),
                VerbOption(name: "--classification", value: "WORD", meaning: "UNCLASSIFIED unless said"),
                VerbOption(
                    name: "--caption", value: "CAPTION",
                    meaning: "such as NODIS or \"REL TO GBR\"; several with ; between"),
            ], summary: "how a cable would go from here now, by which other ways, and why not by others; sends nothing",
            examples: [
                ("routerctl route test --to \"EXAMPLE MISSION\"", "path, alternates and what is refused"),
                (
                    "routerctl route test --to \"EXAMPLE MISSION\" --classification SECRET --caption NODIS",
                    "the same for a SECRET cable with the caption NODIS"
                ),
            ], run: RouteCommands.test),
        Verb(
            name: "lab create", usage: "NETWORK.json5 DIR", operands: 2...2, options: [],
            summary: "make everything that a loopback network needs: keys, certificates, station files",
            examples: [
                ("routerctl lab create network.json5 lab", "one folder per station: lab/RUEHC/station.json5 …"),
                ("routerd --config lab/RUEHC/station.json5", "runs one of them"),
            ], run: LabCommand.create),
        Verb(
            name: "network check", usage: "FILE", operands: 1...1, options: [],
            summary: "look for mistakes in a network file",
            examples: [
                ("routerctl network check network.json5", "prints each as FILE:LINE, exit 78"),
                ("routerctl network check /etc/routerd/network.json5", "the installed one"),
            ], run: CheckCommand.network),
    ]
}
