import Journal
import Testing

@Suite struct DamageTests {
    private static let records: UInt64 = 9

    /// Where each record stands, by replaying an undamaged journal.
    private func places(_ storage: MemoryStorage) throws -> [(sequence: UInt64, range: Range<Int>)] {
        try JournalRig(storage.crashed(.dropPending)).replayed.map { record in
            let start = Int(record.location.offset)
            return (record.sequence, start..<(start + RecordFormat.span(record.payload.count)))
        }
    }

    private func isPadding(_ octet: Int, in records: [(sequence: UInt64, range: Range<Int>)]) -> Bool {
        records.contains {
            let end = $0.range.lowerBound + RecordFormat.headerOctets + payload($0.sequence).count
            return (end..<$0.range.upperBound).contains(octet)
        }
    }

    @Test("a flip at any octet costs at most the record it hits: no other is lost, and none is served altered")
    func flips() throws {
        let clean = try written(Self.records)
        let places = try places(clean)
        let end = try #require(places.last?.range.upperBound)
        for octet in 0..<end {
            let storage = clean.crashed(.dropPending)
            storage.change(firstSegment) { $0[octet] ^= 0x10 }
            let rig = try JournalRig(storage)
            let hit = places.first { $0.range.contains(octet) }?.sequence
            #expect(rig.replayed.allSatisfy { $0.payload == payload($0.sequence) }, "octet \(octet)")
            let expected: [UInt64] =
                isPadding(octet, in: places) ? Array(1...Self.records) : (1...Self.records).filter { $0 != hit }
            #expect(rig.replayed.map(\.sequence) == expected, "octet \(octet)")
            if let hit, !isPadding(octet, in: places) {
                let damage = try #require(rig.opened.report.damage.first)
                #expect(damage.kind == (hit == Self.records ? .tail : .middle), "octet \(octet)")
                #expect(rig.opened.report.tailDamaged == (hit == Self.records), "octet \(octet)")
                #expect(damage.kept == damage.octets && damage.kept > 0, "octet \(octet)")
                let kept = storage.octets("/state/damaged/segment-0000000001.journal.\(damage.offset)")
                let segment = storage.octets(firstSegment)
                #expect(kept == Array(segment[damage.offset..<(damage.offset + damage.octets)]))
            }
        }
    }

    @Test("a tail torn at any octet of the last record loses that record only, and the journal goes on behind it")
    func tornTails() throws {
        let clean = try written(Self.records)
        let places = try places(clean)
        let last = try #require(places.last)
        for cut in last.range {
            let storage = clean.crashed(.dropPending)
            storage.change(firstSegment) { octets in
                for place in cut..<last.range.upperBound { octets[place] = 0 }
            }
            let wasWhole = storage.octets(firstSegment) == clean.octets(firstSegment)
            let rig = try JournalRig(storage)
            let taken = wasWhole ? Self.records : Self.records - 1
            #expect(rig.replayed.map(\.sequence) == Array(1...taken), "cut at \(cut)")
            // Nothing at all is left of a record that was cut at its first octet: that is a clean end.
            #expect(rig.opened.report.tailDamaged == (!wasWhole && cut > last.range.lowerBound), "cut at \(cut)")
            #expect(rig.opened.report.damage.allSatisfy { $0.kind == .tail })

            let next = rig.append(payload(taken + 1))
            try rig.commit()
            let after = try JournalRig(storage.crashed(.dropPending))
            #expect(after.replayed.map(\.sequence) == Array(1...next), "cut at \(cut)")
            #expect(after.opened.report.damage.isEmpty, "a closed tail is not reported again")
        }
    }

    @Test("a damaged tail closes its segment: a record is never appended behind it")
    func closing() throws {
        let storage = try written(4)
        storage.change(firstSegment) { $0[WritingTests.end(of: $0) + 4_096] = 1 }
        let rig = try JournalRig(storage)
        #expect(rig.opened.report.tailDamaged)
        rig.append(payload(5))
        #expect(rig.places[5] == RecordLocation(segment: 2, offset: 64))
    }

    @Test("text that looks like a record inside a damaged record is not taken for one")
    func forgedRecord() throws {
        for (sequence, isDamagedInLength) in [(2, false), (900, true)] as [(UInt64, Bool)] {
            let storage = MemoryStorage()
            let rig = try JournalRig(storage)
            rig.append(payload(1))
            var forged = [UInt8](repeating: 0, count: 200)
            forged.withUnsafeMutableBytes { view in
                [UInt8]("forged".utf8).withUnsafeBytes {
                    RecordFormat.write($0, segment: 1, sequence: sequence + 1, to: view, at: 32)
                }
            }
            rig.append(forged)
            rig.append(payload(3))
            try rig.commit()
            let start = Int(try #require(rig.places[2]).offset)
            storage.change(firstSegment) { $0[start + (isDamagedInLength ? 2 : 4)] ^= 0x55 }
            let after = try JournalRig(storage)
            #expect(after.replayed.map(\.sequence) == [1, 3])
            #expect(after.replayed.last?.payload == payload(3))
        }
    }

    @Test("a missing segment is told with the number of records that went with it, and the rest is replayed")
    func missingSegment() throws {
        let storage = MemoryStorage()
        let rig = try JournalRig(storage)
        for sequence in UInt64(1)...14 {
            rig.append(payload(sequence, 1 << 20))
            try rig.commit()
        }
        let segments = Set(rig.places.values.map(\.segment)).sorted()
        #expect(segments == [1, 2, 3])
        let lost = rig.places.filter { $0.value.segment == 2 }.keys.sorted()
        let without = storage.crashed(.dropPending)
        try without.remove("\(JournalRig.folder)/segment-0000000002.journal")
        let after = try JournalRig(without)
        #expect(after.replayed.map(\.sequence) == (1...14).filter { !lost.contains($0) })
        let damage = try #require(after.opened.report.damage.first)
        #expect(damage.kind == .missing)
        #expect(damage.records == UInt64(lost.count))
        #expect(!after.opened.report.tailDamaged)
    }

    @Test("an empty segment is told, and does not stop the start")
    func emptySegment() throws {
        let storage = try written(4)
        storage.put("\(JournalRig.folder)/segment-0000000002.journal", [])
        let rig = try JournalRig(storage)
        #expect(rig.replayed.count == 4)
        #expect(rig.opened.report.damage.map(\.kind) == [.header])
        #expect(rig.opened.report.tailDamaged)
        rig.append(payload(5))
        try rig.commit()
        #expect(rig.places[5]?.segment == 3)
        #expect(try JournalRig(storage.crashed(.dropPending)).replayed.count == 5)
    }

    @Test("a copy of a segment and one of another journal are told and not replayed")
    func foreignSegments() throws {
        let storage = try written(4)
        storage.put("\(JournalRig.folder)/segment-0000000002.journal", storage.octets(firstSegment))
        let other = SegmentHeader(segment: 3, epochHigh: 9, epochLow: 9, firstSequence: 5, size: 1 << 20)
        storage.put(
            "\(JournalRig.folder)/segment-0000000003.journal",
            other.encoded + [UInt8](repeating: 0, count: 1 << 20 - 64))
        storage.put("\(JournalRig.folder)/segment-copy.journal", [1])
        let rig = try JournalRig(storage)
        #expect(rig.replayed.map(\.sequence) == [1, 2, 3, 4])
        #expect(rig.opened.report.damage.map(\.kind) == [.foreign, .foreign, .foreign])
        #expect(!rig.opened.report.tailDamaged)
        #expect(rig.opened.epoch == (0x0102, 0x0304))
        rig.append(payload(5))
        try rig.commit()
        #expect(try JournalRig(storage.crashed(.dropPending)).replayed.map(\.sequence) == [1, 2, 3, 4, 5])
    }

    @Test("a shortened file is possible damage")
    func shortFile() throws {
        let storage = try written(4)
        storage.change(firstSegment) { $0.removeLast(4_096) }
        let rig = try JournalRig(storage)
        #expect(rig.replayed.count == 4)
        #expect(rig.opened.report.damage.map(\.kind) == [.short])
        #expect(rig.opened.report.tailDamaged)
    }

    @Test("a header lost in the only segment costs no record")
    func lostHeader() throws {
        let storage = try written(4)
        storage.change(firstSegment) { octets in for place in 0..<64 { octets[place] = 0xff } }
        let rig = try JournalRig(storage)
        #expect(rig.replayed.map(\.sequence) == [1, 2, 3, 4])
        #expect(rig.opened.report.damage.map(\.kind) == [.header])
        rig.append(payload(5))
        try rig.commit()
        #expect(try JournalRig(storage.crashed(.dropPending)).replayed.map(\.sequence) == [1, 2, 3, 4, 5])
    }

    @Test("a segment of a newer format is refused, by its name")
    func newerVersion() throws {
        let storage = try written(2)
        storage.change(firstSegment) { octets in
            var header = Array(octets[..<64])
            header[8] = 2
            let known = SegmentHeader(
                segment: 1, epochHigh: 0x0102, epochLow: 0x0304, firstSequence: 1, size: 4 << 20)
            #expect(Array(octets[..<64]) == known.encoded)
            octets.replaceSubrange(..<64, with: Checksums.sealed(header))
        }
        #expect(throws: JournalFault.newerVersion(file: firstSegment, version: 2)) { try JournalRig(storage) }
    }
}

/// CRC32C by its definition, bit by bit: shares nothing with the code under test.
enum Checksums {
    static func crc32c(_ octets: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xffff_ffff
        for octet in octets {
            sum ^= UInt32(octet)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82f6_3b78 : sum >> 1 }
        }
        return ~sum
    }

    /// The header with the checksum of its first 48 octets made right.
    static func sealed(_ header: [UInt8]) -> [UInt8] {
        var header = header
        let sum = crc32c(Array(header[..<48]))
        for place in 0..<4 { header[48 + place] = UInt8(truncatingIfNeeded: sum >> UInt32(place * 8)) }
        return header
    }
}
