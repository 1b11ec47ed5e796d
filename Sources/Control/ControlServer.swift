import Dispatch
package import Glibc
import Synchronization
package import Turns

/// The control socket of a station.
package final class ControlServer: @unchecked Sendable {
    // Unchecked: the source is used on `queue` only; counts are behind a lock.

    /// Connections in all, and of one user that is neither root nor the daemon's own.
    private let connectionsMax: Int
    private let connectionsPerUserMax: Int
    /// Bodies up to this size are held in memory.
    private let inlineOctets: Int
    private let path: String
    private let descriptor: Int32
    private let service: any ControlService
    private let queue = DispatchQueue(label: "cable.control", qos: .userInitiated)
    private let connections: TurnQueue
    private let source: any DispatchSourceRead
    /// Set by the owner, before anything else is called.
    private var isStarted = false
    private let open = Mutex<[UInt32: Int]>([:])

    /// - Parameters:
    ///   - mode: of the socket: who may connect at all.
    ///   - connections: where all clients are served.
    /// - Throws: a failure with exit 75 where another daemon answers on the socket, 78 where it cannot be made.
    package init(
        path: String, mode: mode_t, inlineOctets: Int, connectionsMax: Int, connectionsPerUserMax: Int,
        service: any ControlService, queue connections: TurnQueue
    ) throws(ControlFailure) {
        self.path = path
        self.connectionsMax = connectionsMax
        self.connectionsPerUserMax = connectionsPerUserMax
        self.service = service
        self.connections = connections
        self.inlineOctets = inlineOctets
        descriptor = try UnixAddress(path).listen(mode: mode)
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    }

    deinit {
        // Dispatch traps where a source goes that was never activated: a station that cannot start ends here.
        guard !isStarted else { return }
        activate()
        source.cancel()
    }

    package func start() {
        source.setEventHandler { [weak self] in self?.acceptAll() }
        activate()
    }

    private func activate() {
        isStarted = true
        let (descriptor, path) = (descriptor, path)
        source.setCancelHandler {
            close(descriptor)
            unlink(path)
        }
        source.activate()
    }

    /// Who may connect at all, from now on.
    package func allow(mode: mode_t) { _ = chmod(path, mode) }

    package func stop() { source.cancel() }

    private func acceptAll() {
        while true {
            let accepted = accept(descriptor, nil, nil)
            guard accepted >= 0 else { return }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            // struct ucred of Linux: pid, uid, gid; Glibc's module does not show it.
            var credentials: (pid: Int32, uid: UInt32, gid: UInt32) = (0, 0, 0)
            var length = socklen_t(MemoryLayout.size(ofValue: credentials))
            guard getsockopt(accepted, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
                close(accepted)
                continue
            }
            let caller = ControlCaller(
                pid: credentials.pid, uid: credentials.uid, gid: credentials.gid,
                groups: Self.groups(of: accepted).union([credentials.gid]))
            let allowed = count(caller)
            let connection = ControlConnection(
                descriptor: accepted, caller: caller, service: service, inlineOctets: inlineOctets, queue: connections
            ) { [weak self] in if allowed { self?.uncount(caller.uid) } }
            connection.start()
            if allowed {
                service.connected(caller)
            } else {
                connection.refuse(
                    ControlFailure(
                        code: "TOO_MANY_CONNECTIONS", message: "too many control connections are open",
                        advice: "close one, or try again", exit: ExitStatus.tryLater))
            }
        }
    }

    /// SO_PEERGROUPS of Linux, which Glibc's module does not show.
    private static let peerGroups: Int32 = 59
    /// Groups of one process at most, as the kernel has it.
    private static let groupsMax = 65_536

    /// The groups that the process at the other end had when it connected; none where the kernel does not say.
    private static func groups(of descriptor: Int32) -> Set<UInt32> {
        var length: socklen_t = 0
        // With no room the kernel says how much it needs.
        guard getsockopt(descriptor, SOL_SOCKET, peerGroups, nil, &length) != 0, errno == ERANGE,
            Int(length) <= groupsMax * MemoryLayout<UInt32>.size
        else { return [] }
        var groups = [UInt32](repeating: 0, count: Int(length) / MemoryLayout<UInt32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, peerGroups, &groups, &length) == 0 else { return [] }
        return Set(groups.prefix(Int(length) / MemoryLayout<UInt32>.size))
    }

    private func count(_ caller: ControlCaller) -> Bool {
        open.withLock { open in
            guard open.values.reduce(0, +) < connectionsMax,
                caller.isPrivileged || open[caller.uid, default: 0] < connectionsPerUserMax
            else { return false }
            open[caller.uid, default: 0] += 1
            return true
        }
    }

    private func uncount(_ uid: UInt32) { open.withLock { $0[uid, default: 1] -= 1 } }
}
