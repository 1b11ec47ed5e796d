import Glibc

/// Tells systemd how the daemon does: one datagram to `$NOTIFY_SOCKET` (sd_notify(3)), nothing where it is not set.
enum ServiceNotification {
    /// - Parameter state: lines such as `READY=1` or `STATUS=recovering`.
    static func send(_ state: String) {
        guard let name = getenv("NOTIFY_SOCKET").map({ Array(String(cString: $0).utf8) }), name.count > 1 else {
            return
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: name)
            // A leading @ means the abstract name space.
            if name[0] == UInt8(ascii: "@") { path[0] = 0 }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let octets = Array(state.utf8)
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                // systemd that is gone needs no notice.
                _ = sendto(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
