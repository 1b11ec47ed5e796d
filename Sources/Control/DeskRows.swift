/// What a reply lacks, before it is sent: shown on a terminal.
package struct ReplyPreview: Codable, Sendable, Equatable {
    package struct Addition: Codable, Sendable, Equatable {
        /// Lines of the draft before it.
        package var behindLine: Int
        package var lines: [String]

        package init(behindLine: Int, lines: [String]) {
            self.behindLine = behindLine
            self.lines = lines
        }
    }

    /// `apply`, `require` or `advise`.
    package var policy: String
    package var additions: [Addition]
    package var missing: [String]
    package var notes: [String]

    package init(policy: String, additions: [Addition], missing: [String], notes: [String]) {
        self.policy = policy
        self.additions = additions
        self.missing = missing
        self.notes = notes
    }
}

/// A reply to a cable that originated, or was delivered, here.
package struct ReplyRow: Codable, Sendable, Equatable {
    package var id: String
    /// The post that answered.
    package var post: String
    /// When its station accepted the reply, and when it came here.
    package var sentAt: String
    package var receivedAt: String
    package var due: String?
    package var late: Bool

    package init(id: String, post: String, sentAt: String, receivedAt: String, due: String?, late: Bool) {
        self.id = id
        self.post = post
        self.sentAt = sentAt
        self.receivedAt = receivedAt
        self.due = due
        self.late = late
    }
}

/// A reply that is due.
package struct SuspenseRow: Codable, Sendable, Equatable {
    package var id: String
    package var mrn: String?
    package var post: String
    package var office: String
    package var from: String
    package var precedence: String
    package var subject: String?
    package var exercise: String?
    package var receivedAt: String
    package var due: String
    package var state: String
    package var secondsLeft: Int64
    /// This station waits for the reply; else it owes it.
    package var awaited: Bool
    package var replyId: String?
    package var answeredAt: String?
    package var closedAt: String?
    package var closedBy: UInt32?
    package var reason: String?

    package init(
        id: String, mrn: String?, post: String, office: String, from: String, precedence: String, subject: String?,
        exercise: String?, receivedAt: String, due: String, state: String, secondsLeft: Int64, awaited: Bool
    ) {
        self.id = id
        self.mrn = mrn
        self.post = post
        self.office = office
        self.from = from
        self.precedence = precedence
        self.subject = subject
        self.exercise = exercise
        self.receivedAt = receivedAt
        self.due = due
        self.state = state
        self.secondsLeft = secondsLeft
        self.awaited = awaited
    }
}

/// What was closed.
package struct SuspenseClosing: Codable, Sendable, Equatable {
    package var id: String
    package var closed: Int

    package init(id: String, closed: Int) {
        self.id = id
        self.closed = closed
    }
}

/// A program's work that is not done.
package struct HookRow: Codable, Sendable, Equatable {
    package var key: String
    package var id: String
    package var event: String
    package var office: String
    package var program: String
    /// `waiting`, `running` or `held`.
    package var state: String
    package var attempts: Int
    package var nextAt: String?
    package var why: String

    package init(
        key: String, id: String, event: String, office: String, program: String, state: String, attempts: Int,
        nextAt: String?, why: String
    ) {
        self.key = key
        self.id = id
        self.event = event
        self.office = office
        self.program = program
        self.state = state
        self.attempts = attempts
        self.nextAt = nextAt
        self.why = why
    }
}

/// `check acknowledgments`, `check suspense` and `check hooks`.
package struct CountCheck: Codable, Sendable, Equatable {
    /// `ok`, `warning` or `critical`.
    package var status: String
    package var waiting: Int
    package var late: Int
    package var text: String

    package init(status: String, waiting: Int, late: Int, text: String) {
        self.status = status
        self.waiting = waiting
        self.late = late
        self.text = text
    }

    package var exitStatus: Int32 {
        switch status {
        case "ok": 0
        case "warning": 1
        case "critical": 2
        default: 3
        }
    }
}
