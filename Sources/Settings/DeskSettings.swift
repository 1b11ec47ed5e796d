/// What becomes of replies at the drafter's own station.
package enum ReplyPolicy: String, Sendable, Equatable, CaseIterable {
    /// What the original asked for and the reply lacks is added.
    case apply
    /// A reply that lacks something is refused.
    case require
    /// A reply goes as it is; what it lacks is said.
    case advise
}

/// A program that is run without a shell: for what an office gets, or for an alarm.
package struct HookSettings: Sendable, Equatable {
    /// Path, relative to the station file unless it begins with a slash.
    package var program: String
    package var arguments: [String]
    /// Milliseconds that it may run.
    package var timeout: UInt64 = 30_000
    /// Of the station file.
    package var line: Int

    package init(program: String, arguments: [String], timeout: UInt64 = 30_000, line: Int) {
        self.program = program
        self.arguments = arguments
        self.timeout = timeout
        self.line = line
    }
}

/// What concerns people at desks: hooks, days of rest, acknowledgments, replies.
package struct DeskSettings: Sendable, Equatable {
    package struct Desk: Hashable, Sendable {
        package var post: String
        package var office: String

        package init(post: String, office: String) {
            self.post = post
            self.office = office
        }
    }

    package var hooks: [Desk: HookSettings] = [:]
    /// By the name of the alarm; `any` for those that have none of their own.
    package var alarms: [String: HookSettings] = [:]
    /// 0 Sunday to 6 Saturday.
    package var weekend: Set<Int> = [0, 6]
    /// Days since 1970.
    package var holidays: Set<Int64> = []
    /// Of each year: months and days.
    package var yearly: [(month: Int, day: Int)] = []
    package var replies = ReplyPolicy.apply
    /// Milliseconds in which FLASH and NIACT are to be acknowledged.
    package var acknowledgeWithin: UInt64 = 600_000
    /// Called one after the other, as long as nobody acknowledges.
    package var dutyOfficers: [String] = []
    package var timeZoneLine = 0

    package init() {}

    package static func == (a: DeskSettings, b: DeskSettings) -> Bool {
        a.hooks == b.hooks && a.alarms == b.alarms && a.weekend == b.weekend && a.holidays == b.holidays
            && a.yearly.elementsEqual(b.yearly, by: ==) && a.replies == b.replies
            && a.acknowledgeWithin == b.acknowledgeWithin && a.dutyOfficers == b.dutyOfficers
    }
}

extension StationSettings {
    /// What is wrong with programs, groups and zone on this machine: only the edge can look.
    ///
    /// - Parameters:
    ///   - runs: whether a program can be run; its path as written.
    ///   - isGroup: whether the machine knows a group of this name.
    ///   - isZone: whether the machine knows a zone of this name.
    package func machineProblems(
        file: String, runs: (String) -> Bool, isGroup: (String) -> Bool, isZone: (String) -> Bool
    ) -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        for hook in Array(desks.hooks.values) + Array(desks.alarms.values) where !runs(hook.program) {
            problems.append(
                SettingsProblem(
                    file: file, line: hook.line, message: "\(hook.program) cannot be run",
                    advice: "name a program that exists and is executable"))
        }
        for group in roles?.groups ?? [] where !isGroup(group.name) {
            problems.append(
                SettingsProblem(
                    file: file, line: group.line, message: "there is no group \(group.name) here",
                    advice: "name a group of `getent group`, or make one with `groupadd`"))
        }
        if let timeZone, !isZone(timeZone) {
            problems.append(
                SettingsProblem(
                    file: file, line: desks.timeZoneLine, message: "there is no time zone \(timeZone) here",
                    advice: "write a name such as \"Europe/Paris\"; the package tzdata brings them"))
        }
        return problems.sorted { $0.line < $1.line }
    }
}
