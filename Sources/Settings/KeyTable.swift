/// One key of a settings file: what the readers accept and the sample files in `Config` show.
package struct SettingsKey: Sendable {
    /// With its parents, such as `tls.certificate`; `[]` stands for each element, `*` for a name of the user's.
    package var path: String
    package var standard: String
    package var meaning: String

    init(_ path: String, _ standard: String, _ meaning: String) {
        self.path = path
        self.standard = standard
        self.meaning = meaning
    }
}

/// Every key of the two files.
package enum KeyTable {
    package static let network: [SettingsKey] = [
        SettingsKey("network", "required", "name of the network; stands in every certificate and signature"),
        SettingsKey("version", "0", "whole number that grows with each change of the file"),
        SettingsKey("stations", "required", "list of stations"),
        SettingsKey("stations[].indicator", "required", "routing indicator, 4 to 8 capital letters"),
        SettingsKey("stations[].posts", "required", "plain-language addresses that the station serves"),
        SettingsKey("stations[].address", "required", "host:port, or a list of them, tried in order"),
        SettingsKey("stations[].clearance", "required", "highest classification that it may hold"),
        SettingsKey("stations[].nation", "the network's own", "nation, for releasability"),
        SettingsKey("stations[].gateway", "false", "may sign for originators of other networks"),
        SettingsKey("stations[].shared", "false", "one of several stations behind one post"),
        SettingsKey("links", "required", "list of links"),
        SettingsKey("links[].between", "required", "the two stations"),
        SettingsKey("links[].clearance", "the lower of both stations", "highest classification that may pass"),
        SettingsKey("links[].cost", "1", "whole number from 1; the lowest total cost wins"),
        SettingsKey("collectives", "none", "named lists of posts"),
        SettingsKey("collectives.*", "", "the posts, other collectives or aliases in the list"),
        SettingsKey("aliases", "none", "other names of posts"),
        SettingsKey("aliases.*", "", "the post that is meant"),
        SettingsKey("captionRules", "none", "kept for rules on captions; not read yet"),
    ]

    package static let station: [SettingsKey] = [
        SettingsKey("station", "required", "this station's routing indicator"),
        SettingsKey("network", "required", "path of the network file, relative to this file"),
        SettingsKey("state", "required", "folder of journal and bodies; it must survive a power cut"),
        SettingsKey("control", "/run/routerd/control.sock", "path of the control socket"),
        SettingsKey("tls.certificate", "required", "PEM file of this station's certificate"),
        SettingsKey("tls.key", "required", "PEM file of its key; readable by nobody else"),
        SettingsKey("tls.authorities", "required", "PEM file of the network's authorities"),
        SettingsKey("tls.revocations", "none", "PEM file of revocation lists"),
        SettingsKey(
            "tls.requireSignedNetwork", "false", "network.json5.sig by the authority is required; not read yet"),
        SettingsKey("offices", "one office DEFAULT per post", "offices of each post"),
        SettingsKey("offices.*.default", "DEFAULT", "desk of cables that name no office"),
        SettingsKey("offices.*.sipdis", "none", "desk that gets a copy of each SIPDIS cable"),
        SettingsKey("offices.*.offices", "none", "office symbols"),
        SettingsKey("offices.*.rules", "none", "kept for distribution by TAGS and subject; not read yet"),
        SettingsKey("originators", "the station's posts", "further names that users here may write after FM"),
        SettingsKey("users", "none", "what users may do beside the ordinary"),
        SettingsKey("users.*.precedence", "FLASH", "highest precedence that the user (a uid) may send"),
        SettingsKey("calendar", "none", "kept for business days; not read yet"),
        SettingsKey("timeZone", "UTC", "kept for deadlines of people; not read yet"),
        SettingsKey("custody.grace", "24h", "how long a passed cable is kept; seconds, or 30m, 24h, 7d"),
        SettingsKey("limits.cableOctets", "83886080", "largest cable, octets"),
        SettingsKey("limits.windowOctets", "1048576", "what a neighbour may send ahead, octets"),
        SettingsKey("limits.retryDelayMin", "0.5", "first wait before dialling again, seconds"),
        SettingsKey("limits.retryDelayMax", "60", "longest wait before dialling again, seconds"),
        SettingsKey("limits.hopLimit", "16", "stations that a cable may pass"),
        SettingsKey("limits.life", "7d", "how long a cable originated here may be under way"),
        SettingsKey("limits.keepalive", "10", "silence after which a neighbour is asked, seconds"),
        SettingsKey("limits.silence", "30", "silence after which a session is given up, seconds"),
        SettingsKey("limits.handshake", "10", "handshake without progress, seconds"),
        SettingsKey("metrics", "none", "kept for host:port of metrics; not read yet"),
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
