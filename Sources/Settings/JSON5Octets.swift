/// The octets of a settings file with a place in them: lines, blanks and comments of JSON5.
struct JSON5Octets {
    let octets: [UInt8]
    var offset = 0
    private(set) var line = 1
    private var lineStart = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    var peek: UInt8? { offset < octets.count ? octets[offset] : nil }

    var place: JSON5Place { JSON5Place(line: line, column: offset - lineStart + 1) }

    func starts(with text: StaticString) -> Bool {
        guard offset + text.utf8CodeUnitCount <= octets.count else { return false }
        return text.withUTF8Buffer { octets[offset..<(offset + $0.count)].elementsEqual($0) }
    }

    /// One octet, or the rest of a line end.
    mutating func next() -> UInt8? {
        guard let octet = peek else { return nil }
        if skipLineEnd() { return UInt8(ascii: "\n") }
        offset += 1
        return octet
    }

    /// LF, CR, CR LF, LINE SEPARATOR or PARAGRAPH SEPARATOR.
    mutating func skipLineEnd() -> Bool {
        guard let length = lineEndOctets else { return false }
        offset += length
        line += 1
        lineStart = offset
        return true
    }

    private var lineEndOctets: Int? {
        switch peek {
        case UInt8(ascii: "\n"): 1
        case UInt8(ascii: "\r"): starts(with: "\r\n") ? 2 : 1
        case 0xE2: isSeparator ? 3 : nil
        default: nil
        }
    }

    /// LINE SEPARATOR or PARAGRAPH SEPARATOR: legal inside a text, unlike other line ends.
    var isSeparator: Bool { starts(with: "\u{2028}") || starts(with: "\u{2029}") }

    /// The length in octets of the blank that stands here, line ends excepted.
    private var blankOctets: Int? {
        switch peek {
        case 0x20, 0x09, 0x0B, 0x0C: 1
        case 0xC2: starts(with: "\u{A0}") ? 2 : nil
        case 0xE1: starts(with: "\u{1680}") ? 3 : nil
        case 0xE2:
            if starts(with: "\u{202F}") || starts(with: "\u{205F}") {
                3
            } else if offset + 2 < octets.count, octets[offset + 1] == 0x80, (0x80...0x8A).contains(octets[offset + 2])
            {
                3
            } else {
                nil
            }
        case 0xE3: starts(with: "\u{3000}") ? 3 : nil
        case 0xEF: starts(with: "\u{FEFF}") ? 3 : nil
        default: nil
        }
    }

    /// Blanks, line ends and comments.
    ///
    /// - Returns: the place of a comment that is not closed.
    mutating func skipBlank() -> JSON5Place? {
        while true {
            if skipLineEnd() { continue }
            if let length = blankOctets {
                offset += length
            } else if starts(with: "//") {
                while peek != nil, lineEndOctets == nil { offset += 1 }
            } else if starts(with: "/*") {
                let start = place
                offset += 2
                while peek != nil, !starts(with: "*/") { _ = next() }
                guard peek != nil else { return start }
                offset += 2
            } else {
                return nil
            }
        }
    }

    /// Everything up to a blank, a line end or a mark of JSON5; nil: not UTF-8.
    mutating func bareWord() -> String? {
        let start = offset
        while let octet = peek, lineEndOctets == nil, blankOctets == nil {
            switch octet {
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["),
                UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "/"):
                return String(validating: octets[start..<offset], as: UTF8.self)
            default: offset += 1
            }
        }
        return String(validating: octets[start..<offset], as: UTF8.self)
    }
}
