/// Cables too large for a record: one file each, under `state/bodies`, named by content hash; and transfers that are
/// not whole yet, under `state/partial`, named by what they are keyed with (rule 18).
///
/// Safe from any thread; a writer belongs to one.
package final class BodyStore: Sendable {
    private static let unfinished = "part-"

    private let storage: any Storage
    private let folder: String
    private let partialFolder: String
    private let claims = BodyClaims()

    /// Opens the folders and removes what an earlier run left unfinished; partial transfers stay.
    package init(state: String, storage: any Storage) throws(StorageFault) {
        self.storage = storage
        folder = "\(state)/bodies"
        partialFolder = "\(state)/partial"
        try storage.makeFolder(folder)
        try storage.makeFolder(partialFolder)
        for name in try storage.list(folder) where name.hasPrefix(Self.unfinished) {
            try storage.remove("\(folder)/\(name)")
        }
        try storage.syncFolder(folder)
        try storage.syncFolder(state)
    }

    package func path(_ name: String) -> String { "\(folder)/\(Self.checked(name))" }

    private static func checked(_ name: String) -> String {
        precondition(!name.isEmpty && !name.contains("/") && name != "." && name != "..", "a body has a plain name")
        return name
    }

    // MARK: Writing

    /// - Parameter mark: letters that no other unfinished body has.
    package func create(_ mark: String) throws(StorageFault) -> BodyWriter {
        let path = "\(folder)/\(Self.unfinished)\(Self.checked(mark))"
        return BodyWriter(
            storage: storage, place: (from: folder, to: folder), path: path, file: try storage.create(path), synced: 0)
    }

    /// Begins a partial transfer or goes on with it.
    ///
    /// - Returns: the writer, and the offset at which it goes on: so much is on the disk. Whether these are the right
    ///   octets is shown by the hash over the whole only.
    package func resume(partial name: String) throws(StorageFault) -> (writer: BodyWriter, offset: Int) {
        let path = "\(partialFolder)/\(Self.checked(name))"
        let isKnown = try storage.list(partialFolder).contains(name)
        let file = isKnown ? try storage.open(path) : try storage.create(path)
        try file.sync()
        // A sync may have failed in an earlier process: pages that look clean are no evidence (rule 7).
        if isKnown { file.forgetCache() } else { try storage.syncFolder(partialFolder) }
        let size = try file.size()
        let writer = BodyWriter(
            storage: storage, place: (from: partialFolder, to: folder), path: path, file: file, synced: size)
        return (writer, size)
    }

    /// The names of bodies that are whole are on the disk when this returns.
    func syncNames() throws(StorageFault) { try storage.syncFolder(folder) }

    // MARK: Reading

    /// Up to `count` octets from `offset`.
    package func read(_ name: String, offset: Int, count: Int) throws(StorageFault) -> [UInt8] {
        try storage.open(path(name)).read(at: offset, count: count)
    }

    /// The file, for reading it in parts.
    package func open(_ name: String) throws(StorageFault) -> any StorageFile { try storage.open(path(name)) }

    /// Octets of a body.
    package func size(_ name: String) throws(StorageFault) -> Int { try storage.open(path(name)).size() }

    /// Names of the bodies that are whole, sorted.
    package func list() throws(StorageFault) -> [String] {
        try storage.list(folder).filter { !$0.hasPrefix(Self.unfinished) }
    }

    /// Names of the partial transfers, sorted.
    package func partials() throws(StorageFault) -> [String] { try storage.list(partialFolder) }

    package func partialSize(_ name: String) throws(StorageFault) -> Int {
        try storage.open("\(partialFolder)/\(Self.checked(name))").size()
    }

    // MARK: Removing

    /// Keeps a body of this name from being removed, whether or not it is there yet; waits where one is just removed.
    /// To be had before a body gets its name, and held until the record of its cable is made or is not to come.
    package func claim(_ name: String) -> BodyClaim { claims.claim(name) }

    /// Removes a body that nobody claims and nobody needs. Nothing can come between question and removal.
    ///
    /// - Parameter isNeeded: must not claim, nor wait for somebody who does.
    /// - Returns: whether it was removed.
    @discardableResult
    package func remove(_ name: String, unless isNeeded: () -> Bool) throws(StorageFault) -> Bool {
        let path = path(name)
        return try claims.remove(name, unless: isNeeded) { () throws(StorageFault) in try storage.remove(path) }
    }

    /// Names whose last claim was let go of since this was asked last: what became of them must be looked at.
    package func takeReleased() -> Set<String> { claims.takeReleased() }

    /// One that is not there is no error. After a power cut it may be there again.
    package func remove(_ name: String) throws(StorageFault) { try storage.remove(path(name)) }

    package func removePartial(_ name: String) throws(StorageFault) {
        try storage.remove("\(partialFolder)/\(Self.checked(name))")
    }
}
