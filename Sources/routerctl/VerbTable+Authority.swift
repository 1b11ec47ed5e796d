extension VerbTable {
    private static let passphrase = VerbOption(
        name: "--passphrase-file", value: "FILE", meaning: "its first line is the passphrase; else it is typed")
    private static let days = VerbOption(
        name: "--days", value: "N", meaning: "how long it is good; 397, an authority 3650, a list as the authority")
    private static let issuing = [
        VerbOption(
            name: "--network", value: "FILE",
            meaning: "the network file from now on, with FILE.sig if it is there; else the one that the authority has"),
        VerbOption(name: "--address", value: "HOSTS", meaning: "names for other programs, with commas between"),
        VerbOption(name: "--into", value: "DIR", meaning: "where RI.bundle is written; else here"), days, passphrase,
    ]

    /// The network's authority, on a machine of its own, without a daemon.
    static let authority: [Verb] = [
        Verb(
            name: "network certify init", usage: "NETWORK.json5 DIR", operands: 2...2, options: [days, passphrase],
            summary: "make the authority of a network; its key is encrypted with a passphrase",
            examples: [
                ("routerctl network certify init network.json5 authority", "asks for the passphrase twice"),
                (
                    "routerctl network certify init network.json5 authority --days 1825",
                    "the same, good for five years"
                ),
            ], run: CertifyCommands.create),
        Verb(
            name: "network certify issue", usage: "DIR RI…", operands: 2...64, options: issuing,
            summary: "give stations a key and a certificate: one bundle each, to be carried there and set up",
            examples: [
                ("routerctl network certify issue authority RUEHC", "writes RUEHC.bundle, mode 600"),
                (
                    "routerctl network certify issue authority RUEHC RUEHUB --into /media/stick --days 200",
                    "two bundles on a stick"
                ),
            ], run: CertifyCommands.issue),
        Verb(
            name: "network certify renew", usage: "DIR RI…", operands: 2...64,
            options: issuing + [
                VerbOption(name: "--new-key", value: "", meaning: "draw a new key, too: then the station is restarted")
            ],
            summary: "give stations a later certificate for the key that they have; a reload takes it",
            examples: [
                ("routerctl network certify renew authority RUEHC", "RUEHC.bundle without a key: setup --renew there"),
                ("routerctl network certify renew authority RUEHC --new-key", "with a new one"),
            ], run: CertifyCommands.renew),
        Verb(
            name: "network certify revoke", usage: "DIR RI|SERIAL --reason TEXT", operands: 2...2,
            options: [reason, days, passphrase],
            summary: "take back all certificates of a station, or one; makes the revocation list anew",
            examples: [
                (
                    "routerctl network certify revoke authority RUEHC --reason \"machine stolen\"",
                    "then carry revocations.pem to every station"
                ),
                ("routerctl network certify revoke authority 5A0C11B2 --reason \"key copied\"", "one certificate only"),
            ], run: CertifyCommands.revoke),
        Verb(
            name: "network certify list", usage: "DIR", operands: 1...1, options: [],
            summary: "every certificate that the authority issued, and which must be renewed",
            examples: [
                ("routerctl network certify list authority", "station, serial, end, days left and state"),
                ("routerctl network certify list authority -o jsonl", "one JSON object for each"),
            ], run: CertifyCommands.list),
        Verb(
            name: "network certify show", usage: "PATH", operands: 1...1, options: [],
            summary: "what an authority's folder, a bundle or a certificate is, and whether a bundle can be used",
            examples: [
                ("routerctl network certify show RUEHC.bundle", "checks all its parts; exit 65 when it was altered"),
                ("routerctl network certify show authority", "with the SHA-256 that setup asks for"),
            ], run: CertifyCommands.show),
    ]

    /// A machine becomes a station.
    static let setup = Verb(
        name: "setup", usage: "", operands: 0...0,
        options: [
            VerbOption(name: "--bundle", value: "FILE", meaning: "what the authority gave for this station"),
            VerbOption(
                name: "--answers", value: "FILE",
                meaning: "ask nothing: a JSON5 file with \(SetupAnswers.keys.map(\.name).joined(separator: ", "))"),
            VerbOption(
                name: "--renew", value: "", meaning: "only what the bundle brings; station.json5 stays as it is"),
            VerbOption(name: "--root", value: "DIR", meaning: "write below this folder, and start nothing"),
            VerbOption(name: "--yes", value: "", meaning: "ask nothing; what is replaced is kept as .old"),
        ],
        summary: "make this machine a station out of its bundle: writes the files, checks them, starts the daemon",
        examples: [
            ("routerctl setup", "asks where the bundle is, and whether it is the right one"),
            ("routerctl setup --answers answers.json5", "asks nothing"),
            ("routerctl setup --renew --bundle RUEHC.bundle --yes", "takes a renewed certificate; no session ends"),
        ], run: SetupCommand.run)
}
