/// Why the journal cannot be used, or a record not be read.
package enum JournalFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another daemon has the state folder.
    case locked(folder: String)
    /// A segment was written by a newer routerd.
    case newerVersion(file: String, version: UInt32)
    case storage(StorageFault)
    /// The octets at a place are not the record that was written there.
    case damagedRecord(RecordLocation)
    /// A failed sync could not be mended: nothing more is accepted.
    case readOnly(StorageFault)

    package var description: String {
        switch self {
        case .locked(let folder): "another routerd holds the state folder \(folder)"
        case .newerVersion(let file, let version):
            "\(file) has journal format \(version); this routerd reads up to \(SegmentHeader.version): use the newer routerd"
        case .storage(let fault): fault.description
        case .damagedRecord(let location): "the record at \(location.segment)/\(location.offset) is damaged"
        case .readOnly(let fault): "the journal takes no more records: \(fault)"
        }
    }
}

/// What was found when a journal was opened.
package struct RecoveryReport: Equatable, Sendable {
    package var created = false
    package var segments = 0
    package var records: UInt64 = 0
    package var octets: UInt64 = 0
    package var damage: [JournalDamage] = []
    /// The records after the last valid one may have been told to somebody (rule 9).
    package var tailDamaged = false
}
