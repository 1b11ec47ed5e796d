import Cables
package import Routing

/// Reads `station.json5`.
package enum StationFile {
    package static let standardControl = "/run/routerd/control.sock"
    /// Milliseconds.
    package static let standardGrace: UInt64 = 86_400_000
    package static let standardRetention: UInt64 = 30 * 86_400_000
    package static let standardAuditRetention: UInt64 = 400 * 86_400_000
    package static let standardScrub: UInt64 = 86_400_000

    /// - Throws: every problem (up to a hundred), each with its line.
    package static func read(octets: [UInt8], file: String) throws(SettingsProblems) -> StationSettings {
        let (root, duplicates) = try JSON5Reader.document(octets, file: file)
        var cursor = SettingsCursor(file: file, table: KeyTable.station, problems: duplicates)
        let settings = self.settings(root, &cursor)
        guard cursor.problems.isEmpty, let settings else { throw SettingsProblems(sorting: cursor.problems) }
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
                problem(
                    file, place(of: ["station"], octets, file),
                    "the network file knows no station \(settings.station)",
                    nearest.map { "did you mean \($0)?" } ?? "add it there")
            ]
        }
        return settings.offices.filter { !station.posts.contains($0.post) }.map {
            problem(
                file, place(of: ["offices", $0.post], octets, file),
                "\($0.post) is no post of \(settings.station)",
                "its posts are \(station.posts.joined(separator: ", "))")
        }
    }

    private static func problem(
        _ file: String, _ place: JSON5Place, _ message: String, _ advice: String
    ) -> SettingsProblem {
        SettingsProblem(file: file, line: place.line, column: place.column, message: message, advice: advice)
    }

    /// Where a key stands; the first line of a file that cannot be read.
    private static func place(of path: [String], _ octets: [UInt8], _ file: String) -> JSON5Place {
        var found = JSON5Place(line: 1, column: 1)
        do throws(SettingsProblems) {
            var value = try JSON5Reader.read(octets, file: file)
            for name in path {
                guard case .object(let members) = value.content,
                    let member = members.first(where: { $0.key == name || Network.normalised($0.key) == name })
                else { break }
                found = member.place
                value = member.value
            }
        } catch {
            return found
        }
        return found
    }

    private static func settings(_ root: JSON5Value, _ cursor: inout SettingsCursor) -> StationSettings? {
        let keys = cursor.members(root, at: "")
        let station = cursor.indicator(cursor.required(keys, "station", root), "station")
        let network = cursor.text(cursor.required(keys, "network", root), "network")
        let state = cursor.text(cursor.required(keys, "state", root), "state")
        let control = cursor.text(keys["control"], "control") ?? standardControl
        let tls = cursor.required(keys, "tls", root).flatMap { self.tls($0, &cursor) }
        var desks = DeskSettings()
        let offices = self.offices(keys["offices"], &cursor, &desks)
        desks.alarms = alarms(keys["alarms"], &cursor)
        let originators = cursor.texts(keys["originators"], "originators").map { Network.normalised($0.text) }
        let users = self.users(keys["users"], &cursor)
        let roles = keys["roles"].map { self.roles($0, &cursor) }
        calendar(keys["calendar"], &cursor, &desks)
        acknowledgment(keys["acknowledgment"], &cursor, &desks)
        replies(keys["replies"], &cursor, &desks)
        let timeZone = cursor.text(keys["timeZone"], "timeZone")
        desks.timeZoneLine = keys["timeZone"]?.place.line ?? 0
        var grace = standardGrace
        var retention = standardRetention
        var auditRetention = standardAuditRetention
        var scrub = standardScrub
        var retentionOctets = 0
        if let custody = keys["custody"] {
            let keys = cursor.members(custody, at: "custody")
            grace = cursor.duration(keys["grace"], "custody.grace") ?? grace
            retention = cursor.duration(keys["retention"], "custody.retention") ?? retention
            scrub = cursor.duration(keys["scrub"], "custody.scrub") ?? scrub
            auditRetention = cursor.duration(keys["auditRetention"], "custody.auditRetention") ?? auditRetention
            retentionOctets = cursor.whole(keys["retentionOctets"], "custody.retentionOctets") ?? retentionOctets
        }
        let limits = keys["limits"].map { self.limits($0, &cursor) } ?? StationSettings.Limits()
        let alternates = byPrecedence(
            keys["alternateAfter"], "alternateAfter", StationSettings.standardAlternateAfter, &cursor)
        let lives = byPrecedence(
            keys["lives"], "lives", [UInt64](repeating: limits.life, count: Precedence.allCases.count), &cursor)
        let metrics = cursor.loopback(keys["metrics"], "metrics")
        var subjects = false
        if let page = keys["statusPage"] {
            let keys = cursor.members(page, at: "statusPage")
            subjects = cursor.flag(keys["subjects"], "statusPage.subjects") ?? false
        }
        guard let station, let network, let state, let tls else { return nil }
        return StationSettings(
            station: station, network: network, state: state, control: control, tls: tls, offices: offices,
            originators: originators, precedences: users, roles: roles, timeZone: timeZone, grace: grace,
            retention: retention,
            auditRetention: auditRetention, scrub: scrub, retentionOctets: UInt64(retentionOctets), limits: limits,
            alternateAfter: alternates, lives: lives, metrics: metrics, statusSubjects: subjects, desks: desks)
    }

    /// A duration for each precedence, by rank; what stands above FLASH has its.
    private static func byPrecedence(
        _ value: JSON5Value?, _ path: String, _ standard: [UInt64], _ cursor: inout SettingsCursor
    ) -> [UInt64] {
        guard let value else { return standard }
        let keys = cursor.members(value, at: path)
        let read = ["flash", "immediate", "priority", "routine"].map { name in
            cursor.duration(keys[name], "\(path).\(name)")
        }
        return Precedence.allCases.map { precedence in
            let own: UInt64? =
                switch precedence {
                case .critic, .emergencyCommand, .flash: read[0]
                case .immediate: read[1]
                case .priority: read[2]
                case .routine: read[3]
                }
            return own ?? standard[Int(precedence.rawValue)]
        }
    }

    private static func tls(_ value: JSON5Value, _ cursor: inout SettingsCursor) -> StationSettings.TLS? {
        let keys = cursor.members(value, at: "tls")
        guard case .object = value.content else { return nil }
        let certificate = cursor.text(cursor.required(keys, "certificate", value), "tls.certificate")
        let key = cursor.text(cursor.required(keys, "key", value), "tls.key")
        let authorities = cursor.text(cursor.required(keys, "authorities", value), "tls.authorities")
        let revocations = cursor.text(keys["revocations"], "tls.revocations")
        let signed = cursor.flag(keys["requireSignedNetwork"], "tls.requireSignedNetwork") ?? false
        guard let certificate, let key, let authorities else { return nil }
        return StationSettings.TLS(
            certificate: certificate, key: key, authorities: authorities, revocations: revocations,
            requireSignedNetwork: signed)
    }

    private static func users(_ value: JSON5Value?, _ cursor: inout SettingsCursor) -> [UInt32: Precedence] {
        var found: [UInt32: Precedence] = [:]
        for member in cursor.named(value, at: "users") {
            guard let uid = UInt32(member.key) else {
                cursor.complain(member.place, "\(member.key) is no uid", "write the number that `id -u` prints")
                continue
            }
            let keys = cursor.members(member.value, at: "users.*")
            guard let precedence = cursor.precedence(keys["precedence"], "precedence") else { continue }
            found[uid] = precedence
        }
        return found
    }

    private static func limits(_ value: JSON5Value, _ cursor: inout SettingsCursor) -> StationSettings.Limits {
        let keys = cursor.members(value, at: "limits")
        var limits = StationSettings.Limits()
        func whole(_ key: String, _ field: WritableKeyPath<StationSettings.Limits, Int>) {
            if let number = cursor.whole(keys[key], "limits.\(key)") { limits[keyPath: field] = number }
        }
        func duration(_ key: String, _ field: WritableKeyPath<StationSettings.Limits, UInt64>) {
            if let time = cursor.duration(keys[key], "limits.\(key)") { limits[keyPath: field] = time }
        }
        whole("cableOctets", \.cableOctets)
        whole("windowOctets", \.windowOctets)
        whole("unsentOctetsPerLink", \.unsentOctetsPerLink)
        whole("partialOctets", \.partialOctets)
        whole("controlConnections", \.controlConnections)
        whole("controlConnectionsPerUser", \.controlConnectionsPerUser)
        whole("hopLimit", \.hopLimit)
        duration("retryDelayMin", \.retryDelayMin)
        duration("retryDelayMax", \.retryDelayMax)
        duration("life", \.life)
        duration("keepalive", \.keepalive)
        duration("silence", \.silence)
        duration("handshake", \.handshake)
        settleOrder(keys, &limits, &cursor)
        return limits
    }

    /// Limits that go in pairs: what is written must agree, and a default gives way to the other that is written.
    private static func settleOrder(
        _ keys: [String: JSON5Value], _ limits: inout StationSettings.Limits, _ cursor: inout SettingsCursor
    ) {
        if limits.retryDelayMin > limits.retryDelayMax {
            if let value = keys["retryDelayMin"], keys["retryDelayMax"] != nil {
                cursor.complain(
                    value.place, "limits.retryDelayMin is longer than limits.retryDelayMax",
                    "write the shorter one as retryDelayMin")
            } else if keys["retryDelayMin"] != nil {
                limits.retryDelayMax = limits.retryDelayMin
            } else {
                limits.retryDelayMin = limits.retryDelayMax
            }
        }
        if limits.keepalive >= limits.silence {
            if let value = keys["silence"], keys["keepalive"] != nil {
                cursor.complain(
                    value.place, "limits.silence is not longer than limits.keepalive",
                    "give a neighbour time to answer")
            } else if keys["keepalive"] != nil {
                limits.silence = limits.keepalive * 3
            } else {
                limits.keepalive = max(limits.silence / 3, 1)
            }
        }
        if limits.controlConnectionsPerUser > limits.controlConnections {
            if let value = keys["controlConnectionsPerUser"], keys["controlConnections"] != nil {
                cursor.complain(
                    value.place, "limits.controlConnectionsPerUser is more than limits.controlConnections",
                    "write at most that many")
            } else if keys["controlConnectionsPerUser"] != nil {
                limits.controlConnections = limits.controlConnectionsPerUser
            } else {
                limits.controlConnectionsPerUser = limits.controlConnections
            }
        }
    }
}
