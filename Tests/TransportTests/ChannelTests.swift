import Dispatch
import Foundation
import Octets
import Synchronization
import Testing
import Transport
import Turns

@Suite("An open channel", .serialized)
struct ChannelTests {
    @Test("Ten MiB go each way unchanged over TCP, also when keys change all the time", arguments: [1 << 22, 3])
    func bothWays(recordsPerKey: Int) throws {
        let octets = RandomBits.octets(10 << 20)
        let (client, server) = try TestNetwork().open(try SocketPair.internet(), wanted: octets.count) {
            $0.recordsPerKey = recordsPerKey
        }
        client.sync { $0.send(octets) }
        server.sync { channel in octets.withUnsafeBytes { channel.send($0) } }
        _ = try server.enough.wait()
        _ = try client.enough.wait()
        #expect(server.received == octets)
        #expect(client.received == octets)
        let changes = recordsPerKey == 3 ? (octets.count >> 14) / 3 - 1 : 0
        #expect(client.sync { $0.keyUpdates } == changes || client.sync { $0.keyUpdates } == changes + 1)
        client.close()
        #expect(try client.closed.wait().kind == .closedHere)
        #expect(try server.closed.wait().kind == .closedByPeer)
    }

    @Test("Frames of every size arrive in the order in which they were sent")
    func order() throws {
        var all: [UInt8] = []
        var frames: [[UInt8]] = []
        for size in [1, 2, 16_383, 16_384, 16_385, 0, 40_000, 3, 16_384, 300_000, 1] + Array(1...400) {
            frames.append(RandomBits.octets(size))
            all += frames[frames.count - 1]
        }
        let (client, server) = try TestNetwork().open(SocketPair.local(), wanted: all.count)
        client.sync { channel in for frame in frames { channel.send(frame) } }
        _ = try server.enough.wait()
        #expect(server.received == all)
        client.close()
    }

    @Test("What was sent before closing arrives before the goodbye")
    func lastOctets() throws {
        let (client, server) = try TestNetwork().open(SocketPair.local())
        client.sync {
            $0.send([1, 2, 3])
            $0.close(TransportFault(.closedHere, "done"))
        }
        #expect(try server.closed.wait().kind == .closedByPeer)
        #expect(server.received == [1, 2, 3])
    }

    @Test("Who sends whenever all is drained does not sink into its own calls")
    func sendingWhenDrained() throws {
        let rounds = 50_000
        let left = Mutex(rounds)
        let (client, server) = try TestNetwork().open(SocketPair.local(), wanted: rounds)
        client.sync { channel in
            channel.onDrained = { [unowned channel] in
                let more = left.withLock { left in
                    left -= 1
                    return left > 0
                }
                if more { channel.send([7]) }
            }
            channel.send([7])
        }
        _ = try server.enough.wait()
        #expect(server.received.count == rounds)
        client.close()
    }

    @Test("Who does not read makes the sender wait, and misses nothing afterwards")
    func backPressure() throws {
        let octets = RandomBits.octets(8 << 20)
        let drained = Arrival<Int>()
        let (client, server) = try TestNetwork().open(SocketPair.local(), wanted: octets.count)
        server.sync { $0.pauseReading() }
        client.sync { channel in
            channel.lowWaterOctets = 1 << 20
            channel.onDrained = { [unowned channel] in drained.came(channel.unsentOctets) }
            channel.send(octets)
        }
        // The turns that follow take what the kernel takes.
        for _ in 0..<20 {
            client.sync { _ in }
            server.sync { _ in }
        }
        let unsent = client.sync { $0.unsentOctets }
        #expect(unsent > 1 << 20)
        #expect(unsent < octets.count)
        #expect(server.received.isEmpty)
        #expect(drained.waiting == 0)
        server.sync { $0.resumeReading() }
        #expect(try drained.wait() <= 1 << 20)
        _ = try server.enough.wait()
        #expect(server.received == octets)
        client.close()
    }

    @Test("The owner hears at the low-water mark, before all is sent")
    func lowWater() throws {
        let octets = RandomBits.octets(8 << 20)
        let drained = Arrival<Int>()
        let (client, server) = try TestNetwork().open(SocketPair.local(), wanted: octets.count)
        server.sync { $0.pauseReading() }
        client.sync { channel in
            channel.lowWaterOctets = octets.count - (16 << 10)
            channel.onDrained = { [unowned channel] in drained.came(channel.unsentOctets) }
            channel.send(octets)
        }
        let unsent = try drained.wait()
        #expect(unsent > 0)
        #expect(unsent <= octets.count - (16 << 10))
        client.close()
        #expect(client.sync { $0.unsentOctets } == 0)
    }

    @Test("Who pauses when the channel opens gets nothing, also of what came with the handshake, until it resumes")
    func pauseAtOpen() throws {
        let network = try TestNetwork()
        // We carry the octets ourselves, so that the last words of the handshake and the first frame come as one.
        let (near, far) = (SocketPair.local(), SocketPair.local())
        let server = try ChannelEnd(far.0, network.listening, wanted: 5) { channel in
            let opened = channel.onOpen
            channel.onOpen = { [unowned channel] in
                channel.pauseReading()
                opened?($0)
            }
        }
        let client = try ChannelEnd(near.0, network.dialling) { $0.send([1, 2, 3, 4, 5]) }
        carry(near.1, far.1)
        carry(far.1, near.1)
        #expect(try client.opened.wait() == "RUBB")
        client.sync { _ in }
        client.sync { _ in }
        carry(near.1, far.1)
        #expect(try server.opened.wait() == "RUAA")
        server.sync { _ in }
        #expect(server.received.isEmpty)
        server.sync { $0.resumeReading() }
        _ = try server.enough.wait()
        #expect(server.received == [1, 2, 3, 4, 5])
        client.close()
        server.close()
        close(near.1)
        close(far.1)
    }

    /// Moves what is there, at least one octet, as one piece.
    private func carry(_ from: Int32, _ to: Int32) {
        var octets = [UInt8](repeating: 0, count: 65_536)
        let count = read(from, &octets, octets.count)
        if count > 0 { _ = send(to, octets, count, Int32(MSG_NOSIGNAL)) }
    }

    @Test("Pausing in the middle of a delivery keeps the rest for later")
    func pauseWithin() throws {
        let octets = RandomBits.octets(2 << 20)
        let (client, server) = try TestNetwork().open(SocketPair.local())
        let (paused, all) = (Arrival<Int>(), Arrival<Int>())
        let taken = Mutex<[UInt8]>([])
        server.sync { channel in
            channel.onOctets = { [unowned channel] part in
                let count = taken.withLock {
                    $0.append(contentsOf: part)
                    return $0.count
                }
                channel.pauseReading()
                paused.came(count)
                if count == octets.count { all.came(count) }
            }
        }
        client.sync { $0.send(octets) }
        var last = 0
        while last < octets.count {
            let count = try paused.wait()
            #expect(count > last)
            last = count
            #expect(paused.waiting == 0)
            server.sync { $0.resumeReading() }
        }
        _ = try all.wait()
        #expect(taken.withLock { $0 } == octets)
        client.close()
    }

    @Test("A neighbour that stops without a goodbye is a lost connection, told once")
    func halfClosed() throws {
        let pair = try SocketPair.internet()
        let other = dup(pair.0)
        let (client, server) = try TestNetwork().open(pair)
        shutdown(other, Int32(SHUT_WR))
        #expect(try server.closed.wait().kind == .connectionLost)
        #expect(try client.closed.wait().kind == .connectionLost)
        close(other)
        server.close()
        client.close()
        #expect(server.closed.waiting == 0)
        #expect(client.closed.waiting == 0)
    }

    @Test("A channel that is closed, or forgotten, before it starts lets go of its socket")
    func neverStarted() throws {
        let network = try TestNetwork()
        for forgets in [true, false] {
            let (mine, theirs) = SocketPair.local()
            var channel: SecureChannel? = try SecureChannel(
                descriptor: mine, context: network.dialling, expecting: nil, handshakeMilliseconds: 1_000,
                queue: TurnQueue(label: "end"))
            let closed = Arrival<TransportFault>()
            channel?.onClosed = { closed.came($0) }
            if !forgets {
                channel?.queue.sync { [channel] in channel?.close(TransportFault(.closedHere, "no")) }
                channel?.start()
                channel?.queue.sync {}
                #expect(try closed.wait().kind == .closedHere)
            }
            channel = nil
            var octet: UInt8 = 0
            #expect(read(theirs, &octet, 1) == 0)
            #expect(closed.waiting == 0)
            close(theirs)
        }
    }
}
