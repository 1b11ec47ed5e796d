import CEpoll
import Glibc
import Synchronization

/// The thread of a `TurnQueue`: what is posted, what is due and what is ready, one after the other.
final class Turner: @unchecked Sendable {
    // Unchecked: `watches`, `alarms` and the buffers are the thread's own; the rest is fixed or behind a lock.

    /// Descriptors told of in one look.
    private static let eventsMax = 64
    /// Rounds of posted work between two looks at the descriptors.
    private static let roundsMax = 4
    /// A buffer for more works than this is given back.
    private static let worksKept = 4_096
    private static let tidyLeast = 64
    private static let bellNumber: UInt64 = 0

    private struct Shared {
        var works: [TurnQueue.Work] = []
        var alarms: [Alarm] = []
        /// The thread waits for descriptors, and is to be woken.
        var sleeps = false
        var stopped = false
    }

    private let shared = Mutex(Shared())
    private let epoll: Int32
    private let bell: Int32
    private let thread = Atomic<UInt>(0)
    private let numbers = Atomic<UInt64>(1)
    private var works: [TurnQueue.Work] = []
    private var watches: [UInt64: DescriptorWatch] = [:]
    /// The next one last; those that were called off stay until there are many.
    private var alarms: [Alarm] = []
    private var tidyAt = Turner.tidyLeast

    init() {
        epoll = cable_epoll()
        bell = cable_bell()
        precondition(epoll >= 0 && bell >= 0, "the system gives no descriptors")
        _ = cable_watch(epoll, bell, Self.bellNumber, 0, UInt32(CABLE_READABLE))
    }

    deinit {
        close(epoll)
        close(bell)
    }

    /// Milliseconds of a clock that never steps back.
    static var milliseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }

    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    func begin(_ label: String) {
        OwnThread.begin(label) { [self] in
            thread.store(UInt(pthread_self()), ordering: .relaxed)
            run()
            thread.store(0, ordering: .relaxed)
        }
    }

    func stop() {
        post { $0.stopped = true }
    }

    func post(_ work: @escaping TurnQueue.Work) { post { $0.works.append(work) } }

    func post(_ alarm: Alarm) { post { $0.alarms.append(alarm) } }

    private func post(_ change: (inout Shared) -> Void) {
        let wakes = shared.withLock { shared -> Bool in
            change(&shared)
            defer { shared.sleeps = false }
            return shared.sleeps
        }
        guard wakes else { return }
        var one: UInt64 = 1
        _ = write(bell, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: The thread

    private func run() {
        withUnsafeTemporaryAllocation(of: cable_ready.self, capacity: Self.eventsMax) { events in
            while true {
                let stopped = workOff()
                ringDue()
                if stopped, watches.isEmpty { return }
                look(events)
            }
        }
    }

    /// Does what was posted, and some of what that posts in turn. True when nobody will post any more.
    private func workOff() -> Bool {
        for _ in 0..<Self.roundsMax {
            let stopped = shared.withLock { shared -> Bool in
                swap(&works, &shared.works)
                for alarm in shared.alarms { plan(alarm) }
                shared.alarms.removeAll(keepingCapacity: true)
                return shared.stopped
            }
            guard !works.isEmpty else { return stopped }
            for work in works { work() }
            works.removeAll(keepingCapacity: works.capacity <= Self.worksKept)
        }
        return false
    }

    private func look(_ events: UnsafeMutableBufferPointer<cable_ready>) {
        let mayWait = shared.withLock { shared -> Bool in
            shared.sleeps = shared.works.isEmpty && shared.alarms.isEmpty
            return shared.sleeps
        }
        let count = cable_ready(epoll, events.baseAddress, Int32(events.count), mayWait ? untilNext : 0)
        if mayWait { shared.withLock { $0.sleeps = false } }
        guard count > 0 else { return }
        for event in events[..<Int(count)] {
            guard event.number != Self.bellNumber else {
                var rings: UInt64 = 0
                _ = read(bell, &rings, MemoryLayout<UInt64>.size)
                continue
            }
            watches[event.number]?.tell(event.events)
        }
    }

    // MARK: Alarms

    private var untilNext: Int32 {
        guard let next = alarms.last else { return -1 }
        let now = Self.milliseconds
        return next.at > now ? Int32(clamping: next.at - now + 1) : 0
    }

    private func plan(_ alarm: Alarm) {
        if alarms.count >= tidyAt {
            alarms.removeAll { $0.isCancelled }
            tidyAt = max(Self.tidyLeast, 2 * alarms.count)
        }
        let place = alarms.firstIndex { $0.at <= alarm.at } ?? alarms.count
        alarms.insert(alarm, at: place)
    }

    private func ringDue() {
        guard !alarms.isEmpty else { return }
        let now = Self.milliseconds
        while let next = alarms.last, next.at <= now {
            alarms.removeLast()
            next.ring()
        }
    }

    // MARK: Descriptors

    func nextNumber() -> UInt64 { numbers.wrappingAdd(1, ordering: .relaxed).oldValue }

    func add(_ watch: DescriptorWatch) { watches[watch.number] = watch }

    func remove(_ watch: DescriptorWatch) { watches[watch.number] = nil }

    func change(_ watch: DescriptorWatch, before: UInt32, events: UInt32) {
        _ = cable_watch(epoll, watch.descriptor, watch.number, before, events)
    }
}
