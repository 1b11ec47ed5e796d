/// One thing that is wrong in a file, and what to write instead.
package struct SettingsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package var file: String
    /// From 1.
    package var line: Int
    package var message: String
    package var advice: String

    package init(file: String, line: Int, message: String, advice: String) {
        self.file = file
        self.line = line
        self.message = message
        self.advice = advice
    }

    package var description: String {
        "\(file):\(line): \(message)\(advice.isEmpty ? "" : ", \(advice)")"
    }
}

/// Everything that is wrong in a file.
package struct SettingsProblems: Error, Sendable, Equatable {
    package var all: [SettingsProblem]

    package init(_ all: [SettingsProblem]) { self.all = all }
}
