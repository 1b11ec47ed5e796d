import Cables
import Routing

/// Offices with their rules and programs, days of rest, acknowledgments.
extension StationFile {
    private static let weekdays = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"]

    static func offices(
        _ value: JSON5Value?, _ cursor: inout SettingsCursor, _ desks: inout DeskSettings
    ) -> [OfficePlan] {
        var seen: [String: Int] = [:]
        var plans: [OfficePlan] = []
        for member in cursor.named(value, at: "offices") {
            let post = Network.normalised(member.key)
            if let first = seen[post] {
                cursor.complain(member.place, "post \(post) stands twice, first on line \(first)", "keep one")
            }
            seen[post] = member.line
            let keys = cursor.members(member.value, at: "offices.*")
            var plan = OfficePlan(
                post: post,
                standard: cursor.text(keys["default"], "default") ?? OfficeDirectory.standardOffice,
                sipdis: cursor.text(keys["sipdis"], "sipdis"),
                offices: cursor.texts(keys["offices"], "offices").map(\.text))
            let known = plan.offices + [plan.standard] + [plan.sipdis].compactMap { $0 }
            plan.rules = cursor.elements(keys["rules"], "rules").compactMap { rule($0, known, &cursor) }
            for hook in cursor.named(keys["hooks"], at: "offices.*.hooks") {
                guard let office = office(hook.key, known, hook.place, &cursor) else { continue }
                guard let settings = self.hook(hook.value, at: "offices.*.hooks.*", &cursor) else { continue }
                desks.hooks[DeskSettings.Desk(post: post, office: office)] = settings
                plan.hooked.insert(office)
            }
            plans.append(plan)
        }
        return plans
    }

    private static func rule(
        _ value: JSON5Value, _ known: [String], _ cursor: inout SettingsCursor
    ) -> OfficeRule? {
        let path = "offices.*.rules[]"
        let keys = cursor.members(value, at: path)
        guard case .object = value.content else { return nil }
        let caption = cursor.text(keys["caption"], "caption").map { OfficeRule.Trigger.caption(Network.normalised($0)) }
        let pass = cursor.text(keys["pass"], "pass").map { OfficeRule.Trigger.pass($0) }
        let tags = cursor.texts(keys["tags"], "tags").map(\.text)
        let subject = cursor.texts(keys["subject"], "subject").map(\.text)
        var triggers = [caption, pass].compactMap { $0 }
        if !tags.isEmpty { triggers.append(.tags(tags)) }
        if !subject.isEmpty { triggers.append(.subject(subject)) }
        let action = cursor.text(keys["action"], "action").flatMap { name in
            office(name, known, keys["action"]?.place ?? value.place, &cursor)
        }
        let information = cursor.texts(keys["info"], "info").compactMap { office($0.text, known, $0.place, &cursor) }
        guard triggers.count == 1, let trigger = triggers.first else {
            cursor.complain(
                value.place, "a rule names \(triggers.isEmpty ? "nothing" : "more than one thing") to look for",
                "write one of caption, pass, tags, subject in each rule")
            return nil
        }
        guard action != nil || !information.isEmpty else {
            if keys["action"] == nil, keys["info"] == nil {
                cursor.complain(
                    value.place, "a rule names no office", "write action: OFFICE, info: [OFFICE …], or both")
            }
            return nil
        }
        return OfficeRule(trigger, action: action, information: information)
    }

    private static func office(
        _ name: String, _ known: [String], _ place: JSON5Place, _ cursor: inout SettingsCursor
    ) -> String? {
        let wanted = Network.normalised(name)
        if let office = known.first(where: { Network.normalised($0) == wanted }) { return office }
        cursor.complain(
            place, "\(name) is no office of the post", of: name, among: known,
            otherwise: "add it to offices; known are \(known.joined(separator: ", "))")
        return nil
    }

    // MARK: Programs

    private static func hook(
        _ value: JSON5Value, at path: String, _ cursor: inout SettingsCursor
    ) -> HookSettings? {
        let keys = cursor.members(value, at: path)
        guard case .object = value.content,
            let program = cursor.text(cursor.required(keys, "program", value), "program")
        else { return nil }
        var hook = HookSettings(
            program: program, arguments: cursor.texts(keys["arguments"], "arguments").map(\.text),
            line: keys["program"]?.place.line ?? value.place.line)
        hook.timeout = cursor.duration(keys["timeout"], "\(path).timeout") ?? hook.timeout
        return hook
    }

    static func alarms(_ value: JSON5Value?, _ cursor: inout SettingsCursor) -> [String: HookSettings] {
        var found: [String: HookSettings] = [:]
        for member in cursor.named(value, at: "alarms") {
            found[member.key] = hook(member.value, at: "alarms.*", &cursor)
        }
        return found
    }

    // MARK: People

    static func calendar(_ value: JSON5Value?, _ cursor: inout SettingsCursor, _ desks: inout DeskSettings) {
        guard let value else { return }
        let keys = cursor.members(value, at: "calendar")
        if let weekend = keys["weekend"] {
            desks.weekend = []
            for (text, place) in cursor.texts(weekend, "calendar.weekend") {
                if let day = weekdays.firstIndex(of: Network.normalised(text)) {
                    desks.weekend.insert(day)
                } else {
                    cursor.complain(
                        place, "\(text) is no day of the week", of: Network.normalised(text), among: weekdays,
                        otherwise: "write for example \"FRIDAY\"")
                }
            }
            if desks.weekend.count == 7 {
                cursor.complain(weekend.place, "calendar.weekend leaves no business day", "leave one out")
            }
        }
        for (text, place) in cursor.texts(keys["holidays"], "calendar.holidays") {
            holiday(text, place, &cursor, &desks)
        }
    }

    private static func holiday(
        _ text: String, _ place: JSON5Place, _ cursor: inout SettingsCursor, _ desks: inout DeskSettings
    ) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        let numbers = parts.compactMap { $0 }
        // A leap year, so that the 29th of February may be a holiday.
        let date = numbers.count == 2 ? [2_000] + numbers : numbers
        guard numbers.count == parts.count, date.count == 3, (1_900...2_999).contains(date[0]),
            (1...12).contains(date[1]), (1...DateTimeGroup.daysIn(date[1], date[0])).contains(date[2])
        else {
            return cursor.complain(
                place, "\(text) is no day", "write YYYY-MM-DD, or MM-DD for a day of every year")
        }
        if numbers.count == 2 {
            desks.yearly.append((date[1], date[2]))
        } else {
            desks.holidays.insert(DateTimeGroup.daysFromCivil(date[0], date[1], date[2]))
        }
    }

    static func acknowledgment(_ value: JSON5Value?, _ cursor: inout SettingsCursor, _ desks: inout DeskSettings) {
        guard let value else { return }
        let keys = cursor.members(value, at: "acknowledgment")
        desks.acknowledgeWithin =
            cursor.duration(keys["within"], "acknowledgment.within") ?? desks.acknowledgeWithin
        desks.dutyOfficers = cursor.texts(keys["dutyOfficers"], "acknowledgment.dutyOfficers").map(\.text)
    }

    static func replies(_ value: JSON5Value?, _ cursor: inout SettingsCursor, _ desks: inout DeskSettings) {
        guard let value, let text = cursor.text(value, "replies") else { return }
        guard let policy = ReplyPolicy(rawValue: text) else {
            return cursor.complain(
                value.place, "\(text) is no policy for replies", of: text, among: ReplyPolicy.allCases.map(\.rawValue),
                otherwise: "write apply, require or advise")
        }
        desks.replies = policy
    }
}
