extension AnswerTable {
    /// What the authority's verbs say, without a daemon.
    static let authority: [Answer] = [
        Answer(
            ["network certify init"],
            [
                field("network", .text, "its name"), field("folder", .text, "that was made"),
                field("fingerprint", .text, "SHA-256 of the authority's certificate, in hexadecimal figures"),
            ]),
        Answer(
            ["network certify issue", "network certify renew"], isList: true,
            columns: [
                ("STATION", "whose"), ("SERIAL", "number of the certificate"), ("UNTIL", "when it ends"),
                ("BUNDLE", "the file to carry there"), ("HOLDS", "whether a key is in it"),
            ],
            [
                field("station", .text, "whose"), field("serial", .text, "number of the certificate"),
                field("until", .time, "when it ends"), field("bundle", .text, "the file to carry there"),
                field("hasKey", .flag, "the station's key is in it"),
            ]),
        Answer(
            ["network certify revoke"],
            [
                field("revoked", .list(.text), "serials that were not revoked before"),
                field("list", .text, "the file to carry to every station"),
            ]),
        Answer(
            ["network certify list"], isList: true,
            columns: [
                ("STATION", "whose"), ("SERIAL", "number of the certificate"), ("UNTIL", "when it ends"),
                ("DAYS", "whole days left; negative when it has ended"),
                ("STATE", "inForce, endsSoon (30 days), replaced by a later one, expired, revoked"),
                ("WHY", "of a revocation"),
            ],
            [
                field("station", .text, "whose"), field("serial", .text, "number of the certificate"),
                field("until", .time, "when it ends"), field("daysLeft", .whole, "negative: ended"),
                field("state", .text, "inForce, endsSoon, replaced, expired or revoked"),
                field("revokedAt?", .time, "when it was revoked"), field("reason?", .text, "why it was revoked"),
            ]),
        Answer(
            ["network certify show"],
            [
                field("kind", .text, "authority, bundle or certificate"), field("network", .text, "its name"),
                field("station?", .text, "whose"), field("serial?", .text, "number of the certificate"),
                field("until", .time, "when the certificate ends"), field("daysLeft", .whole, "negative: ended"),
                field("authority?", .text, "SHA-256 of the authority's certificate"),
                field("hasKey?", .flag, "the station's key is in it"),
                field("networkVersion?", .whole, "of the network file"),
                field("isSigned?", .flag, "a signature of the network file is with it"),
                field("revoked?", .whole, "certificates that are revoked"),
                field("made?", .time, "when the bundle was"),
                field("fingerprint?", .text, "SHA-256 of the certificate"),
            ]),
        Answer(
            ["setup"],
            [
                field("station", .text, "routing indicator"), field("network", .text, "its network"),
                field("until", .time, "when the certificate ends"),
                field(
                    "files",
                    .list(
                        .object([
                            field("path", .text, "where it is"), field("did", .text, "written, replaced or same"),
                            field("old?", .text, "where what was there before is kept"),
                        ])), "in the order in which they were put in place"),
                field("service", .text, "started, reloaded, restarted or none"),
                field("said", .list(.text), "what was done beside, and what should be looked at"),
            ]),
    ]
}
