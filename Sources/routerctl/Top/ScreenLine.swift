/// One line of a screen: text whose styles only repeat what its words say.
struct ScreenLine: Equatable {
    enum Style: Equatable { case plain, bold, dim, bar, chosen, good, warning, bad }

    struct Span: Equatable {
        var text: String
        var style: Style
    }

    private(set) var spans: [Span] = []

    init() {}

    init(_ text: String, _ style: Style = .plain) { add(text, style) }

    var text: String { spans.map(\.text).joined() }

    var count: Int { spans.reduce(0) { $0 + $1.text.count } }

    /// What a station says is shown, never obeyed: control characters become question marks.
    mutating func add(_ text: String, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        let shown =
            isPlain
            ? text
            : String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }))
        spans.append(Span(text: shown, style: style))
    }

    /// A cell of a table: cut or filled to its width, and a blank behind it.
    mutating func cell(_ text: String, _ width: Int, right: Bool = false, _ style: Style = .plain) {
        let cut = ScreenLine(text).fitted(width)
        let fill = String(repeating: " ", count: max(0, width - cut.count))
        add(right ? fill : "", .plain)
        add(cut.text, style)
        add((right ? "" : fill) + " ")
    }

    /// Cut to a width, with a sign where something is left out.
    func fitted(_ columns: Int) -> ScreenLine {
        guard count > columns else { return self }
        var line = ScreenLine()
        var room = columns - 1
        for span in spans where room > 0 {
            line.add(String(span.text.prefix(room)), span.style)
            room -= min(room, span.text.count)
        }
        if columns > 0 { line.add("…", line.spans.last?.style ?? .plain) }
        return line
    }

    /// Filled up in one style, as a bar or a chosen line is.
    func filled(_ columns: Int, _ style: Style) -> ScreenLine {
        let cut = fitted(columns)
        return ScreenLine(cut.text + String(repeating: " ", count: max(0, columns - cut.count)), style)
    }

    /// With the terminal's sequences.
    func sequences(colour: Bool) -> String {
        spans.map { span in
            let code =
                switch span.style {
                case .plain: ""
                case .bold: "1"
                case .dim: colour ? "2" : ""
                case .bar, .chosen: "7"
                case .good: colour ? "32" : ""
                case .warning: colour ? "33" : ""
                case .bad: colour ? "1;31" : "1"
                }
            return code.isEmpty ? span.text : "\u{1B}[\(code)m\(span.text)\u{1B}[0m"
        }.joined()
    }
}
