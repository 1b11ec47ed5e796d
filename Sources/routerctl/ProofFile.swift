import Control
import Custody
import Foundation

/// The file in which a receipt's proof is carried: text, so that it survives mail and paper, around packed octets.
enum ProofFile {
    private static let begin = "-----BEGIN CABLE RECEIPT-----"
    private static let end = "-----END CABLE RECEIPT-----"

    static func text(_ octets: [UInt8]) -> String {
        let body = Data(octets).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return """
            Receipts of a cable, signed by the stations that gave them. Check it with the network's authority:
              routerctl receipt verify FILE --authorities AUTHORITIES.pem
            \(begin)
            \(body)
            \(end)

            """
    }

    /// - Throws: where the file is no proof at all, before any signature is looked at.
    static func read(_ name: String) throws(ControlFailure) -> ReceiptProof {
        let text = String(decoding: try InputFile.read(name), as: UTF8.self)
        guard let start = text.range(of: begin), let stop = text.range(of: end, range: start.upperBound..<text.endIndex)
        else { throw damaged(name, "it has no lines \(begin) and \(end)") }
        guard
            let data = Data(
                base64Encoded: String(text[start.upperBound..<stop.lowerBound]), options: .ignoreUnknownCharacters),
            data.count <= ReceiptProof.octetsMax
        else { throw damaged(name, "the lines between are not base64") }
        do {
            return try ReceiptProof(decoding: Array(data))
        } catch {
            throw damaged(name, "its octets are no proof: \(error)")
        }
    }

    private static func damaged(_ name: String, _ why: String) -> ControlFailure {
        ControlFailure(
            code: "PROOF_DAMAGED", message: "\(name) is no receipt proof: \(why)",
            advice: "ask for the file again: `routerctl receipt export ID`", exit: ExitStatus.data)
    }
}
