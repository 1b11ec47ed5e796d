import Control
import Routing
import Settings

/// What a caller of the control socket may ask, by the groups of its process.
///
/// Root and the daemon's own user may do everything. Without `roles` in the station file everybody may who can open the
/// socket, as its mode says.
struct ControlPermissions: Sendable {
    private struct Groups: Sendable {
        var names: [String]
        var numbers: Set<UInt32>

        init(_ groups: [RoleSettings.Group]) {
            names = groups.map(\.name)
            numbers = Set(groups.compactMap { UserGroup.number($0.name) })
        }
    }

    private struct Roles: Sendable {
        var watch: Groups
        var submit: Groups
        var operate: Groups
        var read: [String: Groups]
    }

    private enum Need { case watch, submit, read, operate }

    /// The code of every refusal.
    static let code = "NOT_PERMITTED"
    /// Every office.
    private static let anyOffice = "*"

    private let roles: Roles?

    init(_ settings: RoleSettings?) {
        roles = settings.map { settings in
            Roles(
                watch: Groups(settings.watch), submit: Groups(settings.submit), operate: Groups(settings.operate),
                read: settings.read.mapValues { Groups($0) })
        }
    }

    private static func need(of request: ControlRequest) -> Need {
        switch request.verb {
        case "status", "queue.list", "queue.shape", "queue.oldest", "events", "names", "cable.show", "cable.history",
            "inbox.list", "inbox.sections",
            "suspense.list", "receipt.list", "receipt.export", "link.list", "link.show", "route.test", "watch",
            "metrics",
            "report", "hook.list", "check.acknowledgments", "check.suspense", "check.hooks", "check.certificates",
            "config.show", "network.show":
            .watch
        // A tracer is sent, and a scrub is work.
        case "cable.trace": request["ask"] == nil ? .watch : .operate
        case "check.disk": request["scrub"] == nil ? .watch : .operate
        case "submit": .submit
        case "inbox.read", "inbox.acknowledge", "inbox.forward", "inbox.archive", "suspense.close", "cable.rerun": .read
        default: .operate
        }
    }

    /// Why the caller may not ask this, or nil. Of what concerns an office, `offices` decides further.
    func refusal(of request: ControlRequest, _ caller: ControlCaller) -> ControlFailure? {
        guard let roles, !caller.isPrivileged, !has(caller, roles.operate) else { return nil }
        let (allowed, needed): (Bool, [Groups]) =
            switch Self.need(of: request) {
            case .watch:
                (
                    has(caller, roles.watch) || has(caller, roles.submit)
                        || roles.read.values.contains { has(caller, $0) },
                    [roles.watch]
                )
            case .submit: (has(caller, roles.submit), [roles.submit])
            case .read: (roles.read.values.contains { has(caller, $0) }, Array(roles.read.values))
            case .operate: (false, [])
            }
        guard !allowed else { return nil }
        return Self.failure(
            request.spokenVerb, needed.flatMap(\.names) + roles.operate.names)
    }

    /// The offices, as addresses are compared, whose cables the caller may read; nil: every one.
    func offices(_ caller: ControlCaller) -> Set<String>? {
        guard let roles, !caller.isPrivileged, !has(caller, roles.operate) else { return nil }
        let offices = Set(roles.read.filter { has(caller, $0.value) }.keys)
        return offices.contains(Self.anyOffice) ? nil : offices
    }

    func mayRead(_ office: String, _ caller: ControlCaller) -> Bool {
        offices(caller)?.contains(Network.normalised(office)) ?? true
    }

    /// For who may not read the cables of an office.
    func unreadable(_ office: String) -> ControlFailure {
        let readers = [Self.anyOffice, Network.normalised(office)].flatMap { roles?.read[$0]?.names ?? [] }
        return Self.failure("the inbox of \(office)", readers + (roles?.operate.names ?? []))
    }

    private func has(_ caller: ControlCaller, _ groups: Groups) -> Bool {
        !groups.numbers.isDisjoint(with: caller.groups)
    }

    private static func failure(_ what: String, _ groups: [String]) -> ControlFailure {
        var names: [String] = []
        for group in groups where !names.contains(group) { names.append(group) }
        return ControlFailure(
            code: code,
            message: names.isEmpty
                ? "\(what) is for root and the daemon's user only"
                : "\(what) is for the group\(names.count > 1 ? "s" : "") \(names.joined(separator: ", "))",
            advice: "ask the station's operator to add you to one, and log in anew", exit: ExitStatus.notPermitted)
    }
}
