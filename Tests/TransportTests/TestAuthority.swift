import Cables
import Foundation
import Testing
import Transport

/// A network's keys in a folder of their own.
final class TestAuthority {
    let folder: URL
    let authority: NetworkAuthority

    init(_ network: String = "TEST NET") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cable-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        authority = try NetworkAuthority(creating: network, labOnly: true, days: 2)
        try PlainFile.write(authority.certificatePEM, to: path("ca.pem"), mode: 0o600)
        try PlainFile.write(authority.keyPEM, to: path("ca.key"), mode: 0o600)
    }

    deinit {
        // What stays behind in the temporary folder concerns nobody.
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Issues a station's certificate and key, as files too.
    func key(_ station: String, days: Int = 2, from: Int64? = nil) throws -> StationKey {
        let indicator = try #require(RoutingIndicator(station))
        let issued = try authority.issue(indicator, days: days, from: from)
        try PlainFile.write(issued.certificatePEM, to: path("\(station).pem"), mode: 0o600)
        try PlainFile.write(issued.keyPEM, to: path("\(station).key"), mode: 0o600)
        return try StationKey(certificateFile: path("\(station).pem"), keyFile: path("\(station).key"))
    }

    /// A station whose certificate ran out yesterday.
    func expiredKey(_ station: String) throws -> StationKey {
        try key(station, days: 1, from: MonotonicClock.wallMilliseconds / 1_000 - 2 * 86_400)
    }

    var authorities: Authorities { get throws { try Authorities(file: path("ca.pem"), revocations: nil) } }
}

/// The `openssl` command: a second opinion on certificates, and a neighbour that keeps other rules than ours.
enum OpenSSLCommand {
    static let path = "/usr/bin/openssl"
    static let isPresent = FileManager.default.isExecutableFile(atPath: path)

    /// Runs it to its end.
    static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let pipe = Pipe()
        let process = try start(arguments, output: pipe)
        let octets = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: octets, as: UTF8.self))
    }

    /// Ends a started one. It inherits the signals that our threads block, SIGTERM among them: only SIGKILL reaches it.
    static func end(_ process: Process) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Starts it with an input that stays open; to be ended with `end`.
    static func start(_ arguments: [String], output: Pipe) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return process
    }
}
