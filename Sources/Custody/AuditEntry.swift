package import Cables

/// What the audit says of one journal record: who did what to which cable, and when; never text or subject.
///
/// Entries are chained by hash in the order of the journal. So that a chain made by an earlier release can still be
/// followed, the packing of an entry never changes: another fact is another kind.
package struct AuditEntry: Equatable, Sendable {
    package enum Fact: Equatable, Sendable {
        /// The daemon began, under this start.
        case started(UInt64)
        case accepted(Accepted)
        case passed(Passed)
        case answered(Answered)
        /// This station ended a delivery without making it.
        case ended(Ended)
        /// Somebody read an inbox entry.
        case read(arrival: UInt64, user: UInt32)
        /// The neighbour does not remember these custodies: they are offered again.
        case offeredAgain(peer: RoutingIndicator, [UInt64])
        case operated(OperatorAction)
        case refused(AuditedRefusal)
    }

    package struct Accepted: Equatable, Sendable {
        package var identity: CableIdentity
        package var mark: ContentMark
        package var length: UInt64
        package var gate: Classification
        /// The user that handed it in; nil for a neighbour's.
        package var user: UInt32?
        package var peer: RoutingIndicator?
        package var deliveries: [Delivery]
        package var desks: [Desk]

        package struct Delivery: Equatable, Sendable {
            package var post: String
            package var station: RoutingIndicator
            package var precedence: Precedence
        }

        package struct Desk: Equatable, Sendable {
            package var post: String
            package var office: String
            /// 0 for a duplicate.
            package var arrival: UInt64
        }
    }

    package struct Passed: Equatable, Sendable {
        package struct Item: Equatable, Sendable {
            /// The custody that ended: the sequence of its acceptance, and the part.
            package var sequence: UInt64
            package var part: UInt16
            package var channel: UInt64

            package init(sequence: UInt64, part: UInt16, channel: UInt64) {
                self.sequence = sequence
                self.part = part
                self.channel = channel
            }
        }

        package var peer: RoutingIndicator
        package var items: [Item]

        package init(peer: RoutingIndicator, items: [Item]) {
            self.peer = peer
            self.items = items
        }
    }

    package struct Answered: Equatable, Sendable {
        package var kind: UInt8
        package var identity: CableIdentity
        package var post: String
        /// Who states it, and who handed it over.
        package var station: RoutingIndicator
        package var peer: RoutingIndicator
    }

    package struct Ended: Equatable, Sendable {
        package var identity: CableIdentity
        package var post: String
        package var reason: String
    }

    /// Milliseconds since 1970 by this station's clock.
    package var at: Int64
    package var fact: Fact

    package init(at: Int64, fact: Fact) {
        self.at = at
        self.fact = fact
    }

    /// Nil for what only keeps the journal in order.
    package init?(_ record: RecordDigest) {
        switch record {
        case .started(let started): self.init(at: started.at, fact: .started(started.start))
        case .accepted(let acceptance): self.init(at: acceptance.at, fact: .accepted(Accepted(acceptance)))
        case .passed(let passed):
            guard !passed.isSaidAgain else { return nil }
            self.init(
                at: passed.at,
                fact: .passed(
                    Passed(
                        peer: passed.peer,
                        items: passed.items.map {
                            Passed.Item(sequence: $0.number.sequence, part: $0.number.part, channel: $0.channel)
                        })))
        case .service(let service):
            self.init(
                at: service.at,
                fact: .answered(
                    Answered(
                        kind: service.message.kind.rawValue, identity: service.message.identity,
                        post: service.message.post, station: service.message.station, peer: service.offered.peer)))
        case .undeliverable(let end):
            self.init(
                at: end.at,
                fact: .ended(
                    Ended(identity: end.message.identity, post: end.message.post, reason: end.message.reason)))
        case .read(let mark): self.init(at: mark.at, fact: .read(arrival: mark.arrival, user: mark.user))
        case .reoffered(let again):
            self.init(at: again.at, fact: .offeredAgain(peer: again.peer, again.items.map(\.number.sequence)))
        case .audit(.operated(let action)): self.init(at: action.at, fact: .operated(action))
        case .audit(.refused(let refusal)): self.init(at: refusal.at, fact: .refused(refusal))
        case .audit(.head), .audit(.peerHead), .certificate, .carried, .carriedService, .standing, .stated, .changed,
            .orders, .words, .link:
            return nil
        // What people do at desks is audited as their request.
        case .desk: return nil
        }
    }
}

extension AuditEntry.Accepted {
    fileprivate init(_ acceptance: AcceptanceDigest) {
        identity = acceptance.identity
        mark = acceptance.mark
        length = acceptance.length
        gate = acceptance.gate
        switch acceptance.source {
        case .submitted(let user, _):
            self.user = user
            peer = nil
        case .arrived(let offered):
            user = nil
            peer = offered.peer
        }
        deliveries = acceptance.deliveries.map {
            Delivery(post: $0.post, station: $0.station, precedence: $0.precedence)
        }
        desks = acceptance.desks.map { desk in
            let post = acceptance.deliveries.first { $0.index == desk.index }?.post ?? ""
            return Desk(post: post, office: desk.office, arrival: desk.arrival)
        }
    }
}
