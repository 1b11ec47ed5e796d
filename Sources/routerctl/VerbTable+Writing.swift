import Cables

extension VerbTable {
    /// Cables are written, checked and handed in.
    static let writing: [Verb] = [
        Verb(
            name: "submit", usage: "FILE|-", operands: 1...1,
            options: [
                VerbOption(name: "--key", value: "TOKEN", meaning: "makes a repeated submission harmless"),
                VerbOption(name: "--corrects", value: "ID", meaning: "a corrected copy of a cable that was sent here"),
            ],
            summary: "hand in a cable; it is synced to disk when the answer comes",
            examples: [
                ("routerctl submit cable.txt", "accepts the cable for every addressee, or refuses it whole"),
                (
                    "routerctl submit - --key 2008-07-11-1 < cable.txt",
                    "the same key and octets give the first answer again"
                ),
                (
                    "routerctl submit corrected.txt --corrects RUEHC-7KQ2M9XA-41",
                    "both sides show which cable corrects which"
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
    ]
}
