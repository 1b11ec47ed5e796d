import Synchronization

/// Where an event of the loop leaves its answer.
final class AnswerBox<Answer: Sendable>: Sendable {
    private let answer = Mutex<Answer?>(nil)

    func put(_ value: Answer) { answer.withLock { $0 = value } }

    func take() -> Answer? { answer.withLock { $0.take() } }
}
