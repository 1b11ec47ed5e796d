import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Station

/// One end of a pair of sockets is the connection's, the other one the test's.
@Suite("A connection to the pages")
struct HTTPConnectionTests {
    private final class Rig: @unchecked Sendable {
        // Unchecked: `connection` is used on `queue` only.
        let queue = DispatchQueue(label: "test.pages")
        let client: Int32
        let asked = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        private var connection: HTTPConnection?

        init(_ answer: @escaping @Sendable (HTTPConnection, HTTPRequest) -> Void) {
            var ends: [Int32] = [0, 0]
            precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            client = ends[0]
            queue.sync {
                let made = HTTPConnection(
                    descriptor: ends[1], queue: queue,
                    onRequest: { [asked] connection, request in
                        answer(connection, request)
                        asked.signal()
                    }, onEnd: { [ended] _ in ended.signal() })
                connection = made
                made.start()
            }
        }

        deinit { close(client) }

        func say(_ text: String) {
            let octets = Array(text.utf8)
            _ = send(client, octets, octets.count, Int32(MSG_NOSIGNAL))
        }

        func with<Answer: Sendable>(_ body: (HTTPConnection) -> Answer) -> Answer? {
            queue.sync { connection.map(body) }
        }

        func hearAll() -> Int {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var all = 0
            while case let count = recv(client, &buffer, buffer.count, 0), count > 0 { all += count }
            return all
        }
    }

    private static let request = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test("A stream of which 64 KiB are not taken is dropped")
    func unread() {
        let rig = Rig { connection, _ in connection.stream(StatusPage.stream, StatusPage.retry) }
        rig.say(Self.request)
        rig.asked.wait()
        let event = [UInt8](repeating: 65, count: 16 << 10)
        var sent = 0
        while rig.with({ $0.isClosed }) == false, sent < 1_000 {
            _ = rig.with { $0.send(event) }
            sent += 1
        }
        #expect(rig.ended.wait(timeout: .now() + 10) == .success)
        // What waits here, and what the kernel holds, and no more.
        #expect(sent * event.count > HTTPConnection.unsentMax && sent * event.count < 1 << 20, "\(sent)")
    }

    @Test("A client that has said all and closed its side gets a long answer whole")
    func halfClosed() {
        let rig = Rig { connection, _ in
            connection.answer(HTTPAnswer(status: 200, type: "text/plain", body: [UInt8](repeating: 65, count: 1 << 20)))
        }
        rig.say(Self.request)
        shutdown(rig.client, Int32(SHUT_WR))
        #expect(rig.hearAll() > 1 << 20)
        #expect(rig.ended.wait(timeout: .now() + 10) == .success)
    }

    @Test("A connection that goes before it has asked leaves nothing behind")
    func gone() {
        let rig = Rig { _, _ in }
        rig.say("GET / HT")
        shutdown(rig.client, Int32(SHUT_RDWR))
        #expect(rig.ended.wait(timeout: .now() + 10) == .success)
        #expect(rig.with { $0.isClosed } == true)
    }
}
