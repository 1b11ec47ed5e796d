/// Every verb: parsing, help and completion read this table.
enum VerbTable {
    static let limit = VerbOption(name: "--limit", value: "N", meaning: "at most N lines")

    static let profile = VerbOption(
        name: "--profile", value: "P", meaning: "state (unless said), acp127, janap128 or archive")
    static let into = VerbOption(
        name: "--into", value: "DIR", meaning: "one file for each section, in this folder")

    static let ofOffice = VerbOption(name: "--office", value: "OFFICE", meaning: "the entry of this office")
    static let reason = VerbOption(name: "--reason", value: "TEXT", meaning: "why; needed, and kept")

    /// Which lines of a list, or which cables of an order, are wanted.
    static func filters(_ names: String...) -> [VerbOption] {
        filter.filter { names.isEmpty || names.contains(String($0.name.dropFirst(2))) }
    }

    private static let filter = [
        VerbOption(name: "--precedence", value: "P", meaning: "of this precedence; or several, P,P"),
        VerbOption(name: "--to", value: "POST", meaning: "to this post; with * behind it, to all that begin so"),
        VerbOption(name: "--from", value: "POST", meaning: "of this originator, or that begin so with *"),
        VerbOption(name: "--link", value: "RI", meaning: "on the link to this neighbour"),
        VerbOption(name: "--state", value: "STATE", meaning: "in this state; or several, STATE,STATE"),
        VerbOption(name: "--older", value: "TIME", meaning: "for longer than this, such as 30m, 2h or 7d"),
        VerbOption(name: "--newer", value: "TIME", meaning: "for less than this"),
        VerbOption(name: "--larger", value: "SIZE", meaning: "than this many octets, such as 64K or 2M"),
        VerbOption(
            name: "--mrn", value: "MRN", meaning: "with this message reference number, or that begins so with *"),
    ]

    /// As the overview and the man page show them.
    static let families: [(title: String, verbs: [Verb])] = [
        ("The station and its health", station), ("Writing and handing in", writing),
        ("Cables in custody", cables), ("Inbox, replies that are due, programs", desks),
        ("Receipts, reports, audit", accounts), ("Links, ways, the network", links),
        ("Backup, moving, destruction", state), ("The network's authority, without a daemon", authority),
        ("The command line", shell),
    ]

    static let all: [Verb] = families.flatMap(\.verbs) + hidden

    static func find(_ words: [String]) -> (Verb, Int)? {
        for count in [3, 2] where words.count >= count {
            let name = words[..<count].joined(separator: " ")
            if let verb = all.first(where: { $0.name == name }) { return (verb, count) }
        }
        if let first = words.first, let verb = all.first(where: { $0.name == first }) { return (verb, 1) }
        return nil
    }

    static func option(_ name: String) -> VerbOption? {
        for verb in all {
            if let option = verb.options.first(where: { $0.name == name }) { return option }
        }
        return nil
    }

    static var optionNames: [String] {
        ["--help", "--json", "--output", "--socket"] + Set(all.flatMap { $0.options.map(\.name) }).sorted()
    }
}
