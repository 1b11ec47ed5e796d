package import Octets

/// Reading whole sealed segments, for digests and for the scrub.
extension SegmentFiles {
    /// What a look at every octet of a sealed segment found.
    package struct Inspection: Sendable {
        package var records = 0
        package var octets = 0
        /// Ranges that are not what was written.
        package var damage: [JournalDamage] = []
    }

    /// Reads a sealed segment, verifies every record, and hands it on.
    ///
    /// - Throws: what `take` throws, or a fault of the disk.
    package func inspect(
        _ segment: UInt32,
        _ take: (_ sequence: UInt64, _ offset: UInt32, _ end: UInt32, _ payload: OctetReader) throws
            -> Void
    ) throws -> Inspection {
        var inspection = Inspection()
        let header = header(of: segment)
        let closing = self.header(of: segment + 1)?.closing
        var window = try SegmentWindow(try open(segment))
        var scan = SegmentScan(
            segment: segment, last: 0, firstSequence: header?.firstSequence,
            closedEnd: closing?.segment == segment ? closing.map { Int($0.end) } : nil)
        if header == nil {
            inspection.damage.append(damage(.header, segment, 0..<SegmentHeader.octetCount))
        }
        while true {
            switch scan.next(&window) {
            case .record(let sequence, let offset, let length):
                guard let octets = window.octets(at: offset + RecordFormat.headerOctets, count: length) else {
                    continue
                }
                inspection.records += 1
                inspection.octets += length
                try take(
                    sequence, UInt32(offset), UInt32(offset + RecordFormat.span(length)), OctetReader(Array(octets)))
            case .repeated: continue
            case .damage(let kind, let range): inspection.damage.append(damage(kind, segment, range))
            case .end:
                for range in window.unreadable { inspection.damage.append(damage(.unreadable, segment, range)) }
                return inspection
            }
        }
    }

    private func damage(_ kind: JournalDamage.Kind, _ segment: UInt32, _ range: Range<Int>) -> JournalDamage {
        JournalDamage(
            kind: kind, segment: SegmentName.of(segment), offset: range.lowerBound, octets: range.count)
    }

    private func header(of segment: UInt32) -> SegmentHeader? {
        do {
            return try SegmentHeader(decoding: try open(segment).read(at: 0, count: SegmentHeader.octetCount))
        } catch {
            // The inspection says what it means.
            return nil
        }
    }

    /// The sequence of the first record that a segment was made for; nil where its header cannot be read.
    package func firstSequence(of segment: UInt32) -> UInt64? { header(of: segment)?.firstSequence }

    /// Makes the digest of a sealed segment and keeps it beside the segment.
    ///
    /// - Parameter digest: the digest of one record.
    /// - Returns: false where something in the segment is damaged: then it has no digest, and is read at each start.
    package func makeDigest(
        of segment: UInt32, epoch: (high: UInt64, low: UInt64), _ digest: (OctetReader) throws -> [UInt8]
    ) throws -> Bool {
        var made = SegmentDigest(segment: segment, epoch: epoch)
        let inspection = try inspect(segment) { sequence, offset, end, payload in
            made.add(sequence: sequence, offset: offset, end: end, try digest(payload))
        }
        guard inspection.damage.isEmpty, made.count > 0 else { return false }
        try keep(made)
        return true
    }
}
