import Settings
import Testing

private func content(_ text: String) -> JSON5Value.Content? {
    do throws(SettingsProblems) {
        return try JSON5Reader.read(Array(text.utf8), file: "f").content
    } catch {
        return nil
    }
}

private func problems(_ octets: [UInt8]) -> [String] {
    do throws(SettingsProblems) {
        _ = try JSON5Reader.read(octets, file: "f")
        return []
    } catch {
        return error.all.map(\.description)
    }
}

@Suite("JSON5")
struct JSON5Tests {
    @Test(
        "Numbers may be hexadecimal, signed and without a digit on one side of the point",
        arguments: [
            ("0", 0), ("-0", 0), ("+5", 5), ("-17", -17), (".5", 0.5), ("5.", 5), ("1e3", 1_000), ("5.e1", 50),
            ("25E-1", 2.5), ("1e+2", 100), ("0x1F", 31), ("-0XfF", -255), ("83886080", 83_886_080),
        ])
    func numbers(text: String, value: Double) {
        #expect(content(text) == .number(value))
    }

    @Test(
        "What only looks like a number is none",
        arguments: [
            ".", "+", "01", "-00", "0x", "0x-5", "0x+5", "0x1G", "1_000", "1e", "1e+", ".e1", "1.2.3", "+-1", "5s",
            "NaN", "Infinity", "-Infinity", "1e999", "0x1FFFFFFFFFFFFFFFFF", "True", "RUEHC",
        ])
    func noNumbers(text: String) {
        #expect(content(text) == nil)
    }

    @Test(
        "Texts have single or double quotes, escapes, and line continuations",
        arguments: [
            ("'a\"b'", "a\"b"), ("\"a'b\"", "a'b"), (#"'a\tb\n\\\/\'\"'"#, "a\tb\n\\/'\""), (#"'\x41\u00e9'"#, "Aé"),
            (#"'\uD83D\uDE00'"#, "😀"), ("'a\\\nb'", "ab"), ("'a\\\r\nb'", "ab"), ("'a\\\rb'", "ab"),
            ("'a\\\u{2028}b'", "ab"), ("'a\u{2028}b'", "a\u{2028}b"), (#"'\0'"#, "\0"), (#"'\q'"#, "q"), ("''", ""),
        ])
    func texts(text: String, value: String) {
        #expect(content(text) == .string(value))
    }

    @Test(
        "What is no text is refused, at the line where it begins",
        arguments: [
            ("\n'a\nb'", "f:2: a text is not closed on its line"),
            ("\n'a\rb'", "f:2: a text is not closed on its line"),
            ("\n\n'a", "f:3: a text is not closed"), ("\n'a\\", "f:2: a text is not closed"),
            (#"'\u+123'"#, "f:1: an escape needs 4 hexadecimal digits"),
            (#"'\x4'"#, "f:1: an escape needs 2 hexadecimal digits"), (#"'\1'"#, "f:1: an escape begins with a digit"),
            (#"'\01'"#, "f:1: an escape begins with a digit"), (#"'\uD83D'"#, "f:1: half a surrogate pair"),
            (#"'\uD83D\u0041'"#, "f:1: half a surrogate pair"), (#"'\uDE00'"#, "f:1: half a surrogate pair"),
        ])
    func noTexts(text: String, expected: String) {
        let found = problems(Array(text.utf8))
        #expect(found.count == 1 && found[0].hasPrefix(expected), "\(found)")
    }

    @Test(
        "Blanks, comments, byte order mark and trailing commas mean nothing",
        arguments: [
            "[1,2]", "\u{FEFF}[1,2]", "[1,2,]", " [ 1 , 2 ] ", "// c\n[1,/* , 3 */2]", "[1,2]// end", "/**/[1/***/,2]",
            "\u{A0}[\u{3000}1,\u{2003}2\u{2028}]\u{B}", "[1,\r2]",
        ])
    func blanks(text: String) throws {
        guard case .list(let elements)? = content(text) else {
            Issue.record("no list")
            return
        }
        #expect(elements.map(\.content) == [.number(1), .number(2)])
    }

    @Test(
        "Keys stand without quotes where they are names",
        arguments: [("a", "a"), ("_$9", "_$9"), ("'a b'", "a b"), ("\"1\"", "1"), ("é", "é"), ("null", "null")])
    func keys(written: String, key: String) {
        guard case .object(let members)? = content("{\(written):1}") else {
            Issue.record("no object")
            return
        }
        #expect(members.map(\.key) == [key])
    }

    @Test("Each kind of line end counts as one line, also within comments and texts")
    func lines() {
        let text = "{\n/* \r\n \r */ // x\u{2028} a: 'b\\\nc', z }"
        #expect(problems(Array(text.utf8)) == ["f:6: no colon after key z, write z: value"])
    }

    @Test("Keys and values know their line and column")
    func places() throws {
        let root = try JSON5Reader.read(Array("{ a: 1,\n  bc:\n   [7] }".utf8), file: "f")
        guard case .object(let members) = root.content else {
            Issue.record("no object")
            return
        }
        #expect(members.map { [$0.place.line, $0.place.column] } == [[1, 3], [2, 3]])
        #expect(members.map { [$0.value.place.line, $0.value.place.column] } == [[1, 6], [3, 4]])
    }

    @Test(
        "What is no document is refused with its line",
        arguments: [
            ("", "f:1: the file ends where a value is expected"), ("{a:1", "f:1: neither , nor }"),
            ("[1\n2]", "f:2: neither , nor ]"), ("[,]", "f:1: no value where one is expected"),
            ("{,}", "f:1: no key where one is expected"), ("{a:1}\n}", "f:2: something follows the end"),
            ("\n/* x", "f:2: a comment is not closed"), ("/*/", "f:1: a comment is not closed"),
            ("{a-b: 1}", "f:1: a-b needs quotes to be a key, write \"a-b\":"), ("{1a: 1}", "f:1: 1a needs quotes"),
            ("{a 1}", "f:1: no colon after key a"), ("[1 /]", "f:1: neither , nor ]"),
            ("{", "f:1: the file ends inside"),
        ])
    func noDocuments(text: String, expected: String) {
        let found = problems(Array(text.utf8))
        #expect(found.count == 1 && found[0].hasPrefix(expected), "\(found)")
    }

    @Test("Each repetition of a key is a problem that names the first one")
    func duplicates() {
        #expect(
            problems(Array("{a:1,\n'a':2,\nb:{a:3},\na:4}".utf8)) == [
                "f:2: key a stands twice, first on line 1, keep one",
                "f:4: key a stands twice, first on line 1, keep one",
            ])
    }

    @Test("Depth and size have an end")
    func bounds() {
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        #expect(problems(nested(64)).isEmpty)
        #expect(problems(nested(65)) == ["f:1: values are nested too deeply, at most 64 levels"])
        #expect(
            problems([UInt8](repeating: 0x20, count: (8 << 20) + 1)) == ["f:1: the file is too large, at most 8 MiB"])
        let many = Array(("[" + String(repeating: "1,", count: 1_000_001) + "]").utf8)
        #expect(problems(many) == ["f:1: the file has too many values, at most 1000000"])
    }

    @Test(
        "Octets that are not UTF-8 are refused",
        arguments: [[0x27, 0xFF, 0x27], [0x7B, 0xFF, 0x3A, 0x31, 0x7D], [0xC3]] as [[UInt8]])
    func encoding(octets: [UInt8]) {
        #expect(problems(octets).first?.hasSuffix("is not UTF-8, save the file as UTF-8") == true)
    }
}
