import Journal

/// One open file of a simulated disk.
final class SimulatedFile: StorageFile, @unchecked Sendable {
    // Unchecked: a simulation has one thread.

    private let disk: SimulatedDisk
    private let node: SimulatedDisk.Node
    private let path: String

    init(_ disk: SimulatedDisk, _ node: SimulatedDisk.Node, _ path: String) {
        self.disk = disk
        self.node = node
        self.path = path
    }

    func write(_ octets: UnsafeRawBufferPointer, at offset: Int) throws(StorageFault) {
        do throws(StorageFault) {
            try disk.count(.write, path)
        } catch {
            // A failed write, and one that the process did not survive, may have written a part.
            change(offset, Array(UnsafeRawBufferPointer(rebasing: octets[..<disk.bits.below(octets.count + 1)])))
            throw error
        }
        change(offset, Array(octets))
    }

    private func change(_ offset: Int, _ octets: [UInt8]) {
        SimulatedDisk.write(octets, at: offset, to: &node.cached)
        node.pending.append(.write(offset: offset, octets))
    }

    func write(slices: [UnsafeRawBufferPointer], at offset: Int) throws(StorageFault) {
        var place = offset
        for slice in slices {
            try write(slice, at: place)
            place += slice.count
        }
    }

    func sync() throws(StorageFault) {
        guard !disk.forgets.contains(.fileSync) else { return }
        do throws(StorageFault) {
            try disk.count(.sync, path)
        } catch {
            // The process ends here: what it left is pending. Else the pages look clean and are not on the disk.
            if disk.interrupted == nil { disk.lose(node) }
            if disk.forgets.contains(.failures), disk.interrupted == nil { return }
            throw error
        }
        disk.didSync()
        for change in node.pending { SimulatedDisk.apply(change, to: &node.durable) }
        node.pending.removeAll()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageFault) -> Int {
        try disk.alive(path)
        guard offset < node.cached.count else { return 0 }
        let count = min(buffer.count, node.cached.count - offset)
        node.cached.withUnsafeBytes { all in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[offset..<(offset + count)]))
        }
        return count
    }

    func size() throws(StorageFault) -> Int {
        try disk.alive(path)
        return node.cached.count
    }

    func truncate(to size: Int) throws(StorageFault) {
        try disk.count(.truncate, path)
        SimulatedDisk.apply(.resize(size), to: &node.cached)
        node.pending.append(.resize(size))
    }

    func forgetCache() {
        guard !disk.forgets.contains(.failedPages) else { return }
        disk.forgetCache(node)
    }
}
