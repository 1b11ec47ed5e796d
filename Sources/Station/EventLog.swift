import Control
import Custody
import Glibc
import Synchronization

/// The daemon's log: one event a line on standard error, a constant name and keys, with journald's priority prefix.
///
/// Never the text or the subject of a cable.
package struct EventLog: Sendable {
    /// Octets of one line; a longer value is cut.
    private static let lineOctetsMax = 2_048

    /// Who hears of what is logged, beside the log.
    var feed: WatchFeed?

    package init() {}

    func write(_ severity: StationEvent.Severity, _ name: String, _ values: [(key: String, value: String)] = []) {
        write(StationEvent(severity, name, values))
    }

    /// For the executable, which knows no events of the core.
    package func error(_ name: String, _ values: [(key: String, value: String)]) { write(.error, name, values) }

    package func notice(_ name: String, _ values: [(key: String, value: String)]) { write(.notice, name, values) }

    /// - Parameter isTold: false where those who watch hear of it another way.
    func write(_ event: StationEvent, isTold: Bool = true) {
        if isTold, let feed, feed.isWatched, let row = WatchRow(event, at: StationClock.now.wall) { feed.tell([row]) }
        var line = Array("<\(priority(event.severity))>\(event.name)".utf8)
        for (key, value) in event.values { line.append(contentsOf: " \(key)=\(quoted(value))".utf8) }
        if line.count > Self.lineOctetsMax { line.removeSubrange(Self.lineOctetsMax...) }
        line.append(UInt8(ascii: "\n"))
        // One call, so that lines of several threads do not mix. Nobody can be told that the log is full.
        line.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func priority(_ severity: StationEvent.Severity) -> Int {
        switch severity {
        case .alarm: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        }
    }

    private func quoted(_ value: String) -> String {
        let plain = value.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7f }
        if plain, !value.isEmpty { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: text += "?"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

/// Alarms that stand until the daemon restarts, for `status`; at most `kindsMax` kinds, the newest of each.
final class AlarmBoard: Sendable {
    struct Alarm: Sendable {
        var code: String
        /// Milliseconds since 1970.
        var since: Int64
        var text: String
        var count: Int
    }

    private static let kindsMax = 64
    private let alarms = Mutex<[Alarm]>([])

    func raise(_ event: StationEvent, at wall: Int64) {
        let text = event.values.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        alarms.withLock { alarms in
            if let known = alarms.firstIndex(where: { $0.code == event.name }) {
                alarms[known].text = text
                alarms[known].count += 1
            } else if alarms.count < Self.kindsMax {
                alarms.append(Alarm(code: event.name, since: wall, text: text, count: 1))
            }
        }
    }

    /// What was raised under this name is over.
    func clear(_ code: String) { alarms.withLock { $0.removeAll { $0.code == code } } }

    var all: [Alarm] { alarms.withLock { $0 } }
}
