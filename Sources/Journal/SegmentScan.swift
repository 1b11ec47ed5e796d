/// What stands between good records, or behind the last one.
package struct JournalDamage: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// Valid records follow: octets in the middle were altered or lost.
        case middle
        /// Nothing valid follows: a write was torn, or the end was altered. Treated as possible damage (rule 9).
        case tail
        /// The segment's header cannot be read.
        case header
    }

    package var kind: Kind
    package var segment: String
    package var offset: Int
    package var octets: Int

    package init(kind: Kind, segment: String, offset: Int, octets: Int) {
        self.kind = kind
        self.segment = segment
        self.offset = offset
        self.octets = octets
    }
}

/// Finds the records of one segment in its octets: the decision table of recovery.
///
///     header at the place | valid record later | rest is zeros | decision
///     valid               | -                  | -             | take it, go on behind it
///     all zeros           | no                 | yes           | clean end
///     anything else       | yes                | -             | damage in the middle: keep the octets, go on there
///     anything else       | no                 | -             | damaged tail: keep the octets, close the segment
package struct SegmentScan {
    package enum Finding: Equatable, Sendable {
        case record(sequence: UInt64, offset: Int, payload: Range<Int>)
        case damage(JournalDamage.Kind, Range<Int>)
        case end(offset: Int)
    }

    private let segment: UInt32
    private var offset = SegmentHeader.octetCount
    private var last: UInt64

    /// - Parameter last: the sequence before the segment's first record.
    package init(segment: UInt32, last: UInt64) {
        self.segment = segment
        self.last = last
    }

    package mutating func next(_ octets: UnsafeRawBufferPointer) -> Finding {
        if let header = valid(octets, at: offset) {
            defer {
                offset += RecordFormat.span(header.length)
                last = header.sequence
            }
            let start = offset + RecordFormat.headerOctets
            return .record(sequence: header.sequence, offset: offset, payload: start..<(start + header.length))
        }
        guard let dirty = firstNonZero(octets, from: offset) else { return .end(offset: offset) }
        var candidate = min(offset, dirty & ~(RecordFormat.alignment - 1))
        if candidate == offset { candidate += RecordFormat.alignment }
        while candidate + RecordFormat.headerOctets < octets.count {
            if valid(octets, at: candidate) != nil {
                defer { offset = candidate }
                return .damage(.middle, offset..<candidate)
            }
            candidate += RecordFormat.alignment
        }
        defer { offset = octets.count }
        return .damage(.tail, offset..<endOfNonZero(octets))
    }

    private func valid(_ octets: UnsafeRawBufferPointer, at place: Int) -> RecordFormat.Header? {
        guard place + RecordFormat.headerOctets < octets.count else { return nil }
        let header = RecordFormat.header(in: octets, at: place)
        guard header.isPlausible(after: last),
            place + RecordFormat.headerOctets + header.length <= octets.count
        else { return nil }
        let start = place + RecordFormat.headerOctets
        let payload = UnsafeRawBufferPointer(rebasing: octets[start..<(start + header.length)])
        let checksum = RecordFormat.checksum(segment: segment, sequence: header.sequence, payload: payload)
        return checksum == header.checksum ? header : nil
    }

    private func firstNonZero(_ octets: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var place = start
        while place + 8 <= octets.count {
            if octets.loadUnaligned(fromByteOffset: place, as: UInt64.self) != 0 { return place }
            place += 8
        }
        while place < octets.count {
            if octets[place] != 0 { return place }
            place += 1
        }
        return nil
    }

    private func endOfNonZero(_ octets: UnsafeRawBufferPointer) -> Int {
        var end = octets.count
        while end > 0, octets[end - 1] == 0 { end -= 1 }
        return end
    }
}
