import Cables
import Control
import Custody
import Octets
import Settings
import Transport

extension ControlDesk {
    /// `receipt.export ID`: what the addressees' stations signed about a cable that originated here, for anybody to
    /// check (`ReceiptProof`, packed).
    func receiptExport(_ request: ControlRequest, _ reply: ControlReply) {
        let post = request["post"]
        let station = facts.settings.station
        find(request["id"] ?? "", reply) { custody, slot in
            Kept(
                identity: custody.identity(of: slot), last: custody.lastPlace(of: slot),
                acceptance: custody.place(of: slot), number: custody.custodyNumber(of: slot),
                certificates: custody.certificates)
        } then: { [self] kept in
            offQueue { [self] in
                do {
                    guard kept.identity.station == station else {
                        throw ControlFailure(
                            code: "NOT_OURS", message: "\(kept.identity) originated at \(kept.identity.station)",
                            advice: "its receipts are there", exit: ExitStatus.data)
                    }
                    let octets = try proof(of: kept, post: post).encoded
                    reply.octets { offset in
                        Array(octets[min(offset, octets.count)..<min(offset + (256 << 10), octets.count)])
                    }
                } catch let failure as ControlFailure {
                    reply.failed(failure)
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }

    private struct Kept: Sendable {
        var identity: CableIdentity
        var last: RecordPlace
        var acceptance: RecordPlace
        var number: CustodyNumber
        var certificates: [[UInt8]]
    }

    private func proof(of kept: Kept, post: String?) throws -> ReceiptProof {
        var certificates: [Digest: [UInt8]] = [:]
        for der in kept.certificates { certificates[ContentHash.of(der)] = der }
        func statement(_ content: [UInt8], _ proof: BatchProof?) throws -> ReceiptProof.Statement {
            guard let proof, let certificate = certificates[proof.fingerprint] else {
                throw ControlFailure(
                    code: "NO_CERTIFICATE", message: "the certificate behind a signature is not kept here",
                    advice: "see `routerctl check disk`", exit: ExitStatus.software)
            }
            return ReceiptProof.Statement(content: content, proof: proof, certificate: certificate)
        }
        let acceptance = try archive.acceptance(kept.acceptance)
        let past = try CableHistory(archive: archive, station: facts.settings.station).past(
            from: kept.last, acceptance: kept.acceptance, number: kept.number)
        var answers: [ReceiptProof.Statement] = []
        for record in past.answers {
            guard case .service(let service) = try JournalRecord(decoding: record) else { continue }
            guard service.message.isOutcome else { continue }
            guard post == nil || service.message.post == post else { continue }
            answers.append(try statement(service.message.encoded, service.proof))
        }
        guard !answers.isEmpty else {
            throw ControlFailure(
                code: "NO_RECEIPT",
                message: "no station has answered about \(kept.identity)\(post.map { " for \($0)" } ?? "")",
                advice: "see `routerctl receipt list \(kept.identity)`", exit: ExitStatus.data)
        }
        return ReceiptProof(cable: try statement(acceptance.blockOctets, acceptance.proof), answers: answers)
    }
}
