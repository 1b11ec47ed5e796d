/// The octets of a segment, read in parts: memory does not grow with the segment.
///
/// What the disk refuses to give is filled with a pattern that is no record, and noted: one bad sector must not keep
/// a station from starting.
package struct SegmentWindow: ~Copyable {
    /// Octets held at once: nearly twice the largest record. They count in the daemon's memory at every start.
    private static let capacity = 2 << 20
    /// Octets that are given up together when the disk refuses them.
    private static let sectorOctets = 4_096

    private let file: any StorageFile
    private let buffer: UnsafeMutableRawBufferPointer
    private var loaded: Range<Int> = 0..<0
    /// Octets of the file.
    package let size: Int
    /// Places that could not be read, with the octets given up.
    package private(set) var unreadable: [Range<Int>] = []

    package init(_ file: any StorageFile) throws(StorageFault) {
        self.file = file
        size = try file.size()
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(Self.capacity, max(size, 1)), alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Octets from a place on; nil where the file has fewer. Valid until the next call.
    package mutating func octets(at place: Int, count: Int) -> UnsafeRawBufferPointer? {
        guard place >= 0, count >= 0, count <= Self.capacity, place <= size - count else { return nil }
        if place < loaded.lowerBound || place + count > loaded.upperBound { load(from: place) }
        let start = place - loaded.lowerBound
        return UnsafeRawBufferPointer(rebasing: buffer[start..<(start + count)])
    }

    /// All that is held from a place on, at least one octet; empty behind the end.
    package mutating func rest(at place: Int) -> UnsafeRawBufferPointer {
        guard place >= 0, place < size else { return UnsafeRawBufferPointer(rebasing: buffer[0..<0]) }
        if place < loaded.lowerBound || place >= loaded.upperBound { load(from: place) }
        return UnsafeRawBufferPointer(rebasing: buffer[(place - loaded.lowerBound)..<loaded.count])
    }

    private mutating func load(from place: Int) {
        let count = min(buffer.count, size - place)
        loaded = place..<(place + count)
        if read(place, count) { return }
        var offset = 0
        while offset < count {
            let part = min(Self.sectorOctets, count - offset)
            if !read(place + offset, part, at: offset) { refuse(place + offset, part, at: offset) }
            offset += part
        }
    }

    private func read(_ place: Int, _ count: Int, at offset: Int = 0) -> Bool {
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<(offset + count)])
        do throws(StorageFault) {
            return try file.read(into: part, at: place) == count
        } catch {
            return false
        }
    }

    private mutating func refuse(_ place: Int, _ count: Int, at offset: Int) {
        for index in offset..<(offset + count) { buffer[index] = 0xdb }
        guard let last = unreadable.last, last.upperBound == place else {
            if !unreadable.contains(where: { $0.contains(place) }) { unreadable.append(place..<(place + count)) }
            return
        }
        unreadable[unreadable.count - 1] = last.lowerBound..<(place + count)
    }
}
