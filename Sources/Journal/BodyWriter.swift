/// A large body on its way to the disk, in slices. Belongs to one thread at a time.
///
/// After a failure it takes nothing more: the octets since the last sync count as not written, and are cut off where
/// the disk still allows it.
package final class BodyWriter {
    /// Octets written between two syncs: so much at most must be sent again after a power cut (rule 18).
    package static let syncOctets = 1 << 20

    private let storage: any Storage
    private let place: (from: String, to: String)
    private let path: String
    private let file: any StorageFile
    private var fault: StorageFault?
    package private(set) var written: Int
    /// Octets that are on the disk.
    package private(set) var synced: Int

    init(
        storage: any Storage, place: (from: String, to: String), path: String, file: any StorageFile, synced: Int
    ) {
        self.storage = storage
        self.place = place
        self.path = path
        self.file = file
        self.synced = synced
        written = synced
    }

    /// Writes octets behind those before; syncs when 1 MiB was written since the last time.
    package func append(_ octets: UnsafeRawBufferPointer) throws(StorageFault) {
        try guarded { () throws(StorageFault) in
            var done = 0
            while done < octets.count {
                let count = min(octets.count - done, Self.syncOctets - (written - synced))
                try file.write(UnsafeRawBufferPointer(rebasing: octets[done..<(done + count)]), at: written)
                done += count
                written += count
                if written - synced >= Self.syncOctets { try syncFile() }
            }
        }
    }

    /// What was written so far is on the disk when this returns.
    package func sync() throws(StorageFault) {
        try guarded { () throws(StorageFault) in try syncFile() }
    }

    /// The body is whole: it is synced and bears `name` in the folder of bodies when this returns.
    package func finish(name: String) throws(StorageFault) {
        precondition(!name.isEmpty && !name.contains("/"), "a body has a plain name")
        try guarded { () throws(StorageFault) in
            try syncFile()
            try storage.rename(path, to: "\(place.to)/\(name)")
            try storage.syncFolder(place.to)
            if place.from != place.to { try storage.syncFolder(place.from) }
        }
    }

    /// Throws away what was written.
    package func abandon() throws(StorageFault) { try storage.remove(path) }

    /// Up to `count` octets of what was written.
    package func read(at offset: Int, count: Int) throws(StorageFault) -> [UInt8] {
        try file.read(at: offset, count: count)
    }

    private func syncFile() throws(StorageFault) {
        guard synced < written || written == 0 else { return }
        try file.sync()
        synced = written
    }

    private func guarded(_ work: () throws(StorageFault) -> Void) throws(StorageFault) {
        if let fault { throw fault }
        do throws(StorageFault) {
            try work()
        } catch {
            fault = error
            // If this fails too, the hash over the whole finds it.
            do throws(StorageFault) { try file.truncate(to: synced) } catch {}
            throw error
        }
    }
}
