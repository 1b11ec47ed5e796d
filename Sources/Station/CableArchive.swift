import Cables
import Custody
import Journal
import Link
import Octets
import Transport

/// Reads cables back from journal and bodies: what is not held in memory. Safe from any thread.
final class CableArchive: Sendable {
    /// Octets of a large body that are parsed for a listing.
    private static let summaryOctets = 1 << 20
    /// Octets of one slice of a body for a client.
    private static let sliceOctets = 256 << 10

    let journal: Journal
    let bodies: BodyStore

    init(journal: Journal, bodies: BodyStore) {
        self.journal = journal
        self.bodies = bodies
    }

    func record(_ place: RecordPlace) throws -> JournalRecord {
        try JournalRecord(decoding: try journal.read(RecordLocation(segment: place.segment, offset: place.offset)))
    }

    /// The octets of a record, in a buffer that the caller keeps for the next one.
    func octets(_ place: RecordPlace, _ scratch: inout [UInt8]) throws(JournalFault) -> OctetReader {
        let part = try journal.read(RecordLocation(segment: place.segment, offset: place.offset), into: &scratch)
        return OctetReader(scratch, in: part)
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
    func hash(ofBody name: String) throws -> Digest {
        let file = try bodies.open(name)
        var hash = HashStream()
        var offset = 0
        while true {
            let part = try file.read(at: offset, count: Self.sliceOctets)
            guard !part.isEmpty else { return hash.finish() }
            part.withUnsafeBytes { hash.update($0) }
            offset += part.count
        }
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
