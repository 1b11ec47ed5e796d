/// Every answer of every verb. A test holds it against what the verbs really print.
enum AnswerTable {
    static let all: [Answer] = authority + network + state + station + cables + desks + accounts + links + files

    static let delivery: [Answer.Field] = [
        field("post", .text, "the addressee"), field("indicator", .text, "its station"),
        field("role", .text, "action or info"), field("precedence", .text, "of this delivery"),
        field(
            "state", .text,
            "queued, inTransit, delivered, acknowledged, held, cancelling, cancelled or undeliverable"),
        field("since", .time, "when it came into this state"),
        field("why", .text, "why it does not move; empty where nothing is to be said"),
        field("office?", .text, "the desk that has it"),
        field("lateAfterNotice", .flag, "it was delivered after a notice had said that it was not"),
        field("movedTo?", .text, "the station that the post has moved to"),
    ]

    private static let status: [Answer.Field] = [
        field("station", .text, "routing indicator"), field("network", .text, "its network"),
        field("version", .text, "of routerd"),
        field("state", .text, "recovering, serving, readOnly or draining"),
        field("since", .time, "when the daemon began"), field("accepting", .flag, "cables are taken"),
        field("queued", .counts, "cables on their way to a link, by precedence"),
        field(
            "links",
            .object([field("up", .whole, "links with a session"), field("down", .whole, "links without")]),
            "how many links"),
        field("overdue", .whole, "deliveries past the speed of service of their precedence"),
        field(
            "alarms",
            .list(
                .object([
                    field("code", .text, "stable"), field("since", .time, "when it was raised first"),
                    field("text", .text, "the particulars"),
                ])), "what needs a person"),
        field(
            "disk", .object([field("used", .whole, "octets"), field("free", .whole, "octets")]),
            "of the file system of the state"),
        field("unknownSlugs", .whole, "cables here whose slug named no office"),
    ]

    static let station: [Answer] = [
        Answer(["status"], status),
        Answer(
            ["top"],
            [
                field("at", .whole, "milliseconds since 1970"),
                field("status?", .object(status), "as status says"),
                field("oldest", .list(.object(oldest)), "what waits, by precedence"),
                field("links", .list(.object(link)), "as link list says"),
                field("queue", .list(.object(queue)), "the first 500 of queue list"),
                field("cable?", .object(cable), "the cable that is open"),
                field("history", .list(.object(history)), "of the cable that is open"),
                field("rates", .measures, "octets a second sent to each neighbour"),
                field("failure?", .text, "why nothing newer is known"),
            ]),
        Answer(
            ["watch"], isList: true,
            [
                field("at", .time, "when"), field("event", .text, "what: see EVENTS"),
                field("id?", .text, "the cable"), field("precedence?", .text, "its, or the delivery's"),
                field("post?", .text, "the addressee"), field("office?", .text, "the desk"),
                field("link?", .text, "the neighbour that it came from or went to"),
                field("station?", .text, "who states it"), field("user?", .whole, "the uid of who did it"),
                field("state?", .text, "what an answer says of the delivery"), field("detail?", .text, "particulars"),
            ]),
        Answer(
            ["check liveness", "check queue", "check links", "check receipts"],
            [
                field("check", .text, "which"), field("status", .text, "ok, warning, critical or unknown"),
                field("text", .text, "the same in a sentence"),
                field(
                    "figures",
                    .list(
                        .object([
                            field("name", .text, "what was measured"), field("value", .number, "how much"),
                            field("unit", .text, "s, B or empty for a count"),
                            field("warning?", .number, "a warning from here on"),
                            field("critical?", .number, "critical from here on"),
                        ])), "what it rests on"),
                field("details", .list(.text), "what is wrong, a line each"),
            ]),
        Answer(
            ["check disk"],
            [
                field("status", .text, "ok, warning or critical"), field("free", .whole, "octets"),
                field("total", .whole, "octets"),
                field("accepts", .text, "the lowest precedence that is taken with so much room, or nothing"),
                field("damage", .list(.text), "what is damaged, and where"),
                field("scrub?", .object(scrub), "the one that was asked for"),
                field("lastScrub?", .object(scrub), "the last that came to its end"),
            ]),
        Answer(
            ["check certificates"],
            columns: [
                ("STATION", "whose certificate"), ("STATUS", "ok, warning or critical"),
                ("DAYS", "whole days left; negative when it has ended"), ("UNTIL", "when it ends"),
                ("WHY", "what is wrong with it"),
            ],
            [
                field("status", .text, "the worst of all: ok, warning or critical"),
                field(
                    "certificates",
                    .list(
                        .object([
                            field("station", .text, "whose"), field("own", .flag, "this station's own"),
                            field("notAfter", .time, "when it ends"), field("daysLeft", .whole, "negative: ended"),
                            field("status", .text, "ok, warning or critical"), field("why", .text, "what is wrong"),
                        ])), "the first to end first"),
            ]),
        Answer(
            ["check acknowledgments", "check suspense", "check hooks"],
            [
                field("status", .text, "ok, warning or critical"), field("waiting", .whole, "how many are open"),
                field("late", .whole, "of them late, or held"), field("text", .text, "the same in words"),
            ]),
        Answer(
            ["config reload"],
            [
                field("read", .list(.text), "parts that were read, each with what it says"),
                field("applied", .list(.text), "keys of the station file whose new values hold"),
                field("needsRestart", .list(.text), "keys whose new values hold with the next start"),
                field("rejected", .list(.text), "what is wrong; what was read before holds"),
            ]),
        Answer(
            ["config show"],
            [
                field("station", .text, "routing indicator"), field("network", .text, "its name"),
                field("networkVersion", .whole, "of the network file"), field("posts", .list(.text), "served here"),
                field("state", .text, "the folder"), field("control", .text, "the socket"),
                field("hopLimit", .whole, "stations that a cable may pass"),
                field("lifeSeconds", .whole, "how long a cable may be under way"),
                field("cableOctets", .whole, "largest cable"),
                field("windowOctets", .whole, "what a neighbour sends ahead"),
            ]),
        Answer(
            ["config check"],
            [field("problems", .list(.text), "always empty: problems are errors, exit 78")]),
    ]

    private static let scrub: [Answer.Field] = [
        field("segments", .whole, "sealed segments that were read"), field("records", .whole, "records"),
        field("octets", .whole, "octets"), field("bodies", .whole, "large bodies"),
        field("endedAt", .time, "when it was done"), field("damaged", .whole, "places where something was damaged"),
    ]

    private static let oldest: [Answer.Field] = [
        field("precedence", .text, "which"), field("count", .whole, "cables in custody, or that await a receipt"),
        field("late", .whole, "of them past their speed of service"),
        field("ageSeconds", .whole, "of the oldest"), field("secondsLeft", .whole, "of the oldest; negative: late"),
    ]
}
