package import Journal

/// A disk: what is written and named stays pending until it is synced; calls fail as planned; the power goes, or the
/// process is killed, in the middle of any call.
package final class SimulatedDisk: Storage, @unchecked Sendable {
    // Unchecked: a simulation has one thread.

    package enum Call: UInt8, CaseIterable, Sendable {
        case write, sync, create, rename, syncFolder, truncate
    }

    /// How a running process comes to its end within a call.
    package enum Interruption: Sendable { case kill, powerCut }

    enum Change {
        case write(offset: Int, [UInt8])
        case resize(Int)
    }

    /// A file's octets: a class because names of the cache and names on the disk share it.
    final class Node {
        /// What the disk has.
        var durable: [UInt8] = []
        /// What readers see.
        var cached: [UInt8] = []
        var pending: [Change] = []
        /// Readers see octets that no sync will ever bring to the disk.
        var isPoisoned = false
    }

    enum NameChange {
        case bears(String, Node)
        case moved(from: String, to: String, Node)
        case gone(String)
    }

    var names: [String: Node] = [:]
    var durableNames: [String: Node] = [:]
    var pendingNames: [(folder: String, change: NameChange)] = []
    var bits: SeededBits
    private var isLocked = false

    /// Calls that change something, since the disk was made.
    package private(set) var calls = 0
    /// The call that is the process's last.
    package var interruption: (call: Int, kind: Interruption)?
    /// The next call of a kind is the process's last.
    package var interruptOn: (call: Call, kind: Interruption)?
    /// The process that used the disk is at its end: nothing more is done for it.
    package private(set) var interrupted: Interruption?
    /// So many calls of the kind fail.
    package var failing: [Call: Int] = [:]
    /// Octets that are free.
    package var room = SimulatedDisk.roomMax
    package static let roomMax: UInt64 = 1 << 30
    /// Every sync fails.
    package var isBroken = false
    /// Power was cut here: what was not synced may be gone or torn.
    package var hasLostPages = false
    package private(set) var failures = 0
    package private(set) var syncs = 0
    /// What a mutated disk forgets to do.
    package var forgets: Set<Forgetting> = []

    package enum Forgetting: Sendable {
        case folderSync
        case fileSync
        /// Pages of a failed sync are believed when they are read.
        case failedPages
        case failures
    }

    package let segmentSizes: SegmentSizes

    package init(bits: SeededBits, segmentSizes: SegmentSizes) {
        self.bits = bits
        self.segmentSizes = segmentSizes
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    // MARK: Calls

    /// Counts a call that changes something, and lets it fail or be the last one.
    func count(_ call: Call, _ path: String) throws(StorageFault) {
        try alive(path)
        calls += 1
        if let interruption, calls >= interruption.call {
            self.interruption = nil
            interrupted = interruption.kind
            throw StorageFault(call: "\(call)", path: path, number: 4, text: "the process ends here")
        }
        // A failure that is planned for the same call comes first.
        if let interruptOn, interruptOn.call == call, (failing[call] ?? 0) == 0 {
            self.interruptOn = nil
            interrupted = interruptOn.kind
            throw StorageFault(call: "\(call)", path: path, number: 4, text: "the process ends here")
        }
        if isBroken, call == .sync || call == .syncFolder {
            failures += 1
            throw StorageFault(call: "\(call)", path: path, number: 5, text: "the disk is broken")
        }
        if let left = failing[call], left > 0 {
            failing[call] = left - 1
            failures += 1
            throw StorageFault(call: "\(call)", path: path, number: 5, text: "planned")
        }
    }

    func alive(_ path: String) throws(StorageFault) {
        if interrupted != nil { throw StorageFault(call: "any", path: path, number: 4, text: "no process") }
    }

    package func makeFolder(_ path: String) throws(StorageFault) { try alive(path) }

    package func list(_ folder: String) throws(StorageFault) -> [String] {
        try alive(folder)
        let prefix = folder + "/"
        return names.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            .filter { !$0.contains("/") }.sorted()
    }

    package func create(_ path: String) throws(StorageFault) -> any StorageFile {
        try count(.create, path)
        guard names[path] == nil else { throw StorageFault(call: "create", path: path, number: 17, text: "exists") }
        let node = Node()
        names[path] = node
        pendingNames.append((Self.folder(of: path), .bears(path, node)))
        return SimulatedFile(self, node, path)
    }

    package func open(_ path: String) throws(StorageFault) -> any StorageFile {
        try alive(path)
        guard let node = names[path] else {
            throw StorageFault(call: "open", path: path, number: 2, text: "no such file")
        }
        return SimulatedFile(self, node, path)
    }

    package func rename(_ from: String, to: String) throws(StorageFault) {
        try count(.rename, from)
        guard let node = names.removeValue(forKey: from) else {
            throw StorageFault(call: "rename", path: from, number: 2, text: "no such file")
        }
        names[to] = node
        // One change: a crash shows the file under the old name or under the new one.
        pendingNames.append((Self.folder(of: to), .moved(from: from, to: to, node)))
    }

    package func remove(_ path: String) throws(StorageFault) {
        try alive(path)
        guard names.removeValue(forKey: path) != nil else { return }
        pendingNames.append((Self.folder(of: path), .gone(path)))
    }

    package func syncFolder(_ path: String) throws(StorageFault) {
        try count(.syncFolder, path)
        guard !forgets.contains(.folderSync) else { return }
        for item in pendingNames where item.folder == path { apply(item.change) }
        pendingNames.removeAll { $0.folder == path }
    }

    func apply(_ change: NameChange) {
        switch change {
        case .bears(let path, let node): durableNames[path] = node
        case .moved(let from, let to, let node):
            durableNames[to] = node
            if durableNames[from] === node { durableNames[from] = nil }
        case .gone(let path): durableNames[path] = nil
        }
    }

    private final class Lock: Sendable {
        private let disk: SimulatedDisk
        init(_ disk: SimulatedDisk) { self.disk = disk }
        deinit { disk.isLocked = false }
    }

    package func lock(_ path: String) throws(StorageFault) -> (any Sendable)? {
        try alive(path)
        guard !isLocked else { return nil }
        isLocked = true
        return Lock(self)
    }

    package func space(_ folder: String) throws(StorageFault) -> (free: UInt64, total: UInt64) {
        try alive(folder)
        return (room, 1 << 32)
    }

    // MARK: Between two processes

    /// A new process may use the disk; all that the old one had open is gone.
    package func startProcess() {
        interrupted = nil
        interruption = nil
        isLocked = false
    }

    /// The process is killed now, between two calls.
    package func interrupt(_ kind: Interruption) { interrupted = kind }

    func didSync() { syncs += 1 }
}
