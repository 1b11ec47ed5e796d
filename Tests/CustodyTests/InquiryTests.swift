import Cables
import Custody
import Octets
import Testing

@Suite("Suspected duplicates: the originator is asked, and \"no receipt here\" takes the sign away (rule 11)")
struct InquiryTests {
    /// RUAA has sent a cable to NORTH, and RUCC has it on its desk, marked.
    private struct Pair: ~Copyable {
        var origin = TestStation("RUAA")
        var desk = TestStation("RUCC")

        init(zfd: Bool = true, age: UInt64 = 0) throws {
            origin.linkUp(0)
            _ = origin.submit(mark: 1)
            var arrival = try origin.arrival(of: origin.firstOffer(), zfd: zfd)
            arrival.offered.peer = indicator("RUBB")
            arrival.ageMilliseconds += age
            desk.linkUp(0)
            let cable = arrival
            _ = desk.act { core, now, actions in core.arrive(cable, at: now, &actions) }
            _ = desk.sync()
        }
    }

    /// The newest message of a kind that a station stated.
    private func stated(_ journal: [JournalRecord], _ kind: ServiceMessage.Kind) -> ServiceMessage? {
        for record in journal.reversed() {
            if case .stated(let statement) = record, statement.message.kind == kind { return statement.message }
        }
        return nil
    }

    @Test("It is delivered at once with the sign, asked about, and trusted behind the answer, a restart and carrying")
    func trusted() throws {
        var pair = try Pair()
        #expect(pair.desk.core.inboxItems().map(\.suspectedDuplicate) == [true])
        let inquiry = try #require(stated(pair.desk.journal, .inquiry))
        #expect(inquiry.destination == indicator("RUAA"))
        #expect(pair.desk.room(0).count == 2, "the receipt and the question go to the neighbour")

        pair.origin.take(inquiry, from: "RUBB", number: 4)
        let answer = try #require(stated(pair.origin.journal, .noReceipt))
        #expect(answer.destination == indicator("RUCC"))
        #expect(answer.station == indicator("RUAA"))

        pair.desk.take(answer, from: "RUBB", number: 5)
        #expect(pair.desk.core.inboxItems().map(\.suspectedDuplicate) == [false])
        let again = TestStation(restarting: pair.desk, synced: pair.desk.journal.count, start: 8)
        #expect(again.core.inboxItems().map(\.suspectedDuplicate) == [false])
        let gone = try pair.desk.carryForward()
        let carried = TestStation(restarting: pair.desk, synced: pair.desk.journal.count, start: 9, from: gone)
        #expect(carried.core.inboxItems().map(\.suspectedDuplicate) == [false])
    }

    @Test("The receipt of the delivery itself is none before it; an earlier one leaves the sign")
    func earlier() throws {
        var pair = try Pair()
        let inquiry = try #require(stated(pair.desk.journal, .inquiry))
        var receipt = inquiry
        receipt.kind = .receipt
        pair.origin.take(receipt, from: "RUBB", number: 4)
        pair.origin.take(inquiry, from: "RUBB", number: 5)
        #expect(stated(pair.origin.journal, .noReceipt) != nil)

        var other = try Pair()
        let question = try #require(stated(other.desk.journal, .inquiry))
        var earlier = question
        earlier.kind = .receipt
        earlier.at -= 86_400_000
        other.origin.take(earlier, from: "RUBB", number: 4)
        other.origin.take(question, from: "RUBB", number: 5)
        let answer = try #require(stated(other.origin.journal, .hasReceipt))
        other.desk.take(answer, from: "RUBB", number: 6)
        #expect(other.desk.core.inboxItems().map(\.suspectedDuplicate) == [true])
    }

    @Test("An earlier receipt counts whatever the order in which receipts come")
    func order() throws {
        var pair = try Pair()
        let inquiry = try #require(stated(pair.desk.journal, .inquiry))
        var own = inquiry
        own.kind = .receipt
        var earlier = own
        earlier.at -= 1_000
        pair.origin.take(own, from: "RUBB", number: 4)
        pair.origin.take(earlier, from: "RUBB", number: 5)
        pair.origin.take(inquiry, from: "RUBB", number: 6)
        #expect(stated(pair.origin.journal, .hasReceipt) != nil)
    }

    @Test("What is older than any mark is suspected though nobody marked it; younger cables are not asked about")
    func old() throws {
        let window = UInt64(TestStation("RUAA").core.settings.duplicateWindowMilliseconds)
        let old = try Pair(zfd: false, age: window + 1)
        #expect(old.desk.core.inboxItems().map(\.suspectedDuplicate) == [true])
        #expect(stated(old.desk.journal, .inquiry) != nil)
        let young = try Pair(zfd: false)
        #expect(young.desk.core.inboxItems().map(\.suspectedDuplicate) == [false])
        #expect(stated(young.desk.journal, .inquiry) == nil)
    }

    @Test("Nobody but the originator's station takes a sign away, and only of the delivery that was asked about")
    func strangers() throws {
        var pair = try Pair()
        let inquiry = try #require(stated(pair.desk.journal, .inquiry))
        pair.origin.take(inquiry, from: "RUBB", number: 4)
        let answer = try #require(stated(pair.origin.journal, .noReceipt))
        var forged = answer
        forged.station = indicator("RUBB")
        var other = answer
        other.at += 1
        pair.desk.take(forged, from: "RUBB", number: 5)
        pair.desk.take(other, from: "RUBB", number: 6)
        #expect(pair.desk.core.inboxItems().map(\.suspectedDuplicate) == [true])
    }

    @Test("Question and answer are read back as they were written")
    func packing() throws {
        var pair = try Pair()
        let inquiry = try #require(stated(pair.desk.journal, .inquiry))
        pair.origin.take(inquiry, from: "RUBB", number: 4)
        let answer = try #require(stated(pair.origin.journal, .noReceipt))
        for message in [inquiry, answer] {
            let read = try ServiceMessage(decoding: message.encoded)
            #expect(read == message)
            let record = JournalRecord.stated(JournalRecord.Statement(message: message, at: 7))
            var writer = OctetWriter()
            record.write(to: &writer)
            let again = try JournalRecord(decoding: writer.octets)
            #expect(again == record)
            let digest = try RecordDigest(record)
            var short = OctetWriter()
            digest.write(to: &short)
            let packed = try RecordDigest(from: OctetReader(short.octets))
            #expect(packed == digest)
        }
    }
}
