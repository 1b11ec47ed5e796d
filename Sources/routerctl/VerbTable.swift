/// Every verb: parsing, help and completion read this table.
enum VerbTable {
    static let limit = VerbOption(name: "--limit", value: "N", meaning: "at most N lines")

    static let profile = VerbOption(
        name: "--profile", value: "P", meaning: "state (unless said), acp127, janap128 or archive")
    static let into = VerbOption(
        name: "--into", value: "DIR", meaning: "one file for each section, in this folder")

    static let ofOffice = VerbOption(name: "--office", value: "OFFICE", meaning: "the entry of this office")
    static let reason = VerbOption(name: "--reason", value: "TEXT", meaning: "why; needed, and kept")

    static let all: [Verb] = station + writing + cables + desks + accounts + links

    static func find(_ words: [String]) -> (Verb, Int)? {
        if words.count >= 2, let verb = all.first(where: { $0.name == "\(words[0]) \(words[1])" }) { return (verb, 2) }
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
