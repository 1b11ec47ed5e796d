import Cables
import Custody
import Journal
import Link
import Octets
import Synchronization
import Transport

/// The octets of a file under `bodies` are not those that were accepted.
struct DamagedBody: Error, CustomStringConvertible {
    var name: String

    var description: String { "the octets of bodies/\(name) are not what was accepted: the disk has altered them" }
}

/// Reads cables back from journal and bodies: what is not held in memory. Safe from any thread.
final class CableArchive: Sendable {
    /// Octets of a large body that are parsed for a listing.
    private static let summaryOctets = 1 << 20
    /// Octets of one slice of a body for a client.
    private static let sliceOctets = 256 << 10

    /// Bodies that are remembered as held against their hash.
    private static let verifiedMax = 65_536

    let journal: Journal
    let bodies: BodyStore
    /// Bodies on their way in.
    let partials: PartialStore
    /// Names of files whose octets were found to be what was accepted, since the start.
    private let verified = Mutex<Set<String>>([])

    init(journal: Journal, bodies: BodyStore, partials: PartialStore) {
        self.journal = journal
        self.bodies = bodies
        self.partials = partials
    }

    func record(_ place: RecordPlace) throws -> JournalRecord {
        try JournalRecord(decoding: try journal.read(RecordLocation(segment: place.segment, offset: place.offset)))
    }

    /// The octets of a record, in a buffer that the caller keeps for the next one.
    func octets(_ place: RecordPlace, _ scratch: inout [UInt8]) throws(JournalFault) -> OctetReader {
        let part = try journal.read(RecordLocation(segment: place.segment, offset: place.offset), into: &scratch)
        return OctetReader(scratch, in: part)
    }

    /// The octets of a record that was written just now; nil: they stand on the disk only. On the loop's queue.
    func recent(_ place: RecordPlace, _ scratch: inout [UInt8]) -> OctetReader? {
        let part = journal.recent(RecordLocation(segment: place.segment, offset: place.offset), into: &scratch)
        return part.map { OctetReader(scratch, in: $0) }
    }

    func octets(_ place: RecordPlace) throws(JournalFault) -> [UInt8] {
        try journal.read(RecordLocation(segment: place.segment, offset: place.offset))
    }

    /// The acceptance that stands at a place, as it was recorded or carried.
    func acceptance(_ place: RecordPlace) throws -> Acceptance {
        let record = try JournalRecord(decoding: try JournalRecord.acceptance(in: try octets(place)))
        guard case .accepted(let acceptance) = record else {
            throw JournalFault.damagedRecord(RecordLocation(segment: place.segment, offset: place.offset))
        }
        return acceptance
    }

    /// The hash over the octets of a large body, read in parts.
    ///
    /// - Parameter read: is told of each part's octets.
    func hash(ofBody name: String, _ read: (Int) throws -> Void = { _ in }) throws -> Digest {
        let file = try bodies.open(name)
        var hash = HashStream()
        var offset = 0
        while true {
            let part = try file.read(at: offset, count: Self.sliceOctets)
            guard !part.isEmpty else { return hash.finish() }
            part.withUnsafeBytes { hash.update($0) }
            offset += part.count
            try read(part.count)
        }
    }

    /// The body of a cable, for showing it: a file is read once and held against its hash first. (Records have checksums;
    /// a file has none but its name, and altered octets must never pass for a cable.)
    func intact(_ acceptance: Acceptance) throws -> CableBody {
        guard case .file(let name) = acceptance.body, !verified.withLock({ $0.contains(name) }) else {
            return acceptance.body
        }
        guard try hash(ofBody: name) == acceptance.block.contentHash else { throw DamagedBody(name: name) }
        verified.withLock { verified in
            if verified.count >= Self.verifiedMax { verified.removeAll() }
            verified.insert(name)
        }
        return acceptance.body
    }

    /// A body that fits one chunk.
    func whole(_ body: CableBody) throws -> [UInt8] {
        switch body {
        case .inline(let octets): octets
        case .file: try slice(of: body, offset: 0, count: Frame.bodyMax)
        }
    }

    /// A part of a body; empty behind its end.
    func slice(of body: CableBody, offset: Int, count: Int) throws -> [UInt8] {
        switch body {
        case .inline(let octets):
            guard offset < octets.count else { return [] }
            return Array(octets[offset..<min(octets.count, offset + count)])
        case .file(let name):
            return try bodies.read(name, offset: offset, count: count)
        }
    }

    /// What the header says; of a large body its first MiB is looked at.
    func reading(of body: CableBody, depth: ParseDepth = .whole) throws -> CableReading {
        CableParser.parse(
            try slice(of: body, offset: 0, count: Self.summaryOctets), receiptYear: StationClock.year, depth: depth)
    }
}
