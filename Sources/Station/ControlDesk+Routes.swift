import Cables
import Control
import Custody
import Routing

extension ControlDesk {
    /// `route test`: how a cable would go now.
    func routeTest(_ request: ControlRequest, _ reply: ControlReply) {
        do throws(ControlFailure) {
            let name = Network.normalised(request["post"] ?? "")
            guard let precedence = Precedence(word: request["precedence"] ?? "ROUTINE") else {
                throw Self.usage(
                    "no precedence is called \(request["precedence"] ?? "")", Precedence.allCases.map(\.word))
            }
            guard let classification = Classification(word: request["classification"] ?? "UNCLASSIFIED") else {
                throw Self.usage(
                    "no classification is called \(request["classification"] ?? "")",
                    Classification.allCases.map(\.word))
            }
            let captions = (request["captions"] ?? "").split(separator: "\n").map { Network.normalised(String($0)) }
            loop.view { custody, now -> (RouteReport?, [String]) in
                (
                    custody.testRoute(to: name, precedence, classification, captions: captions, at: now),
                    custody.addresses.nearest(to: name)
                )
            } then: { report, nearest in
                guard let report else {
                    return reply.failed(
                        ControlFailure(
                            code: "UNKNOWN_ADDRESSEE", message: "no post is called \(name)",
                            advice: nearest.isEmpty
                                ? "write the post's name as the network file has it"
                                : "did you mean \(nearest.joined(separator: " or "))?", exit: ExitStatus.data))
                }
                reply.document(RouteDocument(report))
            }
        } catch {
            reply.failed(error)
        }
    }

    private static func usage(_ message: String, _ words: [String]) -> ControlFailure {
        ControlFailure(
            code: "USAGE", message: message, advice: "write one of \(words.joined(separator: ", "))",
            exit: ExitStatus.usage)
    }
}

extension RouteDocument {
    init(_ report: RouteReport) {
        self.init(
            post: report.post, indicator: report.station.description, path: report.path.map(\.description),
            link: report.link?.description,
            alternates: report.alternates.map { Alternate(path: $0.path.map(\.description), cost: $0.cost) },
            refused: report.refused.map { Refused(link: $0.link, why: $0.why) })
    }
}
