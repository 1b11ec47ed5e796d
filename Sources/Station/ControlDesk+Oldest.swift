import Cables
import Control
import Custody

extension ControlDesk {
    /// `queue.oldest`: a row for each precedence, the highest first.
    func queueOldest(_ reply: ControlReply) { queueOldest(from: 0, [:], reply) }

    private func queueOldest(from first: UInt32, _ known: [Precedence: OldestQueued], _ reply: ControlReply) {
        loop.view { custody, now in
            var found = known
            let next = custody.oldestQueued(from: first, most: Self.placesPerTurn, at: now, into: &found)
            return (found, next)
        } then: { [self] found, next in
            if let next { return queueOldest(from: next, found, reply) }
            reply.rows(Precedence.allCases.sorted(by: >)) { precedence in
                let item = found[precedence] ?? OldestQueued()
                let age = item.ageMilliseconds / 1_000
                return OldestRow(
                    precedence: precedence.word, count: item.count, late: item.late, ageSeconds: age,
                    secondsLeft: precedence.speedOfServiceSeconds - age)
            }
        }
    }
}
