import Control
import Custody
import Dispatch
import Glibc
import Settings
import Synchronization

/// What is read again on SIGHUP and when its files change. Each part of the station registers what it can read again.
///
/// A part that cannot use what it finds keeps what it has, and says so in the log and in `status`.
final class ReloadBoard: Sendable {
    struct Part: Sendable {
        /// A word for the log.
        var name: String
        var files: [String]
        /// Reads the files again; gives what changed, for the log. Called on the board's queue, one part at a time.
        var reload: @Sendable () throws -> [(key: String, value: String)]
    }

    /// What tells that a file was replaced or written to.
    private struct Stamp: Equatable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    /// The part that is the station file: its changes are `applied` and `needsRestart`.
    static let settings = "settings"
    /// Milliseconds between two looks at the files.
    private static let lookMilliseconds = 2_000

    private let queue = DispatchQueue(label: "cable.reload", qos: .utility)
    private let log: EventLog
    private let alarms: AlarmBoard
    private let parts = Mutex<[(part: Part, stamps: [Stamp?])]>([])

    init(log: EventLog, alarms: AlarmBoard) {
        self.log = log
        self.alarms = alarms
    }

    func register(_ part: Part) {
        let stamps = part.files.map { Stamp($0) }
        parts.withLock { $0.append((part, stamps)) }
    }

    /// Begins to watch the files of what is registered.
    func start() {
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.lookMilliseconds)) { [weak self] in
            guard let self else { return }
            look()
            start()
        }
    }

    /// Reads everything again. Returns when it is done.
    @discardableResult
    func reload() -> ReloadDocument {
        queue.sync {
            ServiceNotification.send("RELOADING=1\nMONOTONIC_USEC=\(StationClock.monotonic * 1_000)")
            defer { ServiceNotification.send("READY=1") }
            var document = ReloadDocument()
            for index in parts.withLock({ $0.indices }) { reload(index, &document) }
            return document
        }
    }

    private func look() {
        for index in parts.withLock({ $0.indices }) {
            let (files, known) = parts.withLock { ($0[index].part.files, $0[index].stamps) }
            let stamps = files.map { Stamp($0) }
            // A file that is not there is about to be replaced.
            guard stamps != known, !stamps.contains(where: { $0 == nil }) else { continue }
            var document = ReloadDocument()
            reload(index, &document)
        }
    }

    private func reload(_ index: Int, _ document: inout ReloadDocument) {
        let part = parts.withLock { $0[index].part }
        let stamps = part.files.map { Stamp($0) }
        parts.withLock { $0[index].stamps = stamps }
        do {
            let changes = try part.reload()
            log.write(.notice, "reload.done", [("part", part.name)] + changes)
            alarms.clear("reload.failed.\(part.name)")
            if part.name == Self.settings {
                document.applied += changes.filter { $0.key == "applied" }.map(\.value)
                document.needsRestart += changes.filter { $0.key == "needsRestart" }.map(\.value)
            } else {
                document.read.append(
                    "\(part.name): \(changes.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
            }
        } catch {
            let lines = (error as? SettingsProblems)?.all.map(\.description) ?? ["\(error)"]
            document.rejected += lines.map { "\(part.name): \($0)" }
            let event = StationEvent(
                .alarm, "reload.failed.\(part.name)",
                [("why", lines.joined(separator: "; ")), ("effect", "what was read before holds")])
            log.write(event)
            alarms.raise(event, at: StationClock.now.wall)
        }
    }
}
