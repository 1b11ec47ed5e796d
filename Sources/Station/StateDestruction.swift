import Cables
import Control
import Custody
import Dispatch
import Glibc
import Journal
import Settings
import Synchronization
import Transport
import Turns

/// Emergency destruction of a running station: keys first, then neighbours are told, then the state goes, then the process.
final class StateDestruction: Sendable {
    /// Seconds for which the orders for the links, and the destruction, may wait for their turn.
    private static let orderSeconds = 5
    /// Milliseconds for which neighbours may take the word, and between two looks.
    private static let (tellMilliseconds, lookMilliseconds) = (5_000, 20)
    /// Milliseconds in which a client may read the last answer.
    private static let answerMilliseconds = 500

    private let settings: StationSettings
    private let loop: StationLoop
    private let keeper: LinkKeeper
    private let log: EventLog
    /// Stops everything else that may write.
    private let silence: @Sendable () -> Void

    init(
        settings: StationSettings, loop: StationLoop, keeper: LinkKeeper, log: EventLog,
        silence: @escaping @Sendable () -> Void
    ) {
        self.settings = settings
        self.loop = loop
        self.keeper = keeper
        self.log = log
        self.silence = silence
    }

    /// Does not return to service: the process ends with 0.
    func begin(reason: String, user: UInt32, _ reply: ControlReply) {
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            let keys = destroyKeys()
            log.write(
                .alarm, "station.destroyed",
                [
                    ("station", settings.station.description), ("uid", "\(user)"), ("reason", reason),
                    ("keysLeft", "\(keys.left.count)"),
                ])
            ServiceNotification.send("STOPPING=1\nSTATUS=the station is being destroyed")
            let told = tellNeighbours("station destroyed: \(reason)", user)
            silence()
            finish(keys, told, reply)
        }
    }

    private func destroyKeys() -> Destruction.Report {
        let files = KeyFiles(settings.tls)
        var report = Destruction.Report()
        // The credential is a copy in memory that goes with the service; to unlink it is refused.
        for path in [files.key, "\(files.key).old", "\(files.key).new"] { report.add(Destruction.destroy(file: path)) }
        return report
    }

    /// Every link is closed with the reason, as by `link down`.
    ///
    /// - Returns: neighbours that had a session.
    private func tellNeighbours(_ why: String, _ user: UInt32) -> [RoutingIndicator] {
        let told = loop.run(waiting: Self.orderSeconds) { custody, now, actions -> [RoutingIndicator] in
            let open = custody.linkItems(at: now).filter { $0.state.isOpen }.map(\.peer)
            for peer in custody.linkItems(at: now).map(\.peer) {
                guard let link = custody.linkOrdinal(peer) else { continue }
                custody.order(link, .shut, until: nil, user: user, reason: why, at: now, &actions)
            }
            return open
        }
        for _ in 0..<(Self.tellMilliseconds / Self.lookMilliseconds) {
            guard keeper.hasSessions else { break }
            usleep(UInt32(Self.lookMilliseconds * 1_000))
        }
        return told ?? []
    }

    private func finish(_ keys: Destruction.Report, _ told: [RoutingIndicator], _ reply: ControlReply) {
        let (state, log) = (settings.state, log)
        var known = DestructionRow(station: settings.station.description)
        known.told = told.map(\.description)
        known.left = keys.left
        let begun = known
        let isBegun = Mutex(false)
        let destroy: @Sendable () -> Void = {
            guard
                isBegun.withLock({ flag in
                    defer { flag = true }
                    return !flag
                })
            else { return }
            var rows = begun
            let report = Destruction.destroy(state: state) { ServiceNotification.send("WATCHDOG=1") }
            rows.files = keys.files + report.files
            rows.octets = keys.octets + report.octets
            rows.left += report.left
            log.write(
                .notice, "station.gone",
                [("files", "\(rows.files)"), ("octets", "\(rows.octets)"), ("left", "\(rows.left.count)")])
            let done = rows
            // What the loop may still write has no name any more.
            DispatchQueue.global(qos: .userInitiated).async {
                reply.document(done)
                usleep(UInt32(Self.answerMilliseconds * 1_000))
                exit(0)
            }
        }
        // The loop does nothing meanwhile, it would write records anew; but a disk that hangs must not stop this.
        loop.endTurns(destroy)
        DispatchQueue.global(qos: .userInitiated).asyncAfter(
            deadline: .now() + .seconds(Self.orderSeconds), execute: destroy)
    }
}

extension ControlDesk {
    /// `state.destroy`: the station's name must be said, and why.
    func stateDestroy(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let reason = request["reason"] ?? ""
        guard !reason.isEmpty else {
            return reply.failed(
                ControlFailure(
                    code: "USAGE", message: "state destroy needs --reason TEXT", advice: "say why: it is logged",
                    exit: ExitStatus.usage))
        }
        guard request["station"] == facts.settings.station.description else {
            return reply.failed(
                ControlFailure(
                    code: "WRONG_STATION",
                    message: "this is \(facts.settings.station), not \(request["station"] ?? "")",
                    advice: "nothing was destroyed", exit: ExitStatus.data))
        }
        guard let destruction else {
            return reply.failed(
                ControlFailure(
                    code: "NOT_SERVING", message: "the station is still starting", advice: "try again",
                    exit: ExitStatus.tryLater))
        }
        stopAccepting()
        destruction.begin(reason: reason, user: caller.uid, reply)
    }
}
