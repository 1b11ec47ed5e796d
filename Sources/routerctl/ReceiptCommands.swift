import Cables
import Control
import Custody
import Octets
import Transport

/// `receipt export` and `receipt verify`: what an addressee's station said, proved to somebody who has no station.
enum ReceiptCommands {
    /// One answer of a proof file.
    private struct Row: Encodable {
        var id: String
        var mrn: String?
        var post: String?
        var indicator: String?
        var office: String?
        var state: String?
        var at: String?
        var reason: String?
        var contentHash: String
        var verified: Bool
        var why: String?
    }

    static func export(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var arguments = ["id": invocation.operands[0]]
        if let post = invocation.options["--post"] { arguments["post"] = post }
        var octets: [UInt8] = []
        try Session.run(invocation, ControlRequest("receipt.export", arguments)) { (frame) throws(ControlFailure) in
            octets += frame.payload
        }
        Output.write(ProofFile.text(octets))
        return 0
    }

    /// Offline: the file, and the certificate of the network's authority.
    static func verify(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        guard let file = invocation.options["--authorities"] else {
            throw Invocation.usage(
                "receipt verify needs the network's authority", "write --authorities authorities.pem")
        }
        let authorities: Authorities
        do throws(TransportFault) {
            authorities = try Authorities(file: file, revocations: invocation.options["--revocations"])
        } catch {
            throw ControlFailure(
                code: "NO_AUTHORITY", message: error.description, advice: "name the authority's certificate (PEM)",
                exit: ExitStatus.data)
        }
        let check = StatementCheck(authorities: authorities)
        let proof = try ProofFile.read(invocation.operands[0])
        let block: SignedBlock
        switch proof.block(signer: check.signer) {
        case .success(let proved): block = proved
        case .failure(let flaw):
            throw ControlFailure(
                code: "NOT_PROVED", message: "the originator's statement of the cable does not hold: \(flaw.sentence)",
                advice: "do not rely on the file; ask the originator's station for it again", exit: ExitStatus.data)
        }
        try compare(block, with: invocation.options["--cable"])
        let rows = proof.answers.map { row($0, block, check) }
        show(rows, block, invocation)
        return !rows.isEmpty && rows.allSatisfy(\.verified) ? 0 : ExitStatus.data
    }

    private static func compare(_ block: SignedBlock, with file: String?) throws(ControlFailure) {
        guard let file else { return }
        guard ContentHash.of(try InputFile.read(file)) == block.contentHash else {
            throw ControlFailure(
                code: "OTHER_CABLE", message: "\(file) is not the cable that was signed as \(block.identity)",
                advice: "compare with the octets of `inbox read --raw`", exit: ExitStatus.data)
        }
    }

    private static func row(_ answer: ReceiptProof.Statement, _ block: SignedBlock, _ check: StatementCheck) -> Row {
        var row = Row(
            id: block.identity.description, mrn: block.mrn, contentHash: block.contentHash.description, verified: false)
        switch ReceiptProof.message(answer, of: block, signer: check.signer) {
        case .failure(let flaw): row.why = flaw.sentence
        case .success(let message):
            row.post = message.post
            row.indicator = message.station.description
            row.office = message.office.isEmpty ? nil : message.office
            row.state = message.kind == .receipt ? "delivered" : "undeliverable"
            row.at = Timestamp(milliseconds: message.at).description
            row.reason = message.reason.isEmpty ? nil : message.reason
            row.why = check.time(answer, at: message.at)
            row.verified = row.why == nil
        }
        return row
    }

    private static func show(_ rows: [Row], _ block: SignedBlock, _ invocation: Invocation) {
        switch invocation.form {
        case .json: Output.document(rows)
        case .jsonl: for row in rows { Output.document(row) }
        case .text:
            var text = """
                cable   \(block.identity), \(block.mrn ?? "no number"), from \(block.from), \(block.length) octets
                sha256  \(block.contentHash)

                """
            for row in rows {
                if row.verified {
                    let place = row.office.map { ", office \($0)" } ?? ""
                    text += "PROVED      \(row.state ?? "") to \(row.post ?? "")\(place) by \(row.indicator ?? "")"
                    text += " at \(row.at ?? "")\(row.reason.map { ": \($0)" } ?? "")\n"
                } else {
                    text += "NOT PROVED  \(row.post ?? "an answer"): \(row.why ?? "")\n"
                }
            }
            Output.write(text)
        }
    }
}

/// Holds a statement against its batch signature and the network's authority.
struct StatementCheck {
    let authorities: Authorities

    func signer(_ kind: LeafKind, _ statement: ReceiptProof.Statement) -> Result<ReceiptProof.Signer, ReceiptProof.Flaw>
    {
        let certificate: StationCertificate
        do throws(TransportFault) {
            // A certificate that has expired since is still good for what it signed before: `time` looks at that.
            certificate = try authorities.verify(der: statement.certificate, signing: true)
        } catch {
            return .failure(.unsigned("the signer's certificate is not good: \(error.text)"))
        }
        let proof = statement.proof
        guard certificate.fingerprint == proof.fingerprint else {
            return .failure(.unsigned("the certificate is not the one that the signature names"))
        }
        let leaf = BatchTree.leaf(kind: kind.rawValue, content: statement.content)
        guard let root = BatchTree.root(leaf: leaf, index: Int(proof.index), count: Int(proof.count), path: proof.path)
        else { return .failure(.unsigned("the path to the signed root does not fit its batch")) }
        let text = BatchProof.signedText(
            network: certificate.network, station: certificate.indicator.description, fingerprint: proof.fingerprint,
            start: proof.start, batch: proof.batch, count: proof.count, root: root)
        guard certificate.verifies(proof.signature, of: text) else {
            return .failure(
                .unsigned("the signature of \(certificate.indicator) does not hold: something in it was changed"))
        }
        return .success(ReceiptProof.Signer(network: certificate.network, station: certificate.indicator))
    }

    /// Why the certificate does not cover the time that the statement names; nil where it does.
    func time(_ statement: ReceiptProof.Statement, at milliseconds: Int64) -> String? {
        do throws(TransportFault) {
            _ = try authorities.verify(der: statement.certificate, signing: true, at: milliseconds / 1_000)
            return nil
        } catch {
            return "the signer's certificate was not good at the time that it names: \(error.text)"
        }
    }
}
