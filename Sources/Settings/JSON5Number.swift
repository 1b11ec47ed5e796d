/// Numbers of JSON5: decimal or hexadecimal, with a sign; `.5` and `5.` are numbers, `.` and `05` are none.
enum JSON5Number {
    /// Nil: no number, or one that is infinite or too large.
    static func read(_ text: String) -> Double? {
        var rest = text.utf8[...]
        var sign = 1.0
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            if first == UInt8(ascii: "-") { sign = -1 }
            rest = rest.dropFirst()
        }
        guard let plain = hexadecimal(rest) ?? decimal(rest), plain.isFinite else { return nil }
        return sign * plain
    }

    private static func hexadecimal(_ text: Substring.UTF8View) -> Double? {
        guard text.count > 2, text.first == UInt8(ascii: "0"),
            let mark = text.dropFirst().first, mark == UInt8(ascii: "x") || mark == UInt8(ascii: "X"),
            text.dropFirst(2).allSatisfy({ isHexadecimal($0) })
        else { return nil }
        return UInt64(String(decoding: text.dropFirst(2), as: UTF8.self), radix: 16).map { Double($0) }
    }

    private static func decimal(_ text: Substring.UTF8View) -> Double? {
        var rest = text
        let whole = digits(&rest)
        guard whole.count <= 1 || whole.first != UInt8(ascii: "0") else { return nil }
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = ""
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            exponent = "e"
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                exponent += sign == UInt8(ascii: "-") ? "-" : ""
                rest = rest.dropFirst()
            }
            let power = digits(&rest)
            guard !power.isEmpty else { return nil }
            exponent += String(decoding: power, as: UTF8.self)
        }
        guard rest.isEmpty else { return nil }
        let before = whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self)
        let after = fraction.isEmpty ? "0" : String(decoding: fraction, as: UTF8.self)
        return Double("\(before).\(after)\(exponent)")
    }

    private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
        let found = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest[found.endIndex...]
        return found
    }

    static func isHexadecimal(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
