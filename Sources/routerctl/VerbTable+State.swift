extension VerbTable {
    private static let config = VerbOption(
        name: "--config", value: "FILE",
        meaning: "the station file, where no daemon answers; \(StateFolder.standardConfig) unless said")

    /// The whole state of a station.
    static let state: [Verb] = [
        Verb(
            name: "state export", usage: "FILE", operands: 1...1,
            options: [
                VerbOption(
                    name: "--move", value: "", meaning: "of a stopped station: routerd serves the old state no more"),
                config,
            ],
            summary: "write the station's whole state to a file, while it runs or at rest: a backup, or to move it",
            examples: [
                ("routerctl state export /backup/RUEHC.state", "everything that was accepted before this moment"),
                ("routerctl state export RUEHC.state --move", "behind systemctl disable --now routerd: the last of it"),
            ], run: StateCommands.export),
        Verb(
            name: "state import", usage: "FILE", operands: 1...1, options: [config],
            summary: "put an exported state into the empty state of a stopped station; it gets a new epoch",
            examples: [
                ("routerctl state import RUEHC.state", "neighbours offer again, marked, what came after the export"),
                ("routerctl state import RUEHC.state --config /etc/routerd/RUEHC/station.json5", "one of several"),
            ], run: StateCommands.restore),
        Verb(
            name: "state destroy", usage: "--reason TEXT", operands: 0...0,
            options: [
                reason,
                VerbOption(
                    name: "--station", value: "RI", meaning: "the station's name; else it is asked for and typed"),
                config,
            ],
            summary: "emergency: destroy the keys, tell the neighbours, destroy the state, end the daemon",
            examples: [
                ("routerctl state destroy --reason \"post is being overrun\"", "asks for the station's name"),
                (
                    "routerctl state destroy --station RUEHC --reason \"machine is given away\"",
                    "asks nothing; exit 77 where something is left, and says what"
                ),
            ], run: DestroyCommand.run),
    ]
}
