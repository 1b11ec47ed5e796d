package import Octets

/// The name of one custody at one station: the journal sequence of its acceptance, and a part.
///
/// Stable over restarts and free of cost (rule 3). Part 0 is the cable itself; part k is the receipt for the k-th desk
/// delivery that the same record states; parts from `anewMin` on are the cable offered anew.
package struct CustodyNumber: Hashable, Comparable, Sendable {
    package let raw: UInt64

    package init(raw: UInt64) { self.raw = raw }

    package init(sequence: UInt64, part: UInt16 = 0) { raw = sequence << 16 | UInt64(part) }

    /// Higher than any desk of an acceptance.
    private static let anewMin: UInt16 = 0xff00

    /// What the originator offers anew when no receipt comes: another custody wherever it is taken (rule 5), since a
    /// relay that remembers the first one would only acknowledge it again.
    package init(sequence: UInt64, anew times: UInt8) {
        self.init(sequence: sequence, part: times == 0 ? 0 : Self.anewMin | UInt16(times))
    }

    package var isCable: Bool { part == 0 || part >= Self.anewMin }
    /// How often the cable had been offered anew, with this offer.
    package var timesAnew: UInt8 { part >= Self.anewMin ? UInt8(truncatingIfNeeded: part) : 0 }

    package var sequence: UInt64 { raw >> 16 }
    package var part: UInt16 { UInt16(truncatingIfNeeded: raw) }

    package static func < (a: CustodyNumber, b: CustodyNumber) -> Bool { a.raw < b.raw }
}

/// 128 random bits, drawn when a journal is created, imported or restored (rule 2).
package struct JournalEpoch: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// Where a record stands on disk. The core carries it and never looks inside.
package struct RecordPlace: Hashable, Sendable {
    package let segment: UInt32
    package let offset: UInt32

    package init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
    }

    /// No record: the end of a cable's history.
    package static let none = RecordPlace(segment: 0, offset: 0)
}

extension OctetWriter {
    package mutating func number(_ value: CustodyNumber) { varint(value.raw) }

    package mutating func epoch(_ value: JournalEpoch) {
        u64(value.high)
        u64(value.low)
    }

    package mutating func place(_ value: RecordPlace) {
        u32(value.segment)
        u32(value.offset)
    }
}

extension OctetReader {
    package mutating func number() throws(OctetFault) -> CustodyNumber { CustodyNumber(raw: try varint()) }

    package mutating func epoch() throws(OctetFault) -> JournalEpoch {
        JournalEpoch(high: try u64(), low: try u64())
    }

    package mutating func place() throws(OctetFault) -> RecordPlace {
        RecordPlace(segment: try u32(), offset: try u32())
    }
}
