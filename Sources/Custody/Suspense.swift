package import Cables

/// One reply that is due: which delivery of which cable asks for it. Kept at the addressee's station, and at the
/// originator's, where the receipt tells of it.
package struct SuspenseKey: Hashable, Comparable, Sendable {
    /// The acceptance at this station.
    package var sequence: UInt64
    package var index: UInt16

    package static func < (a: SuspenseKey, b: SuspenseKey) -> Bool { (a.sequence, a.index) < (b.sequence, b.index) }
}

/// A reply that is due, when, and what has become of it.
package struct Suspense: Equatable, Sendable {
    package enum State: String, Sendable { case open, answered, late, closed }

    package struct Closing: Equatable, Sendable {
        package var at: Int64
        package var user: UInt32
        package var reason: String
    }

    /// Milliseconds before it is due at which the action office is reminded the second time.
    private static let lastReminderMilliseconds: Int64 = 86_400_000

    /// Milliseconds since 1970 on the addressee's station's clock: when it was delivered there, and when a reply is due.
    package var openedAt: Int64
    package var due: Int64
    package var answer: ReplyLink?
    package var closing: Closing?
    /// Stages of which somebody was told, as bits.
    package var told: UInt8 = 0

    package init(openedAt: Int64, due: Int64) {
        self.openedAt = openedAt
        self.due = due
    }

    /// Nobody waits for anything any more.
    package var isEnded: Bool { answer != nil || closing != nil }

    /// Late: the time passed without a reply, or before it.
    package func state(at now: Int64) -> State {
        if let answer { return answer.acceptedAt > due ? .late : .answered }
        if closing != nil { return .closed }
        return now > due ? .late : .open
    }

    package func isOverdue(at now: Int64) -> Bool { !isEnded && now > due }

    package mutating func wasTold(_ stage: DeskMatter.Stage) {
        for earlier in DeskMatter.Stage.allCases where earlier.rawValue <= stage.rawValue {
            // Being overdue is told to somebody else than the reminders are.
            if stage == .overdue, earlier != .overdue { continue }
            told |= 1 << earlier.rawValue
        }
    }

    func isTold(_ stage: DeskMatter.Stage) -> Bool { told & 1 << stage.rawValue != 0 }

    /// When a stage is told; nil: never.
    func moment(of stage: DeskMatter.Stage) -> Int64? {
        switch stage {
        case .halfTime: return openedAt + (due - openedAt) / 2
        case .dayBefore:
            let moment = due - Self.lastReminderMilliseconds
            return moment > openedAt + (due - openedAt) / 2 ? moment : nil
        case .overdue: return due + 1
        }
    }
}

/// A reply to a cable, as this station knows it.
package struct ReplyLink: Equatable, Sendable {
    package var reply: CableIdentity
    package var post: String
    /// By the clock of the station that answered, and when it came here; milliseconds since 1970.
    package var acceptedAt: Int64
    package var at: Int64
}
