import Journal
import Testing

@Suite struct ChecksumTests {
    @Test(
        "a record's checksum changes with every field of it",
        arguments: [(2, 1, 0x41), (1, 2, 0x41), (1, 1, 0x42)] as [(UInt32, UInt64, UInt8)])
    func covers(segment: UInt32, sequence: UInt64, octet: UInt8) {
        func sum(_ segment: UInt32, _ sequence: UInt64, _ octets: [UInt8]) -> UInt32 {
            octets.withUnsafeBytes { RecordFormat.checksum(segment: segment, sequence: sequence, payload: $0) }
        }
        let base = sum(1, 1, [0x41, 0x41])
        #expect(sum(segment, sequence, [octet, octet]) != base)
        #expect(sum(1, 1, [0x41, 0x41, 0]) != base)
    }

    @Test("a segment header reads back as it was written, with and without a closing")
    func headers() throws {
        for closing in [nil, SegmentHeader.Closing(segment: 6, end: 64)] {
            let header = SegmentHeader(
                segment: 7, epochHigh: 1 << 63, epochLow: 5, firstSequence: 99, size: 4 << 20, closing: closing)
            #expect(header.encoded.count == SegmentHeader.octetCount)
            #expect(try SegmentHeader(decoding: header.encoded) == header)
        }
    }

    @Test("a header with any bit flipped is refused as damaged, never as a newer version")
    func flippedHeaders() {
        let header = SegmentHeader(
            segment: 7, epochHigh: 3, epochLow: 5, firstSequence: 99, size: 4 << 20,
            closing: SegmentHeader.Closing(segment: 6, end: 640))
        for bit in 0..<(SegmentHeader.octetCount * 8) {
            var octets = header.encoded
            octets[bit / 8] ^= 1 << UInt8(bit % 8)
            do throws(SegmentHeader.Fault) {
                let read = try SegmentHeader(decoding: octets)
                Issue.record("bit \(bit) went unseen: \(read)")
            } catch {
                #expect(error == .damaged || error == .notASegment)
            }
        }
    }

    @Test("names of segments sort like their numbers, and only such names are segments")
    func names() {
        #expect(SegmentName.of(1) == "segment-0000000001.journal")
        #expect(SegmentName.of(9) < SegmentName.of(10))
        #expect(SegmentName.number(of: SegmentName.of(4_711)) == 4_711)
        for name in [
            "segment-1.journal", "segment-0000000000.journal", "segment-4294967295.journal", "segment-x.journal",
            "segment-0000000001.journal~",
        ] {
            #expect(SegmentName.number(of: name) == nil, "\(name)")
        }
    }

    @Test("segments double from 4 MiB to 64 MiB")
    func sizes() {
        #expect((1...7).map { SegmentSizes.standard.size(of: $0) >> 20 } == [4, 8, 16, 32, 64, 64, 64])
    }
}
