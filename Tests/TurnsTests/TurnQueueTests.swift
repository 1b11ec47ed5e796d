import Dispatch
import Glibc
import Synchronization
import Testing
import Turns

@Suite("A queue over epoll")
struct TurnQueueTests {
    private final class Heard: Sendable {
        let words = Mutex<[String]>([])
        let bell = DispatchSemaphore(value: 0)

        func say(_ word: String) {
            words.withLock { $0.append(word) }
            bell.signal()
        }

        func next() throws { try #require(bell.wait(timeout: .now() + .seconds(20)) == .success, "nothing came") }
    }

    private func pair() -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        return (ends[0], ends[1])
    }

    @Test("Work is done in the order in which it was posted, from whatever thread, by one thread")
    func order() throws {
        let queue = TurnQueue(label: "order")
        let seen = Mutex<[Int: [Int]]>([:])
        DispatchQueue.concurrentPerform(iterations: 4) { poster in
            for number in 0..<500 {
                queue.async {
                    #expect(queue.isCurrent)
                    seen.withLock { $0[poster, default: []].append(number) }
                }
            }
        }
        #expect(queue.sync { queue.isCurrent && queue.sync { true } })
        #expect(!queue.isCurrent)
        for poster in 0..<4 { #expect(seen.withLock { $0[poster] } == Array(0..<500)) }
    }

    @Test("Alarms ring in the order of their times, and one that was called off does not")
    func alarms() throws {
        let queue = TurnQueue(label: "alarms")
        let heard = Heard()
        queue.asyncAfter(milliseconds: 60) { heard.say("late") }
        queue.asyncAfter(milliseconds: 20) { heard.say("early") }
        let never = queue.alarm(milliseconds: 40) { heard.say("never") }
        never.cancel()
        try heard.next()
        try heard.next()
        #expect(heard.words.withLock { $0 } == ["early", "late"])
    }

    @Test("A descriptor tells of octets and of its end, but only while it is watched for them")
    func reading() throws {
        let queue = TurnQueue(label: "reading")
        let (mine, theirs) = pair()
        let heard = Heard()
        let watch = Held(
            queue.sync {
                queue.watch(
                    mine,
                    readable: {
                        var octet: UInt8 = 0
                        let count = read(mine, &octet, 1)
                        heard.say(count == 1 ? "\(octet)" : "end")
                    }, writable: {})
            })
        var octets: [UInt8] = [7, 8]
        write(theirs, &octets, 2)
        queue.sync {}
        #expect(heard.words.withLock { $0 } == [])
        queue.sync { watch.value.isReading = true }
        try heard.next()
        try heard.next()
        queue.sync { watch.value.isReading = false }
        close(theirs)
        queue.sync {}
        #expect(heard.words.withLock { $0 } == ["7", "8"])
        queue.sync { watch.value.isReading = true }
        try heard.next()
        queue.sync { watch.value.cancel() }
        close(mine)
        #expect(heard.words.withLock { $0.last } == "end")
    }

    @Test("Room to write is told as soon as there is some; nothing is told behind a cancel")
    func writing() throws {
        let queue = TurnQueue(label: "writing")
        let (mine, theirs) = pair()
        _ = fcntl(mine, F_SETFL, O_NONBLOCK)
        let filler = [UInt8](repeating: 1, count: 65_536)
        while write(mine, filler, filler.count) > 0 {}
        let heard = Heard()
        let watch = Held(queue.sync { queue.watch(mine, readable: {}, writable: { heard.say("room") }) })
        queue.sync { watch.value.isWriting = true }
        queue.sync {}
        #expect(heard.words.withLock { $0 } == [])
        _ = fcntl(theirs, F_SETFL, O_NONBLOCK)
        var sink = [UInt8](repeating: 0, count: 65_536)
        while read(theirs, &sink, sink.count) > 0 {}
        try heard.next()
        queue.sync { watch.value.cancel() }
        let before = heard.words.withLock { $0.count }
        queue.sync {}
        #expect(heard.words.withLock { $0.count } == before)
        close(mine)
        close(theirs)
    }

    /// A watch that its queue alone touches.
    private final class Held: @unchecked Sendable {
        // Unchecked: see above.
        let value: DescriptorWatch

        init(_ value: DescriptorWatch) { self.value = value }
    }
}
