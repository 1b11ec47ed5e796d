import Cables
import Control
import Custody
import Settings

extension ControlDesk {
    /// `report`: what became of the cables of a period.
    ///
    /// The request's `from` and `to` are milliseconds since 1970.
    func report(_ request: ControlRequest, _ reply: ControlReply) {
        guard let from = request["from"].flatMap({ Int64($0) }), let to = request["to"].flatMap({ Int64($0) }),
            from < to
        else {
            return reply.failed(
                ControlFailure(
                    code: "USAGE", message: "a report needs a period", advice: "use the routerctl of the same version",
                    exit: ExitStatus.usage))
        }
        withTrail(reply) { audit, station, last in
            var figures = ServiceFigures(period: from..<to, station: station)
            _ = try audit.trail.read(through: last) { _, line in
                if case .entry(let entry) = line { figures.take(entry) }
            }
            return ReportDocument(figures, station: station, from: from, to: to)
        } then: { (document: ReportDocument) in
            reply.document(document)
        }
    }
}

extension ReportDocument {
    init(_ figures: ServiceFigures, station: RoutingIndicator, from: Int64, to: Int64) {
        let rows = figures.byPrecedence.sorted { $0.key > $1.key }.map { precedence, found in
            let seconds = found.seconds.sorted()
            func share(_ percent: Int) -> Double? {
                seconds.isEmpty ? nil : Double(seconds[min(seconds.count - 1, seconds.count * percent / 100)])
            }
            return Row(
                precedence: precedence.word, deliveries: found.deliveries, delivered: found.delivered,
                undeliverable: found.undeliverable, within: found.within,
                allowedSeconds: precedence.speedOfServiceSeconds, median: share(50), p95: share(95),
                longest: seconds.last.map { Double($0) })
        }
        self.init(
            station: station.description, from: Timestamp(milliseconds: from).description,
            to: Timestamp(milliseconds: to).description, precedences: rows,
            links: figures.byLink.sorted { $0.key < $1.key }.map {
                Link(peer: $0.key.description, sent: $0.value.sent, received: $0.value.received)
            })
    }
}
