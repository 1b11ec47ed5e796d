import Cables
import Custody

/// What must wait for those who are away, or is gone with them.
extension Scenario {
    static func originAway(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(3), mutation: mutation)
        stage.cut(1, 2)
        stage.submit(from: 0, to: 2)
        let passed = stage.wait { stage.reports(at: 0).contains { $0.state == .inTransit } }
        stage.pass(1_000)
        stage.powerCut(0)
        stage.pass(60_000)
        stage.mend()
        let arrived = stage.wait(most: 120_000) { stage.delivered(at: 2) == 1 }
        stage.passPatiently(3 * 86_400_000)
        stage.start(0)
        let overdue = stage.overdue(at: 0)
        let received = stage.wait(most: 120_000) { stage.reports(at: 0).contains { $0.state == .delivered } }
        let settled = stage.overdue(at: 0) == 0 && stage.delivered(at: 2) == 1
        return stage.finish(
            else: passed && arrived && overdue == 1 && received && settled
                ? nil
                : "passed \(passed), arrived \(arrived), \(overdue) overdue at the start, receipt \(received), "
                    + "\(stage.delivered(at: 2)) deliveries")
    }

    static func custodianGone(_ mutation: Mutation?) -> Verdict {
        var plan = NetworkPlan.row(4)
        plan.keeping = NetworkPlan.Keeping(graceMilliseconds: 1_000, retentionMilliseconds: 1_000)
        let stage = Stage(plan, mutation: mutation)
        stage.cut(2, 3)
        stage.pass(40_000)
        stage.submit(from: 0, to: 3, .flash)
        let passed = stage.wait { stage.accepted(at: 2) == 1 }
        // The relay before it forgets.
        stage.pass(60_000)
        stage.powerCut(2)
        stage.wipe(2)
        stage.start(2)
        stage.pass(5_000)
        stage.mend()
        stage.pass(60_000)
        let early = stage.delivered(at: 3)
        stage.passPatiently(6 * 3_600_000)
        let arrived = stage.delivered(at: 3) == 1
        let received = stage.reports(at: 0).allSatisfy { $0.state == .delivered }
        let signed = stage.run.ledger.books[3].inbox.contains(where: \.isSuspected)
        return stage.finish(
            else: passed && early == 0 && arrived && received && !signed
                ? nil
                : "passed \(passed), \(early) came early, arrived \(arrived), receipt \(received), sign \(signed)")
    }
}
