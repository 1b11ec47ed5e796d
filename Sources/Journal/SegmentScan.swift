import CChecksum

/// Finds the records of one segment in its octets: the decision table of recovery.
///
///     at the place            | valid record later | rest is zeros | decision
///     valid, a new sequence   | -                  | -             | take it, go on behind it
///     valid, a known sequence | -                  | -             | written again after a failed sync: pass over
///     closed here             | -                  | -             | end: what stands behind counts as not written
///     zeros                   | no                 | yes           | clean end
///     anything else           | yes                | -             | damage in the middle: go on at the valid record
///     anything else           | no                 | no            | damaged tail: the segment takes no more
package struct SegmentScan {
    package enum Finding: Equatable, Sendable {
        case record(sequence: UInt64, offset: Int, length: Int)
        /// A record whose sequence was taken before.
        case repeated(sequence: UInt64)
        /// The range that is damaged; its kind is `.middle` or `.tail`.
        case damage(JournalDamage.Kind, Range<Int>)
        case end(offset: Int)
    }

    /// Higher sequences are never given out, so that counting on from any record cannot overflow.
    package static let sequenceMax: UInt64 = 1 << 62

    private let segment: UInt32
    /// Where an earlier run closed the segment.
    private let closedEnd: Int?
    private var offset = SegmentHeader.octetCount
    private var last: UInt64
    /// The sequence before the segment's first record, as its header says.
    private let before: UInt64?
    /// What comes before a place is known: then a record found behind damage cannot have any other than
    /// the damaged octets leave room for. (Text that looks like a record must not be taken for one.)
    private var lastIsKnown: Bool

    /// - Parameters:
    ///   - last: the last sequence taken from the segments before.
    ///   - firstSequence: what the segment's header says; nil when it cannot be read.
    package init(segment: UInt32, last: UInt64, firstSequence: UInt64?, closedEnd: Int? = nil) {
        self.segment = segment
        self.closedEnd = closedEnd
        self.last = last
        before = firstSequence.map { min(max($0, 1) - 1, Self.sequenceMax) }
        lastIsKnown = firstSequence != nil
    }

    package mutating func next(_ window: inout SegmentWindow) -> Finding {
        let end = min(window.size, closedEnd ?? window.size)
        if let closedEnd, offset >= closedEnd { return .end(offset: offset) }
        if let header = header(&window, offset, end), isWhole(header, &window, offset) {
            defer {
                offset += RecordFormat.span(header.length)
                last = max(last, header.sequence)
                lastIsKnown = true
            }
            guard header.sequence > last else { return .repeated(sequence: header.sequence) }
            return .record(sequence: header.sequence, offset: offset, length: header.length)
        }
        guard let dirty = firstNonZero(&window, from: offset, to: end) else { return .end(offset: offset) }
        if let found = recordBehind(&window, offset, end) ?? search(&window, dirty, end) {
            defer { offset = found }
            return .damage(.middle, offset..<found)
        }
        defer { offset = end }
        return .damage(.tail, offset..<endOfNonZero(&window, from: dirty, to: end))
    }

    /// Where the damaged record's own length is right, the next record stands behind it, and nothing inside it is
    /// looked at.
    private func recordBehind(_ window: inout SegmentWindow, _ place: Int, _ end: Int) -> Int? {
        guard let damaged = header(&window, place, end) else { return nil }
        let next = place + RecordFormat.span(damaged.length)
        return follows(&window, next, end) ? next : nil
    }

    private func search(_ window: inout SegmentWindow, _ dirty: Int, _ end: Int) -> Int? {
        var candidate = max(offset + RecordFormat.alignment, dirty & ~(RecordFormat.alignment - 1))
        while candidate + RecordFormat.spanMin <= end {
            // A record begins with its length: zeros are passed over in one step.
            guard let start = firstNonZero(&window, from: candidate, to: end) else { return nil }
            candidate = max(candidate, start & ~(RecordFormat.alignment - 1))
            if follows(&window, candidate, end) { return candidate }
            candidate += RecordFormat.alignment
        }
        return nil
    }

    /// A whole record with a sequence that can stand behind the damage.
    private func follows(_ window: inout SegmentWindow, _ place: Int, _ end: Int) -> Bool {
        guard let header = header(&window, place, end) else { return false }
        let least = max(last, before ?? 0)
        let room = UInt64((place - offset) / RecordFormat.spanMin)
        let most = lastIsKnown ? least + 1 + room : least + 1 << 32
        guard header.sequence > last, header.sequence <= most else { return false }
        return isWhole(header, &window, place)
    }

    private func header(_ window: inout SegmentWindow, _ place: Int, _ end: Int) -> RecordFormat.Header? {
        guard place + RecordFormat.spanMin <= end,
            let octets = window.octets(at: place, count: RecordFormat.headerOctets)
        else { return nil }
        let header = RecordFormat.header(in: octets, at: 0)
        guard header.hasLegalLength, place + RecordFormat.span(header.length) <= end else { return nil }
        return header
    }

    private func isWhole(_ header: RecordFormat.Header, _ window: inout SegmentWindow, _ place: Int) -> Bool {
        guard header.sequence > 0, header.sequence <= Self.sequenceMax,
            let payload = window.octets(at: place + RecordFormat.headerOctets, count: header.length)
        else { return false }
        return RecordFormat.checksum(segment: segment, sequence: header.sequence, payload: payload) == header.checksum
    }

    private func firstNonZero(_ window: inout SegmentWindow, from start: Int, to end: Int) -> Int? {
        var place = start
        while place < end {
            let octets = window.rest(at: place)
            let count = min(octets.count, end - place)
            guard count > 0 else { return nil }
            let zeros = cable_leading_zeros(octets.baseAddress, count)
            if zeros < count { return place + zeros }
            place += count
        }
        return nil
    }

    private func endOfNonZero(_ window: inout SegmentWindow, from start: Int, to end: Int) -> Int {
        var place = start
        var behind = start
        while place < end {
            let octets = window.rest(at: place)
            let count = min(octets.count, end - place)
            guard count > 0 else { break }
            let zeros = cable_trailing_zeros(octets.baseAddress, count)
            if zeros < count { behind = place + count - zeros }
            place += count
        }
        return behind
    }
}
