import Custody
import Journal
import Octets
import Transport

/// The audit as it can be read: the entries of the journal, and those of segments that are gone, which are kept in
/// `state/audit` for longer than any cable.
struct AuditTrail: Sendable {
    typealias Line = AuditReport.Line

    let archive: CableArchive
    let folder: String

    private var files: SegmentFiles { archive.journal.files }

    // MARK: Keeping

    /// Keeps what the audit needs of a segment that is to go.
    func keep(_ segment: UInt32) throws {
        guard try !files.kept(in: folder).contains(segment) else { return }
        var kept = SegmentDigest(segment: segment, epoch: archive.journal.epoch)
        _ = try files.inspect(segment) { sequence, offset, end, payload in
            guard let line = try Self.line(payload) else { return }
            kept.add(sequence: sequence, offset: offset, end: end, Self.packed(line))
        }
        guard kept.count > 0 else { return }
        try files.keep(kept, in: folder)
    }

    /// Drops the oldest files whose newest entry is older than this.
    ///
    /// - Parameter oldest: milliseconds since 1970.
    func drop(before oldest: Int64) throws {
        for segment in try files.kept(in: folder) {
            guard let reading = try files.kept(of: segment, in: folder) else { return }
            var newest = Int64.min
            try reading.handOn { _, _, octets in
                if case .entry(let entry) = try Self.unpacked(octets) { newest = max(newest, entry.at) }
            }
            guard newest < oldest else { return }
            try files.removeKept(of: segment, in: folder)
        }
    }

    private static func line(_ payload: OctetReader) throws -> Line? {
        let digest = try RecordDigest(record: payload)
        if case .audit(.head(let head, let proof)) = digest { return .head(head, proof) }
        return AuditEntry(digest).map { .entry($0) }
    }

    private static func packed(_ line: Line) -> [UInt8] {
        var writer = OctetWriter(reserving: 128)
        switch line {
        case .entry(let entry):
            writer.u8(1)
            entry.write(to: &writer)
        case .head(let head, let proof):
            writer.u8(2)
            writer.bytes(head.encoded)
            proof.write(to: &writer)
        }
        return writer.octets
    }

    private static func unpacked(_ octets: OctetReader) throws -> Line {
        var reader = octets
        let kind = try reader.u8()
        switch kind {
        case 1: return .entry(try AuditEntry(from: OctetReader(reader.rest())))
        case 2:
            return .head(
                try AuditHead(decoding: try reader.bytes(bound: AuditHead.octetsMax)), try BatchProof(from: &reader))
        default: throw OctetFault.unknownValue(offset: 0, value: UInt64(kind))
        }
    }

    // MARK: Reading

    /// Hands on every line up to a record, in order.
    ///
    /// - Returns: what of it could not be read.
    func read(through last: UInt64, _ take: (_ sequence: UInt64, Line) throws -> Void) throws -> [String] {
        var faults: [String] = []
        var done: UInt64 = 0
        func hand(_ sequence: UInt64, _ line: Line) throws {
            guard sequence > done, sequence <= last else { return }
            done = sequence
            try take(sequence, line)
        }
        let kept = try files.kept(in: folder)
        for segment in kept {
            guard let reading = try files.kept(of: segment, in: folder) else {
                faults.append("audit/\(SegmentName.digest(of: segment)) is damaged")
                continue
            }
            try reading.handOn { sequence, _, octets in try hand(sequence, try Self.unpacked(octets)) }
        }
        let open = archive.journal.firstOpenSegment
        for segment in try archive.journal.segments() where !kept.contains(segment) {
            let inspection = try files.inspect(segment) { sequence, _, _, payload in
                if let line = try Self.line(payload) { try hand(sequence, line) }
            }
            // The open segment's end is being written.
            guard segment < open else { continue }
            faults += inspection.damage.map { "\($0.segment) at \($0.offset): \($0.kind.rawValue)" }
        }
        return faults
    }
}

extension AuditTrail {
    /// Follows the chain and holds it against every head that was signed.
    ///
    /// - Parameter isSigned: whether this station's signature holds over a head.
    func verify(through last: UInt64, _ isSigned: (AuditHead, BatchProof) -> Bool) throws -> AuditReport {
        var report = AuditReport(hash: ContentHash.of)
        let faults = try read(through: last) { sequence, line in report.take(sequence, line, isSigned) }
        report.findings += faults
        return report
    }
}
