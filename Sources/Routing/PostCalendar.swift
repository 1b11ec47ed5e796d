package import Cables

/// By how much the clocks of a time zone are ahead of UTC, from when on.
package struct ZoneOffsets: Sendable, Equatable {
    package struct Change: Sendable, Equatable {
        /// Seconds since 1970.
        package var from: Int64
        /// Seconds ahead of UTC.
        package var offset: Int64

        package init(from: Int64, offset: Int64) {
            self.from = from
            self.offset = offset
        }
    }

    /// Before the first change.
    private let first: Int64
    private let changes: [Change]

    /// - Parameters:
    ///   - first: seconds ahead of UTC before the first change.
    ///   - changes: in order of time.
    package init(first: Int64, changes: [Change] = []) {
        self.first = first
        self.changes = changes
    }

    package static let utc = ZoneOffsets(first: 0)

    /// Seconds ahead of UTC at a moment, in seconds since 1970.
    package func offset(at seconds: Int64) -> Int64 {
        changes.last { $0.from <= seconds }?.offset ?? first
    }

    /// The moment at which clocks there show a time; the later one of two, and behind a gap for a time that is skipped.
    package func moment(ofLocal local: Int64) -> Int64 {
        let early = local - offset(at: local - offset(at: local))
        let late = local - offset(at: early)
        let candidates = [early, late].filter { $0 + offset(at: $0) == local }
        return candidates.max() ?? max(early, late)
    }
}

/// When people of a post work: days of rest, holidays, and the zone of their clocks.
package struct PostCalendar: Sendable, Equatable {
    package struct MonthDay: Hashable, Sendable {
        package var month: Int
        package var day: Int

        package init(month: Int, day: Int) {
            self.month = month
            self.day = day
        }
    }

    /// Days that are looked at for a business day at most.
    private static let searchMax: Int64 = 36_525
    private static let dayMilliseconds: Int64 = 86_400_000

    /// 0 Sunday to 6 Saturday.
    package var weekend: Set<Int>
    /// Days since 1970.
    package var holidays: Set<Int64>
    /// Those of each year.
    package var yearly: Set<MonthDay>
    package var zone: ZoneOffsets

    package init(
        weekend: Set<Int> = [0, 6], holidays: Set<Int64> = [], yearly: Set<MonthDay> = [], zone: ZoneOffsets = .utc
    ) {
        self.weekend = weekend
        self.holidays = holidays
        self.yearly = yearly
        self.zone = zone
    }

    /// - Parameter day: days since 1970.
    package func isBusinessDay(_ day: Int64) -> Bool {
        // 1970 began on a Thursday.
        let weekday = Int(((day + 4) % 7 + 7) % 7)
        guard !weekend.contains(weekday), !holidays.contains(day) else { return false }
        let date = DateTimeGroup.civil(fromDays: day)
        return !yearly.contains(MonthDay(month: date.month, day: date.day))
    }

    /// The day at the post, in days since 1970, of a moment in milliseconds since 1970.
    package func day(of milliseconds: Int64) -> Int64 {
        let seconds = Self.floor(milliseconds, 1_000)
        return Self.floor(seconds + zone.offset(at: seconds), 86_400)
    }

    /// The last second of a day at the post, in milliseconds since 1970.
    package func end(of day: Int64) -> Int64 { (zone.moment(ofLocal: (day + 1) * 86_400) - 1) * 1_000 }

    /// When a reply is due that is asked for within a time of receipt, in milliseconds since 1970.
    ///
    /// Days begin behind the day of receipt, at midnight of the post, and end with the day. A time that the cable counts
    /// from its own date is counted from receipt all the same: nobody can act on what has not come. A date is that day's
    /// end; a date with a time is that moment. Nil for a date that is none.
    package func due(_ due: ReplyInstructions.Due, receivedAt: Int64) -> Int64? {
        let count = Int64(due.count ?? 0)
        switch due.unit {
        case .hours: return receivedAt + count * 3_600_000
        case .days: return end(of: day(of: receivedAt) + count)
        case .businessDays: return end(of: businessDay(count, after: day(of: receivedAt)))
        case .date: return due.date.flatMap { moment($0) }
        }
    }

    private func businessDay(_ count: Int64, after day: Int64) -> Int64 {
        var found = day
        var left = count
        while left > 0, found - day < Self.searchMax {
            found += 1
            if isBusinessDay(found) { left -= 1 }
        }
        return found
    }

    /// `2008-07-18` or `2008-09-01T18:00:00Z`.
    private func moment(_ date: String) -> Int64? {
        let parts = date.split(whereSeparator: { $0 == "-" || $0 == "T" || $0 == ":" || $0 == "Z" }).map { Int($0) }
        guard parts.count == 3 || parts.count == 6, !parts.contains(nil) else { return nil }
        let numbers = parts.compactMap { $0 }
        guard (1...12).contains(numbers[1]), (1...DateTimeGroup.daysIn(numbers[1], numbers[0])).contains(numbers[2])
        else { return nil }
        let day = DateTimeGroup.daysFromCivil(numbers[0], numbers[1], numbers[2])
        guard numbers.count == 6 else { return end(of: day) }
        return (day * 86_400 + Int64(numbers[3] * 3_600 + numbers[4] * 60 + numbers[5])) * 1_000
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
