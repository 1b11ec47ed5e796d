extension VerbTable {
    /// The station, its files and its health.
    static let station: [Verb] = [
        Verb(
            name: "status", usage: "", operands: 0...0, options: [], summary: "how the station does",
            examples: [
                ("routerctl status", "state, queues, links, alarms and disk"),
                ("routerctl status -o json", "the same for a program"),
            ], run: ListCommands.status),
        Verb(
            name: "metrics", usage: "", operands: 0...0,
            options: [VerbOption(name: "--openmetrics", value: "", meaning: "as OpenMetrics 1.0 has it")],
            summary: "print everything that can be measured, as Prometheus reads it",
            examples: [
                ("routerctl metrics", "what /metrics says, also where none is served"),
                ("routerctl metrics > cable.prom.tmp", "for node_exporter's textfile collector; then rename it"),
            ], run: ListCommands.metrics),
        Verb(
            name: "check liveness", usage: "", operands: 0...0, options: Health.options,
            summary: "whether the station serves; exit 0 yes, 1 with alarms or not yet, 2 no",
            examples: [
                ("routerctl check liveness", "its state and its alarms"),
                ("routerctl check liveness --format nagios", "one line for a monitor"),
            ], run: HealthCommands.liveness),
        Verb(
            name: "check queue", usage: "", operands: 0...0, options: Health.thresholds,
            summary: "how many are past their speed of service; exit 0 none, 1 some, 2 many or FLASH",
            examples: [
                ("routerctl check queue", "a warning from 1 on, critical from 10 on; the latest ones, and why"),
                ("routerctl check queue --warn 20 --crit 100 --format nagios", "other bounds, for a monitor"),
            ], run: HealthCommands.queue),
        Verb(
            name: "check links", usage: "", operands: 0...0, options: Health.thresholds,
            summary: "links that are down, and for how long; exit 0 none, 1 some, 2 long or all",
            examples: [
                ("routerctl check links", "a warning after a minute, critical after 15"),
                ("routerctl check links --warn 10m --crit 2h", "where links come and go"),
            ], run: HealthCommands.links),
        Verb(
            name: "check receipts", usage: "", operands: 0...0, options: Health.thresholds,
            summary: "receipts that should be here and are not; exit 0 none, 1 some, 2 many",
            examples: [
                ("routerctl check receipts", "a warning from 1 on, critical from 10 on"),
                ("routerctl check receipts --format prometheus > receipts.prom", "for a textfile collector"),
            ], run: HealthCommands.receipts),
        Verb(
            name: "check acknowledgments", usage: "", operands: 0...0, options: Health.options,
            summary: "FLASH and NIACT cables that nobody has acknowledged; exit 0 none, 1 some, 2 late ones",
            examples: [
                ("routerctl check acknowledgments", "how many wait"),
                ("routerctl check acknowledgments -o json", "for a monitor"),
            ], run: HealthCommands.count),
        Verb(
            name: "check suspense", usage: "", operands: 0...0, options: Health.options,
            summary: "replies that are due; exit 0 none overdue, 1 some",
            examples: [
                ("routerctl check suspense", "how many are open, how many overdue"),
                ("routerctl check suspense -o json", "for a monitor"),
            ], run: HealthCommands.count),
        Verb(
            name: "check hooks", usage: "", operands: 0...0, options: Health.options,
            summary: "work of programs that is held; exit 0 none, 2 some",
            examples: [
                ("routerctl check hooks", "how much waits, how much is held"),
                ("routerctl check hooks -o json", "for a monitor"),
            ], run: HealthCommands.count),
        Verb(
            name: "top", usage: "", operands: 0...0,
            options: [
                VerbOption(name: "--once", value: "", meaning: "print one frame and end"),
                VerbOption(name: "--interval", value: "SECONDS", meaning: "between two frames; 1 unless said"),
            ],
            summary: "a live view of queues, links, what is being sent, and alarms; ? shows the keys",
            examples: [
                ("routerctl top", "on the whole terminal, until q"),
                ("routerctl top --once", "one frame, for a mail or a screen without keys"),
            ], run: TopCommand.run),
        Verb(
            name: "watch", usage: "", operands: 0...0,
            options: [
                VerbOption(name: "--event", value: "WORDS", meaning: "only these, with commas between: held,alarm"),
                VerbOption(name: "--id", value: "ID", meaning: "only of this cable"),
                VerbOption(name: "--link", value: "RI", meaning: "only what came or went over this link"),
                VerbOption(name: "--count", value: "N", meaning: "end after so many"),
            ],
            summary: "print what happens as it is synced, until interrupted: cables, links, alarms",
            examples: [
                ("routerctl watch", "one line for each event"),
                ("routerctl watch --event held,alarm,linkDown -o jsonl", "what is bad news, one JSON object a line"),
            ], run: WatchCommand.run),
        Verb(
            name: "check disk", usage: "", operands: 0...0,
            options: [VerbOption(name: "--scrub", value: "", meaning: "read and verify everything that is kept, now")]
                + Health.options,
            summary: "room and damage on the disk of the state; exit 0 all right, 1 warning, 2 critical",
            examples: [
                ("routerctl check disk", "what is free, what is taken with so much room, what is damaged"),
                ("routerctl check disk --scrub", "reads all segments and bodies first; may take minutes"),
            ], run: CheckCommand.disk),
        Verb(
            name: "check certificates", usage: "", operands: 0...0, options: Health.options,
            summary: "when certificates end, here and at neighbours; exit 0 all right, 1 warning, 2 critical",
            examples: [
                ("routerctl check certificates", "a warning from 30 days on, critical from 7 and for what is revoked"),
                ("systemctl reload routerd", "reads renewed certificates and revocations at once"),
            ], run: CheckCommand.certificates),
        setup,
        Verb(
            name: "config check", usage: "FILE", operands: 1...1, options: [],
            summary: "look for mistakes in a station file and the network file it names",
            examples: [
                ("routerctl config check station.json5", "prints each as FILE:LINE, exit 78"),
                ("routerctl config check /etc/routerd/station.json5", "the installed one"),
            ], run: CheckCommand.config),
        Verb(
            name: "config reload", usage: "", operands: 0...0, options: [],
            summary:
                "have the running station read its files again; says what holds now, what needs a restart, what is wrong",
            examples: [
                ("routerctl config reload", "as systemctl reload routerd; exit 78 where something was rejected"),
                ("routerctl config reload -o json", "the same for a program"),
            ], run: ReloadCommand.run),
        Verb(
            name: "config show", usage: "", operands: 0...0, options: [],
            summary: "what the running station goes by",
            examples: [
                ("routerctl config show", "files, posts and limits in force"),
                ("routerctl config show -o json", "the same for a program"),
            ], run: ListCommands.config),
    ]
}
