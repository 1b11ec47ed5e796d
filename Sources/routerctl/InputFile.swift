import Control
import Foundation

/// The file that a command names, `-` for standard input.
enum InputFile {
    /// Octets at most: above the daemon's own bound, so that the daemon says why.
    private static let octetsMax = 1 << 30

    static func read(_ name: String) throws(ControlFailure) -> [UInt8] {
        let descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(name) }
        defer { if name != "-" { close(descriptor) } }
        var octets: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while octets.count < octetsMax {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(name)
            }
            if count == 0 { return octets }
            octets.append(contentsOf: part[..<count])
        }
        throw ControlFailure(
            code: "TOO_LARGE", message: "\(name) is larger than 1 GiB", advice: "split it into sections",
            exit: ExitStatus.data)
    }

    private static func unreadable(_ name: String) -> ControlFailure {
        ControlFailure(
            code: "NO_INPUT", message: "\(name): \(String(cString: strerror(errno)))",
            advice: "name a file that can be read",
            exit: ExitStatus.data)
    }
}
