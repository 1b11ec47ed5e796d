extension AnswerTable {
    /// What is said of network files, without a daemon.
    static let network: [Answer] = [
        Answer(
            ["network check"],
            [
                field("problems", .list(.text), "always empty: problems are errors, exit 78"),
                field(
                    "warnings",
                    .list(
                        .object([
                            field("kind", .text, "a stable word for what is found"),
                            field("text", .text, "the sentence"),
                        ])), "what is legal and perhaps not meant"),
            ]),
        Answer(
            ["network show"],
            [
                field("network", .text, "its name"), field("version", .whole, "of the file"),
                field(
                    "stations",
                    .list(
                        .object([
                            field("indicator", .text, "routing indicator"),
                            field("posts", .list(.text), "served there"),
                            field("clearance", .text, "highest classification that may be there"),
                        ])), "in the order of the file"),
                field(
                    "links",
                    .list(
                        .object([
                            field("between", .list(.text), "the two stations"),
                            field("clearance", .text, "highest classification that may pass"),
                            field("cost", .whole, "the cheaper way is taken"),
                        ])), "in the order of the file"),
                field("classification?", .text, "with --from and --to: of the cable whose way is shown"),
                field("path?", .list(.text), "the stations of the way"), field("cost?", .whole, "of the way"),
            ]),
        Answer(
            ["network sign"],
            [
                field("network", .text, "its name"), field("version", .whole, "of the file"),
                field("signature", .text, "the file that was written"),
            ]),
    ]
}
