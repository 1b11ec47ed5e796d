/// The octets of a cable, read by place. Every access is checked, in release builds too: cables come from strangers.
struct CableOctets {
    private let base: UnsafeRawPointer
    let count: Int

    /// Nil where there is nothing to read.
    init?(_ octets: UnsafeRawBufferPointer) {
        guard let base = octets.baseAddress, octets.count > 0 else { return nil }
        self.base = base
        count = octets.count
    }

    @inline(__always)
    subscript(place: Int) -> UInt8 {
        precondition(UInt(bitPattern: place) < UInt(bitPattern: count))
        return base.load(fromByteOffset: place, as: UInt8.self)
    }

    var range: Range<Int> { 0..<count }

    private func buffer(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return UnsafeBufferPointer(
            start: (base + range.lowerBound).assumingMemoryBound(to: UInt8.self), count: range.count)
    }

    /// The place of the next LF, or the end. Looks at eight octets at a time.
    func lineFeed(from start: Int) -> Int {
        precondition(start >= 0 && start <= count)
        var place = start
        while place + 8 <= count {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let differs = word ^ 0x0A0A_0A0A_0A0A_0A0A
            let zeros = (differs &- 0x0101_0101_0101_0101) & ~differs & 0x8080_8080_8080_8080
            if zeros != 0 { return place + zeros.trailingZeroBitCount >> 3 }
            place += 8
        }
        while place < count, self[place] != 0x0A { place += 1 }
        return place
    }

    /// The next place where a word begins with one of these letters, whatever its case.
    ///
    /// - Parameter initials: bit n stands for the nth letter.
    func wordStart(in range: Range<Int>, initials: UInt32) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let octets = base.assumingMemoryBound(to: UInt8.self)
        var afterLetter = range.lowerBound > 0 && octets[range.lowerBound - 1].isLetter
        for place in range {
            let letter = octets[place] | 0x20
            let isLetter = letter &- 0x61 < 26
            if isLetter, !afterLetter, initials >> UInt32(letter & 31) & 1 != 0 { return place }
            afterLetter = isLetter
        }
        return nil
    }

    // MARK: Comparing

    /// Whether these octets are the word, which is written in capitals; case does not count.
    @inline(__always)
    func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
        range.count == word.utf8CodeUnitCount && begins(range, word)
    }

    /// Whether these octets begin with the word, which is written in capitals; case does not count.
    @inline(__always)
    func begins(_ range: Range<Int>, _ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard range.count >= length else { return false }
        for index in 0..<length where self[range.lowerBound + index].capital != word.utf8Start[index] { return false }
        return true
    }

    func ends(_ range: Range<Int>, _ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        return range.count >= length && begins(range.upperBound - length..<range.upperBound, word)
    }

    @inline(__always)
    func all(_ range: Range<Int>, _ holds: (UInt8) -> Bool) -> Bool {
        for place in range where !holds(self[place]) { return false }
        return true
    }

    func first(_ octet: UInt8, in range: Range<Int>) -> Int? {
        for place in range where self[place] == octet { return place }
        return nil
    }

    /// The number that these digits write; nil for anything else, and for more than nine digits.
    func number(_ range: Range<Int>) -> Int? {
        guard (1...9).contains(range.count) else { return nil }
        var value = 0
        for place in range {
            guard self[place].isDigit else { return nil }
            value = value * 10 + Int(self[place] & 15)
        }
        return value
    }

    func skipBlanks(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start < range.upperBound, self[start].isBlank { start += 1 }
        return start..<range.upperBound
    }

    func trimmed(_ range: Range<Int>) -> Range<Int> {
        let range = skipBlanks(range)
        var end = range.upperBound
        while end > range.lowerBound, self[end - 1].isBlank { end -= 1 }
        return range.lowerBound..<end
    }

    // MARK: Text

    /// Octets of one text at most: what is kept of a header is never longer.
    static let textOctetsMax = 8_192

    /// UTF-8, or Latin-1 where it is not UTF-8. Long texts are cut.
    func text(_ range: Range<Int>) -> String {
        let part = buffer(range.lowerBound..<min(range.upperBound, range.lowerBound + Self.textOctetsMax))
        if part.allSatisfy({ $0 < 0x80 }) { return String(decoding: part, as: UTF8.self) }
        if let text = String(validating: part, as: UTF8.self) { return text }
        if range.count > Self.textOctetsMax, let cut = part.dropLast(1).lastIndex(where: { $0 & 0xC0 != 0x80 }),
            let text = String(validating: part[..<cut], as: UTF8.self)
        {
            return text
        }
        return String(String.UnicodeScalarView(part.map { Unicode.Scalar($0) }))
    }

    /// With single blanks and none at the ends; line ends count as blanks.
    func collapsed(_ range: Range<Int>) -> String { collapsed(range, capitals: false) }

    /// As `collapsed`, in capital letters.
    func capitals(_ range: Range<Int>) -> String { collapsed(range, capitals: true) }

    private func collapsed(_ range: Range<Int>, capitals: Bool) -> String {
        let part = buffer(range.lowerBound..<min(range.upperBound, range.lowerBound + Self.textOctetsMax))
        var last: UInt8 = 0x20
        var all: UInt8 = 0
        var isPlain = true
        for octet in part {
            all |= octet
            if octet.isBlank, octet != 0x20 || last == 0x20 { isPlain = false }
            if capitals, octet &- 0x61 < 26 { isPlain = false }
            last = octet
        }
        // Most are as they should be: then they are copied in one piece.
        if all < 0x80, isPlain, last != 0x20 || part.isEmpty { return String(decoding: part, as: UTF8.self) }
        guard all < 0x80 else {
            let words = text(range).split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
            let joined = words.joined(separator: " ")
            return capitals ? joined.uppercased() : joined
        }
        return String(unsafeUninitializedCapacity: part.count) { target in
            var filled = 0
            var owed = false
            for octet in part {
                if octet.isBlank {
                    owed = filled > 0
                    continue
                }
                if owed {
                    target[filled] = 0x20
                    filled += 1
                    owed = false
                }
                target[filled] = capitals ? octet.capital : octet
                filled += 1
            }
            return filled
        }
    }
}

extension UInt8 {
    @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
    @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    @inline(__always) var isCapital: Bool { self &- 0x41 < 26 }
    /// Blank, tab, and the octets that end a line.
    @inline(__always) var isBlank: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
    @inline(__always) var capital: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }
}
