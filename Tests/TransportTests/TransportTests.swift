import Cables
import Dispatch
import Foundation
import Octets
import Synchronization
import Testing
import Transport

@Suite("Hashes and batches")
struct BatchTreeTests {
    @Test("SHA-256 is SHA-256")
    func known() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(ContentHash.of(Array("abc".utf8)).description == abc)
        var stream = HashStream()
        for octet in Array("abc".utf8) { withUnsafeBytes(of: octet) { stream.update($0) } }
        #expect(stream.finish().description == abc)
    }

    @Test("Every path leads to the root, and none with another index, count, length or leaf", arguments: 1...33)
    func paths(count: Int) {
        let leaves = (0..<count).map { BatchTree.leaf(kind: 1, content: [UInt8($0)]) }
        let tree = BatchTree(leaves: leaves)
        for index in 0..<count {
            let path = tree.path(of: index)
            #expect(BatchTree.root(leaf: leaves[index], index: index, count: count, path: path) == tree.root)
            #expect(BatchTree.root(leaf: leaves[index], index: index, count: count, path: path + [.zero]) == nil)
            #expect(BatchTree.root(leaf: .zero, index: index, count: count, path: path) != tree.root)
            #expect(BatchTree.root(leaf: leaves[index], index: count, count: count, path: path) == nil)
            if !path.isEmpty {
                #expect(
                    BatchTree.root(leaf: leaves[index], index: index, count: count, path: Array(path.dropLast())) == nil
                )
            }
        }
    }

    @Test("The kind of a statement is part of its leaf")
    func kinds() { #expect(BatchTree.leaf(kind: 1, content: [1]) != BatchTree.leaf(kind: 2, content: [1])) }
}

/// A network's keys in a folder of their own.
private final class TestAuthority {
    let folder: URL
    let authority: NetworkAuthority

    init(_ network: String = "TEST NET") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cable-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        authority = try NetworkAuthority(creating: network, labOnly: true, days: 2)
        try PlainFile.write(authority.certificatePEM, to: path("ca.pem"), mode: 0o600)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func key(_ station: String) throws -> StationKey {
        let issued = try authority.issue(RoutingIndicator(station)!, days: 2)
        try PlainFile.write(issued.certificatePEM, to: path("\(station).pem"), mode: 0o600)
        try PlainFile.write(issued.keyPEM, to: path("\(station).key"), mode: 0o600)
        return try StationKey(certificateFile: path("\(station).pem"), keyFile: path("\(station).key"))
    }

    var authorities: Authorities { get throws { try Authorities(file: path("ca.pem"), revocations: nil) } }
}

@Suite("Station certificates")
struct CertificateTests {
    @Test("A station's certificate names network and station, and its signatures verify")
    func issue() throws {
        let network = try TestAuthority()
        let key = try network.key("RUAA")
        #expect(key.network == "TEST NET")
        #expect(key.indicator.description == "RUAA")
        let verified = try network.authorities.verify(der: key.certificate.der, signing: false)
        let signature = try key.sign(Array("text".utf8))
        #expect(verified.verifies(signature, of: Array("text".utf8)))
        #expect(!verified.verifies(signature, of: Array("texT".utf8)))
    }

    @Test("Another network's authority is not trusted")
    func foreign() throws {
        let (network, other) = (try TestAuthority(), try TestAuthority())
        let key = try other.key("RUAA")
        let authorities = try network.authorities
        do throws(TransportFault) {
            _ = try authorities.verify(der: key.certificate.der, signing: false)
            Issue.record("a foreign certificate was taken")
        } catch {
            #expect(error.kind == .unknownAuthority)
        }
    }

    @Test("A key that others may read is refused")
    func keyMode() throws {
        let network = try TestAuthority()
        _ = try network.key("RUAA")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: network.path("RUAA.key"))
        #expect(throws: TransportFault.self) {
            try StationKey(certificateFile: network.path("RUAA.pem"), keyFile: network.path("RUAA.key"))
        }
    }

    @Test("Names survive percent signs and blanks", arguments: ["N", "A B", "Ä/%"])
    func names(network: String) {
        let uri = StationName.uri(network: network, indicator: RoutingIndicator("RUAA")!)
        #expect(StationName.read(uri)?.network == network)
        #expect(StationName.read(uri + "/X") == nil)
    }
}

@Suite("TLS between stations")
struct SecureChannelTests {
    /// One end of a connection, and what it saw.
    private final class End: @unchecked Sendable {
        let channel: SecureChannel
        let opened = DispatchSemaphore(value: 0)
        let closed = DispatchSemaphore(value: 0)
        let received = Mutex<[UInt8]>([])
        let enough = DispatchSemaphore(value: 0)
        let fault = Mutex<TransportFault?>(nil)
        let peer = Mutex<String?>(nil)

        init(
            _ descriptor: Int32, _ context: TLSContext, expecting: String? = nil, wanted: Int = 0,
            milliseconds: Int = 5_000
        ) throws {
            channel = try SecureChannel(
                descriptor: descriptor, context: context, expecting: expecting.flatMap { RoutingIndicator($0) },
                handshakeMilliseconds: milliseconds, queue: DispatchQueue(label: "end"))
            channel.onOpen = { [self] in
                peer.withLock { [name = $0.indicator.description] in $0 = name }
                opened.signal()
            }
            channel.onOctets = { [self] octets in
                let count = received.withLock {
                    $0.append(contentsOf: octets)
                    return $0.count
                }
                if wanted > 0, count >= wanted { enough.signal() }
            }
            channel.onClosed = { [self] reason in
                fault.withLock { $0 = reason }
                closed.signal()
            }
            channel.start()
        }
    }

    private func pair() -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        return (ends[0], ends[1])
    }

    private let patience = DispatchTime.now() + .seconds(20)

    @Test("Ten MiB go each way unchanged, and both ends know each other")
    func bothWays() throws {
        let network = try TestAuthority()
        let (a, b) = pair()
        let octets = RandomBits.octets(10 << 20)
        let server = try End(
            b, try TLSContext(role: .listening, key: try network.key("RUBB"), authorities: try network.authorities),
            wanted: octets.count)
        let client = try End(
            a, try TLSContext(role: .dialling, key: try network.key("RUAA"), authorities: try network.authorities),
            expecting: "RUBB", wanted: octets.count)
        #expect(server.opened.wait(timeout: patience) == .success)
        #expect(client.opened.wait(timeout: patience) == .success)
        #expect(server.peer.withLock { $0 } == "RUAA")
        client.channel.queue.async { client.channel.send(octets) }
        server.channel.queue.async { server.channel.send(octets) }
        #expect(server.enough.wait(timeout: patience) == .success)
        #expect(client.enough.wait(timeout: patience) == .success)
        #expect(server.received.withLock { $0 } == octets)
        #expect(client.received.withLock { $0 } == octets)
        client.channel.queue.async { client.channel.close(TransportFault(.closedHere, "done")) }
        #expect(server.closed.wait(timeout: patience) == .success)
        #expect(server.fault.withLock { $0?.kind } == .closedByPeer)
    }

    @Test("A certificate of another authority closes the connection on both sides")
    func foreign() throws {
        let (network, other) = (try TestAuthority(), try TestAuthority())
        let (a, b) = pair()
        let server = try End(
            b, try TLSContext(role: .listening, key: try network.key("RUBB"), authorities: try network.authorities))
        let client = try End(
            a, try TLSContext(role: .dialling, key: try other.key("RUAA"), authorities: try other.authorities))
        #expect(server.closed.wait(timeout: patience) == .success)
        #expect(client.closed.wait(timeout: patience) == .success)
        #expect(client.fault.withLock { $0?.kind } == .unknownAuthority)
    }

    @Test("Who dials checks the station that answers")
    func wrongStation() throws {
        let network = try TestAuthority()
        let (a, b) = pair()
        let server = try End(
            b, try TLSContext(role: .listening, key: try network.key("RUBB"), authorities: try network.authorities))
        let client = try End(
            a, try TLSContext(role: .dialling, key: try network.key("RUAA"), authorities: try network.authorities),
            expecting: "RUCC")
        #expect(client.closed.wait(timeout: patience) == .success)
        #expect(client.fault.withLock { $0?.kind } == .wrongStation)
        #expect(server.closed.wait(timeout: patience) == .success)
    }

    @Test("A handshake without progress is given up, and octets that are not TLS end it")
    func strangers() throws {
        let network = try TestAuthority()
        let context = try TLSContext(
            role: .listening, key: try network.key("RUBB"), authorities: try network.authorities)
        let (silent, first) = pair()
        let stalled = try End(first, context, milliseconds: 50)
        #expect(stalled.closed.wait(timeout: patience) == .success)
        #expect(stalled.fault.withLock { $0?.kind } == .handshakeTimeout)
        close(silent)
        let (loud, second) = pair()
        let garbled = try End(second, context)
        _ = write(loud, [UInt8](repeating: 0x41, count: 600), 600)
        #expect(garbled.closed.wait(timeout: patience) == .success)
        #expect(garbled.opened.wait(timeout: .now()) == .timedOut)
        close(loud)
    }
}
