import Foundation
import Testing

/// What systemd would hear: the datagrams of a notification socket.
private final class ServiceListener {
    let path: String
    private let descriptor: Int32

    init(in folder: String) throws {
        path = "\(folder)/notify"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    /// The next message, or empty after 20 seconds without one.
    func next() -> String {
        var octets = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &octets, octets.count, 0)
        return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
    }

    /// Waits for a message that has this line, and gives those before it.
    func until(_ line: String) -> [String] {
        var before: [String] = []
        while true {
            let message = next()
            if message.split(separator: "\n").contains(Substring(line)) || message.isEmpty { return before + [message] }
            before.append(message)
        }
    }
}

@Suite("A service of systemd", .serialized)
struct ServiceTests {
    @Test(
        "It says how far the recovery is, that it serves, that it lives, that it reads its files again, that it stops")
    func notifications() throws {
        let lab = try Lab(Lab.row)
        let listener = try ServiceListener(in: lab.folder.path)
        lab.environments["RUECAP"] = ["NOTIFY_SOCKET": listener.path, "WATCHDOG_USEC": "600000"]
        try lab.start("RUECAP")
        _ = listener.until("READY=1")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).status == 0)
        lab.kill("RUECAP")

        try lab.start("RUECAP")
        let recovering = listener.until("READY=1").filter { $0.hasPrefix("STATUS=recovering 0/1 segments") }
        #expect(recovering.count == 1 && recovering[0].contains("EXTEND_TIMEOUT_USEC="))
        for _ in 1...3 { #expect(listener.until("WATCHDOG=1").last == "WATCHDOG=1") }
        lab.signal("RUECAP", SIGHUP)
        let reloading = listener.until("RELOADING=1").last ?? ""
        #expect(reloading.contains("MONOTONIC_USEC="))
        _ = listener.until("READY=1")
        #expect(lab.terminate("RUECAP") == 0)
        #expect(listener.until("STOPPING=1").last?.contains("STATUS=draining") == true)
    }

    @Test("A watchdog that is meant for another process is not told")
    func another() throws {
        let lab = try Lab(Lab.row)
        let listener = try ServiceListener(in: lab.folder.path)
        lab.environments["RUECAP"] = [
            "NOTIFY_SOCKET": listener.path, "WATCHDOG_USEC": "300000", "WATCHDOG_PID": "1",
        ]
        try lab.start("RUECAP")
        _ = listener.until("READY=1")
        // Its next word is not of the watchdog, though some would have been due.
        for number in 1...30 { _ = lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number)) }
        #expect(lab.terminate("RUECAP") == 0)
        #expect(listener.until("STOPPING=1").count == 1)
    }
}
