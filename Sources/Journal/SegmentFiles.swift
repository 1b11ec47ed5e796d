import Synchronization

/// The segment files of a journal: opened when they are read, made one at a time. Safe from any thread.
package final class SegmentFiles: Sendable {
    /// Segments that are open at once: a reader of an older one opens it anew.
    private static let openMax = 64
    /// Octets of zeros written between two syncs of a segment in preparation, so that the syncs of records do not
    /// queue behind all of it.
    private static let zerosOctets = 1 << 20
    private static let spareName = "spare.journal"

    private let storage: any Storage
    private let folder: String
    private let files = Mutex<[UInt32: any StorageFile]>([:])
    private let spare = Mutex<Spare>(Spare())

    private struct Spare {
        var size = 0
        var file: (any StorageFile)?
    }

    package init(storage: any Storage, folder: String) {
        self.storage = storage
        self.folder = folder
    }

    package func path(_ segment: UInt32) -> String { "\(folder)/\(SegmentName.of(segment))" }

    /// The file of a segment that is there.
    package func open(_ segment: UInt32) throws(StorageFault) -> any StorageFile {
        if let file = files.withLock({ $0[segment] }) { return file }
        let file = try storage.open(path(segment))
        keep(file, segment)
        return file
    }

    package func forget(_ segment: UInt32) { files.withLock { $0[segment] = nil } }

    private func keep(_ file: any StorageFile, _ segment: UInt32) {
        files.withLock { files in
            if files.count >= Self.openMax, let oldest = files.keys.min() { files[oldest] = nil }
            files[segment] = file
        }
    }

    /// Makes the file of a segment: zero-filled, which makes later syncs cheaper, with its header, on the disk under
    /// its name when this returns. A file that bore the name is replaced.
    package func make(_ header: SegmentHeader) throws(StorageFault) -> any StorageFile {
        let file = try spare.withLock { (spare) throws(StorageFault) -> any StorageFile in
            let file = try prepared(&spare, size: Int(header.size))
            spare = Spare()
            try file.write(header.encoded, at: 0)
            try file.sync()
            try storage.rename("\(folder)/\(Self.spareName)", to: path(header.segment))
            return file
        }
        try storage.syncFolder(folder)
        keep(file, header.segment)
        return file
    }

    /// Has the zeros of a coming segment written beforehand, unless they are. There is never more than one spare.
    package func prepare(size: Int) throws(StorageFault) {
        try spare.withLock { (spare) throws(StorageFault) -> Void in _ = try prepared(&spare, size: size) }
    }

    package var spareSize: Int { spare.withLock { $0.file == nil ? 0 : $0.size } }

    /// Removes what an earlier run prepared.
    package func removeLeftovers(_ names: [String]) throws(StorageFault) {
        for name in names where name.hasPrefix("spare") { try storage.remove("\(folder)/\(name)") }
    }

    private func prepared(_ spare: inout Spare, size: Int) throws(StorageFault) -> any StorageFile {
        if let file = spare.file, spare.size == size { return file }
        spare = Spare()
        let path = "\(folder)/\(Self.spareName)"
        try storage.remove(path)
        let file = try storage.create(path)
        do throws(StorageFault) {
            let zeros = [UInt8](repeating: 0, count: Self.zerosOctets)
            for offset in stride(from: 0, to: size, by: Self.zerosOctets) {
                try file.write(zeros, at: offset)
                try file.sync()
            }
        } catch {
            // The room that a half-made file takes may be what the disk lacks; if this fails too, the next start
            // removes it.
            do throws(StorageFault) { try storage.remove(path) } catch {}
            throw error
        }
        spare = Spare(size: size, file: file)
        return file
    }
}
