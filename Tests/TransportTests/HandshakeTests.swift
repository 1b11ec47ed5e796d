import Dispatch
import Foundation
import Octets
import Testing
import Transport

@Suite("Who is let in", .serialized)
struct HandshakeTests {
    /// What the server and then the client say of a client that must not get in.
    private func refusal(
        _ network: TestNetwork, client key: StationKey, server authorities: Authorities, trusting: Authorities
    ) throws -> (server: TransportFault, client: TransportFault) {
        let (a, b) = try SocketPair.internet()
        let listening = try TLSContext(
            role: .listening, key: try network.authority.key("RUBB"), authorities: authorities)
        let server = try ChannelEnd(b, listening)
        // The client may think that it is in. It sends and does not look until the server has gone: a reset by the
        // kernel would have thrown the refusal away by then.
        let client = try ChannelEnd(a, try TLSContext(role: .dialling, key: key, authorities: trusting)) { channel in
            channel.pauseReading()
            channel.send(RandomBits.octets(2 << 20))
        }
        let first = try server.closed.wait()
        for _ in 0..<3 {
            client.sync { _ in }
            server.sync { _ in }
        }
        client.sync { $0.resumeReading() }
        let faults = (first, try client.closed.wait())
        #expect(server.opened.waiting == 0)
        #expect(server.received.isEmpty)
        return faults
    }

    @Test("A client of another authority is refused, and hears why")
    func foreignClient() throws {
        let (network, other) = (try TestNetwork(), try TestAuthority())
        let own = try network.authority.authorities
        let faults = try refusal(network, client: try other.key("RUAA"), server: own, trusting: own)
        #expect(faults.server.kind == .unknownAuthority)
        #expect(faults.client.kind == .unknownAuthority)
    }

    @Test("A client whose certificate has expired is refused, and hears why")
    func expiredClient() throws {
        let network = try TestNetwork()
        let own = try network.authority.authorities
        let faults = try refusal(network, client: try network.authority.expiredKey("RUAA"), server: own, trusting: own)
        #expect(faults.server.kind == .certificateExpired)
        #expect(faults.client.kind == .certificateExpired)
    }

    @Test("A client whose certificate is revoked is refused, and hears why")
    func revokedClient() throws {
        let network = try TestNetwork()
        let (authority, own) = (network.authority.authority, try network.authority.authorities)
        let key = try network.authority.key("RUAA")
        let list = try authority.revocationList(of: [key.certificate], days: 2)
        let listed = try Authorities(certificatesPEM: authority.certificatePEM, revocationsPEM: list)
        let faults = try refusal(network, client: key, server: listed, trusting: own)
        #expect(faults.server.kind == .certificateRevoked)
        #expect(faults.client.kind == .certificateRevoked)
    }

    @Test("A station of another network is refused, even when its authority is trusted")
    func otherNetwork() throws {
        let (network, other) = (try TestNetwork(), try TestAuthority("OTHER NET"))
        let both = try Authorities(
            certificatesPEM: network.authority.authority.certificatePEM + other.authority.certificatePEM,
            revocationsPEM: nil)
        let faults = try refusal(network, client: try other.key("RUAA"), server: both, trusting: both)
        #expect(faults.server.kind == .wrongNetwork)
        #expect(faults.client.kind == .wrongNetwork)
    }

    @Test("A server of another authority, or whose certificate has expired, is not talked to")
    func server() throws {
        let (network, other) = (try TestNetwork(), try TestAuthority())
        let cases: [(StationKey, TransportFault.Kind)] = [
            (try other.key("RUBB"), .unknownAuthority),
            (try network.authority.expiredKey("RUBB"), .certificateExpired),
        ]
        for (key, kind) in cases {
            let (a, b) = try SocketPair.internet()
            let server = try ChannelEnd(
                b, try TLSContext(role: .listening, key: key, authorities: try network.authority.authorities))
            let client = try ChannelEnd(a, network.dialling)
            #expect(try client.closed.wait().kind == kind)
            #expect(try server.closed.wait().kind == kind)
            #expect(client.opened.waiting == 0)
        }
    }

    @Test("Who dials checks the station that answers")
    func wrongStation() throws {
        let network = try TestNetwork()
        let (a, b) = SocketPair.local()
        let server = try ChannelEnd(b, network.listening)
        let client = try ChannelEnd(a, network.dialling, expecting: "RUCC")
        #expect(try client.closed.wait().kind == .wrongStation)
        #expect(client.opened.waiting == 0)
        #expect(try server.closed.wait().kind == .closedByPeer)
    }

    @Test("A handshake without progress is given up")
    func stalled() throws {
        let network = try TestNetwork()
        for context in [network.listening, network.dialling] {
            let (silent, mine) = SocketPair.local()
            let end = try ChannelEnd(mine, context, milliseconds: 50)
            #expect(try end.closed.wait().kind == .handshakeTimeout)
            close(silent)
        }
    }

    @Test("Octets that are not TLS, a handshake without end and a hang-up end it before anybody is let in")
    func strangers() throws {
        let network = try TestNetwork()
        // A client hello of 126,976 octets, in records of 16 KiB.
        let header: [UInt8] = [22, 3, 1, 0x40, 0]
        let first = header + [1, 0x01, 0xF0, 0x00] + [UInt8](repeating: 0, count: (16 << 10) - 4)
        let endless = first + (0..<5).flatMap { _ in header + [UInt8](repeating: 0, count: 16 << 10) }
        let cases: [([UInt8], TransportFault.Kind)] = [
            ([UInt8](repeating: 0x41, count: 600), .handshakeFailed), (endless, .handshakeFailed), ([], .closedByPeer),
        ]
        for (octets, kind) in cases {
            let (stranger, mine) = SocketPair.local()
            let end = try ChannelEnd(mine, network.listening)
            _ = send(stranger, octets, octets.count, Int32(MSG_NOSIGNAL))
            shutdown(stranger, Int32(SHUT_WR))
            #expect(try end.closed.wait().kind == kind)
            #expect(end.opened.waiting == 0)
            close(stranger)
        }
    }

    @Test(
        "A client with another TLS, without ALPN or without a certificate is refused",
        .enabled(if: OpenSSLCommand.isPresent),
        arguments: [
            (["-tls1_2", "-alpn", "cable/1"], true, TransportFault.Kind.protocolVersion),
            (["-tls1_3", "-alpn", "http/1.1"], true, .noApplicationProtocol),
            (["-tls1_3"], true, .noApplicationProtocol),
            (["-tls1_3", "-alpn", "cable/1"], false, .noCertificate),
        ])
    func foreignClients(options: [String], certificate: Bool, kind: TransportFault.Kind) throws {
        let network = try TestNetwork()
        let queue = DispatchQueue(label: "listener")
        let accepted = Arrival<Int32>()
        let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0), queue: queue) { accepted.came($0) }
        defer { queue.sync { listener.stop() } }
        var arguments = ["s_client", "-connect", listener.address.description] + options
        if certificate {
            arguments += ["-cert", network.authority.path("RUAA.pem"), "-key", network.authority.path("RUAA.key")]
        }
        let process = try OpenSSLCommand.start(arguments, output: Pipe())
        defer { OpenSSLCommand.end(process) }
        let end = try ChannelEnd(try accepted.wait(), network.listening)
        #expect(try end.closed.wait().kind == kind)
        #expect(end.opened.waiting == 0)
    }

    @Test(
        "A server with another TLS or without ALPN is not talked to", .enabled(if: OpenSSLCommand.isPresent),
        arguments: [
            (["-tls1_2", "-alpn", "cable/1"], TransportFault.Kind.protocolVersion),
            (["-tls1_3"], .noApplicationProtocol),
        ])
    func foreignServers(options: [String], kind: TransportFault.Kind) throws {
        let network = try TestNetwork()
        let output = Pipe()
        let process = try OpenSSLCommand.start(
            [
                "s_server", "-accept", "127.0.0.1:0", "-cert", network.authority.path("RUBB.pem"), "-key",
                network.authority.path("RUBB.key"), "-CAfile", network.authority.path("ca.pem"), "-Verify", "1",
            ] + options, output: output)
        defer { OpenSSLCommand.end(process) }
        // It tells the port that it was given: "ACCEPT 127.0.0.1:PORT".
        var text = ""
        var address: SocketAddress?
        while address == nil {
            let part = output.fileHandleForReading.availableData
            try #require(!part.isEmpty, "s_server ended: \(text)")
            text += String(decoding: part, as: UTF8.self)
            guard text.hasSuffix("\n") else { continue }
            address =
                text.split(separator: "\n").compactMap { line in
                    line.hasPrefix("ACCEPT ") ? SocketAddress(String(line.dropFirst(7))) : nil
                }.first
        }
        let dialled = Arrival<Int32>()
        let queue = DispatchQueue(label: "dialler")
        Dialler.dial(try #require(address), queue: queue, milliseconds: 5_000) { result in
            if case .success(let descriptor) = result { dialled.came(descriptor) }
        }
        let end = try ChannelEnd(try dialled.wait(), network.dialling)
        #expect(try end.closed.wait().kind == kind)
        #expect(end.opened.waiting == 0)
    }
}
