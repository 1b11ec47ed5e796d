import Dispatch
import Glibc
import Journal

/// Tells systemd that the station lives (WATCHDOG=1), as long as its loop turns and its disk answers.
///
/// A disk that fails is an answer, and the station goes on reading; one that hangs is none, and systemd starts it anew.
final class ServiceWatchdog: Sendable {
    /// Nothing is probed more often, milliseconds.
    private static let intervalMin: UInt64 = 100

    private let loop: StationLoop
    private let storage: any Storage
    private let path: String
    /// Milliseconds.
    private let interval: UInt64
    private let queue = DispatchQueue(label: "cable.watchdog", qos: .utility)

    /// Nil where systemd does not ask this process to tell.
    ///
    /// - Parameter state: the folder of the journal, where the probe is written.
    init?(loop: StationLoop, storage: any Storage, state: String) {
        guard let limit = Self.variable("WATCHDOG_USEC").flatMap({ UInt64($0) }), limit > 0 else { return nil }
        // It may be meant for another process, from which this one has its environment.
        if let process = Self.variable("WATCHDOG_PID"), process != String(getpid()) { return nil }
        self.loop = loop
        self.storage = storage
        path = "\(state)/probe"
        // A third: one tick may be late, and the next still comes in time.
        interval = max(Self.intervalMin, limit / 3_000)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    func start() {
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(interval))) { [self] in
            probe()
            loop.view({ _, _ in () }) { [self] in
                ServiceNotification.send("WATCHDOG=1")
                start()
            }
        }
    }

    /// One block is written, synced and removed; that it fails is known elsewhere, and said there.
    private func probe() {
        do throws(StorageFault) {
            try storage.remove(path)
            let file = try storage.create(path)
            let block = [UInt8](repeating: 0, count: 512)
            try block.withUnsafeBufferPointer { (octets) throws(StorageFault) in
                try file.write(UnsafeRawBufferPointer(octets), at: 0)
            }
            try file.sync()
            try storage.remove(path)
        } catch {
            return
        }
    }
}

/// Tells systemd how far the recovery is, and that it takes its time.
final class RecoveryProgress {
    /// Milliseconds between two messages, and the time that each of them asks for.
    private static let interval: UInt64 = 500
    private static let extensionMilliseconds: UInt64 = 60_000
    private var last: UInt64?

    func tell(_ done: Int, of all: Int) {
        let now = StationClock.monotonic
        if let last, now - last < Self.interval { return }
        last = now
        ServiceNotification.send(
            "STATUS=recovering \(done)/\(all) segments\nEXTEND_TIMEOUT_USEC=\(Self.extensionMilliseconds * 1_000)")
    }
}
