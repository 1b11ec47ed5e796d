import Cables
import Custody
import Octets
import Routing
import Testing

@Suite("Corrected copies are cables of their own, and name the one that they correct")
struct CorrectionTests {
    /// The first cable and its corrected copy, as their originator's station sent them.
    private func sent() throws -> (arrivals: [CableArrival], identities: [CableIdentity]) {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        _ = origin.submit(mark: 1)
        let first = try origin.arrival(of: try origin.firstOffer())
        let header = CableHeader(
            from: "CAPITAL", mrn: "CAPITAL 1", dateTimeGroup: nil, classification: .unclassified,
            captions: ["CORRECTED COPY"], slugs: [],
            addressees: [
                AddresseeName(
                    post: "NORTH", indicator: nil, deliveredByOtherMeans: false, role: .action, precedence: .routine,
                    niact: false)
            ], exempt: [])
        var submission = Submission(
            token: 2, user: 0, key: nil, header: header, contentHash: Digest(2, 0, 0, 0), length: 3,
            body: .inline([65, 65, 66]), precedenceMax: .flash)
        submission.corrects = first.block.identity
        let complete = submission
        _ = origin.act { core, now, actions in core.submit(complete, at: now, &actions) }
        let second = try origin.arrival(of: try origin.firstOffer())
        let shown = origin.core.corrections(of: first.block.identity)
        #expect(shown == [second.block.identity])
        return ([first, second], [first.block.identity, second.block.identity])
    }

    private func deliver(_ arrivals: [CableArrival]) -> TestStation {
        var desk = TestStation("RUCC")
        desk.linkUp(0)
        for (index, arrival) in arrivals.enumerated() {
            var arrival = arrival
            arrival.offered.peer = indicator("RUBB")
            arrival.offered.number = CustodyNumber(sequence: UInt64(40 + index))
            arrival.offered.channel = UInt64(1 + index)
            let cable = arrival
            _ = desk.act { core, now, actions in core.arrive(cable, at: now, &actions) }
            _ = desk.sync()
        }
        return desk
    }

    @Test("The desk gets both, whichever comes first, and each is shown with the other, behind a restart and carrying")
    func shown() throws {
        let (arrivals, identities) = try sent()
        #expect(try SignedBlock(decoding: arrivals[1].blockOctets).corrects == identities[0])
        for order in [arrivals, arrivals.reversed()] {
            var desk = deliver(order)
            #expect(desk.core.inboxItems().count == 2)
            #expect(desk.core.corrections(of: identities[0]) == [identities[1]])
            #expect(desk.core.inboxItems().first { $0.identity == identities[0] }?.correctedBy == [identities[1]])
            let again = TestStation(restarting: desk, synced: desk.journal.count, start: 8)
            #expect(again.core.corrections(of: identities[0]) == [identities[1]])
            let gone = try desk.carryForward()
            let carried = TestStation(restarting: desk, synced: desk.journal.count, start: 9, from: gone)
            #expect(carried.core.corrections(of: identities[0]) == [identities[1]])
        }
    }

    @Test("The state keeps it of a record, also where the cable is carried")
    func digests() throws {
        let (arrivals, identities) = try sent()
        var desk = deliver(arrivals)
        _ = try desk.carryForward()
        var kept = 0
        for record in desk.journal {
            let digest = try RecordDigest(record)
            var writer = OctetWriter()
            digest.write(to: &writer)
            let read = try RecordDigest(from: OctetReader(writer.octets))
            #expect(read == digest)
            var octets = OctetWriter()
            record.write(to: &octets)
            #expect(try RecordDigest(record: OctetReader(octets.octets)) == digest)
            switch read {
            case .accepted(let acceptance) where acceptance.corrects == identities[0]: kept += 1
            case .carried(_, let acceptance) where acceptance.corrects == identities[0]: kept += 1
            default: continue
            }
        }
        #expect(kept == 2, "once accepted, once carried")
    }

    @Test("Another station's cable is not corrected, whatever a block says")
    func strangers() throws {
        var (arrivals, identities) = try sent()
        arrivals[1].block.corrects = CableIdentity(station: indicator("RUBB"), start: 1, number: 1)
        arrivals[1].blockOctets = arrivals[1].block.encoded
        let desk = deliver(arrivals)
        #expect(desk.core.inboxItems().count == 2)
        identities.append(CableIdentity(station: indicator("RUBB"), start: 1, number: 1))
        for identity in identities { #expect(desk.core.corrections(of: identity).isEmpty) }
    }
}
