import Glibc

/// A connection to a station's control socket. Sending and receiving may be done by two threads, one each.
package final class ControlClient: @unchecked Sendable {
    // Unchecked: `decoder` belongs to the receiving side, the descriptor is closed in deinit only.

    /// Octets of a body in one frame.
    package static let sliceOctets = 64 << 10
    private let descriptor: Int32
    private let path: String
    private var decoder = ControlFrameDecoder(greeted: true)

    package init(path: String) throws(ControlFailure) {
        self.path = path
        let address = try UnixAddress(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, address.with({ connect(descriptor, $0, $1) }) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw ControlFailure(
                code: "DAEMON_UNREACHABLE", message: "no routerd answers on \(path): \(reason)",
                advice: "start the station, or name its socket with --socket or ROUTERCTL_SOCKET",
                exit: ExitStatus.unavailable)
        }
        try write(ControlFrame.greeting)
    }

    deinit { close(descriptor) }

    package func send(_ request: ControlRequest, tag: UInt32, body: [UInt8]? = nil) throws(ControlFailure) {
        var octets: [UInt8] = []
        ControlFrame(.request, tag: tag, payload: request.encoded).write(to: &octets)
        if let body {
            var offset = 0
            while offset < body.count {
                let end = min(body.count, offset + Self.sliceOctets)
                ControlFrame(.body, tag: tag, payload: Array(body[offset..<end])).write(to: &octets)
                offset = end
                if octets.count > 1 << 20 {
                    try write(octets)
                    octets.removeAll(keepingCapacity: true)
                }
            }
        }
        try write(octets)
    }

    /// Octets made elsewhere, such as several requests in one go.
    package func write(_ octets: [UInt8]) throws(ControlFailure) {
        var done = 0
        while done < octets.count {
            let count = octets.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + done, octets.count - done, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw lost()
            }
            done += count
        }
    }

    /// The next frame that has come already; nil when the daemon must be waited for.
    package func received() throws(ControlFailure) -> ControlFrame? {
        do throws(ControlFault) {
            return try decoder.next()
        } catch {
            throw ControlFailure(
                code: "PROTOCOL", message: "\(path) does not speak this routerctl's protocol: \(error)",
                advice: "use the routerctl of the same version as the routerd", exit: ExitStatus.software)
        }
    }

    /// The next frame; nil when the daemon closed the connection.
    package func receive() throws(ControlFailure) -> ControlFrame? {
        while true {
            if let frame = try received() { return frame }
            let count = withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer -> Int in
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                if count > 0 { decoder.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                return count
            }
            if count == 0 { return nil }
            if count < 0, errno != EINTR { throw lost() }
        }
    }

    private func lost() -> ControlFailure {
        ControlFailure(
            code: "CONNECTION_LOST", message: "the connection to \(path) was lost",
            advice: "see whether routerd runs, and try again", exit: ExitStatus.unavailable)
    }
}
