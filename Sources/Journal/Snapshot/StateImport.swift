/// Writes a snapshot into an empty state folder, under a new epoch (rule 2). Nothing of it is in its place before all of it
/// was held against its digests and is on the disk.
package final class StateImport {
    /// Where files stand until all are there. While segments are in it, the state is not whole: no daemon may serve it.
    package static let stage = "importing"

    private let storage: any Storage
    private let state: String
    private let newEpoch: (high: UInt64, low: UInt64)
    private var reader: SnapshotReader
    private var begun: (place: StateSnapshot.Place, file: any StorageFile, size: Int, stored: Int)?

    /// Known when the first file comes.
    package var facts: StateSnapshot.Facts? { reader.facts }
    package var octets: Int { reader.octets }
    package var files: Int { reader.files }

    /// - Parameters:
    ///   - newEpoch: 128 random bits.
    ///   - hash: makes a SHA-256.
    /// - Throws: `Flaw` where the state folder is not empty, or `StorageFault`.
    package init(
        state: String, storage: any Storage, newEpoch: (high: UInt64, low: UInt64), hash: @escaping () -> any BodyHash
    ) throws {
        self.storage = storage
        self.state = state
        self.newEpoch = newEpoch
        reader = SnapshotReader(hash: hash)
        try storage.makeFolder(stagePath)
        let folders = StateSnapshot.Place.Folder.allCases.map(\.rawValue)
        for folder in folders {
            try storage.makeFolder("\(state)/\(folder)")
            try storage.makeFolder("\(stagePath)/\(folder)")
        }
        // What stands beside segments of an import that did not come to its end is its work.
        let isUnfinished = try Self.isUnfinished(state: state, storage: storage)
        for folder in folders where try !isUnfinished && !storage.list("\(state)/\(folder)").isEmpty {
            throw StateSnapshot.Flaw(why: "\(state)/\(folder) is not empty: a snapshot goes into an empty state")
        }
        // The staged segments go last: until then it is known that the rest is of no use.
        for folder in folders { try clear("\(state)/\(folder)") }
        for folder in folders { try clear("\(stagePath)/\(folder)") }
    }

    private func clear(_ folder: String) throws(StorageFault) {
        for name in try storage.list(folder) { try storage.remove("\(folder)/\(name)") }
        try storage.syncFolder(folder)
    }

    /// Whether an import into this state came to no end once it had begun to stage segments.
    package static func isUnfinished(state: String, storage: any Storage) throws(StorageFault) -> Bool {
        let stage = "\(state)/\(stage)/\(StateSnapshot.Place.Folder.journal.rawValue)"
        return try storage.list(stage).contains { SegmentName.number(of: $0) != nil }
    }

    private var stagePath: String { "\(state)/\(Self.stage)" }

    /// - Throws: `Flaw` or `StorageFault`: then nothing is in its place.
    package func take(_ octets: [UInt8]) throws {
        try reader.take(octets) { event in
            switch event {
            case .begins(let path, let size):
                guard let place = StateSnapshot.Place(path) else { return }
                begun = (place, try storage.create("\(stagePath)/\(path)"), size, 0)
            case .octets(let octets, let offset):
                try begun?.file.write(octets, at: offset)
                begun?.stored = offset + octets.count
            case .ends:
                guard let done = begun else { return }
                if done.size > done.stored { try done.file.truncate(to: done.size) }
                try renew(done.place.name, done.file, done.stored)
                try done.file.sync()
                begun = nil
            }
        }
    }

    /// What bears the journal's epoch bears the new one from now on.
    private func renew(_ name: String, _ file: any StorageFile, _ stored: Int) throws {
        if SegmentName.number(of: name) != nil {
            // A damaged header stays what it is: the journal deals with it at its start.
            guard var header = try? SegmentHeader(decoding: try file.read(at: 0, count: SegmentHeader.octetCount))
            else { return }
            (header.epochHigh, header.epochLow) = newEpoch
            try file.write(header.encoded, at: 0)
        } else if SegmentName.number(ofDigest: name) != nil {
            let octets = try file.read(at: 0, count: SegmentDigest.headerOctets)
            if let head = SegmentDigest.head(octets, with: newEpoch) { try file.write(head, at: 0) }
        } else if name == RemovedSegments.name, let removed = RemovedSegments(try file.read(at: 0, count: stored)) {
            try file.write(
                RemovedSegments(segment: removed.segment, epoch: newEpoch, sequence: removed.sequence).encoded, at: 0)
        }
    }

    /// Puts everything in its place; the journal last.
    ///
    /// - Throws: `Flaw` where the end did not come, or `StorageFault`.
    package func finish() throws -> StateSnapshot.Facts {
        guard reader.isWhole, let facts = reader.facts else {
            throw StateSnapshot.Flaw(why: "its end is missing: it was cut on the way")
        }
        for folder in StateSnapshot.Place.Folder.allCases {
            let (from, to) = ("\(stagePath)/\(folder.rawValue)", "\(state)/\(folder.rawValue)")
            try storage.syncFolder(from)
            for name in try storage.list(from) { try storage.rename("\(from)/\(name)", to: "\(to)/\(name)") }
            try storage.syncFolder(to)
        }
        try storage.syncFolder(state)
        return facts
    }
}
