import Cables
import Custody
import Routing

/// Courses of events in which the network itself changes, or is parted.
extension Scenario {
    static func movedPost(_ mutation: Mutation?) -> Verdict {
        // The new home lies behind the relay, beside the old one.
        var plan = NetworkPlan.row(3, postsEach: 2)
        plan.network.stations.append(
            Network.Station(
                indicator: NetworkPlan.indicator(3), posts: [NetworkPlan.post(3, 0)], addresses: [], clearance: .secret)
        )
        plan.network.links.append(Network.Link(a: NetworkPlan.indicator(1), b: NetworkPlan.indicator(3)))
        let stage = Stage(plan, mutation: mutation)
        stage.cut(1, 2)
        stage.submit(from: 0, to: 2, .flash, post: 1)
        let waits = stage.wait { stage.accepted(at: 1) == 1 }
        stage.movePost(from: 2, to: 3, knownTo: [2, 3])
        stage.powerCut(2)
        stage.start(2)
        stage.pass(1_000)
        stage.mend()
        let arrived = stage.wait(most: 120_000) { stage.delivered(at: 3) == 1 }
        let known = stage.wait(most: 60_000) {
            stage.reports(at: 0).contains { $0.state == .delivered && $0.movedTo == NetworkPlan.indicator(3) }
        }
        let old = stage.delivered(at: 2)
        return stage.finish(
            else: waits && arrived && known && old == 0
                ? nil : "waited \(waits), arrived \(arrived), known to its originator \(known), \(old) at the old desk")
    }

    static func earlyReceipt(_ mutation: Mutation?) -> Verdict {
        // The old home and the new one are neighbours.
        var plan = NetworkPlan.row(3, postsEach: 2)
        let (relay, old, new) = (NetworkPlan.indicator(1), NetworkPlan.indicator(2), NetworkPlan.indicator(3))
        plan.network.stations.append(
            Network.Station(indicator: new, posts: [NetworkPlan.post(3, 0)], addresses: [], clearance: .secret))
        plan.network.links += [Network.Link(a: relay, b: new), Network.Link(a: old, b: new)]
        let stage = Stage(plan, mutation: mutation)
        stage.pass(6_000)
        stage.movePost(from: 2, to: 3, knownTo: [2, 3])
        stage.submit(from: 0, to: 2, .flash, post: 1)
        let wasThere = stage.wait { stage.accepted(at: 2) == 1 }
        stage.cut(1, 2)
        let arrived = stage.wait(most: 60_000) { stage.delivered(at: 3) == 1 }
        let isEarly = stage.wait(most: 60_000) { stage.reports(at: 0).contains { $0.why.contains("delivered it") } }
        stage.powerCut(0)
        stage.start(0)
        stage.pass(1_000)
        let isStillOpen = stage.reports(at: 0).allSatisfy { $0.state == .inTransit }
        stage.mend()
        let known = stage.wait(most: 60_000) {
            stage.reports(at: 0).contains { $0.state == .delivered && $0.movedTo == new }
        }
        return stage.finish(
            else: wasThere && arrived && isEarly && isStillOpen && known
                ? nil
                : "at the old home \(wasThere), arrived \(arrived), early \(isEarly), open \(isStillOpen), known \(known)"
        )
    }

    static func comesHome(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(3, postsEach: 2), mutation: mutation)
        stage.pass(6_000)
        stage.cut(0, 1)
        // Until the session is known to be lost: what was offered over it is not surely here.
        stage.pass(60_000)
        stage.submit(from: 0, to: 2, .routine, post: 1)
        let waits = stage.wait { stage.accepted(at: 0) == 1 }
        stage.pass(1_000)
        stage.station(0).disk.interruptOn = (.sync, .kill)
        stage.movePost(from: 2, to: 0, knownTo: [0])
        let ended = stage.wait { !stage.station(0).isRunning }
        stage.start(0)
        let arrived = stage.wait(most: 60_000) { stage.delivered(at: 0) == 1 }
        let known = stage.reports(at: 0).contains { $0.state == .delivered }
        return stage.finish(
            else: waits && ended && arrived && known
                ? nil : "waited \(waits), ended \(ended), arrived \(arrived), known \(known)")
    }

    static func partedTriangle(_ mutation: Mutation?) -> Verdict {
        var plan = NetworkPlan.row(3)
        plan.network.links.append(Network.Link(a: NetworkPlan.indicator(0), b: NetworkPlan.indicator(2)))
        let stage = Stage(plan, mutation: mutation)
        stage.pass(6_000)
        stage.cut(0, 1)
        stage.cut(0, 2)
        var sent = 0
        for round in 0..<20 {
            for from in 0..<3 {
                let precedence: Precedence = [.routine, .priority, .immediate, .flash][round % 4]
                stage.submit(
                    from: from, to: (from + 1 + round % 2) % 3, precedence, octets: round % 5 == 0 ? 6_000 : 300)
                sent += 1
            }
            stage.pass(30_000)
        }
        let early = (0..<3).reduce(0) { $0 + stage.delivered(at: $1) }
        stage.mend()
        let drained = stage.wait(most: 120_000) { (0..<3).reduce(0) { $0 + stage.delivered(at: $1) } == sent }
        return stage.finish(
            else: early == 20 && drained ? nil : "\(early) arrived while it was parted; drained behind it: \(drained)")
    }
}
