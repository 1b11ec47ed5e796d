import Cables
import Custody
import Octets
import Testing

@Suite("A neighbour's custody note is kept with the record that custody has passed, and proves it")
struct KeptNoteTests {
    private static func note(_ channels: [UInt64], _ marks: [Digest]) -> KeptNote {
        KeptNote(
            statement: CustodyStatement(
                network: "ROW", taker: indicator("RUBB"), giver: indicator("RUAA"), giverStart: 5, channels: channels,
                marks: marks
            ).encoded, proof: TestStation.proof)
    }

    private static let offer = KeptNote.Offer(
        network: "ROW", taker: indicator("RUBB"), giver: indicator("RUAA"), giverStart: 5, channel: 2,
        mark: Digest(2, 0, 0, 0))

    @Test("It proves the offer that it names, and no other; each reason is said")
    func flaws() {
        let note = Self.note([1, 2], [Digest(1, 0, 0, 0), Digest(2, 0, 0, 0)])
        func flaw(_ change: (inout KeptNote.Offer) -> Void, signer: String? = "RUBB") -> String? {
            var offer = Self.offer
            change(&offer)
            return note.flaw(offer) { _, _ in signer.map { indicator($0) } }
        }
        #expect(flaw { _ in } == nil)
        #expect(flaw({ _ in }, signer: nil)?.contains("signature") == true)
        #expect(flaw({ _ in }, signer: "RUCC")?.contains("signature") == true)
        #expect(flaw { $0.channel = 3 }?.contains("does not name offer 3") == true)
        #expect(flaw { $0.channel = 1 } == "the note is for other octets")
        #expect(flaw { $0.taker = indicator("RUCC") } == "the note is of RUBB, not of RUCC")
        #expect(flaw { $0.giverStart = 6 }?.contains("earlier start") == true)
        #expect(flaw { $0.giver = indicator("RUCC") }?.contains("another station") == true)
        var torn = note
        torn.statement.removeLast()
        #expect(torn.flaw(Self.offer) { _, _ in indicator("RUBB") } == "the note cannot be read")
    }

    @Test("The record is read back with it; what the state keeps of the record is without it")
    func packing() throws {
        let passed = JournalRecord.Passed(
            peer: indicator("RUBB"), peerEpoch: TestStation.epoch, start: 5, at: 7,
            items: [
                JournalRecord.Passed.Item(
                    number: CustodyNumber(sequence: 3), deliveries: [0], channel: 2, previous: .none)
            ], note: Self.note([2], [Digest(2, 0, 0, 0)]))
        var writer = OctetWriter()
        JournalRecord.passed(passed).write(to: &writer)
        let read = try JournalRecord(decoding: writer.octets)
        #expect(read == .passed(passed))
        var bare = passed
        bare.note = nil
        #expect(try RecordDigest(.passed(passed)) == .passed(bare))
    }

    @Test("It is found in the cable's history, and what is carried of it has a bound")
    func history() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(mark: 2)
        let slice = try station.firstOffer()
        let note = Self.note([slice.channel], [Digest(2, 0, 0, 0)])
        _ = station.act { core, now, actions in
            core.custodyNoted(0, session: 1, channels: [slice.channel...slice.channel], note, at: now, &actions)
        }
        _ = station.sync()
        let slot = station.core.slot(of: slice.number) ?? .max
        let last = station.core.lastPlace(of: slot)
        let journal = station.journal
        func past(_ last: RecordPlace) throws -> Carried.Past {
            try Carried.Past(
                from: last, acceptance: TestStation.place(Int(slice.number.sequence) - 1), number: slice.number
            ) { place in
                var writer = OctetWriter()
                journal[Int(place.offset) - 1].write(to: &writer)
                return writer.octets
            }
        }
        let found = try past(last).bounded
        #expect(found.events.map(\.name) == ["accepted", "custodyPassed"])
        let kept = try #require(found.answers.first)
        guard case .passed(let passed) = try JournalRecord(decoding: kept) else {
            return #expect(Bool(false), "it is no note")
        }
        #expect(passed.note == note)

        // Thousands of cables taken at once: what is carried with each of them stays small.
        let many = Self.note((1...3_000).map { $0 }, (1...3_000).map { Digest($0, 0, 0, 0) })
        var large = passed
        large.note = many
        var writer = OctetWriter()
        JournalRecord.passed(large).write(to: &writer)
        #expect(Carried.Past(events: [], answers: [writer.octets]).bounded.answers.isEmpty)
    }

    @Test("One that is too large is not kept; custody has passed all the same")
    func bounds() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(mark: 2)
        let slice = try station.firstOffer()
        let large = KeptNote(statement: [UInt8](repeating: 0, count: KeptNote.octetsMax + 1), proof: TestStation.proof)
        _ = station.act { core, now, actions in
            core.custodyNoted(0, session: 1, channels: [slice.channel...slice.channel], large, at: now, &actions)
        }
        guard case .passed(let passed)? = station.journal.last else {
            return #expect(Bool(false), "custody has not passed")
        }
        #expect(passed.items.count == 1)
        #expect(passed.note == nil)
    }
}
