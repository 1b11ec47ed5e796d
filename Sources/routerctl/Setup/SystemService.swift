import Control
import Foundation

/// systemd, by its own command.
enum SystemService {
    /// systemd runs this machine.
    static var isThere: Bool { access("/run/systemd/system", F_OK) == 0 }

    static func isActive(_ unit: String) -> Bool { (try? status(["is-active", "--quiet", unit])) == 0 }

    /// - Throws: where it does not end with 0; what it says goes to standard error as it is.
    static func run(_ words: [String]) throws(ControlFailure) {
        let status = try status(words)
        guard status == 0 else {
            throw ControlFailure(
                code: "SERVICE_FAILED", message: "systemctl \(words.joined(separator: " ")) ended with \(status)",
                advice: "the files are in place; see journalctl -u \(words.last ?? "routerd")",
                exit: ExitStatus.software)
        }
    }

    private static func status(_ words: [String]) throws(ControlFailure) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["systemctl"] + words
        // What it prints is not this command's answer.
        process.standardOutput = FileHandle.standardError
        do {
            try process.run()
        } catch {
            throw ControlFailure(
                code: "SERVICE_FAILED", message: "systemctl cannot be run: \(error)",
                advice: "start the daemon yourself", exit: ExitStatus.software)
        }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
