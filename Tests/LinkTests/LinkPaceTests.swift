import Testing

@testable import Link

/// A way of some rate and delay, with a queue before it, on a clock in milliseconds.
private struct Way {
    var rate: UInt64
    var delay: UInt64
    var pace: LinkPace
    var isSparse = false
    private(set) var now: UInt64 = 0
    private(set) var delivered: UInt64 = 0
    private(set) var longestWait: UInt64 = 0
    private(set) var mostInFlight = 0
    private var free: UInt64 = 0
    private var nonce: UInt64 = 0
    private var answers: [(at: UInt64, nonce: UInt64)] = []

    init(rate: UInt64, delay: UInt64, memory: LinkPace.Memory? = nil) {
        self.rate = rate
        self.delay = delay
        pace = LinkPace(chunkMost: 16 << 10, memory: memory, now: 0)
    }

    /// One millisecond, with something to send or without.
    mutating func step(busy: Bool) {
        now += 1
        while let first = answers.first, first.at <= now {
            answers.removeFirst()
            _ = pace.answered(first.nonce, now: now)
        }
        while busy, pace.bound - pace.inFlight >= pace.chunk / 2 {
            let octets = min(pace.chunk, pace.bound - pace.inFlight)
            pace.sends(octets, now: now)
            mostInFlight = max(mostInFlight, pace.inFlight)
            longestWait = max(longestWait, free > now ? free - now : 0)
            free = max(free, now) + UInt64(octets) * 1_000 / rate
            delivered += UInt64(octets)
            guard pace.wantsMark else { continue }
            nonce += 1
            pace.mark(nonce, isLimited: isSparse, now: now)
            answers.append((free + delay, nonce))
        }
    }

    mutating func forgetWaits() {
        longestWait = 0
        mostInFlight = 0
        delivered = 0
    }
}

@Suite("The pace of a link")
struct LinkPaceTests {
    @Test(
        "In flight stays below 1.25 x rate x round trip, or two chunks, and the line is used (rule 17)",
        arguments: [
            (300, 300), (1_000, 600), (8_000, 300), (64_000, 40), (125_000, 300), (1_250_000, 300), (12_500_000, 20),
        ] as [(UInt64, UInt64)])
    func steady(rate: UInt64, delay: UInt64) {
        var way = Way(rate: rate, delay: delay)
        for _ in 0..<30_000 { way.step(busy: true) }
        way.forgetWaits()
        for _ in 0..<20_000 { way.step(busy: true) }
        let product = rate * delay / 1_000
        // The clock has milliseconds.
        let allowed = max(product * 5 / 4 + 3 * UInt64(way.pace.chunk) + rate / 100, rate / 40)
        #expect(way.mostInFlight <= Int(allowed), "\(way.mostInFlight) of \(allowed)")
        #expect(way.delivered * 100 >= rate * 20 * (rate == 1_000 ? 70 : 80), "\(way.delivered) of \(rate * 20)")
        // A chunk of at most 200 ms or 256 octets.
        #expect(UInt64(way.pace.chunk) <= max(256, rate / 5))
        // What comes first next waits for what is queued before the way: a quarter of the round trip and a few chunks.
        let chunkTime = UInt64(way.pace.chunk) * 1_000 / rate
        #expect(way.longestWait <= delay / 4 + 3 * chunkTime + 30, "\(way.longestWait) ms")
    }

    @Test("A fast line of 300 ms is filled within ten seconds")
    func ramp() {
        var way = Way(rate: 1_250_000, delay: 300)
        for _ in 0..<10_000 { way.step(busy: true) }
        way.forgetWaits()
        for _ in 0..<2_000 { way.step(busy: true) }
        #expect(way.delivered >= 2_000_000)
    }

    @Test("A line that becomes slower is noticed, and one that was measured before is used at once")
    func change() {
        var way = Way(rate: 125_000, delay: 100)
        for _ in 0..<10_000 { way.step(busy: true) }
        let fast = way.pace.chunk
        way.rate = 8_000
        for _ in 0..<40_000 { way.step(busy: true) }
        #expect(way.pace.chunk < fast / 4)
        let again = Way(rate: 8_000, delay: 100, memory: way.pace.memory)
        #expect(again.pace.chunk == way.pace.chunk)
    }

    @Test("Little to send says nothing about the rate")
    func limited() {
        var way = Way(rate: 125_000, delay: 50)
        for _ in 0..<10_000 { way.step(busy: true) }
        let rate = way.pace.rate ?? 0
        way.isSparse = true
        for step in 0..<30_000 { way.step(busy: step % 1_000 == 0) }
        #expect((way.pace.rate ?? 0) * 10 >= rate * 6)
    }
}
