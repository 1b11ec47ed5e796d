import COpenSSL
package import Cables
package import Dispatch
import Glibc

/// Who is at the other end, proved by certificate.
package struct PeerIdentity: Sendable {
    package let certificate: StationCertificate

    package var indicator: RoutingIndicator { certificate.indicator }
}

/// One TLS connection over a non-blocking socket and memory BIOs. Everything happens on its own serial queue.
///
///     handshaking --both certificates verified--> open --fault or close--> closed
///
/// `onClosed` is called exactly once, whatever happens; the descriptor is closed only when both sources are cancelled.
package final class SecureChannel: @unchecked Sendable {
    // Unchecked: all state belongs to `queue`.

    /// Octets taken from the socket in one call, and encrypted ahead of it.
    private static let readOctets = 256 << 10
    private static let aheadOctets = 256 << 10
    /// Octets of one TLS record at most.
    private static let recordOctets = 16 << 10
    /// Reads in one go, so that a fast neighbour does not keep the queue for itself.
    private static let readsInOneGo = 4

    private enum State { case handshaking, open, closed }

    package let queue: DispatchQueue
    package var onOpen: ((PeerIdentity) -> Void)?
    package var onOctets: ((UnsafeRawBufferPointer) -> Void)?
    /// Everything that was sent is with the kernel.
    package var onDrained: (() -> Void)?
    package var onClosed: ((TransportFault) -> Void)?

    private let descriptor: Int32
    private let context: TLSContext
    private let expecting: RoutingIndicator?
    private let ssl: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    private let readSource: any DispatchSourceRead
    private let writeSource: any DispatchSourceWrite
    private var timer: (any DispatchSourceTimer)?
    private let handshakeMilliseconds: Int
    private var state = State.handshaking
    private var writeArmed = false
    private var readPaused = false
    private var sourcesLeft = 2
    private var outbox: [[UInt8]] = []
    private var outboxHead = 0
    private var outboxOffset = 0
    private var flushed = 0
    /// Plain octets given to `send` and not yet encrypted, and encrypted ones not yet with the kernel.
    private var queuedOctets = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SecureChannel.readOctets, alignment: 64)
    private let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: SecureChannel.readOctets, alignment: 64)

    /// - Parameters:
    ///   - descriptor: a connected socket; the channel owns it from now on.
    ///   - expecting: the station that was dialled.
    ///   - handshakeMilliseconds: without progress for this long the handshake is given up.
    package init(
        descriptor: Int32, context: TLSContext, expecting: RoutingIndicator?, handshakeMilliseconds: Int,
        queue: DispatchQueue
    ) throws(TransportFault) {
        guard let ssl = SSL_new(context.pointer), let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem())
        else {
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
        self.handshakeMilliseconds = handshakeMilliseconds
        SSL_set_bio(ssl, input, output)
        switch context.role {
        case .listening: SSL_set_accept_state(ssl)
        case .dialling: SSL_set_connect_state(ssl)
        }
        SocketOptions.prepare(descriptor)
        readSource = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        writeSource = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
    }

    deinit {
        SSL_free(ssl)
        buffer.deallocate()
        plain.deallocate()
    }

    /// Closes an accepted socket that nobody has time for.
    package static func refuse(_ descriptor: Int32) { Glibc.close(descriptor) }

    /// Begins; the callbacks must be set.
    package func start() {
        queue.async { [self] in
            readSource.setEventHandler { [weak self] in self?.readable() }
            writeSource.setEventHandler { [weak self] in self?.writable() }
            let closing: @Sendable () -> Void = { [self] in sourceCancelled() }
            readSource.setCancelHandler(handler: closing)
            writeSource.setCancelHandler(handler: closing)
            readSource.activate()
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.setEventHandler { [weak self] in
                self?.fail(TransportFault(.handshakeTimeout, "the handshake made no progress"))
            }
            self.timer = timer
            postponeTimeout()
            timer.activate()
            handshake()
        }
    }

    private func postponeTimeout() {
        timer?.schedule(deadline: .now() + .milliseconds(handshakeMilliseconds))
    }

    private func sourceCancelled() {
        sourcesLeft -= 1
        if sourcesLeft == 0 { Glibc.close(descriptor) }
    }

    // MARK: Sending

    package var unsentOctets: Int { queuedOctets }

    /// Takes octets for sending, in order. On the queue.
    package func send(_ octets: [UInt8]) {
        guard state != .closed, !octets.isEmpty else { return }
        outbox.append(octets)
        queuedOctets += octets.count
        if state == .open { pump() }
    }

    /// Ends the connection after what was sent has gone to the kernel as far as it takes it at once. On the queue.
    package func close(_ fault: TransportFault) {
        guard state != .closed else { return }
        if state == .open {
            pump()
            ERR_clear_error()
            if SSL_shutdown(ssl) >= 0 { _ = flush() }
        }
        fail(fault)
    }

    /// Encrypts ahead of the socket and writes, until the kernel takes no more or all is gone.
    private func pump() {
        while flush() {
            guard outboxHead < outbox.count else {
                outbox.removeAll(keepingCapacity: true)
                outboxHead = 0
                if queuedOctets != 0 {
                    queuedOctets = 0
                    onDrained?()
                    if outboxHead < outbox.count { continue }
                }
                return
            }
            guard encryptAhead() else { return }
        }
    }

    private func encryptAhead() -> Bool {
        var ahead = 0
        while outboxHead < outbox.count, ahead < Self.aheadOctets {
            let count = outbox[outboxHead].withUnsafeBytes { octets -> Int32 in
                let part = min(Self.recordOctets, octets.count - outboxOffset)
                ERR_clear_error()
                return SSL_write(ssl, octets.baseAddress! + outboxOffset, Int32(part))
            }
            guard count > 0 else {
                fail(.fromOpenSSL(.connectionLost, "TLS takes no more octets"))
                return false
            }
            ahead += Int(count)
            outboxOffset += Int(count)
            if outboxOffset == outbox[outboxHead].count {
                outbox[outboxHead] = []
                outboxHead += 1
                outboxOffset = 0
            }
        }
        return true
    }

    /// True when the kernel took everything that was encrypted.
    private func flush() -> Bool {
        var octets: UnsafeMutablePointer<CChar>?
        let count = Int(cable_bio_pending(output, &octets))
        guard count > 0, let octets else { return true }
        while flushed < count {
            let written = Glibc.send(descriptor, octets + flushed, count - flushed, Int32(MSG_NOSIGNAL))
            if written < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    armWrite()
                } else {
                    fail(TransportFault(.connectionLost, String(cString: strerror(errno))))
                }
                return false
            }
            flushed += written
        }
        cable_bio_reset(output)
        flushed = 0
        return true
    }

    private func armWrite() {
        guard !writeArmed else { return }
        writeArmed = true
        if !writeActivated {
            writeActivated = true
            writeSource.activate()
        } else {
            writeSource.resume()
        }
    }

    private var writeActivated = false

    private func writable() {
        writeArmed = false
        writeSource.suspend()
        guard state != .closed else { return }
        switch state {
        case .handshaking: _ = flush()
        case .open: pump()
        case .closed: return
        }
    }

    // MARK: Receiving

    private func readable() {
        for _ in 0..<Self.readsInOneGo {
            guard state != .closed else { return }
            let count = Glibc.recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count == 0 { return fail(TransportFault(.closedByPeer, "the neighbour closed the connection")) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return }
                return fail(TransportFault(.connectionLost, String(cString: strerror(errno))))
            }
            BIO_write(input, buffer.baseAddress, Int32(count))
            if state == .handshaking {
                postponeTimeout()
                handshake()
            }
            if state == .open { decrypt() }
            if count < buffer.count { return }
        }
    }

    private func decrypt() {
        while state == .open {
            var filled = 0
            var end: Int32 = SSL_ERROR_NONE
            while filled < plain.count {
                ERR_clear_error()
                let count = SSL_read(ssl, plain.baseAddress! + filled, Int32(plain.count - filled))
                if count <= 0 {
                    end = SSL_get_error(ssl, count)
                    break
                }
                filled += Int(count)
            }
            if filled > 0 { onOctets?(UnsafeRawBufferPointer(rebasing: plain[..<filled])) }
            guard state == .open else { return }
            switch end {
            case SSL_ERROR_NONE: continue
            case SSL_ERROR_WANT_READ:
                _ = flush()
                return
            case SSL_ERROR_ZERO_RETURN:
                return fail(TransportFault(.closedByPeer, "the neighbour closed the session"))
            default:
                return fail(.fromOpenSSL(.connectionLost, "what came is not TLS"))
            }
        }
    }

    // MARK: Handshake

    private func handshake() {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            guard flush() || state != .closed else { return }
            return opened()
        }
        let reason = SSL_get_error(ssl, result)
        if reason == SSL_ERROR_WANT_READ {
            _ = flush()
            return
        }
        let verification = SSL_get_verify_result(ssl)
        let fault: TransportFault =
            verification != Int(X509_V_OK)
            ? Authorities.fault(Int32(verification)) : .fromOpenSSL(.handshakeFailed, "the handshake failed")
        // The alert tells the other side why.
        _ = flush()
        fail(fault)
    }

    private func opened() {
        timer?.cancel()
        timer = nil
        do throws(TransportFault) {
            let identity = try peerIdentity()
            state = .open
            onOpen?(identity)
            if state == .open { pump() }
        } catch {
            fail(error)
        }
    }

    private func peerIdentity() throws(TransportFault) -> PeerIdentity {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard length > 0 else {
            throw TransportFault(.noApplicationProtocol, "the peer does not speak cable/1")
        }
        guard let pointer = SSL_get1_peer_certificate(ssl) else {
            throw TransportFault(.noCertificate, "the peer showed no certificate")
        }
        let handle = CertificateHandle(pointer)
        try context.authorities.check(handle, signing: false)
        let certificate = try StationCertificate(handle)
        guard certificate.network == context.network else {
            throw TransportFault(.wrongNetwork, "the peer belongs to network \(certificate.network)")
        }
        if let expecting, certificate.indicator != expecting {
            throw TransportFault(.wrongStation, "dialled \(expecting), but \(certificate.indicator) answered")
        }
        return PeerIdentity(certificate: certificate)
    }

    // MARK: The end

    private func fail(_ fault: TransportFault) {
        guard state != .closed else { return }
        state = .closed
        timer?.cancel()
        timer = nil
        outbox.removeAll()
        outboxHead = 0
        queuedOctets = 0
        readSource.cancel()
        if !writeActivated {
            writeActivated = true
            writeSource.activate()
        } else if !writeArmed {
            writeSource.resume()
        }
        writeSource.cancel()
        let told = onClosed
        onOpen = nil
        onOctets = nil
        onDrained = nil
        onClosed = nil
        told?(fault)
    }
}
