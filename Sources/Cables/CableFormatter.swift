/// Why a cable cannot be written down.
package struct FormatFault: Error, Equatable, Sendable {
    package var message: String
    package var advice: String
}

/// A cable as it is sent: one transmission, or one for each section.
package struct FormattedCable: Sendable, Equatable {
    package var transmissions: [[UInt8]]
    /// What was changed because the profile cannot carry it.
    package var notes: [String]
}

/// Writes a cable down in a profile: 69 columns, pages of 20 lines, sections of 5 pages of text (ACP 127 §138, §208).
///
/// What was written is read back as the same cable, for every cable that the profile can carry.
package struct CableFormatter {
    let cable: Cable
    let profile: CableProfile
    private(set) var notes: [String] = []

    private init(_ cable: Cable, _ profile: CableProfile) {
        self.cable = cable
        self.profile = profile
    }

    /// - Parameters:
    ///   - text: its lines, as `CableText.lines` gives them.
    /// - Throws: where something is missing without which nothing can be routed, or does not fit the profile.
    package static func format(
        _ cable: Cable, text: [String], profile: CableProfile
    ) throws(FormatFault) -> FormattedCable {
        var formatter = CableFormatter(cable, profile)
        let body = formatter.body(text)
        let sections = try SectionPlan(formatter, body)
        var transmissions: [[UInt8]] = []
        for index in sections.parts.indices {
            transmissions.append(
                try formatter.transmission(
                    sections.parts[index], number: index + 1, of: sections.parts.count, marked: sections.isMarked))
        }
        for octets in transmissions { try formatter.verify(octets) }
        return FormattedCable(transmissions: transmissions, notes: formatter.notes)
    }

    /// Reads back what was written: a cable that holds what its own format lines cannot carry, such as a caption BT, is
    /// refused rather than sent changed.
    private func verify(_ octets: [UInt8]) throws(FormatFault) {
        let year = cable.dateTimeGroup?.unixSeconds.map { DateTimeGroup.civil(fromDays: $0 / 86_400).year } ?? 2_000
        let reading = CableParser.parse(octets, receiptYear: year, depth: .routing)
        let read = reading.cable
        func differ(_ a: [String], _ b: [String]) -> Bool { a != b.map(plain) }
        func posts(_ list: [Cable.Addressee]) -> [String] { list.map(\.post) }
        let field: String? =
            if let refusal = reading.refusal {
                refusal.message
            } else if read.precedence != cable.precedence || read.infoPrecedence != cable.infoPrecedence {
                "the precedence"
            } else if differ([read.from ?? ""], [cable.from ?? ""]) {
                "the originator"
            } else if differ(posts(read.to), posts(cable.to)) || differ(posts(read.info), posts(cable.info)) {
                "the addressees"
            } else if differ(posts(read.exempt), posts(cable.exempt)) {
                "the exempted"
            } else if read.classification != cable.classification {
                "the classification"
            } else if differ([read.mrn ?? ""], [cable.mrn ?? ""]) {
                "the number"
            } else if differ(read.captions, cable.captions) || differ(read.slugs, cable.slugs) {
                "the captions or offices"
            } else {
                nil
            }
        guard let field else { return }
        throw FormatFault(
            message: "\(field) cannot be written so that it is read back the same",
            advice: "look for words that belong to another format line, such as BT or FM, and leave them out")
    }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    /// The same words in letters that the profile can carry.
    func plain(_ text: String) -> String { profile.isTeleprinter ? TeleprinterText.folded(text) : text }

    // MARK: The text

    private mutating func body(_ text: [String]) -> [String] {
        guard profile.isTransmitted else { return text }
        let fields = [cable.subject, cable.classifiedBy].compactMap { $0 } + cable.references.map(\.text)
        if fields.contains(where: { plain($0) != $0 }) { note("signs that a teleprinter has not were replaced") }
        if fields.contains(where: { CableText.brokenUp($0) != $0 }) {
            note("ZCZC, NNNN or a lone BT in the text was broken up")
        }
        let wrap = LineWrap(columns: PageLayout.columns) { !Self.isMisread($0) }
        var lines: [String] = []
        for line in text {
            var line = line
            if profile.isTeleprinter, !TeleprinterText.isPrintable(line) {
                line = TeleprinterText.folded(line)
                note("signs that a teleprinter has not were replaced")
            }
            let safe = CableText.guarded(line)
            if safe != line { note("ZCZC, NNNN or a lone BT in the text was broken up") }
            if safe.count > PageLayout.columns {
                lines += wrap.lines(safe)
            } else {
                lines.append(safe)
            }
        }
        return lines
    }

    /// Whether the rest of a wrapped line would begin a paragraph or end the text.
    static func isMisread(_ line: String) -> Bool {
        if CableText.isMistakable(line) { return true }
        let digits = line.utf8.prefix { $0.isDigit }.count
        return (1...3).contains(digits) && line.utf8.dropFirst(digits).first == UInt8(ascii: ".")
    }

    // MARK: One transmission

    private func transmission(
        _ text: [String], number: Int, of count: Int, marked: Bool
    ) throws(FormatFault) -> [UInt8] {
        let section = marked ? Cable.Section(number: number, of: count) : cable.section
        let serial = SerialNumber(cable.transport?.serial, profile: profile, section: marked ? number : nil)
        var lines = profile == .archive ? [] : try TransmissionHeading(self, serial).lines
        let heading = try headingLines(section)
        if profile == .archive {
            lines += heading + text
        } else {
            lines += PagedLines(heading: heading, text: text, pageName: pageName(serial.text)).lines
            lines += ending(serial.text)
        }
        var octets: [UInt8] = []
        octets.reserveCapacity(lines.reduce(0) { $0 + $1.utf8.count + 3 })
        for line in lines { octets.append(contentsOf: (line + profile.lineEnd).utf8) }
        if profile == .acp127 {
            // ACP 127 §138: eight LF before NNNN, and twelve DEL behind it in place of LTRS.
            octets.removeLast(profile.lineEnd.utf8.count)
            octets.append(contentsOf: [UInt8](repeating: 0x7F, count: 12))
            octets.append(contentsOf: profile.lineEnd.utf8)
        }
        return octets
    }

    /// `PAGE 2 RUEHC 0771 UNCLAS`: what stands behind the number of the page.
    private func pageName(_ serial: String?) -> String {
        let word = cable.classification.map { ClassificationWord(cable, $0).text } ?? ""
        if let indicator = cable.transport?.indicator, let serial { return " \(indicator) \(serial) \(word)" }
        if let mrn = cable.mrn { return " \(plain(mrn)) \(word)" }
        return ""
    }

    /// Format lines 13 to 16.
    private func ending(_ serial: String?) -> [String] {
        var lines = ["BT"]
        lines += cable.corrections.map(plain)
        switch profile {
        case .state, .janap128:
            if let serial { lines.append("#\(serial)") }
            lines += ["", "NNNN"]
        case .acp127: lines += Array(repeating: "", count: 7) + ["NNNN"]
        case .archive: break
        }
        return lines
    }

    /// Format lines 5 to 12, up to where the text begins.
    func headingLines(_ section: Cable.Section?) throws(FormatFault) -> [String] {
        try AddressHeading(self).lines + TextHeading(self, section).lines
    }

    /// Wraps a field of the header; what follows its first line may not look like another field.
    func wrapped(_ text: String, first: String, indent: String = "") -> [String] {
        guard profile.isTransmitted else { return [first + text] }
        let text = CableText.brokenUp(plain(text))
        return LineWrap(columns: PageLayout.columns, indent: indent) { !Self.isMisread($0) && !Self.isField($0) }
            .lines(text, first: first)
    }

    private static func isField(_ line: String) -> Bool {
        var line = line
        return line.withUTF8 { buffer in
            guard let octets = CableOctets(UnsafeRawBufferPointer(buffer)) else { return false }
            return HeaderField.begins(octets, octets.range) != nil
        }
    }
}

/// The serial number of a transmission: sections of State share it and bear a suffix, others have one each
/// (ACP 127 §208).
struct SerialNumber {
    private static let digitsMax = 4

    var text: String?
    var suffix: String?

    init(_ serial: String?, profile: CableProfile, section: Int?) {
        text = serial
        guard let section, let serial else { return }
        switch profile {
        case .state, .archive: suffix = section < 10 ? "0\(section)" : String(section)
        case .acp127, .janap128:
            let digits = serial.prefix { $0.isNumber }
            guard section > 1, let first = Int(digits) else { return }
            let next = String((first + section - 1) % 10_000)
            let padded = String(repeating: "0", count: max(0, min(Self.digitsMax, digits.count) - next.count)) + next
            text = padded + serial.dropFirst(digits.count)
        }
    }
}

/// The first word of the text.
struct ClassificationWord {
    let text: String

    /// Letter-spaced where classified (ACP 127 §209).
    init(_ cable: Cable, _ classification: Classification) {
        switch classification {
        case .unclassified: text = cable.isClear ? "CLEAR" : cable.isTransmissionOnly ? "UNCLAS EFTO" : "UNCLAS"
        case .sensitiveButUnclassified: text = "SBU"
        case .restricted, .confidential, .secret: text = classification.word.map(String.init).joined(separator: " ")
        case .topSecret: text = "T O P  S E C R E T"
        }
    }
}
