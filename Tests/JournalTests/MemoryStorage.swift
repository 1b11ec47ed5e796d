import Journal
import Synchronization

/// A disk in memory: writes are pending until synced, a crash drops them, and the nth call fails on request.
final class MemoryStorage: Storage, @unchecked Sendable {
    // Unchecked: tests use it from one thread at a time.
    final class File: StorageFile, @unchecked Sendable {
        var durable: [UInt8] = []
        var octets: [UInt8] = []
        unowned let storage: MemoryStorage

        init(_ storage: MemoryStorage) { self.storage = storage }

        func write(_ new: UnsafeRawBufferPointer, at offset: Int) throws(StorageFault) {
            try storage.call("pwrite")
            if octets.count < offset + new.count {
                octets.append(contentsOf: [UInt8](repeating: 0, count: offset + new.count - octets.count))
            }
            octets.replaceSubrange(offset..<(offset + new.count), with: new)
        }

        func sync() throws(StorageFault) {
            try storage.call("fdatasync")
            durable = octets
        }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageFault) -> Int {
            let count = max(0, min(buffer.count, octets.count - offset))
            for index in 0..<count { buffer[index] = octets[offset + index] }
            return count
        }

        func size() throws(StorageFault) -> Int { octets.count }
        func truncate(to size: Int) throws(StorageFault) { octets.removeSubrange(min(size, octets.count)...) }
    }

    var files: [String: File] = [:]
    var calls = 0
    var failing: Set<Int> = []

    fileprivate func call(_ name: String) throws(StorageFault) {
        calls += 1
        if failing.contains(calls) { throw StorageFault(call: name, path: "memory", number: 5, text: "injected") }
    }

    /// Everything that was not synced is gone.
    func crash() {
        for file in files.values { file.octets = file.durable }
    }

    func makeFolder(_ path: String) throws(StorageFault) {}
    func list(_ folder: String) throws(StorageFault) -> [String] {
        files.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }.sorted()
    }
    func create(_ path: String) throws(StorageFault) -> any StorageFile {
        try call("open")
        let file = File(self)
        files[path] = file
        return file
    }
    func open(_ path: String) throws(StorageFault) -> any StorageFile {
        guard let file = files[path] else { throw StorageFault(call: "open", path: path, number: 2, text: "none") }
        return file
    }
    func rename(_ from: String, to: String) throws(StorageFault) {
        try call("rename")
        files[to] = files.removeValue(forKey: from)
    }
    func remove(_ path: String) throws(StorageFault) { files[path] = nil }
    func syncFolder(_ path: String) throws(StorageFault) { try call("fsync") }
    func lock(_ path: String) throws(StorageFault) -> (any Sendable)? { 1 }
    func space(_ folder: String) throws(StorageFault) -> (free: UInt64, total: UInt64) { (1, 1) }
}
