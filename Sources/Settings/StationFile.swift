package import Cables
package import Routing

/// `station.json5` as legal values; paths as written.
package struct StationSettings: Sendable, Equatable {
    package struct TLS: Sendable, Equatable {
        package var certificate: String
        package var key: String
        package var authorities: String
        package var revocations: String?
        package var requireSignedNetwork: Bool
    }

    package struct Limits: Sendable, Equatable {
        /// Octets.
        package var cableOctets = 80 << 20
        package var windowOctets = 1 << 20
        /// Milliseconds.
        package var retryDelayMin: UInt64 = 500
        package var retryDelayMax: UInt64 = 60_000
        package var life: UInt64 = 7 * 86_400_000
        package var keepalive: UInt64 = 10_000
        package var silence: UInt64 = 30_000
        package var handshake: UInt64 = 10_000
        package var hopLimit = 16
    }

    package var station: RoutingIndicator
    package var network: String
    package var state: String
    package var control: String
    package var tls: TLS
    package var offices: [OfficePlan]
    package var originators: [String]
    /// Highest precedence by uid, where it differs from FLASH.
    package var precedences: [UInt32: Precedence]
    /// Milliseconds.
    package var grace: UInt64
    package var limits: Limits
}

/// Reads `station.json5`.
package enum StationFile {
    package static let standardControl = "/run/routerd/control.sock"

    /// - Throws: every problem, each with its line.
    package static func read(octets: [UInt8], file: String) throws(SettingsProblems) -> StationSettings {
        let root = try JSON5Reader.read(octets, file: file)
        var cursor = SettingsCursor(file: file, table: KeyTable.station)
        let settings = self.settings(root, &cursor)
        guard cursor.problems.isEmpty, let settings else {
            throw SettingsProblems(cursor.problems.sorted { $0.line < $1.line })
        }
        return settings
    }

    /// What is wrong between the two files.
    package static func mismatches(
        _ settings: StationSettings, _ network: Network, octets: [UInt8], file: String
    ) -> [SettingsProblem] {
        guard let station = network.station(settings.station) else {
            let known = network.stations.map(\.indicator.description).sorted()
            let nearest = SpellingDistance.nearest(to: settings.station.description, among: known, most: 1).first
            return [
                SettingsProblem(
                    file: file, line: lineOf("station", octets, file),
                    message: "the network file knows no station \(settings.station)",
                    advice: nearest.map { "did you mean \($0)?" } ?? "add it there")
            ]
        }
        return settings.offices.filter { !station.posts.contains($0.post) }.map {
            SettingsProblem(
                file: file, line: lineOf("offices", octets, file),
                message: "\($0.post) is no post of \(settings.station)",
                advice: "its posts are \(station.posts.joined(separator: ", "))")
        }
    }

    private static func lineOf(_ key: String, _ octets: [UInt8], _ file: String) -> Int {
        do throws(SettingsProblems) {
            let root = try JSON5Reader.read(octets, file: file)
            if case .object(let members) = root.content { return members.first { $0.key == key }?.line ?? 1 }
        } catch {
            return 1
        }
        return 1
    }

    private static func settings(_ root: JSON5Value, _ cursor: inout SettingsCursor) -> StationSettings? {
        let keys = cursor.members(root, at: "")
        let station = cursor.indicator(cursor.required(keys, "station", root), "station")
        let network = cursor.text(cursor.required(keys, "network", root), "network")
        let state = cursor.text(cursor.required(keys, "state", root), "state")
        let control = cursor.text(keys["control"], "control") ?? standardControl
        let tls = cursor.required(keys, "tls", root).flatMap { self.tls($0, &cursor) }
        let offices = self.offices(keys["offices"], &cursor)
        let originators = cursor.texts(keys["originators"], "originators").map { Network.normalised($0.text) }
        let users = self.users(keys["users"], &cursor)
        var grace: UInt64 = 86_400_000
        if let custody = keys["custody"] {
            grace = cursor.duration(cursor.members(custody, at: "custody")["grace"], "custody.grace") ?? grace
        }
        let limits = keys["limits"].map { self.limits($0, &cursor) } ?? StationSettings.Limits()
        guard let station, let network, let state, let tls else { return nil }
        return StationSettings(
            station: station, network: network, state: state, control: control, tls: tls, offices: offices,
            originators: originators, precedences: users, grace: grace, limits: limits)
    }

    private static func tls(_ value: JSON5Value, _ cursor: inout SettingsCursor) -> StationSettings.TLS? {
        let keys = cursor.members(value, at: "tls")
        let certificate = cursor.text(cursor.required(keys, "certificate", value), "tls.certificate")
        let key = cursor.text(cursor.required(keys, "key", value), "tls.key")
        let authorities = cursor.text(cursor.required(keys, "authorities", value), "tls.authorities")
        let revocations = cursor.text(keys["revocations"], "tls.revocations")
        let signed = cursor.flag(keys["requireSignedNetwork"], "tls.requireSignedNetwork") ?? false
        if signed, let place = keys["requireSignedNetwork"] {
            cursor.complain(place.line, "signed network files are not yet checked", "leave the key out or write false")
        }
        guard let certificate, let key, let authorities else { return nil }
        return StationSettings.TLS(
            certificate: certificate, key: key, authorities: authorities, revocations: revocations,
            requireSignedNetwork: signed)
    }

    private static func offices(_ value: JSON5Value?, _ cursor: inout SettingsCursor) -> [OfficePlan] {
        cursor.named(value, at: "offices").map { member in
            let keys = cursor.members(member.value, at: "offices.*")
            return OfficePlan(
                post: Network.normalised(member.key),
                standard: cursor.text(keys["default"], "default") ?? OfficeDirectory.standardOffice,
                sipdis: cursor.text(keys["sipdis"], "sipdis"),
                offices: cursor.texts(keys["offices"], "offices").map(\.text))
        }
    }

    private static func users(_ value: JSON5Value?, _ cursor: inout SettingsCursor) -> [UInt32: Precedence] {
        var found: [UInt32: Precedence] = [:]
        for member in cursor.named(value, at: "users") {
            guard let uid = UInt32(member.key) else {
                cursor.complain(member.line, "\(member.key) is no uid", "write the number that `id -u` prints")
                continue
            }
            let keys = cursor.members(member.value, at: "users.*")
            guard let place = keys["precedence"], let text = cursor.text(place, "precedence") else { continue }
            guard let precedence = Precedence(word: text.uppercased()) else {
                let words = Precedence.allCases.map(\.word).joined(separator: ", ")
                cursor.complain(place.line, "\(text) is no precedence", "write one of \(words)")
                continue
            }
            found[uid] = precedence
        }
        return found
    }

    private static func limits(_ value: JSON5Value, _ cursor: inout SettingsCursor) -> StationSettings.Limits {
        let keys = cursor.members(value, at: "limits")
        var limits = StationSettings.Limits()
        limits.cableOctets =
            cursor.whole(keys["cableOctets"], "cableOctets", 1_024...(1 << 30)) ?? limits.cableOctets
        limits.windowOctets =
            cursor.whole(keys["windowOctets"], "windowOctets", 65_536...(1 << 28)) ?? limits.windowOctets
        limits.hopLimit = cursor.whole(keys["hopLimit"], "hopLimit", 1...60) ?? limits.hopLimit
        limits.retryDelayMin = cursor.duration(keys["retryDelayMin"], "retryDelayMin") ?? limits.retryDelayMin
        limits.retryDelayMax = cursor.duration(keys["retryDelayMax"], "retryDelayMax") ?? limits.retryDelayMax
        limits.life = cursor.duration(keys["life"], "life") ?? limits.life
        limits.keepalive = cursor.duration(keys["keepalive"], "keepalive") ?? limits.keepalive
        limits.silence = cursor.duration(keys["silence"], "silence") ?? limits.silence
        limits.handshake = cursor.duration(keys["handshake"], "handshake") ?? limits.handshake
        return limits
    }
}
