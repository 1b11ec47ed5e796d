import Cables
import Routing

/// Walks through a settings file, gathers every problem, and goes on where it can.
struct SettingsCursor {
    /// Problems of one file that are told at most: after these nobody reads on.
    static let problemsMax = 100

    let file: String
    let table: [SettingsKey]
    private(set) var problems: [SettingsProblem]

    init(file: String, table: [SettingsKey], problems: [SettingsProblem]) {
        self.file = file
        self.table = table
        self.problems = Array(problems.prefix(Self.problemsMax))
    }

    mutating func complain(_ place: JSON5Place, _ message: String, _ advice: String) {
        guard problems.count < Self.problemsMax else { return }
        problems.append(
            SettingsProblem(file: file, line: place.line, column: place.column, message: message, advice: advice))
    }

    /// As above, with the nearest of the words that would have been right.
    mutating func complain(
        _ place: JSON5Place, _ message: String, of word: String, among known: @autoclosure () -> [String],
        otherwise: String
    ) {
        guard problems.count < Self.problemsMax else { return }
        let nearest = SpellingDistance.nearest(to: word, among: known(), most: 1).first
        complain(place, message, nearest.map { "did you mean \($0)?" } ?? otherwise)
    }

    private func kind(of path: String) -> SettingsKey.Kind? { table.first { $0.path == path }?.kind }

    /// The members of an object; unknown keys are complained of with the nearest known one.
    mutating func members(_ value: JSON5Value, at path: String) -> [String: JSON5Value] {
        guard case .object(let members) = value.content else {
            complain(value.place, "\(path.isEmpty ? "the file" : path) is \(value.kind)", "write { … }")
            return [:]
        }
        let known = KeyTable.children(of: path, in: table)
        var found: [String: JSON5Value] = [:]
        for member in members {
            guard known.contains(member.key) else {
                complain(
                    member.place, "unknown key \(member.key)", of: member.key, among: known,
                    otherwise: "known here: \(known.joined(separator: ", "))")
                continue
            }
            found[member.key] = member.value
        }
        return found
    }

    /// Members in the order of the file, for objects whose keys are names of the user's.
    mutating func named(_ value: JSON5Value?, at path: String) -> [JSON5Value.Member] {
        guard let value else { return [] }
        guard case .object(let members) = value.content else {
            complain(value.place, "\(path) is \(value.kind)", "write { NAME: … }")
            return []
        }
        return members
    }

    mutating func required(_ members: [String: JSON5Value], _ key: String, _ parent: JSON5Value) -> JSON5Value? {
        guard let value = members[key] else {
            complain(parent.place, "key \(key) is missing", "write \(key): …")
            return nil
        }
        return value
    }

    mutating func text(_ value: JSON5Value?, _ name: String) -> String? {
        guard let value else { return nil }
        guard case .string(let text) = value.content else {
            complain(value.place, "\(name) is \(value.kind)", "write a text in quotes")
            return nil
        }
        guard text.contains(where: { $0 != " " && $0 != "\t" }) else {
            complain(value.place, "\(name) is empty", "write a text, or leave the key out")
            return nil
        }
        return text
    }

    mutating func texts(_ value: JSON5Value?, _ name: String) -> [(text: String, place: JSON5Place)] {
        elements(value, name).compactMap { element in
            text(element, "an element of \(name)").map { ($0, element.place) }
        }
    }

    mutating func elements(_ value: JSON5Value?, _ name: String) -> [JSON5Value] {
        guard let value else { return [] }
        guard case .list(let elements) = value.content else {
            complain(value.place, "\(name) is \(value.kind)", "write a list: [ … ]")
            return []
        }
        return elements
    }

    /// A value whose members are not read yet.
    mutating func checkObject(_ value: JSON5Value?, _ name: String) {
        guard let value else { return }
        guard case .object = value.content else {
            return complain(value.place, "\(name) is \(value.kind)", "write { … }, or leave the key out")
        }
    }

    mutating func flag(_ value: JSON5Value?, _ name: String) -> Bool? {
        guard let value else { return nil }
        guard case .bool(let flag) = value.content else {
            complain(value.place, "\(name) is \(value.kind)", "write true or false")
            return nil
        }
        return flag
    }

    /// Within the range that the table gives for the path.
    mutating func whole(_ value: JSON5Value?, _ path: String) -> Int? {
        guard let value, case .whole(let range)? = kind(of: path) else { return nil }
        guard case .number(let number) = value.content, let whole = Int(exactly: number), range.contains(whole) else {
            complain(
                value.place, "\(path) is no whole number from \(range.lowerBound) to \(range.upperBound)",
                "write one")
            return nil
        }
        return whole
    }

    /// Milliseconds, within the range that the table gives; the file says seconds, or 30m, 24h, 7d.
    mutating func duration(_ value: JSON5Value?, _ path: String) -> UInt64? {
        guard let value, case .duration(let range)? = kind(of: path) else { return nil }
        if let seconds = Self.seconds(value.content), let milliseconds = UInt64(exactly: (seconds * 1_000).rounded()),
            range.contains(milliseconds)
        {
            return milliseconds
        }
        complain(
            value.place, "\(path) is no duration above 0", "write seconds, or for example \"30m\", \"24h\", \"7d\"")
        return nil
    }

    private static func seconds(_ content: JSON5Value.Content) -> Double? {
        switch content {
        case .number(let seconds): return seconds
        case .string(let text):
            let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
            guard let last = text.last, let unit = units[last] else { return nil }
            let number = text.dropLast()
            guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }) else { return nil }
            return Double(number).map { $0 * unit }
        case .null, .bool, .list, .object: return nil
        }
    }

    mutating func indicator(_ value: JSON5Value?, _ name: String) -> RoutingIndicator? {
        guard let value, let text = text(value, name) else { return nil }
        guard let indicator = RoutingIndicator(text) else {
            complain(value.place, "\(text) is no routing indicator", "write 4 to 8 capital letters, such as RUEHC")
            return nil
        }
        return indicator
    }

    mutating func classification(_ value: JSON5Value?, _ name: String) -> Classification? {
        guard let value, let text = text(value, name) else { return nil }
        guard let classification = Classification(word: Network.normalised(text)) else {
            let words = Classification.allCases.map(\.word)
            complain(value.place, "\(text) is no classification", "write one of \(words.joined(separator: ", "))")
            return nil
        }
        return classification
    }

    mutating func precedence(_ value: JSON5Value?, _ name: String) -> Precedence? {
        guard let value, let text = text(value, name) else { return nil }
        guard let precedence = Precedence(word: Network.normalised(text)) else {
            let words = Precedence.allCases.map(\.word)
            complain(value.place, "\(text) is no precedence", "write one of \(words.joined(separator: ", "))")
            return nil
        }
        return precedence
    }

    mutating func address(_ value: JSON5Value?, _ name: String) -> String? {
        guard let value, let text = text(value, name) else { return nil }
        guard Self.isAddress(text) else {
            complain(
                value.place, "\(text) is no address",
                "write host:port, such as \"192.0.2.7:7100\" or \"[2001:db8::7]:7100\"")
            return nil
        }
        return text
    }

    /// What nobody outside this machine can reach.
    mutating func loopback(_ value: JSON5Value?, _ name: String) -> String? {
        guard let value, let text = text(value, name) else { return nil }
        if text.contains("/") { return text }
        let host = text.prefix { $0 != "]" }.prefix(text.hasPrefix("[") ? 256 : text.count)
        let bare = text.hasPrefix("[") ? String(host.dropFirst()) : String(text.prefix { $0 != ":" })
        let numbers = bare.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback =
            bare == "localhost" || bare == "::1"
            || (numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil })
        guard isLoopback, Self.isAddress(text) else {
            complain(
                value.place, "\(text) is no address of this machine alone",
                "write \"127.0.0.1:9464\", \"[::1]:9464\", or the path of a socket such as \"./metrics.sock\"")
            return nil
        }
        return text
    }

    /// `host:port` with a port from 1; an IPv6 address stands in brackets.
    private static func isAddress(_ text: String) -> Bool {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(text[text.index(after: colon)...]),
            port > 0, text.utf8[text.utf8.index(after: colon)...].allSatisfy({ (0x30...0x39).contains($0) })
        else { return false }
        let host = text[..<colon].utf8
        guard !host.isEmpty, host.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }) else {
            return false
        }
        if host.first == UInt8(ascii: "[") {
            return host.last == UInt8(ascii: "]") && host.dropFirst().dropLast().contains(UInt8(ascii: ":"))
        }
        return !host.contains { [UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]")].contains($0) }
    }
}
