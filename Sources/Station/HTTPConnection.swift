import Dispatch
import Glibc
import Transport

/// One connection: a request, its answer, and the end; or a stream until either side has enough. Used on the server's
/// queue only.
final class HTTPConnection: @unchecked Sendable {
    // Unchecked: everything is used on `queue` only.

    /// Octets of a stream that the client has not taken; one with more is dropped.
    static let unsentMax = 64 << 10
    /// Octets that the kernel holds of it besides: what is older than some seconds is of no use.
    private static let kernelOctets: Int32 = 32 << 10
    /// Of one connection, so that a flood does not keep the queue for itself.
    private static let readsInOneGo = 64
    /// Seconds for the head to come, and for an answer to be taken.
    private static let seconds = 10

    private enum State {
        case reading(HTTPHead)
        /// Asked for; the answer is being made.
        case waiting
        /// The answer is being sent; then the connection ends.
        case answering
        case streaming
        case closed
    }

    private let descriptor: Int32
    private let queue: DispatchQueue
    private let onRequest: (HTTPConnection, HTTPRequest) -> Void
    private let onEnd: (HTTPConnection) -> Void
    private let readable: SwitchedSource
    private let writable: SwitchedSource
    private var state = State.reading(HTTPHead())
    private var unsent: [UInt8] = []
    private var hasReadToEnd = false

    /// - Parameters:
    ///   - descriptor: owned by the connection.
    ///   - onEnd: called once, when nothing is left of it.
    init(
        descriptor: Int32, queue: DispatchQueue, onRequest: @escaping (HTTPConnection, HTTPRequest) -> Void,
        onEnd: @escaping (HTTPConnection) -> Void
    ) {
        self.descriptor = descriptor
        self.queue = queue
        self.onRequest = onRequest
        self.onEnd = onEnd
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        let read = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        let write = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
        readable = SwitchedSource(read)
        writable = SwitchedSource(write)
        // Both sources must be gone before the number may belong to another connection.
        let group = DispatchGroup()
        group.enter()
        group.enter()
        read.setEventHandler { [weak self] in self?.read() }
        write.setEventHandler { [weak self] in self?.flush() }
        read.setCancelHandler { group.leave() }
        write.setCancelHandler { group.leave() }
        group.notify(queue: queue) { close(descriptor) }
    }

    func start() {
        readable.switchOn()
        limit()
    }

    var isStreaming: Bool { if case .streaming = state { true } else { false } }

    var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Ends what takes too long; a stream may last.
    private func limit() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.seconds)) { [weak self] in
            guard let self else { return }
            switch state {
            case .reading: answer(HTTPAnswer(HTTPRefusal(status: 408, sentence: "the request did not come whole")))
            case .waiting, .answering: end()
            case .streaming, .closed: return
            }
            limit()
        }
    }

    // MARK: Reading

    /// Reads all that is there: after a hang-up the source says nothing more.
    private func read() {
        var buffer = [UInt8](repeating: 0, count: 2_048)
        for _ in 0..<Self.readsInOneGo where !isClosed && !hasReadToEnd {
            let count = Glibc.recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN { return }
                return count == 0 ? readToEnd() : end()
            }
            // What comes behind a request is not heeded: one connection, one request.
            if case .reading(let head) = state { take(buffer[..<count], head) }
        }
    }

    private func take(_ octets: ArraySlice<UInt8>, _ head: HTTPHead) {
        var head = head
        do throws(HTTPRefusal) {
            guard let request = try head.take(octets) else {
                state = .reading(head)
                return
            }
            state = .waiting
            onRequest(self, request)
        } catch {
            answer(HTTPAnswer(error))
        }
    }

    /// The client sends nothing more: it may still want its answer.
    private func readToEnd() {
        switch state {
        case .waiting: break
        case .answering where !unsent.isEmpty: break
        case .reading, .answering, .streaming, .closed: return end()
        }
        hasReadToEnd = true
        readable.switchOff()
    }

    // MARK: Writing

    /// The answer, and the end.
    func answer(_ answer: HTTPAnswer) {
        switch state {
        case .reading, .waiting: break
        case .answering, .streaming, .closed: return
        }
        state = .answering
        unsent = answer.octets
        flush()
    }

    /// The answer's head and what there is of the stream by now.
    func stream(_ answer: HTTPAnswer, _ first: [UInt8]) {
        guard case .waiting = state else { return }
        var octets = Self.kernelOctets
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &octets, socklen_t(MemoryLayout<Int32>.size))
        state = .streaming
        unsent = answer.octets + first
        flush()
    }

    /// More of a stream.
    func send(_ octets: [UInt8]) {
        guard isStreaming else { return }
        unsent.append(contentsOf: octets)
        flush()
        if unsent.count > Self.unsentMax { end() }
    }

    private func flush() {
        while !unsent.isEmpty {
            let sent = unsent.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return end() }
                return writable.switchOn()
            }
            unsent.removeFirst(sent)
        }
        writable.switchOff()
        if case .answering = state {
            if hasReadToEnd { return end() }
            // Until the client closes, what it still sends is read off: a reset would take the answer from it.
            shutdown(descriptor, Int32(SHUT_WR))
        }
    }

    func end() {
        guard !isClosed else { return }
        state = .closed
        unsent = []
        readable.cancel()
        writable.cancel()
        onEnd(self)
    }
}
