/// Lines that a centre puts between pages: they may stand anywhere and are no part of the cable (ACP 127 §208).
///
/// `PAGE 02        CAPITAL   015113  182333Z`, `PAGE 2 RBDTRQ 115B U N C L A S`, `CAPITAL 00226504  001.2 OF 002`.
enum PageLine {
    static func stands(_ octets: CableOctets, _ range: Range<Int>) -> Bool {
        guard range.count >= 6 else { return false }
        switch octets[range.lowerBound].capital {
        case UInt8(ascii: "P") where octets.begins(range, "PAGE"): return begins(octets, range)
        default:
            // `… 001.2 OF 002` ends in three digits behind OF.
            guard octets[range.upperBound - 1].isDigit, range.count >= 20 else { return false }
            return ends(octets, range)
        }
    }

    private static func begins(_ octets: CableOctets, _ range: Range<Int>) -> Bool {
        var words = Words(octets, range)
        guard words.take("PAGE"), let number = words.next(), octets.number(number) != nil else { return false }
        guard let next = words.next() else { return true }
        if octets.equals(next, "OF") {
            // `PAGE 2 OF THE REPORT` is text.
            guard let all = words.next(), octets.number(all) != nil else { return false }
            return words.next() == nil
        }
        guard octets.all(next, { $0.isLetter }) else { return false }
        var sawNumber = false
        while let word = words.next() {
            if octets[word.lowerBound].isDigit { sawNumber = true }
            if !sawNumber, !octets.all(word, { $0.isLetter }) { return false }
        }
        return sawNumber
    }

    /// `… 00226504  001.2 OF 002`, read from the end.
    private static func ends(_ octets: CableOctets, _ range: Range<Int>) -> Bool {
        var end = range.upperBound
        func last() -> Range<Int> {
            while end > range.lowerBound, octets[end - 1].isBlank { end -= 1 }
            let stop = end
            while end > range.lowerBound, !octets[end - 1].isBlank { end -= 1 }
            return end..<stop
        }
        guard octets.number(last()) != nil, octets.equals(last(), "OF") else { return false }
        let page = last()
        guard page.count >= 3, octets[page.upperBound - 2] == UInt8(ascii: "."), octets[page.lowerBound].isDigit else {
            return false
        }
        let serial = last()
        return serial.count >= 6 && octets.number(serial) != nil && end > range.lowerBound
            && octets[range.lowerBound].isLetter
    }
}
