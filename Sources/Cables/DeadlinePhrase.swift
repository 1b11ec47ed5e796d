/// The words that set a time: `within seven (7) business days of receipt`, `no later than COB July 18`, `NLT 011800Z SEP`.
enum DeadlinePhrase {
    private static let numbers = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ]
    /// Days, hours or weeks that a deadline may name.
    private static let countMax = 3_650

    static func read(
        _ sentence: ReplyInstructionReader.Sentence, written: (year: Int, month: Int, day: Int), receiptYear: Int
    ) -> ReplyInstructions.Due? {
        for index in sentence.lower.indices {
            switch sentence.lower[index] {
            case "within":
                if let due = span(sentence, index) { return due }
            case "nlt", "by":
                if let due = moment(sentence, from: index, at: index + 1, written, receiptYear) { return due }
            case "later":
                if index > 0, ["no", "not"].contains(sentence.lower[index - 1]), index + 1 < sentence.lower.count,
                    sentence.lower[index + 1] == "than",
                    let due = moment(sentence, from: index - 1, at: index + 2, written, receiptYear)
                {
                    return due
                }
            default: continue
            }
        }
        return nil
    }

    private static func phrase(_ sentence: ReplyInstructionReader.Sentence, _ range: Range<Int>) -> String {
        range.map { index in
            let tail = index == range.upperBound - 1 ? "" : sentence.tails[index]
            return sentence.words[index] + tail
        }.joined(separator: " ")
    }

    // MARK: Within

    private static func span(_ sentence: ReplyInstructionReader.Sentence, _ start: Int) -> ReplyInstructions.Due? {
        let words = sentence.lower
        var place = start + 1
        if place < words.count, ["the", "next"].contains(words[place]) { place += 1 }
        guard place < words.count, var count = number(words[place]) else { return nil }
        place += 1
        if place < words.count, words[place].hasPrefix("("),
            let again = number(words[place].filter { $0 != "(" && $0 != ")" })
        {
            count = again
            place += 1
        }
        var unit = ReplyInstructions.Due.Unit.days
        if place < words.count, ["business", "working", "work", "calendar"].contains(words[place]) {
            if words[place] != "calendar" { unit = .businessDays }
            place += 1
        }
        guard place < words.count else { return nil }
        switch words[place] {
        case "day", "days": break
        case "hour", "hours", "hrs": unit = .hours
        case "week", "weeks":
            count *= 7
            unit = .days
        default: return nil
        }
        place += 1
        guard count > 0, count <= countMax else { return nil }
        var anchor = ReplyInstructions.Due.Anchor.receipt
        if place + 1 < words.count, ["of", "from", "after", "following"].contains(words[place]) {
            let rest = words[(place + 1)..<min(words.count, place + 6)]
            if let receipt = rest.firstIndex(of: "receipt") {
                place = receipt + 1
            } else if rest.contains("date") || rest.contains("dtg") || rest.contains("transmission") {
                anchor = .dtg
                place = (rest.firstIndex { ["date", "dtg", "transmission"].contains($0) } ?? place) + 1
            }
        }
        return ReplyInstructions.Due(
            count: count, unit: unit, date: nil, anchor: anchor, text: phrase(sentence, start..<place))
    }

    private static func number(_ word: String) -> Int? {
        if let value = Int(word) { return value }
        if let index = numbers.firstIndex(of: word) { return index + 1 }
        if word == "thirty" { return 30 }
        if word == "a" || word == "an" { return 1 }
        return nil
    }

    // MARK: By

    private static func moment(
        _ sentence: ReplyInstructionReader.Sentence, from start: Int, at first: Int,
        _ written: (year: Int, month: Int, day: Int), _ receiptYear: Int
    ) -> ReplyInstructions.Due? {
        let words = sentence.lower
        var place = first
        let skipped: Set<String> = [
            "cob", "c.o.b", "close", "of", "business", "opening", "noon", "on", "the", "monday", "tuesday", "wednesday",
            "thursday", "friday", "saturday", "sunday", "washington", "time", "eod", "end", "day",
        ]
        while place < words.count, skipped.contains(words[place]), place - first < 8 { place += 1 }
        guard place < words.count else { return nil }
        if words[place].utf8.count >= 6, words[place].utf8.prefix(6).allSatisfy({ (0x30...0x39).contains($0) }) {
            return group(sentence, from: start, at: place, written)
        }
        if let month = DateTimeGroup.month(sentence.words[place]), place + 1 < words.count,
            let day = day(words[place + 1])
        {
            return date(sentence, start, month, day, yearAt: place + 2, written, receiptYear)
        }
        if let day = day(words[place]), place + 1 < words.count {
            let monthPlace = words[place + 1] == "of" ? place + 2 : place + 1
            if monthPlace < words.count, let month = DateTimeGroup.month(sentence.words[monthPlace]) {
                return date(sentence, start, month, day, yearAt: monthPlace + 1, written, receiptYear)
            }
        }
        return nil
    }

    private static func day(_ word: String) -> Int? {
        var plain = word[...]
        for ending in ["st", "nd", "rd", "th"] where plain.hasSuffix(ending) { plain = plain.dropLast(2) }
        guard let day = Int(plain), (1...31).contains(day) else { return nil }
        return day
    }

    private static func date(
        _ sentence: ReplyInstructionReader.Sentence, _ start: Int, _ month: Int, _ day: Int, yearAt: Int,
        _ written: (year: Int, month: Int, day: Int), _ receiptYear: Int
    ) -> ReplyInstructions.Due? {
        var end = yearAt
        var year = (month, day) < (written.month, written.day) ? written.year + 1 : written.year
        if yearAt < sentence.words.count, let said = DateTimeGroup.year(sentence.words[yearAt], near: receiptYear) {
            year = said
            end += 1
        }
        guard day <= DateTimeGroup.daysIn(month, year) else { return nil }
        return ReplyInstructions.Due(
            count: nil, unit: .date, date: "\(year)-\(two(month))-\(two(day))", anchor: nil,
            text: phrase(sentence, start..<end))
    }

    private static func group(
        _ sentence: ReplyInstructionReader.Sentence, from start: Int, at place: Int,
        _ written: (year: Int, month: Int, day: Int)
    ) -> ReplyInstructions.Due? {
        let words = sentence.words[place...].prefix(4).map { $0.uppercased() }
        let text = words.joined(separator: " ")
        guard var scan = DateTimeGroup.scan(text, receiptYear: written.year), var seconds = scan.group.unixSeconds
        else {
            return nil
        }
        let used = text.utf8.prefix(scan.end).count { $0 == 0x20 } + 1
        if !scan.hasYear {
            // No year was written: the next such day after the cable.
            let asked = DateTimeGroup.civil(fromDays: seconds / 86_400)
            if (asked.month, asked.day) < (written.month, written.day),
                let next = DateTimeGroup.scan(text, receiptYear: written.year + 1),
                let later = next.group.unixSeconds
            {
                scan = next
                seconds = later
            }
        }
        let day = DateTimeGroup.civil(fromDays: seconds / 86_400)
        let clock = Int(seconds % 86_400)
        let time = "\(two(clock / 3_600)):\(two(clock / 60 % 60)):00Z"
        return ReplyInstructions.Due(
            count: nil, unit: .date, date: "\(day.year)-\(two(day.month))-\(two(day.day))T\(time)", anchor: nil,
            text: phrase(sentence, start..<min(place + used, sentence.words.count)))
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
