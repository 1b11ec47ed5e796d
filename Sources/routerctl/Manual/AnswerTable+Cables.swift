extension AnswerTable {
    static let queue: [Answer.Field] = [
        field("id", .text, "the cable"), field("mrn?", .text, "its message reference number"),
        field("precedence", .text, "the highest of the deliveries in this line"),
        field("state", .text, "ready, sending, waiting, held or awaitingReceipt"),
        field("ageSeconds", .whole, "since it was accepted"),
        field("secondsLeft", .whole, "until its speed of service is used up; negative: late"),
        field("size", .whole, "octets"), field("from", .text, "the originator"),
        field("to", .list(.text), "the addressees in this line"), field("link?", .text, "the neighbour"),
        field("attempts", .whole, "offers that came to nothing"), field("nextAt?", .time, "when it is tried again"),
        field("why", .text, "why it does not move"), field("exercise?", .text, "the name of the exercise"),
        field("sent?", .whole, "octets that the neighbour was sent, while it is being sent"),
    ]

    static let history: [Answer.Field] = [
        field("at", .time, "when"), field("event", .text, "what"), field("station", .text, "where"),
        field("link?", .text, "the neighbour"), field("post?", .text, "the addressee"),
        field("detail?", .text, "particulars"),
    ]

    static let cable: [Answer.Field] = [
        field("id", .text, "identity"), field("mrn?", .text, "message reference number"),
        field("precedence", .text, "the highest of all deliveries"), field("dtg?", .text, "date-time group"),
        field("from", .text, "the originator"), field("classification?", .text, "as gated"),
        field("size", .whole, "octets"), field("deliveries", .list(.object(delivery)), "each addressee"),
        field(
            "replies",
            .list(
                .object([
                    field("id", .text, "the reply"), field("post", .text, "that answered"),
                    field("sentAt", .time, "when its station accepted it"),
                    field("receivedAt", .time, "when it came here"), field("due?", .time, "when it was due"),
                    field("late", .flag, "it was accepted later"),
                ])), "what answers it"),
        field("exercise?", .text, "the name of the exercise"),
        field("rerunOf?", .text, "the cable that it repeats for an addressee"),
        field("correctionOf?", .text, "the cable that it corrects"),
        field("correctedBy?", .list(.text), "those that correct it"),
    ]

    static let cables: [Answer] = [
        Answer(
            ["queue list"], isList: true,
            columns: [
                ("ID", "the cable's identity"), ("PREC", "the highest precedence of the deliveries in this line"),
                (
                    "STATE",
                    "ready: next in turn; sending; waiting: for a link or a sync; held; awaitingReceipt: passed on"
                ),
                ("AGE", "since the cable was accepted by its originator's station"),
                ("LEFT", "until its speed of service is used up; negative: late by so much"), ("SIZE", "octets"),
                ("FROM", "the originator"), ("TO", "the addressees that this line is about"),
                ("LINK", "the neighbour that it goes to, or that has it"), ("TRIES", "offers that came to nothing"),
                ("NEXT", "when it is tried again"), ("WHY", "why it does not move; never empty for what does not"),
            ], queue),
        Answer(
            ["cable show", "cable hold", "cable release", "cable retry", "cable cancel", "cable raise"],
            columns: [
                ("POST", "the addressee"), ("STATION", "its routing indicator"), ("ROLE", "action or info"),
                ("PREC", "precedence of this delivery"),
                (
                    "STATE",
                    "queued, inTransit, delivered, acknowledged, held, cancelling, cancelled or undeliverable"
                ),
                ("SINCE", "when it came into this state"), ("OFFICE", "the desk that has it"),
                ("WHY", "why it does not move"),
            ], cable),
        Answer(
            ["cable history"], isList: true,
            columns: [
                ("AT", "when"), ("EVENT", "accepted, custodyPassed, delivered, receipt, notice, held, preempted …"),
                ("LINK", "the neighbour"), ("POST", "the addressee"), ("DETAIL", "particulars"),
            ], history),
        Answer(
            ["cable trace"], isList: true,
            columns: [
                ("AT", "when, by the clock of the station that states it"), ("EVENT", "what"),
                ("STATION", "whose statement it is"), ("LINK", "the neighbour"), ("POST", "the addressee"),
                ("AGE", "how old the cable was"), ("STAYED", "how long the station had it"),
                ("VERIFIED", "yes: this station's own record, or a signature that holds; NO and why"),
                ("DETAIL", "particulars"),
            ],
            history + [
                field("ageSeconds?", .number, "how old the cable was"),
                field("dwellSeconds?", .number, "how long the station had it"),
                field("verified", .flag, "this station's own record, or a signature that holds"),
                field("unverified?", .text, "why it is not verified"),
            ]),
        Answer(
            ["queue shape"], isList: true,
            columns: [
                ("PREC", "precedence"), ("TOTAL", "lines of queue list"),
                (
                    "OVERDUE",
                    "of them past their speed of service; behind it a column for each age, link or destination"
                ),
            ],
            [
                field("precedence", .text, "which"), field("total", .whole, "lines of queue list"),
                field("overdue", .whole, "of them past their speed of service"),
                field(
                    "columns",
                    .list(.object([field("name", .text, "of the column"), field("count", .whole, "lines")])),
                    "by age, link or destination"),
            ]),
        Answer(
            ["cable rerun"],
            [
                field("id", .text, "the cable that is asked for"), field("post", .text, "who asks"),
                field("asked", .text, "the station that is asked"),
            ]),
        Answer(
            ["submit", "reply", "cable readdress"],
            [
                field("id", .text, "the identity that the cable was given"), field("mrn?", .text, "its number"),
                field("deliveries", .list(.object(delivery)), "as cable show says"),
                field(
                    "tagged",
                    .object([
                        field("captions", .list(.text), "added captions"), field("slugs", .list(.text), "added slugs"),
                        field("addressees", .list(.text), "added addressees"),
                        field("references", .list(.text), "added references"),
                    ]), "what was added to a reply"),
                field("warnings", .list(.text), "what should be looked at"),
            ]),
    ]
}
