import Cables
import Routing
import Testing

/// Seconds since 1970 of a time in UTC: `2026-12-24 16:30`.
private func utc(_ text: String) -> Int64 {
    let parts = text.split { "- :".contains($0) }.compactMap { Int($0) }
    let day = DateTimeGroup.daysFromCivil(parts[0], parts[1], parts[2])
    guard parts.count > 3 else { return day * 86_400 }
    return day * 86_400 + Int64(parts[3] * 3_600 + parts[4] * 60 + (parts.count > 5 ? parts[5] : 0))
}

private func text(_ milliseconds: Int64?) -> String {
    guard let milliseconds else { return "none" }
    let seconds = milliseconds / 1_000
    let day = DateTimeGroup.civil(fromDays: seconds / 86_400)
    let clock = seconds % 86_400
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(day.year)-\(two(Int64(day.month)))-\(two(Int64(day.day))) "
        + "\(two(clock / 3_600)):\(two(clock / 60 % 60)):\(two(clock % 60))"
}

private func asked(_ count: Int?, _ unit: ReplyInstructions.Due.Unit, _ date: String? = nil) -> ReplyInstructions.Due {
    ReplyInstructions.Due(count: count, unit: unit, date: date, anchor: .receipt, text: "")
}

private let west = PostCalendar()
private let gulf = PostCalendar(weekend: [5, 6], zone: ZoneOffsets(first: 3 * 3_600))
private let festive = PostCalendar(
    holidays: [DateTimeGroup.daysFromCivil(2026, 12, 24), DateTimeGroup.daysFromCivil(2026, 12, 31)],
    yearly: [PostCalendar.MonthDay(month: 12, day: 25), PostCalendar.MonthDay(month: 1, day: 1)])
/// Summer time from 29 March to 25 October 2026, as in western Europe.
private let summer = PostCalendar(
    zone: ZoneOffsets(
        first: 3_600,
        changes: [
            ZoneOffsets.Change(from: utc("2026-03-29 01:00"), offset: 7_200),
            ZoneOffsets.Change(from: utc("2026-10-25 01:00"), offset: 3_600),
        ]))
private let farEast = PostCalendar(zone: ZoneOffsets(first: 14 * 3_600))
private let farWest = PostCalendar(zone: ZoneOffsets(first: -10 * 3_600))

struct DueCase: Sendable, CustomTestStringConvertible {
    var name: String
    var calendar: PostCalendar
    var received: String
    var due: ReplyInstructions.Due
    var expected: String

    init(
        _ name: String, _ calendar: PostCalendar, _ received: String, _ due: ReplyInstructions.Due, _ expected: String
    ) {
        self.name = name
        self.calendar = calendar
        self.received = received
        self.due = due
        self.expected = expected
    }

    var testDescription: String { name }
}

/// 25 November 2026 is a Wednesday.
private let cases: [DueCase] = [
    DueCase("within the week", west, "2026-11-23 09:00", asked(3, .businessDays), "2026-11-26 23:59:59"),
    DueCase("over the weekend", west, "2026-11-25 09:00", asked(3, .businessDays), "2026-11-30 23:59:59"),
    DueCase("seven", west, "2026-11-25 09:00", asked(7, .businessDays), "2026-12-04 23:59:59"),
    DueCase("received on a Saturday", west, "2026-11-28 09:00", asked(1, .businessDays), "2026-11-30 23:59:59"),
    DueCase("received on a Sunday night", west, "2026-11-29 23:59:59", asked(1, .businessDays), "2026-11-30 23:59:59"),
    DueCase("a Friday in the Gulf", gulf, "2026-11-26 09:00", asked(1, .businessDays), "2026-11-29 20:59:59"),
    DueCase("seven in the Gulf", gulf, "2026-11-25 09:00", asked(7, .businessDays), "2026-12-06 20:59:59"),
    DueCase("a Sunday counts in the Gulf", gulf, "2026-11-28 09:00", asked(2, .businessDays), "2026-11-30 20:59:59"),
    DueCase("a holiday", festive, "2026-12-23 09:00", asked(1, .businessDays), "2026-12-28 23:59:59"),
    DueCase("over the end of the year", festive, "2026-12-29 09:00", asked(2, .businessDays), "2027-01-04 23:59:59"),
    DueCase("a holiday of every year", festive, "2027-12-24 09:00", asked(1, .businessDays), "2027-12-27 23:59:59"),
    DueCase(
        "a holiday on a weekend costs nothing", festive, "2027-12-31 09:00", asked(1, .businessDays),
        "2028-01-03 23:59:59"),
    DueCase("days over the end of the year", west, "2026-12-30 09:00", asked(5, .days), "2027-01-04 23:59:59"),
    DueCase("days over the leap day", west, "2028-02-27 09:00", asked(3, .days), "2028-03-01 23:59:59"),
    DueCase("a week of days", west, "2026-11-25 09:00", asked(7, .days), "2026-12-02 23:59:59"),
    DueCase("hours are exact", west, "2026-11-25 09:07", asked(48, .hours), "2026-11-27 09:07:00"),
    // Midnight belongs to the day that begins, by the clocks of the post.
    DueCase("at midnight", west, "2026-11-25 00:00", asked(1, .days), "2026-11-26 23:59:59"),
    DueCase("a second before midnight", west, "2026-11-24 23:59:59", asked(1, .days), "2026-11-25 23:59:59"),
    DueCase("at midnight in the Gulf", gulf, "2026-11-24 21:00", asked(1, .days), "2026-11-26 20:59:59"),
    DueCase(
        "a second before midnight in the Gulf", gulf, "2026-11-24 20:59:59", asked(1, .days), "2026-11-25 20:59:59"),
    DueCase("Friday's midnight in the Gulf", gulf, "2026-11-26 21:00", asked(1, .businessDays), "2026-11-29 20:59:59"),
    DueCase("a day ahead", farEast, "2026-11-25 10:00", asked(1, .days), "2026-11-27 09:59:59"),
    DueCase("a day behind", farWest, "2026-11-25 09:59", asked(1, .days), "2026-11-26 09:59:59"),
    DueCase("clocks go forward", summer, "2026-03-27 12:00", asked(2, .days), "2026-03-29 21:59:59"),
    DueCase("clocks go back", summer, "2026-10-24 12:00", asked(1, .days), "2026-10-25 22:59:59"),
    DueCase("hours over the change", summer, "2026-03-28 12:00", asked(24, .hours), "2026-03-29 12:00:00"),
    DueCase("a date", west, "2026-11-25 09:00", asked(nil, .date, "2026-12-18"), "2026-12-18 23:59:59"),
    DueCase("a date in the Gulf", gulf, "2026-11-25 09:00", asked(nil, .date, "2026-12-18"), "2026-12-18 20:59:59"),
    DueCase(
        "a date with a time", gulf, "2026-11-25 09:00", asked(nil, .date, "2026-12-18T18:00:00Z"), "2026-12-18 18:00:00"
    ),
    DueCase("no date", west, "2026-11-25 09:00", asked(nil, .date, "2026-02-30"), "none"),
    DueCase("none", west, "2026-11-25 09:00", asked(nil, .date, nil), "none"),
]

@Suite("When a reply is due, by the calendar of the post")
struct PostCalendarTests {
    @Test("Weekends, holidays, the end of the year, midnight, and clocks that change", arguments: cases)
    func due(item: DueCase) {
        #expect(text(item.calendar.due(item.due, receivedAt: utc(item.received) * 1_000)) == item.expected)
    }

    @Test("A time that the cable counts from its date is counted from receipt")
    func anchor() {
        var due = asked(2, .days)
        due.anchor = .dtg
        #expect(text(west.due(due, receivedAt: utc("2026-11-25 09:00") * 1_000)) == "2026-11-27 23:59:59")
    }

    @Test("A business day later is a business day, whatever the day and the weekend")
    func always() {
        for weekend in [Set([0, 6]), [5, 6], [5], []] as [Set<Int>] {
            let calendar = PostCalendar(weekend: weekend, zone: ZoneOffsets(first: 3_600))
            for day in Int64(20_700)...20_730 {
                for count in 1...15 {
                    let moment = calendar.due(asked(count, .businessDays), receivedAt: (day * 86_400 + 40_000) * 1_000)
                    let end = calendar.day(of: moment ?? 0)
                    #expect(calendar.isBusinessDay(end))
                    let between = ((day + 1)...end).count { calendar.isBusinessDay($0) }
                    #expect(between == count)
                }
            }
        }
    }

    @Test("Clocks of a zone: a time that is shown twice is the later one, one that is skipped lies behind the gap")
    func zones() {
        let zone = summer.zone
        for moment in stride(from: utc("2026-01-01"), to: utc("2027-01-01"), by: 1_800) {
            let local = moment + zone.offset(at: moment)
            let back = zone.moment(ofLocal: local)
            #expect(back + zone.offset(at: back) == local)
            #expect(back >= moment)
        }
        #expect(zone.moment(ofLocal: utc("2026-03-29 02:30")) >= utc("2026-03-29 01:00"))
    }
}
