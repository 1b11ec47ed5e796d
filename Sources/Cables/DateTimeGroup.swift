/// A date-time group as written, and the moment it names (ACP 127 §113).
package struct DateTimeGroup: Sendable, Equatable {
    /// As written, with single blanks: `031506Z JUL 08`.
    package var text: String
    /// Seconds since 1970, UTC; nil where what is written names no moment.
    package var unixSeconds: Int64?

    static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    /// What came of reading words as a date-time group.
    struct Reading {
        var group: DateTimeGroup
        /// How many of the words belong to it.
        var words: Int
        /// Why it names no moment: the day, hour, minute, zone or month does not exist.
        var problem: String?
        var hasZone: Bool
        var hasYear: Bool
    }

    /// Reads `031506Z JUL 08`, and what tired hands make of it: `251346 Z JUN 7 3`, `031506ZJUL08`, `July 2008`.
    ///
    /// - Parameters:
    ///   - words: may go on with operating signals, which are left.
    ///   - receiptYear: two-digit years are taken nearest to it; a missing year is this one.
    /// - Returns: nil unless six digits stand first.
    static func read(_ words: [String], receiptYear: Int) -> Reading? {
        guard var pieces = Pieces(words) else { return nil }
        guard let clock = pieces.digits(6) else { return nil }
        let digits = clock.utf8.map { Int($0) - 0x30 }
        let (day, hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
        let zone = pieces.zone()
        let month = pieces.month()
        let writtenYear = month == nil ? nil : pieces.year(near: receiptYear)
        let year = writtenYear ?? receiptYear
        var problems: [String] = []
        if day < 1 || day > daysIn(month ?? 1, year) {
            problems.append("there is no day \(day)" + (month.map { " in \(months[$0 - 1])" } ?? ""))
        }
        if hour > 24 || minute > 59 || (hour == 24 && minute > 0) {
            problems.append("there is no time \(two(hour)):\(two(minute))")
        }
        if month == nil { problems.append("no month follows the time") }
        let offset = offsetHours(zone)
        if offset == nil { problems.append("there is no zone \(zone) (J is anybody's local time)") }
        var group = DateTimeGroup(text: words[..<pieces.wordsUsed].joined(separator: " "), unixSeconds: nil)
        if problems.isEmpty, let month, let offset {
            group.unixSeconds =
                daysFromCivil(year, month, day) * 86_400 + Int64((hour - offset) * 3_600 + minute * 60)
        }
        return Reading(
            group: group, words: pieces.wordsUsed, problem: problems.isEmpty ? nil : problems.joined(separator: ", "),
            hasZone: !zone.isEmpty, hasYear: writtenYear != nil)
    }

    /// Runs of digits and of letters, whatever blanks stand between or are missing.
    private struct Pieces {
        private var runs: [(text: String, word: Int)] = []
        private var place = 0
        private(set) var wordsUsed = 0
        /// Words that a date-time group has at most, with every run set apart.
        private static let wordsMax = 8

        init?(_ words: [String]) {
            guard words.first?.utf8.first?.isDigit == true else { return nil }
            for (index, word) in words.prefix(Self.wordsMax).enumerated() {
                var start = word.utf8.startIndex
                while start < word.utf8.endIndex {
                    let isDigit = word.utf8[start].isDigit
                    guard isDigit || word.utf8[start].isLetter else { return }
                    let end =
                        word.utf8[start...].firstIndex { isDigit ? !$0.isDigit : !$0.isLetter } ?? word.utf8.endIndex
                    runs.append((String(word[start..<end]), index))
                    start = end
                }
            }
        }

        private mutating func take() {
            wordsUsed = runs[place].word + 1
            place += 1
        }

        mutating func digits(_ count: Int) -> String? {
            var text = ""
            while place < runs.count, text.utf8.count < count, runs[place].text.isNumber {
                text += runs[place].text
                take()
            }
            return text.utf8.count == count ? text : nil
        }

        /// Empty where none is written.
        mutating func zone() -> String {
            guard place < runs.count else { return "" }
            let run = runs[place].text
            if run.utf8.count == 1, run.utf8.allSatisfy(\.isLetter) {
                take()
                return run
            }
            // `031506ZJUL08`
            let rest = String(run.dropFirst())
            if DateTimeGroup.month(run) == nil, DateTimeGroup.month(rest) != nil {
                runs[place].text = rest
                return String(run.prefix(1))
            }
            return ""
        }

        mutating func month() -> Int? {
            guard place < runs.count, let month = DateTimeGroup.month(runs[place].text) else { return nil }
            take()
            return month
        }

        mutating func year(near receiptYear: Int) -> Int? {
            guard place < runs.count else { return nil }
            var text = runs[place].text
            let isSplit =
                text.utf8.count == 1 && place + 1 < runs.count && text.isNumber && runs[place + 1].text.isNumber
                && runs[place + 1].text.utf8.count == 1
            if isSplit { text += runs[place + 1].text }
            guard let year = DateTimeGroup.year(text, near: receiptYear) else { return nil }
            take()
            if isSplit { take() }
            return year
        }
    }

    private static let monthNames = [
        "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER",
        "DECEMBER",
    ]

    /// 1 to 12 for a month's name or its first letters, three or more.
    static func month(_ word: String) -> Int? {
        guard word.utf8.count >= 3, word.utf8.count <= 9, word.utf8.allSatisfy(\.isLetter) else { return nil }
        let upper = word.capitals
        return monthNames.firstIndex { $0.hasPrefix(upper) }.map { $0 + 1 }
    }

    /// Two digits: the year nearest to receipt; four: as written.
    static func year(_ word: String, near receiptYear: Int) -> Int? {
        guard word.isNumber, let value = Int(word) else { return nil }
        if word.utf8.count == 4 { return (1_900...2_999).contains(value) ? value : nil }
        guard word.utf8.count == 2 else { return nil }
        let century = receiptYear / 100 * 100
        let candidates = [century - 100 + value, century + value, century + 100 + value]
        return candidates.min { abs($0 - receiptYear) < abs($1 - receiptYear) }
    }

    /// Hours ahead of UTC: A to M without J east, N to Y west, Z and nothing at all UTC.
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

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Days since 1970 of a day of the Gregorian calendar.
    package static func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
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

    /// The Gregorian day of a moment, before 1970 too.
    static func civil(fromSeconds seconds: Int64) -> (year: Int, month: Int, day: Int) {
        civil(fromDays: seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }
}
