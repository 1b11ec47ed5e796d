import Foundation

/// A client of a station's pages that says just what the test wants.
final class PageProbe {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Lab.LabFailure(what: "connect: \(String(cString: strerror(errno)))") }
        // A test that waits for what never comes ends.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func say(_ text: String) {
        let octets = Array(text.utf8)
        _ = send(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL))
    }

    /// What comes next; empty at the end, nil where nothing comes for half a minute.
    func hear() -> String? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// All that comes until the other side closes.
    func hearAll() -> String {
        var text = ""
        while let part = hear(), !part.isEmpty { text += part }
        return text
    }

    /// All that comes until `word` stands in it, or the end.
    func hear(until word: String) -> String {
        var text = ""
        while !text.contains(word), let part = hear(), !part.isEmpty { text += part }
        return text
    }

    static func get(_ port: UInt16, _ path: String, _ fields: String...) throws -> String {
        let probe = try PageProbe(port: port)
        probe.say(
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(fields.map { "\($0)\r\n" }.joined())\r\n")
        return probe.hearAll()
    }
}
