package import Cables

/// What became of the cables of a period, out of the audit: how many, and how soon, by precedence and by link.
///
/// Times are from the acceptance here to the receipt here, by this station's clock alone.
package struct ServiceFigures: Sendable {
    /// Deliveries of one period that are counted at most.
    package static let deliveriesMax = 2_000_000

    package struct ByPrecedence: Sendable {
        package var deliveries = 0
        package var delivered = 0
        package var undeliverable = 0
        package var within = 0
        /// Seconds to the receipt, unsorted.
        package var seconds: [Float] = []

        package init() {}
    }

    package struct ByLink: Sendable {
        package var sent = 0
        package var received = 0

        package init() {}
    }

    private struct Key: Hashable {
        var identity: CableIdentity
        var post: String
    }

    private struct Open {
        var at: Int64
        var precedence: Precedence
    }

    /// Milliseconds since 1970: cables accepted in it count, whenever they arrived.
    private let period: Range<Int64>
    private let station: RoutingIndicator
    private var open: [Key: Open] = [:]
    package private(set) var byPrecedence: [Precedence: ByPrecedence] = [:]
    package private(set) var byLink: [RoutingIndicator: ByLink] = [:]
    /// Deliveries that were not counted, since there were too many.
    package private(set) var left = 0

    package init(period: Range<Int64>, station: RoutingIndicator) {
        self.period = period
        self.station = station
    }

    /// Entries come in the order of the journal.
    package mutating func take(_ entry: AuditEntry) {
        switch entry.fact {
        case .accepted(let accepted): take(accepted, at: entry.at)
        case .passed(let passed):
            if period.contains(entry.at) {
                byLink[passed.peer, default: ByLink()].sent += passed.items.count { $0.part == 0 }
            }
        case .answered(let answer): settle(answer, at: entry.at)
        default: break
        }
    }

    private mutating func take(_ accepted: AuditEntry.Accepted, at: Int64) {
        guard period.contains(at) else { return }
        if let peer = accepted.peer { byLink[peer, default: ByLink()].received += 1 }
        guard accepted.user != nil else { return }
        for delivery in accepted.deliveries {
            byPrecedence[delivery.precedence, default: ByPrecedence()].deliveries += 1
            if delivery.station == station {
                end(delivery.precedence, seconds: 0)
            } else if open.count < Self.deliveriesMax {
                open[Key(identity: accepted.identity, post: delivery.post)] = Open(
                    at: at, precedence: delivery.precedence)
            } else {
                left += 1
            }
        }
    }

    private mutating func settle(_ answer: AuditEntry.Answered, at: Int64) {
        let key = Key(identity: answer.identity, post: answer.post)
        guard let kind = ServiceMessage.Kind(rawValue: answer.kind), let delivery = open[key] else { return }
        switch kind {
        case .receipt:
            open[key] = nil
            end(delivery.precedence, seconds: Float(max(0, at - delivery.at)) / 1_000)
        case .notice: byPrecedence[delivery.precedence, default: ByPrecedence()].undeliverable += 1
        default: break
        }
    }

    private mutating func end(_ precedence: Precedence, seconds: Float) {
        byPrecedence[precedence, default: ByPrecedence()].delivered += 1
        byPrecedence[precedence, default: ByPrecedence()].seconds.append(seconds)
        if seconds <= Float(precedence.speedOfServiceSeconds) {
            byPrecedence[precedence, default: ByPrecedence()].within += 1
        }
    }
}
