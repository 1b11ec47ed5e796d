import Control
import Synchronization

/// Which lines of one list still go out: those that the filter admits, up to the limit.
final class ListAdmission: Sendable {
    let filter: ListFilter
    private let left: Mutex<Int>

    /// - Throws: a usage failure.
    init(_ request: ControlRequest) throws(ControlFailure) {
        filter = try ListFilter(request.arguments)
        left = Mutex(request["limit"].flatMap { Int($0) } ?? .max)
    }

    var isOver: Bool { left.withLock { $0 <= 0 } }

    /// Counts the line where it is admitted.
    func admits(_ line: ListFilter.Line) -> Bool { !isOver && filter.admits(line) && count() }

    /// The same for a line of which all but originator and number was looked at before.
    func admitsRead(from: String?, mrn: String?) -> Bool {
        !isOver && filter.admitsRead(from: from, mrn: mrn) && count()
    }

    private func count() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}
