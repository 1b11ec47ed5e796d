/// One line of a cable: where it stands, and where the next one begins.
struct CableLine {
    /// From 1.
    var number: Int
    var start: Int
    /// Behind the last octet that is neither blank, CR, LF nor the backslash that archives leave.
    var end: Int
    /// The start of the next line.
    var next: Int

    var isBlank: Bool { start == end }
    var range: Range<Int> { start..<end }
}

/// Cuts octets into lines at LF; CR before it, in any number, belongs to the end of the line.
struct CableLines {
    let octets: CableOctets
    private(set) var place = 0
    private(set) var number = 0

    init(_ octets: CableOctets) { self.octets = octets }

    mutating func next() -> CableLine? {
        guard place < octets.count else { return nil }
        number += 1
        let start = place
        var end = octets.lineFeed(from: start)
        place = min(end + 1, octets.count)
        while end > start, octets[end - 1].isBlank || octets[end - 1] == UInt8(ascii: "\\") { end -= 1 }
        return CableLine(number: number, start: start, end: end, next: place)
    }

    /// Steps over lines for which nothing has to be looked at but their first octet.
    ///
    /// - Returns: false at the end of the octets.
    @inline(__always)
    mutating func skip(while isDull: (UInt8) -> Bool) -> Bool {
        while place < octets.count {
            guard isDull(octets[place]) else { return true }
            number += 1
            place = min(octets.lineFeed(from: place) + 1, octets.count)
        }
        return false
    }
}

/// The words of a range, between blanks: no text is made of them.
struct Words {
    let octets: CableOctets
    private(set) var place: Int
    let end: Int

    init(_ octets: CableOctets, _ range: Range<Int>) {
        self.octets = octets
        place = range.lowerBound
        end = range.upperBound
    }

    mutating func next() -> Range<Int>? {
        while place < end, octets[place].isBlank { place += 1 }
        guard place < end else { return nil }
        let start = place
        while place < end, !octets[place].isBlank { place += 1 }
        return start..<place
    }

    func peek() -> Range<Int>? {
        var copy = self
        return copy.next()
    }

    /// What has not been read, without the blanks before it.
    var rest: Range<Int> { octets.skipBlanks(place..<end) }

    /// Takes the word if it is this one, whatever its case.
    mutating func take(_ word: StaticString) -> Bool {
        var copy = self
        guard let found = copy.next(), octets.equals(found, word) else { return false }
        self = copy
        return true
    }
}
