package import Journal

/// What becomes of a disk when nobody holds on to it, and what it truly has.
extension SimulatedDisk {
    /// Octets that a disk writes together.
    private static let sectorOctets = 512

    static func write(_ octets: [UInt8], at offset: Int, to all: inout [UInt8]) {
        let end = offset + octets.count
        if all.count < end { all.append(contentsOf: repeatElement(0, count: end - all.count)) }
        octets.withUnsafeBytes { part in
            all.withUnsafeMutableBytes { all in
                UnsafeMutableRawBufferPointer(rebasing: all[offset..<end]).copyMemory(from: part)
            }
        }
    }

    static func apply(_ change: Change, to octets: inout [UInt8]) {
        switch change {
        case .write(let offset, let part): write(part, at: offset, to: &octets)
        case .resize(let size):
            if octets.count > size {
                octets.removeSubrange(size...)
            } else {
                octets.append(contentsOf: repeatElement(0, count: size - octets.count))
            }
        }
    }

    /// The power goes: what was pending is dropped, kept, torn, or kept in another order than it was written.
    package func loseCache() {
        hasLostPages = true
        let kept = bits.below(pendingNames.count + 1)
        for item in pendingNames[..<kept] { apply(item.change) }
        pendingNames.removeAll()
        for path in allPaths {
            if let node = names[path] { settle(node) }
            if let node = durableNames[path] { settle(node) }
        }
        names = durableNames
    }

    private var allPaths: [String] {
        var paths = Array(names.keys)
        for path in durableNames.keys where names[path] == nil { paths.append(path) }
        return paths.sorted()
    }

    private func settle(_ node: Node) {
        if !node.pending.isEmpty {
            let fate = bits.below(4)
            for change in node.pending {
                switch fate {
                case 0: break
                case 1: Self.apply(change, to: &node.durable)
                default: tear(change, &node.durable)
                }
            }
            node.pending.removeAll()
        }
        node.cached = node.durable
        node.isPoisoned = false
    }

    /// Some of a change reaches the disk.
    private func tear(_ change: Change, _ octets: inout [UInt8]) {
        guard case .write(let offset, let part) = change else {
            // A file's size and its octets come to the disk apart from each other.
            if bits.chance(50) { Self.apply(change, to: &octets) }
            return
        }
        switch bits.below(4) {
        case 0: break
        case 1: Self.apply(change, to: &octets)
        case 2: Self.write(Array(part[..<bits.below(part.count + 1)]), at: offset, to: &octets)
        default:
            var place = offset
            while place < offset + part.count {
                let end = min(offset + part.count, (place / Self.sectorOctets + 1) * Self.sectorOctets)
                if bits.chance(50) {
                    Self.write(Array(part[(place - offset)..<(end - offset)]), at: place, to: &octets)
                }
                place = end
            }
        }
    }

    /// A sync failed: its pages look clean, and some of them are on the disk.
    func lose(_ node: Node) {
        for change in node.pending {
            switch change {
            case .resize: Self.apply(change, to: &node.durable)
            case .write: tear(change, &node.durable)
            }
        }
        node.pending.removeAll()
        node.isPoisoned = node.cached != node.durable
        if node.isPoisoned { hasLostPages = true }
    }

    func forgetCache(_ node: Node) {
        guard node.isPoisoned else { return }
        node.cached = node.durable
        for change in node.pending { Self.apply(change, to: &node.cached) }
        node.isPoisoned = false
    }

    // MARK: The truth

    /// Octets of a file as the disk has them, under the name that the disk has; nil when it has no such file.
    package func durableOctets(_ path: String, _ range: Range<Int>) -> [UInt8]? {
        guard let node = durableNames[path], range.upperBound <= node.durable.count else { return nil }
        return Array(node.durable[range])
    }

    package func durableSize(_ path: String) -> Int? { durableNames[path]?.durable.count }

    /// Whether a whole record with this sequence stands on the disk at a place.
    package func hasRecord(_ sequence: UInt64, in path: String, _ location: RecordLocation) -> Bool {
        guard let node = durableNames[path] else { return false }
        let offset = Int(location.offset)
        guard offset + RecordFormat.headerOctets < node.durable.count else { return false }
        return node.durable.withUnsafeBytes { all in
            let header = RecordFormat.header(in: all, at: offset)
            let start = offset + RecordFormat.headerOctets
            guard header.sequence == sequence, header.hasLegalLength, start + header.length <= all.count else {
                return false
            }
            let payload = UnsafeRawBufferPointer(rebasing: all[start..<(start + header.length)])
            return RecordFormat.checksum(segment: location.segment, sequence: sequence, payload: payload)
                == header.checksum
        }
    }

    /// Alters one bit at a place of a file that the disk has.
    package func flip(_ path: String, octet: Int, bit: Int) {
        guard let node = durableNames[path], octet < node.durable.count else { return }
        node.durable[octet] ^= 1 << UInt8(bit)
        if octet < node.cached.count { node.cached[octet] ^= 1 << UInt8(bit) }
    }

    /// Every file is gone: a new disk in the same machine.
    package func wipe() {
        names.removeAll()
        durableNames.removeAll()
        pendingNames.removeAll()
    }

    /// What a backup of the disk holds: only what is synced.
    package func snapshot() -> [String: [UInt8]] { durableNames.mapValues(\.durable) }

    /// Puts a backup back in place of everything.
    package func restore(_ files: [String: [UInt8]]) {
        wipe()
        for path in files.keys.sorted() {
            let node = Node()
            node.durable = files[path] ?? []
            node.cached = node.durable
            names[path] = node
            durableNames[path] = node
        }
    }
}
