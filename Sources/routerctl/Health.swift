import Control

/// What a check says: one word, one sentence, and the figures it rests on.
struct Health: Encodable {
    enum Status: String, Encodable, Comparable {
        case ok, warning, critical, unknown

        /// As monitoring systems read it.
        var exitStatus: Int32 {
            switch self {
            case .ok: 0
            case .warning: 1
            case .critical: 2
            case .unknown: 3
            }
        }

        static func < (one: Status, other: Status) -> Bool { one.exitStatus < other.exitStatus }
    }

    struct Figure: Encodable {
        var name: String
        var value: Double
        /// `s`, `B`, or empty for a count.
        var unit: String
        var warning: Double?
        var critical: Double?

        init(_ name: String, _ value: Double, unit: String = "", warning: Double? = nil, critical: Double? = nil) {
            self.name = name
            self.value = value
            self.unit = unit
            self.warning = warning
            self.critical = critical
        }

        /// From its own thresholds.
        var status: Status {
            if let critical, value >= critical { return .critical }
            if let warning, value >= warning { return .warning }
            return .ok
        }
    }

    /// Such as `queue`.
    var check: String
    var status: Status
    var text: String
    var figures: [Figure]
    /// What is wrong, a line each.
    var details: [String] = []
}

extension Health {
    static let options = [
        VerbOption(
            name: "--format", value: "FORM", meaning: "nagios (a line with figures) or prometheus (a text file)")
    ]

    static let thresholds =
        [
            VerbOption(name: "--warn", value: "N", meaning: "a warning from this on"),
            VerbOption(name: "--crit", value: "N", meaning: "critical from this on"),
        ] + options

    /// What stands behind `--warn` and `--crit`.
    static func thresholds(
        _ invocation: Invocation, warn: Double, crit: Double, _ read: (String, String) throws(ControlFailure) -> Double
    ) throws(ControlFailure) -> (warning: Double, critical: Double) {
        let (given, severe) = (invocation.options["--warn"], invocation.options["--crit"])
        let critical = try severe.map { (text) throws(ControlFailure) in try read("--crit", text) } ?? crit
        let warning = try given.map { (text) throws(ControlFailure) in try read("--warn", text) } ?? min(warn, critical)
        guard warning <= critical else {
            throw Invocation.usage("--warn lies above --crit", "write the lower one behind --warn")
        }
        return (warning, critical)
    }

    static func count(_ option: String, _ text: String) throws(ControlFailure) -> Double {
        guard let number = UInt32(text) else {
            throw Invocation.usage("\(option) takes a whole number, not \(text)", "write for example \(option) 10")
        }
        return Double(number)
    }

    static func seconds(_ option: String, _ text: String) throws(ControlFailure) -> Double {
        Double(try ListFilter.seconds(option, text))
    }

    /// Writes the check as it was asked for; other forms than these are the verb's own.
    ///
    /// - Returns: the exit status.
    func tell(_ invocation: Invocation, text: String? = nil) throws(ControlFailure) -> Int32 {
        switch invocation.options["--format"] {
        case nil:
            switch invocation.form {
            case .json, .jsonl: Output.document(self)
            case .text: Output.write(text ?? plain)
            }
        case "nagios": Output.write(nagios)
        case "prometheus": Output.write(prometheus)
        case .some(let word):
            throw Invocation.usage("no check is written as \(word)", "write --format nagios or --format prometheus")
        }
        return status.exitStatus
    }

    private var plain: String {
        ([("\(status.rawValue): \(text)")] + details.map { "  \($0)" }).joined(separator: "\n") + "\n"
    }

    /// A line as Nagios and its kin read it; the bar ends the text, so that none stands in it.
    private var nagios: String {
        let figures = figures.map { figure in
            let bounds = [figure.warning, figure.critical].map { $0.map(Self.plain) ?? "" }
            return "\(figure.name)=\(Self.plain(figure.value))\(figure.unit);\(bounds[0]);\(bounds[1])"
        }.joined(separator: " ")
        func clean(_ text: String) -> String { text.replacing("|", with: "/") }
        let line = "CABLE \(check.uppercased()) \(status.rawValue.uppercased()) - \(clean(text)) | \(figures)"
        return ([line] + details.map(clean)).joined(separator: "\n") + "\n"
    }

    private var prometheus: String {
        var text = "# HELP cable_check_status 0 all right, 1 warning, 2 critical, 3 unknown.\n"
        text += "# TYPE cable_check_status gauge\n"
        text += "cable_check_status{check=\"\(check)\"} \(status.exitStatus)\n"
        text += "# HELP cable_check_figure What the check rests on; seconds and octets are plain.\n"
        text += "# TYPE cable_check_figure gauge\n"
        for figure in figures {
            text += "cable_check_figure{check=\"\(check)\",name=\"\(figure.name)\"} \(Self.plain(figure.value))\n"
        }
        return text
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
