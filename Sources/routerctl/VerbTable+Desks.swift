extension VerbTable {
    /// The inbox, what awaits a reply, and programs that take cables.
    static let desks: [Verb] = [
        Verb(
            name: "inbox list", usage: "", operands: 0...0,
            options: [
                limit, VerbOption(name: "--office", value: "OFFICE", meaning: "of one office only"),
                VerbOption(name: "--current", value: "", meaning: "without what was archived or forwarded"),
            ] + filters("precedence", "to", "from", "state", "older", "newer", "mrn"),
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
            ] + filters("precedence", "to", "from", "state", "older", "newer", "mrn"),
            summary: "replies that are due: those this station owes, and those it waits for",
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
    ]
}
