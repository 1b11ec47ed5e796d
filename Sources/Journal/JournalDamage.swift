/// What stands between good records, or behind the last one.
package struct JournalDamage: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// Valid records follow in the segment: octets in the middle were altered or lost.
        case middle
        /// Nothing valid follows in the segment: a write was torn, or the end was altered.
        case tail
        /// The segment's header cannot be read; its records are looked for nevertheless.
        case header
        /// The file is shorter than its header says.
        case short
        /// The disk refused to give octets of the segment.
        case unreadable
        /// Sequences are missing before the segment's place, and no damage was seen: a segment is gone, or empty.
        case missing
        /// A copy of another segment, a segment of another journal, or a name that no segment has: not replayed.
        case foreign
    }

    package var kind: Kind
    /// The file's name in the journal's folder.
    package var segment: String
    package var offset: Int
    package var octets: Int
    /// Octets that were copied to the folder for damage.
    package var kept = 0
    /// Records that are known to be lost here, from the sequences around the place.
    package var records: UInt64 = 0

    package init(kind: Kind, segment: String, offset: Int, octets: Int) {
        self.kind = kind
        self.segment = segment
        self.offset = offset
        self.octets = octets
    }
}
