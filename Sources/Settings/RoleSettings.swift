import Routing

/// What callers of the control socket may do, by their groups. Root and the daemon's own user may do everything.
package struct RoleSettings: Sendable, Equatable {
    /// A group by name or number, and the line that names it.
    package struct Group: Sendable, Equatable {
        package var name: String
        package var line: Int
    }

    /// Lists and states, without text and subject.
    package var watch: [Group] = []
    /// To hand in cables, and to watch.
    package var submit: [Group] = []
    /// Everything.
    package var operate: [Group] = []
    /// By office, as addresses are compared: to read and keep its inbox, and to watch. `*` is every office.
    package var read: [String: [Group]] = [:]

    package var groups: [Group] { watch + submit + operate + read.values.flatMap { $0 } }
}

extension StationFile {
    static func roles(_ value: JSON5Value, _ cursor: inout SettingsCursor) -> RoleSettings {
        let keys = cursor.members(value, at: "roles")
        var roles = RoleSettings()
        func groups(_ value: JSON5Value?, _ name: String) -> [RoleSettings.Group] {
            cursor.texts(value, name).map { RoleSettings.Group(name: $0.text, line: $0.place.line) }
        }
        roles.watch = groups(keys["watch"], "roles.watch")
        roles.submit = groups(keys["submit"], "roles.submit")
        roles.operate = groups(keys["operate"], "roles.operate")
        for member in cursor.named(keys["read"], at: "roles.read") {
            roles.read[Network.normalised(member.key)] = groups(member.value, "roles.read.*")
        }
        return roles
    }
}
