import Glibc

/// A file descriptor, closed with its last owner.
final class OpenFile: StorageFile {
    /// Slices that one call of the system takes.
    private static let slicesMax = 1_024

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

    func write(slices: [UnsafeRawBufferPointer], at offset: Int) throws(StorageFault) {
        var place = offset
        var first = 0
        // A short write ends in the middle of a slice: its rest goes by itself.
        while first < slices.count {
            let group = slices[first..<min(slices.count, first + Self.slicesMax)]
            let whole = group.reduce(0) { $0 + $1.count }
            let vectors = group.map {
                iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
            }
            let written = pwritev(descriptor, vectors, Int32(vectors.count), off_t(place))
            if written < 0, errno != EINTR { throw fault("pwritev", path) }
            var rest = max(written, 0)
            if rest < whole {
                var behind = place
                for slice in group {
                    let done = min(rest, slice.count)
                    rest -= done
                    try write(UnsafeRawBufferPointer(rebasing: slice[done...]), at: behind + done)
                    behind += slice.count
                }
            }
            place += whole
            first += group.count
        }
    }

    func forgetCache() {
        // Advice only: what it answers changes nothing.
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
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

/// The fault of the call that just failed.
func fault(_ call: String, _ path: String) -> StorageFault {
    let number = errno
    return StorageFault(call: call, path: path, number: number, text: String(cString: strerror(number)))
}
