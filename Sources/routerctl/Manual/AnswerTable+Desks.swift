extension AnswerTable {
    private static let inbox: [Answer.Field] = [
        field("id", .text, "the cable"), field("arrival", .whole, "grows by one with each delivery at this station"),
        field("post", .text, "the addressee"), field("office", .text, "the desk"),
        field("role", .text, "action, info or sipdis"), field("precedence", .text, "of this delivery"),
        field("niact", .flag, "IMMEDIATE that wants action at night"), field("mrn?", .text, "its number"),
        field("dtg?", .text, "date-time group"), field("from", .text, "the originator"),
        field("subject?", .text, "as written"), field("slugs", .list(.text), "office symbols of the cable"),
        field("exercise?", .text, "the name of the exercise"),
        field("receivedAt", .time, "when the delivery was synced"), field("readAt?", .time, "when it was read first"),
        field("acknowledgedAt?", .time, "when a person took action on it"),
        field("suspectedDuplicate", .flag, "it may have been delivered before"),
        field(
            "readBy",
            .list(.object([field("user", .whole, "uid"), field("at", .time, "when that user read it first")])),
            "who read it"),
        field("acknowledgedBy?", .whole, "uid"), field("acknowledgmentDue", .flag, "a person must acknowledge it"),
        field("rerunOf?", .text, "the cable that this one repeats"),
        field("correctionOf?", .text, "the cable that it corrects"),
        field("correctedBy?", .list(.text), "those that correct it"),
        field("archivedAt?", .time, "when nothing more was to be done"),
        field("forwardedTo?", .text, "the office that has it now"), field("forwardReason?", .text, "why"),
        field("due?", .time, "when a reply is due"), field("note?", .text, "why it lies on this desk"),
        field(
            "section?",
            .object([
                field("number", .whole, "which"), field("of", .whole, "how many there are"),
                field("missing", .list(.whole), "those that are not here"),
            ]), "it is a section of a cable"),
        field("replyInstructions", .object(replyInstructions), "what the cable asks of replies"),
    ]

    static let replyInstructions: [Answer.Field] = [
        field("captions", .list(.text), "that a reply must bear"), field("slugs", .list(.text), "that it must be for"),
        field(
            "due?",
            .object([
                field("count?", .whole, "of the unit"), field("unit", .text, "businessDays, days, hours or date"),
                field("date?", .text, "the date"), field("anchor?", .text, "receipt or dtg: from when it counts"),
                field("text", .text, "as written"),
            ]), "when"),
        field("captionText?", .text, "the sentence that asks for the captions"),
        field("slugText?", .text, "the sentence that asks for the slug"),
    ]

    static let desks: [Answer] = [
        Answer(
            ["inbox list", "inbox acknowledge", "inbox forward", "inbox archive"], isList: true,
            columns: [
                ("NO", "the number of the arrival at this station"), ("ID", "the cable's identity"),
                ("PREC", "precedence; NIACT for IMMEDIATE that wants action at night"), ("OFFICE", "the desk"),
                ("ROLE", "action, info or sipdis; ZFD behind it: a suspected duplicate"),
                ("STATE", "new, read, ACKNOWLEDGE: a person must, acknowledged, archived, to OFFICE"),
                ("DUE", "when a reply is due"), ("MRN", "message reference number"), ("FROM", "the originator"),
                ("SUBJECT", "as written; the name of an exercise before it"),
            ], inbox),
        Answer(["inbox read"], [field("id", .text, "as asked"), field("text", .text, "the cable")]),
        Answer(
            ["suspense list"], isList: true,
            columns: [
                ("ID", "the cable that asks for a reply"), ("DUE", "when the reply is due"),
                ("STATE", "open, answered, late or closed"), ("WHO", "we owe it, or they do"),
                ("POST", "that is to reply"), ("OFFICE", "the desk that is to"), ("MRN", "of the cable"),
                ("SUBJECT", "of the cable"),
            ],
            [
                field("id", .text, "the cable"), field("mrn?", .text, "its number"),
                field("post", .text, "that is to reply"),
                field("office", .text, "the desk that is to"), field("from", .text, "the originator"),
                field("precedence", .text, "of the cable"), field("subject?", .text, "of the cable"),
                field("exercise?", .text, "the name of the exercise"),
                field("receivedAt", .time, "when it was delivered"),
                field("due", .time, "when the reply is due"), field("state", .text, "open, answered, late or closed"),
                field("secondsLeft", .whole, "negative: over"),
                field("awaited", .flag, "this station waits for the reply; else it owes it"),
                field("replyId?", .text, "the reply"), field("answeredAt?", .time, "when it was accepted"),
                field("closedAt?", .time, "when somebody closed it"), field("closedBy?", .whole, "uid"),
                field("reason?", .text, "why"),
            ]),
        Answer(
            ["suspense close"],
            [field("id", .text, "the cable"), field("closed", .whole, "replies that are no longer waited for")]),
        Answer(
            ["hook list", "hook retry"], isList: true,
            columns: [
                ("KEY", "of the work; the same at each attempt"), ("EVENT", "why the program runs"),
                ("OFFICE", "the desk"), ("STATE", "waiting, running or held"), ("TRIES", "how often it ran"),
                ("NEXT", "when it runs again"), ("PROGRAM", "its path"), ("WHY", "how it ended"),
            ],
            [
                field("key", .text, "of the work"), field("id", .text, "the cable"),
                field("event", .text, "why the program runs"), field("office", .text, "the desk"),
                field("program", .text, "its path"), field("state", .text, "waiting, running or held"),
                field("attempts", .whole, "how often it ran"), field("nextAt?", .time, "when it runs again"),
                field("why", .text, "how it ended"),
            ]),
    ]
}
