import Cables
import Custody
import Octets
import Testing

/// What is told to whoever measures: counted as it passes, and not by a walk over what waits.
@Suite("Figures")
struct FiguresTests {
    private func sent(_ actions: borrowing Actions) -> [Slice] {
        actions.now.compactMap { if case .transmit(_, _, let slice) = $0 { slice } else { nil } }
    }

    private func pass(_ station: inout TestStation, milliseconds: UInt64) {
        station.now = Instant(
            boot: station.now.boot + milliseconds, wall: station.now.wall + Int64(milliseconds))
    }

    @Test("What waits is told by precedence and link, with the age of the oldest, also while it is under way")
    func oldest() {
        var station = TestStation("RUAA")
        _ = station.submit(to: ["NORTH"], .routine, mark: 1)
        _ = station.sync()
        pass(&station, milliseconds: 5_000)
        _ = station.submit(to: ["NORTH"], .routine, mark: 2)
        _ = station.submit(to: ["NORTH"], .flash, mark: 3)
        _ = station.sync()
        pass(&station, milliseconds: 1_000)
        var figures = station.core.figures(at: station.now)
        #expect(figures.links[0].oldest == [.routine: 6_000, .flash: 1_000])
        #expect(figures.links[0].item.queued[.routine] == 2)
        #expect(figures.counts[.routine].accepted == 2 && figures.counts[.flash].accepted == 1)

        station.linkUp(0)
        let actions = station.act { core, now, actions in
            core.room(0, session: 1, LinkRoom(octets: 100_000, chunkOctets: 16_384), at: now, &actions)
        }
        #expect(sent(actions).count == 3)
        pass(&station, milliseconds: 40)
        figures = station.core.figures(at: station.now)
        #expect(figures.links[0].oldest == [.routine: 6_040, .flash: 1_040])
        station.note(sent(actions), 0)
        figures = station.core.figures(at: station.now)
        #expect(figures.links[0].oldest.isEmpty)
        #expect(figures.links[0].counts.handedOn.reduce(0, +) == 3)
        #expect(figures.links[0].counts.custody.total == 3)
        #expect(figures.links[0].counts.custody.sum == 120_000)
        #expect(figures.counts[.routine].relayed == 0)
    }

    @Test("An interrupted transfer counts as preempted, and what is being sent is told with how far it is")
    func preempted() {
        var station = TestStation("RUAA")
        _ = station.submit(to: ["NORTH"], .routine, mark: 1, length: 100_000)
        _ = station.sync()
        station.linkUp(0)
        _ = station.act { core, now, actions in
            core.room(0, session: 1, LinkRoom(octets: 20_000, chunkOctets: 16_384), at: now, &actions)
        }
        let transfer = station.core.figures(at: station.now).links[0].transfer
        #expect(transfer?.precedence == .routine && transfer?.length == 100_000)
        #expect((transfer?.sent ?? 0) > 0)
        _ = station.submit(to: ["NORTH"], .flash, mark: 2)
        _ = station.sync()
        _ = station.act { core, now, actions in
            core.room(0, session: 1, LinkRoom(octets: 20_000, chunkOctets: 16_384), at: now, &actions)
        }
        #expect(station.core.figures(at: station.now).links[0].counts.preemptions == 1)
    }

    @Test("A survey counts what is overdue and held, and names the highest and oldest first")
    func survey() {
        var station = TestStation("RUAA")
        for mark in 1...30 { _ = station.submit(to: ["NORTH"], .immediate, mark: UInt64(mark)) }
        _ = station.submit(to: ["NORTH"], .flash, mark: 31)
        _ = station.submit(to: ["NORTH"], .routine, mark: 32)
        _ = station.sync()
        #expect(station.core.survey(at: station.now).late.isEmpty)
        pass(&station, milliseconds: 2_000_000)
        let survey = station.core.survey(at: station.now)
        #expect(survey.overdue == [.immediate: 30, .flash: 1])
        #expect(survey.late.count == ServiceSurvey.namedMax)
        #expect(survey.late.first?.precedence == .flash)
        #expect(survey.late.allSatisfy { $0.post == "NORTH" && !$0.why.isEmpty && $0.age == 2_000_000 })
    }
}
