/// Why the journal cannot be used, or a record not be read.
package enum JournalFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another daemon has the state folder.
    case locked(folder: String)
    /// A segment was written by a newer routerd.
    case newerVersion(file: String, version: UInt32)
    /// A record whose checksum is right cannot be read here: a newer routerd wrote it.
    case newerRecord(RecordLocation)
    case storage(StorageFault)
    /// The octets at a place are not the record that was written there.
    case damagedRecord(RecordLocation)
    /// A failed sync could not be mended: nothing more is accepted until `Journal.retry` succeeds.
    case readOnly(StorageFault)

    package var description: String {
        switch self {
        case .locked(let folder):
            "another routerd holds the state folder \(folder): stop it, or give this one a folder of its own"
        case .newerVersion(let file, let version):
            "\(file) has journal format \(version); this routerd reads up to \(SegmentHeader.version): use the newer routerd"
        case .newerRecord(let location):
            "the record at \(location.segment)/\(location.offset) is of a kind that this routerd does not know: "
                + "use the newer routerd that wrote it"
        case .storage(let fault): fault.description
        case .damagedRecord(let location):
            "the record at \(location.segment)/\(location.offset) is damaged: what it held cannot be shown"
        case .readOnly(let fault):
            "the journal takes no more records: \(fault); make room or mend the disk, reading goes on"
        }
    }
}

/// What was found when a journal was opened.
package struct RecoveryReport: Equatable, Sendable {
    /// There was no journal before.
    package var created = false
    package var segments = 0
    /// Records handed to the owner.
    package var records: UInt64 = 0
    /// Octets of their payloads.
    package var octets: UInt64 = 0
    /// Segments whose digest was read instead of their records.
    package var digests = 0
    package var damage: [JournalDamage] = []
    /// Something is damaged and no valid record follows: records that were told to somebody may be lost (rule 9).
    package var tailDamaged = false
    /// Upper bound of the records that a damaged tail can have held. Where it is not 0, their sequences may be known
    /// to neighbours: `Journal.skip` leaves them unused.
    package var tailRecordsMax: UInt64 = 0
}
