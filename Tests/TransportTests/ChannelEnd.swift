import Cables
import Dispatch
import Foundation
import Synchronization
import Testing
import Transport
import Turns

/// Two ends of a connection within this process.
enum SocketPair {
    static func local() -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        return (ends[0], ends[1])
    }

    /// Over TCP on loopback: who dialled, who accepted.
    static func internet() throws -> (Int32, Int32) {
        let queue = DispatchQueue(label: "pair")
        let (dialled, accepted) = (Arrival<Int32>(), Arrival<Int32>())
        let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0), queue: queue) { accepted.came($0) }
        Dialler.dial(listener.address, queue: queue, milliseconds: 5_000) { result in
            if case .success(let descriptor) = result { dialled.came(descriptor) }
        }
        let pair = (try dialled.wait(), try accepted.wait())
        queue.sync { listener.stop() }
        return pair
    }
}

/// A value that comes from another queue, awaited with a limit.
final class Arrival<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let signal = DispatchSemaphore(value: 0)

    func came(_ value: Value) {
        values.withLock { $0.append(value) }
        signal.signal()
    }

    /// The next one.
    func wait() throws -> Value {
        try #require(signal.wait(timeout: .now() + .seconds(20)) == .success, "nothing came")
        return values.withLock { $0.removeFirst() }
    }

    /// How many came and were not awaited.
    var waiting: Int { values.withLock { $0.count } }
}

/// One end of a channel, and what it saw.
final class ChannelEnd: Sendable {
    let channel: SecureChannel
    let opened = Arrival<String>()
    let closed = Arrival<TransportFault>()
    let enough = Arrival<Int>()
    private let octets = Mutex<[UInt8]>([])

    var received: [UInt8] { octets.withLock { $0 } }

    /// - Parameter wanted: octets at which `enough` comes.
    init(
        _ descriptor: Int32, _ context: TLSContext, expecting: String? = nil, wanted: Int = 0,
        milliseconds: Int = 10_000, handshakes: TurnQueue? = nil, prepare: (SecureChannel) -> Void = { _ in }
    ) throws {
        channel = try SecureChannel(
            descriptor: descriptor, context: context, expecting: expecting.flatMap { RoutingIndicator($0) },
            handshakeMilliseconds: milliseconds, queue: TurnQueue(label: "end"),
            handshakes: handshakes)
        let (opened, closed) = (opened, closed)
        channel.onOpen = { opened.came($0.indicator.description) }
        channel.onClosed = { closed.came($0) }
        channel.onOctets = { [weak self] part in
            guard let self else { return }
            let count = octets.withLock {
                $0.append(contentsOf: part)
                return $0.count
            }
            if wanted > 0, count >= wanted { enough.came(count) }
        }
        prepare(channel)
        channel.start()
    }

    /// On the channel's queue, and done when it returns.
    func sync<Result>(_ body: (SecureChannel) -> Result) -> Result { channel.queue.sync { body(channel) } }

    func close() { sync { $0.close(TransportFault(.closedHere, "done")) } }
}

/// A network with two stations and their contexts.
struct TestNetwork {
    let authority: TestAuthority
    let listening: TLSContext
    let dialling: TLSContext

    init() throws {
        authority = try TestAuthority()
        let authorities = try authority.authorities
        listening = try TLSContext(role: .listening, key: try authority.key("RUBB"), authorities: authorities)
        dialling = try TLSContext(role: .dialling, key: try authority.key("RUAA"), authorities: authorities)
    }

    /// Both ends, open.
    func open(
        _ pair: (Int32, Int32), wanted: Int = 0, prepare: (SecureChannel) -> Void = { _ in }
    ) throws -> (client: ChannelEnd, server: ChannelEnd) {
        let server = try ChannelEnd(pair.1, listening, wanted: wanted, prepare: prepare)
        let client = try ChannelEnd(pair.0, dialling, expecting: "RUBB", wanted: wanted, prepare: prepare)
        #expect(try server.opened.wait() == "RUAA")
        #expect(try client.opened.wait() == "RUBB")
        return (client, server)
    }
}
