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
