package import Dispatch
import Glibc

/// Accepts connections on one address.
///
/// A name is resolved in `init`, which may wait for a name server; an address in figures does not wait.
package final class Listener: @unchecked Sendable {
    // Unchecked: nothing changes after init but the source, which is used on `queue`.

    /// Milliseconds without accepting when the process has no descriptor left.
    private static let pauseMilliseconds = 200
    /// Connections taken in one go, so that a crowd does not keep the queue for itself.
    private static let acceptsInOneGo = 64
    /// Connections that wait in the kernel at most.
    private static let backlog: Int32 = 256

    private let source: SwitchedSource
    private let descriptor: Int32
    private let queue: DispatchQueue
    private let onAccept: @Sendable (Int32) -> Void
    /// Where it listens; the port is the kernel's choice where 0 was asked for.
    package let address: SocketAddress

    /// - Parameter onAccept: gets a connected socket, which it owns (`SocketAddress.remote(of:)` tells whose), on `queue`.
    package convenience init(
        _ address: SocketAddress, queue: DispatchQueue, onAccept: @escaping @Sendable (Int32) -> Void
    ) throws(TransportFault) {
        let found = try address.resolve(passive: true)[0]
        let descriptor = try SocketOptions.newSocket(found.family)
        SocketOptions.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        guard found.withPointer({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, Self.backlog) == 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw TransportFault(.listenFailed, "\(address): \(reason)")
        }
        let port = SocketAddress.local(of: descriptor)?.port ?? address.port
        self.init(
            descriptor: descriptor, address: SocketAddress(host: address.host, port: port), queue: queue,
            onAccept: onAccept)
    }

    /// - Parameter descriptor: a socket that listens already and does not block; owned by the listener.
    package init(
        descriptor: Int32, address: SocketAddress, queue: DispatchQueue, onAccept: @escaping @Sendable (Int32) -> Void
    ) {
        self.address = address
        self.descriptor = descriptor
        self.queue = queue
        self.onAccept = onAccept
        let readable = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source = SwitchedSource(readable)
        readable.setEventHandler { [weak self] in self?.acceptWaiting() }
        readable.setCancelHandler { Glibc.close(descriptor) }
        source.switchOn()
    }

    private func acceptWaiting() {
        for _ in 0..<Self.acceptsInOneGo {
            let accepted = accept(descriptor, nil, nil)
            if accepted >= 0 {
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                onAccept(accepted)
            } else if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM {
                // The connection stays in the kernel, and the source would fire at once and for ever.
                source.switchOff()
                queue.asyncAfter(deadline: .now() + .milliseconds(Self.pauseMilliseconds)) { [weak self] in
                    self?.source.switchOn()
                }
                return
            } else if errno != EINTR, errno != ECONNABORTED {
                return
            }
        }
    }

    /// Ends listening; what waits in the kernel is turned away. On the queue.
    package func stop() { source.cancel() }
}
