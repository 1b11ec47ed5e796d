import Cables
import Custody
import Octets
import Routing
import Testing

/// RUAA (CAPITAL) - RUBB (HUB) - RUCC (NORTH), and RUDD (SIDE) behind RUBB; the post MISSION is at `home`.
private func network(mission home: String, version: UInt64 = 1) -> Network {
    let posts = [("RUAA", "CAPITAL"), ("RUBB", "HUB"), ("RUCC", "NORTH"), ("RUDD", "SIDE")]
    return Network(
        name: "ROW", version: version,
        stations: posts.map { name, post in
            Network.Station(
                indicator: indicator(name), posts: name == home ? [post, "MISSION"] : [post], addresses: [],
                clearance: .secret)
        },
        links: [("RUAA", "RUBB"), ("RUBB", "RUCC"), ("RUBB", "RUDD")].map {
            Network.Link(a: indicator($0.0), b: indicator($0.1))
        }, collectives: [], aliases: [])
}

@Suite("What a post's new station says before it is known that the post is there (rule 22)")
struct EarlyWordTests {
    private static let identity = CableIdentity(station: indicator("RUAA"), start: 5, number: 1)

    /// RUAA's cable for MISSION has been passed on; its file says that MISSION is at RUCC.
    private static func origin() throws -> TestStation {
        var station = TestStation("RUAA", network: network(mission: "RUCC"))
        station.linkUp(0)
        _ = station.submit(to: ["MISSION"])
        station.note([try station.firstOffer()], 0)
        return station
    }

    private static func message(
        _ kind: ServiceMessage.Kind, by station: String, office: String = "DEFAULT", at: Int64 = 7
    ) -> ServiceMessage {
        ServiceMessage(
            kind: kind, network: "ROW", identity: identity, contentHash: Digest(1, 0, 0, 0), post: "MISSION",
            station: indicator(station), office: office, at: at, precedence: .routine, reason: "")
    }

    private static func report(_ station: borrowing TestStation) throws -> DeliveryReport {
        guard case .found(let slot) = station.core.find("RUAA-00000005-1") else { throw TestStation.NothingOffered() }
        return try #require(station.core.reports(of: slot).first)
    }

    private static func outcomes(_ actions: Actions) -> [DeliveryState] {
        actions.afterPersist.compactMap { if case .outcome(let outcome) = $0 { outcome.state } else { nil } }
    }

    @Test("A receipt that overtakes the word of the move is kept, is not believed yet, and counts with that word")
    func overtaking() throws {
        var station = try Self.origin()
        station.take(Self.message(.receipt, by: "RUDD"), from: "RUBB", number: 900)
        let early = try Self.report(station)
        #expect(early.state == .inTransit && early.why.contains("RUDD says that it has delivered it"))
        station.take(Self.message(.moved, by: "RUCC", office: "RUDD"), from: "RUBB", number: 901)
        let report = try Self.report(station)
        #expect(report.state == .delivered && report.movedTo == indicator("RUDD") && report.at == 7)
    }

    @Test("Words of two moves count in whatever order they come, and the acknowledgment with them")
    func chain() throws {
        let words = [
            Self.message(.moved, by: "RUCC", office: "RUDD"), Self.message(.moved, by: "RUDD", office: "RUBB"),
            Self.message(.receipt, by: "RUBB"), Self.message(.acknowledgment, by: "RUBB"),
        ]
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            var station = try Self.origin()
            for (number, index) in order.enumerated() {
                station.take(words[index], from: "RUBB", number: 900 + UInt64(number))
            }
            let report = try Self.report(station)
            #expect(report.state == .acknowledged && report.movedTo == indicator("RUBB"), "\(order)")
        }
    }

    @Test("A station that had the delivery for a while may have brought it to its desk")
    func formerHome() throws {
        var station = try Self.origin()
        station.take(Self.message(.moved, by: "RUCC", office: "RUDD"), from: "RUBB", number: 900)
        station.take(Self.message(.receipt, by: "RUCC"), from: "RUBB", number: 901)
        #expect(try Self.report(station).state == .delivered)
    }

    @Test("A new network file is such a word, and whoever waits for the receipt is told")
    func networkFile() throws {
        var station = try Self.origin()
        station.take(Self.message(.receipt, by: "RUDD"), from: "RUBB", number: 900)
        let file = network(mission: "RUDD", version: 2)
        let actions = station.act { core, now, actions in
            _ = core.adopt(
                RoutingTable(network: file, own: indicator("RUAA")), AddressBook(file), at: now, &actions)
        }
        #expect(try Self.report(station).state == .delivered)
        #expect(Self.outcomes(actions) == [.delivered])
    }

    @Test("What the network file made clear is on record: a restart with another file knows it")
    func restart() throws {
        var station = try Self.origin()
        let file = network(mission: "RUDD", version: 2)
        _ = station.act { core, now, actions in
            _ = core.adopt(
                RoutingTable(network: file, own: indicator("RUAA")), AddressBook(file), at: now, &actions)
        }
        _ = station.sync()
        station.take(Self.message(.receipt, by: "RUDD"), from: "RUBB", number: 900)
        #expect(try Self.report(station).state == .delivered)
        // The network that tests restart with knows neither MISSION nor RUDD.
        let again = TestStation(restarting: station, synced: station.journal.count, start: 6)
        #expect(try Self.report(again).state == .delivered)
    }

    @Test("What was said too early, and who had the delivery, outlive a restart and the segment that they stood in")
    func kept() throws {
        var station = try Self.origin()
        station.take(Self.message(.moved, by: "RUCC", office: "RUBB"), from: "RUBB", number: 900)
        station.take(Self.message(.receipt, by: "RUDD"), from: "RUBB", number: 901)
        let gone = try station.carryForward()
        for record in station.journal {
            var writer = OctetWriter()
            record.write(to: &writer)
            #expect(try JournalRecord(decoding: writer.octets) == record)
            var packed = OctetWriter()
            try RecordDigest(record).write(to: &packed)
            #expect(try RecordDigest(from: OctetReader(packed.octets)) == RecordDigest(record))
        }
        for sayer in ["RUBB", "RUCC"] {
            var again = TestStation(
                restarting: station, synced: station.journal.count, start: 6, from: gone)
            #expect(try Self.report(again).state == .inTransit)
            again.linkUp(0)
            if sayer == "RUBB" {
                again.take(Self.message(.moved, by: sayer, office: "RUDD"), from: "RUBB", number: 950)
            } else {
                again.take(Self.message(.receipt, by: sayer), from: "RUBB", number: 950)
            }
            #expect(try Self.report(again).state == .delivered, "\(sayer)")
        }
    }

    @Test("A power cut within what is carried with a cable leaves it where it was, to be carried anew")
    func torn() throws {
        func place(_ station: borrowing TestStation) -> RecordPlace? {
            station.core.remainder(of: 1, most: 10).first { $0.number.isCable }?.place
        }
        var station = try Self.origin()
        station.take(Self.message(.receipt, by: "RUDD"), from: "RUBB", number: 900)
        let old = place(station)
        #expect(old != nil)
        _ = try station.carryForward()
        let carried = try #require(
            station.journal.firstIndex { if case .carried = $0 { true } else { false } })
        guard case .words = station.journal[carried + 1] else { throw TestStation.NothingOffered() }
        #expect(place(TestStation(restarting: station, synced: carried + 1, start: 6)) == old)
        #expect(place(TestStation(restarting: station, synced: carried + 2, start: 6)) == old)
        #expect(
            place(TestStation(restarting: station, synced: carried + 3, start: 6)) == TestStation.place(carried))
    }

    @Test("Words of one cable are bounded; what comes behind the bound is not kept, and nothing else suffers")
    func bound() throws {
        var station = try Self.origin()
        for number in 0..<UInt64(EarlyWords.wordsMax + 10) {
            station.take(
                Self.message(.receipt, by: "RUDD", at: Int64(100 - number)), from: "RUBB", number: 900 + number)
        }
        station.take(Self.message(.moved, by: "RUCC", office: "RUDD"), from: "RUBB", number: 2_000)
        let report = try Self.report(station)
        #expect(report.state == .delivered && report.at == Int64(100 - EarlyWords.wordsMax + 1))
    }

    @Test("An inquiry of the new station is answered, though nobody has said yet that the post is there (rule 11)")
    func inquiry() throws {
        func answers(_ station: borrowing TestStation) -> [ServiceMessage.Kind] {
            station.journal.compactMap { if case .stated(let said) = $0 { said.message.kind } else { nil } }
        }
        var station = try Self.origin()
        station.take(Self.message(.inquiry, by: "RUDD", at: 7), from: "RUBB", number: 900)
        #expect(answers(station) == [.noReceipt])
        station.take(Self.message(.receipt, by: "RUDD", at: 7), from: "RUBB", number: 901)
        station.take(Self.message(.inquiry, by: "RUDD", at: 9), from: "RUBB", number: 902)
        #expect(answers(station) == [.noReceipt, .hasReceipt])
    }
}
