/// How fast the way to the neighbour carries octets, and how many may therefore be under way (rule 17).
///
/// A ping marks a place in what is sent; its pong says that all before it has arrived, not at the neighbour's kernel but
/// at the neighbour. So no queue on the way counts as delivered: not that of this kernel, not a modem's, not the
/// neighbour's own. From these two moments come the delivered rate, taken over the longer of the times that sending and
/// answering took, as BBR does, so that pongs which come in a bunch do not look like speed, and the round trip.
///
/// What may be under way is the delivered rate times the smallest round trip; a quarter more while that quarter still
/// makes the rate grow, and now and then to look whether it would.
package struct LinkPace: Sendable {
    /// What is known of the way from an earlier session over the same link.
    package struct Memory: Sendable, Equatable {
        /// Octets a second.
        package var rate: UInt64
        /// Milliseconds.
        package var roundTrip: UInt64
    }

    /// A chunk takes at most this long at the measured rate, milliseconds; half of what rule 17 allows, since what is
    /// under way is counted in whole chunks.
    private static let chunkMilliseconds: UInt64 = 100
    package static let chunkLeast = 256
    /// Chunks before anything is measured.
    private static let chunkFirst = 1_024
    /// A chunk is not made smaller than this for the sake of an even flow.
    private static let chunkPartLeast = 4_096
    /// Octets under way for which the way needs this long at most are never too many, milliseconds.
    private static let freeMilliseconds: UInt64 = 25
    private static let freeMost = 256 << 10
    /// What this kernel holds back, milliseconds at the measured rate.
    private static let heldMilliseconds: UInt64 = 20
    /// What waits for it, milliseconds at the measured rate: the loop must come by in that time.
    private static let pipeMilliseconds: UInt64 = 50
    /// Round trips differ by so much without any queue, milliseconds.
    private static let noiseMilliseconds: UInt64 = 15
    /// A faster way needs no pacing, octets a second.
    private static let pacedMost: UInt64 = 12_500_000
    /// Rates and round trips are forgotten after this long, milliseconds.
    private static let memoryMilliseconds: UInt64 = 10_000
    /// Round trips between two looks whether the way has become faster: doubling.
    private static let restLeast = 2
    private static let restMost = 8
    /// Round trips for which there must have been enough to send before a lower rate is believed.
    private static let saturatedRoundTrips: UInt64 = 3
    /// Pings under way at most.
    private static let marksMax = 256

    private struct Mark {
        var nonce: UInt64
        /// Octets sent when it was made.
        var place: UInt64
        var sentAt: UInt64
        /// What had been delivered then, and when the last answer had come.
        var delivered: UInt64
        var deliveredAt: UInt64
        /// When the octets that the last answer covered had been sent.
        var flightStart: UInt64
        /// There was nothing more to send: the rate says nothing about the way.
        var isLimited: Bool
    }

    private let chunkMost: Int
    private var marks: [Mark] = []
    private var head = 0
    private var sent: UInt64 = 0
    private var delivered: UInt64 = 0
    private var deliveredAt: UInt64
    private var flightStart: UInt64
    private var marked: UInt64 = 0
    /// When there was last less to send than might have been under way.
    private var limitedAt: UInt64
    private var rates: WindowedBest
    private var roundTrips: WindowedBest

    /// Milliseconds, in eighths: the mean of the last answers.
    private var smoothed: UInt64 = 0
    /// The way was full once: from then on it is looked at with an eighth more only.
    private var hasFilled = false
    private var isProbing = true
    private var roundEnd: UInt64 = 0
    private var bestBefore: UInt64 = 0
    private var roundsWithoutGrowth = 0
    private var rest = 0
    private var restNext = LinkPace.restLeast

    /// - Parameters:
    ///   - chunkMost: octets of a chunk, however fast the way is.
    ///   - now: milliseconds; so everywhere here.
    package init(chunkMost: Int, memory: Memory?, now: UInt64) {
        self.chunkMost = chunkMost
        deliveredAt = now
        flightStart = now
        limitedAt = now
        rates = WindowedBest(milliseconds: Self.memoryMilliseconds, larger: true)
        roundTrips = WindowedBest(milliseconds: Self.memoryMilliseconds, larger: false)
        guard let memory else { return }
        rates.add(memory.rate, at: now)
        roundTrips.add(memory.roundTrip, at: now)
    }

    package var memory: Memory? {
        guard let rate, let roundTrip else { return nil }
        return Memory(rate: rate, roundTrip: roundTrip)
    }

    /// Octets a second; nil before anything is measured.
    package var rate: UInt64? { rates.best }
    /// Milliseconds, the smallest of the last ten seconds.
    package var roundTrip: UInt64? { roundTrips.best }

    package var inFlight: Int { Int(sent - delivered) }

    /// Octets of a body between two choices of what to send next.
    package var chunk: Int {
        guard let rate, let roundTrip else { return min(chunkMost, Self.chunkFirst) }
        // Of what is under way no chunk is much: else its bound would be met by halves.
        let fits = Int(clamping: rate * max(1, roundTrip) / 1_000)
        let part = max(Self.chunkPartLeast, fits / 8)
        return min(
            chunkMost, max(Self.chunkLeast, min(part, Int(clamping: rate * Self.chunkMilliseconds / 1_000))))
    }

    /// Octets that a FLASH may have under way above the bound, so that it does not wait for an answer: with these it is
    /// the quarter more of rule 17.
    package var reserve: Int {
        guard let rate, let roundTrip else { return 2 * chunk }
        let fits = Int(clamping: rate * max(1, roundTrip) / 1_000)
        return max(chunk, fits + fits / 4 - bound)
    }

    /// Octets that may be under way.
    package var bound: Int {
        guard let rate, let roundTrip else { return 4 * chunk }
        let fits = Int(clamping: rate * max(1, roundTrip) / 1_000)
        // A quarter of little is less than can be sent: up to four of these chunks, which are half of rule 17's.
        let least = chunk > 2 * Self.chunkLeast ? 4 * chunk : 2 * chunk
        let probing = min(fits + max(fits / (hasFilled ? 8 : 4), chunk), max(fits + fits / 4, least))
        let gained = hasFilled && seesQueue ? fits - fits / 8 : isProbing ? probing : fits
        let free = min(Self.freeMost, Int(clamping: rate * Self.freeMilliseconds / 1_000))
        return max(gained, free, 2 * chunk)
    }

    /// Answers take longer than the way does: octets wait somewhere before it.
    private var seesQueue: Bool {
        guard let roundTrip, let rate, rate > 0 else { return false }
        let chunkTime = UInt64(chunk) * 1_000 / rate
        return smoothed / 8 > roundTrip + max(roundTrip / 8, chunkTime, Self.noiseMilliseconds)
    }

    /// Octets that the kernel may hold unsent: some milliseconds' worth, since nothing overtakes them.
    package var notSent: Int {
        guard let rate else { return 2 * chunk }
        return min(1 << 20, max(4_096, Int(clamping: rate * Self.heldMilliseconds / 1_000)))
    }

    /// Octets a second above which the kernel should not send, so that what may be under way does not leave in one burst
    /// and overflow a short queue on the way; nil: as it likes.
    package var ceiling: UInt64? {
        guard let rate, rate < Self.pacedMost else { return nil }
        // The rate is of frames: TLS, TCP and IP add some six in a hundred.
        return hasFilled && !isProbing ? rate + rate / 16 : rate + rate / 4 + rate / 8
    }

    /// Octets that may wait for the kernel to take them: as little as keeps it busy.
    package var pipe: Int {
        guard let rate else { return 2 * chunk }
        return max(2 * chunk, notSent, Int(clamping: rate * Self.pipeMilliseconds / 1_000))
    }

    // MARK: Events

    /// Octets of traffic are handed to the connection.
    mutating func sends(_ octets: Int, now: UInt64) {
        if head == marks.count {
            // Time in which nothing was asked for is not the way's.
            deliveredAt = now
            flightStart = now
            limitedAt = now
        }
        sent += UInt64(octets)
    }

    /// Whether a ping should follow what was sent: behind every chunk's worth, and where without an answer there would
    /// soon be no room left. Small cables on a fast way cost none.
    var wantsMark: Bool {
        guard sent > marked, marks.count - head < Self.marksMax else { return false }
        return sent - marked >= UInt64(max(chunk, bound / 16)) || (head == marks.count && 2 * inFlight >= bound)
    }

    /// - Parameter isLimited: there was nothing more to send, though more might have been under way.
    mutating func mark(_ nonce: UInt64, isLimited: Bool, now: UInt64) {
        marked = sent
        if isLimited { limitedAt = now }
        let believed = now - limitedAt >= Self.saturatedRoundTrips * (roundTrip ?? 0)
        marks.append(
            Mark(
                nonce: nonce, place: sent, sentAt: now, delivered: delivered, deliveredAt: deliveredAt,
                flightStart: flightStart, isLimited: !believed))
    }

    /// A pong came. True when it answers one of the marks.
    mutating func answered(_ nonce: UInt64, now: UInt64) -> Bool {
        guard head < marks.count, let index = marks[head...].firstIndex(where: { $0.nonce == nonce }) else {
            return false
        }
        let mark = marks[index]
        head = index + 1
        if head == marks.count {
            marks.removeAll(keepingCapacity: true)
            head = 0
        } else if head > Self.marksMax {
            marks.removeFirst(head)
            head = 0
        }
        delivered = mark.place
        deliveredAt = now
        flightStart = mark.sentAt
        let took = max(1, now - mark.sentAt)
        roundTrips.add(took, at: now)
        smoothed = smoothed == 0 ? took * 8 : smoothed - smoothed / 8 + took
        let apart = max(1, now - mark.deliveredAt, mark.sentAt - min(mark.sentAt, mark.flightStart))
        let rate = (delivered - mark.delivered) * 1_000 / apart
        // Where there was too little to send, only what is better than known says something.
        if !mark.isLimited || rate > rates.best ?? 0 { rates.add(rate, at: now) }
        if mark.delivered >= roundEnd { endRound(isLimited: mark.isLimited) }
        return true
    }

    /// Octets sent in one round trip have arrived: looks whether a quarter more brought anything.
    private mutating func endRound(isLimited: Bool) {
        roundEnd = sent
        let best = rates.best ?? 0
        if isProbing {
            guard !isLimited || seesQueue else { return }
            if best * 20 > bestBefore * 21 {
                hasFilled = false
                bestBefore = best
                roundsWithoutGrowth = 0
                restNext = Self.restLeast
                return
            }
            roundsWithoutGrowth += 1
            guard roundsWithoutGrowth >= 3 || seesQueue else { return }
            hasFilled = true
            isProbing = false
            rest = restNext
            restNext = min(Self.restMost, restNext * 2)
        } else {
            rest -= 1
            guard rest <= 0 else { return }
            isProbing = true
            bestBefore = best
            // Once known, one look is enough.
            roundsWithoutGrowth = 2
        }
    }
}

/// The largest, or smallest, of what was measured within a time; the last one stays for as long as nothing new comes.
struct WindowedBest: Sendable {
    private static let parts: UInt64 = 10

    private let larger: Bool
    private let part: UInt64
    private var kept: [(part: UInt64, value: UInt64)] = []

    init(milliseconds: UInt64, larger: Bool) {
        self.larger = larger
        part = max(1, milliseconds / Self.parts)
    }

    var best: UInt64? { larger ? kept.map(\.value).max() : kept.map(\.value).min() }

    mutating func add(_ value: UInt64, at now: UInt64) {
        let current = now / part
        kept.removeAll { $0.part + Self.parts <= current }
        if let last = kept.indices.last, kept[last].part == current {
            kept[last].value = larger ? max(kept[last].value, value) : min(kept[last].value, value)
        } else {
            kept.append((current, value))
        }
    }
}
