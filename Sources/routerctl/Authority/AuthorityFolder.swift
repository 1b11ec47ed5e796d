import Cables
import Control
import Foundation
import Octets
import Routing
import Settings
import Transport

/// The folder of a network's authority: its certificate, its encrypted key, every certificate that it issued, and which of
/// them are revoked.
struct AuthorityFolder {
    /// One line of the register: a certificate that was issued.
    struct Entry: Codable, Equatable {
        var serial: String
        var station: String
        /// Of the certificate.
        var fingerprint: String
        /// Seconds since 1970.
        var notBefore: Int64
        var notAfter: Int64
        var addresses: [String]
        var revokedAt: Int64?
        var reason: String?

        /// Days left, rounded down; negative when it has ended.
        func daysLeft(at now: Int64) -> Int { Int(((Double(notAfter) - Double(now)) / 86_400).rounded(.down)) }
    }

    /// What has become of a certificate.
    enum State: String { case inForce, endsSoon, replaced, expired, revoked }

    /// Days before the end from which a certificate should be renewed.
    static let soonDays = 30

    let path: String
    let network: Network
    let certificatePEM: [UInt8]
    private(set) var entries: [Entry]
    /// Held while the folder is changed: two at once would lose a revocation.
    private let lock: Int32

    // MARK: Making and opening

    static func create(
        _ path: String, networkFile: String, days: Int, passphrase: () throws(ControlFailure) -> [UInt8]
    ) throws(ControlFailure) -> (folder: AuthorityFolder, fingerprint: Digest) {
        let octets = try CertifyCommands.octets(networkFile)
        let network = try CertifyCommands.network(octets, networkFile)
        guard (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty ?? true else {
            throw ControlFailure(
                code: "FOLDER_NOT_EMPTY", message: "\(path) is there and not empty",
                advice: "name a new folder, or an empty one", exit: ExitStatus.data)
        }
        let passphrase = try passphrase()
        return try failing { () throws -> (AuthorityFolder, Digest) in
            let authority = try NetworkAuthority(creating: network.name, labOnly: false, days: days)
            let key = try AuthorityKey.encrypted(authority.keyPEM, passphrase: passphrase)
            try PlainFile.makeFolder(path, mode: 0o700)
            guard chmod(path, 0o700) == 0 else { throw PlainFileFault(path: path, call: "chmod") }
            try PlainFile.makeFolder("\(path)/issued", mode: 0o700)
            try PlainFile.write(octets, to: "\(path)/network.json5", mode: 0o600)
            try PlainFile.write(key, to: "\(path)/authority.key", mode: 0o600)
            try PlainFile.write([], to: "\(path)/register.jsonl", mode: 0o600)
            try PlainFile.write(authority.certificatePEM, to: "\(path)/authority.pem", mode: 0o600)
            let folder = try AuthorityFolder(path)
            try folder.writeRevocations(authority, days: nil)
            return (folder, authority.fingerprint)
        }
    }

    /// - Throws: `ControlFailure` where the folder is none of an authority.
    init(_ path: String) throws(ControlFailure) {
        self.path = path
        let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            throw ControlFailure(
                code: "NO_AUTHORITY", message: "\(path): \(String(cString: strerror(errno)))",
                advice: "name the folder that network certify init made", exit: ExitStatus.data)
        }
        self.lock = lock
        let octets = try CertifyCommands.octets("\(path)/network.json5")
        network = try CertifyCommands.network(octets, "\(path)/network.json5")
        certificatePEM = try CertifyCommands.octets("\(path)/authority.pem")
        entries = []
        let register = String(decoding: try CertifyCommands.octets("\(path)/register.jsonl"), as: UTF8.self)
        for (number, line) in register.split(separator: "\n").enumerated() {
            do {
                entries.append(try JSONDecoder().decode(Entry.self, from: Data(line.utf8)))
            } catch {
                throw ControlFailure(
                    code: "REGISTER_DAMAGED", message: "\(path)/register.jsonl cannot be read: \(error)",
                    advice: "take the folder's backup", exit: ExitStatus.data, line: number + 1)
            }
        }
    }

    /// The authority with its key.
    func authority(_ passphrase: [UInt8]) throws(ControlFailure) -> NetworkAuthority {
        let locked = try CertifyCommands.octets("\(path)/authority.key")
        return try Self.failing {
            let key =
                AuthorityKey.isEncrypted(locked) ? try AuthorityKey.opened(locked, passphrase: passphrase) : locked
            return try NetworkAuthority(opening: network.name, certificatePEM: certificatePEM, keyPEM: key)
        }
    }

    // MARK: Certificates

    /// - Parameter renewing: for its key; nil: a new key is drawn.
    /// - Returns: the entry, and the bundle for the post.
    mutating func issue(
        _ indicator: RoutingIndicator, by authority: NetworkAuthority, networkFile: [UInt8], signature: [UInt8]?,
        addresses: [String], days: Int, renewing: StationCertificate?
    ) throws(ControlFailure) -> (entry: Entry, bundle: StationBundle) {
        let (certificatePEM, keyPEM, certificate) = try Self.failing {
            () throws -> ([UInt8], [UInt8]?, StationCertificate) in
            var pem: [UInt8]
            var key: [UInt8]?
            if let renewing {
                pem = try authority.renew(renewing, addresses: addresses, days: days)
            } else {
                let issued = try authority.issue(indicator, addresses: addresses, days: days)
                (pem, key) = (issued.certificatePEM, issued.keyPEM)
            }
            return (pem, key, try StationCertificate(pem: pem, named: "the certificate"))
        }
        let entry = Entry(
            serial: certificate.serial, station: indicator.description,
            fingerprint: certificate.fingerprint.description, notBefore: certificate.notBefore,
            notAfter: certificate.notAfter, addresses: addresses, revokedAt: nil, reason: nil)
        try Self.failing { () throws in
            try PlainFile.write(certificatePEM, to: file(of: entry), mode: 0o600)
        }
        entries.append(entry)
        try keep()
        var parts: [StationBundle.Part: [UInt8]] = [
            .certificate: certificatePEM, .authority: self.certificatePEM, .network: networkFile,
            .revocations: try CertifyCommands.octets("\(path)/revocations.pem"),
        ]
        parts[.key] = keyPEM
        parts[.signature] = signature
        return (
            entry,
            StationBundle(
                network: network.name, station: indicator.description,
                made: Timestamp(seconds: Self.now).wholeSeconds, parts: parts)
        )
    }

    /// The newest certificate of a station that is neither revoked nor ended.
    func newest(of station: RoutingIndicator) -> Entry? {
        entries.last { $0.station == station.description && $0.revokedAt == nil && $0.notAfter > Self.now }
    }

    func certificate(of entry: Entry) throws(ControlFailure) -> StationCertificate {
        let octets = try CertifyCommands.octets(file(of: entry))
        return try Self.failing { try StationCertificate(pem: octets, named: file(of: entry)) }
    }

    func state(of entry: Entry, at now: Int64) -> State {
        if entry.revokedAt != nil { return .revoked }
        if entry.notAfter <= now { return .expired }
        if newest(of: entry.station) != entry { return .replaced }
        return entry.daysLeft(at: now) < Self.soonDays ? .endsSoon : .inForce
    }

    private func newest(of station: String) -> Entry? {
        RoutingIndicator(station).flatMap { newest(of: $0) }
    }

    // MARK: Revocation

    /// - Parameters:
    ///   - name: a routing indicator: all its certificates; or a serial number.
    ///   - days: until the list must be followed by another; nil: as long as the authority is good.
    /// - Returns: what is revoked now that was not before.
    mutating func revoke(
        _ name: String, by authority: NetworkAuthority, reason: String, days: Int?
    ) throws(ControlFailure) -> [Entry] {
        let plain = name.uppercased()
        let hit = entries.indices.filter { entries[$0].station == plain || entries[$0].serial == plain }
        guard !hit.isEmpty else {
            throw ControlFailure(
                code: "NO_CERTIFICATE", message: "no certificate was issued to \(name)",
                advice: "write a station or a serial of routerctl network certify list \(path)", exit: ExitStatus.data)
        }
        let fresh = hit.filter { entries[$0].revokedAt == nil }
        for index in fresh {
            entries[index].revokedAt = Self.now
            entries[index].reason = reason
        }
        try keep()
        try writeRevocations(authority, days: days)
        return fresh.map { entries[$0] }
    }

    /// All revoked certificates, ended ones too: a signature may be older than both.
    func writeRevocations(_ authority: NetworkAuthority, days: Int?) throws(ControlFailure) {
        let revoked = entries.filter { $0.revokedAt != nil }
        var certificates: [StationCertificate] = []
        for entry in revoked { certificates.append(try certificate(of: entry)) }
        let whole = Int((authority.notAfter - Self.now) / 86_400)
        try Self.failing { () throws in
            let list = try authority.revocationList(
                of: certificates, at: revoked.compactMap(\.revokedAt), days: max(1, min(days ?? whole, whole)))
            try replace("revocations.pem", list)
        }
    }

    // MARK: Files

    private func file(of entry: Entry) -> String { "\(path)/issued/\(entry.serial).pem" }

    private func keep() throws(ControlFailure) {
        var octets: [UInt8] = []
        for entry in entries { octets += JSONText().octets(entry) + [0x0A] }
        try Self.failing { () throws in try replace("register.jsonl", octets) }
    }

    /// The network file that is given out from now on.
    func keepNetworkFile(_ octets: [UInt8], signature: [UInt8]?) throws(ControlFailure) {
        try Self.failing { () throws in
            try replace("network.json5", octets)
            if let signature {
                try replace("network.json5.sig", signature)
            } else {
                unlink("\(path)/network.json5.sig")
            }
        }
    }

    /// Whole or not at all.
    private func replace(_ name: String, _ octets: [UInt8]) throws {
        let new = "\(path)/.\(name).new"
        try PlainFile.write(octets, to: new, mode: 0o600)
        guard rename(new, "\(path)/\(name)") == 0 else { throw PlainFileFault(path: "\(path)/\(name)", call: "rename") }
        guard fsync(lock) == 0 else { throw PlainFileFault(path: path, call: "fsync") }
    }

    static var now: Int64 { Int64(time(nil)) }

    private static func failing<Result>(_ body: () throws -> Result) throws(ControlFailure) -> Result {
        do {
            return try body()
        } catch let failure as ControlFailure {
            throw failure
        } catch let fault as TransportFault {
            throw ControlFailure(
                code: fault.code, message: fault.text, advice: "look at the authority's folder and the passphrase",
                exit: ExitStatus.data)
        } catch {
            throw ControlFailure(
                code: "NOT_WRITTEN", message: "\(error)", advice: "choose a folder that you may write in, with room",
                exit: ExitStatus.data)
        }
    }
}
