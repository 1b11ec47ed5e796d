/// Reads JSON5 and keeps the place of every key and value.
///
/// Comments, trailing commas, unquoted keys, single quotes, hexadecimal numbers, signs and line continuations are
/// allowed; a key that stands twice is an error. Depth and size are bounded.
package struct JSON5Reader {
    private static let depthMax = 64
    private static let octetsMax = 8 << 20
    private static let valuesMax = 1_000_000

    private let file: String
    private var text: JSON5Octets
    private var values = 0
    private var duplicates: [SettingsProblem] = []

    private init(_ octets: [UInt8], file: String) {
        text = JSON5Octets(octets)
        self.file = file
    }

    /// - Throws: the first syntax error, and every key before it that stands twice.
    package static func read(_ octets: [UInt8], file: String) throws(SettingsProblems) -> JSON5Value {
        let (root, duplicates) = try document(octets, file: file)
        guard duplicates.isEmpty else { throw SettingsProblems(sorting: duplicates) }
        return root
    }

    /// The document, with the keys that stand twice, so that a reader can add what else is wrong.
    static func document(
        _ octets: [UInt8], file: String
    ) throws(SettingsProblems) -> (root: JSON5Value, duplicates: [SettingsProblem]) {
        var reader = JSON5Reader(octets, file: file)
        do throws(SettingsProblem) {
            guard octets.count <= octetsMax else { throw reader.problem("the file is too large", "at most 8 MiB") }
            let root = try reader.value(depth: 0)
            try reader.skipBlank()
            guard reader.text.peek == nil else {
                throw reader.problem("something follows the end of the document", "remove it or a bracket before it")
            }
            return (root, reader.duplicates)
        } catch {
            throw SettingsProblems(sorting: reader.duplicates + [error])
        }
    }

    private func problem(_ message: String, _ advice: String, at place: JSON5Place? = nil) -> SettingsProblem {
        let place = place ?? text.place
        return SettingsProblem(file: file, line: place.line, column: place.column, message: message, advice: advice)
    }

    private mutating func skipBlank() throws(SettingsProblem) {
        if let open = text.skipBlank() { throw problem("a comment is not closed", "write */ at its end", at: open) }
    }

    private mutating func value(depth: Int) throws(SettingsProblem) -> JSON5Value {
        try skipBlank()
        let place = text.place
        guard depth < Self.depthMax else {
            throw problem("values are nested too deeply", "at most \(Self.depthMax) levels")
        }
        values += 1
        guard values <= Self.valuesMax else {
            throw problem("the file has too many values", "at most \(Self.valuesMax)")
        }
        guard let octet = text.peek else { throw problem("the file ends where a value is expected", "write a value") }
        switch octet {
        case UInt8(ascii: "{"): return JSON5Value(content: .object(try members(depth)), place: place)
        case UInt8(ascii: "["): return JSON5Value(content: .list(try elements(depth)), place: place)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return JSON5Value(content: .string(try string()), place: place)
        default: return JSON5Value(content: try word(at: place), place: place)
        }
    }

    private mutating func members(_ depth: Int) throws(SettingsProblem) -> [JSON5Value.Member] {
        _ = text.next()
        var members: [JSON5Value.Member] = []
        var seen: [String: Int] = [:]
        while true {
            try skipBlank()
            if text.peek == UInt8(ascii: "}") {
                _ = text.next()
                return members
            }
            let place = text.place
            let key = try key()
            if let first = seen[key] {
                duplicates.append(
                    problem("key \(key) stands twice, first on line \(first)", "keep one", at: place))
            } else {
                seen[key] = place.line
            }
            try skipBlank()
            guard text.peek == UInt8(ascii: ":") else {
                throw problem("no colon after key \(key)", "write \(key): value")
            }
            _ = text.next()
            members.append(JSON5Value.Member(key: key, place: place, value: try value(depth: depth + 1)))
            try skipBlank()
            switch text.peek {
            case UInt8(ascii: ","): _ = text.next()
            case UInt8(ascii: "}"): continue
            default: throw problem("neither , nor } after the value of \(key)", "write , between members")
            }
        }
    }

    private mutating func elements(_ depth: Int) throws(SettingsProblem) -> [JSON5Value] {
        _ = text.next()
        var elements: [JSON5Value] = []
        while true {
            try skipBlank()
            if text.peek == UInt8(ascii: "]") {
                _ = text.next()
                return elements
            }
            elements.append(try value(depth: depth + 1))
            try skipBlank()
            switch text.peek {
            case UInt8(ascii: ","): _ = text.next()
            case UInt8(ascii: "]"): continue
            default: throw problem("neither , nor ] after an element", "write , between elements")
            }
        }
    }

    private mutating func key() throws(SettingsProblem) -> String {
        guard let octet = text.peek else { throw problem("the file ends inside an object", "write } at its end") }
        if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "'") { return try string() }
        let place = text.place
        guard let name = text.bareWord() else {
            throw problem("a key is not UTF-8", "save the file as UTF-8", at: place)
        }
        guard let first = name.utf8.first else { throw problem("no key where one is expected", "write key: value") }
        guard !(0x30...0x39).contains(first), name.utf8.allSatisfy({ Self.mayStandInKey($0) }) else {
            throw problem("\(name) needs quotes to be a key", "write \"\(name)\":", at: place)
        }
        return name
    }

    private static func mayStandInKey(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...0xFF:
            true
        default: false
        }
    }

    private mutating func word(at place: JSON5Place) throws(SettingsProblem) -> JSON5Value.Content {
        guard let word = text.bareWord() else {
            throw problem("a value is not UTF-8", "save the file as UTF-8", at: place)
        }
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "":
            throw problem("no value where one is expected", "write a text in quotes, a number, a list or an object")
        default: break
        }
        if let number = JSON5Number.read(word) { return .number(number) }
        throw problem("\(word) is no value", "write texts in quotes: \"\(word)\"", at: place)
    }

    private mutating func string() throws(SettingsProblem) -> String {
        let start = text.place
        let quote = text.next()
        var found: [UInt8] = []
        while let octet = text.peek {
            switch octet {
            case quote:
                _ = text.next()
                guard let string = String(validating: found, as: UTF8.self) else {
                    throw problem("a text is not UTF-8", "save the file as UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                throw problem("a text is not closed on its line", "write the closing quote", at: start)
            case UInt8(ascii: "\\"):
                let place = text.place
                _ = text.next()
                try escape(into: &found, at: place)
            case 0xE2 where text.isSeparator:
                found.append(contentsOf: text.octets[text.offset..<(text.offset + 3)])
                _ = text.next()
            default:
                found.append(octet)
                _ = text.next()
            }
        }
        throw problem("a text is not closed", "write the closing quote", at: start)
    }

    private mutating func escape(into found: inout [UInt8], at place: JSON5Place) throws(SettingsProblem) {
        if text.skipLineEnd() { return }
        guard let octet = text.next() else { return }
        switch octet {
        case UInt8(ascii: "n"): found.append(0x0A)
        case UInt8(ascii: "t"): found.append(0x09)
        case UInt8(ascii: "r"): found.append(0x0D)
        case UInt8(ascii: "b"): found.append(0x08)
        case UInt8(ascii: "f"): found.append(0x0C)
        case UInt8(ascii: "v"): found.append(0x0B)
        case UInt8(ascii: "x"): try appendScalar(digits: 2, to: &found, at: place)
        case UInt8(ascii: "u"): try appendScalar(digits: 4, to: &found, at: place)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            if octet == UInt8(ascii: "0"), !(text.peek.map { (0x30...0x39).contains($0) } ?? false) {
                found.append(0)
            } else {
                throw problem(
                    "an escape begins with a digit", "write for example \\u0041, or \\\\ for a backslash", at: place)
            }
        default: found.append(octet)
        }
    }

    private mutating func appendScalar(
        digits: Int, to found: inout [UInt8], at place: JSON5Place
    ) throws(SettingsProblem) {
        var value = try hexadecimal(digits, at: place)
        if (0xD800..<0xDC00).contains(value), text.starts(with: "\\u") {
            text.offset += 2
            let low = try hexadecimal(4, at: place)
            guard (0xDC00..<0xE000).contains(low) else {
                throw problem("half a surrogate pair", "write both halves", at: place)
            }
            value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw problem("half a surrogate pair", "write both halves, or the letter itself", at: place)
        }
        found.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal(_ digits: Int, at place: JSON5Place) throws(SettingsProblem) -> UInt32 {
        let end = text.offset + digits
        guard end <= text.octets.count, text.octets[text.offset..<end].allSatisfy({ JSON5Number.isHexadecimal($0) }),
            let value = UInt32(String(decoding: text.octets[text.offset..<end], as: UTF8.self), radix: 16)
        else { throw problem("an escape needs \(digits) hexadecimal digits", "write for example \\u00e9", at: place) }
        text.offset = end
        return value
    }
}
