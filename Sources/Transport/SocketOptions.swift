import Glibc

/// What a connection asks of the kernel beyond the defaults.
package struct SocketOptions: Sendable, Equatable {
    /// Octets of the kernel's send buffer (`SO_SNDBUF`); nil leaves it to the kernel, which adapts it.
    package var sendBufferOctets: Int32?
    /// Octets not yet on the wire below which the socket counts as writable (`TCP_NOTSENT_LOWAT`); nil: no such limit.
    ///
    /// A small value keeps what may still be overtaken out of the kernel.
    package var notSentOctets: Int32?

    package init(sendBufferOctets: Int32? = nil, notSentOctets: Int32? = nil) {
        self.sendBufferOctets = sendBufferOctets
        self.notSentOctets = notSentOctets
    }

    /// Makes a connected socket ready for a channel: non-blocking, small frames at once, and the options.
    func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if let sendBufferOctets { Self.set(descriptor, SOL_SOCKET, SO_SNDBUF, sendBufferOctets) }
        if let notSentOctets { Self.set(descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, notSentOctets) }
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
