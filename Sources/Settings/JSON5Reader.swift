/// Reads JSON5 and keeps the line of every key and value.
///
/// Comments, trailing commas, unquoted keys, single quotes, hexadecimal numbers, signs and line continuations are
/// allowed; a key that stands twice is an error. Depth and size are bounded.
package struct JSON5Reader {
    private static let depthMax = 64
    private static let octetsMax = 8 << 20

    private let octets: [UInt8]
    private let file: String
    private var place = 0
    private var line = 1
    private var problems: [SettingsProblem] = []

    private init(_ octets: [UInt8], file: String) {
        self.octets = octets
        self.file = file
    }

    /// - Throws: the first syntax error, or every key that stands twice.
    package static func read(_ octets: [UInt8], file: String) throws(SettingsProblems) -> JSON5Value {
        var reader = JSON5Reader(octets, file: file)
        do throws(SettingsProblem) {
            guard octets.count <= octetsMax else { throw reader.problem("the file is too large", "at most 8 MiB") }
            if octets.starts(with: [0xEF, 0xBB, 0xBF]) { reader.place = 3 }
            let value = try reader.value(depth: 0)
            try reader.skipBlank()
            guard reader.peek == nil else {
                throw reader.problem("something follows the end of the document", "remove it or a bracket before it")
            }
            guard reader.problems.isEmpty else { throw reader.problems[0] }
            return value
        } catch {
            throw SettingsProblems(reader.problems.contains(error) ? reader.problems : reader.problems + [error])
        }
    }

    private func problem(_ message: String, _ advice: String) -> SettingsProblem {
        SettingsProblem(file: file, line: line, message: message, advice: advice)
    }

    private var peek: UInt8? { place < octets.count ? octets[place] : nil }

    private mutating func next() -> UInt8? {
        guard let octet = peek else { return nil }
        place += 1
        if octet == UInt8(ascii: "\n") { line += 1 }
        return octet
    }

    private mutating func skipBlank() throws(SettingsProblem) {
        while let octet = peek {
            switch octet {
            case 0x20, 0x09, 0x0A, 0x0D, 0x0B, 0x0C: _ = next()
            case 0xC2 where place + 1 < octets.count && octets[place + 1] == 0xA0: place += 2
            case UInt8(ascii: "/"):
                guard place + 1 < octets.count else { return }
                if octets[place + 1] == UInt8(ascii: "/") {
                    while let octet = peek, octet != UInt8(ascii: "\n") { place += 1 }
                } else if octets[place + 1] == UInt8(ascii: "*") {
                    let start = line
                    place += 2
                    var closed = false
                    while let octet = next() {
                        if octet == UInt8(ascii: "*"), peek == UInt8(ascii: "/") {
                            place += 1
                            closed = true
                            break
                        }
                    }
                    guard closed else {
                        line = start
                        throw problem("a comment is not closed", "write */ at its end")
                    }
                } else {
                    return
                }
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(SettingsProblem) -> JSON5Value {
        guard depth < Self.depthMax else { throw problem("values are nested too deeply", "at most 64 levels") }
        try skipBlank()
        let start = line
        guard let octet = peek else { throw problem("the file ends where a value is expected", "write a value") }
        switch octet {
        case UInt8(ascii: "{"): return JSON5Value(content: .object(try members(depth)), line: start)
        case UInt8(ascii: "["): return JSON5Value(content: .list(try elements(depth)), line: start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return JSON5Value(content: .string(try string()), line: start)
        default: return JSON5Value(content: try word(), line: start)
        }
    }

    private mutating func members(_ depth: Int) throws(SettingsProblem) -> [JSON5Value.Member] {
        _ = next()
        var members: [JSON5Value.Member] = []
        var seen: [String: Int] = [:]
        while true {
            try skipBlank()
            if peek == UInt8(ascii: "}") {
                _ = next()
                return members
            }
            let keyLine = line
            let key = try key()
            if let first = seen[key] {
                problems.append(
                    SettingsProblem(
                        file: file, line: keyLine, message: "key \(key) stands twice, first on line \(first)",
                        advice: "keep one"))
            }
            seen[key] = keyLine
            try skipBlank()
            guard next() == UInt8(ascii: ":") else { throw problem("no colon after key \(key)", "write \(key): value") }
            members.append(JSON5Value.Member(key: key, line: keyLine, value: try value(depth: depth + 1)))
            try skipBlank()
            switch peek {
            case UInt8(ascii: ","): _ = next()
            case UInt8(ascii: "}"): continue
            default: throw problem("neither , nor } after the value of \(key)", "write , between members")
            }
        }
    }

    private mutating func elements(_ depth: Int) throws(SettingsProblem) -> [JSON5Value] {
        _ = next()
        var elements: [JSON5Value] = []
        while true {
            try skipBlank()
            if peek == UInt8(ascii: "]") {
                _ = next()
                return elements
            }
            elements.append(try value(depth: depth + 1))
            try skipBlank()
            switch peek {
            case UInt8(ascii: ","): _ = next()
            case UInt8(ascii: "]"): continue
            default: throw problem("neither , nor ] after an element", "write , between elements")
            }
        }
    }

    private mutating func key() throws(SettingsProblem) -> String {
        guard let octet = peek else { throw problem("the file ends inside an object", "write } at its end") }
        if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "'") { return try string() }
        let name = bareWord()
        guard !name.isEmpty else { throw problem("no key where one is expected", "write key: value") }
        return name
    }

    private mutating func bareWord() -> String {
        let start = place
        while let octet = peek {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "-"),
                UInt8(ascii: "+"), UInt8(ascii: "."), 0x80...0xFF:
                place += 1
            default:
                return String(decoding: octets[start..<place], as: UTF8.self)
            }
        }
        return String(decoding: octets[start..<place], as: UTF8.self)
    }

    private mutating func word() throws(SettingsProblem) -> JSON5Value.Content {
        let text = bareWord()
        switch text {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "":
            throw problem("no value where one is expected", "write a text in quotes, a number, a list or an object")
        default: break
        }
        if let number = Self.number(text) { return .number(number) }
        throw problem("\(text) is no value", "write texts in quotes: \"\(text)\"")
    }

    private static func number(_ text: String) -> Double? {
        var rest = text[...]
        var sign = 1.0
        if rest.hasPrefix("-") { sign = -1 }
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        if rest.lowercased().hasPrefix("0x") { return Int(rest.dropFirst(2), radix: 16).map { sign * Double($0) } }
        guard let first = rest.utf8.first, first == UInt8(ascii: ".") || (0x30...0x39).contains(first) else {
            return nil
        }
        var plain = String(rest)
        if plain.hasPrefix(".") { plain = "0" + plain }
        if plain.hasSuffix(".") { plain += "0" }
        return Double(plain).map { sign * $0 }
    }

    private mutating func string() throws(SettingsProblem) -> String {
        let start = line
        let quote = next()
        var text: [UInt8] = []
        while let octet = next() {
            if octet == quote {
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw problem("a text is not UTF-8", "save the file as UTF-8")
                }
                return string
            }
            switch octet {
            case UInt8(ascii: "\n"):
                line = start
                throw problem("a text is not closed on its line", "write the closing quote")
            case UInt8(ascii: "\\"): try escape(into: &text)
            default: text.append(octet)
            }
        }
        line = start
        throw problem("a text is not closed", "write the closing quote")
    }

    private mutating func escape(into text: inout [UInt8]) throws(SettingsProblem) {
        guard let octet = next() else { return }
        switch octet {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "0"): text.append(0)
        case UInt8(ascii: "x"): try appendScalar(digits: 2, to: &text)
        case UInt8(ascii: "u"): try appendScalar(digits: 4, to: &text)
        case UInt8(ascii: "\r"): if peek == UInt8(ascii: "\n") { _ = next() }
        case UInt8(ascii: "\n"): break
        default: text.append(octet)
        }
    }

    private mutating func appendScalar(digits: Int, to text: inout [UInt8]) throws(SettingsProblem) {
        var value = try hexadecimal(digits)
        if (0xD800..<0xDC00).contains(value), peek == UInt8(ascii: "\\") {
            place += 1
            guard next() == UInt8(ascii: "u") else { throw problem("half a surrogate pair", "write the second half") }
            let low = try hexadecimal(4)
            guard (0xDC00..<0xE000).contains(low) else { throw problem("half a surrogate pair", "write both halves") }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw problem("no such letter", "write it plainly") }
        text.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal(_ digits: Int) throws(SettingsProblem) -> UInt32 {
        guard place + digits <= octets.count,
            let value = UInt32(String(decoding: octets[place..<(place + digits)], as: UTF8.self), radix: 16)
        else { throw problem("an escape needs \(digits) hexadecimal digits", "write for example \\u00e9") }
        place += digits
        return value
    }
}
