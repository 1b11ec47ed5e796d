/// The words that set a time: `within seven (7) business days of receipt`, `no later than COB July 18`, `NLT 011800Z SEP`.
enum DeadlinePhrase {
    private static let numbers: [StaticString] = [
        "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE", "THIRTEEN",
        "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN", "TWENTY",
    ]
    private static let tens: [(word: StaticString, value: Int)] = [
        ("THIRTY", 30), ("FORTY", 40), ("SIXTY", 60), ("NINETY", 90), ("FORTY-EIGHT", 48), ("SEVENTY-TWO", 72),
        ("TWENTY-FOUR", 24), ("A", 1), ("AN", 1),
    ]
    /// Days, hours or weeks that a deadline may name, and words between BY and the date.
    private static let countMax = 3_650
    private static let leadInsMax = 10

    typealias Day = (year: Int, month: Int, day: Int)

    static func read(_ sentence: Sentence, written: Day, receiptYear: Int) -> ReplyInstructions.Due? {
        for index in sentence.words.indices {
            if let due = due(sentence, index, written, receiptYear) { return due }
        }
        return nil
    }

    private static func due(
        _ sentence: Sentence, _ index: Int, _ written: Day, _ receiptYear: Int
    ) -> ReplyInstructions.Due? {
        if sentence.has(index, "WITHIN") { return span(sentence, from: index, at: index + 1) }
        if sentence.has(index, "IN") {
            // `in ten business days`: the ten alone could be anything.
            let due = span(sentence, from: index, at: index + 1)
            return due?.unit == .businessDays || due?.anchorIsWritten == true ? due : nil
        }
        if sentence.has(index, "NLT") || sentence.has(index, "BY") || sentence.has(index, "BEFORE") {
            let start = sentence.has(index, "BEFORE") && sentence.has(index - 1, "OR") ? max(0, index - 2) : index
            return moment(sentence, from: start, at: index + 1, written, receiptYear)
        }
        if sentence.has(index, "DUE") || sentence.has(index, "DEADLINE") {
            // `deadline for your response: August 15`
            var first = index + 1
            while first - index < leadInsMax, sentence.has(first, subjects) { first += 1 }
            return moment(sentence, from: index, at: first, written, receiptYear)
        }
        guard sentence.has(index, "NO") || sentence.has(index, "NOT"), sentence.has(index + 2, "THAN") else {
            return nil
        }
        if sentence.has(index + 1, "LATER") {
            return moment(sentence, from: index, at: index + 3, written, receiptYear)
                ?? span(sentence, from: index, at: index + 3)
        }
        return sentence.has(index + 1, "MORE") ? span(sentence, from: index, at: index + 3) : nil
    }

    // MARK: Within

    private static let business: WordSet = ["BUSINESS", "WORKING", "WORK"]
    private static let relations: WordSet = ["OF", "FROM", "AFTER", "FOLLOWING", "UPON", "SINCE"]
    private static let receipts: WordSet = ["RECEIPT", "RECEIVING", "DELIVERY", "ARRIVAL"]
    private static let dates: WordSet = ["DATE", "DTG", "TRANSMISSION", "CABLE", "MESSAGE", "TELEGRAM"]

    private static func span(_ sentence: Sentence, from start: Int, at first: Int) -> ReplyInstructions.Due? {
        var place = first
        while sentence.has(place, "THE") || sentence.has(place, "NEXT") { place += 1 }
        guard place < sentence.count, var count = number(sentence.octets, sentence.words[place].range) else {
            return nil
        }
        place += 1
        if place < sentence.count, sentence.words[place].isBracketed {
            if let again = number(sentence.octets, sentence.words[place].range) { count = again }
            place += 1
        }
        var unit = ReplyInstructions.Due.Unit.days
        if sentence.has(place, business) {
            unit = .businessDays
            place += 1
        } else if sentence.has(place, "CALENDAR") || sentence.has(place, "FULL") {
            place += 1
        }
        if sentence.has(place, "DAY") || sentence.has(place, "DAYS") || sentence.has(place, "DAYS'") {
            place += 1
        } else if sentence.has(place, "HOUR") || sentence.has(place, "HOURS") || sentence.has(place, "HRS") {
            unit = .hours
            place += 1
        } else if sentence.has(place, "WEEK") || sentence.has(place, "WEEKS") {
            // A week has five business days.
            count *= unit == .businessDays ? 5 : 7
            place += 1
        } else {
            return nil
        }
        guard count > 0, count <= countMax else { return nil }
        var due = ReplyInstructions.Due(count: count, unit: unit, date: nil, anchor: .receipt, text: "")
        if sentence.has(place, relations) {
            let rest = (place + 1)..<min(sentence.count, place + 7)
            if let receipt = rest.first(where: { sentence.has($0, receipts) }) {
                place = receipt + 1
                due.anchorIsWritten = true
            } else if let date = rest.first(where: { sentence.has($0, dates) }) {
                due.anchor = .dtg
                due.anchorIsWritten = true
                place = date + 1
            }
        }
        due.text = sentence.phrase(start..<place)
        return due
    }

    static func number(_ octets: CableOctets, _ word: Range<Int>) -> Int? {
        if let value = octets.number(word) { return value }
        for (index, name) in numbers.enumerated() where octets.equals(word, name) { return index + 1 }
        for item in tens where octets.equals(word, item.word) { return item.value }
        return nil
    }

    // MARK: By

    /// Words that may stand between BY and the date.
    static let leadIns: WordSet = [
        "COB", "C.O.B", "CLOSE", "OF", "BUSINESS", "OPENING", "NOON", "MIDNIGHT", "ON", "THE", "MONDAY", "TUESDAY",
        "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "WASHINGTON", "TIME", "EOD", "END", "DAY", "LOCAL",
        "OOB",
        "BY", "NLT", "NO", "LATER", "THAN", "NOT", "IS", "EST", "EDT", "FOR", "REPLIES", "RESPONSES", "A.M", "P.M",
        "AM",
        "PM", "HOURS", "OR", "BEFORE", "MON", "TUE", "WED", "THU", "FRI",
    ]

    private static let subjects: WordSet = [
        "FOR", "REPLIES", "RESPONSES", "RESPONSE", "REPLY", "YOUR", "ALL", "A", "THE", "TO", "THIS", "CABLE", "OF",
        "IS",
    ]

    private static func moment(
        _ sentence: Sentence, from start: Int, at first: Int, _ written: Day, _ receiptYear: Int
    ) -> ReplyInstructions.Due? {
        var place = first
        while place < sentence.count, place - first < leadInsMax,
            sentence.has(place, leadIns) || isClock(sentence, place)
        {
            place += 1
        }
        guard place < sentence.count else { return nil }
        let (octets, word) = (sentence.octets, sentence.words[place].range)
        if word.count >= 6, octets.all(word.prefix(6), { $0.isDigit }) { return group(sentence, start, place, written) }
        if let (date, isWhole) = numeric(octets, word), isWhole {
            return dated(sentence, start..<place + 1, date)
        }
        if let month = DateTimeGroup.month(octets, word), let day = day(sentence, place + 1) {
            return date(sentence, start, month, day, yearAt: place + 2, written, receiptYear)
        }
        if let day = day(sentence, place) {
            let monthPlace = sentence.has(place + 1, "OF") ? place + 2 : place + 1
            guard monthPlace < sentence.count,
                let month = DateTimeGroup.month(octets, sentence.words[monthPlace].range)
            else { return nil }
            return date(sentence, start, month, day, yearAt: monthPlace + 1, written, receiptYear)
        }
        return nil
    }

    /// A time of day before the date: `1700`, `1800Z`, `5:00`, `5 p.m.`
    private static func isClock(_ sentence: Sentence, _ index: Int) -> Bool {
        let (octets, word) = (sentence.octets, sentence.words[index].range)
        if octets.first(UInt8(ascii: ":"), in: word) != nil { return octets[word.lowerBound].isDigit }
        if word.count == 4 || word.count == 5, octets.all(word.prefix(4), { $0.isDigit }),
            word.count == 4 || octets[word.upperBound - 1].isLetter
        {
            return true
        }
        let meridiem: WordSet = ["A.M", "P.M", "AM", "PM"]
        return octets[word.lowerBound].isDigit && sentence.has(index + 1, meridiem)
    }

    private static func day(_ sentence: Sentence, _ index: Int) -> Int? {
        guard index < sentence.count else { return nil }
        let (octets, word) = (sentence.octets, sentence.words[index].range)
        var end = word.lowerBound
        while end < word.upperBound, octets[end].isDigit { end += 1 }
        let ordinals: WordSet = ["ST", "ND", "RD", "TH"]
        guard end == word.upperBound || ordinals.contains(octets, end..<word.upperBound),
            let day = octets.number(word.lowerBound..<end), (1...31).contains(day)
        else { return nil }
        return day
    }

    /// `08/15/2008`, month first as American posts write it, and `2008-08-15`.
    private static func numeric(_ octets: CableOctets, _ word: Range<Int>) -> (Day, Bool)? {
        for separator in [UInt8(ascii: "/"), UInt8(ascii: "-")] {
            guard let first = octets.first(separator, in: word),
                let second = octets.first(separator, in: first + 1..<word.upperBound),
                let a = octets.number(word.lowerBound..<first), let b = octets.number(first + 1..<second),
                let c = octets.number(second + 1..<word.upperBound)
            else { continue }
            let date: Day = first - word.lowerBound == 4 ? (a, b, c) : (c < 100 ? 2_000 + c : c, a, b)
            guard (1...12).contains(date.month), date.day >= 1,
                date.day <= DateTimeGroup.daysIn(date.month, date.year), (1_900...2_999).contains(date.year)
            else { return nil }
            return (date, true)
        }
        return nil
    }

    private static func date(
        _ sentence: Sentence, _ start: Int, _ month: Int, _ day: Int, yearAt: Int, _ written: Day, _ receiptYear: Int
    ) -> ReplyInstructions.Due? {
        var end = yearAt
        var year = (month, day) < (written.month, written.day) ? written.year + 1 : written.year
        let isBroken = yearAt > 0 && sentence.words[yearAt - 1].stops
        if !isBroken, let said = DateTimeGroup.year(sentence.text(yearAt), near: receiptYear) {
            year = said
            end += 1
        }
        guard day <= DateTimeGroup.daysIn(month, year) else { return nil }
        return dated(sentence, start..<end, (year, month, day))
    }

    private static func dated(_ sentence: Sentence, _ range: Range<Int>, _ date: Day) -> ReplyInstructions.Due {
        ReplyInstructions.Due(
            count: nil, unit: .date, date: "\(date.year)-\(two(date.month))-\(two(date.day))", anchor: nil,
            text: sentence.phrase(range))
    }

    /// A date-time group; without a year it is the next such day behind the cable's own.
    private static func group(
        _ sentence: Sentence, _ start: Int, _ place: Int, _ written: Day
    ) -> ReplyInstructions.Due? {
        let text = sentence.words[place...].prefix(4).map { sentence.octets.capitals($0.range) }.joined(separator: " ")
        guard var scan = DateTimeGroup.scan(text, receiptYear: written.year) else { return nil }
        if !scan.hasMonth {
            let month = DateTimeGroup.months[written.month - 1]
            let zoned = text.utf8.prefix(scan.end)
            guard
                let whole = DateTimeGroup.scan(
                    "\(String(decoding: Array(zoned), as: UTF8.self)) \(month)", receiptYear: written.year)
            else { return nil }
            scan.group.unixSeconds = whole.group.unixSeconds
        }
        guard var seconds = scan.group.unixSeconds else { return nil }
        let used = text.utf8.prefix(scan.end).count { $0 == 0x20 } + 1
        if !scan.hasYear {
            let asked = DateTimeGroup.civil(fromDays: seconds / 86_400)
            if (asked.month, asked.day) < (written.month, written.day),
                let next = DateTimeGroup.scan(text, receiptYear: written.year + 1),
                let later = next.group.unixSeconds
            {
                seconds = later
            }
        }
        let day = DateTimeGroup.civil(fromDays: seconds / 86_400)
        let clock = Int(seconds % 86_400)
        return ReplyInstructions.Due(
            count: nil, unit: .date,
            date: "\(day.year)-\(two(day.month))-\(two(day.day))T\(two(clock / 3_600)):\(two(clock / 60 % 60)):00Z",
            anchor: nil, text: sentence.phrase(start..<place + used))
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
