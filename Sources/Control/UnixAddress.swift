package import Glibc

/// The path of a Unix socket as the system wants it.
package struct UnixAddress {
    private var address = sockaddr_un()
    private let path: String
    /// Octets of a path at most: the system's structure holds no more.
    package static let pathMax = 107

    package init(_ path: String) throws(ControlFailure) {
        let octets = Array(path.utf8)
        guard octets.count <= Self.pathMax else {
            throw ControlFailure(
                code: "SOCKET_PATH_TOO_LONG",
                message: "the socket path has \(octets.count) octets, more than \(Self.pathMax): \(path)",
                advice: "use a shorter folder", exit: ExitStatus.configuration)
        }
        self.path = path
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
    }

    func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    /// Whether somebody answers.
    func connects() -> Bool {
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        return with { connect(probe, $0, $1) } == 0
    }

    /// A socket that listens there and does not block.
    ///
    /// - Throws: a failure with exit 75 where another process answers on it, 78 where it cannot be made.
    package func listen(mode: mode_t) throws(ControlFailure) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
        if connects() {
            close(descriptor)
            throw ControlFailure(
                code: "SOCKET_IN_USE", message: "another process answers on \(path)",
                advice: "stop it, or give this station a socket of its own", exit: ExitStatus.tryLater)
        }
        unlink(path)
        guard with({ bind(descriptor, $0, $1) }) == 0, chmod(path, mode) == 0, Glibc.listen(descriptor, 128) == 0
        else {
            let failure = Self.failure("bind \(path)")
            close(descriptor)
            throw failure
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        return descriptor
    }

    private static func failure(_ what: String) -> ControlFailure {
        ControlFailure(
            code: "SOCKET_FAILED", message: "\(what): \(String(cString: strerror(errno)))",
            advice: "see that the folder of the socket exists and belongs to the daemon",
            exit: ExitStatus.configuration)
    }
}
