import Glibc
import Turns

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
    private var watch: DescriptorWatch?
    private var alarm: Alarm?
    private var thrownAway = 0

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Takes the socket over; nobody else may watch it any more.
    static func bid(_ descriptor: Int32, _ queue: TurnQueue) {
        guard shutdown(descriptor, Int32(SHUT_WR)) == 0 else {
            Glibc.close(descriptor)
            return
        }
        queue.async { Farewell(descriptor).begin(queue) }
    }

    /// The watch keeps it alive until it ends.
    private func begin(_ queue: TurnQueue) {
        watch = queue.watch(descriptor, readable: { [self] in throwAway() }, writable: {})
        alarm = queue.alarm(milliseconds: Self.milliseconds) { [weak self] in self?.end() }
        watch?.isReading = true
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
        guard let watched = watch else { return }
        watch = nil
        alarm?.cancel()
        watched.cancel()
        Glibc.close(descriptor)
    }
}
