import COpenSSL
import Cables
import Glibc

/// The half of a channel that listens: the handshake and what comes after it.
extension SecureChannel {
    /// Octets of a handshake at most; a certificate of a station takes about one thousand.
    private static let handshakeOctetsMax = 64 << 10

    func readable() {
        guard state != .closed, !(readPaused && state == .open) else { return }
        let count = Glibc.recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count == 0 { return ended() }
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return }
            return fail(TransportFault(.connectionLost, String(cString: strerror(errno))))
        }
        guard BIO_write(input, buffer.baseAddress, Int32(count)) == Int32(count) else {
            return fail(.fromOpenSSL(.internalFailure, "no memory for what came"))
        }
        guard state == .handshaking else { return decrypt() }
        handshakeOctets += count
        postponeTimeout()
        guard handshakeGoesOn(), handshakeOctets > Self.handshakeOctetsMax else { return }
        fail(TransportFault(.handshakeFailed, "the handshake is longer than \(Self.handshakeOctetsMax) octets"))
    }

    /// The neighbour's side of the socket is closed. Without a goodbye before, octets may be missing.
    private func ended() {
        switch state {
        case .handshaking:
            fail(TransportFault(.closedByPeer, "the neighbour closed the connection during the handshake"))
        case .open:
            fail(TransportFault(.connectionLost, "the connection ended without a goodbye of the neighbour"))
        case .closed: return
        }
    }

    func decrypt() {
        while state == .open, !readPaused {
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
            // The fault is read before the owner is called: its own calls would empty the queue of errors.
            let fault: TransportFault? =
                switch end {
                case SSL_ERROR_NONE, SSL_ERROR_WANT_READ: nil
                case SSL_ERROR_ZERO_RETURN: TransportFault(.closedByPeer, "the neighbour closed the session")
                default: .fromOpenSSL(.connectionLost, "what came is not TLS")
                }
            if filled > 0 { onOctets?(UnsafeRawBufferPointer(rebasing: plain[..<filled])) }
            guard state == .open else { return }
            if let fault {
                lastWords()
                return fail(fault)
            }
            if end == SSL_ERROR_WANT_READ {
                // A new key of the neighbour may want an answer.
                flush()
                return
            }
        }
    }

    // MARK: Handshake

    /// False where the channel is not here any more: it is on its own queue, or closed.
    func handshakeGoesOn() -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            flush()
            opened()
            return false
        }
        if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ {
            flush()
            return state == .handshaking
        }
        let verification = SSL_get_verify_result(ssl)
        let fault: TransportFault =
            verification != Int(X509_V_OK)
            ? Authorities.fault(Int32(verification)) : .fromOpenSSL(.handshakeFailed, "the handshake failed")
        // The alert tells the other side why.
        lastWords()
        fail(fault)
        return false
    }

    private func opened() {
        guard state == .handshaking else { return }
        stopTimeout()
        do throws(TransportFault) {
            let identity = try peerIdentity()
            moveHome { [self] in
                state = .open
                onOpen?(identity)
                if readPaused { pauseReading() }
                pump()
                decrypt()
            }
        } catch {
            sayGoodbye()
            fail(error)
        }
    }

    /// Judges the neighbour's certificate anew, so that revocations that came meanwhile apply.
    private func peerIdentity() throws(TransportFault) -> PeerIdentity {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, UnsafeBufferPointer(start: name, count: Int(length)).elementsEqual(TLSContext.protocolName)
        else {
            throw TransportFault(.noApplicationProtocol, "the two sides do not both speak cable/1")
        }
        guard let pointer = SSL_get1_peer_certificate(ssl) else {
            throw TransportFault(.noCertificate, "the neighbour showed no certificate")
        }
        let handle = CertificateHandle(pointer)
        try context.authorities.check(handle, signing: false)
        let certificate = try StationCertificate(handle)
        guard certificate.network == context.network else {
            throw TransportFault(.wrongNetwork, "the neighbour belongs to network \(certificate.network)")
        }
        if let expecting, certificate.indicator != expecting {
            throw TransportFault(.wrongStation, "dialled \(expecting), but \(certificate.indicator) answered")
        }
        return PeerIdentity(certificate: certificate)
    }
}
