import Cables
import Control
import Custody
import Octets

/// Metrics as scrapers read them: families of samples with their meaning, in one of two forms that differ in the names
/// of counters and of what only says something.
struct MetricsText {
    enum Form: Sendable {
        /// Prometheus' own, version 0.0.4.
        case plain
        case openMetrics

        var type: String {
            switch self {
            case .plain: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    enum Kind: String {
        case counter, gauge, histogram, info
    }

    typealias Labels = [(name: String, value: String)]

    struct Sample {
        var labels: Labels
        var value: Double

        init(_ labels: Labels, _ value: Double) {
            self.labels = labels
            self.value = value
        }

        init(_ labels: Labels, _ value: some BinaryInteger) { self.init(labels, Double(value)) }
    }

    private let form: Form
    private var text = ""

    init(_ form: Form) { self.form = form }

    /// A file that was cut is noticed by the missing end, which is a comment in the plain form.
    var octets: [UInt8] { Array("\(text)# EOF\n".utf8) }

    /// - Parameters:
    ///   - name: without `_total` or `_info`, which the kind adds.
    ///   - unit: the end of the name, where it is one.
    mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        let full = Self.name(name, kind)
        head(name, full, kind, unit, help)
        for sample in samples { line(full, sample.labels, Self.number(sample.value)) }
    }

    mutating func histogram(_ name: String, _ help: String, _ all: [(labels: Labels, counts: DurationCounts)]) {
        guard !all.isEmpty else { return }
        head(name, name, .histogram, "seconds", help)
        for (labels, counts) in all {
            var below: UInt64 = 0
            for (place, count) in counts.counts.enumerated() {
                below += count
                let bound =
                    place < counts.bounds.count ? "\(Double(counts.bounds[place]) / 1_000_000)" : "+Inf"
                line("\(name)_bucket", labels + [("le", bound)], "\(below)")
            }
            line("\(name)_sum", labels, Self.number(Double(counts.sum) / 1_000_000))
            line("\(name)_count", labels, "\(below)")
        }
    }

    private static func name(_ name: String, _ kind: Kind) -> String {
        switch kind {
        case .counter: "\(name)_total"
        case .info: "\(name)_info"
        case .gauge, .histogram: name
        }
    }

    private mutating func head(_ name: String, _ full: String, _ kind: Kind, _ unit: String?, _ help: String) {
        switch form {
        case .openMetrics:
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
            if let unit { text += "# UNIT \(name) \(unit)\n" }
        case .plain:
            text += "# HELP \(full) \(help)\n# TYPE \(full) \(kind == .info ? "gauge" : kind.rawValue)\n"
        }
    }

    private mutating func line(_ name: String, _ labels: Labels, _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{\(labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func number(_ value: Double) -> String {
        guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
        return "\(Int64(value))"
    }
}
