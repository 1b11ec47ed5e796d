import Cables
import Custody
import Octets
import Routing

/// Posts that move, orders that are there before their cables, and lives that are not over.
extension Ledger {
    // MARK: Posts

    func moved(_ post: String, to station: Int) { newHomes[post, default: []].insert(station) }

    /// Stations at whose desks the post may have got a cable.
    func homes(of post: String) -> [Int] {
        let first = plan.network.stations.indices.filter { plan.network.stations[$0].posts.contains(post) }
        return first + (newHomes[post] ?? []).subtracting(first).sorted()
    }

    // MARK: Orders

    /// On the disk of a station: from now on it must stop the cable there, whenever that comes (rule 21).
    func noteOrder(_ index: Int, _ message: ServiceMessage) {
        guard message.kind == .cancelOrder, message.station == message.identity.station else { return }
        books[index].cancelOrders.insert(Fates.Answer(identity: message.identity, post: message.post))
    }

    /// - Parameter isNew: the acceptance came to the disk now, behind what is noted.
    func checkOrderWasObeyed(_ index: Int, _ acceptance: AcceptanceDigest, _ post: String, isNew: Bool) {
        // Marks end with the duplicate window, which is short where the times are.
        guard isNew, plan.keeping == nil, !books[index].wasDamaged,
            books[index].cancelOrders.contains(Fates.Answer(identity: acceptance.identity, post: post))
        else { return }
        world.breaks(
            .truthfulReceipts, station: index,
            "\(acceptance.identity) reached \(post), and the order to cancel it was there before")
    }

    // MARK: Lives

    /// What a set clock may make of an age over a restart, and what lies between the parts of a simulation.
    private static let stepMilliseconds: UInt64 = 21_000
    private static let slackMilliseconds: UInt64 = 2_000

    /// A notice says that a life is over: it is.
    func checkLife(_ station: SimulatedStation, _ end: EndDigest) {
        guard end.message.reason.contains("life"), let born = accepted[end.message.identity],
            !books.contains(where: \.wasDamaged)
        else { return }
        let slack = Self.slackMilliseconds + clockSteps * Self.stepMilliseconds
        if world.now - born + slack < UInt64(plan.lifeSeconds) * 1_000 {
            world.breaks(
                .truthfulReceipts, station: station.index,
                "\(end.message.identity) has a notice \(world.now - born) ms after its acceptance: \(end.message.reason)"
            )
        }
    }
}
