/// Format line 5: `P R 301318Z MAR 1971 ZFF4`: one precedence or two, the date-time group, operating signals
/// (ACP 127 §152).
struct PrecedenceLine {
    enum Outcome {
        case read(PrecedenceLine)
        /// It has the shape of the line, but a word that is no precedence.
        case unknownPrecedence(PrecedenceLine, word: String)
        /// There is no such day or time; the precedences are read all the same.
        case impossible(String, action: Precedence?, info: Precedence?)
    }

    static let signalsMax = 32

    var action: Precedence?
    var info: Precedence?
    var time: DateTimeGroup.Scan
    var signals: [String] = []

    /// Whether a line may be one: cheap, for lines that mostly are not.
    static func mayStand(_ octets: CableOctets, _ range: Range<Int>) -> Bool {
        guard range.count >= 7 else { return false }
        let first = octets[range.lowerBound]
        if first.isDigit { return first <= UInt8(ascii: "3") && octets[range.lowerBound + 5].isDigit }
        guard first.isLetter else { return false }
        // A prosign, plain or doubled, else a word of precedence.
        if octets[range.lowerBound + 1].isBlank || octets[range.lowerBound + 2].isBlank { return true }
        return words.contains(octets, Words(octets, range).peek() ?? range)
    }

    private static let words: WordSet = ["IMMEDIATE", "PRIORITY", "PIORITY", "ROUTINE", "FLASH", "CRITIC", "ECP"]

    /// Nil when the line is another one.
    static func read(_ octets: CableOctets, _ range: Range<Int>, receiptYear: Int) -> Outcome? {
        guard mayStand(octets, range) else { return nil }
        var words = Words(octets, range)
        var first: Range<Int>?
        var second: Range<Int>?
        while let word = words.peek(), !octets[word.lowerBound].isDigit {
            guard second == nil, word.count <= 9, octets.all(word, { $0.isLetter }),
                word.count <= 2 || Precedence(octets, word) != nil
            else { return nil }
            if first == nil { first = word } else { second = word }
            _ = words.next()
        }
        guard let group = words.peek(), group.count >= 6 else { return nil }
        do throws(DateTimeGroup.Fault) {
            let scan = try DateTimeGroup.scan(octets, words.rest, receiptYear: receiptYear)
            guard scan.hasZone || first != nil, scan.hasMonth || scan.hasZone else { return nil }
            var line = PrecedenceLine(time: scan)
            var rest = Words(octets, scan.end..<range.upperBound)
            while let word = rest.next(), line.signals.count < signalsMax { line.signals.append(octets.capitals(word)) }
            line.action = first.flatMap { Precedence(octets, $0) }
            line.info = second.flatMap { Precedence(octets, $0) }
            if let first, line.action == nil { return .unknownPrecedence(line, word: octets.text(first)) }
            if let second, line.info == nil { return .unknownPrecedence(line, word: octets.text(second)) }
            return .read(line)
        } catch {
            switch error {
            case .notADateTimeGroup: return nil
            case .impossible(let why):
                guard first != nil || group.count == 7 else { return nil }
                return .impossible(
                    why, action: first.flatMap { Precedence(octets, $0) },
                    info: second.flatMap { Precedence(octets, $0) })
            }
        }
    }
}

extension Precedence {
    /// A prosign, plain or doubled, or the word.
    init?(_ octets: CableOctets, _ word: Range<Int>) {
        let letter = octets[word.lowerBound].capital
        switch word.count {
        case 1: self.init(prosign: letter)
        case 2:
            guard octets[word.lowerBound + 1].capital == letter else { return nil }
            self.init(prosign: letter)
        default: self.init(longWord: octets, word)
        }
    }

    private init?(longWord octets: CableOctets, _ word: Range<Int>) {
        if octets.equals(word, "IMMEDIATE") {
            self = .immediate
        } else if octets.equals(word, "PRIORITY") || octets.equals(word, "PIORITY") {
            self = .priority
        } else if octets.equals(word, "ROUTINE") {
            self = .routine
        } else if octets.equals(word, "FLASH") {
            self = .flash
        } else if octets.equals(word, "CRITIC") {
            self = .critic
        } else if octets.equals(word, "ECP") {
            self = .emergencyCommand
        } else {
            return nil
        }
    }
}
