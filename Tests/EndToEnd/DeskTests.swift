import Foundation
import Testing

/// Days of the calendar in UTC, as the station files have them.
private enum Day {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC") ?? .gmt
        return calendar
    }()

    static func text(_ date: Date) -> String {
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    static func after(_ date: Date, _ days: Int) -> Date { date.addingTimeInterval(Double(days) * 86_400) }

    /// SUNDAY is 1.
    static func isWeekend(_ date: Date) -> Bool { [1, 7].contains(calendar.component(.weekday, from: date)) }

    /// The next day behind a date that is no weekend.
    static func nextWorkday(_ date: Date) -> Date {
        var day = after(date, 1)
        while isWeekend(day) { day = after(day, 1) }
        return day
    }

    /// So many business days later, with one holiday.
    static func business(_ count: Int, after date: Date, holiday: Date) -> Date {
        var day = date
        var left = count
        while left > 0 {
            day = after(day, 1)
            if !isWeekend(day), text(day) != text(holiday) { left -= 1 }
        }
        return day
    }
}

private let action = """
    P 061011Z MAY 26
    FM FOREIGN OFFICE CAPITAL
    TO EMBASSY NORTHLAND PRIORITY

    C O N F I D E N T I A L CAPITAL 004410

    E.O. 12958: DECL: 05/06/2036
    TAGS: EAID
    SUBJECT: EXERCISE -- TENTS FOR THE SPRING FLOODS

    1. (C) EXERCISE. THE EMBASSY IS ASKED TO REPORT. PLEASE SLUG REPLIES FOR
    SUP/TENTS. PLEASE INCLUDE SIPDIS IN ALL REPLIES. THE DEPARTMENT WOULD
    WELCOME A RESPONSE WITHIN SEVEN (7) BUSINESS DAYS OF RECEIPT OF THIS CABLE.
    DRAFTER

    """

/// Neither addressee nor reference, caption or slug.
private let bareReply = """
    R 081500Z MAY 26
    FM EMBASSY NORTHLAND

    C O N F I D E N T I A L NORTHLAND 000402

    SUBJECT: EXERCISE -- TENTS COUNTED

    1. (C) EXERCISE. TWO HUNDRED AND NINETY STAND; TEN ARE TORN.
    COUNTER

    """

@Suite("Desks: offices, replies, suspense, acknowledgments", .serialized)
struct DeskTests {
    private static var capital: [String: Any] {
        [
            "FOREIGN OFFICE CAPITAL": [
                "default": "REGISTRY", "sipdis": "NET", "offices": ["SUP", "SUP/TENTS", "WATCH"],
                "rules": [["tags": ["ETRD"], "action": "SUP", "info": ["WATCH"]]],
            ]
        ]
    }

    private static var northland: [String: Any] {
        [
            "EMBASSY NORTHLAND": ["default": "CHANCERY", "offices": ["AID", "POL"]]
        ]
    }

    private func start(_ lab: Lab, holiday: Date? = nil, within: String = "10m") throws {
        try lab.configure("RUECAP") { $0["offices"] = Self.capital }
        try lab.configure("RUENO") {
            $0["offices"] = Self.northland
            if let holiday { $0["calendar"] = ["weekend": ["SATURDAY", "SUNDAY"], "holidays": [Day.text(holiday)]] }
            $0["acknowledgment"] = ["within": within, "dutyOfficers": ["FIRST", "SECOND"]]
        }
        try lab.start("RUECAP", "RUEHUB", "RUENO")
    }

    private func deliver(_ lab: Lab, _ cable: String, from station: String = "RUECAP", to: String = "RUENO") throws
        -> String
    {
        let submitted = lab.ctl(station, "submit", "-", input: Data(cable.utf8))
        #expect(submitted.status == 0, "\(submitted.error)")
        let id = try #require(submitted.document["id"] as? String)
        try lab.wait("it is there") { lab.ctl(to, "inbox", "list").rows.contains { $0["id"] as? String == id } }
        return id
    }

    @Test("An action cable is due over a weekend and a holiday; the bare reply finds desk and suspense, on both sides")
    func story() throws {
        let lab = try Lab(Lab.row)
        let today = Date()
        // The clock cannot be moved: the holiday is the next day on which somebody would work.
        let holiday = Day.nextWorkday(today)
        let expected = Day.text(Day.business(7, after: today, holiday: holiday))
        try start(lab, holiday: holiday)
        let id = try deliver(lab, action)

        let owed = try #require(lab.ctl("RUENO", "suspense", "list").rows.first)
        #expect((owed["due"] as? String)?.prefix(10) == expected[...])
        #expect(owed["state"] as? String == "open")
        #expect(owed["office"] as? String == "CHANCERY")
        #expect(owed["awaited"] as? Bool == false)
        try lab.wait("the originator waits for the reply") { !lab.ctl("RUECAP", "suspense", "list").rows.isEmpty }
        let awaited = try #require(lab.ctl("RUECAP", "suspense", "list").rows.first)
        #expect(awaited["due"] as? String == owed["due"] as? String)
        #expect(awaited["post"] as? String == "EMBASSY NORTHLAND")
        #expect(lab.ctl("RUENO", "suspense", "list", "--due", "15d").rows.count == 1)
        #expect(lab.ctl("RUENO", "suspense", "list", "--due", "1h").rows.isEmpty)
        #expect(lab.ctl("RUENO", "suspense", "list", "--overdue").rows.isEmpty)
        let entry = try #require(lab.ctl("RUENO", "inbox", "list").rows.first)
        #expect(entry["due"] as? String == owed["due"] as? String)

        let replied = lab.ctl("RUENO", "reply", id, "-", input: Data(bareReply.utf8))
        #expect(replied.status == 0, "\(replied.error)")
        let tagged = replied.document["tagged"] as? [String: Any]
        #expect(tagged?["captions"] as? [String] == ["SIPDIS"])
        #expect(tagged?["slugs"] as? [String] == ["SUP/TENTS"])
        #expect(tagged?["addressees"] as? [String] == ["FOREIGN OFFICE CAPITAL"])
        #expect(tagged?["references"] as? [String] == ["CAPITAL 004410"])
        let answer = try #require(replied.document["id"] as? String)
        try lab.wait("the reply is there") { lab.ctl("RUECAP", "inbox", "list").rows.count == 2 }
        let entries = lab.ctl("RUECAP", "inbox", "list").rows
        #expect(entries.compactMap { $0["office"] as? String } == ["SUP/TENTS", "NET"])
        #expect(entries.compactMap { $0["role"] as? String } == ["action", "sipdis"])

        for station in ["RUECAP", "RUENO"] {
            let row = try #require(lab.ctl(station, "suspense", "list").rows.first)
            #expect(row["state"] as? String == "answered", "\(station)")
            #expect(row["replyId"] as? String == answer)
            #expect(lab.ctl(station, "suspense", "list", "--due", "15d").rows.isEmpty)
        }
        let replies = lab.ctl("RUECAP", "cable", "show", id).document["replies"] as? [[String: Any]]
        #expect(replies?.count == 1)
        #expect(replies?.first?["id"] as? String == answer)
        #expect(replies?.first?["post"] as? String == "EMBASSY NORTHLAND")
        #expect(replies?.first?["late"] as? Bool == false)

        // All of it stands in the journal.
        lab.kill("RUECAP")
        lab.kill("RUENO")
        try lab.start("RUECAP", "RUENO")
        for station in ["RUECAP", "RUENO"] {
            #expect(lab.ctl(station, "suspense", "list").rows.first?["state"] as? String == "answered", "\(station)")
        }
        #expect((lab.ctl("RUECAP", "cable", "show", id).document["replies"] as? [[String: Any]])?.count == 1)
    }

    @Test("The policy of the station: require refuses and says what is missing, advise sends and says it")
    func policies() throws {
        let lab = try Lab(Lab.row)
        try lab.configure("RUENO") { $0["replies"] = "require" }
        try start(lab)
        let id = try deliver(lab, action)
        let refused = lab.ctl("RUENO", "reply", id, "-", input: Data(bareReply.utf8))
        #expect(refused.status == 65)
        #expect(refused.error.contains("REPLY_INCOMPLETE"))
        #expect(refused.error.contains("SIPDIS") && refused.error.contains("SUP/TENTS"))
        #expect(refused.error.contains("FOREIGN OFFICE CAPITAL"))

        let whole = bareReply.replacingOccurrences(of: "\n\nC O N", with: "\nTO FOREIGN OFFICE CAPITAL\n\nC O N")
            .replacingOccurrences(of: "COUNTED\n", with: "COUNTED\n\nREF: CAPITAL 004410\n")
        _ = lab.terminate("RUENO")
        try lab.configure("RUENO") { $0["replies"] = "advise" }
        try lab.start("RUENO")
        let sent = lab.ctl("RUENO", "reply", id, "-", input: Data(whole.utf8))
        #expect(sent.status == 0, "\(sent.error)")
        let warnings = (sent.document["warnings"] as? [String] ?? []).joined()
        #expect(warnings.contains("SIPDIS") && warnings.contains("SUP/TENTS"))
        #expect((sent.document["tagged"] as? [String: Any])?["captions"] as? [String] == [])
        try lab.wait("it is linked all the same") {
            lab.ctl("RUECAP", "suspense", "list").rows.first?["state"] as? String == "answered"
        }

        // Marks above the classification, and a caption that excludes SIPDIS.
        let above = whole.replacingOccurrences(of: "1. (C)", with: "1. (S//NF)")
        let conflict = lab.ctl("RUENO", "reply", id, "-", input: Data(above.utf8))
        #expect(conflict.status == 65)
        #expect(conflict.error.contains("CLASSIFICATION_BELOW_PORTIONS") && conflict.error.contains("SECRET"))
        _ = lab.terminate("RUENO")
        try lab.configure("RUENO") { $0["replies"] = "apply" }
        try lab.start("RUENO")
        let closed = whole.replacingOccurrences(of: "000402\n", with: "000403\n\nNODIS\n")
        let strict = lab.ctl("RUENO", "reply", id, "-", input: Data(closed.utf8))
        #expect(strict.status == 0, "\(strict.error)")
        #expect((strict.document["tagged"] as? [String: Any])?["captions"] as? [String] == [])
        #expect((strict.document["warnings"] as? [String] ?? []).joined().contains("NODIS"))
    }

    @Test("A FLASH waits for a person: alarm, duty officers in order, and the originator sees both states")
    func acknowledgment() throws {
        let lab = try Lab(Lab.row)
        let calls = lab.folder.appendingPathComponent("calls")
        let script = lab.folder.appendingPathComponent("call")
        try "#!/bin/sh\necho \"$CABLE_EVENT $CABLE_OFFICER $CABLE_PRECEDENCE $CABLE_CALL\" >> \(calls.path)\n".write(
            to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        try lab.configure("RUENO") { $0["alarms"] = ["cable.unacknowledged": ["program": script.path]] }
        try start(lab, within: "1s")
        let flash = String(decoding: Lab.cable(7, precedence: "Z"), as: UTF8.self)
        let id = try deliver(lab, flash)
        func told() -> [String] {
            ((try? String(contentsOf: calls, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
        }
        try lab.wait("three officers were called") { told().count >= 3 }
        #expect(
            told().prefix(3) == [
                "acknowledgment FIRST FLASH 1", "acknowledgment SECOND FLASH 2", "acknowledgment FIRST FLASH 3",
            ])
        #expect(lab.ctl("RUENO", "check", "acknowledgments").status == 2)
        let alarms = lab.ctl("RUENO", "status").document["alarms"] as? [[String: Any]]
        #expect(alarms?.contains { $0["code"] as? String == "cable.unacknowledged" } == true)
        try lab.wait("the receipt is back") {
            lab.ctl("RUECAP", "receipt", "list").rows.first?["state"] as? String == "delivered"
        }
        let before = (lab.ctl("RUECAP", "cable", "show", id).document["deliveries"] as? [[String: Any]])?.first
        #expect(before?["why"] as? String == "delivered, not acknowledged")

        let given = lab.ctl("RUENO", "inbox", "acknowledge", id)
        #expect(given.status == 0, "\(given.error)")
        #expect(given.document["acknowledgedAt"] is String)
        try lab.wait("the originator knows") {
            lab.ctl("RUECAP", "receipt", "list").rows.first?["state"] as? String == "acknowledged"
        }
        let after = (lab.ctl("RUECAP", "cable", "show", id).document["deliveries"] as? [[String: Any]])?.first
        #expect(after?["state"] as? String == "acknowledged")
        #expect(lab.ctl("RUENO", "check", "acknowledgments").status == 0)
        try lab.wait("the alarm is over") {
            let alarms = lab.ctl("RUENO", "status").document["alarms"] as? [[String: Any]] ?? []
            return !alarms.contains { $0["code"] as? String == "cable.unacknowledged" }
        }
        let count = told().count
        #expect(lab.ctl("RUENO", "inbox", "acknowledge", id).status == 0, "again it changes nothing")
        lab.kill("RUENO")
        try lab.start("RUENO")
        #expect(lab.ctl("RUENO", "inbox", "list").rows.first?["acknowledgedAt"] is String)
        #expect(told().count == count, "nobody is called any more")
    }

    @Test("A misdirected cable is forwarded, with its suspense; archived; printed; and who read it is known")
    func forwarding() throws {
        let lab = try Lab(Lab.row)
        try start(lab)
        let id = try deliver(lab, action)
        #expect(lab.ctl("RUENO", "inbox", "forward", id, "AID").status == 64, "a reason is needed")
        let nowhere = lab.ctl("RUENO", "inbox", "forward", id, "TENTS", "--reason", "wrong desk")
        #expect(nowhere.status == 65)
        #expect(nowhere.error.contains("CHANCERY, AID, POL"))
        let forwarded = lab.ctl("RUENO", "inbox", "forward", id, "aid", "--reason", "it is about tents")
        #expect(forwarded.status == 0, "\(forwarded.error)")
        #expect(forwarded.document["office"] as? String == "AID")
        let rows = lab.ctl("RUENO", "inbox", "list").rows
        #expect(rows.compactMap { $0["office"] as? String } == ["CHANCERY", "AID"])
        #expect(rows.compactMap { $0["arrival"] as? Int } == [1, 2])
        #expect(rows.first?["forwardedTo"] as? String == "AID")
        #expect(lab.ctl("RUENO", "inbox", "list", "--current").rows.count == 1)
        #expect(lab.ctl("RUENO", "suspense", "list").rows.first?["office"] as? String == "AID")
        let events = lab.ctl("RUENO", "cable", "history", id).rows.compactMap { $0["event"] as? String }
        #expect(events.contains("forwarded"))

        #expect(lab.ctl("RUENO", "inbox", "read", id, "--raw").output == Data(action.utf8))
        let read = try #require(lab.ctl("RUENO", "inbox", "list", "--office", "AID").rows.first)
        #expect((read["readBy"] as? [[String: Any]])?.first?["user"] as? Int == Int(getuid()))
        let printed = lab.run(
            "routerctl", ["--socket", "\(lab.folder.path)/RUENO/control.sock", "inbox", "print", id])
        let lines = String(decoding: printed.output, as: UTF8.self).split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.count <= 69 })
        #expect(lab.ctl("RUENO", "inbox", "archive", id).status == 0)
        #expect(lab.ctl("RUENO", "inbox", "list", "--current").rows.isEmpty)
        #expect(lab.ctl("RUENO", "inbox", "list").rows.count == 2)

        let closed = lab.ctl("RUECAP", "suspense", "close", id, "--reason", "answered by telephone")
        #expect(closed.document["closed"] as? Int == 1)
        lab.kill("RUENO")
        lab.kill("RUECAP")
        try lab.start("RUENO", "RUECAP")
        #expect(lab.ctl("RUECAP", "suspense", "list").rows.first?["state"] as? String == "closed")
        #expect(lab.ctl("RUENO", "inbox", "list").rows.compactMap { $0["office"] as? String } == ["CHANCERY", "AID"])
        #expect(lab.ctl("RUENO", "inbox", "list", "--current").rows.isEmpty)
    }

    @Test(
        "An office's program gets each delivery once it succeeds, with the same key; what fails is held and blocks nothing"
    )
    func hooks() throws {
        let lab = try Lab(Lab.row)
        let folder = lab.folder.path
        let script = lab.folder.appendingPathComponent("take")
        try """
        #!/bin/sh
        cat > \(folder)/got.txt
        echo "$CABLE_KEY" >> \(folder)/keys
        printf '%s' "$CABLE_SUBJECT" > \(folder)/subject
        test -e \(folder)/works
        """.write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        try lab.configure("RUENO") {
            $0["offices"] = [
                "EMBASSY NORTHLAND": [
                    "default": "CHANCERY", "hooks": ["CHANCERY": ["program": script.path, "timeout": 5]],
                ]
            ]
        }
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        func keys() -> [String] {
            ((try? String(contentsOfFile: folder + "/keys", encoding: .utf8)) ?? "").split(separator: "\n").map(
                String.init)
        }
        let id = try deliver(lab, action)
        try lab.wait("the program failed once") { keys().count >= 2 }
        #expect(Set(keys()).count == 1)
        #expect(keys().first?.contains(id) == true)
        #expect(FileManager.default.contents(atPath: folder + "/got.txt") == Data(action.utf8))
        #expect(
            try String(contentsOfFile: folder + "/subject", encoding: .utf8)
                == "EXERCISE -- TENTS FOR THE SPRING FLOODS")
        #expect(lab.ctl("RUENO", "hook", "list").rows.count == 1)
        // A second delivery is not held up.
        _ = try deliver(lab, String(decoding: Lab.cable(8), as: UTF8.self))
        // Killed while it fails: it comes again, with the same key.
        lab.kill("RUENO")
        #expect(FileManager.default.createFile(atPath: folder + "/works", contents: nil))
        try lab.start("RUENO")
        try lab.wait("all is done") { lab.ctl("RUENO", "hook", "list").rows.isEmpty && Set(keys()).count == 2 }
        let count = keys().count
        lab.kill("RUENO")
        try lab.start("RUENO")
        #expect(lab.ctl("RUENO", "hook", "list").rows.isEmpty)
        #expect(keys().count == count, "what is done is not done again")
    }
}
