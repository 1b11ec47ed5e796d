/// A date-time group as written, and the moment it names (ACP 127 §113).
package struct DateTimeGroup: Sendable, Equatable {
    /// As written, with single blanks: `031506Z JUL 08`.
    package var text: String
    /// Seconds since 1970, UTC.
    package var unixSeconds: Int64?

    static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    package enum Fault: Error, Equatable {
        case notADateTimeGroup
        /// The day, hour, minute or zone does not exist.
        case impossible(String)
    }

    /// What scanning found besides the group.
    struct Scan {
        var group: DateTimeGroup
        /// Behind the last octet of the group.
        var end: Int
        var hasZone = false
        var hasMonth = false
        var hasYear = false
        /// Zone J.
        var isLocal = false
        /// A zone other than Z and J.
        var isOffset = false
        /// The moment if the zone were Z; nil without a month.
        var secondsInZ: Int64?
    }

    /// Reads a date-time group at the start of a range: `031506Z JUL 08`, `251346 Z JUN 7 3`, `061011ZMAY2008`.
    ///
    /// - Parameter receiptYear: two-digit years are taken nearest to it; a missing year is this one.
    /// - Throws: `impossible` also where the text of a group is there but the day or time does not exist.
    static func scan(
        _ octets: CableOctets, _ range: Range<Int>, receiptYear: Int
    ) throws(Fault) -> Scan {
        let range = octets.skipBlanks(range)
        let start = range.lowerBound
        var place = start
        while place < range.upperBound, octets[place].isDigit { place += 1 }
        guard place - start == 6, let time = octets.number(start..<place) else { throw .notADateTimeGroup }
        var scan = Scan(group: DateTimeGroup(text: "", unixSeconds: nil), end: place)
        var zone = UInt8(ascii: "Z")
        var month: Int?
        let letters = Self.letters(octets, place..<range.upperBound)
        switch letters.count {
        case 0: break
        case 1:
            zone = octets[letters.lowerBound].capital
            scan.hasZone = true
            scan.end = letters.upperBound
            let next = Self.letters(octets, letters.upperBound..<range.upperBound)
            if let found = Self.month(octets, next) {
                month = found
                scan.end = next.upperBound
            }
        default:
            if let found = Self.month(octets, letters) {
                month = found
            } else if let found = Self.month(octets, letters.lowerBound + 1..<letters.upperBound) {
                month = found
                zone = octets[letters.lowerBound].capital
                scan.hasZone = true
            } else {
                throw .notADateTimeGroup
            }
            scan.end = letters.upperBound
        }
        var year = receiptYear
        if month != nil, let (value, end) = Self.year(octets, scan.end..<range.upperBound, near: receiptYear) {
            year = value
            scan.end = end
            scan.hasYear = true
        }
        scan.hasMonth = month != nil
        scan.group.text = octets.collapsed(start..<scan.end)
        // J is the writer's own time: which that is nobody can tell here.
        scan.isLocal = zone == UInt8(ascii: "J")
        scan.isOffset = zone != UInt8(ascii: "Z") && !scan.isLocal
        scan.secondsInZ = try moment(time, month, year)
        scan.group.unixSeconds = scan.secondsInZ.flatMap { seconds in
            offsetHours(zone).map { seconds - Int64($0) * 3_600 }
        }
        return scan
    }

    /// As above, in a text; the group must begin it.
    static func scan(_ text: String, receiptYear: Int) -> Scan? {
        var text = text
        return text.withUTF8 { octets -> Scan? in
            guard let view = CableOctets(UnsafeRawBufferPointer(octets)) else { return nil }
            do throws(Fault) {
                return try scan(view, view.range, receiptYear: receiptYear)
            } catch {
                return nil
            }
        }
    }

    /// Seconds since 1970 of a time in Z; nil without a month.
    private static func moment(_ time: Int, _ month: Int?, _ year: Int) throws(Fault) -> Int64? {
        let (day, hour, minute) = (time / 10_000, time / 100 % 100, time % 100)
        guard hour <= 23 || (hour == 24 && minute == 0), minute <= 59 else {
            throw .impossible("there is no time \(two(hour))\(two(minute))")
        }
        guard day >= 1, day <= 31, month.map({ day <= daysIn($0, year) }) ?? true else {
            throw .impossible("there is no day \(day)\(month.map { " in \(months[$0 - 1])" } ?? "")")
        }
        return month.map { daysFromCivil(year, $0, day) * 86_400 + Int64(hour * 3_600 + minute * 60) }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func letters(_ octets: CableOctets, _ range: Range<Int>) -> Range<Int> {
        let rest = octets.skipBlanks(range)
        var end = rest.lowerBound
        while end < rest.upperBound, octets[end].isLetter { end += 1 }
        return rest.lowerBound..<end
    }

    /// Four digits, or two, between which a blank may stand.
    private static func year(
        _ octets: CableOctets, _ range: Range<Int>, near receiptYear: Int
    ) -> (value: Int, end: Int)? {
        let rest = octets.skipBlanks(range)
        var end = rest.lowerBound
        while end < rest.upperBound, octets[end].isDigit { end += 1 }
        guard let value = octets.number(rest.lowerBound..<end) else { return nil }
        switch end - rest.lowerBound {
        case 4: return (1_900...2_999).contains(value) ? (value, end) : nil
        case 2: return (nearest(value, receiptYear), end)
        case 1:
            guard end + 1 < rest.upperBound, octets[end] == 0x20, octets[end + 1].isDigit,
                end + 2 == rest.upperBound || !octets[end + 2].isDigit
            else { return nil }
            return (nearest(value * 10 + Int(octets[end + 1] & 15), receiptYear), end + 2)
        default: return nil
        }
    }

    private static let monthNames: [StaticString] = [
        "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER",
        "DECEMBER",
    ]

    /// Three letters or more of a month's name, and SEPT.
    static func month(_ octets: CableOctets, _ word: Range<Int>) -> Int? {
        guard (3...9).contains(word.count) else { return nil }
        let a = octets[word.lowerBound].capital
        let b = octets[word.lowerBound + 1].capital
        let c = octets[word.lowerBound + 2].capital
        for index in 0..<12 {
            let name = monthNames[index]
            let letters = name.utf8Start
            guard letters[0] == a, letters[1] == b, letters[2] == c else { continue }
            let matches = word.count <= name.utf8CodeUnitCount && hasPrefix(octets, word, name)
            return matches || (index == 8 && octets.equals(word, "SEPT")) ? index + 1 : nil
        }
        return nil
    }

    private static func hasPrefix(_ octets: CableOctets, _ word: Range<Int>, _ name: StaticString) -> Bool {
        for (index, place) in word.enumerated() where octets[place].capital != name.utf8Start[index] { return false }
        return true
    }

    /// The month that a word names.
    static func month(_ word: String) -> Int? {
        var word = word
        return word.withUTF8 { letters in
            CableOctets(UnsafeRawBufferPointer(letters)).flatMap { month($0, $0.range) }
        }
    }

    /// Two digits: the year nearest to receipt; four: as written.
    static func year(_ word: String, near receiptYear: Int) -> Int? {
        guard let value = Int(word), word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        if word.utf8.count == 4 { return (1_900...2_999).contains(value) ? value : nil }
        guard word.utf8.count == 2 else { return nil }
        return nearest(value, receiptYear)
    }

    private static func nearest(_ twoDigits: Int, _ receiptYear: Int) -> Int {
        let year = receiptYear / 100 * 100 + twoDigits
        if year - receiptYear > 50 { return year - 100 }
        return receiptYear - year >= 50 ? year + 100 : year
    }

    /// Hours ahead of Z; nil for J, which is local.
    private static func offsetHours(_ letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "Z"): 0
        case UInt8(ascii: "A")...UInt8(ascii: "I"): Int(letter) - 0x40
        case UInt8(ascii: "K")...UInt8(ascii: "M"): Int(letter) - 0x41
        case UInt8(ascii: "N")...UInt8(ascii: "Y"): -(Int(letter) - 0x4D)
        default: nil
        }
    }

    package static func daysIn(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

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
}
