import Control
import Foundation
import Journal
import Octets
import Transport

/// The file of a snapshot while it is written: under another name until all of it is there and on the disk.
final class SnapshotFile {
    struct Facts {
        var heading: StateSnapshot.Facts
        var files: Int
        var octets: Int
    }

    let path: String
    private let part: String
    private let descriptor: Int32
    private var octets = 0
    private var check = SnapshotCheck()

    init(_ path: String) throws(ControlFailure) {
        self.path = path
        part = "\(path).part"
        unlink(part)
        descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(part) }
    }

    deinit { close(descriptor) }

    func write(_ slice: [UInt8]) throws(ControlFailure) {
        var done = 0
        while done < slice.count {
            let count = slice.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, slice.count - done) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(part)
            }
            done += count
        }
        octets += slice.count
        check.take(slice)
    }

    func sync() throws(ControlFailure) { guard fsync(descriptor) == 0 else { throw Self.failure(part) } }

    /// - Throws: where the end is missing: then there is no file.
    func finish() throws(ControlFailure) -> Facts {
        guard let (heading, files) = check.whole else {
            throw ControlFailure(
                code: "SNAPSHOT_CUT", message: "the snapshot did not come to its end", advice: "try again",
                exit: ExitStatus.tryLater)
        }
        try sync()
        guard rename(part, path) == 0 else { throw Self.failure(path) }
        return Facts(heading: heading, files: files, octets: octets)
    }

    func abandon() { unlink(part) }

    private static func failure(_ path: String) -> ControlFailure {
        ControlFailure(
            code: "NOT_WRITTEN", message: "\(path): \(String(cString: strerror(errno)))",
            advice: "name a file in a folder with room that you may write in", exit: ExitStatus.data)
    }

    static func read(_ path: String, _ take: ([UInt8]) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlainFileFault(path: path, call: "open") }
        defer { close(descriptor) }
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw PlainFileFault(path: path, call: "read")
            }
            if count == 0 { return }
            try take(Array(part[..<count]))
        }
    }
}

/// Reads a snapshot that passes by, so that what was written is known to be whole.
private struct SnapshotCheck {
    private var reader = SnapshotReader(hash: { HashStream() })
    private var flaw: (any Error)?

    mutating func take(_ octets: [UInt8]) {
        guard flaw == nil else { return }
        do { try reader.take(octets) { _ in } } catch { flaw = error }
    }

    var whole: (StateSnapshot.Facts, files: Int)? {
        guard flaw == nil, reader.isWhole, let facts = reader.facts else { return nil }
        return (facts, reader.files)
    }
}
