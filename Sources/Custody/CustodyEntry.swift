package import Cables
import Octets

/// What became of one delivery, as this station knows it.
package enum DeliveryState: UInt8, Sendable {
    case queued = 0
    case inTransit
    case delivered
    case held
    case undeliverable
    /// At the addressee: the desk had it already; nothing was delivered again.
    case duplicate

    package var word: String {
        switch self {
        case .queued: "queued"
        case .inTransit: "inTransit"
        case .delivered, .duplicate: "delivered"
        case .held: "held"
        case .undeliverable: "undeliverable"
        }
    }

    /// Nothing more happens to it here.
    package var isEnded: Bool {
        switch self {
        case .queued, .inTransit, .held: false
        case .delivered, .undeliverable, .duplicate: true
        }
    }
}

/// Why a delivery does not move.
package enum HoldReason: UInt8, Sendable {
    case none = 0
    case noRoute
    case notCleared
    case loop
    case hopLimit
    case refused
    case signerMayNot
    case unknownStation

    package var sentence: String {
        switch self {
        case .none: ""
        case .noRoute: "no link leads to the addressee's station"
        case .notCleared: "no cleared link leads to the addressee's station"
        case .loop: "every way leads back through a station that has had it"
        case .hopLimit: "it has passed too many stations"
        case .refused: "the next station refused it"
        case .signerMayNot: "the station that signed it does not serve the originator"
        case .unknownStation: "the network file here does not know the addressee's station"
        }
    }
}

/// One delivery of a cable in custody: 48 octets.
package struct CustodyDelivery: Sendable {
    /// Index in the signed block.
    package var index: UInt16
    package var role: SignedBlock.Delivery.Role
    package var precedence: Precedence
    package var niact: Bool
    package var state: DeliveryState
    package var why: HoldReason
    /// A receipt or notice for it passed through here on its way back: it need not be offered again.
    package var isAnswered = false
    /// A receipt came after a notice had said "undeliverable" (rule 20).
    package var lateAfterNotice: Bool
    /// Interned name of the post; of the office once delivered.
    package var post: UInt32
    package var office: UInt32
    package var station: RoutingIndicator
    /// The transmission that carries it, or `none`.
    package var transmission: UInt32
    /// The neighbour that took custody, as an ordinal of own links, or `noLink`.
    package var link: UInt16
    /// Milliseconds since 1970: since when it is in this state here.
    package var since: Int64
    /// Milliseconds since 1970, by the stating station's clock: the delivery that a receipt states.
    package var at: Int64

    package static let none = UInt32.max
    package static let noLink = UInt16.max
}

/// One arrival of a cable at this station, for as long as the station answers for it or remembers it.
package struct CustodyEntry: Sendable {
    package var identity: CableIdentity
    /// First half of the content hash.
    package var mark: ContentMark
    /// Journal sequence of the acceptance.
    package var sequence: UInt64
    package var place: RecordPlace
    /// The newest record in the cable's history.
    package var last: RecordPlace
    package var length: UInt32
    /// When the cable was accepted by its originator's station, on this boot's clock (milliseconds; may lie before 0).
    package var born: Int64
    /// Milliseconds since 1970: acceptance here.
    package var acceptedAt: Int64
    package var lifeSeconds: UInt32
    package var gate: Classification
    package var suffix: UInt8
    /// Accepted from a user of this station: receipts and notices end here.
    package var isOrigin: Bool
    /// Offered again after the neighbour had forgotten it: whoever gets it is told that it may be a duplicate (ZFD).
    package var isSuspected = false
    /// How often it was offered again.
    package var reoffers: UInt8 = 0
    package var firstArrival: UInt64
    /// Most cables have one delivery; the rest needs memory of its own only where there is one.
    package var first: CustodyDelivery
    package var others: [CustodyDelivery]

    package var deliveryCount: Int { 1 + others.count }

    package subscript(delivery position: Int) -> CustodyDelivery {
        get { position == 0 ? first : others[position - 1] }
        _modify {
            if position == 0 {
                yield &first
            } else {
                yield &others[position - 1]
            }
        }
    }

    package var custodyNumber: CustodyNumber { CustodyNumber(sequence: sequence) }

    package static func key(_ identity: CableIdentity) -> UInt64 {
        identity.station.packed ^ identity.start << 20 ^ identity.number &* 0xff51_afd7_ed55_8ccd
    }
}
