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
    static func fromOpenSSL(_ kind: Kind, _ what: String) -> TransportFault {
        var reasons: [String] = []
        while case let code = ERR_get_error(), code != 0 {
            if let reason = ERR_reason_error_string(code) { reasons.append(String(cString: reason)) }
        }
        let text = reasons.isEmpty ? what : "\(what): \(reasons.joined(separator: ", "))"
        return TransportFault(reasons.contains { $0.contains("version") } ? .protocolVersion : kind, text)
    }
}

package typealias CertificateFault = TransportFault
