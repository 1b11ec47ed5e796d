/// How a cable is written down. Reading accepts all of them together.
package enum CableProfile: String, CaseIterable, Sendable {
    /// Department of State practice: `#` and section suffix in format line 3, one serial number for all sections.
    case state
    /// ACP 127: teleprinter letters only, a serial number of its own for each section.
    case acp127
    /// JANAP 128: the header of 43 positions in place of format lines 2 and 3.
    case janap128
    /// What an archive prints: from format line 5, without BT and pages, lines as long as they are.
    case archive

    /// Whether lines are wrapped at 69 columns, and texts cut into pages and sections.
    var isTransmitted: Bool { self != .archive }

    /// Whether only letters of ITA2 may be sent (ACP 127 §134).
    var isTeleprinter: Bool { self == .acp127 }

    /// Two CR before each LF on teleprinter circuits (ACP 127 §138).
    var lineEnd: String { self == .acp127 ? "\r\r\n" : "\n" }
}

/// What a teleprinter can print: capitals, digits and few signs (ACP 127 §134, §140).
enum TeleprinterText {
    private static let signs: [Character: String] = [
        "&": " AND ", ";": ",", "!": ".", "@": "(AT)", "%": " PERCENT", "$": "USD ", "+": " PLUS ", "=": " EQUALS ",
        "*": "X", "_": "-", "[": "(", "]": ")", "{": "(", "}": ")", "<": "(", ">": ")", "#": "NO.", "\u{2013}": "-",
        "\u{2014}": "--", "\u{2018}": "", "\u{2019}": "", "'": "", "\u{B6}": "PARA ", "|": "/", "\\": "/", "~": "-",
        "^": "", "`": "", "\t": " ",
    ]
    private static let quotes: Set<Character> = ["\"", "\u{201C}", "\u{201D}"]
    private static let accents: [Character: String] = [
        "\u{C4}": "AE", "\u{D6}": "OE", "\u{DC}": "UE", "\u{C9}": "E", "\u{C8}": "E", "\u{CA}": "E", "\u{C0}": "A",
        "\u{C1}": "A", "\u{C2}": "A", "\u{C3}": "A", "\u{C7}": "C", "\u{CD}": "I", "\u{D1}": "N", "\u{D3}": "O",
        "\u{D4}": "O", "\u{D5}": "O", "\u{DA}": "U", "\u{C5}": "AA", "\u{C6}": "AE", "\u{D8}": "OE",
    ]

    static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0.isCapital || $0.isDigit || "-?:(). ,/".utf8.contains($0) }
    }

    /// The same in letters of ITA2; a sign that nothing stands for becomes a question mark.
    static func folded(_ text: String) -> String {
        guard !isPrintable(text) else { return text }
        var result = ""
        var isOpen = false
        for letter in text.uppercased() {
            if quotes.contains(letter) {
                isOpen.toggle()
                result += isOpen ? "QUOTE " : " UNQUOTE"
            } else if let other = signs[letter] ?? accents[letter] {
                result += other
            } else if letter.isASCII, isPrintable(String(letter)) {
                result.append(letter)
            } else {
                result += "?"
            }
        }
        return result
    }
}
