import Dispatch
import Glibc
import Synchronization

/// One client of the control socket, on a queue of its own.
final class ControlConnection: @unchecked Sendable {
    // Unchecked: all state belongs to `queue`.

    /// Octets not yet taken by the client, above which nothing more is made for it.
    private static let unsentPause = 256 << 10
    /// Octets not yet taken by the client, above which it is dropped.
    private static let unsentMax = 1 << 20
    /// Seconds that a client which is dropped has to read why.
    private static let dropSeconds = 5
    /// Submissions of one client under way at most.
    private static let bodiesMax = 1_024

    typealias Producer = @Sendable () -> Produced

    /// What a maker of an answer has.
    enum Produced {
        case frame(ControlFrame.Kind, [UInt8])
        /// Nothing yet: `resume` tells when there is more.
        case later
        case end
    }

    private let descriptor: Int32
    private let queue: DispatchQueue
    private let service: any ControlService
    private let caller: ControlCaller
    private let onEnd: @Sendable () -> Void
    private let inlineOctets: Int
    private let readSource: any DispatchSourceRead
    private let writeSource: any DispatchSourceWrite
    private var decoder = ControlFrameDecoder(greeted: false)
    private var writeArmed = false
    private var closed = false
    private var unsent: [UInt8] = []
    private var unsentHead = 0
    private var producers: [(tag: UInt32, make: Producer)] = []
    private var bodies: [UInt32: Incoming] = [:]
    /// Answers that `queue` has not taken over yet.
    private let answers = Mutex<[ControlFrame]>([])
    private let isGone = Atomic<Bool>(false)
    /// It read too slowly: it gets the rest of the frame that it has a part of, a word, and the end.
    private var dropped = false
    private var sourcesLeft = 2

    private struct Incoming {
        var request: ControlRequest
        var expected: Int
        var received = 0
        var octets: [UInt8] = []
        var sink: (any BodySink)?
    }

    init(
        descriptor: Int32, caller: ControlCaller, service: any ControlService, inlineOctets: Int,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.descriptor = descriptor
        self.caller = caller
        self.service = service
        self.inlineOctets = inlineOctets
        self.onEnd = onEnd
        queue = DispatchQueue(label: "cable.control.connection", target: .global(qos: .userInitiated))
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        readSource = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        writeSource = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
    }

    func start() {
        readSource.setEventHandler { [weak self] in self?.readable() }
        writeSource.setEventHandler { [weak self] in self?.writable() }
        let closing: @Sendable () -> Void = { [self] in
            sourcesLeft -= 1
            if sourcesLeft == 0 {
                Glibc.close(descriptor)
                onEnd()
            }
        }
        readSource.setCancelHandler(handler: closing)
        writeSource.setCancelHandler(handler: closing)
        readSource.activate()
    }

    /// Says why and closes: too many clients.
    func refuse(_ failure: ControlFailure) {
        queue.async { [self] in
            append(ControlFrame(.failed, tag: 0, payload: failure.encoded))
            flush()
            end()
        }
    }

    // MARK: Receiving

    private func readable() {
        defer { service.readingEnded() }
        withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
            for _ in 0..<4 {
                guard !closed else { return }
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EAGAIN || errno == EINTR { return }
                guard count > 0 else { return end() }
                decoder.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                do throws(ControlFault) {
                    while !closed, let frame = try decoder.next() { take(frame) }
                } catch {
                    return end()
                }
                if count < buffer.count { return }
            }
        }
    }

    private func take(_ frame: ControlFrame) {
        switch frame.kind {
        case .request: takeRequest(frame)
        case .body: takeBody(frame)
        case .row, .octets, .submitted, .failed, .done, .event: end()
        }
    }

    private func takeRequest(_ frame: ControlFrame) {
        let request: ControlRequest
        do {
            request = try ControlRequest(decoding: frame.payload)
        } catch {
            return end()
        }
        if let failure = service.refusal(of: request, from: caller) {
            append(ControlFrame(.failed, tag: frame.tag, payload: failure.encoded))
            flush()
            // The rest of this connection would be the body that is not taken.
            if request.bodyOctets != nil { end() }
            return
        }
        guard let expected = request.bodyOctets else {
            service.handle(request, body: nil, from: caller, reply: ControlReply(self, tag: frame.tag))
            return
        }
        guard bodies.count < Self.bodiesMax, bodies[frame.tag] == nil else { return end() }
        var incoming = Incoming(request: request, expected: expected)
        if expected > inlineOctets {
            do throws(ControlFailure) {
                incoming.sink = try service.bodySink(octets: expected)
            } catch {
                // The rest of this connection would be the body that nobody wants.
                append(ControlFrame(.failed, tag: frame.tag, payload: error.encoded))
                flush()
                return end()
            }
        }
        bodies[frame.tag] = incoming
        if expected == 0 { finish(frame.tag) }
    }

    private func takeBody(_ frame: ControlFrame) {
        guard var incoming = bodies[frame.tag] else { return end() }
        incoming.received += frame.payload.count
        guard incoming.received <= incoming.expected else { return end() }
        if let sink = incoming.sink {
            do throws(ControlFailure) {
                try frame.payload.withUnsafeBufferPointer { (octets) throws(ControlFailure) in
                    try sink.append(UnsafeRawBufferPointer(octets))
                }
            } catch {
                sink.abandon()
                append(ControlFrame(.failed, tag: frame.tag, payload: error.encoded))
                flush()
                return end()
            }
        } else {
            incoming.octets.append(contentsOf: frame.payload)
        }
        bodies[frame.tag] = incoming
        if incoming.received == incoming.expected { finish(frame.tag) }
    }

    private func finish(_ tag: UInt32) {
        guard let incoming = bodies.removeValue(forKey: tag) else { return }
        let reply = ControlReply(self, tag: tag)
        guard let sink = incoming.sink else {
            service.handle(incoming.request, body: .octets(incoming.octets), from: caller, reply: reply)
            return
        }
        do throws(ControlFailure) {
            let (name, hold) = try sink.finish()
            service.handle(
                incoming.request, body: .stored(name: name, octets: incoming.received, hold: hold), from: caller,
                reply: reply)
        } catch {
            reply.failed(error)
        }
    }

    // MARK: Sending

    /// From any queue. Answers that are made in one go are taken over, and leave, in one go.
    func send(_ kind: ControlFrame.Kind, _ tag: UInt32, _ payload: [UInt8]) {
        let isFirst = answers.withLock { answers -> Bool in
            answers.append(ControlFrame(kind, tag: tag, payload: payload))
            return answers.count == 1
        }
        if isFirst { queue.async { [self] in takeAnswers() } }
    }

    private func takeAnswers() {
        let frames = answers.withLock { answers in
            defer { answers.removeAll() }
            return answers
        }
        guard !closed, !dropped else { return }
        for frame in frames { append(frame) }
        if unsent.count - unsentHead > Self.unsentMax { drop(frames.last?.tag ?? 0) }
        writable()
    }

    /// A client that does not read what is sent to it holds no more memory.
    private func drop(_ tag: UInt32) {
        dropped = true
        producers.removeAll()
        // `unsent` begins with a whole frame.
        var end = 0
        while end < unsentHead {
            end += 4 + unsent[end..<end + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        unsent.removeSubrange(end...)
        let failure = ControlFailure(
            code: "TOO_SLOW", message: "more than \(Self.unsentMax >> 10) KiB waited to be read here; the rest is lost",
            advice: "read faster, or ask for less", exit: ExitStatus.tryLater)
        append(ControlFrame(.failed, tag: tag, payload: failure.encoded))
        queue.asyncAfter(deadline: .now() + .seconds(Self.dropSeconds)) { [weak self] in self?.end() }
    }

    /// From any queue.
    var isOpen: Bool { !isGone.load(ordering: .relaxed) }

    /// Calls `make` until it has no more, as fast as the client reads; then the answer is done.
    func produce(_ tag: UInt32, _ make: @escaping Producer) {
        queue.async { [self] in
            guard !closed else { return }
            producers.append((tag, make))
            writable()
        }
    }

    /// A maker that had nothing yet has more. From any queue.
    func resume() { queue.async { [self] in writable() } }

    private func append(_ frame: ControlFrame) { frame.write(to: &unsent) }

    private func writable() {
        guard !closed else { return }
        if writeArmed {
            writeArmed = false
            writeSource.suspend()
        }
        if dropped {
            if flush() { end() }
            return
        }
        while flush(), !closed, !producers.isEmpty {
            guard fill() else {
                flush()
                return
            }
        }
    }

    /// Makes as much as may wait for the client; false where the first maker has nothing yet.
    private func fill() -> Bool {
        while unsent.count - unsentHead < Self.unsentPause, let first = producers.first {
            switch first.make() {
            case .frame(let kind, let payload): append(ControlFrame(kind, tag: first.tag, payload: payload))
            case .later: return false
            case .end:
                append(ControlFrame(.done, tag: first.tag, payload: []))
                producers.removeFirst()
            }
        }
        return true
    }

    /// True when the client took everything.
    @discardableResult private func flush() -> Bool {
        while unsentHead < unsent.count {
            let written = unsent.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + unsentHead, unsent.count - unsentHead, Int32(MSG_NOSIGNAL))
            }
            if written < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else {
                    end()
                    return false
                }
                armWrite()
                return false
            }
            unsentHead += written
        }
        unsent.removeAll(keepingCapacity: unsent.capacity <= Self.unsentMax)
        unsentHead = 0
        return true
    }

    private var writeActivated = false

    private func armWrite() {
        guard !writeArmed, !closed else { return }
        writeArmed = true
        if writeActivated {
            writeSource.resume()
        } else {
            writeActivated = true
            writeSource.activate()
        }
    }

    private func end() {
        guard !closed else { return }
        closed = true
        isGone.store(true, ordering: .relaxed)
        producers.removeAll()
        for (_, incoming) in bodies { incoming.sink?.abandon() }
        bodies.removeAll()
        readSource.cancel()
        if !writeActivated { writeSource.activate() } else if !writeArmed { writeSource.resume() }
        writeSource.cancel()
    }
}
