extension AnswerTable {
    static let accounts: [Answer] = [
        Answer(
            ["receipt list"], isList: true,
            columns: [
                ("ID", "a cable that originated here"), ("MRN", "its number"), ("POST", "the addressee"),
                ("STATION", "its routing indicator"), ("OFFICE", "the desk that has it"),
                ("STATE", "delivered, acknowledged, undeliverable, cancelled or overdue"),
                ("AT", "when, by the addressee's station"), ("RECEIVED", "when the answer came here"),
            ],
            [
                field("id", .text, "the cable"), field("mrn?", .text, "its number"),
                field("post", .text, "the addressee"),
                field("indicator", .text, "its station"), field("office?", .text, "the desk that has it"),
                field("state", .text, "delivered, acknowledged, undeliverable, cancelled or overdue"),
                field("at?", .time, "when, by the addressee's station"),
                field("receivedAt?", .time, "when the answer came here"), field("reason?", .text, "why not"),
                field("verified", .flag, "the signature holds"), field("exercise?", .text, "the name of the exercise"),
            ]),
        Answer(
            ["receipt verify"], isList: true,
            [
                field("id", .text, "the cable"), field("mrn?", .text, "its number"),
                field("post?", .text, "the addressee"),
                field("indicator?", .text, "the station that signed"), field("office?", .text, "the desk"),
                field("state?", .text, "delivered or undeliverable"), field("at?", .time, "when"),
                field("reason?", .text, "why not"), field("contentHash", .text, "SHA-256 of the cable's octets"),
                field("verified", .flag, "it is proved"), field("why?", .text, "why it is not"),
            ]),
        Answer(
            ["report"],
            columns: [
                ("PREC", "precedence"), ("DELIVERIES", "addressees of cables that originated here"),
                ("DELIVERED", "that have a receipt"), ("IN TIME", "within the speed of service, and their share"),
                ("NOT DELIVERED", "that have a notice"), ("OPEN", "that have neither"),
                ("ALLOWED", "the speed of service"), ("MEDIAN", "time from acceptance to delivery"),
                ("P95", "95 of 100 took no longer"), ("LONGEST", "the longest"),
                ("LINK", "in the second table: the neighbour"), ("SENT", "cables"), ("RECEIVED", "cables"),
            ],
            [
                field("station", .text, "routing indicator"), field("from", .time, "begin of the month"),
                field("to", .time, "its end"),
                field(
                    "precedences",
                    .list(
                        .object([
                            field("precedence", .text, "which"), field("deliveries", .whole, "in all"),
                            field("delivered", .whole, "with a receipt"),
                            field("undeliverable", .whole, "with a notice"),
                            field("open", .whole, "with neither"), field("within", .whole, "in time"),
                            field("allowedSeconds", .whole, "speed of service"), field("median?", .number, "seconds"),
                            field("p95?", .number, "seconds"), field("longest?", .number, "seconds"),
                        ])), "by precedence"),
                field(
                    "links",
                    .list(
                        .object([
                            field("peer", .text, "the neighbour"), field("sent", .whole, "cables"),
                            field("received", .whole, "cables"),
                        ])), "by link"),
            ]),
        Answer(
            ["audit verify"],
            [
                field("station", .text, "whose audit"), field("entries", .whole, "entries that were followed"),
                field("heads", .whole, "signed values of the chain"),
                field("provedFrom", .whole, "the first record that the chain proves"),
                field("through", .whole, "the last"), field("value", .text, "the chain's value there, SHA-256"),
                field("findings", .list(.text), "what is wrong; empty: nothing"),
                field("peer?", .text, "the neighbour that was asked"),
                field("peerHolds?", .whole, "the record up to which it holds a signed value"),
            ]),
        Answer(
            ["audit export"], isList: true,
            columns: [
                ("RECORD", "of the journal"), ("AT", "when"), ("EVENT", "what"), ("ID", "the cable"),
                ("WHO", "uid of the user"), ("LINK", "the neighbour"), ("POST", "the addressee"),
                ("DETAIL", "words of the order, code of a refusal, office; and the reason"),
            ],
            [
                field("record", .whole, "of the journal"), field("at?", .time, "when"), field("event", .text, "what"),
                field("id?", .text, "the cable"), field("post?", .text, "the addressee"),
                field("office?", .text, "the desk"),
                field("link?", .text, "the neighbour"), field("station?", .text, "who states it"),
                field("user?", .whole, "uid"), field("words?", .list(.text), "of the order"),
                field("reason?", .text, "that was given"), field("code?", .text, "of a refusal"),
                field("count?", .whole, "how often it was refused"), field("arrival?", .whole, "number of the arrival"),
                field("channel?", .whole, "number of the offer"),
                field("value?", .text, "of the chain, where it was signed"),
            ]),
    ]

    static let link: [Answer.Field] = [
        field("peer", .text, "the neighbour"),
        field("state", .text, "up, connecting, down, closed, limited or draining"),
        field("since", .time, "when it came into this state"), field("why", .text, "why it is not up"),
        field("nextAt?", .time, "when it is dialled again"), field("clearance", .text, "what may pass at most"),
        field("cost", .whole, "the lowest total cost wins"),
        field("queued", .counts, "cables that wait, by precedence"),
        field("rate?", .number, "octets a second that the line carries, once measured"),
        field("roundTrip?", .number, "seconds, once measured"),
        field("sentNumber", .whole, "the last channel number sent"),
        field("receivedNumber", .whole, "the last channel number received"),
        field("sentCables", .whole, "since the start"), field("receivedCables", .whole, "since the start"),
        field("sentOctets", .whole, "since the start"), field("receivedOctets", .whole, "since the start"),
        field(
            "limits",
            .list(
                .object([
                    field("precedence", .text, "what ranks below does not pass"), field("until", .time, "how long"),
                    field("reason", .text, "that was given"), field("by", .text, "the station whose order it is"),
                ])), "orders of either side"),
        field("closedUntil?", .time, "when a closed link opens by itself"),
    ]

    private static let numbers: [Answer.Field] = [
        field("first", .whole, "the first"), field("last", .whole, "the last"),
    ]

    static let links: [Answer] = [
        Answer(
            ["link list"], isList: true,
            columns: [
                ("PEER", "the neighbour"), ("STATE", "up, connecting, down, closed, limited or draining"),
                ("SINCE", "when it came into this state"), ("QUEUED", "cables that wait for it"),
                ("SENT", "cables since the start"), ("RECEIVED", "cables since the start"),
                ("CLEARANCE", "the highest classification that may pass"), ("COST", "the lowest total cost wins"),
                ("NEXT", "when it is dialled again"), ("WHY", "why it is not up"),
            ], link),
        Answer(
            ["link show", "link up", "link down", "link drain", "link limit"],
            [
                field("link", .object(link), "as link list says"),
                field(
                    "sent",
                    .object([
                        field("start", .text, "this station's start, which numbers from 1"),
                        field("last", .whole, "the last number used; 0: none"),
                        field(
                            "underWay",
                            .list(
                                .object([
                                    field("channel", .whole, "its number"),
                                    field("precedence", .text, "its precedence"),
                                    field("id?", .text, "the cable; absent for a receipt, notice or order"),
                                    field("state", .text, "asking, sending or offered"),
                                    field("sentOctets", .whole, "of the body"), field("octets", .whole, "of the body"),
                                ])), "offered and not answered"),
                        field("underWayCount", .whole, "how many"),
                    ]), "numbers that went out"),
                field(
                    "received",
                    .list(
                        .object([
                            field("start", .text, "the neighbour's start"),
                            field("taken", .list(.object(numbers)), "numbers that were taken"),
                            field("unused", .list(.object(numbers)), "numbers behind which nothing was taken"),
                            field("open", .list(.object(numbers)), "numbers that may still come"),
                        ])), "numbers that came"),
                field("room", .whole, "octets that the link takes now"),
                field("chunkOctets", .whole, "octets of a body between two choices"),
            ]),
        Answer(
            ["route test"],
            [
                field("post", .text, "the addressee"), field("indicator", .text, "its station"),
                field("path", .list(.text), "the stations on the way; empty: there is none"),
                field("link?", .text, "the first neighbour"),
                field(
                    "alternates",
                    .list(.object([field("path", .list(.text), "the stations"), field("cost", .whole, "of the way")])),
                    "other ways"),
                field(
                    "refused", .list(.object([field("link", .text, "the neighbour"), field("why", .text, "why not")])),
                    "ways that are not taken"),
            ]),
        Answer(
            ["lab create"], [field("folder", .text, "where it is"), field("stations", .text, "with blanks between")]),
    ]

    private static let addressee: [Answer.Field] = [
        field("post", .text, "as written"), field("indicator?", .text, "routing indicator, where it is written"),
        field("precedence", .text, "its own word, else the cable's"), field("niact", .flag, "NIACT"),
        field("sequence?", .text, "of a collective"), field("deliveredByOtherMeans?", .flag, "ZEN"),
    ]

    static let files: [Answer] = [
        Answer(
            ["parse"],
            [
                field("precedence?", .text, "of the action addressees"),
                field("infoPrecedence?", .text, "of the others"),
                field("dtg?", .text, "date-time group"), field("dtgTime?", .time, "the same"),
                field("from?", .text, "the originator"), field("to", .list(.object(addressee)), "for action"),
                field("info", .list(.object(addressee)), "for information"),
                field("exempt", .list(.object(addressee)), "left out of a collective"),
                field("classification?", .text, "the word of the classification line"),
                field("releasability", .list(.text), "NOFORN, REL TO …"),
                field("mrn?", .text, "message reference number"),
                field(
                    "section?", .object([field("number", .whole, "which"), field("of", .whole, "how many")]),
                    "it is a section"),
                field("captions", .list(.text), "of the caption block"), field("slugs", .list(.text), "office symbols"),
                field("attention", .list(.text), "persons"), field("pass", .list(.text), "PASS lines"),
                field("executiveOrder?", .text, "E.O. line"), field("tags", .list(.text), "TAGS"),
                field("subject?", .text, "one line"),
                field(
                    "references",
                    .list(
                        .object([
                            field("letter?", .text, "A, B …"), field("text", .text, "as written"),
                            field("mrn?", .text, "the number in it"),
                        ])), "REF lines"),
                field("classifiedBy?", .text, "who"),
                field(
                    "paragraphs",
                    .list(.object([field("number", .whole, "which"), field("marking?", .text, "without brackets")])),
                    "numbered paragraphs"),
                field("replyInstructions", .object(replyInstructions), "what replies must bear"),
                field("signature?", .text, "last line"), field("exercise?", .text, "the name of the exercise"),
                field(
                    "transport?",
                    .object([
                        field("indicator?", .text, "after DE"), field("serial?", .text, "station serial number"),
                        field("section?", .text, "its suffix"), field("filingTime?", .text, "as written"),
                        field("routing", .list(.text), "indicators"), field("security?", .text, "ZNR …"),
                        field("precedence?", .text, "of the routing line"), field("channels", .list(.text), "numbers"),
                        field("signals", .list(.text), "operating signals"),
                    ]), "the lines before the heading"),
                field(
                    "original?",
                    .object([
                        field("precedence?", .text, "its"), field("dtg?", .text, "its"), field("from?", .text, "its"),
                        field("to", .list(.object(addressee)), "its"), field("info", .list(.object(addressee)), "its"),
                    ]), "the heading that a readdressed cable had before"),
                field("signals", .list(.text), "operating signals"), field("accounting?", .text, "ACCT line"),
                field("trip?", .text, "TRIP line"), field("corrections", .list(.text), "correction lines"),
                field(
                    "sections?",
                    .object([
                        field("present", .list(.whole), "sections that were put together"),
                        field("missing", .list(.whole), "those that were not there"),
                    ]), "with --sections"),
                field(
                    "diagnostics",
                    .list(
                        .object([
                            field("line", .whole, "of the file"), field("severity", .text, "error or warning"),
                            field("code", .text, "stable; see parse --explain"),
                            field("message", .text, "what is wrong"),
                        ])), "what is wrong"),
            ])
    ]
}
