import Dispatch
import Glibc

/// Sees a socket off whose last words are already with the kernel.
///
/// Closing at once would make the kernel answer octets that are still on their way with a reset, and the neighbour
/// would lose the alert that tells why it was refused. So nothing more is said, what comes is thrown away, and the
/// socket is closed when the neighbour has closed too, or when the time or the octets are used up.
final class Farewell: @unchecked Sendable {
    // Unchecked: everything happens on the queue given.

    private static let milliseconds = 1_000
    /// Octets thrown away at most.
    private static let octetsMax = 4 << 20

    private let descriptor: Int32
    private let source: any DispatchSourceRead
    private let timer: any DispatchSourceTimer
    private var thrownAway = 0

    private init(_ descriptor: Int32, _ queue: DispatchQueue) {
        self.descriptor = descriptor
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        timer = DispatchSource.makeTimerSource(queue: queue)
    }

    /// Takes the socket over; no other source may watch it any more.
    static func bid(_ descriptor: Int32, _ queue: DispatchQueue) {
        guard shutdown(descriptor, Int32(SHUT_WR)) == 0 else {
            Glibc.close(descriptor)
            return
        }
        Farewell(descriptor, queue).begin()
    }

    private func begin() {
        // The handlers keep it alive until the source is cancelled.
        source.setEventHandler { [self] in throwAway() }
        timer.setEventHandler { [self] in end() }
        source.setCancelHandler { [descriptor] in Glibc.close(descriptor) }
        timer.schedule(deadline: .now() + .milliseconds(Self.milliseconds))
        source.activate()
        timer.activate()
    }

    private func throwAway() {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            thrownAway += max(0, count)
            if count <= 0 || thrownAway >= Self.octetsMax { end() }
        }
    }

    private func end() {
        timer.cancel()
        source.cancel()
    }
}
