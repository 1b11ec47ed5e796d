/// The text of a cable, line by line: what stands between its header and its end, without the lines of pages.
package enum CableText {
    /// Lines of one text at most.
    static let linesMax = 1 << 20

    /// - Parameter reading: what the parser read in these very octets, whole.
    package static func lines(_ octets: [UInt8], _ reading: CableReading) -> [String] {
        octets.withUnsafeBytes { buffer in
            guard let view = CableOctets(buffer), reading.text.upperBound <= view.count else { return [] }
            return lines(view, reading.text)
        }
    }

    static func lines(_ octets: CableOctets, _ text: Range<Int>) -> [String] {
        var lines: [String] = []
        var place = text.lowerBound
        while place < text.upperBound, lines.count < linesMax {
            let end = min(octets.lineFeed(from: place), text.upperBound)
            var last = end
            while last > place, octets[last - 1].isBlank { last -= 1 }
            if last == place {
                lines.append("")
            } else if !PageLine.stands(octets, octets.skipBlanks(place..<last)) {
                lines.append(octets.text(place..<last))
            }
            place = end + 1
        }
        return lines
    }

    /// Whether a line of the text would be taken for something else by who receives it.
    static func isMistakable(_ line: String) -> Bool {
        var line = line
        return line.withUTF8 { buffer in
            guard let octets = CableOctets(UnsafeRawBufferPointer(buffer)) else { return false }
            let range = octets.range
            switch octets[0].capital {
            case UInt8(ascii: "B"): return octets.equals(octets.trimmed(range), "BT")
            case UInt8(ascii: "N"): return octets.begins(range, "NNN")
            case UInt8(ascii: "V"), UInt8(ascii: "Z"):
                return octets.begins(range, "VZCZC") || octets.begins(range, "ZCZC")
            case UInt8(ascii: "<"): return octets.begins(range, "<< END OF")
            case UInt8(ascii: "#"): return true
            case UInt8(ascii: "P"): return PageLine.stands(octets, range)
            default: return octets[octets.count - 1].isDigit && PageLine.stands(octets, range)
            }
        }
    }

    /// Breaks up ZCZC and NNNN, which switches take for start and end of message (ACP 127 §202), and sets a blank before
    /// what would end the text.
    static func guarded(_ line: String) -> String {
        let line = brokenUp(line)
        return isMistakable(line) ? " " + line : line
    }

    /// With a hyphen in each ZCZC and NNNN.
    static func brokenUp(_ line: String) -> String {
        var line = line
        for (string, broken) in [("ZCZC", "ZC-ZC"), ("NNNN", "NN-NN"), ("zczc", "zc-zc"), ("nnnn", "nn-nn")] {
            while let found = line.range(of: string) { line.replaceSubrange(found, with: broken) }
        }
        return line
    }
}

extension String {
    /// Where a short text stands in this one; the standard library has no such search of its own.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        guard let first = text.utf8.first else { return nil }
        var rest = utf8[...]
        while let start = rest.firstIndex(of: first) {
            if rest[start...].starts(with: text.utf8) { return start..<utf8.index(start, offsetBy: text.utf8.count) }
            rest = rest[rest.index(after: start)...]
        }
        return nil
    }
}
