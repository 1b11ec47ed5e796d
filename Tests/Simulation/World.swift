import Custody

/// Simulated time: events in order of their moment, and of their making where moments are equal.
package final class World {
    private struct Event {
        var at: UInt64
        var order: UInt64
        var act: () -> Void

        static func precedes(_ a: Event, _ b: Event) -> Bool { a.at != b.at ? a.at < b.at : a.order < b.order }
    }

    /// Milliseconds since the beginning of the run.
    package private(set) var now: UInt64 = 0
    package private(set) var events: UInt64 = 0
    package var bits: SeededBits
    package var trace = Trace()
    /// Hours pass: what only looks at the clock does so seldom.
    package var isPatient = false
    /// The first rule that was broken: the run ends there.
    package private(set) var broken: BrokenRule?
    private var heap: [Event] = []
    private var nextOrder: UInt64 = 0

    package init(seed: UInt64) { bits = SeededBits(seed) }

    /// What was planned will not come any more: the plans hold the stations, and those the world.
    package func end() { heap.removeAll() }

    package func after(_ milliseconds: UInt64, _ act: @escaping () -> Void) {
        heap.append(Event(at: now + milliseconds, order: nextOrder, act: act))
        nextOrder += 1
        var child = heap.count - 1
        while child > 0, Event.precedes(heap[child], heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// False when nothing more will happen, or a rule is broken.
    package func step() -> Bool {
        guard broken == nil, let event = pop() else { return false }
        now = event.at
        events += 1
        event.act()
        return broken == nil
    }

    private func pop() -> Event? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            let left = parent * 2 + 1
            if left < heap.count, Event.precedes(heap[left], heap[least]) { least = left }
            if left + 1 < heap.count, Event.precedes(heap[left + 1], heap[least]) { least = left + 1 }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    package func note(
        _ station: Int, _ event: Trace.Event, peer: Int = -1, _ a: UInt64 = 0, _ b: UInt64 = 0,
        _ text: @autoclosure () -> String = ""
    ) {
        trace.add(Trace.Line(at: now, station: station, event: event, peer: peer, a: a, b: b, text: text()))
    }

    /// A rule is broken: the first one counts.
    package func breaks(_ rule: Rule, station: Int, _ what: String) {
        guard broken == nil else { return }
        broken = BrokenRule(rule: rule, station: station, what: what)
        note(station, .rule, 0, 0, "\(rule.rawValue): \(what)")
    }
}

/// The rules that every step is held to (the design's section 4).
package enum Rule: String, CaseIterable, Sendable {
    /// An accepted delivery is nowhere any more.
    case nothingVanishes
    /// An office got a delivery twice, unmarked.
    case noDuplicate
    /// Something was told that rests on what is not on the disk.
    case nothingBeforeSync
    /// A link sent something while something of higher rank was ready for it.
    case orderOnLinks
    /// A cable left over a link, or was taken by a station, that is not cleared; or a caption rule is broken.
    case clearance
    /// What was delivered is not what was accepted, or was not asked for.
    case sameOctets
    /// Custody ended that nobody took, or ended twice.
    case custodyPassesOnce
    /// Arrival numbers at a station have a gap, or one was given twice.
    case arrivalNumbers
    /// A sequence, and with it a custody number that neighbours may remember, was given twice in one epoch.
    case numbersOnce
    /// What was on the disk is not replayed, though the disk was never damaged.
    case journalKeeps
    /// A station accuses an honest neighbour.
    case honestNeighbours
    /// Memory grew above its bound.
    case bounds
    /// Something stands still and does not say why.
    case saysWhy
    /// A station's audit does not hold against what it signed, though its disk was never damaged.
    case auditHolds
    /// What is kept of a neighbour's words does not prove what it is kept for.
    case proofsHold
    /// More was under way on a link than its rate and round trip allow.
    case boundInFlight
    /// FLASH, or what ranks higher, was refused for want of room.
    case roomForFlash
    /// Something is refused for want of room that is there.
    case roomComesBack
    /// A receipt or answer says what is not so.
    case truthfulReceipts
    /// Something counts as told, or handed to a program, and nobody was.
    case toldAtLeastOnce
    /// Something passed over a link that an order keeps it from.
    case limitsHold
    /// Originator and addressee do not know the same of a reply or an acknowledgment.
    case bothSidesKnow
}

package struct BrokenRule: Equatable, Sendable {
    package var rule: Rule
    package var station: Int
    package var what: String
}
