/// One line of a cable: where it stands, and where the next one begins.
struct CableLine {
    /// From 1.
    var number: Int
    var start: Int
    /// Behind the last octet that is neither blank nor control.
    var end: Int
    /// The start of the next line.
    var next: Int

    var isBlank: Bool { start == end }
    var length: Int { end - start }
}

/// Cuts octets into lines at LF; CR before it, in any number, belongs to the end of the line.
///
/// A copy of it looks ahead without moving the original.
struct CableLines {
    let octets: UnsafeRawBufferPointer
    private(set) var place: Int
    private(set) var number = 0

    init(_ octets: UnsafeRawBufferPointer) {
        self.octets = octets
        let hasMark = octets.count >= 3 && octets[0] == 0xEF && octets[1] == 0xBB && octets[2] == 0xBF
        place = hasMark ? 3 : 0
    }

    mutating func next() -> CableLine? {
        guard place < octets.count else { return nil }
        number += 1
        let start = place
        var end = Self.lineFeed(octets, from: start)
        place = min(end + 1, octets.count)
        while end > start, octets[end - 1] <= 0x20 || octets[end - 1] == 0x7F { end -= 1 }
        return CableLine(number: number, start: start, end: end, next: place)
    }

    /// The next line that is not blank, without moving.
    func peek() -> CableLine? {
        var ahead = self
        for _ in 0..<Self.peekedLinesMax {
            guard let line = ahead.next() else { return nil }
            if !line.isBlank { return line }
        }
        return nil
    }

    /// Blank lines that a look ahead passes over at most.
    private static let peekedLinesMax = 64

    /// Eight octets at a time: bodies are long, and only their line ends are of interest.
    private static func lineFeed(_ octets: UnsafeRawBufferPointer, from start: Int) -> Int {
        var place = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        while place + 8 <= octets.count {
            let word = octets.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ (ones &* 0x0A)
            if (word &- ones) & ~word & (ones &* 0x80) != 0 { break }
            place += 8
        }
        while place < octets.count, octets[place] != 0x0A { place += 1 }
        return place
    }

    /// The line as text: UTF-8, or Latin-1 where it is not UTF-8. Long lines are cut: headers have no need of more.
    func text(_ line: CableLine) -> String { text(line.start..<line.end) }

    static let textOctetsMax = 8_192

    func text(_ range: Range<Int>) -> String {
        let part = UnsafeRawBufferPointer(rebasing: octets[range.prefix(Self.textOctetsMax)])
        if part.allSatisfy({ $0 < 0x80 }) { return String(decoding: part, as: UTF8.self) }
        if let text = String(validating: part, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(part.map { Unicode.Scalar($0) }))
    }

    /// Whether the line begins with these capital letters or signs.
    func begins(_ line: CableLine, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard line.length >= count else { return false }
        for index in 0..<count where octets[line.start + index] != word.utf8Start[index] { return false }
        return true
    }

    func equals(_ line: CableLine, _ word: StaticString) -> Bool {
        line.length == word.utf8CodeUnitCount && begins(line, word)
    }

    /// What ends the first line: LF, CR LF or CR CR LF.
    var lineEnding: String {
        let feed = Self.lineFeed(octets, from: 0)
        guard feed < octets.count else { return "\n" }
        var start = feed
        while start > 0, octets[start - 1] == 0x0D, feed - start < 2 { start -= 1 }
        return String(repeating: "\r", count: feed - start) + "\n"
    }
}

extension Range<Int> {
    fileprivate func prefix(_ most: Int) -> Range<Int> { lowerBound..<Swift.min(upperBound, lowerBound + most) }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isCapital: Bool { self >= 0x41 && self <= 0x5A }
    var isLetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A }
}

extension StringProtocol {
    /// One digit or more, and nothing else.
    var isNumber: Bool { !isEmpty && utf8.allSatisfy(\.isDigit) }

    /// One capital letter or more, and nothing else.
    var isCapitalWord: Bool { !isEmpty && utf8.allSatisfy(\.isCapital) }
}

extension String {
    /// Words between blanks and tabs. By octets: going by letters would cost half of the parser's time.
    var words: [String] {
        var text = self
        return text.withUTF8 { octets in
            var words: [String] = []
            var start = 0
            while start < octets.count {
                while start < octets.count, octets[start] == 0x20 || octets[start] == 0x09 { start += 1 }
                var end = start
                while end < octets.count, octets[end] != 0x20, octets[end] != 0x09 { end += 1 }
                if end > start { words.append(String(decoding: octets[start..<end], as: UTF8.self)) }
                start = end
            }
            return words
        }
    }

    /// Single blanks, none at the ends.
    var collapsed: String {
        var text = self
        let isCollapsed = text.withUTF8 { octets -> Bool in
            var last: UInt8 = 0x20
            for octet in octets {
                if octet == 0x09 || (octet == 0x20 && last == 0x20) { return false }
                last = octet
            }
            return last != 0x20 || octets.isEmpty
        }
        return isCollapsed ? self : words.joined(separator: " ")
    }

    /// Capital letters; the same text where it has them already.
    var capitals: String {
        var text = self
        let isCapital = text.withUTF8 { $0.allSatisfy { $0 < 0x61 } }
        return isCapital ? self : uppercased()
    }

    /// Without these ASCII signs at the end.
    func without(ending signs: StaticString) -> String {
        var end = utf8.endIndex
        let count = signs.utf8CodeUnitCount
        while end > utf8.startIndex {
            let before = utf8.index(before: end)
            guard (0..<count).contains(where: { signs.utf8Start[$0] == utf8[before] }) else { break }
            end = before
        }
        return end == utf8.endIndex ? self : String(self[..<end])
    }
}
