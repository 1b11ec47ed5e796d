import Journal
import Synchronization

/// A disk in memory: writes and names stay pending until a sync, a crash drops or tears them, and the nth call fails.
final class MemoryStorage: Storage, @unchecked Sendable {
    // Unchecked: everything is behind `state`.

    /// Pending writes of one file are dropped, kept, or kept in part when the power goes.
    enum Crash: Sendable {
        case dropPending
        case keepPending
        /// Each pending write survives or not, and the last one that survives is cut, by these bits.
        case tear(UInt64)
    }

    struct Write {
        var offset: Int
        var octets: [UInt8]
    }

    struct File {
        /// What the disk has.
        var durable: [UInt8] = []
        /// What readers see.
        var cached: [UInt8] = []
        var pending: [Write] = []
        /// A sync failed: what it would have written is in the cache only, and looks clean.
        var lost: [Write] = []
    }

    struct State {
        var files: [Int: File] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var folders: Set<String> = []
        var locked: Set<String> = []
        var nextFile = 1
        var calls = 0
        /// The call with this number fails, and all after it while `failsOn`.
        var failing: Int?
        var failsOn = false
        /// Only calls of this name count and fail.
        var failingCall: String?
        var log: [String] = []
    }

    let state = Mutex(State())

    func count(_ call: String, _ path: String) throws(StorageFault) {
        let fails = state.withLock { state -> Bool in
            state.log.append("\(call) \(path)")
            if let only = state.failingCall, only != call { return false }
            state.calls += 1
            guard let failing = state.failing else { return false }
            return state.failsOn ? state.calls >= failing : state.calls == failing
        }
        if fails { throw StorageFault(call: call, path: path, number: 5, text: "planned") }
    }

    func makeFolder(_ path: String) throws(StorageFault) {
        try count("mkdir", path)
        state.withLock { _ = $0.folders.insert(path) }
    }

    func list(_ folder: String) throws(StorageFault) -> [String] {
        try count("opendir", folder)
        return state.withLock { state in
            state.names.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
                .filter { !$0.contains("/") }.sorted()
        }
    }

    func create(_ path: String) throws(StorageFault) -> any StorageFile {
        try count("create", path)
        let number = state.withLock { state -> Int? in
            guard state.names[path] == nil else { return nil }
            let number = state.nextFile
            state.nextFile += 1
            state.files[number] = File()
            state.names[path] = number
            return number
        }
        guard let number else { throw StorageFault(call: "create", path: path, number: 17, text: "exists") }
        return MemoryFile(self, number, path)
    }

    func open(_ path: String) throws(StorageFault) -> any StorageFile {
        try count("open", path)
        guard let number = state.withLock({ $0.names[path] }) else {
            throw StorageFault(call: "open", path: path, number: 2, text: "no such file")
        }
        return MemoryFile(self, number, path)
    }

    func rename(_ from: String, to: String) throws(StorageFault) {
        try count("rename", from)
        state.withLock { state in
            state.names[to] = state.names[from]
            state.names[from] = nil
        }
    }

    func remove(_ path: String) throws(StorageFault) {
        try count("unlink", path)
        state.withLock { $0.names[path] = nil }
    }

    func syncFolder(_ path: String) throws(StorageFault) {
        try count("fsync", path)
        state.withLock { state in
            func isIn(_ name: String) -> Bool {
                name.hasPrefix(path + "/") && !name.dropFirst(path.count + 1).contains("/")
            }
            for name in state.durableNames.keys where isIn(name) { state.durableNames[name] = nil }
            for (name, file) in state.names where isIn(name) { state.durableNames[name] = file }
        }
    }

    private final class Lock: Sendable {
        let storage: MemoryStorage
        let path: String
        init(_ storage: MemoryStorage, _ path: String) {
            self.storage = storage
            self.path = path
        }
        deinit { storage.state.withLock { _ = $0.locked.remove(path) } }
    }

    func lock(_ path: String) throws(StorageFault) -> (any Sendable)? {
        try count("flock", path)
        let isTaken = state.withLock { !$0.locked.insert(path).inserted }
        return isTaken ? nil : Lock(self, path)
    }

    func space(_ folder: String) throws(StorageFault) -> (free: UInt64, total: UInt64) {
        try count("statvfs", folder)
        return (1 << 30, 1 << 32)
    }

    // MARK: What tests do to the disk

    /// What a disk would hold after the power went.
    func crashed(_ how: Crash) -> MemoryStorage {
        let after = MemoryStorage()
        let before = state.withLock { $0 }
        after.state.withLock { state in
            state.folders = before.folders
            state.nextFile = before.nextFile
            for (name, number) in before.durableNames { state.names[name] = number }
            state.durableNames = state.names
            for number in before.files.keys.sorted() {
                guard var file = before.files[number] else { continue }
                switch how {
                case .dropPending: break
                case .keepPending: for write in file.pending { Self.apply(write, to: &file.durable) }
                case .tear(let bits):
                    for (index, write) in file.pending.enumerated() where bits >> UInt64(index % 32) & 1 == 1 {
                        let part = Int(bits >> 32) % (write.octets.count + 1)
                        Self.apply(Write(offset: write.offset, octets: Array(write.octets[..<part])), to: &file.durable)
                    }
                }
                state.files[number] = File(durable: file.durable, cached: file.durable)
            }
        }
        return after
    }

    /// The same disk after the process was killed: the cache is still there.
    func killed() -> MemoryStorage {
        let after = MemoryStorage()
        let before = state.withLock { $0 }
        after.state.withLock { state in
            state = before
            state.locked = []
            state.log = []
            state.failing = nil
        }
        return after
    }

    static func apply(_ write: Write, to octets: inout [UInt8]) {
        let end = write.offset + write.octets.count
        if octets.count < end { octets.append(contentsOf: [UInt8](repeating: 0, count: end - octets.count)) }
        octets.withUnsafeMutableBytes { all in
            UnsafeMutableRawBufferPointer(rebasing: all[write.offset..<end]).copyBytes(from: write.octets)
        }
    }

    func octets(_ path: String) -> [UInt8] {
        state.withLock { state in state.names[path].flatMap { state.files[$0]?.cached } ?? [] }
    }

    func change(_ path: String, _ change: (inout [UInt8]) -> Void) {
        state.withLock { state in
            guard let number = state.names[path], var file = state.files[number] else { return }
            change(&file.cached)
            file.durable = file.cached
            file.pending = []
            state.files[number] = file
        }
    }

    func put(_ path: String, _ octets: [UInt8]) {
        state.withLock { state in
            state.files[state.nextFile] = File(durable: octets, cached: octets)
            state.names[path] = state.nextFile
            state.durableNames[path] = state.nextFile
            state.nextFile += 1
        }
    }

    func fail(call: String? = nil, _ number: Int?, andOn: Bool = false) {
        state.withLock { state in
            state.calls = 0
            state.failing = number
            state.failsOn = andOn
            state.failingCall = call
        }
    }

    var calls: Int { state.withLock { $0.calls } }
}

final class MemoryFile: StorageFile {
    private let storage: MemoryStorage
    private let number: Int
    private let path: String

    init(_ storage: MemoryStorage, _ number: Int, _ path: String) {
        self.storage = storage
        self.number = number
        self.path = path
    }

    private func change(_ change: (inout MemoryStorage.File) -> Void) {
        storage.state.withLock { state in
            var file = state.files.removeValue(forKey: number) ?? MemoryStorage.File()
            change(&file)
            state.files[number] = file
        }
    }

    func write(_ octets: UnsafeRawBufferPointer, at offset: Int) throws(StorageFault) {
        let write = MemoryStorage.Write(offset: offset, octets: Array(octets))
        do throws(StorageFault) {
            try storage.count("pwrite", path)
        } catch {
            // A failed write may have written a part.
            let half = MemoryStorage.Write(
                offset: offset, octets: Array(UnsafeRawBufferPointer(rebasing: octets[..<(octets.count / 2)])))
            change { file in
                MemoryStorage.apply(half, to: &file.cached)
                file.pending.append(half)
            }
            throw error
        }
        change { file in
            MemoryStorage.apply(write, to: &file.cached)
            file.pending.append(write)
        }
    }

    func sync() throws(StorageFault) {
        do throws(StorageFault) {
            try storage.count("fdatasync", path)
        } catch {
            change { file in
                file.lost.append(contentsOf: file.pending)
                file.pending = []
            }
            throw error
        }
        change { file in
            for write in file.pending { MemoryStorage.apply(write, to: &file.durable) }
            file.pending = []
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageFault) -> Int {
        try storage.count("pread", path)
        return storage.state.withLock { state in
            guard let octets = state.files[number]?.cached, offset < octets.count else { return 0 }
            let count = min(buffer.count, octets.count - offset)
            octets.withUnsafeBytes { all in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[offset..<(offset + count)]))
            }
            return count
        }
    }

    func size() throws(StorageFault) -> Int {
        try storage.count("fstat", path)
        return storage.state.withLock { $0.files[number]?.cached.count ?? 0 }
    }

    func truncate(to size: Int) throws(StorageFault) {
        try storage.count("ftruncate", path)
        change { file in
            if file.cached.count < size {
                // A hole of zeros, which the disk has after the next sync.
                let end = MemoryStorage.Write(offset: size - 1, octets: [0])
                MemoryStorage.apply(end, to: &file.cached)
                file.pending.append(end)
                return
            }
            file.cached.removeSubrange(size...)
            if file.durable.count > size { file.durable.removeSubrange(size...) }
            file.pending = []
        }
    }

    func forgetCache() {
        change { file in
            file.cached = file.durable
            for write in file.pending { MemoryStorage.apply(write, to: &file.cached) }
            file.lost = []
        }
    }
}
