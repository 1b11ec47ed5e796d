import Custody

/// Refusals of connections, one line for each kind as it comes, and a count where they come in crowds: nobody may fill the
/// log from outside.
struct RefusalLog {
    /// Lines of one kind within `milliseconds`.
    private static let linesMax = 5
    private static let milliseconds: UInt64 = 10_000

    private struct Kind {
        var since: UInt64
        var lines = 0
        var silent = 0
    }

    private let log: EventLog
    private var kinds: [String: Kind] = [:]

    init(log: EventLog) { self.log = log }

    /// - Parameter code: one of a few constants of this program's own.
    mutating func write(_ name: String, _ code: String, _ values: [(key: String, value: String)]) {
        let now = StationClock.boot
        let key = "\(name) \(code)"
        var kind = kinds[key] ?? Kind(since: now)
        if now - kind.since > Self.milliseconds {
            if kind.silent > 0 {
                log.write(.warning, name, [("code", code), ("more", "\(kind.silent)")])
            }
            kind = Kind(since: now)
        }
        if kind.lines < Self.linesMax {
            kind.lines += 1
            log.write(.warning, name, [("code", code)] + values)
        } else {
            kind.silent += 1
        }
        kinds[key] = kind
    }
}
