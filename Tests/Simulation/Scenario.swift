import Cables
import Custody
import Journal
import Link
import Routing

/// Rare courses of events, provoked on purpose: the failures of the rules of custody, by their letter there.
package enum Scenario: String, CaseIterable, Sendable {
    /// (a) A gives a cable to B, whose only cheap way leads back through A.
    case wayBack
    /// (b) Killed before its sync; the unsynced tail is replayed, the cable comes again, the power goes.
    case unsyncedTail
    /// (c) The last group commit has flipped bits after a power cut.
    case flippedTail
    /// (d) A relay loses its disk after custody has passed to it.
    case lostDisk
    /// (e) A backup is put back, and the station goes on numbering where the backup ended.
    case restoredBackup
    /// A relay's state is exported in traffic, its disk is lost later, and the state imported under a new epoch.
    case importedState
    /// (f) A cancel overtakes its cable.
    case cancelFirst
    /// (h) A post moves while its cable is under way; originator and relay hear of it later.
    case movedPost
    /// The receipt of a post's new station is back before the word that the post has moved; its originator starts anew between.
    case earlyReceipt
    /// A post moves to the very station where its cable waits, which is killed before the cable is on the desk.
    case comesHome
    /// A triangle is parted for ten minutes, and traffic goes on at all three.
    case partedTriangle
    /// (i) A cable is held for longer than the duplicate window, and then released.
    case heldForLong
    /// The only other way is a link that is cleared for less.
    case ungatedWay
    /// (g) A notice is back before the receipt.
    case noticeFirst
    /// (j) A sync fails and the process is killed; its pages look clean when they are read.
    case failedPages
    /// A sync fails, and its records are written again elsewhere before anybody reads them.
    case mendedSync
    /// A receipt is lost with a relay's disk: the originator must ask again through a relay that remembers.
    case lostReceipt
    /// A link is limited to PRIORITY and above; its station restarts meanwhile.
    case limitedLink
    /// A link is drained for two minutes, and there is another way.
    case drainedLink
    /// The originator's station is away for days: its receipt is long overdue when it comes back, and waits for it.
    case originAway
    /// Who had custody loses its disk when those before it keep the cable no longer: only the originator can help.
    case custodianGone

    package func play(mutation: Mutation? = nil) -> Verdict {
        switch self {
        case .wayBack: Self.wayBack(mutation)
        case .unsyncedTail: Self.unsyncedTail(mutation)
        case .flippedTail: Self.flippedTail(mutation)
        case .lostDisk: Self.lostDisk(mutation)
        case .restoredBackup: Self.restoredBackup(mutation)
        case .importedState: Self.importedState(mutation)
        case .cancelFirst: Self.cancelFirst(mutation)
        case .movedPost: Self.movedPost(mutation)
        case .earlyReceipt: Self.earlyReceipt(mutation)
        case .comesHome: Self.comesHome(mutation)
        case .partedTriangle: Self.partedTriangle(mutation)
        case .heldForLong: Self.heldForLong(mutation)
        case .ungatedWay: Self.ungatedWay(mutation)
        case .noticeFirst: Self.noticeFirst(mutation)
        case .failedPages: Self.failedPages(mutation)
        case .mendedSync: Self.mendedSync(mutation)
        case .lostReceipt: Self.lostReceipt(mutation)
        case .limitedLink: Self.limitedLink(mutation)
        case .drainedLink: Self.drainedLink(mutation)
        case .originAway: Self.originAway(mutation)
        case .custodianGone: Self.custodianGone(mutation)
        }
    }

    private static func wayBack(_ mutation: Mutation?) -> Verdict {
        var plan = NetworkPlan.row(3)
        plan.network.links.append(
            Network.Link(a: NetworkPlan.indicator(0), b: NetworkPlan.indicator(2), cost: 3))
        let stage = Stage(plan, mutation: mutation)
        stage.pass(6_000)
        stage.cut(1, 2)
        stage.submit(from: 0, to: 2, .flash)
        // B has no way left but back: A takes the cable as custody of its own, and sends it on by the other way.
        let isBack = stage.wait(most: 120_000) { stage.accepted(at: 0) == 2 }
        let arrived = stage.wait(most: 120_000) { stage.delivered(at: 2) == 1 }
        return stage.finish(else: isBack && arrived ? nil : "it came back: \(isBack), arrived: \(arrived)")
    }

    private static func unsyncedTail(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(2), mutation: mutation)
        stage.station(1).disk.interruptOn = (.sync, .kill)
        stage.submit(from: 0, to: 1)
        guard stage.wait(until: { !stage.station(1).isRunning }) else {
            return stage.finish(else: "nothing was killed")
        }
        stage.start(1)
        stage.wait { stage.reports(at: 0).allSatisfy { $0.state != .queued } }
        stage.powerCut(1)
        stage.start(1)
        return stage.finish(else: stage.delivered(at: 1) == 1 ? nil : "the delivery is gone")
    }

    private static func flippedTail(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(2), mutation: mutation)
        for _ in 0..<6 { stage.submit(from: 0, to: 1) }
        stage.wait { stage.reports(at: 0).count == 6 && stage.reports(at: 0).allSatisfy { $0.state == .delivered } }
        stage.pass(1_000)
        for _ in 0..<3 {
            stage.submit(from: 0, to: 1)
            stage.pass(100)
        }
        stage.powerCut(1)
        stage.flipLastRecords(1, 6)
        stage.start(1)
        stage.pass(3_000)
        for _ in 0..<4 { stage.submit(from: 0, to: 1) }
        return stage.finish()
    }

    private static func lostDisk(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(3), mutation: mutation)
        stage.cut(1, 2)
        stage.submit(from: 0, to: 2)
        let passed = stage.wait { stage.reports(at: 0).contains { $0.state == .inTransit } }
        stage.pass(500)
        stage.powerCut(1)
        stage.wipe(1)
        stage.start(1)
        stage.pass(5_000)
        stage.mend()
        let arrived = stage.wait(most: 120_000) { stage.delivered(at: 2) == 1 }
        return stage.finish(else: passed && arrived ? nil : "what the lost disk held did not come again")
    }

    private static func restoredBackup(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(2), mutation: mutation)
        stage.submit(from: 1, to: 0)
        stage.wait { stage.reports(at: 1).contains { $0.state == .delivered } }
        stage.pass(1_000)
        let backup = stage.station(1).disk.snapshot()
        for _ in 0..<4 { stage.submit(from: 1, to: 0) }
        stage.pass(3_000)
        stage.powerCut(1)
        stage.restore(1, backup)
        stage.start(1)
        stage.pass(3_000)
        for _ in 0..<6 {
            stage.submit(from: 1, to: 0)
            stage.pass(200)
        }
        stage.pass(3_000)
        let arrived = stage.delivered(at: 0)
        return stage.finish(else: arrived == 11 ? nil : "\(arrived) of 11 cables arrived behind the backup")
    }

    private static func cancelFirst(_ mutation: Mutation?) -> Verdict {
        // The last relay is cut off with the cable; its order goes back and takes the other way to the end.
        var plan = NetworkPlan.row(4)
        plan.network.links.append(Network.Link(a: NetworkPlan.indicator(0), b: NetworkPlan.indicator(3), cost: 9))
        plan.alternateAfter = Precedence.allCases.map { _ in 60_000 }
        let stage = Stage(plan, mutation: mutation)
        stage.cut(2, 3)
        stage.pass(40_000)
        stage.submit(from: 0, to: 3)
        stage.wait { stage.accepted(at: 2) == 1 }
        stage.pass(1_000)
        stage.cut(1, 2)
        stage.pass(100_000)
        stage.give(.cancel, at: 0)
        let isCancelling = stage.wait { stage.reports(at: 0).contains { $0.isCancelling } }
        stage.pass(20_000)
        // Only the way to the end is mended, so that the cable meets the mark there.
        stage.mend()
        stage.cut(1, 2)
        let ended = stage.wait(most: 900_000) { stage.reports(at: 0).contains { $0.state == .cancelled } }
        let arrived = stage.delivered(at: 3)
        return stage.finish(
            else: isCancelling && ended && arrived == 0
                ? nil : "cancelling \(isCancelling), cancelled \(ended), \(arrived) on the desk")
    }

    private static func heldForLong(_ mutation: Mutation?) -> Verdict {
        var plan = NetworkPlan.row(3)
        plan.duplicateWindowMilliseconds = 60_000
        let stage = Stage(plan, mutation: mutation)
        stage.cut(1, 2)
        stage.pass(40_000)
        stage.submit(from: 0, to: 2)
        stage.wait { stage.reports(at: 0).contains { $0.state == .inTransit } }
        stage.pass(1_000)
        stage.give(.hold, at: 1)
        stage.pass(1_000)
        stage.mend()
        stage.pass(180_000)
        let early = stage.delivered(at: 2)
        stage.powerCut(1)
        stage.start(1)
        stage.pass(6_000)
        stage.give(.release, at: 1)
        let arrived = stage.wait(most: 60_000) { stage.delivered(at: 2) == 1 }
        return stage.finish(else: early == 0 && arrived ? nil : "\(early) came while it was held; arrived: \(arrived)")
    }

    private static func ungatedWay(_ mutation: Mutation?) -> Verdict {
        var plan = NetworkPlan.row(2)
        plan.network.stations.append(
            Network.Station(
                indicator: NetworkPlan.indicator(2), posts: [NetworkPlan.post(2, 0)], addresses: [],
                clearance: .secret))
        for station in 0...1 {
            plan.network.links.append(
                Network.Link(
                    a: NetworkPlan.indicator(station), b: NetworkPlan.indicator(2), clearance: .confidential, cost: 2))
        }
        let stage = Stage(plan, mutation: mutation)
        stage.pass(6_000)
        stage.cut(0, 1)
        stage.pass(40_000)
        stage.submit(from: 0, to: 1, .flash, classification: .secret)
        stage.submit(from: 0, to: 1, .flash)
        let other = stage.wait(most: 30_000) { stage.delivered(at: 1) == 1 }
        stage.pass(30_000)
        let early = stage.delivered(at: 1)
        return stage.finish(else: other && early == 1 ? nil : "\(early) of two came by the link for CONFIDENTIAL")
    }

    private static func noticeFirst(_ mutation: Mutation?) -> Verdict {
        var plan = NetworkPlan.row(3)
        plan.lifeSeconds = 20
        let stage = Stage(plan, mutation: mutation)
        stage.deafen(from: 2, to: 1)
        stage.submit(from: 0, to: 2)
        stage.wait { stage.delivered(at: 2) == 1 }
        stage.cut(1, 2)
        let notified = stage.wait(most: 300_000) { stage.reports(at: 0).contains { $0.state == .undeliverable } }
        stage.mend()
        let corrected = stage.wait(most: 300_000) {
            stage.reports(at: 0).contains { $0.state == .delivered && $0.lateAfterNotice }
        }
        return stage.finish(
            else: notified && corrected ? nil : "notice \(notified), receipt behind it \(corrected)")
    }

    private static func failedPages(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(2), mutation: mutation)
        stage.station(1).disk.failing[.sync] = 1
        stage.station(1).disk.interruptOn = (.create, .kill)
        stage.run.ledger.lastDiskTrouble = stage.run.world.now
        stage.submit(from: 0, to: 1)
        guard stage.wait(until: { !stage.station(1).isRunning }) else {
            return stage.finish(else: "nothing was killed")
        }
        stage.start(1)
        stage.wait { stage.reports(at: 0).allSatisfy { $0.state != .queued } }
        stage.powerCut(1)
        stage.start(1)
        return stage.finish(else: stage.delivered(at: 1) == 1 ? nil : "the delivery is gone")
    }

    private static func mendedSync(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(3), mutation: mutation)
        stage.station(1).disk.failing[.sync] = 1
        stage.submit(from: 0, to: 2)
        let arrived = stage.wait(most: 2_000) { stage.delivered(at: 2) == 1 }
        return stage.finish(else: arrived ? nil : "what was written again could not be read")
    }

    private static func lostReceipt(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(4), mutation: mutation)
        stage.submit(from: 0, to: 3, .flash)
        stage.wait { stage.delivered(at: 3) == 1 }
        stage.cut(1, 2)
        stage.pass(2_000)
        stage.powerCut(2)
        stage.wipe(2)
        stage.start(2)
        stage.pass(5_000)
        stage.mend()
        return stage.finish()
    }
}
