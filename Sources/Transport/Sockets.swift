package import Dispatch
import Glibc

/// Where a station listens: `host:port`, `[v6]:port` or `name:port`.
package struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The addresses behind the name. May wait for a name server: never on a queue that others need.
    func resolve(passive: Bool) throws(TransportFault) -> [ResolvedAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = passive ? AI_PASSIVE : AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            throw TransportFault(.addressUnknown, "\(host): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var found: [ResolvedAddress] = []
        var next = list
        while let entry = next {
            found.append(
                ResolvedAddress(
                    family: entry.pointee.ai_family,
                    octets: Array(
                        UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen)))))
            next = entry.pointee.ai_next
        }
        return found
    }
}

struct ResolvedAddress: Sendable {
    var family: Int32
    var octets: [UInt8]

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        octets.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
    }
}

enum SocketOptions {
    static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        // An option that is not taken costs speed, not correctness.
        _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    static func newSocket(_ family: Int32) throws(TransportFault) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else {
            throw TransportFault(.connectFailed, "socket: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}

/// Accepts connections on one address.
package final class Listener: @unchecked Sendable {
    // Unchecked: nothing changes after init but the source, which is used on `queue`.

    /// Milliseconds without accepting when the process has no descriptor left.
    private static let pauseMilliseconds = 200
    private let source: any DispatchSourceRead
    private let descriptor: Int32
    private let queue: DispatchQueue
    private let onAccept: @Sendable (Int32) -> Void
    package let address: SocketAddress

    /// - Parameter onAccept: gets a connected socket, which it owns.
    package init(
        _ address: SocketAddress, queue: DispatchQueue, onAccept: @escaping @Sendable (Int32) -> Void
    ) throws(TransportFault) {
        self.address = address
        guard let found = try address.resolve(passive: true).first else {
            throw TransportFault(.listenFailed, "\(address) is no address of this machine")
        }
        let descriptor = try SocketOptions.newSocket(found.family)
        SocketOptions.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        guard found.withPointer({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, 256) == 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw TransportFault(.listenFailed, "\(address): \(reason)")
        }
        self.descriptor = descriptor
        self.queue = queue
        self.onAccept = onAccept
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in self?.acceptAll() }
        source.setCancelHandler { Glibc.close(descriptor) }
        source.activate()
    }

    private func acceptAll() {
        while true {
            let accepted = accept(descriptor, nil, nil)
            if accepted >= 0 {
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                onAccept(accepted)
            } else if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM {
                source.suspend()
                queue.asyncAfter(deadline: .now() + .milliseconds(Self.pauseMilliseconds)) { [self] in source.resume() }
                return
            } else if errno != EINTR, errno != ECONNABORTED {
                return
            }
        }
    }

    package func stop() { source.cancel() }
}

/// Connects to a station without blocking anybody.
package enum Dialler {
    private static let resolving = DispatchQueue(
        label: "cable.resolve", qos: .utility, attributes: .concurrent)

    /// - Parameter then: gets a connected socket or the reason, on `queue`, once.
    package static func dial(
        _ address: SocketAddress, queue: DispatchQueue, milliseconds: Int,
        then: @escaping @Sendable (Result<Int32, TransportFault>) -> Void
    ) {
        resolving.async {
            do throws(TransportFault) {
                guard let found = try address.resolve(passive: false).first else {
                    throw TransportFault(.addressUnknown, "\(address) has no address")
                }
                try connect(found, address, queue, milliseconds, then)
            } catch {
                queue.async { then(.failure(error)) }
            }
        }
    }

    private static func connect(
        _ found: ResolvedAddress, _ address: SocketAddress, _ queue: DispatchQueue, _ milliseconds: Int,
        _ then: @escaping @Sendable (Result<Int32, TransportFault>) -> Void
    ) throws(TransportFault) {
        let descriptor = try SocketOptions.newSocket(found.family)
        let result = found.withPointer { Glibc.connect(descriptor, $0, $1) }
        if result == 0 {
            queue.async { then(.success(descriptor)) }
            return
        }
        guard errno == EINPROGRESS else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw TransportFault(.connectFailed, "\(address): \(reason)")
        }
        let attempt = DialAttempt(descriptor, address, queue)
        attempt.wait(milliseconds, then)
    }
}

/// One connect under way: ends by the socket or by the clock, whichever is first.
private final class DialAttempt: @unchecked Sendable {
    // Unchecked: everything after `wait` happens on `queue`.
    private let descriptor: Int32
    private let address: SocketAddress
    private let queue: DispatchQueue
    private let source: any DispatchSourceWrite
    private let timer: any DispatchSourceTimer
    private var outcome: Result<Int32, TransportFault>?

    init(_ descriptor: Int32, _ address: SocketAddress, _ queue: DispatchQueue) {
        self.descriptor = descriptor
        self.address = address
        self.queue = queue
        source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
        timer = DispatchSource.makeTimerSource(queue: queue)
    }

    func wait(_ milliseconds: Int, _ then: @escaping @Sendable (Result<Int32, TransportFault>) -> Void) {
        source.setEventHandler { [self] in
            var code: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
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
