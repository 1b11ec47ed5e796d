package import Cables
package import Custody

/// What a session wants done after an event, in this order. The frames that it sends stand in its output.
package enum LinkAction: Sendable {
    /// Both sides have greeted. Nothing more is taken from the neighbour until `loopKnows` is told.
    case opened(Hello)
    /// The neighbour introduces a certificate that signatures refer to.
    case certificate([UInt8])
    /// Whose signature stands on the block, and what the body's hash is: answer with `judged`.
    case judgeCable(OfferedCable)
    /// The same for a receipt or notice.
    case judgeService(OfferedService)
    /// Whether the neighbour signed the statement of this note: answer with `judged`.
    case judgeNote(OfferedNote)
    /// A place for the octets of a body: answer with `bodyBegins`, or `bodyFailed`.
    case beginBody(OfferedCable)
    /// Octets of a body, in order; answer with `bodyFailed` where they cannot be kept.
    case appendBody(channel: UInt64, octets: [UInt8])
    /// The body is whole: answer with `bodyEnds`, or `bodyFailed`.
    case finishBody(channel: UInt64)
    /// No more of the body comes over this session: what came is kept, or is wrong.
    case dropBody(channel: UInt64, keeps: Bool)
    /// A cable is here, whole and genuine: read its heading, and bring it to the loop as `arrival` makes it.
    case cable(OfferedCable, signer: RoutingIndicator, body: CableBody)
    /// A receipt or notice is here and genuine.
    case service(ServiceArrival)
    case resume(channel: UInt64, offset: UInt64)
    /// Custody of what was offered on these channels has passed.
    case custodyPassed(channels: [ClosedRange<UInt64>], KeptNote)
    /// The neighbour does not take an offer.
    case refused(channel: UInt64, code: String, message: String)
    /// An offer of the neighbour's was refused here, for the log.
    case refusedHere(channel: UInt64, code: String, message: String)
    /// Whether the neighbour signed how far its audit has come: if so, the core is told.
    case judgeAuditHead(AuditHead, BatchProof)
    /// The neighbour asks what is held of its audit: answer with `auditHeld`.
    case auditAsked
    /// What the neighbour holds of this station's audit.
    case auditHeld(AuditHead, BatchProof)
    case auditNotHeld
    /// What the neighbour's orders keep from the link.
    case noticed(LinkNotice)
    /// The neighbour, which was told of a closing, has nothing under way.
    case drained
    /// More room may be granted to the core.
    case windowOpened
    /// The session is over; its last words stand in the output. `blames`: the neighbour, or the way to it, is at fault.
    case end(code: String, text: String, blames: Bool)
}

/// A cable that the neighbour offers: envelope and block fit each other, the signature is not yet verified.
package struct OfferedCable: Sendable {
    package var offer: CableOffer
    package var block: SignedBlock
}

/// A receipt or notice that the neighbour offers.
package struct OfferedService: Sendable {
    package var offer: ServiceOffer
    package var message: ServiceMessage
}

/// A custody note that names only what was offered.
package struct OfferedNote: Sendable {
    package var note: CustodyNote
    package var channels: [UInt64]
    /// What the neighbour must have signed.
    package var statement: [UInt8]
}

/// Bounds of a session, each with its unit.
package struct LinkLimits: Sendable {
    /// Octets of offers and chunks that the neighbour may send before it is given more.
    package var windowOctets = 1 << 20
    /// Octets handed to the link and not yet given to the kernel.
    package var pipeOctets = 256 << 10
    /// Milliseconds without a sign of life after which the neighbour is asked for one.
    package var keepaliveMilliseconds: UInt64 = 10_000
    /// Milliseconds without a sign of life after which the session is given up.
    package var silenceMilliseconds: UInt64 = 30_000
    /// Octets of the largest cable that is taken.
    package var cableOctetsMax: UInt64 = 80 << 20
    /// Bodies under way to here at once.
    package var bodiesMax = 256
    /// Octets of a chunk at most, however fast the way is.
    package var chunkOctetsMax = 16 << 10

    package init() {}
}

extension OfferedCable {
    /// Whether somebody at the station is to act on it: then what it asks of replies, which stands in its text, matters.
    package func isActedOn(at station: RoutingIndicator) -> Bool {
        offer.part.contains {
            let index = $0
            let delivery = block.deliveries[Int(index)]
            let place = offer.moved.first { $0.index == index }?.station ?? delivery.station
            return place == station && delivery.role == .action
        }
    }
}
