import Glibc

/// Small files of configuration, keys and certificates, read and written whole.
package enum PlainFile {
    /// Octets of a file at most.
    package static let octetsMax = 16 << 20

    /// - Throws: the system's reason, as a sentence.
    package static func read(_ path: String) throws(PlainFileFault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlainFileFault(path: path, call: "open") }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw PlainFileFault(path: path, call: "read")
            }
            if count == 0 { return octets }
            octets.append(contentsOf: part[..<count])
            guard octets.count <= octetsMax else {
                errno = EFBIG
                throw PlainFileFault(path: path, call: "read")
            }
        }
    }

    /// Creates or replaces a file; `mode` such as 0o600.
    package static func write(_ octets: [UInt8], to path: String, mode: UInt32) throws(PlainFileFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw PlainFileFault(path: path, call: "open") }
        defer { close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw PlainFileFault(path: path, call: "fchmod") }
        var done = 0
        while done < octets.count {
            let count = octets.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, octets.count - done) }
            if count < 0 {
                if errno == EINTR { continue }
                throw PlainFileFault(path: path, call: "write")
            }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw PlainFileFault(path: path, call: "fsync") }
    }

    package static func makeFolder(_ path: String, mode: UInt32) throws(PlainFileFault) {
        if mkdir(path, mode) != 0, errno != EEXIST { throw PlainFileFault(path: path, call: "mkdir") }
    }

    /// The permission bits of a file.
    package static func mode(_ path: String) throws(PlainFileFault) -> UInt32 {
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw PlainFileFault(path: path, call: "stat") }
        return facts.st_mode & 0o7777
    }
}

/// A file could not be read or written.
package struct PlainFileFault: Error, Sendable, CustomStringConvertible {
    package var path: String
    package var call: String
    package var reason: String

    /// The reason is `errno`'s.
    package init(path: String, call: String) {
        self.path = path
        self.call = call
        reason = String(cString: strerror(errno))
    }

    package var description: String { "\(path): \(reason) (\(call))" }
}
