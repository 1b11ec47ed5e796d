extension VerbTable {
    /// What became of cables, and the proof of it.
    static let accounts: [Verb] = [
        Verb(
            name: "receipt list", usage: "[ID]", operands: 0...1,
            options: [limit, VerbOption(name: "--overdue", value: "", meaning: "only what should be here and is not")]
                + filters("precedence", "to", "from", "state", "older", "newer", "mrn"),
            summary: "what addressees' stations answered about cables that originated here",
            examples: [
                ("routerctl receipt list", "every receipt and notice, and what is overdue"),
                ("routerctl receipt list 7KQ2M9XA-41", "those of one cable"),
            ], run: ListCommands.receipts),
        Verb(
            name: "receipt export", usage: "ID", operands: 1...1,
            options: [VerbOption(name: "--post", value: "POST", meaning: "what was answered for this addressee only")],
            summary: "write a proof of what addressees' stations signed, for somebody who has no station",
            examples: [
                ("routerctl receipt export 7KQ2M9XA-41 > proof.txt", "every receipt and notice of the cable"),
                (
                    "routerctl receipt export 7KQ2M9XA-41 --post 'EMBASSY NORTHLAND' > proof.txt",
                    "what was answered for one addressee"
                ),
            ], run: ReceiptCommands.export),
        Verb(
            name: "receipt verify", usage: "FILE", operands: 1...1,
            options: [
                VerbOption(name: "--authorities", value: "PEM", meaning: "the certificate of the network's authority"),
                VerbOption(name: "--revocations", value: "PEM", meaning: "its revocation list"),
                VerbOption(name: "--cable", value: "FILE", meaning: "the cable: is it the one that was signed?"),
            ],
            summary: "check a proof without a daemon; exit 0 when everything in it holds, 65 when not",
            examples: [
                (
                    "routerctl receipt verify proof.txt --authorities ca.pem",
                    "who had the cable on which desk, and when"
                ),
                (
                    "routerctl receipt verify proof.txt --authorities ca.pem --cable cable.txt",
                    "and that it was these octets"
                ),
            ], run: ReceiptCommands.verify),
        Verb(
            name: "report", usage: "", operands: 0...0,
            options: [
                VerbOption(name: "--month", value: "YYYY-MM", meaning: "of this month (UTC) unless said"),
                VerbOption(name: "--svg", value: "FILE", meaning: "and draw it"),
            ],
            summary: "how many cables of this station arrived, and how soon, by precedence and link",
            examples: [
                ("routerctl report", "this month so far"),
                ("routerctl report --month 2026-10 --svg october.svg", "October, with a drawing"),
            ], run: ReportCommand.run),
        Verb(
            name: "audit verify", usage: "", operands: 0...0,
            options: [VerbOption(name: "--peer", value: "RI", meaning: "and against what this neighbour holds of it")],
            summary: "follow the audit's hash chain and hold it against what was signed; exit 0 all right, 2 when not",
            examples: [
                ("routerctl audit verify", "names the records between which something was changed, removed or moved"),
                ("routerctl audit verify --peer RUEHUB", "shows also an end that was cut off, and an audit made anew"),
            ], run: AuditCommands.verify),
        Verb(
            name: "audit export", usage: "", operands: 0...0, options: [],
            summary: "who did what to which cable, and when: every acceptance, transfer, delivery, refusal and order",
            examples: [
                ("routerctl audit export -o jsonl > audit.jsonl", "one JSON object for each"),
                ("routerctl audit export", "a table of the same"),
            ], run: AuditCommands.export),
    ]
}
