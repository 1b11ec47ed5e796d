package import Dispatch
import Glibc

/// Connects to a station without blocking anybody.
package enum Dialler {
    private static let resolving = DispatchQueue(
        label: "cable.resolve", qos: .utility, attributes: .concurrent)

    /// Tries the addresses behind the name in turn, each for its share of the time.
    ///
    /// - Parameters:
    ///   - milliseconds: for connecting; the name server's time comes on top.
    ///   - then: gets a connected socket, which it owns, or the last reason; on `queue`, once.
    package static func dial(
        _ address: SocketAddress, queue: DispatchQueue, milliseconds: Int,
        then: @escaping @Sendable (Result<Int32, TransportFault>) -> Void
    ) {
        resolving.async {
            do throws(TransportFault) {
                let found = try address.resolve(passive: false)
                let share = max(1, milliseconds / found.count)
                queue.async { attempt(found[...], address, queue, share, then) }
            } catch {
                queue.async { then(.failure(error)) }
            }
        }
    }

    private static func attempt(
        _ addresses: ArraySlice<ResolvedAddress>, _ address: SocketAddress, _ queue: DispatchQueue,
        _ milliseconds: Int, _ then: @escaping @Sendable (Result<Int32, TransportFault>) -> Void
    ) {
        guard let first = addresses.first else {
            return then(.failure(TransportFault(.addressUnknown, "\(address) has no address")))
        }
        connect(first, address, queue, milliseconds) { result in
            switch result {
            case .failure where addresses.count > 1:
                attempt(addresses.dropFirst(), address, queue, milliseconds, then)
            case .success, .failure:
                then(result)
            }
        }
    }

    private static func connect(
        _ found: ResolvedAddress, _ address: SocketAddress, _ queue: DispatchQueue, _ milliseconds: Int,
        _ then: @escaping @Sendable (Result<Int32, TransportFault>) -> Void
    ) {
        let descriptor: Int32
        do throws(TransportFault) {
            descriptor = try SocketOptions.newSocket(found.family)
        } catch {
            return then(.failure(error))
        }
        if found.withPointer({ Glibc.connect(descriptor, $0, $1) }) == 0 { return then(.success(descriptor)) }
        guard errno == EINPROGRESS || errno == EINTR else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            return then(.failure(TransportFault(.connectFailed, "\(address): \(reason)")))
        }
        DialAttempt(descriptor, address, queue).wait(milliseconds, then)
    }
}

/// One connect under way: ends by the socket or by the clock, whichever is first.
private final class DialAttempt: @unchecked Sendable {
    // Unchecked: everything happens on `queue`.
    private let descriptor: Int32
    private let address: SocketAddress
    private let source: any DispatchSourceWrite
    private let timer: any DispatchSourceTimer
    private var outcome: Result<Int32, TransportFault>?

    init(_ descriptor: Int32, _ address: SocketAddress, _ queue: DispatchQueue) {
        self.descriptor = descriptor
        self.address = address
        source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
        timer = DispatchSource.makeTimerSource(queue: queue)
    }

    func wait(_ milliseconds: Int, _ then: @escaping @Sendable (Result<Int32, TransportFault>) -> Void) {
        // The handlers keep the attempt alive until both sources are cancelled.
        source.setEventHandler { [self] in
            var code: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            if getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) != 0 { code = errno }
            if code == 0 {
                end(.success(descriptor))
            } else {
                end(.failure(TransportFault(.connectFailed, "\(address): \(String(cString: strerror(code)))")))
            }
        }
        timer.setEventHandler { [self] in
            end(.failure(TransportFault(.connectFailed, "\(address): no answer in \(milliseconds) ms")))
        }
        // The socket changes hands only when its source has let go of it.
        source.setCancelHandler { [self] in
            guard let outcome else { return }
            if case .failure = outcome { Glibc.close(descriptor) }
            then(outcome)
        }
        timer.schedule(deadline: .now() + .milliseconds(milliseconds))
        source.activate()
        timer.activate()
    }

    private func end(_ result: Result<Int32, TransportFault>) {
        guard outcome == nil else { return }
        outcome = result
        timer.cancel()
        source.cancel()
    }
}
