import Custody
import Link
import Octets
import Transport
import Turns

/// What this station and its neighbour hold of one another's audits.
extension LinkDriver {
    /// What the neighbour holds of this station's audit; nil where it holds nothing, or does not answer.
    typealias AuditQuestion = @Sendable ((head: AuditHead, proof: BatchProof)?) -> Void

    /// Milliseconds between two heads sent: on a line of 2,400 bit/s they take one hundredth of it.
    private static let auditMilliseconds: UInt64 = 300_000
    private static let questionsMax = 16
    private static let answerSeconds = 10

    /// The newest head that is synced, at the session's beginning and now and then.
    func sendAuditHead() {
        let now = StationClock.boot
        guard auditSent.map({ now - $0.at >= Self.auditMilliseconds }) ?? true, let newest = around.loop.auditHead,
            state.state == .open, newest.head.through > auditSent?.through ?? 0
        else { return }
        introduce(newest.proof)
        state.send(auditHead: newest.head, newest.proof)
        auditSent = (now, newest.head.through)
    }

    func judge(_ head: AuditHead, _ proof: BatchProof) {
        guard around.book.signer(of: .auditHead, content: head.encoded, proof: proof) == peer else {
            return act(state.abort(code: "FORGED", text: "an audit's head is not signed by \(peer)"))
        }
        around.loop.leave { custody, now, actions in custody.took(peerHead: head, proof, at: now, &actions) }
    }

    /// One question of the neighbour's is answered at a time.
    func tellAudit() {
        guard !tellsAudit else { return }
        tellsAudit = true
        let peer = peer
        around.loop.view { custody, _ in
            custody.auditHead(of: peer)
        } then: { [weak self] held in
            guard let self else { return }
            channel.queue.async { [self] in
                tellsAudit = false
                state.auditHeld(held)
                flush()
            }
        }
    }

    /// Asks the neighbour what it holds. From any queue.
    func askForAudit(_ answer: @escaping AuditQuestion) {
        channel.queue.async { [self] in
            guard !ended, auditQuestions.count < Self.questionsMax else { return answer(nil) }
            auditQuestions.append(answer)
            guard auditQuestions.count == 1 else { return }
            state.askForAudit()
            flush()
            channel.queue.asyncAfter(milliseconds: Self.answerSeconds * 1_000) { [weak self] in
                self?.auditAnswered(nil)
            }
        }
    }

    func auditAnswered(_ held: (head: AuditHead, proof: BatchProof)?) {
        let questions = auditQuestions
        auditQuestions = []
        for question in questions { question(held) }
    }
}
