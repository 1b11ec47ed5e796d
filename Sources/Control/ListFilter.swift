import Cables

/// Which lines of a list are wanted: the same words for every list and every order on many cables.
///
/// The client reads it to say early what is wrong; the daemon applies it.
package struct ListFilter: Sendable, Equatable {
    /// The options, without hyphens: the names of the arguments of a request.
    package static let names = ["precedence", "to", "from", "link", "state", "older", "newer", "larger", "mrn"]

    package var precedences: Set<String> = []
    package var states: Set<String> = []
    /// A post, or an indicator, or the beginning of one with `*` behind it.
    package var to: String?
    package var from: String?
    package var link: String?
    package var mrn: String?
    /// Seconds.
    package var older: Int64?
    package var newer: Int64?
    /// Octets.
    package var larger: UInt64?

    package init() {}

    /// What a line is known by; what a list does not know is nil or empty, and then admits nothing that asks for it.
    package struct Line {
        package var precedence: String?
        package var to: [String]
        package var from: String?
        package var link: String?
        package var state: String?
        package var ageSeconds: Int64?
        package var size: UInt64?
        package var mrn: String?

        package init(
            precedence: String? = nil, to: [String] = [], from: String? = nil, link: String? = nil,
            state: String? = nil, ageSeconds: Int64? = nil, size: UInt64? = nil, mrn: String? = nil
        ) {
            self.precedence = precedence
            self.to = to
            self.from = from
            self.link = link
            self.state = state
            self.ageSeconds = ageSeconds
            self.size = size
            self.mrn = mrn
        }
    }

    package var isEmpty: Bool { self == ListFilter() }

    /// Whether the line is admitted, as far as `from` and `mrn` are not asked for: they stand in the cable, on the disk.
    package func admitsBeforeReading(_ line: Line) -> Bool {
        (precedences.isEmpty || line.precedence.map { precedences.contains($0) } == true)
            && (states.isEmpty || line.state.map { states.contains($0.lowercased()) } == true)
            && (to.map { wanted in line.to.contains { Self.matches($0, wanted) } } ?? true)
            && (link.map { wanted in line.link.map { Self.matches($0, wanted) } == true } ?? true)
            && (older.map { seconds in line.ageSeconds.map { $0 > seconds } == true } ?? true)
            && (newer.map { seconds in line.ageSeconds.map { $0 < seconds } == true } ?? true)
            && (larger.map { octets in line.size.map { $0 > octets } == true } ?? true)
    }

    /// What is left of it when the cable was read.
    package func admitsRead(from: String?, mrn: String?) -> Bool {
        (self.from.map { wanted in from.map { Self.matches($0, wanted) } == true } ?? true)
            && (self.mrn.map { wanted in mrn.map { Self.matches($0, wanted) } == true } ?? true)
    }

    package func admits(_ line: Line) -> Bool {
        admitsBeforeReading(line) && admitsRead(from: line.from, mrn: line.mrn)
    }

    private static func matches(_ text: String, _ wanted: String) -> Bool {
        let text = text.uppercased()
        return wanted.hasSuffix("*") ? text.hasPrefix(wanted.dropLast()) : text == wanted
    }
}

extension ListFilter {
    /// - Throws: a usage failure that says what to write.
    package init(_ arguments: [String: String]) throws(ControlFailure) {
        for (name, value) in arguments where Self.names.contains(name) {
            switch name {
            case "precedence": precedences = try Self.precedences(value)
            case "state": states = Set(value.lowercased().split(separator: ",").map { String($0) })
            case "to": to = Self.name(value)
            case "from": from = Self.name(value)
            case "link": link = Self.name(value)
            case "mrn": mrn = Self.name(value)
            case "older": older = try Self.seconds("--older", value)
            case "newer": newer = try Self.seconds("--newer", value)
            default: larger = try Self.octets(value)
            }
        }
    }

    private static func name(_ text: String) -> String {
        text.uppercased().split(separator: " ").joined(separator: " ")
    }

    private static func precedences(_ text: String) throws(ControlFailure) -> Set<String> {
        var words: Set<String> = []
        for word in text.uppercased().split(separator: ",") {
            guard Precedence(word: String(word)) != nil else {
                throw usage(
                    "no precedence is called \(word)",
                    "write one or more of \(Precedence.allCases.map(\.word).joined(separator: ","))")
            }
            words.insert(String(word))
        }
        return words
    }

    /// `90`, `90s`, `30m`, `2h`, `7d`.
    package static func seconds(_ option: String, _ text: String) throws(ControlFailure) -> Int64 {
        guard let seconds = DurationText.seconds(text) else {
            throw usage("\(option) takes a time, not \(text)", "write for example \(option) 30m, 2h or 7d")
        }
        return seconds
    }

    /// `4096`, `64K`, `2M`, `1G`.
    private static func octets(_ text: String) throws(ControlFailure) -> UInt64 {
        let units: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let upper = text.uppercased()
        let unit = upper.last.flatMap { units[$0] }
        guard let number = UInt64(unit == nil ? upper : String(upper.dropLast())),
            case (let octets, let overflow) = number.multipliedReportingOverflow(by: unit ?? 1), !overflow
        else { throw usage("--larger takes a size, not \(text)", "write octets, or for example 64K or 2M") }
        return octets
    }

    private static func usage(_ message: String, _ advice: String) -> ControlFailure {
        ControlFailure(code: "USAGE", message: message, advice: advice, exit: ExitStatus.usage)
    }
}
