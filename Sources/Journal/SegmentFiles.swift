import Synchronization

/// The segment files of a journal: opened when they are read, made one at a time. Safe from any thread.
package final class SegmentFiles: Sendable {
    /// Segments that are open at once: a reader of an older one opens it anew.
    private static let openMax = 64
    private static let unfinishedName = "unfinished.journal"
    private static let unfinishedDigestName = "unfinished.digest"

    private let storage: any Storage
    private let folder: String
    private let files = Mutex<[UInt32: any StorageFile]>([:])

    package init(storage: any Storage, folder: String) {
        self.storage = storage
        self.folder = folder
    }

    package var sizes: SegmentSizes { storage.segmentSizes }

    package func path(_ segment: UInt32) -> String { "\(folder)/\(SegmentName.of(segment))" }

    // MARK: Digests

    /// The digest of a sealed segment; nil where there is none that can be used.
    package func digest(of segment: UInt32) -> SegmentDigest.Reading? {
        do throws(StorageFault) {
            let file = try storage.open("\(folder)/\(SegmentName.digest(of: segment))")
            let size = try file.size()
            guard size <= SegmentDigest.headerOctets + SegmentDigest.octetsMax else { return nil }
            return SegmentDigest.Reading(try file.read(at: 0, count: size))
        } catch {
            // The segment is read instead.
            return nil
        }
    }

    /// Keeps a digest beside its segment: it is on the disk when this returns.
    package func keep(_ digest: SegmentDigest) throws(StorageFault) {
        try keep(digest, in: folder)
    }

    /// Keeps what shall outlive a segment in a folder of its own, in the form of a digest.
    package func keep(_ digest: SegmentDigest, in folder: String) throws(StorageFault) {
        let path = "\(folder)/\(Self.unfinishedDigestName)"
        try storage.remove(path)
        let file = try storage.create(path)
        var offset = 0
        for piece in digest.encoded {
            try file.write(piece, at: offset)
            offset += piece.count
        }
        try file.sync()
        try storage.rename(path, to: "\(folder)/\(SegmentName.digest(of: digest.segment))")
        try storage.syncFolder(folder)
    }

    /// What was kept of segments in a folder of its own, oldest first; a name that no segment bears is passed over.
    package func kept(in folder: String) throws(StorageFault) -> [UInt32] {
        try storage.makeFolder(folder)
        return try storage.list(folder).compactMap { SegmentName.number(ofDigest: $0) }
    }

    /// One of them; nil where it is damaged.
    package func kept(of segment: UInt32, in folder: String) throws(StorageFault) -> SegmentDigest.Reading? {
        let file = try storage.open("\(folder)/\(SegmentName.digest(of: segment))")
        return SegmentDigest.Reading(try file.read(at: 0, count: try file.size()))
    }

    package func removeKept(of segment: UInt32, in folder: String) throws(StorageFault) {
        try storage.remove("\(folder)/\(SegmentName.digest(of: segment))")
        try storage.syncFolder(folder)
    }

    /// Removes a segment for good, its digest first: a digest alone is passed over, a segment alone is replayed.
    package func remove(_ segment: UInt32) throws(StorageFault) {
        try storage.remove("\(folder)/\(SegmentName.digest(of: segment))")
        try storage.remove(path(segment))
        forget(segment)
        try storage.syncFolder(folder)
    }

    /// The epoch of the first segment whose header can be read; nil where there is none.
    package func epoch() throws(StorageFault) -> (high: UInt64, low: UInt64)? {
        for segment in try storage.list(folder).compactMap({ SegmentName.number(of: $0) }) {
            let octets = try open(segment).read(at: 0, count: SegmentHeader.octetCount)
            if let header = try? SegmentHeader(decoding: octets) { return (header.epochHigh, header.epochLow) }
        }
        return nil
    }

    /// How far segments have been removed.
    package func removed() -> RemovedSegments? {
        do throws(StorageFault) {
            let file = try storage.open("\(folder)/\(RemovedSegments.name)")
            return RemovedSegments(try file.read(at: 0, count: RemovedSegments.octetCount + 1))
        } catch {
            return nil
        }
    }

    func write(_ removed: RemovedSegments) throws(StorageFault) {
        let path = "\(folder)/\(Self.unfinishedDigestName)"
        try storage.remove(path)
        let file = try storage.create(path)
        try file.write(removed.encoded, at: 0)
        try file.sync()
        try storage.rename(path, to: "\(folder)/\(RemovedSegments.name)")
        try storage.syncFolder(folder)
    }

    // MARK: Segments

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

    /// Makes the file of a segment, of its full size and with its header, on the disk under its name when this
    /// returns. A file that bore the name is replaced.
    ///
    /// The file has a hole where records will stand. Writing zeros ahead was measured: the records' own syncs waited
    /// for them, and their octets were written twice.
    package func make(_ header: SegmentHeader) throws(StorageFault) -> any StorageFile {
        let path = "\(folder)/\(Self.unfinishedName)"
        try storage.remove(path)
        let file = try storage.create(path)
        try file.truncate(to: Int(header.size))
        try file.write(header.encoded, at: 0)
        try file.sync()
        try storage.rename(path, to: self.path(header.segment))
        try storage.syncFolder(folder)
        // Opened anew, so that a fault names the segment and not the name that it bore before.
        let segment = try storage.open(self.path(header.segment))
        keep(segment, header.segment)
        return segment
    }

    /// Removes what an earlier run left unfinished.
    package func removeLeftovers(_ names: [String]) throws(StorageFault) {
        for name in names where name == Self.unfinishedName || name == Self.unfinishedDigestName {
            try storage.remove("\(folder)/\(name)")
        }
    }
}
