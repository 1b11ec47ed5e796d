import Cables
import Custody
import Testing

/// Each delivery's clock (rule 19): said at half of the speed of service, at four fifths, and when it is over.
@Suite("Speed of service")
struct SpeedTests {
    private func marks(_ actions: borrowing Actions) -> [String] {
        actions.now.compactMap { effect in
            guard case .event(let event) = effect, event.name == "speed.passed" else { return nil }
            return event.values.first { $0.key == "percent" }?.value
        }
    }

    @Test("A FLASH that waits for its link is named at 5, 8 and 10 minutes, once each, with who spent the time")
    func flash() {
        var station = TestStation("RUAA")
        _ = station.submit(to: ["NORTH"], .flash)
        _ = station.sync()
        var said: [(minute: Int, mark: String)] = []
        for minute in 1...12 {
            let last = station.now.boot
            station.now = Instant(boot: last + 60_000, wall: station.now.wall + 60_000)
            var over = 0
            let actions = station.act { core, now, actions in over = core.noteSpeed(since: last, at: now, &actions) }
            #expect((over > 0) == (minute > 10))
            said += marks(actions).map { (minute, $0) }
        }
        #expect(said.map(\.mark) == ["50", "80", "100"])
        #expect(said.map(\.minute) == [5, 8, 10])
    }
}
