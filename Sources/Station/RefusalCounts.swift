import Cables
import Custody
import Synchronization

/// Refusals that wait to be recorded, counted by who and why, so that a flood of them makes no flood of records. From
/// any queue.
final class RefusalCounts: Sendable {
    /// Kinds counted at once; what is above goes under `OTHERS` of the same source, or is left out.
    private static let kindsMax = 256

    private struct Kind: Hashable {
        var source: AuditedRefusal.Source
        var code: String
    }

    private let counts = Mutex<[Kind: UInt64]>([:])
    /// Since the start, all users as one; what is above `kindsMax` counts as `OTHERS`.
    private let sums = Mutex<[Total: UInt64]>([:])

    /// Who was refused, a user or which neighbour, and why.
    struct Total: Hashable {
        var source: String
        var code: String
    }

    var totals: [(kind: Total, count: UInt64)] {
        sums.withLock { $0.map { ($0.key, $0.value) } }.sorted {
            ($0.kind.source, $0.kind.code) < ($1.kind.source, $1.kind.code)
        }
    }

    /// - Returns: true for the first since `take`: the caller sees to it that they are taken.
    func add(_ source: AuditedRefusal.Source, _ code: String) -> Bool {
        addTotal(source, code)
        return counts.withLock { counts in
            let isFirst = counts.isEmpty
            let kind = Kind(source: source, code: code)
            if counts[kind] != nil || counts.count < Self.kindsMax {
                counts[kind, default: 0] += 1
            } else if counts[Kind(source: source, code: "OTHERS")] != nil || counts.count < 2 * Self.kindsMax {
                counts[Kind(source: source, code: "OTHERS"), default: 0] += 1
            }
            return isFirst
        }
    }

    private func addTotal(_ source: AuditedRefusal.Source, _ code: String) {
        let name =
            switch source {
            case .user: "user"
            case .peer(let peer): peer.description
            }
        sums.withLock { sums in
            let kind = Total(source: name, code: code)
            let isKnown = sums[kind] != nil || sums.count < Self.kindsMax
            sums[isKnown ? kind : Total(source: "others", code: "OTHERS"), default: 0] += 1
        }
    }

    func take(at wall: Int64) -> [AuditedRefusal] {
        let taken = counts.withLock { counts in
            defer { counts.removeAll() }
            return counts
        }
        return taken.map { AuditedRefusal(source: $0.source, code: $0.code, count: $1, at: wall) }
            .sorted { ($0.code, "\($0.source)") < ($1.code, "\($1.source)") }
    }
}
