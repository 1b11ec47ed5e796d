import Glibc

/// The storage of a real machine.
package struct FileStorage: Storage {
    package init() {}

    package func makeFolder(_ path: String) throws(StorageFault) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw fault("mkdir", path) }
    }

    package func list(_ folder: String) throws(StorageFault) -> [String] {
        guard let stream = opendir(folder) else { throw fault("opendir", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package func create(_ path: String) throws(StorageFault) -> any StorageFile {
        try open(path, flags: O_RDWR | O_CREAT | O_EXCL)
    }

    package func open(_ path: String) throws(StorageFault) -> any StorageFile { try open(path, flags: O_RDWR) }

    private func open(_ path: String, flags: Int32) throws(StorageFault) -> any StorageFile {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault("open", path) }
        return OpenFile(descriptor: descriptor, path: path)
    }

    package func rename(_ from: String, to: String) throws(StorageFault) {
        if Glibc.rename(from, to) != 0 { throw fault("rename", from) }
    }

    package func remove(_ path: String) throws(StorageFault) {
        if unlink(path) != 0, errno != ENOENT { throw fault("unlink", path) }
    }

    package func syncFolder(_ path: String) throws(StorageFault) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("open", path) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw fault("fsync", path) }
    }

    package func lock(_ path: String) throws(StorageFault) -> (any Sendable)? {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault("open", path) }
        let file = OpenFile(descriptor: descriptor, path: path)
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw fault("flock", path) }
            return nil
        }
        return file
    }

    package func space(_ folder: String) throws(StorageFault) -> (free: UInt64, total: UInt64) {
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0 else { throw fault("statvfs", folder) }
        return (UInt64(facts.f_bavail) * UInt64(facts.f_frsize), UInt64(facts.f_blocks) * UInt64(facts.f_frsize))
    }
}

private func fault(_ call: String, _ path: String) -> StorageFault {
    let number = errno
    return StorageFault(call: call, path: path, number: number, text: String(cString: strerror(number)))
}

/// A file descriptor, closed with its last owner.
private final class OpenFile: StorageFile {
    private let descriptor: Int32
    private let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func write(_ octets: UnsafeRawBufferPointer, at offset: Int) throws(StorageFault) {
        guard let base = octets.baseAddress else { return }
        var done = 0
        while done < octets.count {
            let count = pwrite(descriptor, base + done, octets.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw fault("pwrite", path)
            }
            if count == 0 {
                throw StorageFault(call: "pwrite", path: path, number: ENOSPC, text: "nothing was written")
            }
            done += count
        }
    }

    func sync() throws(StorageFault) {
        if fdatasync(descriptor) != 0 { throw fault("fdatasync", path) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageFault) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw fault("pread", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func size() throws(StorageFault) -> Int {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw fault("fstat", path) }
        return Int(facts.st_size)
    }

    func truncate(to size: Int) throws(StorageFault) {
        if ftruncate(descriptor, off_t(size)) != 0 { throw fault("ftruncate", path) }
    }
}
