import Control
import Glibc

/// What is measured, with how much.
struct BenchOptions {
    var cables = 20_000
    /// Octets.
    var size = 2_048
    var window = 64
    var stations = 2
    var folder = "/tmp"
    /// Seconds for which a station keeps what it has passed on or what has ended; nil: as long as it does by itself.
    var keep: Int?
    /// Cables a second.
    var rate = 3_000

    mutating func set(_ name: String, _ value: String) -> Bool {
        switch name {
        case "--dir":
            folder = value
            return true
        case "-o": return value == "json"
        case "--keep":
            keep = Int(value)
            return keep != nil
        case "--cables", "--size", "--window", "--stations", "--rate":
            guard let number = Int(value), number > 0 else { return false }
            switch name {
            case "--cables": cables = number
            case "--size": size = max(256, number)
            case "--window": window = number
            case "--rate": rate = number
            default: stations = max(2, min(number, 16))
            }
            return true
        default: return false
        }
    }
}

struct BenchFailure: Error {
    var text: String
}

extension BenchFailure {
    init(_ failure: ControlFailure) { self.init(text: "\(failure.code): \(failure.message)") }
}

/// One line of JSON, in the names of the interface.
struct RelayResult: Encodable {
    var bench = "relay"
    var cables: Int
    var size: Int
    var window: Int
    var stations: Int
    var cablesPerSecond: Double
    var latencyP50: Double
    var latencyP99: Double
    var cpuPerCable: Double
    var residentBytes: Int
    var startSeconds: Double
}

enum Report {
    static func write(_ result: some Encodable) {
        let octets = JSONText().octets(result) + [0x0A]
        _ = Glibc.write(STDOUT_FILENO, octets, octets.count)
    }

    static func complain(_ text: String) {
        let octets = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, octets, octets.count)
    }

    /// Seconds of a clock that only goes forward.
    static var seconds: Double {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        return Double(moment.tv_sec) + Double(moment.tv_nsec) / 1e9
    }
}
