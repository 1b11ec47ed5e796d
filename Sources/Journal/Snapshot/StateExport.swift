/// Reads a consistent snapshot of a state folder, slice by slice. One thread at a time.
///
/// What was durable at its beginning is in it, and of the open segment nothing behind: a journal only grows, so its beginning
/// is a state that was. While it lasts nobody may remove segments or bodies.
package final class StateExport {
    private struct Item {
        var place: StateSnapshot.Place
        var stored: Int
        var size: Int
    }

    private let storage: any Storage
    private let state: String
    private let makeHash: () -> any BodyHash
    private var lines: any BodyHash
    private var items: [Item]
    private var begun: (file: any StorageFile, done: Int, hash: any BodyHash)?
    private var next = 0
    private var pending: [UInt8] = []
    private var isOver = false

    /// Octets that will be stored, for whoever waits.
    package var octets: Int { items.reduce(0) { $0 + $1.stored } }
    package var files: Int { items.count }

    /// - Parameters:
    ///   - end: how far the journal is durable; nil where no daemon has it open: then all of it.
    ///   - hash: makes a SHA-256.
    package init(
        state: String, storage: any Storage, facts: StateSnapshot.Facts, end: JournalEnd?,
        hash: @escaping () -> any BodyHash
    ) throws(StorageFault) {
        self.storage = storage
        self.state = state
        makeHash = hash
        lines = hash()
        items = []
        for folder in StateSnapshot.Place.Folder.allCases { try gather(folder, end) }
        var head = "\(StateSnapshot.title)\nstation \(facts.station)\nnetwork \(facts.network)\n"
        head += "epoch \(StateSnapshot.text(facts.epoch))\n"
        if let through = facts.through { head += "through \(through)\n" }
        say(head + "made \(facts.made)\n")
    }

    private func gather(_ folder: StateSnapshot.Place.Folder, _ end: JournalEnd?) throws(StorageFault) {
        let path = "\(state)/\(folder.rawValue)"
        try storage.makeFolder(path)
        let names = try storage.list(path)
        let segments = names.compactMap { SegmentName.number(of: $0) }
        for name in names {
            guard let place = StateSnapshot.Place("\(folder.rawValue)/\(name)") else { continue }
            let file = try storage.open("\(path)/\(name)")
            let size = try file.size()
            var stored = size
            if folder == .journal, let number = SegmentName.number(of: name) ?? SegmentName.number(ofDigest: name) {
                let last = end?.segment ?? segments.max() ?? number
                // A segment behind the end was made for records that are not durable yet.
                guard number <= last else { continue }
                if number == last, SegmentName.number(of: name) != nil {
                    if let end { stored = min(size, end.offset) } else { stored = try Self.end(of: file, size) }
                }
            }
            items.append(Item(place: place, stored: stored, size: size))
        }
    }

    /// Behind the last octet that is not zero.
    private static func end(of file: any StorageFile, _ size: Int) throws(StorageFault) -> Int {
        var end = size
        while end > 0 {
            let start = max(0, end - StateSnapshot.sliceOctets)
            let octets = try file.read(at: start, count: end - start)
            if let last = octets.lastIndex(where: { $0 != 0 }) { return start + last + 1 }
            end = start
        }
        return 0
    }

    private func say(_ text: String) {
        let octets = Array(text.utf8)
        octets.withUnsafeBytes { lines.update($0) }
        pending += octets
    }

    /// The next slice; empty at the end.
    package func nextSlice() throws(StorageFault) -> [UInt8] {
        while pending.count < StateSnapshot.sliceOctets, !isOver { try advance() }
        defer { pending = [] }
        return pending
    }

    private func advance() throws(StorageFault) {
        guard next < items.count else {
            isOver = true
            let total = lines.finish()
            pending += Array("END \(items.count) \(total)\n".utf8)
            return
        }
        let item = items[next]
        let path = "\(state)/\(item.place.path)"
        guard var part = begun else {
            say("FILE \(item.place.path) \(item.stored) \(item.size)\n")
            begun = (try storage.open(path), 0, makeHash())
            return
        }
        let octets = try part.file.read(
            at: part.done, count: min(StateSnapshot.sliceOctets, item.stored - part.done))
        guard !octets.isEmpty || part.done == item.stored else {
            throw StorageFault(call: "read", path: path, number: 0, text: "the file became shorter")
        }
        octets.withUnsafeBytes { part.hash.update($0) }
        part.done += octets.count
        pending += octets
        guard part.done == item.stored else {
            begun = part
            return
        }
        say("SUM \(part.hash.finish())\n")
        begun = nil
        next += 1
    }
}
