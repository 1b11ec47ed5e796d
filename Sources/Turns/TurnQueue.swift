import CEpoll
import Synchronization

/// One thread that watches descriptors and does work, in turns, over epoll.
///
/// It stands where a serial queue would, for what must be fast: what is ready and what is posted is done by the same
/// thread, without a waking in between. Work that waits for a disk, for another thread, or for long calculations does not
/// belong on it.
package final class TurnQueue: Sendable {
    package typealias Work = @Sendable () -> Void

    private let turner: Turner

    /// Begins at once; ends with its last owner, when what is watched is cancelled.
    package init(label: String) {
        turner = Turner()
        turner.begin(label)
    }

    deinit { turner.stop() }

    /// Whether the caller is this thread.
    package var isCurrent: Bool { turner.isCurrent }

    /// Does it after all that was posted before. From any thread.
    package func async(_ work: @escaping Work) { turner.post(work) }

    /// Does it and returns its answer; at once where the caller is this thread.
    package func sync<Answer>(_ work: () -> Answer) -> Answer {
        if turner.isCurrent { return work() }
        return withoutActuallyEscaping(work) { work in
            let errand = Errand(work)
            turner.post { errand.run() }
            return errand.wait()
        }
    }

    /// Does it after so many milliseconds, or a little later. From any thread.
    package func asyncAfter(milliseconds: Int, _ work: @escaping Work) {
        turner.post(Alarm(at: Turner.milliseconds + UInt64(max(0, milliseconds)), work))
    }

    /// The same, for what may be called off.
    package func alarm(milliseconds: Int, _ work: @escaping Work) -> Alarm {
        let alarm = Alarm(at: Turner.milliseconds + UInt64(max(0, milliseconds)), work)
        turner.post(alarm)
        return alarm
    }

    /// Watches a descriptor: for nothing at first. On this thread, as are all calls of the watch.
    ///
    /// - Parameters:
    ///   - readable: there is something to read, or the other end is gone.
    ///   - writable: there is room to write, or the other end is gone.
    package func watch(
        _ descriptor: Int32, readable: @escaping () -> Void, writable: @escaping () -> Void
    ) -> DescriptorWatch {
        let watch = DescriptorWatch(turner, descriptor, readable: readable, writable: writable)
        turner.add(watch)
        return watch
    }
}

/// Work at a time.
package final class Alarm: Sendable {
    let at: UInt64
    private let work: Mutex<TurnQueue.Work?>

    init(at: UInt64, _ work: @escaping TurnQueue.Work) {
        self.at = at
        self.work = Mutex(work)
    }

    /// Calls it off: from the queue's own thread it does not come any more. From any thread.
    package func cancel() { work.withLock { $0 = nil } }

    var isCancelled: Bool { work.withLock { $0 == nil } }

    func ring() {
        let due = work.withLock { work in
            defer { work = nil }
            return work
        }
        due?()
    }
}

/// A descriptor that is watched until it is told off. Whoever watches may close the descriptor behind `cancel`.
package final class DescriptorWatch {
    private let turner: Turner
    let descriptor: Int32
    let number: UInt64
    private var readable: (() -> Void)?
    private var writable: (() -> Void)?
    private var reads = false
    private var writes = false

    init(_ turner: Turner, _ descriptor: Int32, readable: @escaping () -> Void, writable: @escaping () -> Void) {
        self.turner = turner
        self.descriptor = descriptor
        self.readable = readable
        self.writable = writable
        number = turner.nextNumber()
    }

    /// Whether it is watched for something to read.
    package var isReading: Bool {
        get { reads }
        set { change(reads: newValue, writes: writes) }
    }

    /// Whether it is watched for room to write.
    package var isWriting: Bool {
        get { writes }
        set { change(reads: reads, writes: newValue) }
    }

    /// For good: what was seen and not told yet is not told any more.
    package func cancel() {
        change(reads: false, writes: false)
        readable = nil
        writable = nil
        turner.remove(self)
    }

    private func change(reads: Bool, writes: Bool) {
        guard readable != nil, reads != self.reads || writes != self.writes else { return }
        let before = events
        self.reads = reads
        self.writes = writes
        // One that is watched for nothing is not watched: it would still tell that the other end is gone, for ever.
        turner.change(self, before: before, events: events)
    }

    private var events: UInt32 {
        (reads ? UInt32(CABLE_READABLE) : 0) | (writes ? UInt32(CABLE_WRITABLE) : 0)
    }

    func tell(_ events: UInt32) {
        let gone = events & UInt32(CABLE_GONE) != 0
        if reads, gone || events & UInt32(CABLE_READABLE) != 0 { readable?() }
        if writes, gone || events & UInt32(CABLE_WRITABLE) != 0 { writable?() }
    }
}

/// Work whose answer somebody waits for.
private final class Errand<Answer>: @unchecked Sendable {
    // Unchecked: the work is done before the waiting ends, and neither touches it at the same time.
    private var work: (() -> Answer)?
    private var answer: Answer?
    private let done = Doorbell()

    init(_ work: @escaping () -> Answer) { self.work = work }

    func run() {
        answer = work?()
        // The caller's closure is gone before the caller goes on.
        work = nil
        done.ring()
    }

    func wait() -> Answer {
        done.wait()
        guard let answer else { preconditionFailure("the work was done") }
        return answer
    }
}
