/// One key of a settings file: what the readers accept and the sample files in `Config` show.
package struct SettingsKey: Sendable {
    /// What may stand behind the key.
    package enum Kind: Sendable, Equatable {
        case text
        case flag
        case whole(ClosedRange<Int>)
        /// Milliseconds; the file says seconds, or `30m`, `24h`, `7d`.
        case duration(ClosedRange<UInt64>)
        case indicator
        case classification
        case precedence
        case address
        /// `host:port` of this machine alone, or the path of a socket.
        case loopback
        case addresses
        case texts
        case elements
        case object
        /// An object whose keys are the user's own names.
        case named
    }

    /// With its parents, such as `tls.certificate`; `[]` stands for each element, `*` for a name of the user's.
    package var path: String
    package var kind: Kind
    package var standard: String
    /// Empty where the value is no quantity.
    package var unit: String
    package var meaning: String

    init(_ path: String, _ kind: Kind, _ standard: String, unit: String = "", _ meaning: String) {
        self.path = path
        self.kind = kind
        self.standard = standard
        self.unit = unit
        self.meaning = meaning
    }
}

/// Every key of the two files.
package enum KeyTable {
    /// A thousandth of a second to some 30 years.
    private static let anyTime: ClosedRange<UInt64> = 1...maxTime
    private static let maxTime: UInt64 = 1_000_000_000_000

    package static let network: [SettingsKey] = [
        SettingsKey("network", .text, "required", "name of the network; stands in every certificate and signature"),
        SettingsKey("nation", .text, "none", "nation of the network, for releasability"),
        SettingsKey("version", .whole(0...Int(Int32.max)), "0", "whole number that grows with each change of the file"),
        SettingsKey("stations", .elements, "required", "list of stations"),
        SettingsKey("stations[].indicator", .indicator, "required", "routing indicator, 4 to 8 capital letters"),
        SettingsKey("stations[].posts", .texts, "required", "plain-language addresses that the station serves"),
        SettingsKey("stations[].address", .addresses, "required", "host:port, or a list of them, tried in order"),
        SettingsKey("stations[].clearance", .classification, "required", "highest classification that it may hold"),
        SettingsKey("stations[].nation", .text, "the network's own", "nation, for releasability"),
        SettingsKey("stations[].gateway", .flag, "false", "may sign for originators of other networks"),
        SettingsKey("stations[].shared", .flag, "false", "one of several stations behind one post"),
        SettingsKey("links", .elements, "required", "list of links"),
        SettingsKey("links[].between", .elements, "required", "the two stations"),
        SettingsKey(
            "links[].clearance", .classification, "the lower of both stations", "highest classification that may pass"),
        SettingsKey("links[].cost", .whole(1...1_000_000), "1", "the lowest total cost wins"),
        SettingsKey("collectives", .named, "none", "named lists of posts"),
        SettingsKey("collectives.*", .texts, "", "the posts, other collectives or aliases in the list"),
        SettingsKey("aliases", .named, "none", "other names of posts"),
        SettingsKey("aliases.*", .text, "", "the post that is meant"),
        SettingsKey("captionRules", .named, "none", "who may have a cable with a caption; each key narrows"),
        SettingsKey("captionRules.*.stations", .texts, "all", "stations that may hold the cable, also on the way"),
        SettingsKey("captionRules.*.nations", .texts, "all", "nations whose stations may hold the cable"),
        SettingsKey(
            "captionRules.*.clearance", .classification, "UNCLASSIFIED", "the cable counts at least as this"),
        SettingsKey("captionRules.*.posts", .texts, "all", "posts that may be addressees of the cable"),
        SettingsKey("captionRules.*.collectives", .flag, "true", "may it be addressed through a collective"),
    ]

    package static let station: [SettingsKey] = [
        SettingsKey("station", .indicator, "required", "this station's routing indicator"),
        SettingsKey("network", .text, "required", "path of the network file, relative to this file"),
        SettingsKey("state", .text, "required", "folder of journal and bodies; it must survive a power cut"),
        SettingsKey("control", .text, "/run/routerd/control.sock", "path of the control socket"),
        SettingsKey("tls", .object, "required", "certificate and key, and whom this station trusts"),
        SettingsKey("tls.certificate", .text, "required", "PEM file of this station's certificate"),
        SettingsKey("tls.key", .text, "required", "PEM file of its key; readable by nobody else"),
        SettingsKey("tls.authorities", .text, "required", "PEM file of the network's authorities"),
        SettingsKey("tls.revocations", .text, "none", "PEM file of revocation lists"),
        SettingsKey(
            "tls.requireSignedNetwork", .flag, "false", "FILE.sig by an authority must stand beside the network file"),
        SettingsKey("offices", .named, "one office DEFAULT per post", "offices of each post"),
        SettingsKey("offices.*.default", .text, "DEFAULT", "desk of cables that name no office"),
        SettingsKey("offices.*.sipdis", .text, "none", "desk that gets a copy of each SIPDIS cable"),
        SettingsKey("offices.*.offices", .texts, "none", "office symbols"),
        SettingsKey("offices.*.rules", .elements, "none", "which office gets what, besides slugs"),
        SettingsKey("offices.*.rules[].caption", .text, "none", "a caption; a restrictive one leaves all others out"),
        SettingsKey("offices.*.rules[].pass", .text, "none", "how a PASS line begins"),
        SettingsKey("offices.*.rules[].tags", .texts, "none", "TAGS, one of which the cable bears"),
        SettingsKey("offices.*.rules[].subject", .texts, "none", "words, one of which stands in the subject"),
        SettingsKey("offices.*.rules[].action", .text, "none", "the office that is to act"),
        SettingsKey("offices.*.rules[].info", .texts, "none", "offices that get a copy"),
        SettingsKey("offices.*.hooks", .named, "none", "programs that get what an office gets"),
        SettingsKey("offices.*.hooks.*.program", .text, "required", "path of the program; it is run without a shell"),
        SettingsKey("offices.*.hooks.*.arguments", .texts, "none", "its arguments"),
        SettingsKey(
            "offices.*.hooks.*.timeout", .duration(anyTime), "30", unit: "duration", "how long it may run"),
        SettingsKey("originators", .texts, "the station's posts", "further names that users here may write after FM"),
        SettingsKey("users", .named, "none", "what users may do beside the ordinary"),
        SettingsKey("users.*.precedence", .precedence, "FLASH", "highest precedence that the user (a uid) may send"),
        SettingsKey("roles", .object, "everybody may do everything", "what a caller may do, by its groups"),
        SettingsKey("roles.watch", .texts, "none", "groups that see lists and states, no text and no subject"),
        SettingsKey("roles.submit", .texts, "none", "groups that hand in cables, and watch"),
        SettingsKey("roles.operate", .texts, "none", "groups that may do everything"),
        SettingsKey("roles.read", .named, "none", "by office, * for every one: who reads and keeps its inbox"),
        SettingsKey("roles.read.*", .texts, "none", "groups that do so, and watch"),
        SettingsKey("calendar", .object, "none", "days on which nobody works: business days leave them out"),
        SettingsKey("calendar.weekend", .texts, "SATURDAY, SUNDAY", "days of the week"),
        SettingsKey("calendar.holidays", .texts, "none", "YYYY-MM-DD, or MM-DD for every year"),
        SettingsKey("timeZone", .text, "UTC", "IANA name of the zone in which days begin and end"),
        SettingsKey("replies", .text, "apply", "what a reply lacks: apply adds it, require refuses, advise says it"),
        SettingsKey("acknowledgment", .object, "", "FLASH and NIACT cables must be acknowledged by a person"),
        SettingsKey(
            "acknowledgment.within", .duration(anyTime), "10m", unit: "duration",
            "time for it; each time it is over the next duty officer is called"),
        SettingsKey("acknowledgment.dutyOfficers", .texts, "none", "who is called, in this order"),
        SettingsKey("alarms", .named, "none", "programs that are run for alarms, by their names; any: for all others"),
        SettingsKey("alarms.*.program", .text, "required", "path of the program; it is run without a shell"),
        SettingsKey("alarms.*.arguments", .texts, "none", "its arguments"),
        SettingsKey("alarms.*.timeout", .duration(anyTime), "30", unit: "duration", "how long it may run"),
        SettingsKey("custody", .object, "", "how long what was passed on is kept"),
        SettingsKey("custody.grace", .duration(anyTime), "24h", unit: "duration", "how long a passed cable is kept"),
        SettingsKey(
            "custody.retention", .duration(anyTime), "30d", unit: "duration",
            "how long what originated or was delivered here stays"),
        SettingsKey(
            "custody.retentionOctets", .whole(0...(1 << 50)), "0", unit: "octets",
            "above this that time is cut short; 0: no bound"),
        SettingsKey(
            "custody.scrub", .duration(anyTime), "24h", unit: "duration",
            "time between two readings of everything that is kept"),
        SettingsKey(
            "custody.auditRetention", .duration(anyTime), "400d", unit: "duration",
            "how long the audit outlives the journal"),
        SettingsKey(
            "alternateAfter", .object, "", "how long a link may be down before deliveries take another one"),
        SettingsKey("alternateAfter.flash", .duration(0...maxTime), "0", unit: "duration", "of FLASH and above"),
        SettingsKey("alternateAfter.immediate", .duration(0...maxTime), "30", unit: "duration", "of IMMEDIATE"),
        SettingsKey("alternateAfter.priority", .duration(0...maxTime), "2m", unit: "duration", "of PRIORITY"),
        SettingsKey("alternateAfter.routine", .duration(0...maxTime), "5m", unit: "duration", "of ROUTINE"),
        SettingsKey(
            "lives", .object, "", "how long a delivery originated here may be under way, where it is not limits.life"),
        SettingsKey("lives.flash", .duration(anyTime), "7d", unit: "duration", "of FLASH and above"),
        SettingsKey("lives.immediate", .duration(anyTime), "7d", unit: "duration", "of IMMEDIATE"),
        SettingsKey("lives.priority", .duration(anyTime), "7d", unit: "duration", "of PRIORITY"),
        SettingsKey("lives.routine", .duration(anyTime), "7d", unit: "duration", "of ROUTINE"),
        SettingsKey("limits", .object, "", "bounds of this station"),
        SettingsKey("limits.cableOctets", .whole(1_024...(1 << 30)), "83886080", unit: "octets", "largest cable"),
        SettingsKey(
            "limits.windowOctets", .whole(65_536...(1 << 28)), "1048576", unit: "octets",
            "what a neighbour may send ahead"),
        SettingsKey(
            "limits.unsentOctetsPerLink", .whole(4_096...(1 << 26)), "262144", unit: "octets",
            "what is handed to a link and not yet sent"),
        SettingsKey(
            "limits.partialOctets", .whole(1 << 20...(1 << 40)), "1073741824", unit: "octets",
            "what is kept of large cables that have not yet arrived whole"),
        SettingsKey(
            "limits.controlConnections", .whole(1...4_096), "64", unit: "connections",
            "open control connections of all users"),
        SettingsKey(
            "limits.controlConnectionsPerUser", .whole(1...4_096), "8", unit: "connections",
            "open control connections of one user"),
        SettingsKey(
            "limits.retryDelayMin", .duration(anyTime), "0.5", unit: "duration", "first wait before dialling again"),
        SettingsKey(
            "limits.retryDelayMax", .duration(anyTime), "60", unit: "duration", "longest wait before dialling again"),
        SettingsKey("limits.hopLimit", .whole(1...60), "16", unit: "stations", "stations that a cable may pass"),
        SettingsKey(
            "limits.life", .duration(anyTime), "7d", unit: "duration",
            "how long a cable originated here may be under way"),
        SettingsKey(
            "limits.keepalive", .duration(anyTime), "10", unit: "duration", "silence after which a neighbour is asked"),
        SettingsKey(
            "limits.silence", .duration(anyTime), "30", unit: "duration",
            "silence after which a session is given up; longer than keepalive"),
        SettingsKey("limits.handshake", .duration(anyTime), "10", unit: "duration", "handshake without progress"),
        SettingsKey(
            "metrics", .loopback, "none", "host:port of this machine, or a socket's path, for metrics and status page"),
        SettingsKey("statusPage", .object, "", "what the status page shows"),
        SettingsKey("statusPage.subjects", .flag, "false", "subjects of overdue cables stand on it"),
    ]

    /// The keys directly below a parent, as written.
    static func children(of parent: String, in table: [SettingsKey]) -> [String] {
        var found: [String] = []
        for key in table {
            let rest: Substring
            if parent.isEmpty {
                rest = key.path[...]
            } else {
                guard key.path.hasPrefix(parent + ".") else { continue }
                rest = key.path.dropFirst(parent.count + 1)
            }
            let name = String(rest.prefix { $0 != "." && $0 != "[" })
            if !found.contains(name) { found.append(name) }
        }
        return found
    }
}
