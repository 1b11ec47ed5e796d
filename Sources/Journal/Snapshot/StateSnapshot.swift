import Octets

/// A station's state in one stream: what `state export` writes and `state import` reads.
///
///     Cable Router state 1
///     station RI
///     network NAME
///     epoch 32 hexadecimal figures
///     through N                           the last record, where it is known
///     made RFC 3339
///     FILE journal/NAME STORED SIZE       STORED octets follow; SIZE - STORED zeros, which are not stored, end the file
///     SUM SHA-256                         of the octets stored
///     …
///     END FILES SHA-256                   of all lines before
package enum StateSnapshot {
    /// Whose state it is.
    package struct Facts: Equatable, Sendable {
        package var station: String
        package var network: String
        /// Of the journal that it was taken from.
        package var epoch: (high: UInt64, low: UInt64)
        /// The last record in it; nil where nobody knew.
        package var through: UInt64?
        /// RFC 3339.
        package var made: String

        package init(
            station: String, network: String, epoch: (high: UInt64, low: UInt64), through: UInt64?, made: String
        ) {
            self.station = station
            self.network = network
            self.epoch = epoch
            self.through = through
            self.made = made
        }

        package static func == (a: Facts, b: Facts) -> Bool {
            a.station == b.station && a.network == b.network && a.epoch == b.epoch && a.through == b.through
                && a.made == b.made
        }
    }

    static let title = "Cable Router state 1"
    /// Octets of one line at most.
    static let lineMax = 4_096
    /// Octets read or handed on at once.
    static let sliceOctets = 256 << 10

    /// What the stream is not.
    package struct Flaw: Error, Equatable, Sendable, CustomStringConvertible {
        package var why: String

        package init(why: String) { self.why = why }

        package var description: String { why }
    }

    /// A file of the state: its folder, and its name there.
    struct Place: Equatable {
        enum Folder: String, CaseIterable {
            case bodies, audit
            /// Comes last, so that what its records need is there when it is.
            case journal
        }

        var folder: Folder
        var name: String

        var path: String { "\(folder.rawValue)/\(name)" }

        init(_ folder: Folder, _ name: String) {
            self.folder = folder
            self.name = name
        }

        /// Nil for anything that no station writes: a stream must not name other files.
        init?(_ path: String) {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let folder = Folder(rawValue: parts[0]) else { return nil }
            let name = parts[1]
            let isLegal =
                switch folder {
                case .bodies: Digest(hexadecimal: name) != nil
                case .audit: SegmentName.number(ofDigest: name) != nil
                case .journal:
                    SegmentName.number(of: name) != nil || SegmentName.number(ofDigest: name) != nil
                        || name == RemovedSegments.name
                }
            guard isLegal else { return nil }
            self.init(folder, name)
        }
    }

    package static func text(_ epoch: (high: UInt64, low: UInt64)) -> String {
        [epoch.high, epoch.low].map { word in
            let figures = String(word, radix: 16)
            return String(repeating: "0", count: 16 - figures.count) + figures
        }.joined()
    }

    static func epoch(_ text: String) -> (high: UInt64, low: UInt64)? {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        return (high, low)
    }
}

/// How far a journal is on the disk.
package struct JournalEnd: Equatable, Sendable {
    /// The last segment with such records, or the one that comes first.
    package var segment: UInt32
    /// Behind the last of them.
    package var offset: Int
    /// The last record.
    package var sequence: UInt64

    package init(segment: UInt32, offset: Int, sequence: UInt64) {
        self.segment = segment
        self.offset = offset
        self.sequence = sequence
    }
}
