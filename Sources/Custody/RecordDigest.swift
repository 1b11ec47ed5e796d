package import Cables
package import Octets

/// What the core's state keeps of a record: everything but what only sending and showing need.
///
/// The state is the fold of digests, for new records and for replayed ones alike. A sealed segment has a file of them
/// beside it, so that a start reads neither bodies nor proofs.
package enum RecordDigest: Equatable, Sendable {
    case started(JournalRecord.Started)
    case certificate([UInt8])
    case accepted(AcceptanceDigest)
    case passed(JournalRecord.Passed)
    case service(ServiceDigest)
    case undeliverable(EndDigest)
    case read(JournalRecord.ReadMark)
    case reoffered(JournalRecord.Reoffered)
    case carried(CarriedState, AcceptanceDigest)
    case carriedService(CarriedServiceDigest)
    case standing(Standing)
    case changed(ChangeDigest)
    case orders(JournalRecord.StandingOrders)
    case words(JournalRecord.StandingWords)
    case audit(AuditRecord)
    case stated(StatementDigest)
    case link(LinkOrder)
    case desk(DeskRecord)

    /// - Throws: for a carried cable whose acceptance cannot be read: it was read when it was carried.
    package init(_ record: JournalRecord) throws(OctetFault) {
        switch record {
        case .started(let started): self = .started(started)
        case .certificate(let der): self = .certificate(der)
        case .accepted(let acceptance): self = .accepted(AcceptanceDigest(acceptance))
        case .passed(var passed):
            passed.note = nil
            self = .passed(passed)
        case .service(let service):
            self = .service(
                ServiceDigest(
                    offered: service.offered, message: service.message, ageMilliseconds: service.ageMilliseconds,
                    trace: service.trace, at: service.at))
        case .undeliverable(let end):
            self = .undeliverable(
                EndDigest(number: end.number, index: end.index, message: end.message, at: end.at))
        case .read(let mark): self = .read(mark)
        case .reoffered(let again): self = .reoffered(again)
        case .carried(let carried):
            self = .carried(carried.state, try AcceptanceDigest(acceptance: carried.acceptance))
        case .carriedService(let carried):
            self = .carriedService(
                CarriedServiceDigest(
                    number: carried.number, message: carried.message, at: carried.at,
                    ageMilliseconds: carried.ageMilliseconds, trace: carried.trace, passedAt: carried.passedAt))
        case .standing(let standing): self = .standing(standing)
        case .audit(let audit): self = .audit(audit)
        case .changed(let changed):
            self = .changed(
                ChangeDigest(
                    number: changed.number, index: changed.index, change: changed.change, message: changed.message,
                    endsOrder: changed.endsOrder, user: changed.user, reason: changed.reason, at: changed.at))
        case .orders(let standing): self = .orders(standing)
        case .words(let standing): self = .words(standing)
        case .link(let order): self = .link(order)
        case .stated(let statement):
            self = .stated(StatementDigest(message: statement.message, at: statement.at))
        case .desk(let record): self = .desk(record)
        }
    }
}

/// A cable came into custody: what the state keeps of it.
package struct AcceptanceDigest: Equatable, Sendable {
    package struct Delivery: Equatable, Sendable {
        package var index: UInt16
        package var post: String
        package var station: RoutingIndicator
        package var role: SignedBlock.Delivery.Role
        package var precedence: Precedence
        package var niact: Bool
        /// Its station is not the one that the block names.
        package var isMoved = false
        /// Why it alone is held here from the first.
        package var hold = HoldReason.none

        init(
            index: UInt16, post: String, station: RoutingIndicator, role: SignedBlock.Delivery.Role,
            precedence: Precedence, niact: Bool
        ) {
            self.index = index
            self.post = post
            self.station = station
            self.role = role
            self.precedence = precedence
            self.niact = niact
        }

        init(_ signed: SignedBlock.Delivery, index: UInt16, _ provisos: [Proviso]) {
            self.init(
                index: index, post: signed.post, station: signed.station, role: signed.role,
                precedence: signed.precedence, niact: signed.niact)
            guard let proviso = provisos.first(where: { $0.index == index }) else { return }
            hold = proviso.hold
            if let movedTo = proviso.movedTo {
                station = movedTo
                isMoved = true
            }
        }
    }

    package struct Desk: Equatable, Sendable {
        package var index: UInt16
        package var office: String
        package var role: DeskDelivery.Role
        package var arrival: UInt64
        package var suspectedDuplicate: Bool
        package var at: Int64
        package var duties: DeskDuties
        package var replyDue: Int64?

        package var receiptDue: Bool { duties.contains(.receipt) }
        package var isDuplicate: Bool { arrival == 0 }

        init(
            index: UInt16, office: String, role: DeskDelivery.Role, arrival: UInt64, suspectedDuplicate: Bool,
            at: Int64, duties: DeskDuties, replyDue: Int64?
        ) {
            self.index = index
            self.office = office
            self.role = role
            self.arrival = arrival
            self.suspectedDuplicate = suspectedDuplicate
            self.at = at
            self.duties = duties
            self.replyDue = replyDue
        }

        init(
            index: UInt16, office: String, role: DeskDelivery.Role, arrival: UInt64, suspectedDuplicate: Bool,
            at: Int64, _ asked: (duties: DeskDuties, replyDue: Int64?)
        ) {
            self.init(
                index: index, office: office, role: role, arrival: arrival, suspectedDuplicate: suspectedDuplicate,
                at: at, duties: asked.duties, replyDue: asked.replyDue)
        }

        init(_ desk: DeskDelivery) {
            self.init(
                index: desk.index, office: desk.office, role: desk.role, arrival: desk.arrival,
                suspectedDuplicate: desk.suspectedDuplicate, at: desk.at, duties: desk.duties,
                replyDue: desk.replyDue)
        }
    }

    package var source: CustodySource
    package var identity: CableIdentity
    /// First half of the content hash.
    package var mark: ContentMark
    package var length: UInt64
    package var lifeSeconds: UInt32
    /// For each delivery of the block, where they differ.
    package var lives: [UInt32]
    package var mrn: String?
    package var gate: Classification
    /// As gated here.
    package var captions: [String]
    /// Stations that had custody before.
    package var trace: [RoutingIndicator]
    package var ageMilliseconds: UInt64
    package var at: Int64
    package var suffix: UInt8
    package var hold: HoldReason
    /// Those in custody here.
    package var deliveries: [Delivery]
    package var desks: [Desk]
    /// The body has a file of its own.
    package var hasFile: Bool
    /// What it replies to; nil where it is no reply, as most are.
    package var reply: Reply?
    /// The cable that it corrects.
    package var corrects: CableIdentity?

    /// A reply: from which post, when its station accepted it, and to what.
    package struct Reply: Equatable, Sendable {
        package var from: String
        package var acceptedAt: Int64
        package var answers: [CableIdentity]

        init(from: String, acceptedAt: Int64, answers: [CableIdentity]) {
            self.from = from
            self.acceptedAt = acceptedAt
            self.answers = answers
        }

        init?(_ block: SignedBlock) {
            guard !block.answers.isEmpty else { return nil }
            self.init(from: block.from, acceptedAt: block.acceptedAt, answers: block.answers)
        }
    }

    package init(_ acceptance: Acceptance) {
        let block = acceptance.block
        source = acceptance.source
        identity = block.identity
        mark = ContentMark(block.contentHash)
        length = block.length
        lifeSeconds = block.lifeSeconds
        lives = block.lives
        mrn = acceptance.desks.isEmpty ? nil : block.mrn
        gate = acceptance.gate
        captions = acceptance.captions
        trace = acceptance.trace
        ageMilliseconds = acceptance.ageMilliseconds
        at = acceptance.at
        suffix = acceptance.suffix
        hold = acceptance.hold
        deliveries = acceptance.part.map { Delivery(block.deliveries[Int($0)], index: $0, acceptance.provisos) }
        desks = acceptance.desks.map { Desk($0) }
        reply = Reply(block)
        corrects = block.corrects
        switch acceptance.body {
        case .inline: hasFile = false
        case .file: hasFile = true
        }
    }
}

/// The first 128 bits of a content hash: enough to tell contents apart in memory, where the whole stands on disk.
package struct ContentMark: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(_ digest: Digest) { (high, low) = digest.mark }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// A receipt or notice came into custody, or to its end here.
package struct ServiceDigest: Equatable, Sendable {
    package var offered: CustodySource.Offered
    package var message: ServiceMessage
    package var ageMilliseconds: UInt64
    package var trace: [RoutingIndicator]
    package var at: Int64
}

/// A receipt or notice in custody that was carried.
package struct CarriedServiceDigest: Equatable, Sendable {
    package var number: CustodyNumber
    package var message: ServiceMessage
    package var at: Int64
    package var ageMilliseconds: UInt64
    package var trace: [RoutingIndicator]
    package var passedAt: Int64
}

/// This station states a service message.
package struct StatementDigest: Equatable, Sendable {
    package var message: ServiceMessage
    package var at: Int64
}

/// This station ended a delivery without making it.
package struct EndDigest: Equatable, Sendable {
    package var number: CustodyNumber
    package var index: UInt16
    package var message: ServiceMessage
    package var at: Int64
}
