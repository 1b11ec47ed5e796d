import COpenSSL

/// Why a connection, a key or a certificate cannot be used.
package struct TransportFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case addressUnknown = "ADDRESS_UNKNOWN"
        case listenFailed = "LISTEN_FAILED"
        case connectFailed = "CONNECT_FAILED"
        case connectionLost = "CONNECTION_LOST"
        case closedByPeer = "CLOSED_BY_PEER"
        case closedHere = "CLOSED_HERE"
        case handshakeTimeout = "HANDSHAKE_TIMEOUT"
        case handshakeFailed = "HANDSHAKE_FAILED"
        case protocolVersion = "PROTOCOL_VERSION"
        case noCertificate = "NO_CERTIFICATE"
        case unknownAuthority = "CERTIFICATE_UNKNOWN_AUTHORITY"
        case certificateExpired = "CERTIFICATE_EXPIRED"
        case certificateRevoked = "CERTIFICATE_REVOKED"
        case wrongNetwork = "WRONG_NETWORK"
        case wrongStation = "WRONG_STATION"
        case noApplicationProtocol = "NO_APPLICATION_PROTOCOL"
        case keyUnusable = "KEY_UNUSABLE"
        case certificateUnusable = "CERTIFICATE_UNUSABLE"
        case internalFailure = "TLS_FAILURE"
    }

    package var kind: Kind
    package var text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// A stable word for logs and counters.
    package var code: String { kind.rawValue }

    package var description: String { "\(kind.rawValue): \(text)" }

    /// What OpenSSL says of the failed call, on this thread; its queue of errors is empty afterwards.
    ///
    /// - Parameter kind: what it is called unless the neighbour's alert or our own refusal has a name of its own.
    static func fromOpenSSL(_ kind: Kind, _ what: String) -> TransportFault {
        var reasons: [String] = []
        var named: TransportFault?
        while case let code = ERR_get_error(), code != 0 {
            if named == nil { named = meaning(of: code) }
            if let reason = ERR_reason_error_string(code) { reasons.append(String(cString: reason)) }
        }
        if let named { return named }
        return TransportFault(kind, reasons.isEmpty ? what : "\(what): \(reasons.joined(separator: ", "))")
    }

    /// The refusals that an operator can do something about, ours and those that the neighbour's alert tells.
    private static func meaning(of code: UInt) -> TransportFault? {
        guard ERR_GET_LIB(code) == ERR_LIB_SSL else { return nil }
        let refused = "the neighbour refuses this station's certificate"
        switch ERR_GET_REASON(code) {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return TransportFault(.noCertificate, "the neighbour showed no certificate")
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return TransportFault(.noCertificate, "the neighbour demands a certificate and was shown none")
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return TransportFault(.unknownAuthority, "\(refused): its authority is not one of the neighbour's")
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
            return TransportFault(.certificateExpired, "\(refused): it has expired by the neighbour's clock")
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
            return TransportFault(.certificateRevoked, "\(refused): it is revoked")
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
            SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
            return TransportFault(.certificateUnusable, refused)
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return TransportFault(
                .protocolVersion, "the two sides share no version of TLS; stations speak TLS 1.3 only")
        case SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
            return TransportFault(.noApplicationProtocol, "the two sides do not both speak cable/1")
        default:
            return nil
        }
    }
}

package typealias CertificateFault = TransportFault
