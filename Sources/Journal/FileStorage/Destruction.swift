import Glibc

/// Makes files unreadable: overwritten, cut off, removed. What a disk keeps elsewhere (spare blocks of flash, snapshots of a
/// file system, backups) is beyond it.
package enum Destruction {
    private static let sliceOctets = 1 << 20

    /// What became of it.
    package struct Report: Equatable, Sendable {
        package var files = 0
        package var octets: UInt64 = 0
        /// Files that are still there, each with the system's reason.
        package var left: [String] = []

        package init() {}

        package mutating func add(_ other: Report) {
            files += other.files
            octets += other.octets
            left += other.left
        }
    }

    /// Destroys one file; one that is not there is no matter.
    package static func destroy(file path: String) -> Report {
        var report = Report()
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            if errno != ENOENT { report.left.append(reason(path)) }
            return report
        }
        // Another name of a link would lead elsewhere.
        if facts.st_mode & S_IFMT == S_IFREG {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
            if descriptor >= 0 {
                report.octets = overwrite(descriptor, Int(facts.st_size))
                close(descriptor)
            } else if errno != EISDIR {
                report.left.append(reason(path))
            }
        }
        guard unlink(path) == 0 else {
            report.left = [reason(path)]
            return report
        }
        report.files = 1
        report.left = []
        return report
    }

    private static func overwrite(_ descriptor: Int32, _ size: Int) -> UInt64 {
        let zeros = [UInt8](repeating: 0, count: min(sliceOctets, max(size, 1)))
        var done = 0
        while done < size {
            let count = pwrite(descriptor, zeros, min(zeros.count, size - done), off_t(done))
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                break
            }
            done += count
        }
        // Synced before the file is cut off: else the blocks are given back and the zeros never written.
        fdatasync(descriptor)
        ftruncate(descriptor, 0)
        return UInt64(done)
    }

    private static func reason(_ path: String) -> String { "\(path): \(String(cString: strerror(errno)))" }

    /// Destroys what is in a state folder, the journal's newest segments first, and leaves the folder.
    ///
    /// - Parameter progress: is told after each file: a watchdog may be waiting.
    package static func destroy(state folder: String, progress: () -> Void = {}) -> Report {
        var report = Report()
        for name in ["journal", "bodies", "partial", "importing", "damaged", "audit"] {
            report.add(destroy(folder: "\(folder)/\(name)", progress))
        }
        report.add(destroy(contentsOf: folder, progress))
        return report
    }

    private static func destroy(folder: String, _ progress: () -> Void) -> Report {
        let report = destroy(contentsOf: folder, progress)
        rmdir(folder)
        return report
    }

    private static func destroy(contentsOf folder: String, _ progress: () -> Void) -> Report {
        var report = Report()
        let names = (try? FileStorage().list(folder)) ?? []
        for name in names.reversed() {
            let path = "\(folder)/\(name)"
            var facts = stat()
            guard lstat(path, &facts) == 0 else { continue }
            if facts.st_mode & S_IFMT == S_IFDIR {
                report.add(destroy(folder: path, progress))
            } else {
                report.add(destroy(file: path))
            }
            progress()
        }
        return report
    }
}
