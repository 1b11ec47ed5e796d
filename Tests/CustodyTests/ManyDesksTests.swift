import Cables
import Custody
import Octets
import Routing
import Testing

@Suite("One cable for many desks of one station")
struct ManyDesksTests {
    /// What a station with so many posts of its own answers to a cable for all of them.
    private func answer(posts count: Int) -> SubmissionAnswer? {
        let names = (0..<count).map { "POST \($0)" }
        let network = Network(
            name: "WIDE", version: 1,
            stations: [
                Network.Station(
                    indicator: indicator("RUAA"), posts: ["CAPITAL"] + names, addresses: [], clearance: .secret)
            ], links: [], collectives: [Network.Collective(name: "ALL POSTS", members: names)], aliases: [])
        var core = StationCustody(
            settings: CustodySettings(
                network: "WIDE", station: indicator("RUAA"), start: 5, epoch: TestStation.epoch, lifeSeconds: 3_600,
                hopLimit: 8, chunkOctets: 16_384, originators: []),
            routing: RoutingTable(network: network, own: indicator("RUAA")), addresses: AddressBook(network),
            offices: OfficeDirectory([]))
        var actions = Actions()
        let now = Instant(boot: 1, wall: 1_700_000_000_000)
        core.recovered(at: now, &actions)
        let header = CableHeader(
            from: "CAPITAL", mrn: nil, dateTimeGroup: nil, classification: .unclassified, captions: [], slugs: [],
            addressees: [
                AddresseeName(
                    post: "ALL POSTS", indicator: nil, deliveredByOtherMeans: false, role: .action,
                    precedence: .routine, niact: false)
            ], exempt: [])
        core.submit(
            Submission(
                token: 1, user: 0, key: nil, header: header, contentHash: Digest(1, 0, 0, 0), length: 100,
                body: .inline([UInt8](repeating: 65, count: 100)), precedenceMax: .flash), at: now, &actions)
        for case .submission(_, let answer) in actions.afterPersist { return answer }
        return nil
    }

    @Test("What would not fit one record of the journal is refused whole, and does not end the daemon")
    func bound() {
        guard case .refused(let refusal)? = answer(posts: 2_000) else {
            Issue.record("2,000 desks do not fit")
            return
        }
        #expect(refusal.code == "TOO_MANY_ADDRESSEES")
        guard case .accepted(let cable)? = answer(posts: 500) else {
            Issue.record("500 desks fit")
            return
        }
        #expect(cable.deliveries.count == 500)
    }
}
