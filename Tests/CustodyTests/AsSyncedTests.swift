import Cables
import Custody
import Octets
import Testing

@Suite("While the journal takes nothing, what is shown is what was synced (rule 6)")
struct AsSyncedTests {
    @Test("A cable that is not synced is in no list and has no name; what was passed on since waits again")
    func queue() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(mark: 1)
        let slices = station.room(0) + station.slices(station.sync())
        _ = slices
        let sent = station.room(0)
        let channel = max(sent.first?.channel ?? 0, slices.first?.channel ?? 0)
        _ = station.submit(mark: 2)
        let (now, first, second) = (station.now, station.core.identity(of: 0), station.core.identity(of: 1))
        _ = station.act { core, _, actions in
            core.custodyNoted(0, session: 1, channels: [channel...channel], at: now, &actions)
        }
        #expect(station.core.reports(of: 0).map(\.state) == [.inTransit])
        let shown = station.core.asSynced { core in
            (core.queueItems(at: now), core.find(second.description), core.cablesHeld, core.queuedCounts()[.routine])
        }
        #expect(shown.0.map(\.identity) == [first])
        #expect(shown.0.map(\.state) == [.waiting])
        #expect(shown.2 == 1)
        #expect(shown.3 == 1)
        guard case .nothing = shown.1 else {
            Issue.record("what is not synced has a name")
            return
        }
        // Afterwards all is as it was, and what is synced then is shown.
        #expect(station.core.reports(of: 0).map(\.state) == [.inTransit])
        guard case .found = station.core.find(second.description) else {
            Issue.record("the core has lost a cable")
            return
        }
        _ = station.sync()
        let later = station.core.asSynced { core in (core.queueItems(at: now), core.cablesHeld) }
        #expect(later.0.map(\.state) == station.core.queueItems(at: now).map(\.state))
        #expect(later.1 == 2)
    }

    @Test("An unsynced delivery is in no inbox, and an unsynced reading has not happened")
    func inbox() throws {
        var origin = TestStation("RUAA")
        origin.linkUp(0)
        var station = TestStation("RUCC")
        station.linkUp(0)
        for mark in 1...2 as ClosedRange<UInt64> {
            _ = origin.submit(mark: mark)
            let early = origin.slices(origin.sync())
            var arrival = try origin.arrival(of: try #require((early + origin.room(0)).last))
            arrival.offered.peer = indicator("RUBB")
            let cable = arrival
            _ = station.act { core, now, actions in core.arrive(cable, at: now, &actions) }
            if mark == 1 { _ = station.sync() }
        }
        _ = station.act { core, now, actions in core.markRead(1, user: 0, at: now, &actions) }
        #expect(station.core.inboxItems().map(\.isRead) == [true, false])
        let shown = station.core.asSynced { core in core.inboxItems() }
        #expect(shown.map(\.arrival) == [1])
        #expect(shown.map(\.readAt) == [nil])
        _ = station.sync()
        let later = station.core.asSynced { core in core.inboxItems() }
        #expect(later.map(\.isRead) == [true, false])
    }

    @Test("What somebody did at a desk, and a reply that is waited for no more, are shown when they are synced")
    func desks() throws {
        var station = TestStation("RUCC")
        let header = TestStation.asking(from: "NORTH", to: "CAMP", days: 1, .flash)
        _ = station.act { core, now, actions in
            core.submit(
                Submission(
                    token: 1, user: 0, key: nil, header: header, contentHash: Digest(1, 0, 0, 0), length: 3,
                    body: .inline([65, 65, 65]), precedenceMax: .flash), at: now, &actions)
        }
        _ = station.sync()
        func look(_ station: inout TestStation) -> [String] {
            let now = station.now
            return station.core.asSynced { core in
                core.inboxItems().map { "\($0.facts.acknowledgedAt ?? 0) \($0.facts.archivedAt ?? 0)" }
                    + core.suspenseItems().map { "\($0.suspense.isEnded)" }
                    + ["\(core.unacknowledged(at: now).waiting)"]
            }
        }
        let before = look(&station)
        let slot = station.core.inboxItems().isEmpty ? UInt32.max : 0
        _ = station.act { core, now, actions in
            do throws(DeskRefusal) {
                try core.acknowledge(1, user: 7, at: now, &actions)
                try core.archive(1, user: 7, at: now, &actions)
                _ = try core.closeSuspenses(of: slot, post: nil, user: 7, reason: "R", at: now, &actions)
            } catch {
                Issue.record("refused: \(error.message)")
            }
        }
        #expect(look(&station) == before, "nothing of it is on the disk")
        let now = station.now.wall
        #expect(station.core.inboxItems().map(\.facts.acknowledgedAt) == [now], "the core goes on with it")
        _ = station.sync()
        #expect(look(&station) == ["\(now) \(now)", "true", "0"])
        #expect(before == ["0 0", "false", "1"])
    }
}

extension InboxItem {
    fileprivate var isRead: Bool { readAt != nil }
}
