import Control
import Custody
import Dispatch
import Synchronization

/// Tells those who watch what happens. It costs nothing while nobody does.
final class WatchFeed: Sendable {
    private static let watchersMax = 64
    /// Events that wait to be written down at most; what is above is counted.
    private static let waitingMax = 8_192

    private struct State {
        var watchers: [ControlReply] = []
        var waiting: [WatchRow] = []
        var missed = 0
        var planned = false
    }

    private let queue = DispatchQueue(label: "cable.watch", qos: .utility)
    private let state = Mutex(State())
    private let watched = Atomic<Bool>(false)

    var isWatched: Bool { watched.load(ordering: .relaxed) }

    /// False when there are too many.
    func add(_ reply: ControlReply) -> Bool {
        state.withLock { state in
            state.watchers.removeAll { !$0.isOpen }
            guard state.watchers.count < Self.watchersMax else { return false }
            state.watchers.append(reply)
            watched.store(true, ordering: .relaxed)
            return true
        }
    }

    /// From any queue; the order of one caller is kept.
    func tell(_ rows: [WatchRow]) {
        guard isWatched, !rows.isEmpty else { return }
        let plan = state.withLock { state -> Bool in
            let room = max(0, Self.waitingMax - state.waiting.count)
            state.waiting.append(contentsOf: rows.prefix(room))
            state.missed += rows.count - min(room, rows.count)
            defer { state.planned = true }
            return !state.planned
        }
        if plan { queue.async { [self] in deliver() } }
    }

    private func deliver() {
        let (rows, watchers) = state.withLock { state -> ([WatchRow], [ControlReply]) in
            var rows = state.waiting
            if state.missed > 0 {
                var row = WatchRow(at: StationClock.now.wall, event: "missed")
                row.detail = "\(state.missed) events"
                rows.append(row)
            }
            state.waiting = []
            state.missed = 0
            state.planned = false
            state.watchers.removeAll { !$0.isOpen }
            if state.watchers.isEmpty { watched.store(false, ordering: .relaxed) }
            return (rows, state.watchers)
        }
        let text = JSONText()
        for row in rows {
            let octets = text.octets(row)
            for watcher in watchers { watcher.row(octets) }
        }
    }
}

extension WatchRow {
    /// Nil for what is of no concern to operators.
    init?(_ event: StationEvent, at wall: Int64) {
        let word: String
        var isNamed = true
        switch event.name {
        case "link.up": word = "linkUp"
        case "link.down": word = "linkDown"
        case "cable.preempted": word = "preempted"
        case "cable.resumed": word = "resumed"
        case "delivery.held": word = "held"
        default:
            isNamed = false
            switch event.severity {
            case .alarm: word = "alarm"
            case .error, .warning: word = "warning"
            case .notice, .info: return nil
            }
        }
        self.init(at: wall, event: word)
        var rest = isNamed ? [] : [event.name]
        for (key, value) in event.values {
            switch key {
            case "id": id = value
            case "peer": link = value
            case "precedence": precedence = value
            case "why", "what": rest.append(value)
            default: rest.append("\(key)=\(value)")
            }
        }
        detail = rest.isEmpty ? nil : rest.joined(separator: " ")
    }
}
