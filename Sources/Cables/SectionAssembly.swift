/// What tells that sections are of one cable: they share originator, date-time group, number and how many there are
/// (ACP 127 §208); serial numbers may differ.
package struct SectionKey: Hashable, Sendable {
    private let from: String
    private let dateTimeGroup: String
    private let mrn: String?
    package let count: Int

    /// Nil for a cable that is no section of another.
    package init?(_ cable: Cable) {
        guard let section = cable.section, section.of > 1, let from = cable.from, let time = cable.dateTimeGroup else {
            return nil
        }
        self.from = from
        dateTimeGroup = time.text
        mrn = cable.mrn.flatMap(Cable.canonicalMRN)
        count = section.of
    }
}

/// Sections of one cable put together for its reader; each has travelled by itself and is kept as it came.
package struct SectionAssembly: Sendable, Equatable {
    package enum Fault: Error, Equatable, Sendable {
        /// This one, counted from 0, is no section.
        case noSection(Int)
        /// This one, counted from 0, is of another cable than the first.
        case ofAnotherCable(Int)
    }

    /// Sections of one cable at most that are put together, and octets of the whole.
    package static let sectionsMax = SectionMark.sectionsMax

    /// The numbers that are there, in order.
    package var present: [Int] = []
    package var missing: [Int] = []
    /// The cable as one: the heading of its first section, all texts without repeated lines and page lines, and a line
    /// in place of each section that is missing.
    package var octets: [UInt8] = []

    package var isWhole: Bool { missing.isEmpty }

    /// - Parameters:
    ///   - sections: in any order; of two with the same number the first is taken.
    /// - Throws: where they are not sections of one cable.
    package static func join(_ sections: [[UInt8]], receiptYear: Int) throws(Fault) -> SectionAssembly {
        var found: [Int: (octets: [UInt8], reading: CableReading)] = [:]
        var key: SectionKey?
        for (index, octets) in sections.enumerated() {
            let reading = CableParser.parse(octets, receiptYear: receiptYear)
            guard let own = SectionKey(reading.cable), let section = reading.cable.section,
                (1...section.of).contains(section.number)
            else { throw .noSection(index) }
            if let key, key != own { throw .ofAnotherCable(index) }
            key = own
            if found[section.number] == nil { found[section.number] = (octets, reading) }
        }
        var assembly = SectionAssembly()
        guard let key, let first = found.keys.min(), let last = found.keys.max() else { return assembly }
        var repeated: Set<String> = []
        var lineEnd: [UInt8] = [0x0A]
        for number in 1...key.count {
            guard let (octets, reading) = found[number] else {
                assembly.missing.append(number)
                assembly.append("SECTION \(number) OF \(key.count) IS MISSING", lineEnd, paragraph: true, first: first)
                continue
            }
            assembly.present.append(number)
            octets.withUnsafeBytes { buffer in
                guard let view = CableOctets(buffer) else { return }
                if number == first {
                    lineEnd = Self.lineEnd(view)
                    let heading = Heading(view, reading)
                    repeated = heading.repeated
                    assembly.octets = heading.octets + assembly.octets
                }
                assembly.append(Text(view, reading, repeated: number == first ? [] : repeated), lineEnd)
                if number == last { assembly.ending = Array(octets[min(reading.text.upperBound, octets.count)...]) }
            }
        }
        assembly.octets += assembly.ending
        assembly.ending = []
        return assembly
    }

    /// What stands behind the text of the last section.
    private var ending: [UInt8] = []

    private mutating func append(_ line: String, _ lineEnd: [UInt8], paragraph: Bool, first: Int) {
        octets += lineEnd + Array(line.utf8) + lineEnd + lineEnd
    }

    private mutating func append(_ text: Text, _ lineEnd: [UInt8]) {
        if text.beginsParagraph, !present.isEmpty, present.count > 1 { octets += lineEnd }
        octets += text.octets
    }

    private static func lineEnd(_ octets: CableOctets) -> [UInt8] {
        let feed = octets.lineFeed(from: 0)
        var start = feed
        while start > 0, octets[start - 1] == 0x0D { start -= 1 }
        return Array(repeating: 0x0D, count: feed - start) + [0x0A]
    }

    // MARK: The heading of the first section

    private struct Heading {
        var octets: [UInt8] = []
        /// Its lines below the classification, as other sections may repeat them.
        var repeated: Set<String> = []

        init(_ view: CableOctets, _ reading: CableReading) {
            let end = reading.text.isEmpty ? reading.layout.afterBlock : reading.text.lowerBound
            var lines = CableLines(view)
            var sawClassification = false
            while let line = lines.next(), line.start < end {
                let whole = line.start..<min(line.next, end)
                let plain = view.trimmed(line.range)
                if PageLine.stands(view, plain) { continue }
                if sawClassification, !plain.isEmpty { repeated.insert(view.collapsed(plain)) }
                if let cut = Self.sectionMark(view, plain, reading) {
                    let rest = view.trimmed(cut.upperBound..<plain.upperBound)
                    if cut.lowerBound == plain.lowerBound, rest.isEmpty { continue }
                    append(view, whole, without: cut)
                } else {
                    append(view, whole, without: whole.upperBound..<whole.upperBound)
                }
                if line.next == reading.layout.afterClassification { sawClassification = true }
            }
        }

        /// The octets of `SECTION 01 OF 03 `, or of the suffix behind the serial number.
        private static func sectionMark(_ view: CableOctets, _ line: Range<Int>, _ reading: CableReading) -> Range<Int>?
        {
            if view.begins(line, "DE "), let suffix = reading.cable.transport?.sectionSuffix {
                guard let slash = view.first(UInt8(ascii: "/"), in: line) else { return nil }
                return slash..<min(slash + 1 + suffix.utf8.count, line.upperBound)
            }
            guard
                view.begins(line, "SECTION") || view.begins(line, "FINAL")
                    || ClassificationLine.classification(view, line) != nil
            else { return nil }
            var words = Words(view, line)
            while let word = words.next() {
                guard let (_, end) = SectionMark.read(view, word.lowerBound..<line.upperBound) else { continue }
                let rest = view.skipBlanks(end..<line.upperBound)
                // The blank before goes with a mark at the end of the line.
                var start = word.lowerBound
                if rest.isEmpty { while start > line.lowerBound, view[start - 1].isBlank { start -= 1 } }
                return start..<rest.lowerBound
            }
            return nil
        }

        private mutating func append(_ view: CableOctets, _ line: Range<Int>, without cut: Range<Int>) {
            for place in line where !cut.contains(place) { octets.append(view[place]) }
        }
    }

    // MARK: The text of any section

    private struct Text {
        var octets: [UInt8] = []
        var beginsParagraph = false

        init(_ view: CableOctets, _ reading: CableReading, repeated: Set<String>) {
            var lines = CableLines(view)
            var began = false
            let start =
                repeated.isEmpty
                ? reading.text.lowerBound : min(reading.layout.afterClassification, reading.text.lowerBound)
            while let line = lines.next(), line.start < reading.text.upperBound {
                guard line.start >= start else { continue }
                let plain = view.trimmed(line.range)
                if PageLine.stands(view, plain) { continue }
                if !began {
                    if plain.isEmpty || repeated.contains(view.collapsed(plain)) { continue }
                    // A header that differs from the first one's is no text either.
                    if line.start < reading.text.lowerBound {
                        if HeaderField.begins(view, plain) != nil { continue }
                        if let mrn = reading.cable.mrn, view.collapsed(plain).hasPrefix(mrn) { continue }
                    }
                    began = true
                    beginsParagraph = view[plain.lowerBound].isDigit
                }
                for place in line.start..<line.next { octets.append(view[place]) }
            }
        }
    }
}
