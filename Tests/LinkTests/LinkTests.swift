import Cables
import Custody
import Link
import Octets
import Testing

private func indicator(_ text: String) -> RoutingIndicator { RoutingIndicator(text)! }

private let proof = BatchProof(
    fingerprint: Digest(1, 2, 3, 4), start: 5, batch: 6, index: 1, count: 3, path: [.zero, Digest(9, 9, 9, 9)],
    signature: [7, 8, 9])

private func hello(_ station: String = "RUBB", network: String = "N") -> Hello {
    Hello(
        network: network, station: indicator(station), start: 77, epoch: JournalEpoch(high: 1, low: 2),
        networkVersion: 3, networkHash: .zero, window: 1_000_000, nextChannel: 4,
        rememberedEpoch: JournalEpoch(high: 5, low: 6),
        remembered: [Hello.Remembered(start: 8, channels: ChannelRanges([1...4, 7...9]))])
}

private let frames: [Frame] = [
    .hello(hello()), .certificate([1, 2, 3]),
    .offerCable(
        CableOffer(
            channel: 1, number: CustodyNumber(sequence: 9), suspectedDuplicate: true, ageMilliseconds: 12,
            trace: [indicator("RUAA")], part: [0, 2], blockOctets: [1, 2], proof: proof, body: Array("TEXT".utf8))),
    .offerCable(
        CableOffer(
            channel: 2, number: CustodyNumber(sequence: 10), suspectedDuplicate: false, ageMilliseconds: 0, trace: [],
            part: [0], blockOctets: [], proof: proof, body: nil)),
    .offerService(
        ServiceOffer(
            channel: 3, number: CustodyNumber(sequence: 11, part: 2), suspectedDuplicate: false, ageMilliseconds: 1,
            trace: [], messageOctets: [5], proof: proof)),
    .resume(channel: 2, offset: 65_536), .chunk(Chunk(channel: 2, offset: 16, last: true, octets: [1, 2, 3])),
    .custody(CustodyNote(channels: [1...3, 9...9], proof: proof)),
    .refuse(channel: 1, code: "NOT_CLEARED", message: "no"), .window(octets: 100), .ping(nonce: 1), .pong(nonce: 1),
    .bye(code: "CLOSING", message: "later"),
]

@Suite("Frames")
struct FrameTests {
    @Test("Every frame reads back as it was written", arguments: frames)
    func roundTrip(frame: Frame) throws {
        let octets = frame.encoded
        #expect(try Frame(decoding: Array(octets.dropFirst(Frame.headerOctets))) == frame)
    }

    @Test("A stream cut anywhere gives the same frames", arguments: [1, 3, 7, 64, 1_000])
    func splits(size: Int) throws {
        let stream = frames.flatMap(\.encoded)
        var decoder = FrameDecoder()
        var found: [Frame] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            stream[start..<min(stream.count, start + size)].withUnsafeBytes { decoder.append($0) }
            while let (frame, _) = try decoder.next() { found.append(frame) }
        }
        #expect(found == frames)
    }

    @Test("Octets that are no frame are a fault, never a trap")
    func garbage() {
        var state: UInt64 = 11
        for round in 0..<3_000 {
            var octets = frames[round % frames.count].encoded
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                octets[Int(state >> 33) % octets.count] = UInt8(truncatingIfNeeded: state >> 40)
            }
            var decoder = FrameDecoder()
            octets.withUnsafeBytes { decoder.append($0) }
            _ = try? decoder.next()
        }
        var decoder = FrameDecoder()
        [UInt8](repeating: 0xFF, count: 8).withUnsafeBytes { decoder.append($0) }
        #expect(throws: LinkFault.frameLength(octets: Int(UInt32.max))) { try decoder.next() }
    }
}

@Suite("Dialling again")
struct RetryScheduleTests {
    @Test("Waits double, stay within their bounds, and begin anew after a session")
    func retry() {
        var schedule = RetrySchedule(delayMin: 500, delayMax: 5_000)
        var last: UInt64 = 0
        for attempt in 0..<40 {
            last = schedule.next(random: UInt64(attempt) &* 0x9E37_79B9_7F4A_7C15)
            #expect(last >= 250 && last <= 5_000)
        }
        #expect(last >= 2_500)
        schedule.reset()
        #expect(schedule.next(random: 0) == 250)
    }
}
