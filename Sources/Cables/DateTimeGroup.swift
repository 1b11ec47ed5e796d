/// A date-time group as written, and the moment it names (ACP 127 §113).
package struct DateTimeGroup: Sendable, Equatable {
    /// As written, with single blanks: `031506Z JUL 08`.
    package var text: String
    /// Seconds since 1970, UTC.
    package var unixSeconds: Int64?

    static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    package enum Fault: Error, Equatable {
        case notADateTimeGroup
        /// The day, hour, minute, zone or month does not exist.
        case impossible(String)
    }

    /// Reads the words of a date-time group.
    ///
    /// - Parameters:
    ///   - words: such as `031506Z`, `JUL`, `08`; trailing operating signals are left.
    ///   - receiptYear: two-digit years are taken nearest to it; a missing year is this one.
    /// - Returns: the group and how many words it took.
    static func read(_ words: [String], receiptYear: Int) throws(Fault) -> (group: DateTimeGroup, words: Int) {
        guard let first = words.first, first.utf8.count >= 6,
            first.utf8.prefix(6).allSatisfy({ (0x30...0x39).contains($0) })
        else { throw .notADateTimeGroup }
        var used = 1
        var zone = String(first.dropFirst(6))
        if zone.isEmpty, words.count > 1, words[1].utf8.count == 1 {
            zone = words[1]
            used = 2
        }
        guard zone.utf8.count <= 1 else { throw .notADateTimeGroup }
        let digits = first.utf8.prefix(6).map { Int($0) - 0x30 }
        let (day, hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
        guard used < words.count, let month = month(words[used]) else {
            throw .impossible("no month follows the time")
        }
        used += 1
        var year = receiptYear
        if used < words.count, let written = Self.year(words[used], near: receiptYear) {
            year = written
            used += 1
        }
        guard hour <= 23 || (hour == 24 && minute == 0), minute <= 59 else {
            throw .impossible("there is no time \(String(first.dropFirst(2).prefix(4)))")
        }
        guard day >= 1, day <= daysIn(month, year) else {
            throw .impossible("there is no day \(day) in \(months[month - 1])")
        }
        guard let offset = offsetHours(zone) else { throw .impossible("there is no zone \(zone)") }
        let seconds = daysFromCivil(year, month, day) * 86_400 + Int64(hour * 3_600 + minute * 60)
        let text = words[..<used].joined(separator: " ")
        return (DateTimeGroup(text: text, unixSeconds: seconds - Int64(offset) * 3_600), used)
    }

    static func month(_ word: String) -> Int? {
        guard word.utf8.count >= 3, word.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }) else {
            return nil
        }
        let full = [
            "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER",
            "NOVEMBER", "DECEMBER",
        ]
        let upper = word.uppercased()
        if let index = full.firstIndex(where: { $0.hasPrefix(upper) || (upper == "SEPT" && $0 == "SEPTEMBER") }) {
            return index + 1
        }
        return nil
    }

    /// Two digits: the year nearest to receipt; four: as written.
    static func year(_ word: String, near receiptYear: Int) -> Int? {
        guard let value = Int(word), word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        if word.utf8.count == 4 { return (1_900...2_999).contains(value) ? value : nil }
        guard word.utf8.count == 2 else { return nil }
        let century = receiptYear / 100 * 100
        let candidates = [century - 100 + value, century + value, century + 100 + value]
        return candidates.min { abs($0 - receiptYear) < abs($1 - receiptYear) }
    }

    private static func offsetHours(_ zone: String) -> Int? {
        guard let letter = zone.utf8.first else { return 0 }
        switch letter | 0x20 {
        case 0x7A: return 0
        case 0x61...0x69: return Int(letter | 0x20) - 0x60
        case 0x6B...0x6D: return Int(letter | 0x20) - 0x61
        case 0x6E...0x79: return -(Int(letter | 0x20) - 0x6D)
        default: return nil
        }
    }

    static func daysIn(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970 of a day of the Gregorian calendar.
    static func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    /// The Gregorian day of a number of days since 1970.
    package static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
        let z = Int(days) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let mp = (5 * dayOfYear + 2) / 153
        let month = mp < 10 ? mp + 3 : mp - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
    }
}
