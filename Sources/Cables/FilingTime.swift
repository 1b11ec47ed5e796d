/// When a cable was filed at its communications centre: `2561929` (day of the year) or `11/1215Z` (ACP 127 §115).
package struct FilingTime: Sendable, Equatable {
    /// Of the year, or of the month when it was written with a slash and two digits.
    var day: Int
    var minuteOfDay: Int
    var isDayOfYear: Bool

    static func hasShape(_ octets: CableOctets, _ word: Range<Int>) -> Bool {
        if word.count == 7, octets.all(word, { $0.isDigit }) { return true }
        guard let slash = octets.first(UInt8(ascii: "/"), in: word) else { return false }
        let days = slash - word.lowerBound
        let isZoned = octets[word.upperBound - 1].isLetter
        let minutes = slash + 1..<word.upperBound - (isZoned ? 1 : 0)
        guard minutes.count == 4, (2...3).contains(days) else { return false }
        return octets.all(word.lowerBound..<slash, { $0.isDigit }) && octets.all(minutes, { $0.isDigit })
    }

    /// Nil for what cannot be: day 367, 2460.
    init?(_ octets: CableOctets, _ word: Range<Int>) {
        var digits = 0
        var value = 0
        for place in word where octets[place].isDigit {
            digits += 1
            value = value * 10 + Int(octets[place] & 15)
        }
        guard digits == 6 || digits == 7 else { return nil }
        isDayOfYear = digits == 7
        let (hour, minute) = (value / 100 % 100, value % 100)
        day = value / 10_000
        guard (1...(isDayOfYear ? 366 : 31)).contains(day), hour <= 23, minute <= 59 else { return nil }
        minuteOfDay = hour * 60 + minute
    }

    /// Whether it can be the filing of a cable released at this moment: the same day or the next, and not before it.
    ///
    /// - Parameter seconds: of the date-time group, since 1970.
    func follows(_ seconds: Int64) -> Bool {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let minute = Int(seconds - days * 86_400) / 60
        for later in 0...1 {
            let date = DateTimeGroup.civil(fromDays: days + Int64(later))
            let first = DateTimeGroup.daysFromCivil(date.year, 1, 1)
            let dayOfYear = Int(days + Int64(later) - first) + 1
            guard day == (isDayOfYear ? dayOfYear : date.day) else { continue }
            return later == 1 || minuteOfDay >= minute
        }
        return false
    }
}
