import Control
import Transport

/// The man pages: made of the tables that the program itself goes by.
enum Manual {
    static var pages: [ManualPage] { [routerctl, routerd, stationFile, networkFile, cableLink] }

    /// `manual DIR`: for packagers.
    static func write(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let folder = invocation.operands[0]
        let files = pages.map { ($0.file, $0.text) } + [("routerctl.schema.json", AnswerSchema.text)]
        for (name, text) in files {
            do throws(PlainFileFault) {
                try PlainFile.write(Array(text.utf8), to: "\(folder)/\(name)", mode: 0o644)
            } catch {
                throw ControlFailure(
                    code: "NO_OUTPUT", message: "\(folder)/\(name): \(error.reason)",
                    advice: "name a folder that is there",
                    exit: ExitStatus.data)
            }
        }
        return 0
    }

    static let exits: [(status: String, meaning: String)] = [
        ("0", "done"), ("64", "usage: the words were wrong, nothing was done"),
        ("65", "bad data, or no such thing"), ("69", "no daemon answers; with outcome: unknown, it may have been done"),
        ("70", "an internal error"), ("75", "surely not done now: try later"), ("77", "not permitted"),
        ("78", "wrong configuration"),
    ]

    private static var routerctl: ManualPage {
        var page = ManualPage("routerctl", 8, "inspect and steer a cable router")
        page.heading("SYNOPSIS")
        page.paragraph("routerctl [--socket PATH] [-o text|json|jsonl] VERB [OPTION ...] [OPERAND ...]")
        page.heading("DESCRIPTION")
        page.paragraph(
            "routerctl talks to the routerd of this machine over its control socket; parse, format, compose, receipt verify, "
                + "config check, lab create and the network verbs need no daemon. Options may stand anywhere; -- ends them."
        )
        page.paragraph(
            "An ID is a cable's identity, with or without the routing indicator before it, or a unique beginning of it. To "
                + "act on a cable its number must be written whole.")
        page.paragraph(
            "Tables are cut to the width of a terminal, and whole where they are piped. Under json a verb prints one document, "
                + "a list where it lists; under jsonl one object a line. Names are stable; what is not known is left out; "
                + "times are RFC 3339 in UTC, sizes octets, durations seconds.")
        page.heading("OPTIONS")
        page.item(
            "--socket PATH", "the station's control socket; else ROUTERCTL_SOCKET, else \(Invocation.standardSocket)")
        page.item("-o text|json|jsonl", "how results are written; --json means -o json")
        page.item("--help", "help for a verb")
        page.item("--version", "the version")
        for family in VerbTable.families {
            page.heading(family.title.uppercased())
            for verb in family.verbs { describe(verb, on: &page) }
        }
        page.heading("EVENTS")
        page.paragraph("The words that watch prints:")
        for event in WatchRow.events { page.entry(event.word, event.meaning, width: 18) }
        page.heading("EXAMPLES")
        page.example(
            "routerctl queue list --state held,waiting --sort age --limit 1",
            "The oldest cable that does not move, and why:")
        page.example("routerctl cable trace 7KQ2M9XA-41 --ask", "Where a cable is, over all stations:")
        page.example(
            "routerctl watch --event alarm,held,linkDown -o jsonl",
            "What is bad news, one JSON object a line, for a script:")
        page.heading("EXIT STATUS")
        for exit in exits { page.entry(exit.status, exit.meaning, width: 6) }
        page.paragraph("The check verbs: 0 all right, 1 a warning, 2 critical, 3 unknown.")
        page.paragraph(
            "Errors go to standard error and name the way out; under json as an object error with code, message, advice, "
                + "and file and line where there are such. A code never changes.")
        page.heading("ENVIRONMENT")
        page.item("ROUTERCTL_SOCKET", "the control socket, where --socket does not name it")
        page.item("NO_COLOR", "where it is set, top shows no colours")
        page.item("COLUMNS, LINES", "the size of a frame of top --once where there is no terminal")
        page.seeAlso("routerd.8", "routerd.json5.5", "cable-network.json5.5", "cable-link.7")
        return page
    }

    private static func describe(_ verb: Verb, on page: inout ManualPage) {
        page.subheading("\(verb.name)\(verb.usage.isEmpty ? "" : " \(verb.usage)")")
        page.paragraph("\(verb.summary.prefix(1).uppercased())\(verb.summary.dropFirst()).")
        for option in verb.options {
            page.entry("\(option.name)\(option.takesValue ? " \(option.value)" : "")", option.meaning, width: 20)
        }
        for example in verb.examples { page.example(example.command, "\(example.does):") }
        guard let answer = Answer.of(verb.name) else { return }
        if answer.verbs.first != verb.name {
            page.paragraph("Columns and fields are those of \(answer.verbs[0]).")
            return
        }
        if !answer.columns.isEmpty {
            page.paragraph("Columns:")
            page.deeper { page in
                for column in answer.columns { page.entry(column.title, column.meaning, width: 12) }
            }
        }
        page.paragraph(answer.isList ? "Fields of each object under json:" : "Fields under json:")
        page.deeper { page in describe(answer.fields, on: &page) }
    }

    private static func describe(_ fields: [Answer.Field], on page: inout ManualPage) {
        for field in fields {
            let members = field.kind.members
            let names = members.isEmpty ? "" : ": \(members.map(\.name).joined(separator: ", "))"
            page.entry(
                field.name, "\(field.meaning) (\(field.kind.word)\(field.isOptional ? ", may be absent" : "")\(names))",
                width: 20)
        }
    }
}
