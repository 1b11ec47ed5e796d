extension AnswerTable {
    /// Of a station's whole state.
    static let state: [Answer] = [
        Answer(
            ["state export"],
            [
                field("file", .text, "that was written"), field("station", .text, "routing indicator"),
                field("network", .text, "its network"),
                field("through?", .whole, "the last record, of a running station"),
                field("files", .whole, "in it"), field("octets", .whole, "of the file"),
                field("live", .flag, "it was taken while the station ran"),
                field("moved", .flag, "routerd serves the old state no more"),
            ]),
        Answer(
            ["state import"],
            [
                field("file", .text, "that was read"), field("station", .text, "routing indicator"),
                field("network", .text, "its network"),
                field("through?", .whole, "the last record, of a running station"),
                field("files", .whole, "in it"), field("octets", .whole, "of the files"),
                field("state", .text, "the folder"), field("epoch", .text, "of the journal from now on"),
            ]),
        Answer(
            ["state destroy"],
            [
                field("station", .text, "routing indicator"), field("told", .list(.text), "neighbours that were told"),
                field("files", .whole, "overwritten and removed"), field("octets", .whole, "overwritten"),
                field("left", .list(.text), "what is still there, and why"),
            ]),
    ]
}
