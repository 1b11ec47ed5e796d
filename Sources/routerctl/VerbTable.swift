import Cables
import Control

/// One option of a verb.
struct VerbOption: Sendable {
    var name: String
    /// The word that stands for its value in help; empty: it takes none.
    var value: String
    var meaning: String

    var takesValue: Bool { !value.isEmpty }
}

/// One verb: what it takes, what it says of itself, and what it does.
struct Verb: Sendable {
    var name: String
    var usage: String
    /// How many operands it takes.
    var operands: ClosedRange<Int>
    var options: [VerbOption]
    var summary: String
    /// Two worked examples: the command and what it does.
    var examples: [(command: String, does: String)]
    var run: @Sendable (Invocation) throws(ControlFailure) -> Int32
}

/// Every verb: parsing, help and completion read this table.
enum VerbTable {
    private static let limit = VerbOption(name: "--limit", value: "N", meaning: "at most N lines")

    private static let profile = VerbOption(
        name: "--profile", value: "P", meaning: "state (unless said), acp127, janap128 or archive")
    private static let into = VerbOption(
        name: "--into", value: "DIR", meaning: "one file for each section, in this folder")

    private static let ofOffice = VerbOption(name: "--office", value: "OFFICE", meaning: "the entry of this office")
    private static let reason = VerbOption(name: "--reason", value: "TEXT", meaning: "why; needed, and kept")

    static let all: [Verb] = [
        Verb(
            name: "submit", usage: "FILE|-", operands: 1...1,
            options: [VerbOption(name: "--key", value: "TOKEN", meaning: "makes a repeated submission harmless")],
            summary: "hand in a cable; it is synced to disk when the answer comes",
            examples: [
                ("routerctl submit cable.txt", "accepts the cable for every addressee, or refuses it whole"),
                (
                    "routerctl submit - --key 2008-07-11-1 < cable.txt",
                    "the same key and octets give the first answer again"
                ),
            ], run: SubmitCommand.submit),
        Verb(
            name: "reply", usage: "ID FILE|-", operands: 2...2,
            options: [
                VerbOption(name: "--key", value: "TOKEN", meaning: "makes a repeated submission harmless"),
                VerbOption(name: "--yes", value: "", meaning: "do not ask on a terminal before something is added"),
            ],
            summary:
                "answer a cable of the inbox: addressee, REF, captions and slug that are missing are added",
            examples: [
                (
                    "routerctl reply RUEHC-7KQ2M9XA-41 reply.txt",
                    "the reply needs precedence and time, FM, classification line, subject and text; what is added is shown first"
                ),
                ("routerctl reply 7KQ2M9XA-41 -", "the identity without the RI; the reply from standard input"),
            ], run: ReplyCommand.run),
        Verb(
            name: "parse", usage: "FILE|-", operands: 0...SectionAssembly.sectionsMax,
            options: [
                VerbOption(name: "--sections", value: "", meaning: "put the sections in several files together first"),
                VerbOption(name: "--explain", value: "CODE", meaning: "what a diagnostic means, what to do; or all"),
            ],
            summary: "show what is understood of a cable, without a daemon",
            examples: [
                (
                    "routerctl parse cable.txt",
                    "header, reply instructions and diagnostics; exit 65 if it cannot be routed"
                ),
                ("routerctl parse -o json - < cable.txt", "the same as one JSON document"),
                ("routerctl parse --sections one.txt two.txt", "one cable out of its sections; says which are missing"),
                ("routerctl parse --explain NO_ORIGINATOR", "what the diagnostic means and what to write"),
            ], run: ParseCommand.run),
        Verb(
            name: "format", usage: "FILE|-", operands: 1...SectionAssembly.sectionsMax,
            options: [
                profile, into,
                VerbOption(name: "--join", value: "", meaning: "put the sections in several files together instead"),
            ],
            summary: "write a cable down in a profile: 69 columns, pages, sections; without a daemon",
            examples: [
                (
                    "routerctl format cable.txt --profile acp127",
                    "for a teleprinter circuit; what had to change is said"
                ),
                ("routerctl format long.txt --into sections", "one file for each section"),
            ], run: FormatCommand.format),
        Verb(
            name: "compose", usage: "FILE|-", operands: 1...1,
            options: [
                profile, into,
                VerbOption(name: "--number", value: "N", meaning: "the serial number behind the station's name"),
                VerbOption(name: "--counter", value: "FILE", meaning: "takes the next number of this file"),
            ],
            summary: "make a cable of a small JSON5 file such as Config/draft.json5; number and time are filled in",
            examples: [
                ("routerctl compose draft.json5 --number 431 > cable.txt", "writes the cable"),
                ("routerctl compose draft.json5 --counter serial | routerctl submit -", "numbers and hands it in"),
            ], run: FormatCommand.compose),
        Verb(
            name: "status", usage: "", operands: 0...0, options: [], summary: "how the station does",
            examples: [
                ("routerctl status", "state, queues, links, alarms and disk"),
                ("routerctl status -o json", "the same for a program"),
            ], run: ListCommands.status),
        Verb(
            name: "queue list", usage: "", operands: 0...0, options: [limit],
            summary: "what is in custody or awaits a receipt, and why it does not move",
            examples: [
                ("routerctl queue list", "highest precedence first, then first accepted"),
                ("routerctl queue list --limit 10 -o jsonl", "the first ten, one JSON object a line"),
            ], run: ListCommands.queue),
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
            name: "cable hold", usage: "ID --reason TEXT", operands: 1...1, options: [reason],
            summary: "keep what waits here of a cable until it is released; what is under way goes on",
            examples: [
                ("routerctl cable hold 7KQ2M9XA-41 --reason \"wrong annex\"", "its open deliveries are held"),
                ("routerctl queue list", "shows it as held, and why"),
            ], run: OrderCommands.hold),
        Verb(
            name: "cable release", usage: "ID --reason TEXT", operands: 1...1, options: [reason],
            summary: "let go on what is held of a cable here, at its old place; the gate is not opened by it",
            examples: [
                ("routerctl cable release 7KQ2M9XA-41 --reason checked", "its held deliveries are routed again"),
                ("routerctl -o json cable release 7KQ2 --reason checked", "the cable as it is then, for a program"),
            ], run: OrderCommands.release),
        Verb(
            name: "cable retry", usage: "ID", operands: 1...1, options: [],
            summary: "offer again at once what a neighbour refused",
            examples: [
                ("routerctl cable retry 7KQ2M9XA-41", "does not wait for the end of the pause"),
                ("routerctl queue list", "says when it would be offered again by itself"),
            ], run: OrderCommands.retry),
        Verb(
            name: "cable cancel", usage: "ID --reason TEXT", operands: 1...1, options: [reason],
            summary: "end a cable that originated here; where it has left, a signed order goes after it",
            examples: [
                ("routerctl cable cancel 7KQ2M9XA-41 --reason superseded", "each delivery: cancelled, or cancelling"),
                ("routerctl cable show 7KQ2M9XA-41", "what became of each delivery"),
            ], run: OrderCommands.cancel),
        Verb(
            name: "cable raise", usage: "ID PRECEDENCE --reason TEXT", operands: 2...2, options: [reason],
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
        Verb(
            name: "inbox list", usage: "", operands: 0...0,
            options: [
                limit, VerbOption(name: "--office", value: "OFFICE", meaning: "of one office only"),
                VerbOption(name: "--current", value: "", meaning: "without what was archived or forwarded"),
            ],
            summary: "cables delivered here, in order of arrival",
            examples: [
                ("routerctl inbox list", "every cable of every office"),
                ("routerctl inbox list --office ISN", "those on the desk ISN"),
            ], run: ListCommands.inbox),
        Verb(
            name: "inbox read", usage: "ID", operands: 1...1,
            options: [
                VerbOption(name: "--office", value: "OFFICE", meaning: "the entry of this office"),
                VerbOption(name: "--raw", value: "", meaning: "exactly the octets that were accepted"),
                VerbOption(name: "--joined", value: "", meaning: "with all other sections of it that are here"),
            ], summary: "read a cable that was delivered here; the first reading is recorded",
            examples: [
                ("routerctl inbox read 7KQ2M9XA-41", "prints the cable"),
                ("routerctl inbox read 7KQ2M9XA-41 --raw > cable.txt", "the octets, equal to the originator's file"),
            ], run: ListCommands.inboxRead),
        Verb(
            name: "inbox print", usage: "ID", operands: 1...1, options: [ofOffice],
            summary: "print a cable for people: 69 columns, a page line after each twenty lines",
            examples: [
                ("routerctl inbox print 7KQ2M9XA-41 | lp", "on paper"),
                ("routerctl inbox print 7KQ2M9XA-41 --office ISN", "the entry of this office"),
            ], run: InboxCommands.print),
        Verb(
            name: "inbox acknowledge", usage: "ID", operands: 1...1, options: [ofOffice],
            summary: "say that you took action on a cable: the alarm ends, and its originator is told",
            examples: [
                ("routerctl inbox acknowledge 7KQ2M9XA-41", "for the office that is to act"),
                ("routerctl inbox acknowledge 7KQ2M9XA-41 --office EAP", "for one that has a copy"),
            ], run: InboxCommands.acknowledge),
        Verb(
            name: "inbox forward", usage: "ID OFFICE", operands: 2...2, options: [ofOffice, reason],
            summary: "send a cable that came to the wrong desk to another office of the same post",
            examples: [
                (
                    "routerctl inbox forward 7KQ2M9XA-41 SUP --reason 'about tents'",
                    "SUP is to act on it now, and owes the reply"
                ),
                ("routerctl inbox forward 7KQ2 X --reason wrong", "the answer names the post's offices"),
            ], run: InboxCommands.forward),
        Verb(
            name: "inbox archive", usage: "ID", operands: 1...1, options: [ofOffice],
            summary: "say that nothing more is to be done with a cable; it stays in the list and can be read",
            examples: [
                ("routerctl inbox archive 7KQ2M9XA-41", "inbox list --current leaves it out"),
                ("routerctl inbox archive 7KQ2M9XA-41 --office EAP", "the entry of this office"),
            ], run: InboxCommands.archive),
        Verb(
            name: "suspense list", usage: "", operands: 0...0,
            options: [
                VerbOption(name: "--due", value: "TIME", meaning: "open ones that are due within this time: 3d, 12h"),
                VerbOption(name: "--overdue", value: "", meaning: "only those whose time is over without a reply"),
                limit,
            ], summary: "replies that are due: those this station owes, and those it waits for",
            examples: [
                ("routerctl suspense list", "what is due first, first; also what was answered or closed"),
                ("routerctl suspense list --due 3d", "open and due within three days"),
            ], run: SuspenseCommands.list),
        Verb(
            name: "suspense close", usage: "ID", operands: 1...1,
            options: [reason, VerbOption(name: "--post", value: "POST", meaning: "of this addressee only")],
            summary: "a reply is not waited for any more, or not owed; at this station",
            examples: [
                ("routerctl suspense close 7KQ2M9XA-41 --reason 'answered by telephone'", "no more reminders"),
                ("routerctl suspense close 7KQ2 --post 'CAMP FOUR' --reason closed", "the others stay open"),
            ], run: SuspenseCommands.close),
        Verb(
            name: "hook list", usage: "", operands: 0...0, options: [],
            summary: "what programs of offices and alarms have not done yet, and why",
            examples: [
                ("routerctl hook list", "waiting, running and held work"),
                ("routerctl hook list -o jsonl", "one JSON object a line"),
            ], run: SuspenseCommands.hooks),
        Verb(
            name: "hook retry", usage: "KEY", operands: 1...1, options: [],
            summary: "try held work of a program again at once",
            examples: [
                ("routerctl hook retry RUEHC-RUENO-7KQ2M9XA-3-delivery-7", "a key of hook list"),
                ("routerctl hook list", "shows the keys"),
            ], run: SuspenseCommands.retry),
        Verb(
            name: "check acknowledgments", usage: "", operands: 0...0, options: [],
            summary: "FLASH and NIACT cables that nobody has acknowledged; exit 0 none, 1 some, 2 late ones",
            examples: [
                ("routerctl check acknowledgments", "how many wait"),
                ("routerctl check acknowledgments -o json", "for a monitor"),
            ], run: SuspenseCommands.check),
        Verb(
            name: "check suspense", usage: "", operands: 0...0, options: [],
            summary: "replies that are due; exit 0 none overdue, 1 some",
            examples: [
                ("routerctl check suspense", "how many are open, how many overdue"),
                ("routerctl check suspense -o json", "for a monitor"),
            ], run: SuspenseCommands.check),
        Verb(
            name: "check hooks", usage: "", operands: 0...0, options: [],
            summary: "work of programs that is held; exit 0 none, 2 some",
            examples: [
                ("routerctl check hooks", "how much waits, how much is held"),
                ("routerctl check hooks -o json", "for a monitor"),
            ], run: SuspenseCommands.check),
        Verb(
            name: "receipt list", usage: "[ID]", operands: 0...1,
            options: [limit, VerbOption(name: "--overdue", value: "", meaning: "only what should be here and is not")],
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
            name: "link list", usage: "", operands: 0...0, options: [], summary: "the station's links and how they do",
            examples: [
                ("routerctl link list", "state, since when, why, and what waits"),
                ("routerctl link list -o json", "with channel numbers and counts"),
            ], run: ListCommands.links),
        Verb(
            name: "route test", usage: "--to POST", operands: 0...0,
            options: [
                VerbOption(name: "--to", value: "POST", meaning: "the addressee"),
                VerbOption(name: "--precedence", value: "WORD", meaning: "ROUTINE unless said"),
                VerbOption(name: "--classification", value: "WORD", meaning: "UNCLASSIFIED unless said"),
                VerbOption(
                    name: "--caption", value: "CAPTION",
                    meaning: "such as NODIS or \"REL TO GBR\"; several with ; between"),
            ], summary: "how a cable would go from here now, by which other ways, and why not by others; sends nothing",
            examples: [
                ("routerctl route test --to \"EXAMPLE MISSION\"", "path, alternates and what is refused"),
                (
                    "routerctl route test --to \"EXAMPLE MISSION\" --classification SECRET --caption NODIS",
                    "the same for a SECRET cable with the caption NODIS"
                ),
            ], run: RouteCommands.test),
        Verb(
            name: "watch", usage: "", operands: 0...0, options: [],
            summary: "print receipts and notices as they come in, until interrupted",
            examples: [
                ("routerctl watch", "one line for each"), ("routerctl watch -o jsonl", "one JSON object for each"),
            ], run: ListCommands.watch),
        Verb(
            name: "lab create", usage: "NETWORK.json5 DIR", operands: 2...2, options: [],
            summary: "make everything that a loopback network needs: keys, certificates, station files",
            examples: [
                ("routerctl lab create network.json5 lab", "one folder per station: lab/RUEHC/station.json5 …"),
                ("routerd --config lab/RUEHC/station.json5", "runs one of them"),
            ], run: LabCommand.create),
        Verb(
            name: "network check", usage: "FILE", operands: 1...1, options: [],
            summary: "look for mistakes in a network file",
            examples: [
                ("routerctl network check network.json5", "prints each as FILE:LINE, exit 78"),
                ("routerctl network check /etc/routerd/network.json5", "the installed one"),
            ], run: CheckCommand.network),
        Verb(
            name: "check disk", usage: "", operands: 0...0,
            options: [VerbOption(name: "--scrub", value: "", meaning: "read and verify everything that is kept, now")],
            summary: "room and damage on the disk of the state; exit 0 all right, 1 warning, 2 critical",
            examples: [
                ("routerctl check disk", "what is free, what is taken with so much room, what is damaged"),
                ("routerctl check disk --scrub", "reads all segments and bodies first; may take minutes"),
            ], run: CheckCommand.disk),
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
            name: "check certificates", usage: "", operands: 0...0, options: [],
            summary: "when certificates end, here and at neighbours; exit 0 all right, 1 warning, 2 critical",
            examples: [
                ("routerctl check certificates", "a warning from 30 days on, critical from 7 and for what is revoked"),
                ("systemctl reload routerd", "reads renewed certificates and revocations at once"),
            ], run: CheckCommand.certificates),
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
        Verb(
            name: "config check", usage: "FILE", operands: 1...1, options: [],
            summary: "look for mistakes in a station file and the network file it names",
            examples: [
                ("routerctl config check station.json5", "prints each as FILE:LINE, exit 78"),
                ("routerctl config check /etc/routerd/station.json5", "the installed one"),
            ], run: CheckCommand.config),
        Verb(
            name: "config show", usage: "", operands: 0...0, options: [],
            summary: "what the running station goes by",
            examples: [
                ("routerctl config show", "files, posts and limits in force"),
                ("routerctl config show -o json", "the same for a program"),
            ], run: ListCommands.config),
    ]

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
