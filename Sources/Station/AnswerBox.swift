import Synchronization

/// Where an event of the loop leaves its answer, and whoever waits may withdraw it before it begins.
final class AnswerBox<Answer: Sendable>: Sendable {
    private enum State {
        case waiting, begun, withdrawn
        case answered(Answer)
    }

    private let state = Mutex(State.waiting)

    /// The event's turn has come. False: nobody wants it any more.
    func begin() -> Bool { move(to: .begun) }

    /// True: the event will not happen. False: it has begun.
    func withdraw() -> Bool { move(to: .withdrawn) }

    private func move(to next: State) -> Bool {
        state.withLock { state in
            guard case .waiting = state else { return false }
            state = next
            return true
        }
    }

    func put(_ value: Answer) { state.withLock { $0 = .answered(value) } }

    func take() -> Answer? {
        state.withLock { if case .answered(let answer) = $0 { answer } else { nil } }
    }
}
