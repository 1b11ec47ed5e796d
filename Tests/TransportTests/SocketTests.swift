import Dispatch
import Foundation
import Testing
import Transport

@Suite("Addresses, listening and dialling")
struct SocketTests {
    @Test(
        "An address is a host and a port",
        arguments: [
            ("127.0.0.1:7001", "127.0.0.1:7001"), ("[::1]:7001", "[::1]:7001"),
            ("relay.example.org:1", "relay.example.org:1"),
            ("::1:7001", nil), ("host", nil), ("host:", nil), ("host:0", nil), ("host:65536", nil), ("host:+70", nil),
            (":7001", nil), ("[]:7001", nil), ("", nil),
        ] as [(String, String?)])
    func addresses(text: String, expected: String?) { #expect(SocketAddress(text)?.description == expected) }

    @Test(
        "A listener takes all who come, and both ends know each other's address", arguments: ["127.0.0.1", "localhost"])
    func listening(host: String) throws {
        let queue = DispatchQueue(label: "sockets")
        let (dialled, accepted) = (Arrival<Int32>(), Arrival<Int32>())
        let listener = try Listener(SocketAddress(host: host, port: 0), queue: queue) { accepted.came($0) }
        #expect(listener.address.port > 0)
        let count = 100
        for _ in 0..<count {
            Dialler.dial(listener.address, queue: queue, milliseconds: 10_000) { result in
                if case .success(let descriptor) = result { dialled.came(descriptor) }
            }
        }
        for _ in 0..<count {
            let (mine, theirs) = (try dialled.wait(), try accepted.wait())
            #expect(SocketAddress.remote(of: mine)?.port == listener.address.port)
            #expect(SocketAddress.remote(of: theirs) != nil)
            close(mine)
            close(theirs)
        }
        queue.sync { listener.stop() }
    }

    @Test("An address in use cannot be listened on, and one that nobody listens on cannot be dialled")
    func refused() throws {
        let queue = DispatchQueue(label: "sockets")
        let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0), queue: queue) { close($0) }
        do throws(TransportFault) {
            _ = try Listener(listener.address, queue: queue) { close($0) }
            Issue.record("listened twice on one address")
        } catch {
            #expect(error.kind == .listenFailed)
        }
        let stopped = listener.address
        queue.sync { listener.stop() }
        queue.sync {}
        for (address, kind) in [
            (stopped, TransportFault.Kind.connectFailed),
            (SocketAddress(host: "no such host", port: 1), .addressUnknown),
        ] {
            let answer = Arrival<TransportFault.Kind?>()
            Dialler.dial(address, queue: queue, milliseconds: 5_000) { result in
                if case .failure(let fault) = result { answer.came(fault.kind) } else { answer.came(nil) }
            }
            #expect(try answer.wait() == kind)
        }
    }
}
