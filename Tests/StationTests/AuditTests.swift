import Cables
import Custody
import Octets
import Testing
import Transport

@testable import Station

/// The audit's chain shows what was altered (rule 25).
@Suite("Audit")
struct AuditTests {
    private static let entries: [(UInt64, AuditEntry)] = [
        (1, AuditEntry(at: 1_000, fact: .started(7))),
        (
            2,
            AuditEntry(
                at: 1_001,
                fact: .operated(
                    OperatorAction(user: 10, words: ["cable hold", "id=A"], reason: "as ordered", at: 1_001)))
        ),
        (
            3,
            AuditEntry(
                at: 1_002,
                fact: .refused(AuditedRefusal(source: .user(10), code: "FM_NOT_OURS", count: 2, at: 1_002)))
        ),
        (5, AuditEntry(at: 1_003, fact: .read(arrival: 4, user: 10))),
        (
            9,
            AuditEntry(
                at: 1_004,
                fact: .passed(
                    AuditEntry.Passed(
                        peer: RoutingIndicator("RUEHUB")!,
                        items: [AuditEntry.Passed.Item(sequence: 2, part: 0, channel: 1)])))
        ),
    ]

    private func value(of entries: [(UInt64, AuditEntry)]) -> Digest {
        var chain = AuditChain.beginning
        for (sequence, entry) in entries { chain.add(sequence, entry, hash: ContentHash.of) }
        return chain.value
    }

    @Test("An entry that is changed, left out, moved or put in changes the value")
    func altered() {
        let whole = value(of: Self.entries)
        for index in Self.entries.indices {
            var without = Self.entries
            without.remove(at: index)
            #expect(value(of: without) != whole)
            var later = Self.entries
            later[index].1.at += 1
            #expect(value(of: later) != whole)
            var elsewhere = Self.entries
            elsewhere[index].0 += 100
            #expect(value(of: elsewhere) != whole)
            var twice = Self.entries
            twice.insert(twice[index], at: index)
            #expect(value(of: twice) != whole)
        }
        var swapped = Self.entries
        swapped.swapAt(1, 2)
        #expect(value(of: swapped) != whole)
    }

    @Test("What is packed is read again; the packing of a kind never changes")
    func packing() throws {
        for (_, entry) in Self.entries {
            var writer = OctetWriter()
            entry.write(to: &writer)
            #expect(try AuditEntry(from: OctetReader(writer.octets)) == entry)
        }
        // Held against a value that the first release computed.
        #expect(value(of: Self.entries).description.hasPrefix("299df31781a4a2e4"))
    }

    private func head(_ chain: AuditChain) -> RecordDigest {
        let proof = BatchProof(
            fingerprint: Digest(0, 0, 0, 0), start: 0, batch: 0, index: 0, count: 1, path: [], signature: [])
        return .audit(
            .head(
                AuditHead(
                    network: "N", station: RoutingIndicator("RUECAP")!, epoch: JournalEpoch(high: 0, low: 1),
                    through: chain.through, value: chain.value), proof))
    }

    @Test("A start goes on behind the newest head, also where an older one was written again later")
    func recovery() {
        func read(_ arrival: UInt64) -> RecordDigest {
            .read(JournalRecord.ReadMark(arrival: arrival, user: 1, at: Int64(arrival)))
        }
        var chain = AuditChain.beginning
        var recovery = AuditRecovery()
        for sequence in UInt64(1)...3 {
            chain.add(sequence, AuditEntry(read(sequence))!, hash: ContentHash.of)
            recovery.take(read(sequence), sequence)
        }
        let early = head(chain)
        recovery.take(early, 4)
        for sequence in UInt64(5)...6 {
            chain.add(sequence, AuditEntry(read(sequence))!, hash: ContentHash.of)
            recovery.take(read(sequence), sequence)
        }
        recovery.take(early, 7)
        chain.add(8, AuditEntry(read(8))!, hash: ContentHash.of)
        recovery.take(read(8), 8)
        #expect(recovery.chain(hash: ContentHash.of) == chain)
    }

    @Test("Without a head the audit begins where an earlier release ended")
    func upgrade() {
        var recovery = AuditRecovery()
        #expect(recovery.chain(hash: ContentHash.of) == .beginning)
        recovery.take(.read(JournalRecord.ReadMark(arrival: 1, user: 1, at: 1)), 41)
        #expect(recovery.chain(hash: ContentHash.of).through == 41)
    }

    /// A trail with a signed head behind every second entry.
    private func trail(of entries: [(UInt64, AuditEntry)]) -> [(UInt64, AuditReport.Line)] {
        var chain = AuditChain.beginning
        var lines: [(UInt64, AuditReport.Line)] = []
        for (index, (sequence, entry)) in entries.enumerated() {
            chain.add(sequence * 10, entry, hash: ContentHash.of)
            lines.append((sequence * 10, .entry(entry)))
            if index % 2 == 1, case .audit(.head(let head, let proof)) = head(chain) {
                lines.append((sequence * 10 + 1, .head(head, proof)))
            }
        }
        return lines
    }

    private func report(_ lines: [(UInt64, AuditReport.Line)], signed: Bool = true) -> AuditReport {
        var report = AuditReport(hash: ContentHash.of)
        for (sequence, line) in lines { report.take(sequence, line) { _, _ in signed } }
        return report
    }

    @Test("Every entry that was altered before the last signed head is found, between the right records")
    func found() {
        let whole = trail(of: Self.entries)
        #expect(report(whole).findings.isEmpty)
        #expect(report(whole).entries == Self.entries.count)
        #expect(!report(whole, signed: false).findings.isEmpty)
        for index in whole.indices.dropLast() {
            guard case .entry(var entry) = whole[index].1 else { continue }
            var without = whole
            without.remove(at: index)
            entry.at += 1
            var changed = whole
            changed[index].1 = .entry(entry)
            for lines in [without, changed] {
                let report = report(lines)
                // Before the first head nothing was signed: it shows as a later beginning.
                #expect(!report.findings.isEmpty || report.from > 0, "line \(index)")
            }
        }
    }

    @Test("What a neighbour holds shows an audit that was cut off or made anew")
    func neighbours() throws {
        let lines = trail(of: Self.entries)
        let heads = lines.compactMap { line -> AuditHead? in
            if case .head(let head, _) = line.1 { head } else { nil }
        }
        let last = try #require(heads.last)
        var whole = report(lines)
        whole.compare(with: last, heldBy: "RUEHUB")
        #expect(whole.findings.isEmpty)
        var cut = report(Array(lines.prefix { $0.0 < last.through }))
        cut.compare(with: last, heldBy: "RUEHUB")
        #expect(cut.findings.count == 1)
        var entries = Self.entries
        entries[0].1.at += 1
        var anew = report(trail(of: entries))
        anew.compare(with: last, heldBy: "RUEHUB")
        #expect(anew.findings.count == 1)
    }
}
