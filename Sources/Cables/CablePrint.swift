/// A cable as it is printed for people: lines of at most 69 columns, and a page line after each twenty (ACP 127 §208).
/// Nothing else is changed.
package enum CablePrint {
    /// - Parameter reading: what the parser read in these octets.
    package static func lines(_ octets: [UInt8], _ reading: CableReading) -> [String] {
        let wrap = LineWrap(columns: PageLayout.columns)
        var lines: [String] = []
        for line in String(decoding: octets, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        {
            let text = String(line)
            if isPageLine(text) { continue }
            let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
            let whole = String(text[..<end])
            lines += whole.count > PageLayout.columns ? wrap.lines(whole) : [whole]
        }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        return PagedLines(heading: [], text: lines, pageName: name(reading.cable)).lines
    }

    private static func isPageLine(_ line: String) -> Bool {
        var line = line
        return line.withUTF8 { text in
            CableOctets(UnsafeRawBufferPointer(text)).map { PageLine.stands($0, $0.skipBlanks($0.range)) } ?? false
        }
    }

    /// ` CAPITAL 004410 C O N F I D E N T I A L`: what stands behind the number of the page.
    private static func name(_ cable: Cable) -> String {
        let marking = cable.classification.map { ClassificationWord(cable, $0).text } ?? ""
        return [cable.mrn ?? "", marking].filter { !$0.isEmpty }.map { " \($0)" }.joined()
    }
}
