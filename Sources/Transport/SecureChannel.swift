import COpenSSL
package import Cables
import Glibc
package import Turns

/// Who is at the other end, proved by certificate.
package struct PeerIdentity: Sendable {
    package let certificate: StationCertificate

    package var indicator: RoutingIndicator { certificate.indicator }
    package var network: String { certificate.network }
}

/// One TLS connection over a non-blocking socket and memory BIOs. Everything happens on its queue.
///
///     handshaking --both certificates verified--> open --fault or close--> closed
///
/// Handshakes calculate, and strangers ask for them: they may be made on another queue, from which the channel comes to
/// its own when it is open.
///
/// `onClosed` is called exactly once, whatever happens, on the queue where the channel is then. Once started it lives
/// until it is closed. No callback is called from within `send`, so an owner may send from any.
package final class SecureChannel: @unchecked Sendable {
    // Unchecked: all state belongs to `queue`.

    /// Octets taken from the socket in one call; others have their turn before the next ones.
    static let readOctets = 64 << 10
    /// Octets encrypted ahead of the socket.
    private static let aheadOctets = 256 << 10
    /// Rounds of encrypting and writing in one go, so that a fast neighbour does not keep the queue for itself.
    private static let roundsInOneGo = 4

    enum State { case handshaking, open, closed }

    /// Where it is when it is open.
    package let queue: TurnQueue
    private let handshakes: TurnQueue
    /// Both certificates are verified. TLS 1.3 lets who dials come here before the neighbour has judged its certificate:
    /// a refusal then follows as `onClosed`.
    package var onOpen: ((PeerIdentity) -> Void)?
    /// Octets in order; the pointer is good for the call only.
    package var onOctets: ((UnsafeRawBufferPointer) -> Void)?
    /// What was sent since the last call has gone to the kernel but for `lowWaterOctets`.
    package var onDrained: (() -> Void)?
    package var onClosed: ((TransportFault) -> Void)?
    /// Unsent octets at which `onDrained` is called.
    package var lowWaterOctets = 0
    /// TLS records sent under one key; the next one is under a new key. AES-GCM allows 2^24.5 (RFC 8446, 5.5).
    package var recordsPerKey = 1 << 22
    /// Octets of a TLS record at most: the neighbour can use none of it before it has all.
    private var recordOctets = Outbox.recordOctets
    private var notSentOctets = 0
    /// All bits set: the kernel sends as fast as it can.
    private static let anyRate = UInt64(UInt32.max)
    private var ceilingOctets = SecureChannel.anyRate
    /// New keys for sending taken so far.
    package private(set) var keyUpdates = 0

    let descriptor: Int32
    let context: TLSContext
    let expecting: RoutingIndicator?
    let ssl: OpaquePointer
    let input: OpaquePointer
    private let output: OpaquePointer
    private let handshakeMilliseconds: Int
    private var watch: DescriptorWatch?
    private var timeout: Alarm?
    private var isStarted = false
    private var bidsFarewell = false

    var state = State.handshaking
    var readPaused = false
    /// Octets received before the handshake was done.
    var handshakeOctets = 0
    private var handshakeBegan = MonotonicClock.bootMilliseconds
    /// Milliseconds that each octet of the neighbour's handshake adds to its time: half of the lowest rate that is served.
    private static let handshakeMillisecondsPerOctet = 7
    private var outbox = Outbox()
    private var flushed = 0
    private var recordsUnderKey = 0
    private var owesDrained = false
    private var pumpPlanned = false
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SecureChannel.readOctets, alignment: 64)
    let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: SecureChannel.readOctets, alignment: 64)
    private let record = UnsafeMutableRawBufferPointer.allocate(byteCount: Outbox.recordOctets, alignment: 64)

    /// - Parameters:
    ///   - descriptor: a connected socket; the channel owns it from now on, also when this throws.
    ///   - expecting: the station that was dialled.
    ///   - handshakeMilliseconds: without progress for this long the handshake is given up.
    ///   - handshakes: where the handshake is made; nil: on `queue` too.
    package init(
        descriptor: Int32, context: TLSContext, expecting: RoutingIndicator?, handshakeMilliseconds: Int,
        options: SocketOptions = SocketOptions(), queue: TurnQueue, handshakes: TurnQueue? = nil
    ) throws(TransportFault) {
        ERR_clear_error()
        let made = (SSL_new(context.pointer), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
        guard let ssl = made.0, let input = made.1, let output = made.2 else {
            SSL_free(made.0)
            BIO_free(made.1)
            BIO_free(made.2)
            Glibc.close(descriptor)
            throw .fromOpenSSL(.internalFailure, "no memory for a connection")
        }
        self.descriptor = descriptor
        self.context = context
        self.expecting = expecting
        self.ssl = ssl
        self.input = input
        self.output = output
        self.queue = queue
        self.handshakes = handshakes ?? queue
        self.handshakeMilliseconds = handshakeMilliseconds
        SSL_set_bio(ssl, input, output)
        switch context.role {
        case .listening: SSL_set_accept_state(ssl)
        case .dialling: SSL_set_connect_state(ssl)
        }
        options.prepare(descriptor)
    }

    deinit {
        // A channel that was started is closed before it goes.
        if state != .closed { Glibc.close(descriptor) }
        SSL_free(ssl)
        buffer.deallocate()
        plain.deallocate()
        record.deallocate()
    }

    /// Closes an accepted socket that nobody has time for.
    package static func refuse(_ descriptor: Int32) { Glibc.close(descriptor) }

    /// Begins; the callbacks must be set. Only the first call counts, and none after `close`.
    package func start() {
        handshakes.async { [self] in
            guard state == .handshaking, !isStarted else { return }
            isStarted = true
            handshakeBegan = MonotonicClock.bootMilliseconds
            postponeTimeout()
            beWatched(on: handshakes)
            _ = handshakeGoesOn()
        }
    }

    /// The watch keeps the channel alive until it is closed.
    private func beWatched(on queue: TurnQueue) {
        watch = queue.watch(descriptor, readable: { [self] in readable() }, writable: { [self] in writable() })
        watch?.isReading = true
    }

    /// The handshake is done: from here on everything happens on the channel's own queue.
    func moveHome(_ then: @escaping @Sendable () -> Void) {
        guard handshakes !== queue else { return then() }
        watch?.cancel()
        watch = nil
        queue.async { [self] in
            beWatched(on: queue)
            then()
        }
    }

    /// Time counts from progress, but progress that is slower than any line is none: an octet now and then holds no place.
    func postponeTimeout() {
        let now = MonotonicClock.bootMilliseconds
        let latest =
            handshakeBegan
            + UInt64(handshakeMilliseconds + handshakeOctets * Self.handshakeMillisecondsPerOctet)
        let milliseconds = min(handshakeMilliseconds, Int(clamping: latest - min(latest, now)))
        timeout?.cancel()
        timeout = handshakes.alarm(milliseconds: milliseconds) { [weak self] in
            self?.fail(TransportFault(.handshakeTimeout, "the handshake made no progress"))
        }
    }

    func stopTimeout() {
        timeout?.cancel()
        timeout = nil
    }

    // MARK: Sending

    /// Both sides are known, and neither has ended it. On the queue.
    package var isOpen: Bool { state == .open }

    /// Plain octets given to `send` that the kernel has not got. On the queue.
    package var unsentOctets: Int { outbox.unsentOctets }

    /// Takes octets for sending, in order; what is sent in one turn of the queue shares TLS records. On the queue.
    ///
    /// The channel sets no bound: the owner watches `unsentOctets`. Ignored once closed.
    package func send(_ octets: [UInt8]) {
        guard state != .closed, !octets.isEmpty else { return }
        outbox.append(octets)
        owesDrained = true
        planPump()
    }

    /// The same, for octets that are not in an array; they are copied.
    package func send(_ octets: UnsafeRawBufferPointer) { send(Array(octets)) }

    /// Ends the connection after what was sent has gone to the kernel as far as it takes it at once. On the queue.
    package func close(_ fault: TransportFault) {
        if state == .open {
            while flush(), encryptAhead() {}
            sayGoodbye()
        }
        fail(fault)
    }

    /// Fits the connection to the rate of the way: what the kernel holds unsent cannot be overtaken. On the queue.
    ///
    /// - Parameters:
    ///   - record: octets of a TLS record at most; 512 to 16 KiB.
    ///   - notSent: octets not yet on the wire above which the kernel takes no more (`TCP_NOTSENT_LOWAT`).
    ///   - waiting: octets that wait for the kernel: when half of them have gone, `onDrained` asks for more.
    ///   - ceiling: octets a second at most, evenly (`SO_MAX_PACING_RATE`); nil: as fast as it can.
    package func fit(record: Int, notSent: Int, waiting: Int, ceiling: UInt64?) {
        recordOctets = min(Outbox.recordOctets, max(512, record))
        // The next octets are asked for before the last have gone: the kernel holds enough for that time.
        lowWaterOctets = waiting / 2
        // A call of the system for every small change would cost more than it brings.
        guard state != .closed else { return }
        let pace = min(ceiling ?? Self.anyRate, Self.anyRate)
        if pace * 10 > ceilingOctets * 11 || pace * 10 < ceilingOctets * 9 {
            ceilingOctets = pace
            SocketOptions.set(descriptor, SOL_SOCKET, SO_MAX_PACING_RATE, Int32(bitPattern: UInt32(pace)))
        }
        guard notSent > notSentOctets * 5 / 4 || notSent < notSentOctets * 3 / 4 else { return }
        notSentOctets = notSent
        SocketOptions.set(descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, Int32(clamping: notSent))
    }

    private func planPump() {
        guard state == .open, !pumpPlanned else { return }
        pumpPlanned = true
        queue.async { [self] in
            pumpPlanned = false
            pump()
        }
    }

    /// Encrypts ahead of the socket and writes, until the kernel takes no more or all is gone.
    func pump() {
        guard state == .open else { return }
        var rounds = 0
        while flush(), encryptAhead() {
            rounds += 1
            if rounds == Self.roundsInOneGo {
                planPump()
                break
            }
        }
        guard state == .open, owesDrained, outbox.unsentOctets <= lowWaterOctets else { return }
        owesDrained = false
        onDrained?()
    }

    /// False when nothing waits, or the channel has failed.
    private func encryptAhead() -> Bool {
        guard state == .open, outbox.waitingOctets > 0 else { return false }
        var ahead = 0
        while ahead < Self.aheadOctets {
            ERR_clear_error()
            if recordsUnderKey >= recordsPerKey {
                guard SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 else {
                    fail(.fromOpenSSL(.connectionLost, "TLS gives no new key"))
                    return false
                }
                recordsUnderKey = 0
                keyUpdates += 1
            }
            let written = outbox.takeRecord(record, most: recordOctets) { octets in
                (octets.count, SSL_write(ssl, octets.baseAddress, Int32(octets.count)))
            }
            guard let (wanted, count) = written else { break }
            guard Int(count) == wanted else {
                fail(.fromOpenSSL(.connectionLost, "TLS takes no more octets"))
                return false
            }
            ahead += wanted
            recordsUnderKey += 1
            outbox.sealedRecord(plain: wanted, end: BIO_ctrl_pending(output))
        }
        return true
    }

    /// True when the kernel took everything that was encrypted.
    @discardableResult
    func flush() -> Bool {
        var octets: UnsafeMutablePointer<CChar>?
        let count = Int(cable_bio_pending(output, &octets))
        guard count > 0, let octets else { return true }
        while flushed < count {
            let written = Glibc.send(descriptor, octets + flushed, count - flushed, Int32(MSG_NOSIGNAL))
            if written < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    outbox.flushed(to: flushed)
                    watch?.isWriting = true
                } else {
                    fail(TransportFault(.connectionLost, String(cString: strerror(errno))))
                }
                return false
            }
            flushed += written
        }
        outbox.flushed(to: flushed)
        cable_bio_reset(output)
        flushed = 0
        return true
    }

    private func writable() {
        watch?.isWriting = false
        switch state {
        case .handshaking: flush()
        case .open: pump()
        case .closed: return
        }
    }

    // MARK: Back-pressure

    /// Stops taking octets from the neighbour; TCP makes it wait. A neighbour that goes is noticed after resuming only.
    /// On the queue.
    package func pauseReading() {
        readPaused = true
        if state == .open { watch?.isReading = false }
    }

    /// Takes octets again, beginning with those already here. On the queue.
    package func resumeReading() {
        guard readPaused else { return }
        readPaused = false
        guard state == .open else { return }
        watch?.isReading = true
        queue.async { [self] in decrypt() }
    }

    // MARK: The end

    /// The neighbour hears that nothing more comes. Not after a fault of TLS itself.
    func sayGoodbye() {
        guard state != .closed else { return }
        ERR_clear_error()
        _ = SSL_shutdown(ssl)
        lastWords()
    }

    /// Gives the kernel what OpenSSL still has to say, an alert or a goodbye, and lets the neighbour hear it.
    func lastWords() { if flush() { bidsFarewell = true } }

    func fail(_ fault: TransportFault) {
        guard state != .closed else { return }
        state = .closed
        stopTimeout()
        outbox.drop()
        watch?.cancel()
        watch = nil
        if bidsFarewell { Farewell.bid(descriptor, handshakes) } else { Glibc.close(descriptor) }
        let told = onClosed
        onOpen = nil
        onOctets = nil
        onDrained = nil
        onClosed = nil
        told?(fault)
    }
}
