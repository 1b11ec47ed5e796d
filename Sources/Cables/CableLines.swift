/// One line of a cable: where it stands, and where the next one begins.
struct CableLine {
    /// From 1.
    var number: Int
    var start: Int
    /// Behind the last octet that is neither blank, CR nor LF.
    var end: Int
    /// The start of the next line.
    var next: Int

    var isBlank: Bool { start == end }
}

/// Cuts octets into lines at LF; CR before it, in any number, belongs to the end of the line.
struct CableLines {
    let octets: UnsafeRawBufferPointer
    private(set) var place = 0
    private(set) var number = 0

    init(_ octets: UnsafeRawBufferPointer) { self.octets = octets }

    mutating func next() -> CableLine? {
        guard place < octets.count else { return nil }
        number += 1
        let start = place
        var end = start
        while end < octets.count, octets[end] != 0x0A { end += 1 }
        place = min(end + 1, octets.count)
        while end > start, octets[end - 1] == 0x20 || octets[end - 1] == 0x0D || octets[end - 1] == 0x09 { end -= 1 }
        return CableLine(number: number, start: start, end: end, next: place)
    }

    /// The line as text: UTF-8, or Latin-1 where it is not UTF-8. Long lines are cut: headers have no need of more.
    func text(_ line: CableLine) -> String { text(line.start..<line.end) }

    static let textOctetsMax = 8_192

    func text(_ range: Range<Int>) -> String {
        let part = octets[range.prefix(Self.textOctetsMax)]
        if let text = String(validating: part, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(part.map { Unicode.Scalar($0) }))
    }

    /// Whether the line begins with these capital letters or signs.
    func begins(_ line: CableLine, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard line.end - line.start >= count else { return false }
        for index in 0..<count where octets[line.start + index] != word.utf8Start[index] { return false }
        return true
    }

    func equals(_ line: CableLine, _ word: StaticString) -> Bool {
        line.end - line.start == word.utf8CodeUnitCount && begins(line, word)
    }
}

extension Range<Int> {
    fileprivate func prefix(_ most: Int) -> Range<Int> { lowerBound..<Swift.min(upperBound, lowerBound + most) }
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
}
