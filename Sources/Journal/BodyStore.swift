/// Cables too large for a record: one file each, under `state/bodies`, named by content hash.
///
/// Safe from any thread; a writer belongs to one.
package final class BodyStore: Sendable {
    private let storage: any Storage
    private let folder: String

    /// Opens the folder and removes what an earlier run left unfinished.
    package init(state: String, storage: any Storage) throws(StorageFault) {
        self.storage = storage
        folder = "\(state)/bodies"
        try storage.makeFolder(folder)
        for name in try storage.list(folder) where name.hasPrefix("part-") {
            try storage.remove("\(folder)/\(name)")
        }
        try storage.syncFolder(folder)
        try storage.syncFolder(state)
    }

    /// - Parameter mark: letters that no other unfinished body has.
    package func create(_ mark: String) throws(StorageFault) -> BodyWriter {
        let path = "\(folder)/part-\(mark)"
        return BodyWriter(storage: storage, folder: folder, path: path, file: try storage.create(path))
    }

    package func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Up to `count` octets from `offset`.
    package func read(_ name: String, offset: Int, count: Int) throws(StorageFault) -> [UInt8] {
        try storage.open("\(folder)/\(name)").read(at: offset, count: count)
    }

    /// The file, for reading it in parts.
    package func open(_ name: String) throws(StorageFault) -> any StorageFile { try storage.open("\(folder)/\(name)") }
}

/// A large body on its way to the disk, in slices.
package final class BodyWriter {
    /// Octets written between two syncs: so much at most must be sent again after a power cut (rule 18).
    package static let syncOctets = 1 << 20

    private let storage: any Storage
    private let folder: String
    private let path: String
    private let file: any StorageFile
    package private(set) var written = 0
    package private(set) var synced = 0

    fileprivate init(storage: any Storage, folder: String, path: String, file: any StorageFile) {
        self.storage = storage
        self.folder = folder
        self.path = path
        self.file = file
    }

    package func append(_ octets: UnsafeRawBufferPointer) throws(StorageFault) {
        try file.write(octets, at: written)
        written += octets.count
        if written - synced >= Self.syncOctets {
            try file.sync()
            synced = written
        }
    }

    /// The body is whole: it is synced and bears `name` when this returns.
    package func finish(name: String) throws(StorageFault) {
        try file.sync()
        synced = written
        try storage.rename(path, to: "\(folder)/\(name)")
        try storage.syncFolder(folder)
    }

    package func abandon() throws(StorageFault) { try storage.remove(path) }

    package func read(at offset: Int, count: Int) throws(StorageFault) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
}
