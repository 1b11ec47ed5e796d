extension VerbTable {
    private static let until = VerbOption(
        name: "--until", value: "TIME", meaning: "opens by itself: 18:00 (UTC), 2026-11-25T18:00Z, or 2h from now")

    /// Links, ways and the network.
    static let links: [Verb] = [
        Verb(
            name: "link list", usage: "", operands: 0...0, options: [], summary: "the station's links and how they do",
            examples: [
                ("routerctl link list", "state, since when, why, and what waits"),
                ("routerctl link list -o json", "with channel numbers and counts"),
            ], run: LinkCommands.list),
        Verb(
            name: "link show", usage: "RI", operands: 1...1, options: [],
            summary: "one link: rate, round trip, next attempt, what is under way, and what became of each number",
            examples: [
                ("routerctl link show RUEHUB", "numbers not answered, taken and unused, in each direction"),
                ("routerctl -o json link show RUEHUB", "the same for a program"),
            ], run: LinkCommands.show),
        Verb(
            name: "link up", usage: "RI", operands: 1...1, options: [reason],
            summary: "open a link that was closed or is being drained, and dial at once",
            examples: [
                ("routerctl link up RUEHUB", "ends link down and link drain; a limit goes on"),
                ("routerctl link list", "shows it as connecting, then up"),
            ], run: LinkCommands.up),
        Verb(
            name: "link down", usage: "RI --reason TEXT", operands: 1...1, options: [reason, until],
            summary: "close a link at once; what waits for it takes another, or waits; a restart leaves it closed",
            examples: [
                ("routerctl link down RUEHUB --reason \"key compromised\"", "until link up"),
                ("routerctl link down RUEHUB --until 18:00 --reason maintenance", "opens by itself at 18:00 UTC"),
            ], run: LinkCommands.down),
        Verb(
            name: "link drain", usage: "RI --reason TEXT", operands: 1...1, options: [reason, until],
            summary: "close a link when what is under way is through; the neighbour is told and begins nothing more",
            examples: [
                (
                    "routerctl link drain RUEHUB --until 2h --reason \"new antenna\"",
                    "FLASH takes other ways at once, ROUTINE waits for the two hours"
                ),
                ("routerctl link drain RUEHUB --reason \"new antenna\"", "until link up"),
            ], run: LinkCommands.drain),
        Verb(
            name: "link limit", usage: "RI --precedence P --for TIME --reason TEXT", operands: 1...1,
            options: [
                reason,
                VerbOption(name: "--precedence", value: "P", meaning: "the lowest that passes; ROUTINE lifts it"),
                VerbOption(name: "--for", value: "TIME", meaning: "how long, such as 30m or 2h; it ends by itself"),
            ],
            summary: "MINIMIZE: only a precedence and what is above it passes, in both directions; receipts always do",
            examples: [
                ("routerctl link limit RUEHUB --precedence PRIORITY --for 2h --reason flood", "ROUTINE waits"),
                ("routerctl link limit RUEHUB --precedence ROUTINE", "lifts the limit"),
            ], run: LinkCommands.limit),
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
            summary: "look for mistakes in a network file, and for what is weak in the network",
            examples: [
                (
                    "routerctl network check network.json5",
                    "mistakes as FILE:LINE, exit 78; warnings of posts out of reach, useless clearances, single points"
                ),
                ("routerctl network check /etc/routerd/network.json5", "the installed one"),
            ], run: NetworkCommands.check),
        Verb(
            name: "network show", usage: "FILE", operands: 1...1,
            options: [
                VerbOption(name: "--from", value: "POST", meaning: "where a path begins: a post or an indicator"),
                VerbOption(name: "--to", value: "POST", meaning: "where it ends"),
                VerbOption(
                    name: "--classification", value: "C", meaning: "of what is to go there; UNCLASSIFIED unless said"),
                VerbOption(name: "--svg", value: "FILE", meaning: "writes a drawing too"),
            ],
            summary: "draw a network: stations, links with clearance, the path between two posts",
            examples: [
                ("routerctl network show network.json5", "each station with its links"),
                (
                    "routerctl network show network.json5 --from RUEHC --to \"AMEMBASSY BEIJING\" --svg net.svg",
                    "the path stands out, also in the drawing"
                ),
            ], run: NetworkCommands.show),
        Verb(
            name: "network sign", usage: "FILE --key KEY", operands: 1...1,
            options: [
                VerbOption(name: "--key", value: "KEY", meaning: "the authority's key, PEM"),
                VerbOption(
                    name: "--authority", value: "FILE", meaning: "its certificate: the signature is held against it"),
                VerbOption(
                    name: "--passphrase-file", value: "FILE",
                    meaning: "its first line is the passphrase of the key, where it has one; else it is typed"),
            ],
            summary: "sign a network file; stations with tls.requireSignedNetwork take no other",
            examples: [
                ("routerctl network sign network.json5 --key authority/authority.key", "writes network.json5.sig"),
                (
                    "routerctl network sign network.json5 --key authority.key --authority authority.pem",
                    "and makes sure that the key is the authority's"
                ),
            ], run: NetworkCommands.sign),
    ]
}
