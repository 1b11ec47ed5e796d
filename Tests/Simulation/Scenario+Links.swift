import Cables
import Custody
import Routing

/// Links that an operator limits or drains.
extension Scenario {
    static func limitedLink(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(2), mutation: mutation)
        stage.pass(3_000)
        stage.give(.limit(.priority), 60_000, at: 0, link: 0)
        stage.pass(8_000)
        stage.submit(from: 1, to: 0)
        stage.submit(from: 0, to: 1)
        stage.submit(from: 1, to: 0, .flash)
        let isThrough = stage.wait(most: 5_000) { stage.delivered(at: 0) == 1 }
        // The limit holds over a restart.
        stage.station(0).stop(.kill)
        stage.start(0)
        stage.pass(15_000)
        let early = stage.delivered(at: 0) + stage.delivered(at: 1)
        stage.wait(most: 90_000) { stage.delivered(at: 0) == 2 && stage.delivered(at: 1) == 1 }
        return stage.finish(else: isThrough && early == 1 ? nil : "FLASH passed: \(isThrough), early: \(early - 1)")
    }

    static func drainedLink(_ mutation: Mutation?) -> Verdict {
        var plan = NetworkPlan.row(3)
        plan.network.links.append(Network.Link(a: NetworkPlan.indicator(0), b: NetworkPlan.indicator(2), cost: 5))
        let stage = Stage(plan, mutation: mutation)
        stage.pass(6_000)
        stage.give(.drain, 120_000, at: 1, link: 0)
        stage.pass(5_000)
        // The neighbour knows: FLASH goes round at once, ROUTINE waits for the end of which it was told.
        stage.submit(from: 0, to: 1)
        stage.submit(from: 0, to: 1, .flash)
        let cameRound = stage.wait(most: 10_000) { stage.delivered(at: 1) == 1 && stage.accepted(at: 2) == 1 }
        stage.pass(60_000)
        let waited = stage.delivered(at: 1) == 1
        let came = stage.wait(most: 120_000) { stage.delivered(at: 1) == 2 }
        return stage.finish(
            else: cameRound && waited && came
                ? nil : "FLASH round: \(cameRound), ROUTINE waited: \(waited), came: \(came)")
    }
}
