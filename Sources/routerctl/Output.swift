import Control
import Foundation

/// Standard output and error.
enum Output {
    static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

    static func complain(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    static func write(_ octets: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
        var done = 0
        while done < octets.count {
            let count = octets.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, octets.count - done) }
            if count < 0 {
                if errno == EINTR { continue }
                // The reader went away, as `head` does.
                exit(errno == EPIPE ? 0 : ExitStatus.software)
            }
            done += count
        }
    }

    static func document(_ value: some Encodable) { write(JSONText().octets(value) + [0x0A]) }

    static func failure(_ failure: ControlFailure, form: OutputForm, file: String?) {
        guard form == .text else {
            struct Document: Encodable {
                struct Body: Encodable {
                    var code: String
                    var message: String
                    var advice: String
                    var file: String?
                    var line: Int?
                    var outcome: String?
                }
                var error: Body
            }
            let outcome = failure.code == "OUTCOME_UNKNOWN" ? "unknown" : nil
            let body = Document.Body(
                code: failure.code, message: failure.message, advice: failure.advice, file: file, line: failure.line,
                outcome: outcome)
            write(JSONText().octets(Document(error: body)) + [0x0A], to: STDERR_FILENO)
            return
        }
        let place = failure.line.map { "\(file ?? "line"):\($0): " } ?? ""
        complain("routerctl: \(place)\(failure.code): \(failure.message)\n")
        if !failure.advice.isEmpty { complain("  \(failure.advice)\n") }
    }
}

/// Lines in columns: cut to the terminal, whole where the output is piped.
struct TextTable {
    private let titles: [String]
    private var rows: [[String]] = []

    init(_ titles: [String]) { self.titles = titles }

    mutating func add(_ row: [String]) { rows.append(row.map { $0.isEmpty ? "-" : $0 }) }

    var isEmpty: Bool { rows.isEmpty }

    /// - Parameter columns: of the terminal, or nil for no bound.
    func text(columns: Int?) -> String {
        var widths = titles.map(\.count)
        for row in rows { for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) } }
        return ([titles] + rows).map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                let last = index == row.count - 1
                line += last ? cell : cell + String(repeating: " ", count: widths[index] - cell.count + 2)
            }
            if let columns, line.count > columns { line = line.prefix(max(1, columns - 1)) + "…" }
            return line
        }.joined(separator: "\n") + "\n"
    }

    static var terminalColumns: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
