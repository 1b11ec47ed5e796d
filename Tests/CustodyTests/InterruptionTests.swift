import Cables
import Custody
import Octets
import Testing

@Suite("Interruptions")
struct InterruptionTests {
    private func events(_ actions: Actions) -> [StationEvent] {
        actions.now.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    private func room(_ station: inout TestStation, _ octets: Int, chunk: Int = 1_600) -> Actions {
        station.act { core, now, actions in
            core.room(
                0, session: 1, LinkRoom(octets: octets, chunkOctets: chunk, rate: 8_000, roundTrip: 300), at: now,
                &actions)
        }
    }

    @Test("Every interruption is told: of what, at which octet, for whom, and how long that waited (rule 17)")
    func told() throws {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(.routine, mark: 1, length: 100_000)
        _ = station.sync()
        _ = room(&station, 640 + 2 * 1_632)
        _ = station.submit(.flash, mark: 2)
        #expect(station.slices(station.sync()).isEmpty, "the link has no room: the FLASH waits")
        station.now.boot += 180
        let actions = room(&station, 6_000)
        #expect(station.slices(actions).first?.precedence == .flash)
        let told = events(actions).filter { $0.name.hasPrefix("cable.") }
        #expect(told.map(\.name) == ["cable.preempted", "cable.resumed"])
        let what = try #require(told.first?.values.first { $0.key == "what" }?.value)
        #expect(what.hasPrefix("at octet 3200 for FLASH RUAA-") && what.hasSuffix(", waited 0.18 s"))
        let kept = station.core.interruptions(of: 2)
        #expect(kept.map(\.octet) == [3_200, 3_200])
        #expect(kept.first?.waited == 180 && kept.last?.by == nil)
    }

    @Test("IMMEDIATE and PRIORITY interrupt alike; what ranks the same or lower does not, nor does a receipt count")
    func ranks() {
        for (precedence, count) in [(Precedence.immediate, 1), (.priority, 1), (.routine, 0)] as [(Precedence, Int)] {
            var station = TestStation("RUAA")
            station.linkUp(0)
            _ = station.submit(.routine, mark: 1, length: 100_000)
            _ = station.sync()
            _ = room(&station, 640 + 1_632)
            _ = station.submit(precedence, mark: 2)
            _ = station.sync()
            let actions = room(&station, 6_000)
            #expect(events(actions).filter { $0.name == "cable.preempted" }.count == count)
        }
    }

    @Test("A chunk is as long as the link's rate allows, and a cable longer than one is not held up by asking")
    func chunks() {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(.flash, mark: 1, length: 2_048)
        _ = station.sync()
        let slices = station.slices(room(&station, 10_000, chunk: 800))
        let parts = slices.compactMap { slice -> UInt32? in
            if case .chunk(_, _, let count, _) = slice.content { count } else { nil }
        }
        #expect(parts == [800, 800, 448])
        guard case .offerCable(_, _, .follows)? = slices.first?.content else {
            Issue.record("the body waits for an answer")
            return
        }
        station.linkUp(0, session: 2)
        let again = station.slices(
            station.act { core, now, actions in
                core.room(0, session: 2, LinkRoom(octets: 10_000, chunkOctets: 256), at: now, &actions)
            })
        guard case .offerCable(_, _, .asked)? = again.first?.content, again.count == 1 else {
            Issue.record("a cable that was under way before is asked about")
            return
        }
        let asked = station.act { core, now, actions in
            core.resume(0, session: 2, channel: again[0].channel, offset: 1_900, at: now, &actions)
        }
        guard case .chunk(_, 1_900, 148, true)? = station.slices(asked).first?.content else {
            Issue.record("it does not go on where the neighbour says")
            return
        }
    }

    @Test("Where what the neighbour had kept was wrong, it is offered again at once")
    func again() {
        var station = TestStation("RUAA")
        station.linkUp(0)
        _ = station.submit(.routine, mark: 1, length: 2_000)
        _ = station.sync()
        let first = station.slices(room(&station, 10_000))
        let actions = station.act { core, now, actions in
            core.refused(
                0, session: 1, channel: first[0].channel, code: StationCustody.offerAgain, message: "", at: now,
                &actions)
        }
        #expect(station.slices(actions).first?.channel == 2)
    }
}
