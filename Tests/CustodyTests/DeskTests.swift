import Cables
import Custody
import Octets
import Routing
import Testing

private let day: Int64 = 86_400_000

private func octets(_ record: JournalRecord) -> [UInt8] {
    var writer = OctetWriter()
    record.write(to: &writer)
    return writer.octets
}

extension TestStation {
    /// A cable of a post here, which asks for a reply within so many days.
    fileprivate mutating func submit(
        from: String, to post: String, mark: UInt64, dueDays: Int? = nil, _ precedence: Precedence = .routine,
        answers: [CableIdentity] = []
    ) -> (identity: CableIdentity?, tasks: [DeskTask]) {
        var header = CableHeader(
            from: from, mrn: "\(from) \(mark)", dateTimeGroup: nil, classification: .unclassified, captions: [],
            slugs: [],
            addressees: [
                AddresseeName(
                    post: post, indicator: nil, deliveredByOtherMeans: false, role: .action, precedence: precedence,
                    niact: false)
            ], exempt: [])
        header.desk.replyDue = dueDays.map {
            ReplyInstructions.Due(count: $0, unit: .days, date: nil, anchor: .receipt, text: "")
        }
        var submission = Submission(
            token: 1, user: 0, key: nil, header: header, contentHash: Digest(mark, 0, 0, 0), length: 100,
            body: .inline([UInt8](repeating: 65, count: 100)), precedenceMax: .flash)
        submission.answers = answers
        let complete = submission
        let actions = act { core, now, actions in core.submit(complete, at: now, &actions) }
        var identity: CableIdentity?
        for case .submission(_, .accepted(let cable)) in actions.afterPersist { identity = cable.identity }
        return (identity, Self.tasks(actions))
    }

    fileprivate static func tasks(_ actions: borrowing Actions) -> [DeskTask] {
        actions.afterPersist.compactMap { if case .desk(let task) = $0 { task } else { nil } }
    }

    /// Time passes, and the station looks at what is due.
    fileprivate mutating func wait(_ milliseconds: Int64) -> [DeskTask] {
        now.boot += UInt64(milliseconds)
        now.wall += milliseconds
        return Self.tasks(act { core, now, actions in core.woke(at: now, &actions) })
    }

    fileprivate mutating func told(_ tasks: [DeskTask]) {
        for task in tasks {
            _ = act { core, now, actions in core.told(task.matter, at: now, &actions) }
        }
        _ = sync()
    }
}

extension TestStation {
    /// All cables are carried forward, and the station starts again without the old records.
    fileprivate borrowing func carried() -> TestStation { carriedForward(self) }
}

private func carriedForward(_ station: borrowing TestStation) -> TestStation {
    var carrying = TestStation(restarting: station, synced: station.journal.count, start: 7)
    let old = carrying.journal.count
    let now = carrying.now
    for item in carrying.core.remainder(of: 1, most: 100) {
        let record = carrying.journal[Int(item.place.offset) - 1]
        guard case .accepted = record else { continue }
        let acceptance = octets(record)
        _ = carrying.act { core, _, actions in
            core.carry(item, acceptance: acceptance, past: .empty, at: now, &actions)
        }
    }
    _ = carrying.act { core, _, actions in core.leave(1, at: now, &actions) }
    _ = carrying.sync()
    return TestStation(restarting: carrying, synced: carrying.journal.count, start: 9, from: old)
}

@Suite("Desks in the core")
struct DeskTests {
    @Test("A reply within the day ends the suspense at once; one that comes after the time is late")
    func answered() throws {
        for (days, state) in [(0, Suspense.State.answered), (3, .late)] as [(Int64, Suspense.State)] {
            var station = TestStation("RUCC")
            let asked = try #require(station.submit(from: "NORTH", to: "CAMP", mark: 1, dueDays: 1).identity)
            _ = station.sync()
            #expect(station.core.suspenseItems().map(\.suspense.isEnded) == [false])
            _ = station.wait(days * day)
            let reply = try #require(station.submit(from: "CAMP", to: "NORTH", mark: 2, answers: [asked]).identity)
            _ = station.sync()
            let item = try #require(station.core.suspenseItems().first)
            #expect(item.suspense.answer?.reply == reply)
            #expect(item.suspense.state(at: station.now.wall) == state)
            // The same state behind a replay, and behind records that were carried.
            let again = TestStation(restarting: station, synced: station.journal.count, start: 6)
            #expect(again.core.suspenseItems().map(\.suspense) == [item.suspense])
            #expect(station.carried().core.suspenseItems().map(\.suspense) == [item.suspense])
        }
    }

    @Test("A reply of another post than the one that was asked changes nothing")
    func another() throws {
        var station = TestStation("RUCC")
        let asked = try #require(station.submit(from: "NORTH", to: "CAMP", mark: 1, dueDays: 1).identity)
        _ = station.submit(from: "NORTH", to: "CAMP", mark: 2, answers: [asked])
        _ = station.sync()
        #expect(station.core.suspenseItems().map(\.suspense.isEnded) == [false])
    }

    @Test(
        "Reminders at half time and the day before, the overdue notice behind it, each until somebody says that he was told"
    )
    func reminders() {
        var station = TestStation("RUCC")
        let asked = station.submit(from: "NORTH", to: "CAMP", mark: 1, dueDays: 4)
        #expect(asked.tasks.isEmpty)
        _ = station.sync()
        func stages(_ tasks: [DeskTask]) -> [DeskMatter.Stage] {
            tasks.compactMap { if case .reminder(_, _, let stage) = $0.matter { stage } else { nil } }
        }
        #expect(stages(station.wait(day)) == [])
        let half = station.wait(2 * day)
        #expect(stages(half) == [.halfTime])
        #expect(stages(station.wait(1_000)) == [], "it is under way")
        // Killed before anybody was told: it is told again.
        var again = TestStation(restarting: station, synced: station.journal.count, start: 6)
        let repeated = again.wait(1)
        #expect(stages(repeated) == [] || stages(repeated) == [.halfTime])
        station.told(half)
        #expect(stages(station.wait(day)) == [.dayBefore])
        let overdue = station.wait(2 * day)
        #expect(stages(overdue) == [.overdue])
        station.told(overdue)
        let carried = station.carried()
        #expect(carried.core.suspenseItems().map(\.suspense) == station.core.suspenseItems().map(\.suspense))
    }

    @Test("A FLASH is called for at once and each time that the patience is over, until it is acknowledged")
    func calls() throws {
        var station = TestStation("RUCC")
        let flash = station.submit(from: "NORTH", to: "CAMP", mark: 1, .flash)
        #expect(flash.tasks.map(\.matter) == [.call(arrival: 1, count: 0)])
        _ = station.sync()
        station.told(flash.tasks)
        #expect(station.wait(599_000) == [])
        let second = station.wait(1_000)
        #expect(second.map(\.matter) == [.call(arrival: 1, count: 1)])
        station.told(second)
        #expect(station.core.unacknowledged(at: station.now).waiting == 1)
        let now = station.now
        var refusal: DeskRefusal?
        _ = station.act { core, _, actions in
            do throws(DeskRefusal) {
                try core.acknowledge(1, user: 7, at: now, &actions)
                try core.acknowledge(1, user: 8, at: now, &actions)
            } catch { refusal = error }
        }
        #expect(refusal == nil)
        _ = station.sync()
        #expect(station.wait(3_600_000) == [])
        #expect(station.core.unacknowledged(at: station.now).waiting == 0)
        #expect(station.core.inboxItems().map(\.facts.acknowledgedBy) == [7], "the first one counts")
        let reports = station.core.slot(of: CustodyNumber(sequence: 2)).map { station.core.reports(of: $0) }
        #expect(reports?.map(\.state) == [.acknowledged])
        let carried = station.carried()
        #expect(carried.core.inboxItems().map(\.facts) == station.core.inboxItems().map(\.facts))
    }

    @Test("At the originator the acknowledgment may overtake the receipt, and the reply may too")
    func overtaking() throws {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var station = TestStation("RUAA")
            station.linkUp(0)
            let asked = try #require(station.submit(from: "CAPITAL", to: "NORTH", mark: 1, .flash).identity)
            _ = station.sync()
            let now = station.now
            func message(_ kind: ServiceMessage.Kind, at: Int64, due: Int64?) -> ServiceMessage {
                ServiceMessage(
                    kind: kind, network: "ROW", identity: asked, contentHash: Digest(1, 0, 0, 0), post: "NORTH",
                    station: indicator("RUCC"), office: "DEFAULT", at: at, precedence: .flash, reason: "", replyDue: due
                )
            }
            for (number, what) in order.enumerated() {
                switch what {
                case 0:
                    station.take(
                        message(.receipt, at: 1_000, due: 2_000 + now.wall), from: "RUBB", number: UInt64(number) + 90)
                case 1:
                    station.take(
                        message(.acknowledgment, at: 1_500, due: nil), from: "RUBB", number: UInt64(number) + 90)
                default: try reply(&station, to: asked)
                }
            }
            let item = try #require(station.core.suspenseItems().first, "\(order)")
            #expect(item.suspense.due == 2_000 + now.wall)
            #expect(item.suspense.answer != nil, "\(order)")
            #expect(station.core.receiptItems(at: station.now).map(\.delivery.state) == [.acknowledged], "\(order)")
            #expect(station.core.receiptItems(at: station.now).map(\.delivery.at) == [1_000], "\(order)")
            let again = TestStation(restarting: station, synced: station.journal.count, start: 6)
            #expect(again.core.suspenseItems().map(\.suspense) == [item.suspense])
            let carried = station.carried()
            #expect(carried.core.suspenseItems().map(\.suspense) == [item.suspense])
        }
    }

    private func reply(_ station: inout TestStation, to asked: CableIdentity) throws {
        var origin = TestStation("RUCC", start: 77)
        origin.linkUp(0)
        _ = origin.submit(from: "NORTH", to: "CAPITAL", mark: 50, answers: [asked])
        var arrival = try origin.arrival(of: try origin.firstOffer())
        arrival.offered.peer = indicator("RUBB")
        let now = station.now
        _ = station.act { core, _, actions in core.arrive(arrival, at: now, &actions) }
        _ = station.sync()
    }

    @Test("Forwarding takes alarm and suspense along; the same office twice is refused")
    func forwarding() throws {
        var station = TestStation(
            "RUCC",
            offices: [
                OfficePlan(post: "CAMP", standard: "REG", sipdis: nil, offices: ["SUP"])
            ])
        _ = station.submit(from: "NORTH", to: "CAMP", mark: 1, dueDays: 2, .flash)
        _ = station.sync()
        let now = station.now
        var arrivals: [UInt64] = []
        var refused: [String] = []
        _ = station.act { core, _, actions in
            for office in ["SUP", "SUP", "XYZ"] {
                do throws(DeskRefusal) {
                    arrivals.append(
                        try core.forward(arrivals.last ?? 1, to: office, user: 0, reason: "R", at: now, &actions))
                } catch { refused.append(error.code) }
            }
        }
        _ = station.sync()
        #expect(arrivals == [2])
        #expect(refused == ["ALREADY_THERE", "NO_SUCH_OFFICE"])
        #expect(station.core.inboxItems().map(\.office) == ["REG", "SUP"])
        #expect(station.core.inboxItems().map(\.facts.awaitsAcknowledgment) == [false, true])
        #expect(station.core.suspenseItems().map(\.office) == ["SUP"])
        let carried = station.carried()
        #expect(carried.core.inboxItems().map(\.office) == ["REG", "SUP"])
        #expect(carried.core.inboxItems().map(\.facts) == station.core.inboxItems().map(\.facts))
        #expect(carried.core.inboxItems().map(\.isAddressed) == [false, true])
    }

    @Test("What earlier releases wrote is read: no duties but the receipt, no replies")
    func earlierReleases() throws {
        var station = TestStation("RUCC")
        _ = station.submit(from: "NORTH", to: "CAMP", mark: 1)
        let record = try #require(station.journal.first { if case .accepted = $0 { true } else { false } })
        guard case .accepted(let acceptance) = record else { return }
        #expect(acceptance.blockOctets.first == 1, "a block that answers nothing is as before")
        #expect(acceptance.receipt(for: acceptance.desks[0], by: indicator("RUCC")).encoded.first == 1)
        let whole = octets(record)
        #expect(try JournalRecord(decoding: whole) == record)
        // The octet of the duties was true or false.
        #expect(acceptance.desks[0].duties == .receipt)
        #expect(acceptance.desks[0].duties.rawValue == 1)
    }

    @Test("Every record of a desk is read back as it was written, also as a digest")
    func packing() throws {
        var station = TestStation(
            "RUCC",
            offices: [
                OfficePlan(post: "CAMP", standard: "REG", sipdis: nil, offices: ["SUP"], hooked: ["REG", "SUP"])
            ])
        let first = station.submit(from: "NORTH", to: "CAMP", mark: 1, dueDays: 2, .flash)
        _ = station.sync()
        station.told(first.tasks)
        let asked = try #require(first.identity)
        _ = station.submit(from: "CAMP", to: "NORTH", mark: 2, answers: [asked])
        let now = station.now
        _ = station.act { core, _, actions in
            do throws(DeskRefusal) {
                _ = try core.forward(1, to: "SUP", user: 3, reason: "tents", at: now, &actions)
                core.markRead(3, user: 4, at: now, &actions)
                core.markRead(3, user: 5, at: now, &actions)
                try core.acknowledge(3, user: 6, at: now, &actions)
                try core.archive(3, user: 6, at: now, &actions)
            } catch { Issue.record("\(error)") }
        }
        _ = station.submit(from: "NORTH", to: "CAMP", mark: 3, dueDays: 2)
        guard case .found(let slot) = station.core.find(asked.description) else { return }
        _ = station.act { core, _, actions in
            _ = try? core.closeSuspenses(of: slot, post: nil, user: 1, reason: "told", at: now, &actions)
        }
        _ = station.sync()
        #expect(station.core.inboxItems().first { $0.arrival == 3 }?.facts.readers.map(\.user) == [5])
        var kinds: Set<UInt8> = []
        for record in station.journal {
            let written = octets(record)
            kinds.insert(written[1])
            #expect(try JournalRecord(decoding: written) == record)
            var writer = OctetWriter()
            let digest = try RecordDigest(record)
            digest.write(to: &writer)
            #expect(try RecordDigest(from: OctetReader(writer.octets)) == digest)
            #expect(try RecordDigest(record: OctetReader(written)) == digest)
        }
        #expect(kinds.isSuperset(of: [60, 61, 62, 64]))
    }
}
