/// A page for man(1), written in the macros of man(7).
struct ManualPage {
    /// Such as `routerctl.8`.
    let file: String
    private(set) var text: String

    init(_ name: String, _ section: Int, _ summary: String) {
        file = "\(name).\(section)"
        text = ".\\\" Made by `routerctl manual`: change the tables, not this file.\n"
        text += ".TH \(Self.escaped(name.uppercased())) \(section) \"\" \"Cable Router\" \"Cable Router\"\n"
        heading("NAME")
        text += "\(Self.escaped(name)) \\- \(Self.escaped(summary))\n"
    }

    mutating func heading(_ title: String) { text += ".SH \(Self.quoted(title))\n" }

    mutating func subheading(_ title: String) { text += ".SS \(Self.quoted(title))\n" }

    mutating func paragraph(_ words: String) { text += ".PP\n\(Self.escaped(words))\n" }

    /// A word and what it means.
    mutating func item(_ word: String, _ meaning: String) {
        text += ".TP\n.B \(Self.quoted(word))\n\(Self.escaped(meaning))\n"
    }

    /// A short list: what stands in one column.
    mutating func entry(_ word: String, _ meaning: String, width: Int) {
        text += ".TP \(width)\n.B \(Self.quoted(word))\n\(Self.escaped(meaning))\n"
    }

    /// Deeper by one step until it is ended.
    mutating func deeper(_ body: (inout ManualPage) -> Void) {
        text += ".RS\n"
        body(&self)
        text += ".RE\n"
    }

    /// Lines as they are typed.
    mutating func example(_ lines: String, _ what: String? = nil) {
        if let what { paragraph(what) }
        text += ".PP\n.in +4n\n.nf\n\(Self.escaped(lines))\n.fi\n.in\n"
    }

    mutating func seeAlso(_ pages: String...) {
        heading("SEE ALSO")
        text +=
            pages.map { page in
                let parts = page.split(separator: ".")
                return "\\fB\(Self.escaped(parts.dropLast().joined(separator: ".")))\\fR(\(parts.last ?? ""))"
            }.joined(separator: ",\n") + "\n"
    }

    /// Nothing in a text is a request or an escape, and a hyphen is one that can be copied.
    static func escaped(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
                .replacing("^", with: "\\(ha").replacing("~", with: "\\(ti").replacing("`", with: "\\(ga")
            if line.hasPrefix(".") { line = "\\&" + line }
            return String(line)
        }.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String { "\"\(escaped(text).replacing("\"", with: "\\(dq"))\"" }
}
