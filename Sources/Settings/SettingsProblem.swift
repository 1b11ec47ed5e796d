/// One thing that is wrong in a file, and what to write instead.
package struct SettingsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package var file: String
    /// From 1; 0 where the file as a whole is meant.
    package var line: Int
    /// From 1, in octets of the line.
    package var column: Int
    package var message: String
    package var advice: String

    package init(file: String, line: Int, column: Int = 1, message: String, advice: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.advice = advice
    }

    /// `FILE:LINE: what is wrong, what to write`.
    package var description: String {
        "\(file):\(line): \(message)\(advice.isEmpty ? "" : ", \(advice)")"
    }
}

/// Everything that is wrong in a file.
package struct SettingsProblems: Error, Sendable, Equatable {
    package var all: [SettingsProblem]

    package init(_ all: [SettingsProblem]) { self.all = all }

    /// In the order of the file.
    init(sorting problems: [SettingsProblem]) {
        all = problems.sorted { ($0.line, $0.column, $0.message) < ($1.line, $1.column, $1.message) }
    }
}
