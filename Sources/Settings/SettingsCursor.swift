import Cables
import Routing

/// Walks through a settings file, gathers every problem, and goes on where it can.
struct SettingsCursor {
    let file: String
    let table: [SettingsKey]
    var problems: [SettingsProblem] = []

    init(file: String, table: [SettingsKey]) {
        self.file = file
        self.table = table
    }

    mutating func complain(_ line: Int, _ message: String, _ advice: String) {
        problems.append(SettingsProblem(file: file, line: line, message: message, advice: advice))
    }

    /// The members of an object; unknown keys are complained of with the nearest known one.
    mutating func members(_ value: JSON5Value, at path: String) -> [String: JSON5Value] {
        guard case .object(let members) = value.content else {
            complain(value.line, "\(path.isEmpty ? "the file" : path) is \(value.kind)", "write { … }")
            return [:]
        }
        let known = KeyTable.children(of: path, in: table)
        var found: [String: JSON5Value] = [:]
        for member in members {
            guard known.contains(member.key) || known.contains("*") else {
                let nearest = SpellingDistance.nearest(to: member.key, among: known, most: 1).first
                complain(
                    member.line, "unknown key \(member.key)",
                    nearest.map { "did you mean \($0)?" } ?? "known here: \(known.joined(separator: ", "))")
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
            complain(value.line, "\(path) is \(value.kind)", "write { NAME: … }")
            return []
        }
        return members
    }

    mutating func required(_ members: [String: JSON5Value], _ key: String, _ parent: JSON5Value) -> JSON5Value? {
        guard let value = members[key] else {
            complain(parent.line, "key \(key) is missing", "write \(key): …")
            return nil
        }
        return value
    }

    mutating func text(_ value: JSON5Value?, _ name: String) -> String? {
        guard let value else { return nil }
        guard case .string(let text) = value.content, !text.isEmpty else {
            complain(value.line, "\(name) is \(value.kind)", "write a text in quotes")
            return nil
        }
        return text
    }

    mutating func texts(_ value: JSON5Value?, _ name: String) -> [(text: String, line: Int)] {
        guard let value else { return [] }
        guard case .list(let elements) = value.content else {
            complain(value.line, "\(name) is \(value.kind)", "write a list: [\"…\"]")
            return []
        }
        return elements.compactMap { element in text(element, "an element of \(name)").map { ($0, element.line) } }
    }

    mutating func elements(_ value: JSON5Value?, _ name: String) -> [JSON5Value] {
        guard let value else { return [] }
        guard case .list(let elements) = value.content else {
            complain(value.line, "\(name) is \(value.kind)", "write a list: [ … ]")
            return []
        }
        return elements
    }

    mutating func flag(_ value: JSON5Value?, _ name: String) -> Bool? {
        guard let value else { return nil }
        guard case .bool(let flag) = value.content else {
            complain(value.line, "\(name) is \(value.kind)", "write true or false")
            return nil
        }
        return flag
    }

    mutating func whole(_ value: JSON5Value?, _ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value else { return nil }
        guard case .number(let number) = value.content, number.rounded() == number, abs(number) < 9e15,
            range.contains(Int(number))
        else {
            complain(
                value.line, "\(name) is no whole number from \(range.lowerBound) to \(range.upperBound)",
                "write one")
            return nil
        }
        return Int(number)
    }

    /// Milliseconds; the file says seconds, or 30m, 24h, 7d.
    mutating func duration(_ value: JSON5Value?, _ name: String) -> UInt64? {
        guard let value else { return nil }
        switch value.content {
        case .number(let seconds) where seconds > 0 && seconds < 1e9: return UInt64(seconds * 1_000)
        case .string(let text):
            let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
            if let last = text.last, let unit = units[last], let number = Double(text.dropLast()), number > 0,
                number * unit < 1e9
            {
                return UInt64(number * unit * 1_000)
            }
        case .null, .bool, .number, .list, .object: break
        }
        complain(value.line, "\(name) is no duration", "write seconds, or for example \"30m\", \"24h\", \"7d\"")
        return nil
    }

    mutating func indicator(_ value: JSON5Value?, _ name: String) -> RoutingIndicator? {
        guard let value, let text = text(value, name) else { return nil }
        guard let indicator = RoutingIndicator(text) else {
            complain(value.line, "\(text) is no routing indicator", "write 4 to 8 capital letters, such as RUEHC")
            return nil
        }
        return indicator
    }

    mutating func classification(_ value: JSON5Value?, _ name: String) -> Classification? {
        guard let value, let text = text(value, name) else { return nil }
        guard let classification = Classification(word: Network.normalised(text)) else {
            let words = Classification.allCases.map(\.word)
            complain(value.line, "\(text) is no classification", "write one of \(words.joined(separator: ", "))")
            return nil
        }
        return classification
    }
}
