extension VerbTable {
    /// What is in custody, and what is done to it.
    static let cables: [Verb] = [
        Verb(
            name: "queue list", usage: "", operands: 0...0,
            options: filters() + [
                VerbOption(name: "--sort", value: "BY", meaning: "precedence (unless said), age, left or size"), limit,
            ],
            summary: "what is in custody or awaits a receipt, and why it does not move",
            examples: [
                ("routerctl queue list", "highest precedence first, then first accepted"),
                (
                    "routerctl queue list --state held,waiting --sort age --limit 1",
                    "the oldest that does not move; WHY says why, NEXT when it is tried again"
                ),
                ("routerctl queue list --limit 10 -o jsonl", "the first ten, one JSON object a line"),
            ], run: ListCommands.queue),
        Verb(
            name: "queue shape", usage: "", operands: 0...0,
            options: [VerbOption(name: "--by", value: "WHAT", meaning: "age (unless said), link or destination")]
                + filters(),
            summary: "how many are queued, by precedence and age, link or destination",
            examples: [
                ("routerctl queue shape", "how old what waits is, by precedence"),
                ("routerctl queue shape --by link --older 1h", "on which links what is older than an hour waits"),
            ], run: ListCommands.shape),
        Verb(
            name: "cable show", usage: "ID", operands: 1...1, options: [],
            summary: "a cable and each of its deliveries",
            examples: [
                ("routerctl cable show RUEHC-7KQ2M9XA-41", "where each delivery is"),
                ("routerctl cable show 7KQ2", "a unique beginning is enough"),
            ], run: ListCommands.cableShow),
        Verb(
            name: "cable history", usage: "ID", operands: 1...1, options: [],
            summary: "what happened to a cable at this station",
            examples: [
                ("routerctl cable history 7KQ2M9XA-41", "accepted, passed on, delivered, receipts; with times"),
                ("routerctl -o json cable history 7KQ2M9XA-41", "the same for a program"),
            ], run: ListCommands.cableHistory),
        Verb(
            name: "cable trace", usage: "ID", operands: 1...1,
            options: [
                VerbOption(name: "--ask", value: "", meaning: "ask the stations that have it, or had it, first"),
                VerbOption(name: "--wait", value: "SECONDS", meaning: "for their answers; 5 unless said"),
            ],
            summary: "the whole way of a cable over all stations, each statement verified",
            examples: [
                ("routerctl cable trace 7KQ2M9XA-41", "what receipts tell: who had it, and for how long"),
                (
                    "routerctl cable trace 7KQ2M9XA-41 --ask --wait 60",
                    "a tracer: each station says what it has on record, up to where the cable stands"
                ),
            ], run: TraceCommand.run),
        Verb(
            name: "cable hold", usage: "[ID] --reason TEXT", operands: 0...1,
            options: [reason] + filters() + BulkOrder.options,
            summary: "keep what waits here of a cable until it is released; what is under way goes on",
            examples: [
                ("routerctl cable hold 7KQ2M9XA-41 --reason \"wrong annex\"", "its open deliveries are held"),
                (
                    "routerctl cable hold --link RUEHC --older 2h --reason \"line audit\" --dry-run",
                    "which cables it would be; without --dry-run it asks, or takes --yes --expect N"
                ),
            ], run: OrderCommands.hold),
        Verb(
            name: "cable release", usage: "[ID] --reason TEXT", operands: 0...1,
            options: [reason] + filters() + BulkOrder.options,
            summary: "let go on what is held of a cable here, at its old place; the gate is not opened by it",
            examples: [
                ("routerctl cable release 7KQ2M9XA-41 --reason checked", "its held deliveries are routed again"),
                ("routerctl -o json cable release 7KQ2 --reason checked", "the cable as it is then, for a program"),
            ], run: OrderCommands.release),
        Verb(
            name: "cable retry", usage: "[ID]", operands: 0...1, options: filters() + BulkOrder.options,
            summary: "offer again at once what a neighbour refused",
            examples: [
                ("routerctl cable retry 7KQ2M9XA-41", "does not wait for the end of the pause"),
                ("routerctl queue list", "says when it would be offered again by itself"),
            ], run: OrderCommands.retry),
        Verb(
            name: "cable cancel", usage: "[ID] --reason TEXT", operands: 0...1,
            options: [reason] + filters() + BulkOrder.options,
            summary: "end a cable that originated here; where it has left, a signed order goes after it",
            examples: [
                ("routerctl cable cancel 7KQ2M9XA-41 --reason superseded", "each delivery: cancelled, or cancelling"),
                ("routerctl cable show 7KQ2M9XA-41", "what became of each delivery"),
            ], run: OrderCommands.cancel),
        Verb(
            name: "cable raise", usage: "[ID] PRECEDENCE --reason TEXT", operands: 1...2,
            options: [reason] + filters() + BulkOrder.options,
            summary: "give a cable that originated here a higher precedence, also where it has left; never a lower one",
            examples: [
                ("routerctl cable raise 7KQ2M9XA-41 FLASH --reason \"situation changed\"", "its open deliveries"),
                ("routerctl cable raise 7KQ2 IMMEDIATE --reason \"asked by phone\"", "a unique beginning is enough"),
            ], run: OrderCommands.raise),
        Verb(
            name: "cable readdress", usage: "ID POST --reason TEXT", operands: 2...2, options: [reason],
            summary: "send a cable that is kept here to a further post, with a supplementary heading; a new identity",
            examples: [
                ("routerctl cable readdress 7KQ2M9XA-41 \"EXAMPLE OFFICE\" --reason \"for action\"", "sends it on"),
                ("routerctl -o json cable readdress 7KQ2 \"EXAMPLE OFFICE\" --reason x", "the same for a program"),
            ], run: OrderCommands.readdress),
        Verb(
            name: "cable rerun", usage: "ID", operands: 1...1,
            options: [reason, VerbOption(name: "--post", value: "POST", meaning: "for this post of the station")],
            summary: "ask the originator's station for a cable that came garbled or incomplete once more",
            examples: [
                (
                    "routerctl cable rerun 7KQ2M9XA-41 --reason 'page 2 is garbled'",
                    "a signed question; the rerun follows"
                ),
                (
                    "routerctl cable rerun 7KQ2M9XA-41 --post 'CAMP FOUR' --reason garbled",
                    "where several posts of the station have it"
                ),
            ], run: RerunCommand.run),
    ]
}
