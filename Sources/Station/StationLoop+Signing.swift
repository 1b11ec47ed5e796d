import Custody
import Link
import Transport
import Turns

/// One batch signature for all that a turn states (rule 25).
extension StationLoop {
    /// Signs what the turn states. A key that signed at the start signs always: else the daemon must not go on.
    func sign(_ records: inout [JournalRecord]) -> [Release] {
        var statements: [(kind: LeafKind, content: [UInt8])] = []
        var counts: [Int] = []
        for record in records {
            let leaves = record.unsignedLeaves(station: hello.station)
            counts.append(leaves.count)
            statements.append(contentsOf: leaves)
        }
        guard !statements.isEmpty || notes.isDue || notesOverdue else {
            awaitCompany()
            return []
        }
        notesOverdue = false
        let signed = notes.take()
        for note in signed { statements.append((.custody, statement(of: note))) }
        let head = audit.head(epoch: custody.settings.epoch)
        if let head { statements.append((.auditHead, head.encoded)) }
        do throws(TransportFault) {
            let proofs = try signer.sign(statements)
            var next = 0
            for index in records.indices where counts[index] > 0 {
                records[index].attach(proofs[next..<(next + counts[index])])
                next += counts[index]
            }
            var releases: [Release] = []
            if let head, let proof = proofs.last {
                records += audit.keep(head, proof, in: &custody, at: StationClock.now)
                releases.append(.auditHead(head, proof))
            }
            return releases
                + signed.enumerated().map { offset, note in
                    .frame(
                        .custody(
                            CustodyNote(
                                channels: ChannelRanges(ascending: note.channels).ranges, proof: proofs[next + offset])),
                        link: note.link, session: note.session)
                }
        } catch {
            log.write(.alarm, "signing.failed", [("why", "\(error)")])
            preconditionFailure("the station's key no longer signs: \(error)")
        }
    }

    /// Notes that may wait are signed with the next statements, or by themselves after a while.
    private func awaitCompany() {
        guard !notes.isEmpty, !notesPlanned else { return }
        notesPlanned = true
        queue.asyncAfter(milliseconds: Self.noteMilliseconds) { [self] in
            notesPlanned = false
            notesOverdue = true
            post { _, _, _ in }
        }
    }

    private func statement(of note: NoteBook.Note) -> [UInt8] {
        CustodyNote.statement(
            network: hello.network, taker: hello.station, giver: custody.peer(of: note.link),
            giverStart: custody.peerStart(of: note.link), channels: note.channels, marks: note.marks)
    }
}
