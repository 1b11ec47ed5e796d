import Dispatch
import Glibc
import Synchronization
import Turns

/// One client of the control socket: its socket on the queue of all clients, what takes long on a queue of its own.
final class ControlConnection: @unchecked Sendable {
    // Unchecked: all state belongs to `queue`, but for what is behind a lock.

    /// Octets taken from the socket before others have their turn.
    private static let readOctets = 64 << 10
    /// Octets not yet taken by the client, above which nothing more is made for it.
    private static let unsentPause = 256 << 10
    /// Octets not yet taken by the client, above which it is dropped.
    private static let unsentMax = 1 << 20
    /// Milliseconds that a client which is dropped has to read why.
    private static let dropMilliseconds = 5_000
    /// Submissions of one client under way at most.
    private static let bodiesMax = 1_024
    /// Octets of large bodies that wait for the disk, above which no more are taken from the client.
    private static let unwrittenMax = 1 << 20

    typealias Producer = @Sendable () -> Produced

    /// What a maker of an answer has.
    enum Produced {
        case frame(ControlFrame.Kind, [UInt8])
        /// Nothing yet: `resume` tells when there is more.
        case later
        case end
        /// The answer breaks off.
        case failed(ControlFailure)
    }

    private let descriptor: Int32
    private let queue: TurnQueue
    private let work = DispatchQueue(label: "cable.control.client", target: .global(qos: .userInitiated))
    private let service: any ControlService
    private let caller: ControlCaller
    private let onEnd: @Sendable () -> Void
    private let inlineOctets: Int
    private var watch: DescriptorWatch?
    private var decoder = ControlFrameDecoder(greeted: false)
    private var closed = false
    private var unsent: [UInt8] = []
    private var unsentHead = 0
    private var producers: [(tag: UInt32, make: Producer)] = []
    private var isProducing = false
    /// While something was made, a maker that had nothing yet said that it has more.
    private var hasMore = false
    private var bodies: [UInt32: Incoming] = [:]
    private var unwritten = 0
    /// Answers that `queue` has not taken over yet.
    private let answers = Mutex<[ControlFrame]>([])
    private let isGone = Atomic<Bool>(false)
    /// It read too slowly: it gets the rest of the frame that it has a part of, a word, and the end.
    private var dropped = false

    private struct Incoming {
        var request: ControlRequest
        var expected: Int
        var received = 0
        var octets: [UInt8] = []
        /// Where a large body goes.
        var upload: ControlUpload?
    }

    init(
        descriptor: Int32, caller: ControlCaller, service: any ControlService, inlineOctets: Int, queue: TurnQueue,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.descriptor = descriptor
        self.caller = caller
        self.service = service
        self.inlineOctets = inlineOctets
        self.queue = queue
        self.onEnd = onEnd
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// The watch keeps it alive until it is closed.
    func start() {
        queue.async { [self] in
            guard !closed else { return }
            watch = queue.watch(descriptor, readable: { [self] in readable() }, writable: { [self] in writable() })
            watch?.isReading = true
        }
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
        withUnsafeTemporaryAllocation(byteCount: Self.readOctets, alignment: 16) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            guard count > 0 else { return end() }
            decoder.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            do throws(ControlFault) {
                while !closed, let frame = try decoder.next() { take(frame) }
            } catch {
                end()
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
        guard let expected = request.bodyOctets else { return handle(request, nil, frame.tag) }
        guard bodies.count < Self.bodiesMax, bodies[frame.tag] == nil else { return end() }
        var incoming = Incoming(request: request, expected: expected)
        if expected > inlineOctets {
            let upload = ControlUpload(service, octets: expected)
            incoming.upload = upload
            let tag = frame.tag
            work.async { [self] in
                if let failure = upload.begin() { failed(failure, tag) }
            }
        }
        bodies[frame.tag] = incoming
        if expected == 0 { finish(frame.tag) }
    }

    private func takeBody(_ frame: ControlFrame) {
        guard var incoming = bodies.removeValue(forKey: frame.tag) else { return end() }
        incoming.received += frame.payload.count
        guard incoming.received <= incoming.expected else {
            bodies[frame.tag] = incoming
            return end()
        }
        if let upload = incoming.upload {
            write(frame.payload, to: upload, frame.tag)
        } else {
            incoming.octets.append(contentsOf: frame.payload)
        }
        bodies[frame.tag] = incoming
        if incoming.received == incoming.expected { finish(frame.tag) }
    }

    private func write(_ octets: [UInt8], to upload: ControlUpload, _ tag: UInt32) {
        unwritten += octets.count
        fitReading()
        work.async { [self] in
            let failure = upload.append(octets)
            queue.async { [self] in
                unwritten -= octets.count
                fitReading()
            }
            if let failure { failed(failure, tag) }
        }
    }

    /// The rest of this connection would be the body that nobody wants.
    private func failed(_ failure: ControlFailure, _ tag: UInt32) {
        queue.async { [self] in
            guard !closed else { return }
            append(ControlFrame(.failed, tag: tag, payload: failure.encoded))
            flush()
            end()
        }
    }

    private func fitReading() { if !closed { watch?.isReading = unwritten <= Self.unwrittenMax } }

    private func finish(_ tag: UInt32) {
        guard let incoming = bodies.removeValue(forKey: tag) else { return }
        guard let upload = incoming.upload else {
            return handle(incoming.request, .octets(incoming.octets), tag)
        }
        let reply = ControlReply(self, tag: tag)
        work.async { [self] in
            do throws(ControlFailure) {
                guard let (name, hold) = try upload.finish() else { return }
                service.handle(
                    incoming.request, body: .stored(name: name, octets: incoming.received, hold: hold), from: caller,
                    reply: reply)
                service.readingEnded()
            } catch {
                reply.failed(error)
            }
        }
    }

    /// At once what is quick; nobody else's turn may wait for a long look.
    private func handle(_ request: ControlRequest, _ body: SubmittedBody?, _ tag: UInt32) {
        let reply = ControlReply(self, tag: tag)
        guard !service.isQuick(request) else {
            return service.handle(request, body: body, from: caller, reply: reply)
        }
        work.async { [self] in
            service.handle(request, body: body, from: caller, reply: reply)
            service.readingEnded()
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
        queue.asyncAfter(milliseconds: Self.dropMilliseconds) { [weak self] in self?.end() }
    }

    /// From any queue.
    var isOpen: Bool { !isGone.load(ordering: .relaxed) }

    /// Calls `make` until it has no more, as fast as the client reads; then the answer is done.
    func produce(_ tag: UInt32, _ make: @escaping Producer) {
        queue.async { [self] in
            guard !closed, !dropped else { return }
            producers.append((tag, make))
            writable()
        }
    }

    /// A maker that had nothing yet has more. From any queue.
    func resume() {
        queue.async { [self] in
            hasMore = isProducing
            makeMore()
        }
    }

    private func append(_ frame: ControlFrame) { frame.write(to: &unsent) }

    private func writable() {
        guard !closed else { return }
        watch?.isWriting = false
        let isThrough = flush()
        if dropped, isThrough { return end() }
        makeMore()
    }

    /// What is made may be read from the disk: `queue` does not wait for it.
    private func makeMore() {
        guard !closed, !isProducing, let first = producers.first, unsent.count - unsentHead < Self.unsentPause else {
            return
        }
        isProducing = true
        work.async { [self] in
            var made: [UInt8] = []
            var goesOn = true
            var ends = false
            while made.count < Self.unsentPause, goesOn {
                switch first.make() {
                case .frame(let kind, let payload):
                    ControlFrame(kind, tag: first.tag, payload: payload).write(to: &made)
                case .later:
                    goesOn = false
                case .end:
                    ControlFrame(.done, tag: first.tag, payload: []).write(to: &made)
                    (goesOn, ends) = (false, true)
                case .failed(let failure):
                    ControlFrame(.failed, tag: first.tag, payload: failure.encoded).write(to: &made)
                    (goesOn, ends) = (false, true)
                }
            }
            let (octets, waits, isLast) = (made, !goesOn && !ends, ends)
            queue.async { [self] in take(octets, waits: waits, isLast: isLast) }
        }
    }

    /// - Parameters:
    ///   - waits: the maker has nothing yet.
    ///   - isLast: it has nothing more.
    private func take(_ made: [UInt8], waits: Bool, isLast: Bool) {
        isProducing = false
        let goesOn = hasMore || !waits
        hasMore = false
        guard !closed, !dropped else { return }
        if isLast { producers.removeFirst() }
        unsent.append(contentsOf: made)
        flush()
        if goesOn { makeMore() }
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
                watch?.isWriting = true
                return false
            }
            unsentHead += written
        }
        unsent.removeAll(keepingCapacity: unsent.capacity <= Self.unsentMax)
        unsentHead = 0
        return true
    }

    private func end() {
        guard !closed else { return }
        closed = true
        isGone.store(true, ordering: .relaxed)
        producers.removeAll()
        let uploads = bodies.values.compactMap(\.upload)
        bodies.removeAll()
        if !uploads.isEmpty { work.async { for upload in uploads { upload.abandon() } } }
        watch?.cancel()
        watch = nil
        Glibc.close(descriptor)
        onEnd()
    }
}
