import Control
import Dispatch
import Glibc
import Settings
import Transport

/// Serves metrics and the status page to this machine, on a queue of its own. It reads nothing but the head of a GET,
/// and what it holds is bounded in every way.
final class PageServer: @unchecked Sendable {
    // Unchecked: everything is used on `queue` only but `stop`, which goes there.

    /// Connections at once: more are closed at once.
    private static let connectionsMax = 64

    private let queue = DispatchQueue(label: "cable.pages", qos: .utility)
    private let snapshots: SnapshotDesk
    private let streams: PageStreams
    private let socketPath: String?
    private var listener: Listener?
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]

    /// - Parameter place: `host:port`, or a path with a slash.
    /// - Throws: `TransportFault` or `ControlFailure` where nobody can listen there.
    init(_ place: String, snapshots: SnapshotDesk) throws {
        self.snapshots = snapshots
        streams = PageStreams(queue: queue, snapshots: snapshots)
        socketPath = place.contains("/") ? place : nil
        let accept: @Sendable (Int32) -> Void = { [weak self] descriptor in
            guard let self else {
                _ = close(descriptor)
                return
            }
            accepted(descriptor)
        }
        if let socketPath {
            listener = Listener(
                descriptor: try UnixAddress(socketPath).listen(mode: 0o660),
                address: SocketAddress(host: socketPath, port: 0),
                queue: queue, onAccept: accept)
            return
        }
        // A hosts file may say anything of this name.
        let figures = place.hasPrefix("localhost:") ? "127.0.0.1:\(place.dropFirst("localhost:".count))" : place
        guard let address = SocketAddress(figures) else {
            throw TransportFault(.listenFailed, "\(place) is no address")
        }
        listener = try Listener(address, queue: queue, onAccept: accept)
    }

    func stop() {
        queue.sync {
            listener?.stop()
            if let socketPath { unlink(socketPath) }
            for connection in connections.values { connection.end() }
        }
    }

    private func accepted(_ descriptor: Int32) {
        guard connections.count < Self.connectionsMax else {
            _ = close(descriptor)
            return
        }
        let connection = HTTPConnection(
            descriptor: descriptor, queue: queue,
            onRequest: { [weak self] connection, request in self?.answer(request, connection) },
            onEnd: { [weak self] connection in
                self?.connections[ObjectIdentifier(connection)] = nil
                self?.streams.leave(connection)
            })
        connections[ObjectIdentifier(connection)] = connection
        connection.start()
    }

    private func answer(_ request: HTTPRequest, _ connection: HTTPConnection) {
        switch request.path {
        case "/": connection.answer(StatusPage.answer)
        case "/events": streams.join(connection)
        case "/metrics":
            let form = request.acceptsOpenMetrics ? MetricsText.Form.openMetrics : .plain
            snapshots.metrics(form) { [queue] octets in
                queue.async { connection.answer(HTTPAnswer(status: 200, type: form.type, body: octets)) }
            }
        default: connection.answer(HTTPAnswer(.notFound))
        }
    }
}
